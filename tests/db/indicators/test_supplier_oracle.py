"""An enterprise's indicators against a slow count."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprises.places.models import Place, Seat, SeatUse
from enterprises.places.rules import SeatUseKind
from indicators import jobs
from indicators.changes.queries import computed_at
from indicators.definitions.keys import Indicator
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.services import compute_all, compute_authority, compute_enterprise
from indicators.suppliers.models import SupplierIndicator
from indicators.suppliers.queries import monthly_parts, values_over
from indicators.suppliers.rules import months_back
from marketplace import clock, outbox
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import add_working_days, working_days_between
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.plan.models import ActivityPlan
from placements.report.models import FinalReport
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import TODAY, Market, build_market

Numbers = dict[tuple[date, str], tuple[int, int]]


def compute(market: Market) -> None:
    with travelling(NOW):
        with acting_as(system_actor(authority_id=market.north_id)), transaction():
            compute_authority(market.north_id)
        with acting_as(system_actor(enterprise_id=market.farm_id)), transaction():
            compute_enterprise(market.farm_id)


def stored(market: Market) -> Numbers:
    with acting_as(market.manager):
        return {
            (row.month, row.indicator): (row.numerator, row.denominator)
            for row in db.session.scalars(select(SupplierIndicator))
        }


class _Slowly:
    def __init__(self, market: Market) -> None:
        self.market = market
        self.found: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, day: date, indicator: Indicator, numerator: int, denominator: int = 1) -> None:
        pair = self.found[day.replace(day=1), indicator]
        pair[0] += numerator
        pair[1] += denominator

    def count(self) -> Numbers:
        with acting_as(system_actor(self.market.north_id, self.market.farm_id)):
            placements = list(db.session.scalars(select(Placement)))
            plans = {row.placement_id: row.agreed_on for row in db.session.scalars(select(ActivityPlan))}
            reports = {row.placement_id: row.filed_on for row in db.session.scalars(select(FinalReport))}
            for row in db.session.scalars(select(AttendanceDay)):
                if row.planned_hours and row.kind is not AttendanceKind.LEAVE:
                    self.add(row.day, Indicator.ATTENDANCE, row.kind is AttendanceKind.PRESENT)
            self._occupancy()
        for placement in placements:
            self._answer(placement)
            if placement.started_on:
                due, agreed_on = add_working_days(placement.started_on, 10), plans.get(placement.id)
                if agreed_on or due < NOW:
                    in_time = agreed_on is not None and agreed_on <= due
                    self.add(placement.started_on, Indicator.PLAN_IN_TIME, in_time)
            if placement.ended_on:
                due, filed_on = add_working_days(placement.ended_on, 10), reports.get(placement.id)
                if filed_on or due < NOW:
                    in_time = filed_on is not None and filed_on <= due
                    self.add(placement.ended_on, Indicator.REPORT_IN_TIME, in_time)
        return {key: (n, d) for key, (n, d) in self.found.items() if d}

    def _answer(self, placement: Placement) -> None:
        asked, answered = placement.requested_on, placement.answered_on
        if answered:
            self.add(asked, Indicator.ANSWER_TIME, working_days_between(asked, answered))
        is_taken_back = placement.state is PlacementState.CANCELLED and not answered
        if not is_taken_back and (answered or placement.answer_due_on < NOW):
            in_time = answered is not None and answered <= placement.answer_due_on
            self.add(asked, Indicator.ANSWERED_IN_TIME, in_time)

    def _occupancy(self) -> None:
        uses = list(db.session.scalars(select(SeatUse)))
        for place in db.session.scalars(select(Place).where(Place.enterprise_id == self.market.farm_id)):
            for seat in db.session.scalars(select(Seat).where(Seat.place_id == place.id)):
                for day in clock.days_from(TODAY, NOW - timedelta(days=1)):
                    if place.id == self.market.repair_id and date(2026, 5, 5) <= day < date(2026, 6, 1):
                        continue
                    kinds = {
                        u.kind for u in uses if u.seat_id == seat.id and u.first_day <= day <= u.last_day
                    }
                    self.add(
                        day,
                        Indicator.OCCUPANCY,
                        SeatUseKind.PLACEMENT in kinds,
                        not kinds & {SeatUseKind.CLOSURE, SeatUseKind.RETIRED},
                    )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_month_agrees_with_the_slow_count(session: Session, seed: int) -> None:
    market = build_story(seed, rounds=80)
    compute(market)
    numbers = stored(market)
    assert numbers == _Slowly(market).count()
    assert {indicator for _, indicator in numbers} == {d.key for d in SUPPLIERS}


def test_a_second_run_gives_the_same(session: Session) -> None:
    market = build_story(3, rounds=30)
    compute(market)
    once = stored(market)
    compute(market)
    assert stored(market) == once


def test_a_year_is_the_sum_of_its_months(session: Session) -> None:
    market = build_story(1, rounds=60)
    compute(market)
    months = months_back(NOW, 12)
    with acting_as(market.manager):
        values = {value.definition.key: value for value in values_over(monthly_parts(market.farm_id, months))}
    for indicator, value in values.items():
        parts = [
            pair for (month, key), pair in stored(market).items() if key == indicator and month in months
        ]
        assert (value.numerator, value.denominator) == tuple(map(sum, zip(*parts, strict=True)))


def test_nothing_yet_is_said_in_words_and_divides_by_nothing(session: Session) -> None:
    market = build_market()
    compute(market)
    with acting_as(market.manager):
        values = values_over(monthly_parts(market.farm_id, months_back(NOW, 12)))
    empty = [value for value in values if value.is_empty]
    assert {value.definition.key for value in empty} == {d.key for d in SUPPLIERS} - {Indicator.OCCUPANCY}
    assert all(value.count_sv == "inget att räkna på" and value.short_sv == "–" for value in empty)


def test_no_one_else_sees_an_enterprises_own(session: Session) -> None:
    market = build_story(1, rounds=20)
    compute(market)
    for actor in (market.other_manager, market.strategist, market.procurement_officer, market.officer):
        with acting_as(actor):
            assert list(db.session.scalars(select(SupplierIndicator))) == []
            assert computed_at(market.farm_id) is None


def test_the_job_does_its_message_once(session: Session) -> None:
    market = build_story(1, rounds=20)
    with travelling(NOW):
        for topic, ids in (
            ("indicators.compute", {"authority_id": market.north_id}),
            ("indicators.compute_supplier", {"enterprise_id": market.farm_id}),
        ):
            with acting_as(system_actor()), transaction():
                outbox.emit(topic, **ids)
        with acting_as(system_actor()):
            waiting = list(
                db.session.scalars(select(outbox.Outbox.id).where(outbox.Outbox.topic.like("indicators.%")))
            )
        for outbox_id in [*waiting, *waiting]:
            jobs.compute(outbox_id)
    with acting_as(market.strategist):
        assert computed_at(market.north_id) is not None
    by_job = stored(market)
    compute(market)
    assert stored(market) == by_job != {}


def test_everyone_is_computed_by_the_command(session: Session) -> None:
    market = build_story(1, rounds=20)
    with travelling(NOW):
        assert compute_all(is_whole=True) >= 4
    with acting_as(market.strategist):
        assert computed_at(market.north_id) is not None
    with acting_as(market.other_manager):
        assert computed_at(market.bakery_id) is not None
