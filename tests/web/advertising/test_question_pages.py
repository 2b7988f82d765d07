"""Questions and answers as the asker, the officer and everyone else see them."""

import pytest
from lxml import html
from sqlalchemy.orm import Session

from marketplace.web.limiter import limiter
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.supply import Supply
from tests.web.reading import made_number, posted, text_of

ASKED = "Vi på Växthuset undrar om en handledare får vara timanställd."
ANSWERED = {"question_sv": "Får en handledare vara timanställd?", "answer_sv": "Ja, <b>med</b> erfarenhet."}


@pytest.fixture
def world(session: Session) -> Supply:
    return supply.build_supply()


@pytest.fixture
def page(world: Supply) -> str:
    return f"/valfrihetssystem/{supply.open_system(world.officer)}/fragor"


def ask(manager: Client, page: str, words: str = ASKED) -> int:
    return made_number(manager.post(f"{page}/ny", data={"text_sv": words}))


def test_a_question_is_asked_answered_and_read_by_all(
    world: Supply, page: str, client_for: ClientFor
) -> None:
    manager, officer, anyone = client_for(world.manager), client_for(world.officer), client_for()
    assert "Inget är besvarat än" in text_of(anyone.get(page))
    assert "Bara ni och myndigheten" in posted(manager, f"{page}/ny", text_sv=ASKED)
    assert "Växthuset" not in text_of(anyone.get(page))
    assert "timanställd" in text_of(manager.get(page))
    assert "Inkomna frågor" in text_of(officer.get(page))

    waiting = html.fromstring(officer.get("/").get_data(as_text=True)).xpath("//a[@class='work-link']/@href")
    question = next(address for address in waiting if "/fragor/" in address)
    assert "0 arbetsdagar" in text_of(officer.get(question))
    form = officer.get(f"{question}/svara")
    assert (
        ASKED in html.fromstring(form.get_data(as_text=True)).get_element_by_id("question_sv").text_content()
    )

    shown = officer.post(f"{question}/svara", data=ANSWERED | {"gor": "visa"})
    assert shown.status_code == 200
    assert "Så kommer alla att läsa det" in text_of(shown)
    assert "Inget är besvarat än" in text_of(anyone.get(page))
    named = officer.post(f"{question}/svara", data=ANSWERED | {"question_sv": ASKED})
    assert named.status_code == 422
    assert "Texten nämner Växthuset" in text_of(named)
    assert officer.post(f"{question}/svara", data=ANSWERED).location == page

    for reader in (anyone, manager, client_for(world.other_manager)):
        seen = text_of(reader.get(page))
        assert "Får en handledare vara timanställd?" in seen
        assert "Ja, <b>med</b> erfarenhet." in seen
    for stranger in (anyone, client_for(world.other_manager), client_for(world.other_officer)):
        raw = stranger.get(page).get_data(as_text=True)
        assert "Växthuset" not in raw
        assert ASKED not in raw
    own = text_of(manager.get(question))
    assert "Svaret, så som alla läser det" in own
    assert ASKED in own
    for again in ("svara", "hanvisa"):
        assert officer.get(f"{question}/{again}").status_code == 409


def test_a_duplicate_is_pointed_to_its_answer(world: Supply, page: str, client_for: ClientFor) -> None:
    manager, officer = client_for(world.manager), client_for(world.officer)
    first, second = ask(manager, page), ask(client_for(world.other_manager), page, "Duger timanställda?")
    pointing = f"/valfrihetssystem/fragor/{second}/hanvisa"
    assert "Det finns inget svar att hänvisa till" in text_of(officer.get(pointing))
    officer.post(f"/valfrihetssystem/fragor/{first}/svara", data=ANSWERED)
    form = html.fromstring(officer.get(pointing).get_data(as_text=True))
    _, number = form.xpath("//select[@name='public_answer_id']/option/@value")
    missing = officer.post(pointing, data={"public_answer_id": ""})
    assert missing.status_code == 422
    assert "Välj ett svar." in text_of(missing)
    seen = posted(officer, pointing, public_answer_id=number)
    assert "Redan besvarad" in seen
    assert "Får en handledare vara timanställd?" in text_of(
        client_for(world.other_manager).get(f"/valfrihetssystem/fragor/{second}")
    )


def test_a_clarification_is_published_without_a_question(
    world: Supply, page: str, client_for: ClientFor
) -> None:
    officer = client_for(world.officer)
    assert "förtydligande" in text_of(officer.get(f"{page}/fortydligande"))
    empty = officer.post(f"{page}/fortydligande", data={"question_sv": "Vad gäller?", "answer_sv": ""})
    assert empty.status_code == 422
    assert "Vad gäller?" in text_of(empty)
    assert "Fråga 1" in posted(officer, f"{page}/fortydligande", **ANSWERED)


def test_only_the_two_open_a_question(world: Supply, page: str, client_for: ClientFor) -> None:
    question_id = ask(client_for(world.manager), page)
    question = f"/valfrihetssystem/fragor/{question_id}"
    for stranger in (world.other_manager, world.other_officer):
        assert client_for(stranger).get(question).status_code == 404
    for path in (f"{question}/svara", f"{question}/hanvisa"):
        other, manager = client_for(world.other_officer), client_for(world.manager)
        assert other.post(path, data=ANSWERED).status_code == 404
        assert manager.post(path, data=ANSWERED).status_code == 403
    assert client_for(world.supervisor).get(question).status_code == 403
    assert client_for().get(question).location.startswith("/logga-in")


def test_typed_text_stays_when_it_will_not_do(world: Supply, page: str, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    refused = manager.post(f"{page}/ny", data={"text_sv": "x" * 4001})
    assert refused.status_code == 422
    assert "x" * 4001 in refused.get_data(as_text=True)
    assert manager.post(f"{page}/ny", data={"text_sv": ""}).status_code == 422


def test_asking_is_throttled_for_the_enterprise_alone(
    world: Supply, page: str, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, other = client_for(world.manager), client_for(world.other_manager)
    monkeypatch.setattr(limiter, "enabled", True)
    refused = [manager.post(f"{page}/ny", data={"text_sv": ""}).status_code for _ in range(11)]
    answers = [manager.post(f"{page}/ny", data={"text_sv": f"Fråga {n}"}).status_code for n in range(11)]
    assert refused == [422] * 11
    assert answers == [302] * 10 + [429]
    assert manager.get(page).status_code == 200
    assert other.post(f"{page}/ny", data={"text_sv": "En fråga"}).status_code == 302


def test_a_system_that_is_not_open_has_no_questions(world: Supply, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    made = officer.post(
        "/valfrihetssystem/nytt",
        data={"name": "Nytt", "service_sv": "Tjänst", "regime": "lov", "kommun_codes": ["0136"]},
    )
    page = f"/valfrihetssystem/{made_number(made)}"
    for path in ("fragor", "annons", "annons.txt", "nytt.atom", "fragor/fortydligande"):
        refused = officer.get(f"{page}/{path}")
        assert refused.status_code == 404, path
        assert "inget publicerat förfrågningsunderlag" in refused.get_data(as_text=True)
    assert client_for(world.manager).get(f"{page}/fragor/ny").status_code == 404
