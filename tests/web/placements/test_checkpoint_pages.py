"""Writing what is asked, answering it by code, and reading it as a line over time."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest

from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as
from placements.access.queries import participant_actor
from placements.access.services import revoke_codes_of
from placements.checkpoints import queries, services
from placements.checkpoints.rules import CheckpointState, QuestionKind, SurveyState
from tests.support.asking import STARTER, answered, asked, participant_of, published
from tests.support.clients import Client, ClientFor
from tests.support.own_page import let_in
from tests.support.placement_market import FIRST_DAY, Market
from tests.support.statements import statements_of
from tests.support.training import running


@pytest.fixture(autouse=True)
def _first_day() -> Iterator[None]:
    with travelling(FIRST_DAY):
        yield


@pytest.fixture
def market(ready_market: Market) -> Market:
    return ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    published(market.strategist)
    return placement_id


@pytest.fixture
def she(market: Market, placement_id: int) -> Actor:
    return participant_actor(participant_of(placement_id, market.officer))


@pytest.fixture
def her_client(client_for: ClientFor, market: Market, she: Actor) -> Client:
    return let_in(client_for, market, she)


def _text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


# She answers.


def test_she_answers_a_question_at_a_time_in_her_language(
    market: Market, placement_id: int, her_client: Client
) -> None:
    checkpoint_id = asked(market, placement_id)
    own = f"/min-sida/avstamningar/{checkpoint_id}"
    assert own in her_client.get("/min-sida/platser").text
    page = her_client.get(own).text
    assert "العربية" in page
    assert "Din handledare på arbetsplatsen får inte läsa dem" in page
    assert her_client.post(f"{own}/sprak", data={"sprak": "ar"}).status_code == 302
    question = her_client.get(f"{own}/fraga/1").text
    assert 'lang="ar" dir="rtl"' in question
    saved = her_client.post(f"{own}/fraga/1", data={"svar": "4"})
    assert saved.location.endswith("/fraga/2")
    # She closes the page, and comes back.
    assert "Du har svarat på 1 av" in her_client.get(own).text
    assert re.search(r'value="4" checked', her_client.get(f"{own}/fraga/1").text)
    last = len(re.findall(r"<li>\s*<h2", her_client.get(f"{own}/skicka").text))
    words = her_client.post(f"{own}/fraga/{last}", data={"svar": "أريد وقتاً أكثر"})
    assert words.location.endswith("/skicka")
    assert "أريد وقتاً أكثر" in her_client.get(f"{own}/skicka").text
    assert her_client.post(f"{own}/skicka").status_code == 302
    shown = her_client.get(own).text
    assert "Dina svar är inskickade" in shown
    assert "أريد وقتاً أكثر" in her_client.get("/min-sida/avstamningar").text


def test_a_language_that_is_missing_falls_back_and_says_so(
    market: Market, placement_id: int, she: Actor, her_client: Client
) -> None:
    checkpoint_id = asked(market, placement_id)
    with acting_as(she), transaction():
        services.choose_language(checkpoint_id, "so")
    page = her_client.get(f"/min-sida/avstamningar/{checkpoint_id}/fraga/1").text
    assert "Frågan finns inte på somaliska än. Här är den på svenska." in page
    assert 'lang="sv" dir="ltr"' in page


@pytest.mark.parametrize("typed", ["6", "-1", "ja", "²", "1' OR 1=1", "9" * 50])
def test_what_is_no_answer_is_told_in_easy_words(
    market: Market, placement_id: int, her_client: Client, typed: str
) -> None:
    own = f"/min-sida/avstamningar/{asked(market, placement_id)}"
    answer = her_client.post(f"{own}/fraga/1", data={"svar": typed})
    assert answer.status_code == 422
    assert "Välj ett av svaren" in answer.text


def test_a_very_long_text_is_kept_and_told(market: Market, placement_id: int, her_client: Client) -> None:
    own = f"/min-sida/avstamningar/{asked(market, placement_id)}"
    position = next(n for n in range(1, 9) if "<textarea" in her_client.get(f"{own}/fraga/{n}").text)
    long = "kolumn\tannan\n" * 400
    answer = her_client.post(f"{own}/fraga/{position}", data={"svar": long})
    assert answer.status_code == 422
    assert "Texten är för lång" in answer.text
    assert long.strip() in unescape(answer.text)


def test_a_second_tab_after_it_is_handed_in_keeps_what_was_written(
    market: Market, placement_id: int, she: Actor, her_client: Client
) -> None:
    checkpoint_id = asked(market, placement_id)
    answered(she, checkpoint_id)
    own = f"/min-sida/avstamningar/{checkpoint_id}"
    late = her_client.post(f"{own}/fraga/5", data={"svar": "Jag vill också säga en sak"})
    assert late.status_code == 409
    assert "Jag vill också säga en sak" in late.text
    assert "redan skickat in" in late.text
    again = her_client.post(f"{own}/skicka")
    assert again.status_code == 302
    assert "redan skickat in" in her_client.get(own).text
    assert her_client.get(f"{own}/fraga/1").status_code == 302


def test_a_withdrawn_code_keeps_what_was_written_on_the_page(
    market: Market, placement_id: int, she: Actor, her_client: Client
) -> None:
    own = f"/min-sida/avstamningar/{asked(market, placement_id)}"
    her_client.post(f"{own}/fraga/1", data={"svar": "2"})
    with acting_as(market.officer), transaction():
        revoke_codes_of(she.participant_id or 0)
    answer = her_client.post(f"{own}/fraga/5", data={"svar": "Det jag skrev"})
    assert answer.status_code == 403
    assert "Det jag skrev" in answer.text
    assert "Skriv din kod igen" in answer.text
    assert her_client.post(f"{own}/fraga/2", data={"svar": "3"}).location.endswith("/min-sida")
    with acting_as(she):
        checkpoint_id = int(own.rsplit("/", 1)[1])
        assert [answer.number for answer in queries.answers_to(checkpoint_id).values()] == [2]


def test_she_may_say_no(market: Market, placement_id: int, her_client: Client) -> None:
    checkpoint_id = asked(market, placement_id)
    own = f"/min-sida/avstamningar/{checkpoint_id}"
    assert her_client.get(f"{own}/avsta").status_code == 200
    assert her_client.post(f"{own}/avsta").status_code == 302
    with acting_as(market.officer):
        assert queries.checkpoint(checkpoint_id).state is CheckpointState.DECLINED


def test_nothing_is_asked_of_her_before_it_is_due(her_client: Client) -> None:
    assert "inga frågor till dig" in her_client.get("/min-sida/avstamningar").text
    assert "/min-sida/avstamningar" not in her_client.get("/min-sida/platser").text


# Her line.


def test_her_line_is_the_same_to_her_and_her_officer(
    client_for: ClientFor, market: Market, placement_id: int, she: Actor, her_client: Client
) -> None:
    answered(she, asked(market, placement_id))
    day = date(2026, 6, 10)
    with travelling(day):
        answered(she, asked(market, placement_id, day), {**STARTER, QuestionKind.SCALE: "5"})
    with acting_as(she):
        line_id = queries.lines_of(she.participant_id or 0)[0].question_id
    base = f"/deltagare/{she.participant_id}/avstamningar"
    officer, supervisor = client_for(market.officer), client_for(market.supervisor)
    for client, page, image in (
        (her_client, "/min-sida/avstamningar", f"/min-sida/avstamningar/linje/{line_id}.svg"),
        (officer, base, f"{base}/linje/{line_id}.svg"),
        (client_for(market.coordinator), base, f"{base}/linje/{line_id}.svg"),
    ):
        shown = _text(client.get(page).text)
        assert "2026-03-09 Starten 4 av 5 Version 1" in shown
        assert "2026-06-10 Efter 3 månader 5 av 5 Version 1" in shown
        assert client.get(image).mimetype == "image/svg+xml"
    assert supervisor.get(base).status_code == 403
    assert client_for(market.south_officer).get(base).status_code == 404
    for client in (client_for(market.strategist), client_for(market.manager)):
        assert client.get(base).status_code == 403


def test_at_the_table(client_for: ClientFor, market: Market, placement_id: int) -> None:
    checkpoint_id = asked(market, placement_id)
    client = client_for(market.officer)
    page = client.get(f"/avstamningar/{checkpoint_id}/vid-bordet").text
    names = re.findall(r'name="(svar-\d+)"', page)
    wrong = client.post(
        f"/avstamningar/{checkpoint_id}/vid-bordet", data={names[0]: "77", names[-1]: "Mina ord"}
    )
    assert wrong.status_code == 422
    assert "Mina ord" in wrong.text
    nothing = client.post(f"/avstamningar/{checkpoint_id}/vid-bordet")
    assert "minst en fråga" in nothing.text
    done = client.post(
        f"/avstamningar/{checkpoint_id}/vid-bordet", data={names[0]: "3", names[-1]: "Mina ord"}
    )
    assert done.status_code == 302
    history = _text(client.get(done.location).text)
    assert f"Vid bordet, vittne {market.officer.user_name}" in history
    assert client.get(f"/avstamningar/{checkpoint_id}/vid-bordet").status_code == 302


def test_an_officer_notes_that_she_does_not_want_to(
    client_for: ClientFor, market: Market, placement_id: int
) -> None:
    checkpoint_id = asked(market, placement_id)
    client = client_for(market.officer)
    assert "frivilligt" in client.get(f"/avstamningar/{checkpoint_id}/avsta").text
    assert client.post(f"/avstamningar/{checkpoint_id}/avsta").status_code == 302
    with acting_as(market.officer):
        assert queries.checkpoint(checkpoint_id).state is CheckpointState.DECLINED


def test_the_history_costs_the_same_however_long_it_is(
    client_for: ClientFor, market: Market, placement_id: int, she: Actor
) -> None:
    client = client_for(market.officer)
    base = f"/deltagare/{she.participant_id}/avstamningar"
    counts = []
    for day in (FIRST_DAY, date(2026, 6, 10)):
        with travelling(day):
            answered(she, asked(market, placement_id, day))
        db.session.expire_all()
        client.get(base)
        counts.append(len(statements_of(lambda: client.get(base))))
    assert counts[0] == counts[1] <= 15


# What is asked.


def test_a_survey_is_written_translated_and_published(client_for: ClientFor, market: Market) -> None:
    client = client_for(market.strategist)
    yes_no = {"kind": "yes_no", "occasions": ["start"]}
    assert "Ingen enkät gäller" in client.get("/enkater").text
    made = client.post("/enkater/ny", data={"name_sv": "Vår enkät"})
    version = made.location
    version_id = int(version.rsplit("/", 1)[1])
    scale = {"text": "Hur går det?", "kind": "scale", "points": "9", "low_label": "Illa", "high_label": "Bra"}
    wrong = client.post(f"{version}/fragor/ny", data={**scale, "occasions": ["start", "end"]})
    assert wrong.status_code == 422
    assert 'value="Hur går det?"' in wrong.text
    right = client.post(f"{version}/fragor/ny", data={**scale, "points": "7", "occasions": ["start", "end"]})
    assert right.status_code == 302
    with acting_as(market.strategist):
        question_id = queries.version_with_questions(version_id).questions[0].id
    address = f"/enkater/fragor/{question_id}/oversatt?sprak=ar"
    assert 'dir="rtl"' in client.get(address).text
    assert client.post(address, data={"text": "كيف الحال؟"}).status_code == 422
    assert (
        client.post(address, data={"text": "كيف؟", "low_label": "سيئ", "high_label": "جيد"}).status_code
        == 302
    )
    shown = client.get(version).text
    assert 'lang="ar" dir="rtl"' in shown
    changed = client.post(
        f"/enkater/fragor/{question_id}/andra",
        data={**yes_no, "text": "Är det bra?"},
    )
    assert changed.status_code == 302
    assert client.post(f"{version}/publicera").status_code == 302
    assert "ändras inte" in client.get(version).text
    refused = client.post(f"/enkater/fragor/{question_id}/andra", data={**yes_no, "text": "Ny"})
    assert refused.status_code == 422
    assert "Skriv en ny version" in refused.text
    assert client.post(f"{version}/ny-version").status_code == 302
    with acting_as(market.strategist):
        ((_, versions),) = queries.surveys()
        assert [one.state for one in versions] == [SurveyState.DRAFT, SurveyState.PUBLISHED]


def test_the_suggestion_is_taken_up_and_changed(client_for: ClientFor, market: Market) -> None:
    client = client_for(market.coordinator)
    version = client.post("/enkater/forslag").location
    page = client.get(version).text
    assert "Hur nära ett vanligt arbete känner du dig?" in page
    question_id = int(re.findall(r"/enkater/fragor/(\d+)/andra", page)[1])
    assert client.post(f"/enkater/fragor/{question_id}/flytta", data={"at": "upp"}).status_code == 302
    assert client.post(f"/enkater/fragor/{question_id}/ta-bort").status_code == 302
    assert "Hur nära ett vanligt arbete" not in client.get(version).text
    assert client.post(f"{version}/kasta").status_code == 302
    assert client.get(version).status_code == 404


def test_who_writes_surveys(client_for: ClientFor, market: Market) -> None:
    for actor in (market.officer, market.supervisor, market.manager, market.controller):
        assert client_for(actor).get("/enkater").status_code == 403
