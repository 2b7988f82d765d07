"""Every measure of every year against a slow count, row by row; and what is stored is of five people at least."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import groupby
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from enterprises.places.models import Place
from indicators.definitions.keys import Indicator
from indicators.measures import services
from indicators.measures.cohort_queries import EXITS, countings
from indicators.measures.models import MeasureCell
from indicators.measures.queries import Cells, cells
from indicators.measures.row_queries import WITH_ROWS, behind
from indicators.measures.rules import Dimension
from indicators.measures.services import compute_measures
from marketplace import clock
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex, add_working_days, working_days_between
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice.models import ChoiceRound, ShownPlace
from placements.followup.models import FollowUp
from placements.followup.rules import FollowUpKind, FollowUpState
from placements.participants.models import Grant, Participant
from placements.plan.models import ActivityPlan
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import Market, build_market

UNTIL = NOW.replace(day=1)
ENDED_BEFORE = date(2026, 8, 1)
YEARS = (2025, 2026)
Key = tuple[int, Indicator, Dimension, str]


def story(seed: int) -> Market:
    """Whoever ended for another place, and follow-ups that were held, late and missed, beside what the story has."""
    market = build_story(seed, rounds=90)
    random = Random(seed)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        for placement in list(db.session.scalars(select(Placement).order_by(Placement.id))):
            if not placement.started_on:
                continue
            if placement.ended_on and random.random() < 0.2:
                ended = {"state": PlacementState.ENDED_EARLY, "is_moved": random.random() < 0.5}
                db.session.execute(update(Placement).where(Placement.id == placement.id).values(**ended))
            day = placement.started_on + timedelta(days=random.randrange(30))
            is_held = random.random() < 0.6
            follow_up = FollowUp(
                placement_id=placement.id, kind=FollowUpKind.PLANNED, due_on=day, planned_on=day
            )
            db.session.add(follow_up)
            db.session.flush()
            if is_held:
                follow_up.state, follow_up.held_on = (
                    FollowUpState.HELD,
                    day + timedelta(days=random.randrange(12)),
                )
                follow_up.took_part, follow_up.notes_sv = ["participant"], "Det går bra."
            else:
                states = (FollowUpState.PLANNED, FollowUpState.MISSED, FollowUpState.CANCELLED)
                follow_up.state = random.choice(states)
    return market


class _Slowly:
    """Numerators, denominators and the people behind them, by what they are of."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        self.people: dict[Key, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))

    def add(
        self, indicator: Indicator, day: date, case: Placement | Grant, numerator: int, denominator: int = 1
    ) -> None:
        person = self.participants[case.participant_id]
        if person.sex is Sex.OTHER:
            return
        of = {Dimension.ALL: "", Dimension.SEX: person.sex.value}
        if isinstance(case, Placement):
            of |= {
                Dimension.SUPPLIER: str(case.enterprise_id),
                Dimension.TRADE: self.ssyk[case.place_id],
                Dimension.KOMMUN: case.kommun_code,
                Dimension.UNIT: str(case.unit_id),
            }
        else:
            of |= {Dimension.KOMMUN: person.kommun_code, Dimension.UNIT: str(person.unit_id)}
        for by, value in of.items():
            key = (day.year, indicator, by, value)
            self.sums[key][0] += numerator
            self.sums[key][1] += denominator
            self.people[key][0].add(person.id)
            if numerator:
                self.people[key][1].add(person.id)

    def count(self) -> None:
        with acting_as(system_actor(self.market.north_id, self.market.farm_id)):
            self.participants = {one.id: one for one in db.session.scalars(select(Participant))}
            self.ssyk = {place.id: place.ssyk for place in db.session.scalars(select(Place))}
            self.plans = {
                plan.placement_id: plan.agreed_on for plan in db.session.scalars(select(ActivityPlan))
            }
            self.reports = {report.placement_id: report for report in db.session.scalars(select(FinalReport))}
            placements = list(
                db.session.scalars(select(Placement).order_by(Placement.started_on, Placement.id))
            )
            self.started: set[tuple[int, int]] = set()
            for placement in placements:
                self._placement(placement)
            self._attendance({placement.id: placement for placement in placements})
            self._follow_ups({placement.id: placement for placement in placements})
            for grant in db.session.scalars(select(Grant)):
                self._grant(grant, placements)

    def _placement(self, one: Placement) -> None:
        asked, answered = one.requested_on, one.answered_on
        answered = answered if answered and answered < UNTIL else None
        if asked < UNTIL:
            if answered:
                self.add(Indicator.ANSWER_TIME, asked, one, working_days_between(asked, answered))
            is_taken_back = one.state is PlacementState.CANCELLED and not answered
            if not is_taken_back and (answered or one.answer_due_on < UNTIL):
                self.add(
                    Indicator.ANSWERED_IN_TIME, asked, one, bool(answered and answered <= one.answer_due_on)
                )
        if one.started_on and one.started_on < UNTIL:
            if (one.participant_id, one.started_on.year) not in self.started:
                self.started.add((one.participant_id, one.started_on.year))
                self.add(Indicator.PARTICIPANTS, one.started_on, one, 1)
            due, agreed = add_working_days(one.started_on, 10), self.plans.get(one.id)
            agreed = agreed if agreed and agreed < UNTIL else None
            if agreed or due < UNTIL:
                self.add(Indicator.PLAN_IN_TIME, one.started_on, one, bool(agreed and agreed <= due))
        if one.ended_on and one.ended_on < ENDED_BEFORE:
            self._ended(one, one.ended_on)

    def _ended(self, one: Placement, ended_on: date) -> None:
        report = self.reports.get(one.id)
        filed_on = report.filed_on if report and report.filed_on and report.filed_on < UNTIL else None
        due = add_working_days(ended_on, 10)
        self.add(Indicator.COST, ended_on, one, 0)
        if filed_on or due < UNTIL:
            self.add(Indicator.REPORT_IN_TIME, ended_on, one, bool(filed_on and filed_on <= due))
        if one.is_moved:
            return
        reason = report.exit_reason if report and filed_on else None
        self.add(Indicator.COMPLETED, ended_on, one, one.state is PlacementState.COMPLETED)
        self.add(Indicator.WORK_OR_STUDIES, ended_on, one, reason in (ExitReason.WORK, ExitReason.STUDIES))
        self.add(Indicator.EXIT_UNKNOWN, ended_on, one, reason is None)
        for indicator, wanted in EXITS.items():
            self.add(indicator, ended_on, one, reason is wanted)

    def _attendance(self, placements: dict[int, Placement]) -> None:
        days = sorted(db.session.scalars(select(AttendanceDay)), key=lambda day: (day.placement_id, day.day))
        for (placement_id, _, _), of_month in groupby(
            days, key=lambda day: (day.placement_id, day.day.year, day.day.month)
        ):
            month = list(of_month)
            planned = [day for day in month if day.planned_hours and day.kind is not AttendanceKind.LEAVE]
            if not planned or month[0].day >= UNTIL:
                continue
            present = sum(day.kind is AttendanceKind.PRESENT for day in planned)
            placement = placements[placement_id]
            self.add(Indicator.ATTENDANCE, month[0].day, placement, present, len(planned))
            self.add(Indicator.HOURS, month[0].day, placement, round(sum(day.actual_hours for day in month)))

    def _follow_ups(self, placements: dict[int, Placement]) -> None:
        for one in db.session.scalars(select(FollowUp)):
            assert one.planned_on
            latest = one.planned_on + timedelta(days=7)
            if one.state is not FollowUpState.CANCELLED and latest < UNTIL:
                is_held = bool(one.held_on and one.held_on <= latest and one.held_on < UNTIL)
                self.add(Indicator.FOLLOW_UPS_HELD, one.planned_on, placements[one.placement_id], is_held)

    def _grant(self, grant: Grant, placements: list[Placement]) -> None:
        if grant.decided_on >= UNTIL:
            return
        rounds = list(db.session.scalars(select(ChoiceRound).where(ChoiceRound.grant_id == grant.id)))
        shown = [
            (one.shown_at.astimezone(clock.STOCKHOLM).date(), one.place_id)
            for one in db.session.scalars(
                select(ShownPlace).where(ShownPlace.choice_round_id.in_([row.id for row in rounds]))
            )
        ]
        within = grant.decided_on + timedelta(days=14)
        if within < UNTIL:
            places = {place_id for day, place_id in shown if day <= within}
            self.add(Indicator.CHOICE_OF_TWO, grant.decided_on, grant, len(places) >= 2)
        for indicator, days in (
            (Indicator.OFFER_TIME, [day for day, _ in shown]),
            (Indicator.CHOICE_TIME, [one.chosen_on for one in rounds if one.chosen_on]),
            (
                Indicator.START_TIME,
                [one.started_on for one in placements if one.grant_id == grant.id and one.started_on],
            ),
        ):
            if days and min(days) < UNTIL:
                self.add(indicator, grant.decided_on, grant, (min(days) - grant.decided_on).days)


