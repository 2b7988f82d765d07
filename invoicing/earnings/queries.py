"""What an enterprise's contracts have earned this month so far, down to the placement and the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from enterprises.contracts.models import Contract
from invoicing.forecast.queries import SIGNED, attended_by, expected_months
from invoicing.forecast.rules import Attended, Expected
from invoicing.remuneration.facts import Line, Month, MonthResult
from marketplace.db import db
from marketplace.errors import NotFound
from marketplace.tenancy import acting_as, system_actor


@dataclass(frozen=True, slots=True)
class PlacementEarned:
    placement_number: str
    lines: Sequence[Line]
    amount_ore: int


@dataclass(frozen=True, slots=True)
class Earned:
    """The month of one contract so far, and what it is expected to become."""

    contract: Contract
    expected: Expected

    @property
    def by_placement(self) -> list[PlacementEarned]:
        found = []
        for number, lines in groupby(self.expected.earned.lines, key=lambda line: line.placement_number):
            rows = list(lines)
            found.append(PlacementEarned(number, rows, sum(row.amount_ore for row in rows)))
        return found


_NOTHING = Expected(MonthResult((), ()), Attended(0, 0), 0, 0, 0)


def earned_so_far(enterprise_id: int, month: Month) -> list[Earned]:
    """Of each of the actor's contracts that is in force some day of the month.

    Plans and reports name persons, so the facts are read as the system; what comes out is placement numbers.
    """
    contracts = db.session.scalars(
        select(Contract)
        .where(
            Contract.enterprise_id == enterprise_id,
            SIGNED,
            Contract.starts_on <= month.last_day,
            Contract.ended_on.is_(None) | (Contract.ended_on >= month.first_day),
        )
        .options(joinedload(Contract.authority), joinedload(Contract.system))
        .order_by(Contract.id)
    ).all()
    if not contracts:
        return []
    with acting_as(system_actor(enterprise_id=enterprise_id)):
        found = expected_months(contracts, [month], attended_by(Contract.id, contracts))
    return [Earned(contract, found.get((contract.id, month), _NOTHING)) for contract in contracts]


def earned_under(enterprise_id: int, contract_id: int, month: Month) -> Earned:
    """Raises NotFound for a contract that the actor is not party to, or that is not in force in the month."""
    for earned in earned_so_far(enterprise_id, month):
        if earned.contract.id == contract_id:
            return earned
    raise NotFound()
