"""The door of the participant's page: the code, the throttle, and what a session by code opens."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from marketplace.web.limiter import limiter
from placements.access.rules import OPENINGS_A_DAY
from placements.access.services import give_code, revoke_codes_of
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market, granted

PAGE = "/min-sida"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def participant_id(market: Market) -> int:
    return granted(market)[0]


@pytest.fixture
def code(market: Market, participant_id: int) -> str:
    with acting_as(market.officer), transaction():
        return give_code(participant_id)


def opened(client_for: ClientFor, code: str) -> Client:
    client = client_for()
    answer = client.post(PAGE, data={"code": code})
    assert answer.status_code == 302
    return client


def test_the_officer_gets_the_code_once(market: Market, participant_id: int, client_for: ClientFor) -> None:
    client = client_for(market.officer)
    page = client.post(f"/deltagare/{participant_id}/kod").text
    assert "Skriv av koden" in page
    code = page.split('code-slip-code">')[1].split("<")[0]
    assert code not in client.get(f"/deltagare/{participant_id}").text
    opened(client_for, code)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Skriv koden."),
        ("ABC", "Koden har 10 tecken. Du skrev 3."),
        ("ABCDE-23456", "Koden stämmer inte"),
        ("å" * 300, "Koden är för lång"),
    ],
)
def test_a_wrong_code_is_told_and_stays_in_the_field(
    market: Market, client_for: ClientFor, typed: str, says: str
) -> None:
    answer = client_for().post(PAGE, data={"code": typed})
    assert answer.status_code == 422
    assert says in answer.text
    assert not typed or f'value="{typed}"' in answer.text


def test_guessing_is_throttled(
    market: Market, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    here = {"REMOTE_ADDR": "192.0.2.31"}
    client = client_for()
    answers = [
        client.post(PAGE, data={"code": f"ABCDE23{number:03}"}, environ_base=here).status_code
        for number in range(222, 283)
    ]
    assert answers == [422] * 60 + [429]


def test_a_code_that_is_used_too_often_is_told_in_words(
    market: Market, code: str, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    for number in range(OPENINGS_A_DAY):
        answer = client_for().post(
            PAGE, data={"code": code}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
        )
        assert answer.status_code == 302
    for way in (f"{code[:5]} - {code[5:].lower()}", f"{code[:5]}.{code[5:]}", f"{code[:5]}–{code[5:]}_"):
        answer = client_for().post(PAGE, data={"code": way})
        assert answer.status_code == 429
    assert "Koden har använts många gånger i dag" in answer.text


def test_a_session_by_code_opens_no_page_of_work(code: str, client_for: ClientFor) -> None:
    client = opened(client_for, code)
    for address in ("/", "/sok/", "/deltagare/", "/placeringar/"):
        assert client.get(address).status_code == 403, address
    assert client.post("/logga-ut").status_code in {302, 403}


def test_closing_the_page_ends_the_session_wherever_it_is_open(code: str, client_for: ClientFor) -> None:
    client, elsewhere = opened(client_for, code), opened(client_for, code)
    copied = client_for()
    name = client.application.config["SESSION_COOKIE_NAME"]
    copied.set_cookie(name, client.get_cookie(name).value)  # type: ignore[union-attr]
    assert copied.get(PAGE).status_code == 302
    closed = client.post(f"{PAGE}/stang")
    assert closed.headers["Clear-Site-Data"] == '"storage"'
    assert [one.get(PAGE).status_code for one in (client, copied, elsewhere)] == [200, 200, 200]
    assert opened(client_for, code).get(PAGE).status_code == 302


def test_a_code_that_is_taken_back_closes_an_open_page(
    market: Market, participant_id: int, code: str, client_for: ClientFor
) -> None:
    client = opened(client_for, code)
    with acting_as(market.officer), transaction():
        revoke_codes_of(participant_id)
    assert client.get(PAGE).status_code == 200


def test_who_opens_with_a_code_is_no_longer_signed_in(
    market: Market, code: str, client_for: ClientFor
) -> None:
    """On a shared laptop the officer's session must not be under the participant's page."""
    client = client_for(market.officer)
    client.post(PAGE, data={"code": code})
    assert client.get("/deltagare/").status_code == 403
