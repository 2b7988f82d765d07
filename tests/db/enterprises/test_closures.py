"""Closures: changed while they are coming and while they run, with a history that tells every step."""

from datetime import date

import pytest
from sqlalchemy import func, select

from enterprises.places import services
from enterprises.places.closure_queries import closed_periods, look
from enterprises.places.closure_rules import ClosureAction, Extent, OutageReason
from enterprises.places.models import ClosedPeriod, Closure, ClosureRevision, SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import SeatUseKind
from marketplace import clock
from marketplace.db import db, transaction
from marketplace.errors import Conflict, NotFound
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.statements import statements_of
from tests.support.supply import Supply, after


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def place_id(world: Supply) -> int:
    """Three seats, published, of an enterprise under contract."""
    supply.signed(world.officer, world.manager, supply.open_system(world.officer))
    return supply.add_place(world.manager, supply.add_site(world.manager), seats=3)


def close(world: Supply, place_id: int, seats: int, first: int, last: int) -> int:
    with acting_as(world.manager), transaction():
        made = services.close_seats(
            place_id,
            seats=seats,
            first_day=after(first),
            last_day=after(last),
            reason=OutageReason.VACATION,
        )
        return made[0].closed_period_id


def change(world: Supply, period_id: int, seats: int, first: date, last: date, why: str = "") -> None:
    with acting_as(world.manager), transaction():
        services.change_closure(
            period_id,
            seats=seats,
            first_day=first,
            last_day=last,
            reason=OutageReason.NO_SUPERVISOR,
            why_sv=why,
        )


def take(world: Supply, place_id: int, first: date, last: date) -> int:
    with acting_as(world.case_officer), transaction():
        return services.take_seat(place_id, first, last, SeatUseKind.REQUEST).id


def free(world: Supply, place_id: int, *days: date) -> list[int]:
    with acting_as(world.case_officer):
        return [free_seats(place_id, day, day) for day in days]


def test_a_coming_closure_takes_other_days_and_other_seats(world: Supply, place_id: int) -> None:
    period_id = close(world, place_id, 2, 5, 10)
    take(world, place_id, after(15), after(20))
    change(world, period_id, 2, after(12), after(18), "Ombokad")
    assert free(world, place_id, after(5), after(12), after(15), after(18), after(19)) == [3, 1, 0, 0, 2]
    with acting_as(world.manager):
        [row] = closed_periods(place_id)
        assert row.numbers == [2, 3]
        assert row.extent == Extent(2, after(12), after(18))
        first, second = row.revisions
        assert (first.action, first.before, first.after) == (
            ClosureAction.CLOSE,
            None,
            Extent(2, after(5), after(10)),
        )
        assert (second.before, second.after) == (first.after, row.extent)
        assert (second.why_sv, second.who) == ("Ombokad", "Vera Verksamhetsledare")
        assert db.session.scalar(select(func.count(SeatUse.id)).where(SeatUse.kind == "closure")) == 2


def test_a_change_that_cannot_be_leaves_everything_as_it_was(world: Supply, place_id: int) -> None:
    period_id = close(world, place_id, 2, 5, 10)
    for _ in range(2):
        take(world, place_id, after(12), after(20))
    with acting_as(world.manager), transaction(), pytest.raises(Conflict, match="Bara 1 av platserna"):
        services.change_closure(
            period_id,
            seats=2,
            first_day=after(5),
            last_day=after(15),
            reason=OutageReason.VACATION,
        )
    assert free(world, place_id, after(5), after(10), after(11)) == [1, 1, 3]
    with acting_as(world.manager):
        assert len(closed_periods(place_id)[0].revisions) == 1
        with transaction(), pytest.raises(Conflict):
            services.close_seats(
                place_id, seats=3, first_day=after(12), last_day=after(15), reason_sv="Ombyggnad"
            )
        assert db.session.scalar(select(func.count(ClosedPeriod.id))) == 1, "nothing half made is left"


def test_a_running_closure_keeps_what_has_been_and_its_own_seats(world: Supply, place_id: int) -> None:
    period_id = close(world, place_id, 2, 1, 10)
    begun, later = after(1), [after(day) for day in (0, 1, 4, 5, 9, 10, 20)]
    with clock.travelling(after(5)):
        change(world, period_id, 1, begun, later[-1])
    assert free(world, place_id, *later) == [3, 1, 1, 2, 2, 2, 2]
    with clock.travelling(later[3]):
        with acting_as(world.manager):
            assert closed_periods(place_id)[0].extent == Extent(1, begun, later[-1])
        change(world, period_id, 1, begun, later[4])
    assert free(world, place_id, *later) == [3, 1, 1, 2, 2, 3, 3]


def test_a_running_closure_is_not_prolonged_into_a_booking(world: Supply, place_id: int) -> None:
    period_id = close(world, place_id, 3, 1, 10)
    take(world, place_id, after(12), after(20))
    begun, last = after(1), after(15)
    with clock.travelling(after(5)):
        with pytest.raises(Conflict, match="Bara 2 av de stängda platserna"):
            change(world, period_id, 3, begun, last)
        change(world, period_id, 2, begun, last)
        with acting_as(world.manager):
            assert closed_periods(place_id)[0].numbers == [2, 3]


def test_opening_is_told_and_frees_the_seats(world: Supply, place_id: int) -> None:
    period_id = close(world, place_id, 2, 1, 10)
    with acting_as(world.manager):
        one = db.session.scalars(select(Closure.id).order_by(Closure.id)).first()
        assert one is not None
        with transaction():
            services.reopen_closure(one)
        [row] = closed_periods(place_id)
        assert (row.extent.seats, [told.after.seats for told in row.revisions]) == (1, [2, 1])
        with transaction():
            services.reopen_period(period_id)
        [row] = closed_periods(place_id)
        assert row.is_over
        assert "Öppnade alla platser" in row.revisions[-1].text_sv
        with pytest.raises(Conflict, match="redan slut"), transaction():
            services.reopen_period(period_id)
    assert free(world, place_id, after(5)) == [3]


def test_what_is_in_the_way_is_read_in_two_queries(world: Supply, place_id: int) -> None:
    take(world, place_id, after(1), after(5))
    asked = Extent(1, after(1), after(50))
    with acting_as(world.manager):
        few = statements_of(lambda: look(place_id, asked))
    for day in range(6, 20, 3):
        take(world, place_id, after(day), after(day + 1))
    with acting_as(world.manager):
        many = statements_of(lambda: look(place_id, asked))
        assert len(look(place_id, asked).touches) == 6
    assert len(few) == len(many) == 2


def test_another_enterprise_has_no_way_in(world: Supply, place_id: int) -> None:
    period_id = close(world, place_id, 1, 5, 10)
    with acting_as(world.other_manager):
        with pytest.raises(NotFound), transaction():
            services.reopen_period(period_id)
        with pytest.raises(NotFound), transaction():
            services.change_closure(
                period_id, seats=1, first_day=after(5), last_day=after(6), reason=OutageReason.SAFETY
            )
        assert closed_periods(place_id) == []
        assert db.session.scalar(select(func.count(ClosureRevision.id))) == 0
