"""Each authority's forecast, and a budget for this year and the last that is near it."""

from collections.abc import Iterable

from demo.simulate.foundation import DEMO_AUTHORITY, Directory
from demo.story import Authority
from invoicing.budget.queries import years
from invoicing.budget.rules import months_of
from invoicing.budget.services import count_expected, save_budget
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.tenancy import acting_as, system_actor

_STEP_ORE = 500_00
_OF_FORECAST, _OF_FORECAST_IN_DEMO = 1.1, 0.9
"""The demo's controller is told that the forecast goes over."""


def write_budgets(authorities: Iterable[Authority], directory: Directory) -> None:
    for authority in authorities:
        controller = directory.one(authority.name, Role.CONTROLLER)
        authority_id = controller.authority_id
        assert authority_id is not None
        share = _OF_FORECAST_IN_DEMO if authority.key == DEMO_AUTHORITY else _OF_FORECAST
        with acting_as(system_actor(authority_id=authority_id)), transaction():
            count_expected(authority_id)
        with acting_as(controller), transaction():
            for year in (today().year - 1, today().year):
                for found in years(authority_id, year):
                    amount_ore = round(found.total.low_ore * share / 12 / _STEP_ORE) * _STEP_ORE
                    if amount_ore:
                        save_budget(found.system.id, dict.fromkeys(months_of(year), amount_ore))
