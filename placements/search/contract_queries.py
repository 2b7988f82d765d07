"""Which enterprises' contracts carry a placement over the asked days, and why the others' do not."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, all_, bindparam, case, func, null, select, text

from enterprises.contracts.models import Contract
from marketplace.statements import Prepared
from marketplace.tenancy import current_actor
from placements.booking.contract_queries import has_room, in_force, terms_without_price
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


@lru_cache(maxsize=2)
def _statement(*, is_in_system: bool) -> Prepared:
    """Enterprises and contracts, gathered by what decides whether they can be asked: few rows however many they are."""
    start_by: Any = bindparam("start_by", type_=Date)
    until: Any = bindparam("until", type_=Date)
    lasts = func.coalesce(Contract.ends_on, date.max) >= until
    is_priced = Contract.terms_id != all_(bindparam("unpriced", type_=ARRAY(Integer)))
    statement = (
        select(
            lasts,
            is_priced,
            has_room(start_by, until),
            case((lasts, null()), else_=Contract.ends_on),
            func.array_agg(Contract.enterprise_id),
            func.array_agg(Contract.id),
        )
        .where(
            Contract.authority_id == bindparam("authority_id", type_=Integer), *in_force(start_by, start_by)
        )
        .group_by(text("1, 2, 3, 4"))
    )
    if is_in_system:
        statement = statement.where(Contract.system_id == bindparam("system_id", type_=Integer))
    return Prepared(statement, is_planned_once=True)


def carrying(criteria: SearchCriteria) -> Carrying:
    """One query, and one more for the prices when somebody is searched for."""
    authority_id = current_actor().authority_id
    level = criteria.support_level
    rows = _statement(is_in_system=criteria.system_id is not None).rows(
        authority_id=authority_id,
        start_by=criteria.start_by,
        until=criteria.until,
        unpriced=terms_without_price(authority_id, level) if level is not None else [],
        **({"system_id": criteria.system_id} if criteria.system_id is not None else {}),
    )
    bookable: set[int] = set()
    contracts: set[int] = set()
    for lasts, is_priced, room, _, enterprises, numbers in rows:
        if lasts and is_priced and room:
            bookable.update(enterprises)
            contracts.update(numbers)
    barred: dict[int, Bar] = {}
    ends: dict[int, date] = {}
    for lasts, is_priced, _, ends_on, enterprises, _ in rows:
        for enterprise_id in set(enterprises) - bookable:
            bar = Bar.UNPRICED if not is_priced else Bar.CAPPED if lasts else Bar.ENDS
            barred[enterprise_id] = min(bar, barred.get(enterprise_id, bar), key=_NEAREST.index)
            if bar is Bar.ENDS:
                ends[enterprise_id] = max(ends_on, ends.get(enterprise_id, ends_on))
    ends = {id_: day for id_, day in ends.items() if barred[id_] is Bar.ENDS}
    return Carrying(frozenset(bookable), barred, ends, frozenset(contracts))


_NEAREST = (Bar.CAPPED, Bar.ENDS, Bar.UNPRICED)
"""The nearest to being no bar at all first: a contract that lasts and has a price is only full."""
