"""Times for study visits and who has booked them, as each party may see them, and what waits to be marked.

A participant is joined from outside: a supplier to whom she is not shared finds the visit by its number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place, Site
from enterprises.places.rules import PlaceState
from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM, now, today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem
from placements.choice.models import ChoiceRound, ShownPlace
from placements.participants.models import Participant
from placements.visits.models import StudyVisit, VisitTime
from placements.visits.rules import (
    OFFICER_ASKED_AFTER_DAYS,
    BookedSpan,
    VisitState,
    VisitTimeState,
    clock_sv,
    is_in_series,
    local_day,
)


@dataclass(frozen=True)
class VisitRow:
    """A visit with the visitor, where the actor may see her."""

    visit: StudyVisit
    participant: Participant | None

    @property
    def who_sv(self) -> str:
        """The visitor's name as it may be shown, else the visit's number."""
        return self.participant.shown_name if self.participant is not None else self.visit.number

    @property
    def is_over(self) -> bool:
        """Whether it has begun, so that it can be marked."""
        return self.visit.starts_at <= now()


@dataclass(frozen=True)
class TimeRow:
    """A time with the visits on it that the actor may see."""

    time: VisitTime
    visits: list[VisitRow]


# Times.


def times_of(place_ids: Collection[int], from_day: date | None = None) -> dict[int, list[VisitTime]]:
    """Coming times of each place that are offered, the first one first, full ones too; from `from_day`, if that is
    later than now."""
    earliest = now()
    if from_day is not None:
        earliest = max(earliest, datetime.combine(from_day, time(), STOCKHOLM))
    found: dict[int, list[VisitTime]] = {place_id: [] for place_id in place_ids}
    statement = (
        select(VisitTime)
        .join(Place, Place.id == VisitTime.place_id)
        .where(
            VisitTime.place_id.in_(found),
            VisitTime.state == VisitTimeState.OFFERED,
            VisitTime.starts_at > earliest,
            Place.state != PlaceState.CLOSED,
        )
        .order_by(VisitTime.starts_at, VisitTime.id)
    )
    for one in db.session.scalars(statement):
        found[one.place_id].append(one)
    return found


def visit_time(visit_time_id: int) -> VisitTime:
    """With its place. Raises NotFound."""
    found = db.session.scalar(
        select(VisitTime)
        .where(VisitTime.id == visit_time_id)
        .options(joinedload(VisitTime.place).joinedload(Place.site))
    )
    if found is None:
        raise NotFound()
    return found


def coming_times(enterprise_id: int | None, place_id: int | None = None, page: int = 1) -> Page[TimeRow]:
    """The enterprise's coming times, those of one place if it is named, with their visits."""
    statement = (
        select(VisitTime)
        .where(
            VisitTime.enterprise_id == enterprise_id,
            VisitTime.state == VisitTimeState.OFFERED,
            VisitTime.ends_at > now(),
            *([VisitTime.place_id == place_id] if place_id else []),
        )
        .options(joinedload(VisitTime.place).joinedload(Place.site))
        .order_by(VisitTime.starts_at, VisitTime.id)
    )
    found = paginate(statement, page)
    visits = _by_time([one.id for one in found.items])
    rows = [TimeRow(one, visits.get(one.id, [])) for one in found.items]
    return Page(rows, found.total, found.page, found.per_page)


def _by_time(time_ids: Collection[int]) -> dict[int, list[VisitRow]]:
    rows = _visits(StudyVisit.visit_time_id.in_(time_ids), StudyVisit.state != VisitState.CANCELLED)
    ordered = sorted(rows, key=lambda row: row.visit.visit_time_id)  # and by number: the sort is stable
    return {key: list(group) for key, group in groupby(ordered, key=lambda row: row.visit.visit_time_id)}


def later_in_series(first: VisitTime) -> list[VisitTime]:
    """Later times offered at the same place on the same weekday and clock, the first one first."""
    later = db.session.scalars(
        select(VisitTime)
        .where(
            VisitTime.place_id == first.place_id,
            VisitTime.state == VisitTimeState.OFFERED,
            VisitTime.starts_at > first.starts_at,
        )
        .order_by(VisitTime.starts_at)
    )
    return [one for one in later if is_in_series(first.starts_at, one.starts_at)]


def coming_ids_at(place_id: int) -> list[int]:
    """Ids of the times that a place still offers, the first one first."""
    return list(
        db.session.scalars(
            select(VisitTime.id)
            .where(
                VisitTime.place_id == place_id,
                VisitTime.state == VisitTimeState.OFFERED,
                VisitTime.starts_at > now(),
            )
            .order_by(VisitTime.starts_at, VisitTime.id)
        )
    )


