"""Pictures of a place and files of places: sent, refused in words, kept, and seen by those who may."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from enterprises.places import services
from enterprises.places.cell_rules import COLUMN_SV
from enterprises.places.import_queries import Review, review
from enterprises.places.models import Place, PlaceImport
from enterprises.places.rules import PlaceState
from enterprises.places.services import importing
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as
from tests.factories import FLOWERS
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.pictures import WHERE, photograph
from tests.support.statements import statements_of
from tests.support.supply import Supply
from tests.web.reading import made_number, text_of


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def site_id(world: Supply) -> int:
    return supply.add_site(world.manager)


# Pictures.


def sent(content: bytes = b"", alt_sv: str = "", **more: Any) -> dict[str, Any]:
    return {"file": (io.BytesIO(content), "../../bild.php.jpg"), "alt_sv": alt_sv, **more}


def pictures_in(page: TestResponse) -> list[str]:
    return re.findall(r'src="(/platser/bilder/[^"]+)"', page.get_data(as_text=True).replace("&amp;", "&"))


def test_a_picture_is_put_up_described_seen_and_taken_away(
    world: Supply, site_id: int, client_for: ClientFor
) -> None:
    place_id = supply.add_place(world.manager, site_id)
    manager, page = client_for(world.manager), f"/platser/{place_id}/bilder"
    more = manager.post(page, data=sent(photograph(), "En svarv", gor="fler"))
    assert more.location == page
    assert manager.post(page, data=sent(photograph(900, 700), "Ett fönster")).status_code == 302
    shown = client_for(world.case_officer).get(f"/platser/{place_id}")
    assert 'alt="En svarv"' in shown.get_data(as_text=True)
    addresses = pictures_in(shown)
    assert len(addresses) == 2
    for reader in (client_for(world.case_officer), client_for(None), client_for(world.other_manager)):
        answer = reader.get(addresses[1])
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert WHERE.encode() not in answer.data
        assert Image.open(io.BytesIO(answer.data)).size == (900, 700)
    again = client_for(None).get(addresses[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    number = re.findall(r"bilder/(\d+)", addresses[0])[0]
    small = client_for(None).get(f"/platser/bilder/{number}-liten.jpg")
    assert max(Image.open(io.BytesIO(small.data)).size) == 480
    assert small.headers["Cache-Control"] == "private, no-cache", "an address without checksum may change"
    words = dict.fromkeys(
        re.findall(r'name="(alt_\d+)"', manager.get(page).get_data(as_text=True)), "En svarv"
    )
    first, second = words
    assert "Beskriv vad bilden visar" in text_of(manager.post(page, data=words | {first: ""}))
    removal = words | {f"ta_bort_{second.removeprefix('alt_')}": "y", first: "En gammal svarv"}
    assert manager.post(page, data=removal).status_code == 302
    shown = manager.get(f"/platser/{place_id}")
    assert 'alt="En gammal svarv"' in shown.get_data(as_text=True)
    assert len(pictures_in(shown)) == 1


def test_a_bad_file_costs_nothing_else(world: Supply, site_id: int, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, site_id)
    with acting_as(world.manager), transaction():
        number = services.add_picture(place_id, photograph(), "En svarv").id
    manager, page = client_for(world.manager), f"/platser/{place_id}/bilder"
    wrong = manager.post(page, data=sent(b"<?php evil", "Ett kök", **{f"alt_{number}": "En ny svarv"}))
    assert wrong.status_code == 422
    assert "Filen är ingen bild som går att visa" in text_of(wrong)
    assert 'value="Ett kök"' in wrong.get_data(as_text=True), "the words stay"
    assert 'alt="En ny svarv"' in manager.get(f"/platser/{place_id}").get_data(as_text=True), (
        "the rest is saved"
    )
    old = {f"alt_{number}": "En svarv"}
    for data, said in (
        (sent(photograph(), "", **old), "Beskriv vad bilden visar, för den som inte ser den"),
        (sent(b"", "Ett kök", **old), "Välj bilden också"),
        (sent(photograph(90, 90), "Ett kök", **old), "för liten"),
    ):
        data["file"] = data["file"] if data["file"][0].getvalue() else (io.BytesIO(), "")
        refused = manager.post(page, data=data)
        assert refused.status_code == 422
        assert said in text_of(refused)
    for _ in range(2):
        manager.post(page, data=sent(photograph(), "Ett kök", **_words(manager, page)))
    full = manager.get(page)
    assert "fler får inte plats" in text_of(full)
    refused = manager.post(page, data=sent(photograph(), "Ett kök", **_words(manager, page)))
    assert "redan 3 bilder" in text_of(refused)


def _words(manager: Client, page: str) -> dict[str, str]:
    names = re.findall(r'name="(alt_\d+)"', manager.get(page).get_data(as_text=True))
    return dict.fromkeys(names, "En bild")


def test_a_drafts_picture_is_the_suppliers_own(world: Supply, site_id: int, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, site_id, publish=False)
    with acting_as(world.manager), transaction():
        number = services.add_picture(place_id, photograph(), "En svarv").id
    for address in (f"/platser/bilder/{number}.jpg", f"/platser/bilder/{number}-liten.jpg"):
        own = client_for(world.supervisor).get(address)
        assert own.status_code == 200
        assert own.headers["Cache-Control"] == "no-store"
        for stranger in (client_for(None), client_for(world.case_officer), client_for(world.other_manager)):
            assert stranger.get(address).status_code == 404
    assert client_for(world.other_manager).get(f"/platser/{place_id}/bilder").status_code == 404


# Files of places.


def upload(client: Client, content: str | bytes, name: str = "platser.csv") -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    return client.post("/platser/importera", data={"file": (io.BytesIO(data), name)})


def reviewed(client: Client, page: str) -> str:
    found = re.search(r'name="granskad" value="(\w+)"', client.get(page).get_data(as_text=True))
    assert found
    return found[1]


def save(client: Client, page: str, **typed: str) -> TestResponse:
    """What the page's button sends, with what is typed in its fields."""
    fields = {name.replace("__", "-"): text for name, text in typed.items()}
    return client.post(page, data={"granskad": reviewed(client, page), "gor": "spara", **fields})


