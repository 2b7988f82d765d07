"""What an enterprise's contracts have earned this month so far, down to the placement and the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from enterprises.contracts.models import Contract
from invoicing.forecast.queries import attended_by, booked, expected_under, in_time
from invoicing.forecast.rules import Attended, Expected
from invoicing.remuneration.contract_rules import Settled, settle
from invoicing.remuneration.facts import Line, Month
from invoicing.remuneration.queries import contract_facts
from invoicing.run.queries import contracts_of
from marketplace.db import db
from marketplace.errors import NotFound
from marketplace.tenancy import acting_as, current_actor, system_actor


@dataclass(frozen=True, slots=True)
class PlacementEarned:
    placement_number: str
    lines: Sequence[Line]
    amount_ore: int


@dataclass(frozen=True, slots=True)
class Earned:
    """The month of one contract so far."""

    contract: Contract
    month: Month
    settled: Settled
    """What the month's invoice would say today: also what has come late or been corrected in earlier months."""
    expected: Expected
    """What the month by itself is expected to become."""

    @property
    def amount_ore(self) -> int:
        return _ore(self.settled.lines)

    @property
    def earlier_ore(self) -> int:
        """What comes of earlier months."""
        return _ore(line for line in self.settled.lines if line.month != self.month)

    @property
    def low_ore(self) -> int:
        return self.earlier_ore + self.expected.low_ore

    @property
    def high_ore(self) -> int:
        return self.earlier_ore + self.expected.high_ore

    @property
    def by_placement(self) -> list[PlacementEarned]:
        found = []
        for number, lines in groupby(self.settled.lines, key=lambda line: line.placement_number):
            rows = list(lines)
            found.append(PlacementEarned(number, rows, _ore(rows)))
        return found


def earned_so_far(month: Month) -> list[Earned]:
    """Of each contract of the actor's enterprise that is in force some day of the month, or has something left to
    invoice.

    Plans and reports name persons, so the facts are read as the system; what comes out is placement numbers.
    """
    with acting_as(system_actor(enterprise_id=current_actor().enterprise_id)):
        contracts = db.session.scalars(
            select(Contract)
            .where(Contract.id.in_(contracts_of(month)))
            .options(joinedload(Contract.authority), joinedload(Contract.system))
            .order_by(Contract.id)
        ).all()
        facts = contract_facts(in_time(contracts), month)
        known = booked(contracts, month.first_day, month.last_day)
        attended = attended_by(Contract.id, contracts)
    found = [
        Earned(
            contract,
            month,
            settle(facts[contract.id]),
            expected_under(contract.id, facts[contract.id], known, attended.get(contract.id, Attended(0, 0))),
        )
        for contract in contracts
    ]
    return [one for one in found if one.settled.lines or one.settled.problems or _is_in_force(one)]


def earned_under(contract_id: int, month: Month) -> Earned:
    """Raises NotFound for a contract that the actor is not party to, or that has nothing to do with the month."""
    for earned in earned_so_far(month):
        if earned.contract.id == contract_id:
            return earned
    raise NotFound()


def _is_in_force(earned: Earned) -> bool:
    ended_on = earned.contract.ended_on
    return ended_on is None or ended_on >= earned.month.first_day


def _ore(lines: Iterable[Line]) -> int:
    return sum(line.amount_ore for line in lines)
