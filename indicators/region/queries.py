"""Reads regions, and the numbers of the members together."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from indicators.capacity.rules import Capacity
from indicators.choices.rules import ChoiceStep
from indicators.definitions.keys import Indicator
from indicators.measures.queries import Cells, cells_of
from indicators.region.models import Region, RegionCapacity, RegionChoice, RegionMeasure, RegionMember
from indicators.region.rules import MemberState
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.db import db, swedish_order
from marketplace.errors import NotFound
from marketplace.reference.queries import kommun_labels
from marketplace.reference.rules import Sex
from marketplace.statements import Prepared
from marketplace.swedish import swedish_key
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem


@dataclass(frozen=True)
class ChoiceRow:
    """A step of one sex: by dominance, and '' for all trades; None where it may not be shown."""

    step: ChoiceStep
    sex: Sex
    by_dominance: dict[str, int | None]


@dataclass(frozen=True)
class KommunRow:
    name: str
    capacity: Capacity


def regions() -> list[Region]:
    """Those that the authority is in or asked to be in, by name, with their members."""
    members = selectinload(Region.members).joinedload(RegionMember.authority)
    found = db.session.scalars(
        select(Region).options(members).order_by(swedish_order(Region.name), Region.id)
    )
    return list(found)


def region(region_id: int) -> Region:
    """With its members. Raises NotFound for one that the authority has nothing to do with."""
    members = selectinload(Region.members).joinedload(RegionMember.authority)
    found = db.session.scalars(select(Region).where(Region.id == region_id).options(members)).one_or_none()
    if found is None:
        raise NotFound("Regionen finns inte, eller så är ni inte tillfrågade.")
    return found


def member(region_id: int, authority_id: int) -> RegionMember:
    """The authority's own place in the region. Raises NotFound."""
    statement = select(RegionMember).where(
        RegionMember.region_id == region_id, RegionMember.authority_id == authority_id
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("Regionen finns inte, eller så är ni inte tillfrågade.")
    return found


def members_of(found: Region) -> list[RegionMember]:
    """By name."""
    return sorted(found.members, key=lambda one: (swedish_key(one.authority.name), one.authority_id))


_AUTHORITIES = Prepared(
    select(Organisation.id, Organisation.name)
    .where(Organisation.kind == OrganisationKind.AUTHORITY)
    .order_by(swedish_order(Organisation.name), Organisation.id),
    is_planned_once=True,
)


def other_authorities(taken: Collection[int]) -> dict[int, str]:
    """Names of those that may be asked, by id."""
    return {row.id: row.name for row in _AUTHORITIES.rows() if row.id not in taken}


def counted_years(region_id: int) -> list[int]:
    """Years that there are numbers for, the latest first."""
    of_measures = select(RegionMeasure.year).where(RegionMeasure.region_id == region_id)
    of_choices = select(RegionChoice.year).where(RegionChoice.region_id == region_id)
    return sorted(db.session.scalars(of_measures.union(of_choices)), reverse=True)


def measures(region_id: int, year: int, indicators: Collection[Indicator]) -> Cells:
    """As an authority's own cells."""
    rows = db.session.execute(
        select(
            RegionMeasure.indicator,
            RegionMeasure.by,
            RegionMeasure.key,
            RegionMeasure.numerator,
            RegionMeasure.denominator,
        ).where(
            RegionMeasure.region_id == region_id,
            RegionMeasure.year == year,
            RegionMeasure.indicator.in_(indicators),
        )
    )
    return cells_of(indicators, rows)


def choices(region_id: int, year: int) -> list[ChoiceRow]:
    """Step by step, women before men."""
    found: dict[tuple[ChoiceStep, Sex], ChoiceRow] = {}
    rows = db.session.scalars(
        select(RegionChoice).where(RegionChoice.region_id == region_id, RegionChoice.year == year)
    )
    for row in rows:
        of_step = found.setdefault((row.step, row.sex), ChoiceRow(row.step, row.sex, {}))
        of_step.by_dominance[row.dominance] = row.choices
    return [found[step, sex] for step in ChoiceStep for sex in Sex if (step, sex) in found]


def capacity(region_id: int) -> list[KommunRow]:
    """The latest day's seats by kommun, by name."""
    found: dict[str, Capacity] = {}
    for row in db.session.scalars(select(RegionCapacity).where(RegionCapacity.region_id == region_id)):
        one = Capacity(row.seats, row.closed, row.held, row.booked, row.free_within_14_days)
        found[row.kommun_code] = found.get(row.kommun_code, Capacity()) + one
    names = kommun_labels(list(found))
    rows = [KommunRow(names[code], capacity) for code, capacity in found.items()]
    return sorted(rows, key=lambda row: swedish_key(row.name))


def waiting(actor: Actor) -> list[WaitingItem]:
    """Regions that ask the strategist's authority to share its numbers."""
    if actor.role is not Role.STRATEGIST or actor.authority_id is None:
        return []
    asked = db.session.scalars(
        select(RegionMember)
        .where(RegionMember.authority_id == actor.authority_id, RegionMember.state == MemberState.ASKED)
        .options(joinedload(RegionMember.region))
        .order_by(RegionMember.since, RegionMember.region_id)
    )
    return [
        WaitingItem(
            None,
            f"{one.region.name} frågar om ni vill dela era tal",
            "region.show",
            {"region_id": one.region_id},
            kind_sv="Fråga om region",
        )
        for one in asked
    ]
