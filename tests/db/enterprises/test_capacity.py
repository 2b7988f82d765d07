"""Seats: taken, moved, released, given up, closed; and the fast count against a slow oracle."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, column, select, true, values

from enterprises.places import services
from enterprises.places.closure_queries import closed_periods
from enterprises.places.models import Closure, Place, Seat, SeatUse
from enterprises.places.queries import (
    free_seats,
    free_seats_over,
    seats_in_service,
    weeks_of_free_seats,
)
from enterprises.places.rules import SeatUseKind
from marketplace import clock
from marketplace.db import db, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.statements import statements_of
from tests.support.supply import Supply, after

REQUEST, PLACEMENT = SeatUseKind.REQUEST, SeatUseKind.PLACEMENT


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def place_id(world: Supply) -> int:
    """Three seats, published, of an enterprise under contract."""
    supply.signed(world.officer, world.manager, supply.open_system(world.officer))
    return supply.add_place(world.manager, supply.add_site(world.manager), seats=3)


def closures(place_id: int) -> list[Closure]:
    """Those that are not over."""
    return [closure for row in reversed(closed_periods(place_id)) for closure in row.closures]


def take(world: Supply, place_id: int, first: int, last: int, kind: SeatUseKind = REQUEST) -> int:
    with acting_as(world.case_officer), transaction():
        return services.take_seat(place_id, after(first), after(last), kind).id


def test_a_case_officer_takes_the_lowest_free_seat_until_none_is_left(world: Supply, place_id: int) -> None:
    uses = [take(world, place_id, 1, 10) for _ in range(3)]
    with acting_as(world.case_officer):
        numbers = [db.session.get_one(SeatUse, use).seat.number for use in uses]
        assert numbers == [1, 2, 3]
        assert free_seats(place_id, after(10), after(20)) == 0
        assert free_seats(place_id, after(11), after(20)) == 3
        with pytest.raises(Conflict, match="Ingen plats är ledig"), transaction():
            services.take_seat(place_id, after(10), after(11), REQUEST)
        with transaction():
            services.release_seat(uses[0])
        assert free_seats(place_id, after(1), after(10)) == 1


def test_free_seats_that_none_lasts_the_period_say_which_days_do(world: Supply, place_id: int) -> None:
    for first, last in ((1, 4), (8, 20), (9, 12)):
        take(world, place_id, first, last)
    with acting_as(world.manager), transaction():
        services.set_seats(place_id, 2, after(21))
    with acting_as(world.case_officer):
        assert all(free_seats(place_id, after(day), after(day)) for day in range(1, 31))
        with pytest.raises(Conflict) as refused, transaction():
            services.take_seat(place_id, after(1), after(30), REQUEST)
        assert f"sista dagen till senast {after(20)}" in refused.value.message_sv
        assert f"första dagen till tidigast {after(13)}" in refused.value.message_sv
        with transaction():
            services.take_seat(place_id, after(1), after(20), REQUEST)
        with transaction():
            services.take_seat(place_id, after(13), after(30), REQUEST)


def test_days_are_in_order(world: Supply, place_id: int) -> None:
    with acting_as(world.case_officer), pytest.raises(Invalid), transaction():
        services.take_seat(place_id, after(2), after(1), REQUEST)


def test_a_place_that_is_not_published_takes_nobody(world: Supply, place_id: int) -> None:
    with acting_as(world.manager), transaction():
        services.pause_place(place_id)
    with pytest.raises(Conflict, match="tar inte emot"):
        take(world, place_id, 1, 2)


def test_a_use_moves_on_its_own_seat_or_to_one_that_is_free(world: Supply, place_id: int) -> None:
    first, second = take(world, place_id, 1, 10), take(world, place_id, 1, 10)
    with acting_as(world.case_officer), transaction():
        moved = services.move_seat_use(first, after(1), after(20), PLACEMENT)
        assert (moved.seat.number, moved.kind) == (1, PLACEMENT)
        third = services.take_seat(place_id, after(11), after(30), REQUEST)
        assert db.session.get_one(Seat, third.seat_id).number == 2  # behind the second use
        assert services.move_seat_use(second, after(1), after(15)).seat.number == 3
        with pytest.raises(Conflict):
            services.move_seat_use(first, after(1), after(40))
            services.move_seat_use(third.id, after(5), after(30))
            services.move_seat_use(second, after(1), after(35))
            services.take_seat(place_id, after(12), after(12), REQUEST)


def test_lowering_gives_up_free_seats_and_says_when_the_rest_can_go(world: Supply, place_id: int) -> None:
    use = take(world, place_id, 0, 30)
    take(world, place_id, 0, 60)
    with acting_as(world.manager):
        with transaction():
            services.set_seats(place_id, 2, after(7))
        assert free_seats(place_id, after(0), after(6)) == 1
        assert free_seats(place_id, after(7), after(7)) == 0
        with pytest.raises(Conflict) as refusal, transaction():
            services.set_seats(place_id, 1, after(14))
        assert after(31).isoformat() in refusal.value.message_sv
        with transaction():
            services.set_seats(place_id, 1, after(31))
        assert db.session.get_one(SeatUse, use).last_day == after(30)


def test_raising_brings_seats_back_and_then_adds_new_ones_from_the_day(world: Supply, place_id: int) -> None:
    with acting_as(world.manager), transaction():
        services.set_seats(place_id, 1, after(5))
        services.set_seats(place_id, 4, after(10))
    wanted = {0: 3, 4: 3, 5: 1, 9: 1, 10: 4, 400: 4}
    with acting_as(world.case_officer):
        for day, seats in wanted.items():
            assert free_seats(place_id, after(day), after(day)) == seats, day
        with clock.travelling(after(-50)):
            statement = select(seats_in_service(clock.today())).where(Place.id == place_id)
            assert db.session.scalar(statement) == 3, "the seats that came later were not there then"


def test_the_same_number_again_changes_nothing_and_a_plan_can_be_taken_back(
    world: Supply, place_id: int
) -> None:
    with acting_as(world.manager), transaction():
        services.set_seats(place_id, 3, after(0))
        services.set_seats(place_id, 2, after(30))
        services.set_seats(place_id, 3, after(10))
    with acting_as(world.case_officer):
        assert free_seats(place_id, after(0), after(500)) == 3


def test_a_number_from_a_day_holds_whatever_was_planned_for_later(world: Supply, place_id: int) -> None:
    with acting_as(world.manager), transaction():
        services.set_seats(place_id, 5, after(10))
        services.set_seats(place_id, 3, after(5))
    with acting_as(world.case_officer):
        assert {free_seats(place_id, after(day), after(day)) for day in (0, 5, 10, 500)} == {3}
    with acting_as(world.manager), transaction():
        services.set_seats(place_id, 4, after(10))
    for _ in range(4):
        take(world, place_id, 12, 20)
    with acting_as(world.manager):
        with pytest.raises(Conflict, match=after(21).isoformat()), transaction():
            services.set_seats(place_id, 3, after(5))
        with transaction():
            services.set_seats(place_id, 4, after(5))
    with acting_as(world.case_officer):
        seen = {day: free_seats(place_id, after(day), after(day)) for day in (4, 5, 12, 500)}
        assert seen == {4: 3, 5: 4, 12: 0, 500: 4}


@pytest.mark.parametrize(("seats", "day", "field"), [(0, 0, "seats"), (61, 0, "seats"), (2, -1, "from_day")])
def test_what_a_place_cannot_have(world: Supply, place_id: int, seats: int, day: int, field: str) -> None:
    with acting_as(world.manager), pytest.raises(Invalid) as refusal, transaction():
        services.set_seats(place_id, seats, after(day))
    assert refusal.value.field == field


def test_a_closure_takes_free_seats_with_a_reason_and_can_be_opened_again(
    world: Supply, place_id: int
) -> None:
    take(world, place_id, 5, 10)
    with acting_as(world.manager):
        with pytest.raises(Conflict, match="Bara 2"), transaction():
            services.close_seats(
                place_id, seats=3, first_day=after(1), last_day=after(7), reason_sv="Semester"
            )
        with pytest.raises(Invalid), transaction():
            services.close_seats(place_id, seats=1, first_day=after(1), last_day=after(7), reason_sv=" ")
        with transaction():
            services.close_seats(
                place_id, seats=2, first_day=after(0), last_day=after(7), reason_sv="Semester"
            )
        assert free_seats(place_id, after(1), after(1)) == 1
        ids = [closure.id for closure in closures(place_id)]
        assert len(ids) == 2
        with clock.travelling(after(2)), transaction():
            services.reopen_closure(ids[0])
        kept = db.session.get_one(Closure, ids[0]).seat_use
        assert (kept.first_day, kept.last_day) == (after(0), after(1))
        with clock.travelling(after(3)), pytest.raises(Conflict, match="redan slut"), transaction():
            services.reopen_closure(ids[0])
        with clock.travelling(after(2)):
            assert [closure.id for closure in closures(place_id)] == [ids[1]], "one is over"
        with transaction():
            services.reopen_closure(ids[1])
        assert [closure.id for closure in closures(place_id)] == [ids[0]]


def test_a_place_in_use_is_not_closed(world: Supply, place_id: int) -> None:
    use = take(world, place_id, 0, 5)
    with acting_as(world.manager):
        with pytest.raises(Conflict, match="Pausa platsen"), transaction():
            services.close_place(place_id)
        with clock.travelling(after(6)), transaction():
            services.close_place(place_id)
        assert db.session.get_one(SeatUse, use).last_day == after(5)


def test_outsiders_change_no_capacity(world: Supply, place_id: int) -> None:
    use = take(world, place_id, 0, 5)
    with acting_as(world.manager), transaction():
        [closure] = services.close_seats(
            place_id, seats=1, first_day=after(1), last_day=after(2), reason_sv="Flytt"
        )
        closure_id = closure.id
    with acting_as(world.other_manager):
        assert closures(place_id) == []
        for act in (
            lambda: services.set_seats(place_id, 1, after(0)),
            lambda: services.reopen_closure(closure_id),
            lambda: services.pause_place(place_id),
            lambda: services.close_place(place_id),
            lambda: services.close_seats(
                place_id, seats=1, first_day=after(0), last_day=after(1), reason_sv="Nej"
            ),
        ):
            with pytest.raises(NotFound), transaction():
                act()
    for stranger in (world.other_manager, world.other_officer):
        with acting_as(stranger), pytest.raises(Exception), transaction():  # noqa: B017 - refused below the services
            services.take_seat(place_id, after(20), after(21), REQUEST)
    with acting_as(world.case_officer):
        assert db.session.get_one(SeatUse, use).kind is REQUEST


def test_weeks_are_read_in_one_query_whatever_the_number_of_places(world: Supply, place_id: int) -> None:
    site_id = supply.add_site(world.manager, "Ateljén")
    ids = [place_id, *(supply.add_place(world.manager, site_id, 2, f"Plats {n}") for n in range(4))]
    take(world, place_id, 8, 8)
    with acting_as(world.case_officer):
        strips = weeks_of_free_seats(ids, clock.today(), 5)
        assert len(statements_of(lambda: weeks_of_free_seats(ids, clock.today(), 5))) == 1
        assert {len(strip) for strip in strips.values()} == {5}
        for week in strips[place_id]:
            last = week.monday + timedelta(days=6)
            assert week.monday.weekday() == 0
            assert week.free == free_seats(place_id, max(week.monday, clock.today()), last)
            assert week.seats == 3


DAYS = st.integers(0, 12)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("take"), DAYS, DAYS),
        st.tuples(st.just("move"), DAYS, DAYS),
        st.tuples(st.just("release"), DAYS, DAYS),
        st.tuples(st.just("close"), DAYS, DAYS),
        st.tuples(st.just("set"), st.integers(1, 5), DAYS),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_the_fast_count_is_the_slow_one(
    world: Supply, place_id: int, moves: list[tuple[str, int, int]]
) -> None:
    """Whatever happens to the seats, every period's count equals looking at each seat and each day in turn."""
    savepoint = db.session.begin_nested()
    for kind, one, other in moves:
        try:
            with db.session.begin_nested():
                _act(world, place_id, kind, one, other)
        except DomainError:
            db.session.expire_all()
    with acting_as(world.case_officer):
        days = [(after(day),) for day in range(14)]
        first, last = (values(column("day", Date), name=name).data(days) for name in ("first", "last"))
        counted = (
            select(first.c.day, last.c.day, free_seats_over(first.c.day, last.c.day))
            .select_from(Place)
            .join(first, true())
            .join(last, first.c.day <= last.c.day)
            .where(Place.id == place_id)
        )
        fast = {(row[0], row[1]): row[2] for row in db.session.execute(counted)}
        assert fast == _slowly_counted(place_id)
    savepoint.rollback()
    db.session.expire_all()