def places_of(world: Supply) -> dict[str, Place]:
    with acting_as(world.manager):
        return {place.name: place for place in db.session.scalars(select(Place))}


def new_line(name: str, *, site: str = "Verkstaden", ssyk: str = FLOWERS, hours: str = "10") -> str:
    return f";{site};{ssyk};{name};Odla.;3;{hours};30;7\r\n"


HEAD = "Nummer;Arbetsställe;SSYK;Plats;Beskrivning;Antal platser;Minst timmar;Högst timmar;Framförhållning dagar\r\n"


def test_what_is_exported_is_imported_again(world: Supply, site_id: int, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, site_id, name="=HYPERLINK(1)")
    supply.add_place(world.manager, site_id, name="Växthuset")
    manager = client_for(world.manager)
    exported = manager.get("/platser/fullstandig.csv").data
    assert exported.startswith(b"\xef\xbb\xbf")
    text = exported.decode("utf-8-sig")
    assert text.split("\r\n", 1)[0].split(";")[: len(COLUMN_SV)] == list(COLUMN_SV.values())
    assert "'=HYPERLINK(1)" in text
    review = upload(manager, exported)
    seen = text_of(manager.get(review.location))
    assert seen.count("Oförändrad") == 2
    assert "Inget i filen är nytt" in seen
    changed = text.replace("'=HYPERLINK(1)", "Odlingen").replace("Odla och skörda.", '"Odla; och ät."', 1)
    review = upload(manager, changed)
    seen = text_of(manager.get(review.location))
    assert "Ändras" in seen
    assert "Plats: =HYPERLINK(1) → Odlingen" in seen
    answer = save(manager, review.location)
    assert "Sparat:" in text_of(manager.get(answer.location))
    found = places_of(world)
    assert found["Odlingen"].id == place_id
    assert found["Odlingen"].state is PlaceState.PUBLISHED, "a change of words does not take a place down"
    assert "Odla; och ät." in {place.tasks_sv for place in found.values()}
    narrowed = manager.get("/platser/fullstandig.csv?lage=draft").data.decode("utf-8-sig")
    assert len(narrowed.strip().split("\r\n")) == 1, "exactly what the list shows"
    assert manager.get("/platser/fullstandig.xlsx").status_code == 200


def test_wrong_lines_are_told_mended_and_nothing_is_lost(
    world: Supply, site_id: int, client_for: ClientFor
) -> None:
    manager = client_for(world.manager)
    file = HEAD + new_line("Rabatterna") + new_line("Köket", ssyk="9999") + new_line("Boden", hours="45")
    page = upload(manager, file).location
    shown = manager.get(page)
    seen = text_of(shown)
    assert "2 rader behöver rättas" in seen
    assert "Rad 3: Köket" in seen
    assert "Yrket 9999 finns inte" in seen
    assert "Det minsta antalet timmar ska vara 1 till 40" in seen
    assert 'value="9999"' in shown.get_data(as_text=True)
    assert places_of(world) == {}, "nothing is saved by looking"
    faults = manager.get(f"{page}/fel.csv").data.decode("utf-8-sig")
    assert "SSYK: Yrket 9999 finns inte" in faults
    assert "Rabatterna" not in faults

    again = manager.post(
        page, data={"rad-3-ssyk": "8888", "rad-4-hours_per_week_min": "20", "gor": "granska"}
    )
    assert again.location == page
    seen = text_of(manager.get(page))
    assert "1 rad behöver rättas" in seen
    assert "8888" in manager.get(page).get_data(as_text=True)

    assert save(manager, page).location == page
    assert set(places_of(world)) == {"Rabatterna", "Boden"}
    assert {place.state for place in places_of(world).values()} == {PlaceState.DRAFT}
    other_tab = save(manager, page)
    assert other_tab.status_code == 422
    assert "redan sparade" in text_of(other_tab)
    assert "är inte klar" in text_of(manager.get("/platser")), "the list leads back to the file"

    done = save(manager, page, rad__3__ssyk=FLOWERS)
    assert done.location == "/platser"
    assert set(places_of(world)) == {"Rabatterna", "Boden", "Köket"}
    assert "är inte klar" not in text_of(manager.get("/platser"))
    assert "redan sparat" in text_of(manager.get(page))


