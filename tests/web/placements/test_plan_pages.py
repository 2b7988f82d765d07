"""The plan's pages: written by the supervisor, agreed to by the others, closed to everybody else."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from lxml import html
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market, build_market
from tests.support.training import agreed, consent_withdrawn, drafted, ended, proposed, running
from tests.web.reading import posted, text_of

WEDNESDAY = date(2026, 3, 11)
FORM: dict[str, Any] = {
    "hours_per_week": "15,5",
    "days_per_week": "4",
    "tasks_sv": "Sy <b>kassar</b>",
    "goal_1": "Kommer i tid",
    "goal_3": "أتعلم الخياطة",
    "follow_up_1": "2026-04-01",
}


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market()
    with travelling(WEDNESDAY):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


@pytest.fixture
def officer(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.officer)


def test_from_nothing_to_agreed(
    market: Market, placement_id: int, supervisor: Client, officer: Client, client_for: ClientFor
) -> None:
    path = f"/placeringar/{placement_id}/plan"
    assert "Handledaren skriver planen" in text_of(officer.get(path))
    empty = text_of(supervisor.get(path))
    assert "2026-03-23 (om 8 arbetsdagar)" in empty
    prefilled = supervisor.get(f"{path}/ny").get_data(as_text=True)
    assert "Uppgifter i lagom takt" in prefilled
    assert 'value="20"' in prefilled
    page = posted(supervisor, f"{path}/ny", **FORM)
    assert "Sy <b>kassar</b>" in page  # shown as typed, not as markup
    assert "15,5 tim på 4 dagar" in page
    assert "أتعلم الخياطة" in page
    assert "Handledaren skriver planen" in text_of(officer.get(path))  # a draft is hers
    plan_id = plan_of(supervisor, path)
    assert "Väntar på godkännande" in posted(supervisor, f"/planer/{plan_id}/foresla")
    assert "Du har godkänt planen." in posted(officer, f"/planer/{plan_id}/godkann")
    assert "redan godkänt" in text_of(officer.get(path))
    refused = supervisor.post(f"/planer/{plan_id}/deltagaren", data={})
    assert refused.status_code == 422
    assert "Bocka i rutan" in text_of(refused)
    page = posted(supervisor, f"/planer/{plan_id}/deltagaren", is_read="y")
    assert "Alla tre har godkänt" in page
    assert "Vittne: Hans Handledare, Gården & Co" in page
    assert "Överenskommen" in text_of(client_for(market.coordinator).get(path))


def plan_of(client: Client, path: str) -> int:
    page = html.fromstring(client.get(path).get_data(as_text=True))
    (action,) = [
        form.get("action") for form in page.findall(".//form") if "foresla" in form.get("action", "")
    ]
    return int(action.split("/")[2])


def test_what_was_typed_is_kept_and_the_error_stands_beside_the_field(
    supervisor: Client, placement_id: int
) -> None:
    wrong = FORM | {"hours_per_week": "99", "goal_1": "", "tasks_sv": "Det långa jag skrev"}
    answer = supervisor.post(f"/placeringar/{placement_id}/plan/ny", data=wrong)
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data(as_text=True))
    assert page.get_element_by_id("tasks_sv").text_content().strip() == "Det långa jag skrev"
    assert page.get_element_by_id("goal_1-fel") is not None
    refused = supervisor.post(f"/placeringar/{placement_id}/plan/ny", data=FORM | {"hours_per_week": "30"})
    page = html.fromstring(refused.get_data(as_text=True))
    assert "20 timmar" in page.get_element_by_id("hours_per_week-fel").text_content()


def test_a_follow_up_outside_the_placement_is_told(supervisor: Client, placement_id: int) -> None:
    answer = supervisor.post(
        f"/placeringar/{placement_id}/plan/ny", data=FORM | {"follow_up_1": "2027-01-01"}
    )
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data(as_text=True))
    assert "utanför placeringen" in page.get_element_by_id("follow_up_1-fel").text_content()


def test_a_new_version_and_the_old_one_to_read(
    market: Market, placement_id: int, supervisor: Client, officer: Client
) -> None:
    plan_id = proposed(market, placement_id)
    assert "Version 1 ersätts när du sparar" in text_of(supervisor.get(f"/planer/{plan_id}/ny-version"))
    page = posted(supervisor, f"/planer/{plan_id}/ny-version", **FORM)
    assert "Version 2 för Maja" in page
    refused = officer.post(f"/planer/{plan_id}/godkann")
    assert refused.status_code == 409
    assert "Version 1 har ersatts av version 2" in text_of(refused)
    old = text_of(officer.get(f"/planer/{plan_id}"))
    assert "Den här versionen är ersatt" in old
    assert "Syr en kasse själv" in old


def test_an_agreed_plan_holds_while_the_next_is_written(
    market: Market, placement_id: int, supervisor: Client, officer: Client
) -> None:
    plan_id = agreed(market, placement_id)
    page = posted(supervisor, f"/planer/{plan_id}/ny-version", **FORM)
    assert "Version 1 gäller tills alla tre har godkänt den här" in page
    assert "omfattningen" in page
    assert "Version 1 för Maja" in text_of(officer.get(f"/placeringar/{placement_id}/plan"))


def test_after_the_end_the_reason_stands_where_the_button_was(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    agreed(market, placement_id)
    ended(market, placement_id, WEDNESDAY)
    assert "Planen kan ändras så länge placeringen pågår" in text_of(
        supervisor.get(f"/placeringar/{placement_id}/plan")
    )


def test_outsiders_find_no_page(market: Market, placement_id: int, client_for: ClientFor) -> None:
    plan_id = proposed(market, placement_id)
    readers = (f"/placeringar/{placement_id}/plan", f"/planer/{plan_id}")
    writers = (f"/planer/{plan_id}/foresla", f"/planer/{plan_id}/godkann", f"/planer/{plan_id}/deltagaren")
    for actor in market.outsiders():
        client = client_for(actor)
        answers = [client.get(path) for path in readers] + [client.post(path) for path in writers]
        assert {answer.status_code for answer in answers} <= {403, 404}, actor.user_name
        assert all("Maja" not in answer.get_data(as_text=True) for answer in answers)
    assert client_for().get(readers[0]).status_code == 302


def test_without_consent_the_page_is_empty_at_once(
    market: Market, placement_id: int, supervisor: Client, officer: Client
) -> None:
    plan_id = drafted(market, placement_id)
    assert "Maja" in text_of(supervisor.get(f"/planer/{plan_id}"))
    consent_withdrawn(market, placement_id)
    answer = supervisor.get(f"/placeringar/{placement_id}/plan").get_data(as_text=True)
    assert "samtycke är återkallat" in answer
    assert "Maja" not in answer
    assert "Sy kassar" not in answer
    assert supervisor.get(f"/planer/{plan_id}").status_code == 404
    assert supervisor.post(f"/placeringar/{placement_id}/plan/ny", data=FORM).status_code == 422
