"""Closing seats: whom it touches is shown first; a closure is changed, and how it came about is told."""

import re

import pytest
from sqlalchemy.orm import Session

from enterprises.places import services
from enterprises.places.rules import SeatUseKind
from marketplace import clock
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, build_market, requested
from tests.support.statements import statements_of
from tests.support.supply import Supply, after
from tests.web.reading import text_of


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def place_id(world: Supply) -> int:
    """Three seats, published, of an enterprise under contract."""
    supply.signed(world.officer, world.manager, supply.open_system(world.officer))
    return supply.add_place(world.manager, supply.add_site(world.manager), seats=3)


def asked(seats: int, first: int, last: int, **more: str) -> dict[str, str]:
    days = {"first_day": after(first).isoformat(), "last_day": after(last).isoformat()}
    return {"seats": str(seats), "reason": "vacation", "reason_sv": "", **days, **more}


def decided(seats: int, first: int, last: int, **more: str) -> dict[str, str]:
    """The second step, of what the first one has shown."""
    noun = "plats" if seats == 1 else "platser"
    seen = f"{seats} {noun} {after(first)}–{after(last)}"
    return asked(seats, first, last, gor="stang", looked_at=seen, **more)


def closed(manager: Client, place_id: int, seats: int, first: int, last: int) -> int:
    """The number of the closure."""
    page = f"/platser/{place_id}"
    assert manager.post(f"{page}/stang", data=decided(seats, first, last)).location == page
    html = manager.get(page).get_data(as_text=True)
    return int(html.split('id="stangning-')[1].split('"')[0])


def test_what_a_closure_touches_is_shown_before_it_is_made(
    world: Supply, place_id: int, client_for: ClientFor
) -> None:
    with acting_as(world.case_officer), transaction():
        services.take_seat(place_id, after(1), after(14), SeatUseKind.REQUEST)
    manager, page = client_for(world.manager), f"/platser/{place_id}/stang"
    shown = text_of(manager.post(page, data=asked(2, 10, 20)))
    assert "Nummer 2, 3 stängs" in shown
    assert "Förfrågan som väntar på svar" in shown
    assert f"{after(15)}" in shown, "from when seat 1 could be closed"
    shown = text_of(manager.post(page, data=asked(3, 10, 20, gor="stang")))
    assert "2 av 3 platser är lediga alla dagarna: nummer 2, 3" in shown
    assert f"Från {after(15)} går det att stänga 3 platser" in shown
    assert "Stängningar" not in text_of(manager.get(f"/platser/{place_id}")), "nothing is closed by looking"


def test_other_days_than_those_that_were_shown_are_shown_first(
    world: Supply, place_id: int, client_for: ClientFor
) -> None:
    manager, page = client_for(world.manager), f"/platser/{place_id}/stang"
    other = decided(2, 10, 20) | {"last_day": after(25).isoformat()}
    shown = manager.post(page, data=other)
    assert shown.status_code == 200
    assert "Det här skulle hända" in text_of(shown)
    assert manager.post(page, data=decided(2, 10, 25)).status_code == 302


def test_wrong_days_are_told_and_what_was_typed_stays(
    world: Supply, place_id: int, client_for: ClientFor
) -> None:
    manager, page = client_for(world.manager), f"/platser/{place_id}/stang"
    wrong = manager.post(page, data=asked(2, 10, 5, reason_sv="Vecka 28"))
    assert wrong.status_code == 422
    assert "före första dagen" in text_of(wrong)
    assert 'value="Vecka 28"' in wrong.get_data(as_text=True)
    wordless = manager.post(page, data=decided(2, 5, 10) | {"reason": "other"})
    assert wordless.status_code == 422
    assert "Skriv varför" in text_of(wordless)
    assert "Välj i dag eller en senare dag" in text_of(manager.post(page, data=asked(1, -1, 5)))


def test_a_closure_is_changed_and_its_history_is_told(
    world: Supply, place_id: int, client_for: ClientFor
) -> None:
    manager = client_for(world.manager)
    number = closed(manager, place_id, 3, 5, 20)
    page = f"/platser/stangningar/{number}/andra"
    assert "Nu: 3 platser" in text_of(manager.get(page))
    shown = text_of(manager.post(page, data=asked(2, 7, 30)))
    assert "Nummer 2, 3 stängs" in shown, "what it holds itself is not in its way"
    change = decided(2, 7, 30, why_sv="Semestern flyttades.")
    assert manager.post(page, data=change).status_code == 302
    seen = text_of(manager.get(f"/platser/{place_id}"))
    assert "2 platser stängda: nummer 2, 3" in seen
    assert f"Ändrade från 3 platser {after(5)}–{after(20)} till 2 platser {after(7)}–{after(30)}" in seen
    assert "Semestern flyttades." in seen
    assert "Vera Verksamhetsledare" in seen
    assert "Historik (2)" in seen
    more = manager.post(page, data=decided(3, 7, 30))
    assert more.status_code == 422
    assert "Stäng fler med en ny stängning" in text_of(more)
    with clock.travelling(after(10)):
        later = client_for(world.manager)
        begun = later.post(page, data=decided(2, 0, 20))
        assert "Stängningen har börjat" in text_of(begun)
    assert "Stängningar" not in text_of(client_for(world.case_officer).get(f"/platser/{place_id}"))


def test_seats_are_opened_one_by_one_or_all(world: Supply, place_id: int, client_for: ClientFor) -> None:
    manager, page = client_for(world.manager), f"/platser/{place_id}"
    number = closed(manager, place_id, 2, 5, 20)
    opening = re.findall(r"/platser/stangningar/\d+/oppna(?=\")", manager.get(page).get_data(as_text=True))
    assert len(opening) == 2
    assert manager.post(opening[0]).status_code == 302
    assert "1 plats stängd: nummer" in text_of(manager.get(page))
    assert manager.post(f"/platser/stangningar/{number}/oppna-alla").status_code == 302
    assert "Slut" in text_of(manager.get(page))
    assert manager.post(f"/platser/stangningar/{number}/oppna-alla").status_code == 409
    assert manager.get(f"/platser/stangningar/{number}/andra").location == page
    rival = client_for(world.other_manager)
    assert rival.get(f"/platser/stangningar/{number}/andra").status_code == 404
    assert rival.post(f"/platser/stangningar/{number}/oppna-alla").status_code == 404


def test_the_page_asks_as_much_however_many_closures(
    world: Supply, place_id: int, client_for: ClientFor
) -> None:
    manager, page = client_for(world.manager), f"/platser/{place_id}"
    closed(manager, place_id, 1, 5, 6)
    before = len(statements_of(lambda: manager.get(page)))
    for number in range(4):
        with acting_as(world.manager), transaction():
            first = after(10 + number * 3)
            services.close_seats(place_id, seats=2, first_day=first, last_day=first, reason_sv="Prov")
    assert len(statements_of(lambda: manager.get(page))) == before
    assert today() < after(1)


def test_a_placement_in_the_way_is_told_by_number_and_never_by_name(
    session: Session, client_for: ClientFor
) -> None:
    with clock.travelling(TODAY):
        market = build_market()
        placement_id = requested(market)
        manager = client_for(market.manager)
        shown = manager.post(f"/platser/{market.sewing_id}/stang", data=asked(1, 0, 300))
    assert f"P{placement_id:06d}, begärd" in text_of(shown)
    assert f"/placeringar/{placement_id}" in shown.get_data(as_text=True)
    assert "Deltagare" not in text_of(shown)
