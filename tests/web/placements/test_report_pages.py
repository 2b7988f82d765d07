"""The final report's pages: written, read by the participant, filed, corrected, received, and given under consent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from lxml import html

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import MemberKind, Role
from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.participants.models import Grant
from placements.participants.services import update_needs
from placements.report.queries import readers_by_consent
from placements.report.services import record_reading
from tests.factories import HANINGE, HUDDINGE, make_actor, make_member
from tests.support.asking import participant_of
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market
from tests.support.training import (
    REPORT,
    agreed,
    attended,
    consent_withdrawn,
    ended,
    reported,
    running,
    shown,
)
from tests.web.reading import made_number, paper_text_of, posted, text_of

TUESDAY = date(2026, 3, 31)


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TUESDAY):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    agreed(market, placement_id)
    attended(market, placement_id, date(2026, 3, 9), date(2026, 3, 10))
    ended(market, placement_id)
    return placement_id


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


@pytest.fixture
def coordinator(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.coordinator)


def begun(client: Client, placement_id: int) -> int:
    """The id of a draft that is begun on the page."""
    return made_number(client.post(f"/placeringar/{placement_id}/slutdokumentation/ny"))


WHOLE = {
    "saves": "0",
    "done_sv": "Sydde <i>kassar</i>",
    "goals-0-result": "partly",
    "goals-0-words_sv": "Nästan alla",
    "goals-1-result": "met",
    "goals-1-words_sv": "Varje dag",
    "abilities_sv": "Kom i tid",
    "recommended_sv": "Mer tid",
    "exit_reason": "work",
}


def test_from_draft_to_received(
    market: Market, placement_id: int, supervisor: Client, coordinator: Client, client_for: ClientFor
) -> None:
    path = f"/placeringar/{placement_id}/slutdokumentation"
    assert "Lämnas in senast 2026-04-14" in text_of(supervisor.get(path))
    report_id = begun(supervisor, placement_id)
    at = f"/slutdokumentationer/{report_id}"
    page = text_of(supervisor.get(f"{at}/redigera"))
    for words in ("Sy kassar", "Syr en kasse själv", "2 av 2 dagar, 8 av 8 timmar"):
        assert words in page, words
    half = posted(supervisor, f"{at}/redigera", saves="0", done_sv="Sydde")
    assert "Kvar innan den kan läggas fram" in half
    assert "inte inlämnad än" in text_of(coordinator.get(path))
    too_early = supervisor.post(f"{at}/lagg-fram")
    assert "Välj om mål 1 är nått" in text_of(supervisor.get(too_early.location))
    page = posted(supervisor, f"{at}/redigera", **(WHOLE | {"saves": "1"}))
    assert "Sydde <i>kassar</i>" in page
    assert "Hos deltagaren" in posted(supervisor, f"{at}/lagg-fram")
    unread = supervisor.post(f"{at}/lamna-in")
    assert unread.status_code == 422
    assert "Deltagaren har inte läst än" in text_of(unread)
    assert supervisor.post(f"{at}/deltagaren", data={"comment_sv": "Bra"}).status_code == 422
    page = posted(supervisor, f"{at}/deltagaren", comment_sv="Bra <b>skrivet</b>", is_read="y")
    assert "Bra <b>skrivet</b>" in page
    assert "vittne Hans Handledare" in page
    assert "Inlämnad" in posted(supervisor, f"{at}/lamna-in")
    locked = supervisor.post(f"{at}/redigera", data=WHOLE)
    assert locked.status_code == 422
    assert "Sydde <i>kassar</i>" in text_of(locked)
    assert "Maja Öberg1" in text_of(coordinator.get("/slutdokumentationer"))
    refused = coordinator.post(f"{at}/ta-emot", data={"next_step_sv": "Praktik"})
    assert refused.status_code == 422
    assert "Fyll i före och efter först" in text_of(refused)
    outcome = f"/placeringar/{placement_id}/fore-och-efter"
    assert coordinator.post(outcome, data={"occupation_before": "none"}).status_code == 422
    answer = coordinator.post(outcome, data=OUTCOME)
    assert answer.status_code == 302, text_of(answer)
    page = posted(coordinator, f"{at}/ta-emot", next_step_sv="Praktik, Hanna ringer")
    assert "Mottagen" in page
    assert "Ekonomiskt bistånd" in page
    read = text_of(client_for(market.officer).get(path))
    assert "Praktik, Hanna ringer" in read
    assert "Ekonomiskt bistånd" not in text_of(supervisor.get(path))
    assert "Maja Öberg1" in text_of(coordinator.get("/slutdokumentationer?lage=received"))
    assert "Inga slutdokumentationer här" in text_of(coordinator.get("/slutdokumentationer?lage=filed"))


OUTCOME = {
    "occupation_before": "none",
    "support_before": ["social_assistance"],
    "years_in_support": "up_to_3",
    "education": "compulsory",
    "occupation_after": "work",
    "support_after": ["none"],
}


def test_before_the_end_there_is_a_reason(market: Market, supervisor: Client) -> None:
    going_on = running(market, 2)
    path = f"/placeringar/{going_on}/slutdokumentation"
    assert "Placeringen är inte avslutad" in text_of(supervisor.get(path))
    assert "Slutdokumentationen skrivs när placeringen har avslutats" in posted(supervisor, f"{path}/ny")


def test_what_is_too_long_is_kept_and_told_and_a_page_that_is_behind_loses_nothing(
    placement_id: int, supervisor: Client
) -> None:
    report_id = begun(supervisor, placement_id)
    path = f"/slutdokumentationer/{report_id}/redigera"
    table = "Vecka\tTimmar\n1\t10"
    background = {"Accept": "application/json"}
    saved = supervisor.post(path, data=WHOLE | {"done_sv": table}, headers=background)
    assert (saved.json or {})["saves"] == 1
    long = supervisor.post(path, data=WHOLE | {"saves": "1", "abilities_sv": "ش" * 10_001})
    assert long.status_code == 422
    assert "Korta den till 10 000" in text_of(long)
    assert "ش" * 10_001 in text_of(supervisor.get(path))
    stale = supervisor.post(path, data=WHOLE | {"saves": "1", "done_sv": "Skrivet i en annan flik"})
    assert stale.status_code == 409
    assert "Skrivet i en annan flik" in text_of(stale)
    assert "öppna det som är sparat" in text_of(stale)
    assert supervisor.post(path, data=WHOLE | {"saves": "1"}, headers=background).status_code == 409
    again = html.fromstring(stale.get_data(as_text=True)).xpath("//input[@name='saves']/@value")[0]
    assert supervisor.post(path, data=WHOLE | {"saves": again}).status_code == 302


@pytest.mark.parametrize("number", ["2", "999999999999", "²"])
def test_goals_that_the_report_does_not_have_are_told(
    placement_id: int, supervisor: Client, number: str
) -> None:
    path = f"/slutdokumentationer/{begun(supervisor, placement_id)}/redigera"
    alone = supervisor.post(path.replace("redigera", "kasta"))
    assert alone.status_code == 422
    assert "ingen inlämnad slutdokumentation" in text_of(alone)
    forged = supervisor.post(path, data=WHOLE | {f"goals-{number}-words_sv": "x" * 10_001})
    assert forged.status_code == 422
    assert "Målen på sidan är inte de som slutdokumentationen har" in text_of(forged)
    assert supervisor.post(path, data={"saves": "0", "goals-1-words_sv": "Bara det andra"}).status_code == 422


def test_a_correction_is_asked_for_and_the_difference_is_read(
    market: Market, placement_id: int, supervisor: Client, client_for: ClientFor
) -> None:
    first = reported(market, placement_id)
    officer = client_for(market.officer)
    page = posted(officer, f"/slutdokumentationer/{first}/rattelse", text_sv="Skriv om <gardinerna>")
    assert "Skriv om <gardinerna>" in page
    mistaken = made_number(supervisor.post(f"/slutdokumentationer/{first}/ny-version"))
    assert "Kasta utkastet" in text_of(supervisor.get(f"/slutdokumentationer/{mistaken}"))
    assert "Utkastet är borta" in posted(supervisor, f"/slutdokumentationer/{mistaken}/kasta")
    assert supervisor.get(f"/slutdokumentationer/{mistaken}").status_code == 404
    second = made_number(supervisor.post(f"/slutdokumentationer/{first}/ny-version"))
    no_goals = {name: said for name, said in WHOLE.items() if not name.startswith("goals")}
    posted(
        supervisor, f"/slutdokumentationer/{second}/redigera", **(no_goals | {"done_sv": "Sydde gardiner"})
    )
    posted(supervisor, f"/slutdokumentationer/{second}/lagg-fram")
    assert supervisor.post(f"/slutdokumentationer/{second}/kasta").status_code == 422
    page = text_of(officer.get(f"/slutdokumentationer/{second}"))
    assert "Version 1 gäller tills den här är inlämnad" in page
    assert "Ändrat sedan version 1" in page
    posted(supervisor, f"/slutdokumentationer/{second}/deltagaren", is_read="y")
    posted(supervisor, f"/slutdokumentationer/{second}/lamna-in")
    old = text_of(officer.get(f"/slutdokumentationer/{first}"))
    assert "Den här versionen är ersatt" in old
    assert "Sydde kassar" in old
    late = supervisor.post(
        f"/slutdokumentationer/{first}/deltagaren", data={"is_read": "y", "comment_sv": "Nej"}
    )
    assert late.status_code == 422
    assert "ersatts av version 2" in text_of(late)
    assert "Nej" in text_of(late)


def test_the_paper_is_tagged_and_says_it_all(market: Market, placement_id: int, supervisor: Client) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        placement = get_or_404(Placement, placement_id)
        get_or_404(Grant, placement.grant_id).diary_number = "SF 2026/77"
        authority = get_or_404(Organisation, placement.authority_id).name
    report_id = shown(market, placement_id, replace(REPORT, done_sv="Vecka\tTimmar\n1\t10\n\nأحمد Ω"))
    with acting_as(market.officer), transaction():
        record_reading(report_id, "Jag klarade mer.")
    answer = supervisor.get(f"/slutdokumentationer/{report_id}/slutdokumentation.pdf")
    said = paper_text_of(answer)
    for words in (
        "Slutdokumentation för Maja",
        authority,
        "SF 2026/77",
        "Delvis nått. Nästan",
        "2 av 2 dagar",
        "Jag klarade mer.",
        "vittne Hanna Handläggare",
        "Ordinarie program",
    ):
        assert words in said, words


def test_outsiders_find_no_page(market: Market, placement_id: int, client_for: ClientFor) -> None:
    report_id = reported(market, placement_id)
    at = f"/slutdokumentationer/{report_id}"
    for actor in market.outsiders():
        client = client_for(actor)
        answers = [
            client.get(path)
            for path in (
                f"/placeringar/{placement_id}/slutdokumentation",
                at,
                f"{at}/slutdokumentation.pdf",
                f"{at}/ta-emot",
                f"/slutdokumentationer/delade/{report_id}",
                f"/placeringar/{placement_id}/fore-och-efter",
            )
        ]
        answers += [client.post(f"{at}/{what}") for what in ("lamna-in", "ny-version", "rattelse", "ta-emot")]
        assert {answer.status_code for answer in answers} <= {403, 404}, actor.user_name
        assert all("Maja" not in answer.get_data(as_text=True) for answer in answers)
        assert "Maja" not in client.get("/slutdokumentationer").get_data(as_text=True)


def test_without_consent_it_is_gone_at_once(market: Market, placement_id: int, supervisor: Client) -> None:
    report_id = reported(market, placement_id)
    path = f"/placeringar/{placement_id}/slutdokumentation"
    assert "Kom i tid" in text_of(supervisor.get(path))
    consent_withdrawn(market, placement_id)
    page = supervisor.get(path).get_data(as_text=True)
    assert "samtycke är återkallat" in page
    assert "Kom i tid" not in page
    assert supervisor.get(f"/slutdokumentationer/{report_id}/lamna-in").status_code == 404


def test_another_organisation_reads_under_consent_and_not_a_moment_longer(
    market: Market, placement_id: int, client_for: ClientFor
) -> None:
    """The employment service where the participant lives; not the same elsewhere, nor another kind of organisation."""
    with acting_as(system_actor()), transaction():
        there, elsewhere, other = (
            make_member(name, market.north_id, [kommun], kind)
            for name, kommun, kind in (
                ("Arbetsförmedlingen Haninge", HANINGE, MemberKind.EMPLOYMENT_SERVICE),
                ("Arbetsförmedlingen Huddinge", HUDDINGE, MemberKind.EMPLOYMENT_SERVICE),
                ("Försäkringskassan Haninge", HANINGE, MemberKind.SOCIAL_INSURANCE),
            )
        )
        readers = [make_actor("Alma Annan", unit, Role.CASE_OFFICER) for unit in (there, elsewhere, other)]
    clients = [client_for(actor) for actor in readers]
    report_id = reported(market, placement_id)
    path = f"/slutdokumentationer/delade/{report_id}"
    assert [client.get(path).status_code for client in clients] == [404, 404, 404]
    officer = client_for(market.officer)
    participant_id = head_of(market, placement_id).participant_id
    given = {"scope": "employment_service", "given_on": "2026-03-30"}
    page = posted(officer, f"/deltagare/{participant_id}/samtycke", **given)
    assert "till Arbetsförmedlingen" in page
    assert [client.get(path).status_code for client in clients] == [200, 404, 404]
    assert "Maja Öberg1" in text_of(clients[0].get("/slutdokumentationer/delade"))
    shared = text_of(clients[0].get(path))
    assert "Sydde kassar" in shared
    assert "Behöver sitta" not in shared
    for closed in (f"/placeringar/{placement_id}/slutdokumentation", f"/deltagare/{participant_id}"):
        assert clients[0].get(closed).status_code == 404
    assert (
        clients[0].post(f"/slutdokumentationer/{report_id}/rattelse", data={"text_sv": "x"}).status_code
        == 404
    )
    assert "deltagaren samtyckte" in text_of(officer.get(f"/placeringar/{placement_id}/slutdokumentation"))
    assert officer.get(path).status_code == 302
    with acting_as(market.officer):
        consent_id = readers_by_consent(participant_id)[0].id
    withdraw = f"/deltagare/samtycken/{consent_id}/aterkalla"
    assert "ingen där kan läsa" in text_of(officer.get(withdraw))
    assert "Inget visas längre" in posted(officer, withdraw)
    assert clients[0].get(path).status_code == 404
    assert "Maja" not in clients[0].get("/slutdokumentationer/delade").get_data(as_text=True)


def head_of(market: Market, placement_id: int) -> Placement:
    with acting_as(market.officer):
        return get_or_404(Placement, placement_id)


def test_the_list_is_sorted_and_its_file_has_numbers_for_names(
    market: Market, client_for: ClientFor, coordinator: Client
) -> None:
    for number in (2, 1):
        placement_id = running(market, number)
        ended(market, placement_id)
        reported(market, placement_id)

    def names(query: str = "") -> list[str]:
        page = html.fromstring(coordinator.get(f"/slutdokumentationer{query}").get_data(as_text=True))
        return [str(link.text_content()) for link in page.xpath("//tbody//th/a")]

    assert names() == ["Maja Öberg2", "Maja Öberg1"], "the one that has waited longest first"
    assert names("?sortera=deltagare") == ["Maja Öberg1", "Maja Öberg2"]
    assert names("?sortera=-deltagare") == ["Maja Öberg2", "Maja Öberg1"]
    answer = coordinator.get("/slutdokumentationer/lista.csv?sortera=deltagare")
    file = answer.get_data().decode("utf-8-sig")
    assert "Öberg" not in file
    numbers = [line.split(";")[0] for line in file.splitlines()[1:]]
    assert numbers == sorted(numbers, reverse=True)
    assert all(number in coordinator.get("/slutdokumentationer").get_data(as_text=True) for number in numbers)
    assert coordinator.get("/slutdokumentationer/lista.xlsx").status_code == 200
    assert client_for(market.strategist).get("/slutdokumentationer/lista.csv").status_code == 403
    first = participant_of(placement_id, market.officer)
    with acting_as(market.officer), transaction():
        update_needs(first, needs_sv="", is_protected=True)
    assert names("?sortera=deltagare")[0] == "Maja Öberg2", "a protected name decides nothing"
    protected = coordinator.get("/slutdokumentationer/lista.csv").get_data().decode("utf-8-sig")
    assert [text.count("Gården & Co") for text in (file, protected)] == [2, 1]


def test_without_plan_and_attendance_nothing_is_said_to_be_filled_in(
    market: Market, supervisor: Client
) -> None:
    bare = running(market, 2)
    ended(market, bare)
    page = text_of(supervisor.get(f"/slutdokumentationer/{begun(supervisor, bare)}/redigera"))
    assert "Målen i planen" not in page
    assert "Ingen är registrerad" in page
    assert "0 av 0" not in page
