"""Two who save the same week: whoever comes second is told by the day, and nothing is overwritten unseen."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from lxml import html
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.tenancy import acting_as
from placements.attendance.queries import days_of_placement
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market, build_market
from tests.support.statements import statements_of
from tests.support.training import agreed, attended, ended, running
from tests.web.placements.test_attendance_pages import as_filled_in, name
from tests.web.reading import text_of

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
WEEK_12 = "/narvaro?vecka=2026-W12"


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=12)
    with travelling(WEEK[4]):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    agreed(market, placement_id)
    return placement_id


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


def week(market: Market, placement_id: int) -> list[str]:
    with acting_as(market.officer):
        return [day.said_sv for day in days_of_placement(placement_id)]


def test_the_second_tab_is_told_and_saves_what_it_touched(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    first, second = as_filled_in(supervisor), as_filled_in(supervisor)
    sick = {name(placement_id, day, "kind"): "ill" for day in WEEK[:2]}
    assert supervisor.post(WEEK_12, data=first | sick).status_code == 302
    typed = second | {name(placement_id, WEEK[1], "hours"): "2", name(placement_id, WEEK[2], "hours"): "3"}
    answer = supervisor.post(WEEK_12, data=typed)
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data(as_text=True))
    wrong = name(placement_id, WEEK[1], "hours")
    assert "Under tiden sparades: Sjuk." in page.get_element_by_id(f"{wrong}-fel").text_content()
    assert page.get_element_by_id(wrong).get("value") == "2"
    assert page.get_element_by_id(name(placement_id, WEEK[2], "hours")).get("value") == "3"
    assert len(page.find_class("attendance-wrong")) == 1, "the Monday was not touched, so it stays as saved"
    assert week(market, placement_id) == ["Sjuk", "Sjuk", "4 tim", "4 tim"]
    (form,) = [form for form in page.forms if form.get("class") == "attendance-form"]
    again = {key: value or "" for key, value in form.form_values()}
    assert supervisor.post(WEEK_12, data=again).status_code == 302
    assert week(market, placement_id) == ["Sjuk", "2 tim", "3 tim", "4 tim"]


def test_the_same_twice_is_no_quarrel(market: Market, placement_id: int, supervisor: Client) -> None:
    """As when the answer to the first never came."""
    data = as_filled_in(supervisor) | {name(placement_id, WEEK[0], "kind"): "ill"}
    for _ in range(2):
        assert supervisor.post(WEEK_12, data=data).status_code == 302
    assert week(market, placement_id)[0] == "Sjuk"


NO_TRAINING = {"kind": "no_training", "hours": ""}


def without(placement_id: int, *days: date) -> dict[str, str]:
    return {name(placement_id, day, part): said for day in days for part, said in NO_TRAINING.items()}


def test_days_that_are_cleared_stay_so_when_the_week_is_saved_again(
    market: Market, placement_id: int, supervisor: Client, client_for: ClientFor
) -> None:
    cleared = as_filled_in(supervisor) | without(placement_id, *WEEK[2:4])
    assert supervisor.post(WEEK_12, data=cleared).status_code == 302
    again = as_filled_in(supervisor)
    assert {key: again[key] for key in without(placement_id, *WEEK[2:4])} == without(placement_id, *WEEK[2:4])
    answer = supervisor.post(WEEK_12, data=again)
    assert "Ingenting ändrades" in text_of(supervisor.get(answer.location))
    assert week(market, placement_id) == ["4 tim", "4 tim"]
    assert "Torsdag 19/3 Ingen träning" in text_of(
        client_for(market.officer).get(f"/placeringar/{placement_id}/narvaro")
    )


def test_a_closed_week_neither_waits_nor_is_recorded_later(
    market: Market, placement_id: int, supervisor: Client, client_for: ClientFor
) -> None:
    attended(market, placement_id, *(date(2026, 3, day) for day in range(9, 13)))
    with travelling(date(2026, 3, 23)):
        client = client_for(market.supervisor)
        assert "Registrera närvaro vecka 12" in text_of(client.get("/"))
        closed = as_filled_in(client) | without(placement_id, *WEEK)
        assert client.post(WEEK_12, data=closed).status_code == 302
        assert "Registrera närvaro vecka 12" not in text_of(client.get("/"))
        page = text_of(client.get(WEEK_12))
        assert "Närvaro saknas" not in page
        assert "Allt som planerat" not in page
        assert client.post(WEEK_12, data=as_filled_in(client)).status_code == 302
    assert week(market, placement_id) == ["4 tim"] * 4, "the week before"


def test_a_tab_that_did_not_see_the_clearing_records_nothing_over_it(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    first, second = as_filled_in(supervisor), as_filled_in(supervisor)
    assert supervisor.post(WEEK_12, data=first | without(placement_id, *WEEK[2:4])).status_code == 302
    assert supervisor.post(WEEK_12, data=second).status_code == 302, "untouched, so it stays as saved"
    assert week(market, placement_id) == ["4 tim", "4 tim"]
    answer = supervisor.post(WEEK_12, data=second | {name(placement_id, WEEK[2], "hours"): "3"})
    assert answer.status_code == 422
    assert "Under tiden sparades: Ingen träning." in text_of(answer)


def test_who_came_after_the_page_was_opened_is_left_alone(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    data = as_filled_in(supervisor)
    other = running(market, 2)
    assert supervisor.post(WEEK_12, data=data).status_code == 302
    assert week(market, other) == []


def test_a_day_that_has_come_outside_is_told_with_what_was_typed(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    data = as_filled_in(supervisor)
    ended(market, placement_id, WEEK[2])
    with travelling(WEEK[4]):
        assert supervisor.post(WEEK_12, data=data).status_code == 302, "untouched: nothing to tell"
        answer = supervisor.post(WEEK_12, data=data | {name(placement_id, WEEK[3], "hours"): "6"})
    assert answer.status_code == 422
    assert "tors 19/3: Dagen ligger utanför placeringen. Inte sparat: Närvarande 6." in text_of(answer)


def test_the_script_is_told_where_to_go_or_that_something_is_to_be_mended(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    asks = {"Accept": "application/json"}
    data = as_filled_in(supervisor)
    wrong = supervisor.post(WEEK_12, data=data | {name(placement_id, WEEK[0], "hours"): "25"}, headers=asks)
    assert wrong.status_code == 422
    saved = supervisor.post(WEEK_12, data=data, headers=asks)
    assert saved.status_code == 200
    assert saved.json == {"location": "/narvaro?vecka=2026-W12"}
    assert "Vecka 12 är sparad" in text_of(supervisor.get(saved.json["location"]))


def test_days_without_training_are_not_asked_for(placement_id: int, supervisor: Client) -> None:
    page = html.fromstring(supervisor.get(WEEK_12).get_data(as_text=True))
    (more,) = page.find_class("attendance-more")
    assert "Ingen träning" in more.text_content()
    assert "Allt som planerat" in page.text_content()


def test_signing_out_clears_what_the_browser_keeps(supervisor: Client) -> None:
    assert supervisor.post("/logga-ut").headers["Clear-Site-Data"] == '"storage"'


def test_the_page_asks_the_same_for_one_and_for_many(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    def asked() -> tuple[int, int]:
        data = as_filled_in(supervisor)
        return (
            len(statements_of(lambda: supervisor.get(WEEK_12))),
            len(statements_of(lambda: supervisor.post(WEEK_12, data=data))),
        )

    attended(market, placement_id, WEEK[0])
    one = asked()
    for number in range(2, 9):
        attended(market, running(market, number), WEEK[0])
    assert asked() == one
