"""A month's hours for everyone who trained in it, as far as the actor sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Organisation
from marketplace.clock import today
from marketplace.db import Page, db, paginate
from placements.attendance.queries import began_on, recorded_days
from placements.attendance.rules import HourSum, total
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.participants.models import Participant
from placements.participants.queries import by_name
from placements.plan.queries import shown_person

_ENTERPRISE, _UNIT = aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True)
class MonthRow:
    placement: Placement
    who: str
    is_protected: bool
    enterprise_name: str
    unit_name: str
    """The organisation that referred the participant."""
    sum: HourSum


def month_report(month: date, page: int) -> Page[MonthRow]:
    """One page, in three queries. `month` is its first day."""
    found = paginate(_trained_in(month), page)
    return Page(_rows(month, found.items), found.total, found.page, found.per_page)


def whole_month(month: date) -> list[MonthRow]:
    """Everyone, in two queries."""
    return _rows(month, db.session.execute(_trained_in(month)).all())


def opening_month() -> date:
    """The last whole month if somebody trained in it, else the latest one in which somebody has."""
    before = month_before(today())
    latest, is_in_before = db.session.execute(
        select(
            func.max(func.least(Placement.last_day, today())),
            func.bool_or(and_(began_on <= last_day_of(before), Placement.last_day >= before)),
        ).where(Placement.state.in_(BEGUN_STATES), began_on <= today())
    ).one()
    return before if is_in_before or latest is None else latest.replace(day=1)


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def last_day_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _trained_in(month: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Placement, Participant, _ENTERPRISE.name, _UNIT.name)
        .outerjoin(Participant, Participant.id == Placement.participant_id)
        .join(_ENTERPRISE, _ENTERPRISE.id == Placement.enterprise_id)
        .join(_UNIT, _UNIT.id == Placement.unit_id)
        .where(
            Placement.state.in_(BEGUN_STATES),
            began_on <= last_day_of(month),
            Placement.last_day >= month,
        )
        .order_by(by_name, Placement.id)
    )


def _rows(month: date, found: Sequence[Any]) -> list[MonthRow]:
    by_placement: dict[int, list[Any]] = {placement.id: [] for placement, *_ in found}
    for day in recorded_days(list(by_placement), month, last_day_of(month)).values():
        by_placement[day.placement_id].append(day)
    return [
        MonthRow(
            placement,
            shown_person(person, placement),
            person is not None and person.is_protected,
            enterprise_name,
            unit_name,
            total(by_placement[placement.id]),
        )
        for placement, person, enterprise_name, unit_name in found
    ]
