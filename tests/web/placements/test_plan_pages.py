"""The plan's pages: written by the supervisor, agreed to by the others, closed to everybody else."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from lxml import html

from marketplace.accounts.models import Organisation
from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.participants.models import Grant
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import FIRST_DAY, Market
from tests.support.training import agreed, consent_withdrawn, drafted, ended, proposed, running
from tests.web.reading import paper_text_of, posted, text_of

WEDNESDAY = date(2026, 3, 11)
FORM: dict[str, Any] = {
    "steps-0-from_day": FIRST_DAY.isoformat(),
    "steps-0-hours_per_week": "7:30",
    "steps-0-days_per_week": "2",
    "steps-0-weekdays": ["1", "3"],
    "steps-1-from_day": "2026-04-06",
    "steps-1-hours_per_week": "15,5",
    "steps-1-days_per_week": "4",
    "steps-2-from_day": "",
    "tasks_sv": "Sy <b>kassar</b>",
    "periods-0-from_day": "2026-04-06",
    "periods-0-text_sv": "Byter till klippning",
    "goals-0-text_sv": "Kommer i tid",
    "goals-0-sign_sv": "Fyra dagar av fem",
    "goals-1-text_sv": "",
    "goals-2-text_sv": "أتعلم الخياطة",
    "goals-2-sign_sv": "学ぶ",
    "contacts-0-name": "Hans Handledare",
    "contacts-0-phone": "08-123 45 67",
    "absence_sv": "Ring Hans före åtta.",
    "follow_up_1": "2026-04-01",
}


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(WEDNESDAY):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


@pytest.fixture
def officer(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.officer)


def begun(supervisor: Client, placement_id: int) -> str:
    """The address of a new draft's form."""
    answer = supervisor.post(f"/placeringar/{placement_id}/plan/ny")
    assert answer.status_code == 302
    return str(answer.location)


def page_of(answer: Any) -> Any:
    return html.fromstring(answer.get_data(as_text=True))


def mark(supervisor: Client, path: str) -> str:
    return str(page_of(supervisor.get(path)).get_element_by_id("saves").get("value"))


def test_from_nothing_to_agreed(
    market: Market, placement_id: int, supervisor: Client, officer: Client, client_for: ClientFor
) -> None:
    path = f"/placeringar/{placement_id}/plan"
    assert "Handledaren skriver planen" in text_of(officer.get(path))
    assert "2026-03-23 (om 8 arbetsdagar)" in text_of(supervisor.get(path))
    edit = begun(supervisor, placement_id)
    prefilled = supervisor.get(edit).get_data(as_text=True)
    assert "Uppgifter i lagom takt" in prefilled
    assert 'value="20"' in prefilled
    assert "Hans Handledare" in prefilled
    assert "Skriv minst ett mål." in text_of(supervisor.get(path))
    page = posted(supervisor, edit, **FORM)
    assert "Sy <b>kassar</b>" in page  # shown as typed, not as markup
    assert "Måndag och onsdag" in page
    assert "أتعلم الخياطة" in page
    assert "Byter till klippning" in page
    assert "Handledaren skriver planen" in text_of(officer.get(path))  # a draft is hers
    plan_id = int(edit.split("/")[2])
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


