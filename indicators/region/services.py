"""Founds regions, asks authorities and answers; sums what the members publish."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from indicators.capacity.models import CapacityDay
from indicators.choices.models import ChoiceCell
from indicators.choices.rules import Part
from indicators.measures.models import MeasureCell
from indicators.measures.rules import Dimension
from indicators.region import queries
from indicators.region.models import Region, RegionCapacity, RegionChoice, RegionMeasure, RegionMember
from indicators.region.rules import (
    LEAST_MEMBERS,
    MEMBER_TRANSITIONS,
    MemberAction,
    MemberState,
    Numbers,
    joint,
)
from marketplace import audit, clock
from marketplace.db import db
from marketplace.errors import Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, own_authority, system_actor

TOPIC = "indicators.compute_region"
_DIRECTIONS = (Dimension.ALL, Dimension.SEX, Dimension.TRADE)
"""A kommun or a unit is one member's own, and a supplier's number belongs to who buys of it."""


def found_region(name: str, asked: Collection[int]) -> Region:
    """A region with the actor's authority in it and the others asked, now or later. Raises Invalid for one that cannot
    be asked."""
    authority_id = own_authority()
    region = Region(name=name, founded_by_id=authority_id, founded_on=clock.today(), counted_at=None)
    db.session.add(region)
    db.session.flush()
    _add(region, authority_id, MemberState.AGREED)
    _record(region.id, "found", MemberState.AGREED)
    if asked:
        ask(region.id, asked)
    return region


def ask(region_id: int, authorities: Collection[int]) -> None:
    """Asks more. Raises Invalid for one that cannot be asked, NotAllowed where the own authority does not share."""
    region = queries.region(region_id)
    own = queries.member(region_id, own_authority())
    if own.state is not MemberState.AGREED:
        raise NotAllowed("Bara den som delar sina tal kan fråga fler.")
    if not set(authorities) <= queries.other_authorities([one.authority_id for one in region.members]).keys():
        raise Invalid("Välj bland de myndigheter som inte redan är tillfrågade.", field="authorities")
    for authority_id in sorted(authorities):
        _add(region, authority_id, MemberState.ASKED)
    _record(region_id, "ask", own.state)


def _add(region: Region, authority_id: int, state: MemberState) -> None:
    db.session.add(
        RegionMember(region_id=region.id, authority_id=authority_id, state=state, since=clock.today())
    )
    db.session.flush()


def answer(region_id: int, action: MemberAction) -> None:
    """The own authority agrees, declines or leaves. The region's numbers are summed anew. Raises Conflict."""
    member = queries.member(region_id, own_authority())
    role = current_actor().role
    assert role is not None, "whoever answers has a role"
    transition = advance(MEMBER_TRANSITIONS, member.state, action, role)
    member.state, member.since = MemberState(transition.target), clock.today()
    db.session.flush()
    _record(region_id, action, member.state)
    emit(TOPIC, authority_id=own_authority(), region_id=region_id)


def compute_region(region_id: int) -> None:
    """Sums what the members publish now; nothing while fewer than two share. Act as the system for one that
    is in the region."""
    region = db.session.get_one(Region, region_id)
    members = list(
        db.session.scalars(
            select(RegionMember.authority_id)
            .where(RegionMember.region_id == region_id, RegionMember.state == MemberState.AGREED)
            .order_by(RegionMember.authority_id)
        )
    )
    published: list[tuple[dict[Any, Numbers], dict[Any, Numbers]]] = []
    seats: dict[tuple[int, str, str], CapacityDay] = {}
    for authority_id in members if len(members) >= LEAST_MEMBERS else ():
        with acting_as(system_actor(authority_id)):
            published.append((_measures(authority_id), _choices(authority_id)))
            for row in _capacity(authority_id):
                key = row.enterprise_id, row.kommun_code, row.ssyk
                seats[key] = max(row, seats.get(key, row), key=lambda one: one.seats)
    _replace(
        RegionMeasure,
        region_id,
        ("year", "indicator", "by", "key"),
        ("numerator", "denominator"),
        joint(one[0] for one in published),
    )
    _replace(
        RegionChoice,
        region_id,
        ("year", "sex", "step", "dominance"),
        ("choices",),
        joint(one[1] for one in published),
    )
    _replace(RegionCapacity, region_id, ("kommun_code", "ssyk"), _USES, _by_kommun(seats))
    region.counted_at = clock.now()


_USES = ("seats", "closed", "held", "booked", "free_within_14_days")


def _measures(authority_id: int) -> dict[Any, Numbers]:
    cells = db.session.scalars(
        select(MeasureCell).where(MeasureCell.authority_id == authority_id, MeasureCell.by.in_(_DIRECTIONS))
    )
    return {
        (cell.year, cell.indicator, cell.by, cell.key): None
        if cell.numerator is None or cell.denominator is None
        else (cell.numerator, cell.denominator)
        for cell in cells
    }


def _choices(authority_id: int) -> dict[Any, Numbers]:
    cells = db.session.scalars(
        select(ChoiceCell).where(ChoiceCell.authority_id == authority_id, ChoiceCell.by == Part.ALL)
    )
    return {
        (cell.year, cell.sex, cell.step, cell.dominance): None if cell.choices is None else (cell.choices,)
        for cell in cells
    }


def _capacity(authority_id: int) -> Collection[CapacityDay]:
    return db.session.scalars(
        select(CapacityDay).where(CapacityDay.authority_id == authority_id, CapacityDay.day == clock.today())
    ).all()


def _by_kommun(seats: Mapping[tuple[int, str, str], CapacityDay]) -> dict[tuple[str, str], Numbers]:
    """The same seats may be open to several members: each enterprise's are there once."""
    return joint(
        {(kommun_code, ssyk): tuple(getattr(row, use) for use in _USES)}
        for (_, kommun_code, ssyk), row in seats.items()
    )


def _replace(
    model: type[RegionMeasure] | type[RegionChoice] | type[RegionCapacity],
    region_id: int,
    keys: tuple[str, ...],
    numbers: tuple[str, ...],
    cells: Mapping[tuple[Any, ...], Numbers],
) -> None:
    db.session.execute(delete(model).where(model.region_id == region_id))
    rows = [
        {"region_id": region_id}
        | dict(zip(keys, key, strict=True))
        | dict(zip(numbers, values or (None,) * len(numbers), strict=True))
        for key, values in cells.items()
    ]
    if rows:
        db.session.execute(insert(model), rows)


def _record(region_id: int, action: str, state: MemberState) -> None:
    audit.record("region", region_id, action, authority_id=own_authority(), to_state=state)