def visitors_on(visit_time_ids: Collection[int]) -> list[VisitRow]:
    """The visits booked on the times."""
    return _visits(StudyVisit.visit_time_id.in_(visit_time_ids), StudyVisit.state == VisitState.BOOKED)


def starts_taken(place_id: int, starts: Collection[datetime]) -> list[datetime]:
    """Those of the instants at which the place already offers a time."""
    return list(
        db.session.scalars(
            select(VisitTime.starts_at)
            .where(
                VisitTime.place_id == place_id,
                VisitTime.state == VisitTimeState.OFFERED,
                VisitTime.starts_at.in_(starts),
            )
            .order_by(VisitTime.starts_at)
        )
    )


def places_to_visit(enterprise_id: int | None) -> list[Place]:
    """The enterprise's places that visits can be offered at, by name."""
    return list(
        db.session.scalars(
            select(Place)
            .where(
                Place.enterprise_id == enterprise_id,
                Place.state.in_((PlaceState.PUBLISHED, PlaceState.PAUSED)),
            )
            .options(joinedload(Place.site))
            .order_by(swedish_order(Place.name), Place.id)
        )
    )


# Visits.


def _rows() -> Select[StudyVisit, Participant]:
    return (
        select(StudyVisit, Participant)
        .join(StudyVisit.time)
        .outerjoin(Participant, Participant.id == StudyVisit.participant_id)
        .options(
            contains_eager(StudyVisit.time),
            joinedload(StudyVisit.place).joinedload(Place.site).joinedload(Site.kommun),
            joinedload(StudyVisit.enterprise),
            joinedload(StudyVisit.unit),
        )
    )


def _visits(*conditions: ColumnElement[bool]) -> list[VisitRow]:
    rows = db.session.execute(_rows().where(*conditions).order_by(StudyVisit.starts_at, StudyVisit.id))
    return [VisitRow(*row) for row in rows]


def visit(study_visit_id: int) -> VisitRow:
    """Raises NotFound."""
    found = _visits(StudyVisit.id == study_visit_id)
    if not found:
        raise NotFound()
    return found[0]


def visits_of_round(choice_round_id: int) -> list[VisitRow]:
    """The visits booked in a round, the first one first, cancelled ones too."""
    return _visits(StudyVisit.choice_round_id == choice_round_id)


def booked_times(rows: Collection[VisitRow]) -> set[int]:
    """The times of those visits that are not cancelled."""
    return {row.visit.visit_time_id for row in rows if row.visit.state is not VisitState.CANCELLED}


def shown_places(choice_round_id: int) -> list[Place]:
    """The places shown in a round, in the order that they were shown."""
    return list(
        db.session.scalars(
            select(Place)
            .join(ShownPlace, ShownPlace.place_id == Place.id)
            .where(ShownPlace.choice_round_id == choice_round_id)
            .options(joinedload(Place.site).joinedload(Site.kommun), joinedload(Place.enterprise))
            .order_by(ShownPlace.position)
        )
    )


def is_shown(choice_round_id: int, place_id: int) -> bool:
    found = select(ShownPlace.id).where(
        ShownPlace.choice_round_id == choice_round_id, ShownPlace.place_id == place_id
    )
    return db.session.scalar(found) is not None


def coming_spans(participant_id: int) -> list[BookedSpan]:
    """When the participant already has a visit to come."""
    statement = (
        select(StudyVisit.visit_time_id, Place.name, StudyVisit.starts_at, StudyVisit.ends_at)
        .join(Place, Place.id == StudyVisit.place_id)
        .where(
            StudyVisit.participant_id == participant_id,
            StudyVisit.state == VisitState.BOOKED,
            StudyVisit.ends_at > now(),
        )
        .order_by(StudyVisit.starts_at)
    )
    return [BookedSpan(*row) for row in db.session.execute(statement)]


def booked_since_midnight(participant_id: int) -> int:
    """Visits booked for the participant in the day so far, cancelled ones too."""
    counted = select(func.count(StudyVisit.id)).where(
        StudyVisit.participant_id == participant_id,
        StudyVisit.booked_at >= datetime.combine(today(), time(), STOCKHOLM),
    )
    return db.session.scalar(counted) or 0