def test_what_was_typed_is_kept_also_when_it_is_no_plan(supervisor: Client, placement_id: int) -> None:
    edit = begun(supervisor, placement_id)
    wrong = FORM | {
        "steps-0-hours_per_week": "massor",
        "steps-1-days_per_week": "",
        "tasks_sv": "Det långa jag skrev",
        "follow_up_1": "i vår",
    }
    answer = supervisor.post(edit, data=wrong)
    assert answer.status_code == 422
    for page in (page_of(answer), page_of(supervisor.get(edit))):  # also in a page that is opened later
        assert page.get_element_by_id("tasks_sv").text_content().strip() == "Det långa jag skrev"
        assert page.get_element_by_id("steps-0-hours_per_week").get("value") == "massor"
        assert page.get_element_by_id("steps-0-hours_per_week-fel") is not None
        assert page.get_element_by_id("steps-1-days_per_week-fel") is not None
        assert page.get_element_by_id("follow_up_1").get("value") == "i vår"
    plan_id = edit.split("/")[2]
    assert "behöver rättas" in posted(supervisor, f"/planer/{plan_id}/foresla")
    posted(supervisor, edit, **FORM)
    assert "massor" not in supervisor.get(edit).get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "box", "words"),
    [
        ({"steps-1-hours_per_week": "30"}, "steps-1-hours_per_week", "20 timmar i veckan"),
        (
            {"steps-0-hours_per_week": "25", "steps-0-days_per_week": "1"},
            "steps-0-days_per_week",
            "åtta timmar",
        ),
        ({"steps-1-from_day": "2026-03-01"}, "steps-1-from_day", "utanför placeringen"),
        ({"follow_up_1": "2027-01-01"}, "follow_up_1", "utanför placeringen"),
        ({"follow_up_2": "2027-01-01"}, "follow_up_2", "utanför placeringen"),
        ({"goals-2-sign_sv": "x" * 301}, "goals-2-sign_sv", "300"),
        ({"tasks_sv": "x" * 5001}, "tasks_sv", "5000"),
        ({"contacts-0-email": "hans"}, "contacts-0-email", "ingen e-postadress"),
        ({"periods-0-from_day": ""}, "periods-0-from_day", "Skriv från vilken dag"),
        ({"periods-0-ssyk": "zzz"}, "periods-0-ssyk", "Välj ett yrke i listan"),
        ({"steps-0-weekdays": ["9", "x"]}, "steps-0-weekdays", "finns inte"),
    ],
)
def test_an_error_stands_beside_its_box(
    supervisor: Client, placement_id: int, changes: dict[str, str], box: str, words: str
) -> None:
    answer = supervisor.post(begun(supervisor, placement_id), data=FORM | changes)
    assert answer.status_code == 422
    page = page_of(answer)
    assert words in page.get_element_by_id(f"{box}-fel").text_content()
    assert page.xpath(f"//*[@id='fel']//a[starts-with(@href, '#{box}')]")


def test_a_pasted_table_and_odd_signs_are_kept_as_text(supervisor: Client, placement_id: int) -> None:
    edit = begun(supervisor, placement_id)
    odd = {"tasks_sv": "Dag\tUppgift\r\nMåndag\tSy 🧵", "goals-0-text_sv": "Mål\t1"}
    page = posted(supervisor, edit, **(FORM | odd))
    assert "Dag Uppgift Måndag Sy 🧵" in page
    assert "Mål 1" in page


def test_a_row_more_is_a_saved_draft(supervisor: Client, placement_id: int) -> None:
    edit = begun(supervisor, placement_id)
    answer = supervisor.post(edit, data=FORM | {"add": "goals"})
    assert answer.location.endswith("#goals")
    page = page_of(supervisor.get(edit))
    assert page.get_element_by_id("goals-1-text_sv").get("value") == "أتعلم الخياطة"
    assert page.get_element_by_id("goals-2-text_sv").get("value") in (None, "")
    assert not page.xpath("//*[@id='goals-3-text_sv']")


def test_the_later_tab_is_told_and_loses_nothing(supervisor: Client, placement_id: int) -> None:
    edit = begun(supervisor, placement_id)
    opened = mark(supervisor, edit)
    posted(supervisor, edit, **FORM, saves=opened)
    later = supervisor.post(edit, data=FORM | {"tasks_sv": "Laga cyklar", "saves": opened})
    assert later.status_code == 409
    page = page_of(later)
    assert page.get_element_by_id("tasks_sv").text_content().strip() == "Laga cyklar"
    assert "sparats på ett annat ställe" in text_of(later)
    assert "Laga cyklar" in page.findall(".//ins")[0].text_content()
    assert "kassar" in " ".join(gone.text_content() for gone in page.findall(".//del"))
    now = page.get_element_by_id("saves").get("value")
    page = posted(supervisor, edit, **(FORM | {"tasks_sv": "Laga cyklar", "saves": now}))
    assert "Laga cyklar" in page


def test_the_script_saves_by_the_same_address(supervisor: Client, placement_id: int) -> None:
    edit = begun(supervisor, placement_id)
    opened = mark(supervisor, edit)
    as_json = {"Accept": "application/json"}
    saved = supervisor.post(edit, data=FORM | {"saves": opened}, headers=as_json)
    assert saved.status_code == 200
    assert saved.get_json()["message"] == "Utkastet är sparat."
    half = FORM | {"steps-0-hours_per_week": "ma", "saves": saved.get_json()["saves"]}
    kept = supervisor.post(edit, data=half, headers=as_json)
    assert kept.status_code == 200
    assert "behöver rättas" in kept.get_json()["message"]
    stale = supervisor.post(edit, data=FORM | {"saves": opened}, headers=as_json)
    assert stale.status_code == 409
    assert page_of(supervisor.get(edit)).get_element_by_id("steps-0-hours_per_week").get("value") == "ma"


