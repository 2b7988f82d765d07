"""Ten threads for the last seat, and booking against closing and lowering: all end lawful, none with a server error."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from enterprises.places import services
from enterprises.places.models import Place, SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import PlaceState, SeatUseKind
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.tenancy import Actor, acting_as
from tests.support import supply
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.supply import Supply, after

TEN = 10


@pytest.fixture
def world(database: Database) -> Supply:
    return supply.build_supply()


def contracted_place(world: Supply, seats: int) -> int:
    for officer in (world.officer, world.other_officer):
        supply.signed(officer, world.manager, supply.open_system(officer))
    place_id = supply.add_place(world.manager, supply.add_site(world.manager), seats=seats)
    db.session.remove()
    return place_id


def case_officer_of(world: Supply, officer: Actor) -> Actor:
    """One who books for the officer's authority; the row policies read role and authority."""
    return Actor(
        user_id=world.case_officer.user_id,
        user_name="Handläggare",
        organisation_id=world.case_officer.organisation_id,
        role=world.case_officer.role,
        authority_id=officer.authority_id,
    )


def test_ten_of_two_authorities_for_the_last_seat_give_one_and_nine_refusals(
    database: Database, world: Supply
) -> None:
    place_id = contracted_place(world, seats=1)
    bookers = [case_officer_of(world, one) for one in (world.officer, world.other_officer)] * (TEN // 2)

    def book() -> object:
        return services.take_seat(place_id, after(7), after(90), SeatUseKind.REQUEST)

    refused = refusals(all_at_once(database, [by(booker, book) for booker in bookers]))
    assert [type(refusal) for refusal in refused] == [Conflict] * (TEN - 1)
    with acting_as(world.case_officer):
        assert free_seats(place_id, after(7), after(90)) == 0


@pytest.mark.parametrize("rival", ["close", "lower", "pause", "closure"])
def test_booking_against_the_supplier_ends_lawfully(database: Database, world: Supply, rival: str) -> None:
    place_id = contracted_place(world, seats=2)
    acts: dict[str, Callable[[], object]] = {
        "close": lambda: services.close_place(place_id),
        "lower": lambda: services.set_seats(place_id, 1, today()),
        "pause": lambda: services.pause_place(place_id),
        "closure": lambda: services.close_seats(
            place_id, seats=1, first_day=after(0), last_day=after(9), reason_sv="Sjukdom"
        ),
    }

    def book() -> object:
        return services.take_seat(place_id, after(1), after(5), SeatUseKind.REQUEST)

    *bookings, change = all_at_once(
        database, [by(world.case_officer, book)] * 4 + [by(world.manager, acts[rival])]
    )
    assert {type(refusal) for refusal in refusals([*bookings, change])} <= {Conflict}
    is_changed = not refusals([change])
    with acting_as(world.manager):
        booked = db.session.scalar(
            select(func.count(SeatUse.id)).where(
                SeatUse.place_id == place_id, SeatUse.kind == SeatUseKind.REQUEST
            )
        )
        assert booked == 4 - len(refusals(bookings)) <= 2
        if rival == "close" and is_changed:
            assert booked == 0
            assert db.session.get_one(Place, place_id).state is PlaceState.CLOSED
        if rival in {"lower", "closure"} and is_changed:
            assert booked is not None
            assert booked <= 1