def test_a_file_is_the_enterprises_own_and_so_are_its_places(
    world: Supply, site_id: int, client_for: ClientFor
) -> None:
    foreign = supply.add_place(world.other_manager, supply.add_site(world.other_manager))
    manager, rival = client_for(world.manager), client_for(world.other_manager)
    page = upload(manager, f"Nummer;Plats\n{foreign};Stulen\n").location
    assert f"Ni har ingen plats med nummer {foreign}" in text_of(manager.get(page))
    assert save(manager, page).status_code == 422
    for address, method in (
        (page, "GET"),
        (page, "POST"),
        (f"{page}/fel.csv", "GET"),
        (f"{page}/kasta", "POST"),
    ):
        assert rival.open(address, method=method, data={"gor": "spara"}).status_code == 404
    assert client_for(world.supervisor).get(page).status_code == 403
    assert manager.post(f"{page}/kasta").status_code == 302
    assert manager.get(page).status_code == 404


def test_a_place_that_someone_has_changed_since_is_not_written_over(
    world: Supply, site_id: int, client_for: ClientFor
) -> None:
    place_id = supply.add_place(world.manager, site_id)
    manager = client_for(world.manager)
    exported = manager.get("/platser/fullstandig.csv").data.decode("utf-8-sig")
    with acting_as(world.manager), transaction():
        services.update_place(place_id, name="Nyare")
    page = upload(manager, exported.replace("Odla och skörda.", "Gammalt.")).location
    assert "har ändrats sedan filen hämtades" in text_of(manager.get(page))
    assert save(manager, page, rad__2__revision="").status_code == 302
    assert places_of(world)["Trädgård"].tasks_sv == "Gammalt."


def test_of_two_who_import_none_saves_what_she_has_not_seen(
    world: Supply, site_id: int, client_for: ClientFor
) -> None:
    one, other = client_for(world.manager), client_for(world.manager)
    page = upload(one, HEAD + new_line("Rabatterna") + new_line("Köket", ssyk="9999")).location
    seen = reviewed(one, page)
    assert other.post(page, data={"rad-3-ssyk": FLOWERS, "gor": "granska"}).location == page
    typed = {"rad-3-name": "Stora köket", "granskad": seen, "gor": "spara"}
    refused = one.post(page, data=typed)
    assert refused.status_code == 422
    assert "Någon annan har ändrat i filen eller platserna" in text_of(refused)
    assert places_of(world) == {}
    assert "Stora köket" in text_of(refused), "what was typed is kept"
    assert save(one, page).status_code == 302
    assert set(places_of(world)) == {"Rabatterna", "Stora köket"}


def test_a_place_that_changes_while_the_file_is_saved_is_not_written_over(
    world: Supply, site_id: int, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_id = supply.add_place(world.manager, site_id)
    manager = client_for(world.manager)
    exported = manager.get("/platser/fullstandig.csv").data.decode("utf-8-sig")
    import_id = made_number(upload(manager, exported.replace("Odla och skörda.", "Gammalt.")))

    def changed_since(found: PlaceImport) -> Review:
        read = review(found)
        services.update_place(place_id, name="Nyare")
        return read

    with acting_as(world.manager), transaction():
        seen = review(db.session.get_one(PlaceImport, import_id)).revision
        monkeypatch.setattr(importing, "review", changed_since)
        with pytest.raises(Conflict, match="Rad 2: Någon har ändrat platsen"):
            services.save_import(import_id, seen)


def test_a_file_that_cannot_be_read_says_so(world: Supply, site_id: int, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    for answer, said in (
        (manager.post("/platser/importera", data={}), "Välj en fil"),
        (upload(manager, b""), "tom"),
        (upload(manager, photograph(), "platser.csv"), "ingen textfil"),
        (upload(manager, "Namn;Ort\nA;B\n"), "saknar rubriker"),
    ):
        assert answer.status_code == 422
        assert said in text_of(answer)


def test_looking_through_a_file_asks_as_much_however_many_lines(
    world: Supply, site_id: int, client_for: ClientFor
) -> None:
    manager = client_for(world.manager)
    short = upload(manager, HEAD + new_line("Plats 1")).location
    long = upload(manager, HEAD + "".join(new_line(f"Plats {number}") for number in range(60))).location
    assert len(statements_of(lambda: manager.get(long))) == len(statements_of(lambda: manager.get(short)))
    assert "60 rader" in text_of(manager.get(long))
    assert save(manager, long).status_code == 302
    assert len(places_of(world)) == 60
    assert made_number(manager.post(short, data={"gor": "granska"})) > 0
