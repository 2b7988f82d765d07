"""What is watched, and which of it waits for the strategist."""

from collections.abc import Iterable

from sqlalchemy import select

from indicators.alerts.models import CapacityAlert
from indicators.alerts.rules import Supply
from indicators.capacity.queries import CapacityFilter, capacity_by_cell
from indicators.capacity.supply_queries import places_by_confirmation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.queries import lists
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem


def alerts(authority_id: int, *, lock: bool = False) -> list[CapacityAlert]:
    """In the order that they were made."""
    statement = (
        select(CapacityAlert).where(CapacityAlert.authority_id == authority_id).order_by(CapacityAlert.id)
    )
    return list(db.session.scalars(statement.with_for_update() if lock else statement))


def supply(authority_id: int) -> Supply:
    """What there is today, as it was counted last night."""
    cells = capacity_by_cell(authority_id, CapacityFilter(today()))
    return Supply(cells, places_by_confirmation(authority_id))


def where_sv(found: Iterable[CapacityAlert]) -> dict[int, str]:
    """Trade and kommun of each, by its id."""
    known = lists()
    kommuner = {code: kommun.name for code, kommun in known.kommuner.items()}
    trades = {ssyk: trade.plain_name for ssyk, trade in known.trades.items()}
    return {alert.id: alert.watch.where_sv(kommuner, trades) for alert in found}


def waiting(actor: Actor) -> list[WaitingItem]:
    """Alerts that have been told of and are not well again."""
    if actor.role is not Role.STRATEGIST or actor.authority_id is None:
        return []
    raised = [alert for alert in alerts(actor.authority_id) if alert.raised_on is not None]
    where = where_sv(raised) if raised else {}
    return [
        WaitingItem(
            None,
            f"{alert.watch.limit_sv()}: {where[alert.id]}",
            "capacity_alerts.index",
            kind_sv="Bevakning",
        )
        for alert in raised
    ]