def test_what_was_typed_stays_when_the_plan_was_proposed_meanwhile(
    supervisor: Client, placement_id: int
) -> None:
    edit = begun(supervisor, placement_id)
    posted(supervisor, edit, **FORM)
    plan_id = edit.split("/")[2]
    alone = supervisor.post(f"/planer/{plan_id}/kasta")
    assert alone.status_code == 422
    assert "ingen överenskommen plan" in text_of(alone)
    posted(supervisor, f"/planer/{plan_id}/foresla")
    answer = supervisor.post(edit, data=FORM | {"tasks_sv": "Det jag skrev"})
    assert answer.status_code == 422
    assert "Det jag skrev" in text_of(answer)
    assert "Bara ett utkast kan ändras" in text_of(answer)


def test_a_new_version_and_the_old_one_to_read(
    market: Market, placement_id: int, supervisor: Client, officer: Client
) -> None:
    plan_id = proposed(market, placement_id)
    answer = supervisor.post(f"/planer/{plan_id}/ny-version")
    page = posted(supervisor, answer.location, **FORM)
    assert "Version 2 för Maja" in page
    refused = posted(officer, f"/planer/{plan_id}/godkann")
    assert "Version 1 har ersatts" in refused
    old = text_of(officer.get(f"/planer/{plan_id}"))
    assert "Den här versionen är ersatt" in old
    assert "Syr en kasse själv" in old


def test_an_agreed_plan_holds_while_the_next_is_written_and_shows_what_changes(
    market: Market, placement_id: int, supervisor: Client, officer: Client
) -> None:
    plan_id = agreed(market, placement_id)
    mistaken = supervisor.post(f"/planer/{plan_id}/ny-version").location.split("/")[2]
    assert "Kasta utkastet" in text_of(supervisor.get(f"/planer/{mistaken}"))
    page = posted(supervisor, f"/planer/{mistaken}/kasta")
    assert "Utkastet är borta" in page
    assert "Utkast till en ny version kastat" in page
    assert supervisor.get(f"/planer/{mistaken}").status_code == 404
    edit = supervisor.post(f"/planer/{plan_id}/ny-version").location
    posted(supervisor, edit, **FORM)
    new_id = edit.split("/")[2]
    page = posted(supervisor, f"/planer/{new_id}/foresla")
    assert "Version 1 gäller tills alla tre har godkänt den här" in page
    assert supervisor.post(f"/planer/{new_id}/kasta").status_code == 422
    shown = officer.get(f"/placeringar/{placement_id}/plan")
    assert "Ändrat sedan version 1" in text_of(shown)
    changes = [part.text_content() for part in page_of(shown).xpath("//*[@class='part-change']/h3")]
    assert changes[:4] == ["Omfattning", "Arbetsuppgifter", "Byten av uppgifter", "Mål"]
    assert page_of(shown).findall(".//del")
    assert page_of(shown).findall(".//ins")


def test_what_she_wants_changed_is_written_at_the_table(
    market: Market, placement_id: int, supervisor: Client, officer: Client
) -> None:
    plan_id = proposed(market, placement_id)
    assert supervisor.post(f"/planer/{plan_id}/onskemal", data={"text_sv": " "}).status_code == 422
    posted(supervisor, f"/planer/{plan_id}/onskemal", text_sv="Hellre eftermiddagar")
    page = text_of(officer.get(f"/placeringar/{placement_id}/plan"))
    assert "Deltagaren vill ändra något" in page
    assert "Hellre eftermiddagar" in page
    assert "Antecknat av Hans Handledare" in page


def test_the_paper_is_tagged_and_says_it_all(market: Market, placement_id: int, officer: Client) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        placement = get_or_404(Placement, placement_id)
        get_or_404(Grant, placement.grant_id).diary_number = "SF 2026/77"
        authority = get_or_404(Organisation, placement.authority_id).name
    plan_id = agreed(market, placement_id)
    answer = officer.get(f"/planer/{plan_id}/plan.pdf")
    said = paper_text_of(answer)
    for words in (
        "Aktivitetsplan för Maja",
        authority,
        "SF 2026/77",
        "16 timmar i veckan på 4 dagar",
        "Så märker vi det: Det syns i arbetet",
        "vittne",
        "Ring Hans före klockan åtta.",
    ):
        assert words in said, words


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
    readers = (f"/placeringar/{placement_id}/plan", f"/planer/{plan_id}", f"/planer/{plan_id}/plan.pdf")
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
    assert supervisor.get(f"/planer/{plan_id}/plan.pdf").status_code == 404
    assert "samtycke" in posted(supervisor, f"/placeringar/{placement_id}/plan/ny")