def visit_page(
    standing: str = "", *, officer_id: int | None = None, is_descending: bool = False, page: int = 1
) -> Page[VisitRow]:
    """The actor's visits as they stand (see STANDING_SV); only those of one officer's participants if she is named."""
    standings: dict[str, list[ColumnElement[bool]]] = {
        "": [StudyVisit.state == VisitState.BOOKED, StudyVisit.starts_at > now()],
        "markera": _unmarked(),
        "varit": [StudyVisit.state.in_((VisitState.HELD, VisitState.NOT_HELD))],
        "avbokade": [StudyVisit.state == VisitState.CANCELLED],
    }
    narrowed = standings[standing]
    if officer_id is not None:
        narrowed = [*narrowed, Participant.case_officer_id == officer_id]
    order = StudyVisit.starts_at.desc() if is_descending else StudyVisit.starts_at
    found = paginate(_rows().where(*narrowed).order_by(order, StudyVisit.id), page)
    return Page([VisitRow(*row) for row in found.items], found.total, found.page, found.per_page)


def _unmarked(until: datetime | None = None) -> list[ColumnElement[bool]]:
    """Booked visits that are over by `until`, or now."""
    return [StudyVisit.state == VisitState.BOOKED, StudyVisit.ends_at <= (until or now())]


def unmarked_visits() -> list[VisitRow]:
    """Visits that are over and have not been marked, the oldest first."""
    return _visits(*_unmarked())


# What becomes of visits when something else happens.


def booked_on(visit_time_id: int) -> list[int]:
    """Ids of the visits booked on a time."""
    return _ids(StudyVisit.visit_time_id == visit_time_id)


def coming_on_grant(
    grant_id: int, *, except_place_id: int | None = None, last_round_id: int | None = None
) -> list[int]:
    """Ids of the coming visits in the grant's rounds, up to `last_round_id` if it is given."""
    conditions = [ChoiceRound.grant_id == grant_id, StudyVisit.starts_at > now()]
    if except_place_id is not None:
        conditions.append(StudyVisit.place_id != except_place_id)
    if last_round_id is not None:
        conditions.append(ChoiceRound.id <= last_round_id)
    return _ids(*conditions)


def coming_in_round(choice_round_id: int) -> list[int]:
    """Ids of the round's coming visits."""
    return _ids(StudyVisit.choice_round_id == choice_round_id, StudyVisit.starts_at > now())


def coming_under_contract(contract_id: int) -> list[int]:
    """Ids of the coming visits between the parties of a contract that has ended; none while they have another."""
    contract = db.session.get(Contract, contract_id)
    if contract is None:
        return []
    other = select(Contract.id).where(
        Contract.authority_id == contract.authority_id,
        Contract.enterprise_id == contract.enterprise_id,
        Contract.state.in_((ContractState.ACTIVE, ContractState.SUSPENDED)),
    )
    if db.session.scalar(other.limit(1)) is not None:
        return []
    return _ids(
        StudyVisit.authority_id == contract.authority_id,
        StudyVisit.enterprise_id == contract.enterprise_id,
        StudyVisit.starts_at > now(),
    )


def _ids(*conditions: ColumnElement[bool]) -> list[int]:
    return list(
        db.session.scalars(
            select(StudyVisit.id)
            .join(ChoiceRound, ChoiceRound.id == StudyVisit.choice_round_id, isouter=True)
            .where(StudyVisit.state == VisitState.BOOKED, *conditions)
            .order_by(StudyVisit.visit_time_id, StudyVisit.id)
        )
    )


# What waits.


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a supervisor: visits that are over and not marked. For the case officer too, some days later."""
    if actor.role is Role.SUPERVISOR:
        return [_to_mark(row, "Blev studiebesöket av?") for row in unmarked_visits()]
    if actor.role is Role.CASE_OFFICER:
        until = datetime.combine(today() - timedelta(days=OFFICER_ASKED_AFTER_DAYS - 1), time(), STOCKHOLM)
        rows = _visits(*_unmarked(until), Participant.case_officer_id == actor.user_id)
        return [_to_mark(row, "Ingen har markerat om studiebesöket blev av:") for row in rows]
    return []


def _to_mark(row: VisitRow, asked_sv: str) -> WaitingItem:
    one = row.visit
    text = f"{asked_sv} {row.who_sv}, {one.place.name} kl. {clock_sv(one.starts_at, one.ends_at)}"
    day = local_day(one.ends_at)
    return WaitingItem(day, text, "visits.show", {"study_visit_id": one.id}, "Studiebesök att markera")
