"""The advertisement as a page and as text, and feeds that a reader of Atom (RFC 4287) understands."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from marketplace.advertising import services
from marketplace.clock import today, travelling
from marketplace.db import transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.queries import system_with_versions
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.supply import SUMMER, Supply
from tests.web.reading import posted, text_of

ATOM = "{http://www.w3.org/2005/Atom}"
CONTACT = {"unit_sv": "Upphandling", "email": "upphandling@asen.example", "phone": "", "city": "Handen"}


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    with travelling(SUMMER):
        return supply.open_system(world.officer)


def clarify(world: Supply, system_id: int, question_sv: str = "Vad gäller & när?") -> None:
    with acting_as(world.officer), transaction():
        services.publish_clarification(system_id, question_sv=question_sv, answer_sv="Det <som> står.")


def read(client: Client, path: str) -> etree._Element:
    """The feed's root, after what RFC 4287 demands of every feed and entry (4.1.1, 4.1.2)."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.data)
    assert root.tag == f"{ATOM}feed"
    for holder in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (only,) = holder.findall(f"{ATOM}{name}")
            assert only.text
        assert urlsplit(holder.findtext(f"{ATOM}id")).netloc
        assert datetime.fromisoformat(holder.findtext(f"{ATOM}updated")).tzinfo
        assert holder.findtext(f"{ATOM}author/{ATOM}name")
        alternates = [link for link in holder.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
    (itself,) = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert urlsplit(itself.get("href")).path == path
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    return root


def titles(root: etree._Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


def test_the_advertisement_is_a_page_and_the_same_text(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    page = f"/valfrihetssystem/{system_id}/annons"
    officer, anyone = client_for(world.officer), client_for()
    assert "säger inte vem man vänder sig till" in text_of(officer.get(page))
    assert "säger inte" not in text_of(anyone.get(page))
    posted(officer, "/valfrihetssystem/kontakt", **CONTACT)
    assert "säger inte" not in text_of(officer.get(page))

    answer = anyone.get(f"{page}.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.data.decode()
    for said in ("upphandling@asen.example", "439,00 kr", "Haninge, Södertälje", "Beslut lämnas inom 20"):
        assert said in text
    seen = html.fromstring(anyone.get(page).get_data(as_text=True)).find(".//article")
    words = " ".join(seen.text_content().split()).casefold()
    title, _, rest = text.partition("\n")
    assert title.startswith("Annons: Arbetsträning Åsen")
    assert words == " ".join(rest.split()).casefold()


def test_addresses_in_the_advertisement_are_absolute_and_public(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    anyone = client_for()
    anyone.application.config["PUBLIC_URL"] = "https://platstorget.exempel.se"
    try:
        page = anyone.get(f"/valfrihetssystem/{system_id}/annons", headers={"Host": "intern.exempel.se"})
    finally:
        anyone.application.config["PUBLIC_URL"] = "http://127.0.0.1:8000"
    links = html.fromstring(page.get_data(as_text=True)).xpath("//article//a/@href")
    assert len(links) >= 4
    for link in links:
        parts = urlsplit(link)
        assert parts.netloc == "platstorget.exempel.se"
        assert anyone.get(parts.path).status_code == 200, link


def test_the_contact_is_read_again_to_be_changed(world: Supply, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    posted(officer, "/valfrihetssystem/kontakt", **CONTACT)
    form = html.fromstring(officer.get("/valfrihetssystem/kontakt").get_data(as_text=True))
    assert form.get_element_by_id("city").get("value") == "Handen"
    wrong = officer.post("/valfrihetssystem/kontakt", data=CONTACT | {"email": "ingen adress"})
    assert wrong.status_code == 422
    assert "Skriv en e-postadress" in text_of(wrong)
    assert client_for(world.manager).get("/valfrihetssystem/kontakt").status_code == 403


def test_a_systems_feed_tells_of_versions_and_answers(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    with travelling(SUMMER + timedelta(days=7)):
        clarify(world, system_id)
    with travelling(SUMMER + timedelta(days=9)), acting_as(world.officer), transaction():
        procurement.publish_terms(supply.draft_terms(system_with_versions(system_id)))
        supply.draft_terms(system_with_versions(system_id))  # a draft is nobody's news
    path = f"/valfrihetssystem/{system_id}/nytt.atom"
    root = read(client_for(), path)
    assert titles(root) == [
        "Arbetsträning Åsen, Samordningsförbundet Åsen: förfrågningsunderlag version 2",
        "Arbetsträning Åsen, Samordningsförbundet Åsen: fråga och svar 1",
        "Arbetsträning Åsen, Samordningsförbundet Åsen: förfrågningsunderlag version 1",
    ]
    assert root.findtext(f"{ATOM}updated") == root.findtext(f"{ATOM}entry/{ATOM}updated")
    (_, content, _) = [one.text for one in root.iter(f"{ATOM}content")]
    assert content == "Fråga: Vad gäller & när?\n\nSvar: Det <som> står."
    for entry in root.iter(f"{ATOM}entry"):
        where = urlsplit(entry.find(f"{ATOM}link").get("href"))
        seen = client_for().get(where.path)
        assert seen.status_code == 200
        assert not where.fragment or f'id="{where.fragment}"' in seen.get_data(as_text=True)
    assert titles(read(client_for(world.officer), path)) == titles(root)


def test_a_closed_system_is_told_of_everywhere(world: Supply, system_id: int, client_for: ClientFor) -> None:
    with travelling(SUMMER + timedelta(days=30)), acting_as(world.officer), transaction():
        system = system_with_versions(system_id)
        system.closed_on, system.closing_reason_sv = today(), "Behovet har upphört."
    page, anyone = f"/valfrihetssystem/{system_id}", client_for()
    for feed in (f"{page}/nytt.atom", "/valfrihetssystem/nytt.atom"):
        root = read(anyone, feed)
        assert titles(root)[0] == "Arbetsträning Åsen, Samordningsförbundet Åsen: stängt för nya ansökningar"
        assert "Skäl: Behovet har upphört." in anyone.get(feed).data.decode()
    text = anyone.get(f"{page}/annons.txt").data.decode()
    assert "stängt för nya ansökningar sedan 2026-07-01" in text
    assert "Behovet har upphört." in text
    questions = text_of(anyone.get(f"{page}/fragor"))
    assert "tar inte emot frågor" in questions
    assert "Logga in" not in questions
    manager = client_for(world.manager)
    assert manager.get(f"{page}/fragor/ny").status_code == 409
    late = manager.post(f"{page}/fragor/ny", data={"text_sv": "Får man ändå?"})
    assert late.status_code == 422
    assert "öppna system finns i listan" in text_of(late)
    assert "Får man ändå?" in late.get_data(as_text=True)


def test_the_common_feed_holds_every_open_system_and_nothing_unopened(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    supply.open_system(world.other_officer, "Viken")
    with acting_as(world.officer), transaction():
        unopened = procurement.create_system(
            name="Hemligt",
            service_sv="Tjänst",
            regime=system_with_versions(system_id).regime,
            kommun_codes=["0136"],
        )
        supply.draft_terms(unopened)
    for reader in (client_for(), client_for(world.officer)):
        root = read(reader, "/valfrihetssystem/nytt.atom")
        assert titles(root) == [
            "Viken, Samordningsförbundet Viken: förfrågningsunderlag version 1",
            "Arbetsträning Åsen, Samordningsförbundet Åsen: förfrågningsunderlag version 1",
        ]
        assert {one.text for one in root.findall(f"{ATOM}entry/{ATOM}author/{ATOM}name")} == {
            "Samordningsförbundet Viken",
            "Samordningsförbundet Åsen",
        }


def test_an_empty_feed_is_a_feed(world: Supply, client_for: ClientFor) -> None:
    assert titles(read(client_for(), "/valfrihetssystem/nytt.atom")) == []


def test_a_reader_is_told_when_nothing_has_changed(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    path, anyone = f"/valfrihetssystem/{system_id}/nytt.atom", client_for()
    first = anyone.get(path)
    by_tag = {"If-None-Match": first.headers["ETag"]}
    by_time = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert anyone.get(path).headers["ETag"] == first.headers["ETag"]
    for asked in (by_tag, by_time):
        same = anyone.get(path, headers=asked)
        assert (same.status_code, same.data) == (304, b"")
    clarify(world, system_id)
    for asked in (by_tag, by_time):
        assert anyone.get(path, headers=asked).status_code == 200


def test_two_things_on_one_day_are_both_fetched(world: Supply, system_id: int, client_for: ClientFor) -> None:
    path, anyone = f"/valfrihetssystem/{system_id}/nytt.atom", client_for()
    clarify(world, system_id)
    first = anyone.get(path)
    later = datetime.fromisoformat(f"{today()}T23:00:00+00:00")
    with travelling(later):
        clarify(world, system_id)
        again = anyone.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        assert again.status_code == 200


def test_what_a_browser_and_a_reader_need_to_find_the_feeds(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    for path, feed in (
        ("/valfrihetssystem", "/valfrihetssystem/nytt.atom"),
        (f"/valfrihetssystem/{system_id}", f"/valfrihetssystem/{system_id}/nytt.atom"),
        (f"/valfrihetssystem/{system_id}/fragor", f"/valfrihetssystem/{system_id}/nytt.atom"),
    ):
        page = html.fromstring(client_for().get(path).get_data(as_text=True))
        (link,) = page.xpath("//head/link[@rel='alternate']")
        assert (link.get("type"), link.get("href")) == ("application/atom+xml", feed)
        assert link.get("title")


def test_characters_that_xml_cannot_carry_do_not_break_the_feed(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    odd = supply.open_system(world.officer, "Träna\x0b\x1f nu")
    clarify(world, odd, "Får\x0c man?")
    root = read(client_for(), f"/valfrihetssystem/{odd}/nytt.atom")
    assert titles(root)[0] == "Träna nu, Samordningsförbundet Åsen: fråga och svar 1"