def compute(market: Market) -> None:
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_measures(market.north_id, YEARS)


def test_every_number_agrees_with_the_slow_count(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    market = story(4)
    slowly = _Slowly(market)
    slowly.count()
    with monkeypatch.context() as patch, acting_as(system_actor(authority_id=market.north_id)):
        patch.setattr(services, "hidden_cells", lambda table: frozenset())
        counted = {
            (year, row["indicator"], row["by"], row["key"]): [row["numerator"], row["denominator"]]
            for year in YEARS
            for row in services.rows_of_year(market.north_id, year, UNTIL)
        }
    assert {key: sums for key, sums in counted.items() if sums[1]} == slowly.sums
    assert {indicator for _, indicator, _, _ in counted} == {
        counting.indicator for _, counting in countings()
    }

    compute(market)
    with acting_as(market.strategist):
        stored = list(db.session.scalars(select(MeasureCell)))
    shares = {counting.indicator for _, counting in countings() if counting.part}
    shown = [cell for cell in stored if cell.numerator is not None]
    assert len(stored) == len(counted)
    assert len(shown) > 50
    for cell in shown:
        key = (cell.year, Indicator(cell.indicator), cell.by, cell.key)
        assert [cell.numerator, cell.denominator] == counted[key]
        everyone, part = slowly.people[key]
        assert len(everyone) >= 5, key
        assert cell.indicator not in shares or len(part) >= 5, key


def test_the_rows_behind_a_number_are_the_number(session: Session) -> None:
    market = story(4)
    compute(market)
    with travelling(NOW), acting_as(market.strategist):
        found: dict[int, Cells] = {year: cells(market.north_id, year, list(WITH_ROWS)) for year in YEARS}
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)):
        for year, indicators in found.items():
            for indicator, by_dimension in indicators.items():
                for by in (Dimension.ALL, Dimension.SEX):
                    for key, parts in by_dimension.get(by, {}).items():
                        rows = behind(market.north_id, indicator, year, (by, key), NOW)
                        if parts:
                            assert (rows.numerator, rows.denominator) == parts, (year, indicator, by, key)


def test_a_second_run_gives_the_same_and_other_years_stand(session: Session) -> None:
    market = build_story(2, rounds=20)
    compute(market)

    def numbers() -> list[Cells]:
        with acting_as(market.strategist):
            return [cells(market.north_id, year, list(Indicator)) for year in YEARS]

    once = numbers()
    compute(market)
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_measures(market.north_id, [2026])
    assert numbers() == once


def test_nothing_at_all_is_no_number(session: Session) -> None:
    market = build_market()
    compute(market)
    with acting_as(market.strategist):
        assert list(db.session.scalars(select(MeasureCell))) == []
