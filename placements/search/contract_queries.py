"""Which enterprises' contracts carry a placement over the asked days, and why the others' do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from sqlalchemy import case, select, true

from enterprises.contracts.models import Contract
from marketplace.db import db
from marketplace.tenancy import current_actor
from placements.booking.queries import has_room, in_force, terms_without_price
from placements.search.rules import SearchCriteria


class Bar(Enum):
    """Why an enterprise with a contract that holds at the start cannot be asked."""

    ENDS = "ends"
    UNPRICED = "unpriced"
    CAPPED = "capped"


@dataclass(frozen=True)
class Carrying:
    """The actor's authority's contracts that hold when somebody would start, in the grant's system where it has one."""

    bookable: frozenset[int]
    """Enterprises that can be asked for the days."""
    barred: dict[int, Bar]
    """The other enterprises, and what is in the way."""
    ends: dict[int, date]
    """The last day of those whose contract ends early."""
    bookable_contracts: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is no contract at all."""
        return not self.bookable and not self.barred


def carrying(criteria: SearchCriteria) -> Carrying:
    """One query, and one more for the prices when somebody is searched for."""
    authority_id = current_actor().authority_id
    room = case((Contract.capacity_cap.is_(None), true()), else_=has_room(criteria.start_by, criteria.until))
    statement = select(Contract.id, Contract.enterprise_id, Contract.terms_id, Contract.ends_on, room).where(
        Contract.authority_id == authority_id, *in_force(criteria.start_by, criteria.start_by)
    )
    if criteria.system_id is not None:
        statement = statement.where(Contract.system_id == criteria.system_id)
    lacking = (
        terms_without_price(authority_id, criteria.support_level)
        if criteria.support_level is not None
        else []
    )
    of_enterprise: dict[int, list[_Standing]] = {}
    for contract_id, enterprise_id, terms_id, ends_on, has_seat in db.session.execute(statement):
        standing = _Standing(
            contract_id, ends_on or date.max, terms_id not in lacking, has_seat, criteria.until
        )
        of_enterprise.setdefault(enterprise_id, []).append(standing)
    return _sorted_out(of_enterprise)


@dataclass(frozen=True)
class _Standing:
    contract_id: int
    ends_on: date
    is_priced: bool
    has_room: bool
    until: date

    @property
    def lasts(self) -> bool:
        return self.ends_on >= self.until

    @property
    def is_bookable(self) -> bool:
        return self.lasts and self.is_priced and self.has_room


def _sorted_out(of_enterprise: dict[int, list[_Standing]]) -> Carrying:
    barred: dict[int, Bar] = {}
    ends: dict[int, date] = {}
    bookable = {id_ for id_, contracts in of_enterprise.items() if any(one.is_bookable for one in contracts)}
    for enterprise_id, contracts in of_enterprise.items():
        if enterprise_id in bookable:
            continue
        barred[enterprise_id] = _bar(contracts)
        if barred[enterprise_id] is Bar.ENDS:
            ends[enterprise_id] = max(one.ends_on for one in contracts if one.is_priced)
    return Carrying(
        frozenset(bookable),
        barred,
        ends,
        frozenset(
            one.contract_id for contracts in of_enterprise.values() for one in contracts if one.is_bookable
        ),
    )


def _bar(contracts: Sequence[_Standing]) -> Bar:
    """The nearest to being no bar at all: one that lasts and has a price is only full."""
    lasting = [one for one in contracts if one.lasts]
    if any(one.is_priced for one in lasting):
        return Bar.CAPPED
    if any(one.is_priced for one in contracts):
        return Bar.ENDS
    return Bar.UNPRICED
