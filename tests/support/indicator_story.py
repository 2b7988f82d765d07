"""A year of random choices, placements and closures on the market, written row by row from a seed.

Random on purpose: uses of seats that touch, closures, a paused place, requests that came to nothing, rounds without a
choice, participants in two kommuner and of every sex. The oracles read the rows back and count slowly.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.places.models import Place, Seat, SeatUse
from enterprises.places.rules import SeatUseKind
from enterprises.places.services import pause_place, resume_place
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex, add_working_days
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice.models import ChoiceRound, ShownPlace
from placements.choice.rules import ChoiceBy, ChoiceState
from placements.participants.models import Consent, Grant, Participant
from placements.participants.rules import ConsentScope, GrantState
from placements.plan.models import ActivityPlan
from placements.plan.rules import PlanState
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from placements.report.rules import ReportState, UnreadReason
from tests.factories import HANINGE, HUDDINGE
from tests.support.placement_market import Market, build_market

NOW = date(2026, 9, 15)
_SEXES = (Sex.WOMAN,) * 6 + (Sex.MAN,) * 4 + (Sex.OTHER,)


def build_story(seed: int = 1, rounds: int = 160) -> Market:
    """The market on NOW, with a history. Use travelling(NOW) around what reads the clock."""
    market = build_market(seats=6)
    with travelling(datetime(2026, 5, 4, 22, 30, tzinfo=UTC)), acting_as(market.manager), transaction():
        pause_place(market.repair_id)  # half past midnight in Sweden: the fifth
    with travelling(date(2026, 6, 1)), acting_as(market.manager), transaction():
        resume_place(market.repair_id)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        _Story(market, Random(seed), Random(f"saved {seed}")).write(rounds)
    return market


class _Story:
    def __init__(self, market: Market, random: Random, saved: Random) -> None:
        self.market = market
        self.random = random
        self.saved = saved
        self.places = list(
            db.session.scalars(select(Place).where(Place.enterprise_id == market.farm_id).order_by(Place.id))
        )
        self.seats = {
            place.id: list(
                db.session.scalars(select(Seat.id).where(Seat.place_id == place.id).order_by(Seat.id))
            )
            for place in self.places
        }
        self.contract_id = db.session.scalars(
            select(Contract.id).where(Contract.authority_id == market.north_id)
        ).one()
        self.busy_to: dict[int, date] = {}

    def write(self, rounds: int) -> None:
        participants = [self._participant(number) for number in range(rounds * 3 // 4)]
        for _ in range(rounds):
            self._round(self.random.choice(participants))
        for seat_ids in self.seats.values():
            self._close(self.random.choice(seat_ids))
        db.session.flush()

    def _participant(self, number: int) -> Participant:
        participant = Participant(
            authority_id=self.market.north_id,
            unit_id=self.market.unit_id,
            case_officer_id=self.market.officer.user_id,
            kommun_code=self.random.choice((HANINGE, HANINGE, HUDDINGE)),
            name=f"Person {number}",
            sex=self.random.choice(_SEXES),
            birth_year=1980,
            created_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
        db.session.add(participant)
        db.session.flush()
        consent = Consent(
            participant_id=participant.id, scope=ConsentScope.SUPPLIER, given_on=date(2025, 1, 1)
        )
        db.session.add(consent)
        return participant

    def _round(self, participant: Participant) -> None:
        day = date(2025, 8, 1) + timedelta(days=self.random.randrange((NOW - date(2025, 8, 1)).days))
        opened_at = datetime(day.year, day.month, day.day, self.random.choice((0, 12, 23)), 30, tzinfo=UTC)
        db.session.flush()
        grant = Grant(
            participant_id=participant.id,
            authority_id=self.market.north_id,
            state=GrantState.CONCLUDED,
            hours_per_week=Decimal(20),
            days_per_week=4,
            support_level="3",
            first_day=day,
            last_day=day + timedelta(days=200),
            decided_on=day,
            decided_by="Sara",
        )
        db.session.add(grant)
        db.session.flush()
        shown = self.random.sample(self.places, self.random.choice((1, 2, 3)))
        is_chosen = self.random.random() < 0.85
        chosen_on = day + timedelta(days=self.random.randrange(10))
        row = ChoiceRound(
            grant_id=grant.id,
            participant_id=participant.id,
            authority_id=self.market.north_id,
            state=ChoiceState.CHOSEN if is_chosen else ChoiceState.CLOSED,
            opened_at=opened_at,
            chosen_on=chosen_on if is_chosen else None,
        )
        db.session.add(row)
        db.session.flush()
        for position, place in enumerate(shown):
            is_saved = self.saved.random() < 0.6
            db.session.add(
                ShownPlace(
                    choice_round_id=row.id,
                    place_id=place.id,
                    enterprise_id=self.market.farm_id,
                    ssyk=place.ssyk,
                    position=position,
                    shown_at=opened_at,
                    free_seats=1,
                    earliest_start=day,
                    is_chosen=is_chosen and position == 0,
                    shortlisted_on=day if is_saved else None,
                    shortlisted_by=ChoiceBy.OFFICER if is_saved else None,
                )
            )
        if is_chosen:
            self._placement(row, grant, shown[0], chosen_on)

    def _placement(self, row: ChoiceRound, grant: Grant, place: Place, asked: date) -> None:
        first_day = asked + timedelta(days=self.random.randrange(3, 20))
        last_day = first_day + timedelta(days=self.random.randrange(5, 90))
        free = [seat for seat in self.seats[place.id] if self.busy_to.get(seat, date.min) < first_day]
        state = self._state(first_day, last_day) if free else PlacementState.DECLINED
        use = None
        if state in (PlacementState.REQUESTED, PlacementState.RUNNING, PlacementState.COMPLETED):
            kind = SeatUseKind.REQUEST if state is PlacementState.REQUESTED else SeatUseKind.PLACEMENT
            use = SeatUse(
                seat_id=free[0], place_id=place.id, first_day=first_day, last_day=last_day, kind=kind
            )
            self.busy_to[free[0]] = last_day
            db.session.add(use)
            db.session.flush()
        has_begun = state in (PlacementState.RUNNING, PlacementState.COMPLETED)
        placement = Placement(
            authority_id=self.market.north_id,
            unit_id=self.market.unit_id,
            kommun_code=HANINGE,
            enterprise_id=self.market.farm_id,
            contract_id=self.contract_id,
            grant_id=grant.id,
            participant_id=grant.participant_id,
            choice_round_id=row.id,
            place_id=place.id,
            seat_id=use.seat_id if use else None,
            seat_use_id=use.id if use else None,
            state=state,
            first_day=first_day,
            last_day=last_day,
            hours_per_week=Decimal(20),
            days_per_week=4,
            support_level="3",
            requested_on=asked,
            answer_due_on=add_working_days(asked, 3),
            held_until=add_working_days(asked, 4),
            answered_on=self._answered(asked, state),
            started_on=first_day if has_begun else None,
            ended_on=last_day if state is PlacementState.COMPLETED else None,
            requested_at=datetime(asked.year, asked.month, asked.day, 9, tzinfo=UTC),
        )
        db.session.add(placement)
        db.session.flush()
        if has_begun:
            self._papers(placement)

    def _state(self, first_day: date, last_day: date) -> PlacementState:
        if self.random.random() < 0.15:
            return self.random.choice(
                (PlacementState.DECLINED, PlacementState.CANCELLED, PlacementState.EXPIRED)
            )
        if first_day > NOW:
            return PlacementState.REQUESTED
        return PlacementState.COMPLETED if last_day < NOW else PlacementState.RUNNING

    def _answered(self, asked: date, state: PlacementState) -> date | None:
        if state in (PlacementState.REQUESTED, PlacementState.EXPIRED, PlacementState.CANCELLED):
            return None
        return asked + timedelta(days=self.random.randrange(7))

    def _papers(self, placement: Placement) -> None:
        assert placement.started_on
        if self.random.random() < 0.8:
            agreed_on = placement.started_on + timedelta(days=self.random.randrange(25))
            at = datetime(agreed_on.year, agreed_on.month, agreed_on.day, 9, tzinfo=UTC)
            db.session.add(
                ActivityPlan(
                    placement_id=placement.id,
                    revision=1,
                    state=PlanState.AGREED,
                    tasks_sv="Sy",
                    follow_up_dates=[],
                    agreed_on=agreed_on,
                    supervisor_agreed_at=at,
                    case_officer_agreed_at=at,
                    participant_agreed_at=at,
                )
            )
        if placement.ended_on and self.random.random() < 0.8:
            db.session.add(
                FinalReport(
                    placement_id=placement.id,
                    state=ReportState.FILED,
                    exit_reason=ExitReason.WORK,
                    unread_reason=UnreadReason.DECLINED,
                    due_on=add_working_days(placement.ended_on, 10),
                    filed_on=placement.ended_on + timedelta(days=self.random.randrange(25)),
                )
            )
        for offset in range(0, (min(placement.last_day, NOW) - placement.started_on).days, 3):
            kind = self.random.choice((AttendanceKind.PRESENT, AttendanceKind.PRESENT, *AttendanceKind))
            db.session.add(
                AttendanceDay(
                    placement_id=placement.id,
                    day=placement.started_on + timedelta(days=offset),
                    contract_id=placement.contract_id,
                    planned_hours=Decimal(self.random.choice((0, 4, 6))),
                    actual_hours=Decimal(4) if kind is AttendanceKind.PRESENT else Decimal(0),
                    kind=kind,
                )
            )

    def _close(self, seat_id: int) -> None:
        first_day = self.busy_to.get(seat_id, date(2026, 8, 1)) + timedelta(days=1)
        seat = db.session.get_one(Seat, seat_id)
        db.session.add(
            SeatUse(
                seat_id=seat_id,
                place_id=seat.place_id,
                first_day=first_day,
                last_day=first_day + timedelta(days=20),
                kind=SeatUseKind.CLOSURE,
            )
        )