def _act(world: Supply, place_id: int, kind: str, one: int, other: int) -> None:
    first, last = after(min(one, other)), after(max(one, other))
    uses = list(
        db.session.scalars(
            select(SeatUse)
            .where(SeatUse.place_id == place_id, SeatUse.kind.in_([REQUEST, PLACEMENT]))
            .order_by(SeatUse.id)
        )
    )
    if kind in {"take", "move", "release"}:
        with acting_as(world.case_officer):
            if kind == "take":
                services.take_seat(place_id, first, last, REQUEST)
            elif uses and kind == "move":
                services.move_seat_use(uses[one % len(uses)].id, first, last)
            elif uses:
                services.release_seat(uses[one % len(uses)].id)
        return
    with acting_as(world.manager):
        if kind == "set":
            services.set_seats(place_id, one, after(other))
        else:
            services.close_seats(place_id, seats=1, first_day=first, last_day=last, reason_sv="Prov")


def _slowly_counted(place_id: int) -> dict[tuple[date, date], int]:
    """The seats that are free on every day from the first to the last."""
    free: Counter[tuple[date, date]] = Counter()
    for seat in db.session.scalars(select(Seat).where(Seat.place_id == place_id)):
        uses = db.session.scalars(select(SeatUse).where(SeatUse.seat_id == seat.id)).all()
        on_day = [sum(use.first_day <= after(day) <= use.last_day for use in uses) for day in range(14)]
        assert max(on_day) <= 1, "a seat holds one a day"
        for first in range(14):
            for last in range(first, 14):
                free[after(first), after(last)] += not any(on_day[first : last + 1])
    return dict(free)
