"""Each authority's budget for this year and the last, out of what a month has cost, and the forecast beside it."""

from collections.abc import Iterable

from demo.simulate.foundation import DEMO_AUTHORITY, Directory
from demo.story import Authority
from invoicing.budget.queries import SystemYear, years
from invoicing.budget.rules import months_of
from invoicing.budget.services import count_expected, save_budget
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.tenancy import acting_as, system_actor

_STEP_ORE = 5_000_00
_OF_USUAL, _OF_USUAL_IN_DEMO = 1.1, 0.9
"""The demo's controller is told that the forecast goes over."""


def write_budgets(authorities: Iterable[Authority], directory: Directory) -> None:
    for authority in authorities:
        controller = directory.one(authority.name, Role.CONTROLLER)
        authority_id = controller.authority_id
        assert authority_id is not None
        share = _OF_USUAL_IN_DEMO if authority.key == DEMO_AUTHORITY else _OF_USUAL
        with acting_as(controller), transaction():
            for year in (today().year - 1, today().year):
                for found in years(authority_id, year):
                    if usual_ore := _usual_ore(found):
                        amount_ore = round(usual_ore * share / _STEP_ORE) * _STEP_ORE
                        save_budget(found.system.id, dict.fromkeys(months_of(year), amount_ore))
        with acting_as(system_actor(authority_id=authority_id)), transaction():
            count_expected(authority_id)


def _usual_ore(found: SystemYear) -> int:
    """What a month has cost that cost anything."""
    costs = [figures.invoiced_ore for figures in found.months.values() if figures.invoiced_ore > 0]
    return sum(costs) // len(costs) if costs else 0
