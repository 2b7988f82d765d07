"""What each authority's strategist wants to be told of."""

from collections.abc import Iterable

from demo.simulate.foundation import Directory
from demo.story import Authority
from indicators.alerts.rules import AlertKind, Watch
from indicators.alerts.services import add_alert
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.tenancy import acting_as

_SEWING = "7531"
_FEW_SEATS = 6
_DAYS = 120


def set_alerts(authorities: Iterable[Authority], directory: Directory) -> None:
    for authority in authorities:
        with acting_as(directory.one(authority.name, Role.STRATEGIST)), transaction():
            for kommun_code in authority.kommuner:
                add_alert(Watch(AlertKind.FREE_WITHIN, _FEW_SEATS, kommun_code))
            add_alert(Watch(AlertKind.FREE, 1, ssyk=_SEWING))
            add_alert(Watch(AlertKind.UNCONFIRMED, _DAYS))
