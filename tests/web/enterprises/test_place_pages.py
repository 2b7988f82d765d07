"""Sites, places and seats, by the forms that people use."""

import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.test import TestResponse

from enterprises.places import services
from enterprises.places.models import Place
from marketplace import clock
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.pictures import photograph
from tests.support.statements import statements_of
from tests.support.supply import Supply, after
from tests.web.reading import made_number, text_of

PLACE = {
    "ssyk": "6113",
    "name": "Rabatterna",
    "tasks_sv": "Rensa, plantera och vattna.",
    "hours_per_week_min": "10",
    "hours_per_week_max": "30",
    "lead_time_days": "7",
    "seats": "3",
}
SUPPORT = {"demands": ["standing"], "adaptations": ["seated", "quiet"], "languages": ["sv", "ar"]}


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


def test_with_a_contract_and_no_place_the_first_place_waits(world: Supply, client_for: ClientFor) -> None:
    contract_id = supply.approved(world.officer, world.manager, supply.open_system(world.officer))
    manager = client_for(world.manager)
    supply.sign(world.manager, contract_id)
    assert "Lägg upp er första plats" not in text_of(manager.get("/")), "the authority has not signed"
    supply.sign(world.officer, contract_id)
    assert "Lägg upp er första plats" in text_of(manager.get("/"))
    supply.add_place(world.manager, supply.add_site(world.manager))
    assert "Lägg upp er första plats" not in text_of(manager.get("/"))


def test_places_from_site_to_seats_closed_for_the_summer(world: Supply, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    assert "Börja med arbetsstället" in text_of(manager.get("/platser"))
    site = {
        "name": "Trädgården",
        "street": "Vägen 1",
        "postcode": "1",
        "city": "Handen",
        "kommun_code": "0136",
    }
    wrong = manager.post("/platser/arbetsstallen/nytt", data=site)
    assert wrong.status_code == 422
    assert "fem siffror" in text_of(wrong)
    assert 'value="Vägen 1"' in wrong.get_data(as_text=True)
    site_id = made_number(manager.post("/platser/arbetsstallen/nytt", data=site | {"postcode": "136 40"}))
    assert "Inga platser här än" in text_of(manager.get(f"/platser/arbetsstallen/{site_id}"))

    wrong = manager.post("/platser/ny", data=PLACE | {"site_id": site_id, "hours_per_week_max": "5"})
    assert wrong.status_code == 422
    assert "Det högsta antalet timmar ska vara 10 till 40" in text_of(wrong)
    assert "Rensa, plantera och vattna." in text_of(wrong)
    made = manager.post("/platser/ny", data=PLACE | {"site_id": site_id})
    place_id = made_number(made)
    page = f"/platser/{place_id}"
    _walk_the_steps(manager, made.location, page)
    outsider = client_for(world.case_officer)
    assert outsider.get(page).status_code == 404, "a draft is the supplier's own"
    manager.post(f"{page}/publicera")
    seen = text_of(outsider.get(page))
    assert "Sittande arbete, Tyst miljö" in seen
    assert "Svenska, Arabiska" in seen
    assert "Stå och gå hela dagen" in seen
    assert "måndag till torsdag, kl. 8.30–16.00" in seen
    assert "Vad har hänt" not in seen

    renamed = {"name": "Kökslandet", "tasks_sv": "Rensa.", "tasks": "Rensa\nVattna", "rotates": "y"}
    assert manager.post(f"{page}/andra", data=renamed).status_code == 302
    assert "Man växlar mellan de här uppgifterna: RensaVattna" in text_of(outsider.get(page))
    assert (
        manager.post(f"{page}/antal", data={"seats": "5", "from_day": today().isoformat()}).status_code == 302
    )
    assert "Välj en orsak" in text_of(manager.post(f"{page}/pausa"))
    manager.post(f"{page}/pausa", data={"reason": "vacation", "until": after(7).isoformat()})
    assert f"Pausad till och med {after(7)}" in text_of(outsider.get(page))
    assert "Semester" not in text_of(outsider.get(page)), "why is the supplier's own"
    with clock.travelling(after(8)):
        assert "pausen är slut" in text_of(client_for(world.manager).get("/"))
    manager.post(f"{page}/ateruppta")
    manager.post(f"{page}/bekrafta")
    rows = manager.get("/platser/lista.csv").get_data(as_text=True)
    assert "Kökslandet;6113" in rows
    assert "kan inte publiceras igen" in text_of(manager.get(f"{page}/lagg-ned"))
    manager.post(f"{page}/lagg-ned")
    with acting_as(world.manager):
        assert db.session.scalar(select(Place.state).where(Place.id == place_id)) == "closed"
    assert "Kökslandet" not in text_of(manager.get("/platser"))
    assert "Kökslandet" in text_of(manager.get("/platser?lage=closed"))
    assert manager.post(f"{page}/pausa", data={"reason": "vacation"}).status_code == 422
    assert manager.post(f"{page}/ateruppta").status_code == 409


def _walk_the_steps(manager: Client, first: str, page: str) -> None:
    """Days and times, then demands and support, then pictures: each saved by itself."""
    assert "Steg 2 av 4" in text_of(manager.get(first))
    hours = {name: PLACE[name] for name in ("hours_per_week_min", "hours_per_week_max", "lead_time_days")}
    times = hours | {"weekdays": ["1", "2", "3", "4"], "day_starts": "8.30", "day_ends": "10"}
    wrong = manager.post(first, data=times)
    assert wrong.status_code == 422
    assert "räcker till 6 timmar i veckan" in text_of(wrong)
    assert 'value="8.30"' in wrong.get_data(as_text=True)
    support = manager.post(first, data=times | {"day_ends": "16:00"}).location
    assert "Steg 3 av 4" in text_of(manager.get(support))
    pictures = manager.post(support, data=SUPPORT).location
    assert "Steg 4 av 4" in text_of(manager.get(pictures))
    assert manager.post(pictures).location == page


def test_a_supervisor_reads_places_and_changes_nothing(world: Supply, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, supply.add_site(world.manager))
    supervisor = client_for(world.supervisor)
    seen = supervisor.get(f"/platser/{place_id}").get_data(as_text=True)
    assert "Ändra antalet" not in seen
    assert supervisor.get("/platser").status_code == 200
    assert supervisor.post(f"/platser/{place_id}/pausa").status_code == 403


def test_places_that_need_confirming_wait_on_the_start_page(world: Supply, client_for: ClientFor) -> None:

    place_id = supply.add_place(world.manager, supply.add_site(world.manager))
    manager = client_for(world.manager)
    assert "behöver bekräftas" not in text_of(manager.get("/"))
    with clock.travelling(after(95)):
        later = client_for(world.manager)
        assert "En plats behöver bekräftas" in text_of(later.get("/"))
        assert "Trädgård" in text_of(later.get("/platser?obekraftad=y"))
        assert "Stämmer platsen fortfarande?" in text_of(later.get(f"/platser/{place_id}"))
        later.post(f"/platser/{place_id}/bekrafta")
        assert "behöver bekräftas" not in text_of(later.get("/"))


def test_another_enterprise_finds_neither_site_nor_draft(world: Supply, client_for: ClientFor) -> None:
    site_id = supply.add_site(world.manager)
    place_id = supply.add_place(world.manager, site_id, publish=False)
    rival = client_for(world.other_manager)
    for page in (f"/platser/{place_id}", f"/platser/{place_id}/andra", f"/platser/arbetsstallen/{site_id}"):
        assert rival.get(page).status_code == 404, page


def test_a_place_is_named_by_its_work_in_plain_words(world: Supply, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, supply.add_site(world.manager))
    seen = text_of(client_for(world.case_officer).get(f"/platser/{place_id}"))
    assert "Trädgårdsanläggare på lätt svenska, Växthuset" in seen
    assert "Trädgårdsanläggare (SSYK 6113)" in seen
    assert "på lätt svenska" in text_of(client_for(world.manager).get("/platser"))


def test_a_place_that_is_closed_takes_no_changes(world: Supply, client_for: ClientFor) -> None:
    site_id = supply.add_site(world.manager)
    place_id = supply.add_place(world.manager, site_id)
    manager = client_for(world.manager)
    assert manager.post(f"/platser/{place_id}/lagg-ned").status_code == 302
    assert "Det här kan du göra" not in text_of(manager.get(f"/platser/{place_id}"))
    for page in ("andra", "andra/tider", "andra/krav", "bilder", "antal", "stang"):
        assert manager.get(f"/platser/{place_id}/{page}").status_code == 409
    typed = {
        "seats": "1",
        "first_day": after(1).isoformat(),
        "last_day": after(2).isoformat(),
        "reason": "other",
        "reason_sv": "Semester",
    }
    refused = manager.post(f"/platser/{place_id}/stang", data=typed)
    assert refused.status_code == 422
    assert "nedlagd" in text_of(refused)
    assert 'value="Semester"' in refused.get_data(as_text=True)
    assert manager.post(f"/platser/{place_id}/bekrafta").status_code == 409
    assert "Trädgård" not in text_of(client_for(world.case_officer).get(f"/platser/arbetsstallen/{site_id}"))


def test_who_only_reads_a_site_is_not_told_its_history(world: Supply, client_for: ClientFor) -> None:
    site_id = supply.add_site(world.manager)
    page = f"/platser/arbetsstallen/{site_id}"
    assert "Arbetsstället upplagt" in text_of(client_for(world.manager).get(page))
    reader = client_for(world.case_officer)
    asked = statements_of(lambda: reader.get(page))
    assert not [statement for statement in asked if "FROM event" in statement]


def test_two_tabs_do_not_write_over_each_other_unknowing(world: Supply, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, supply.add_site(world.manager))
    page = f"/platser/{place_id}/andra"
    one, other = client_for(world.manager), client_for(world.manager)
    begun = _begun_with(one.get(page))
    mine = {"name": "Först", "tasks_sv": "Rensa.", "begun_with": begun}
    assert one.post(page, data=mine).status_code == 302
    late = mine | {"name": "Sist"}
    refused = other.post(page, data=late)
    assert refused.status_code == 422
    assert "Någon har ändrat platsen medan du skrev" in text_of(refused)
    assert 'value="Sist"' in refused.get_data(as_text=True)
    assert other.post(page, data=late | {"begun_with": _begun_with(refused)}).status_code == 302
    assert "Sist" in text_of(one.get(f"/platser/{place_id}"))


def _begun_with(answer: TestResponse) -> str:
    (value,) = html.fromstring(answer.get_data(as_text=True)).xpath("//input[@name='begun_with']/@value")
    return str(value)


def test_many_are_confirmed_with_one_click(world: Supply, client_for: ClientFor) -> None:
    site_id = supply.add_site(world.manager)
    ids = [supply.add_place(world.manager, site_id, name=f"Plats {number}") for number in range(3)]
    foreign = supply.add_place(world.other_manager, supply.add_site(world.other_manager))
    with clock.travelling(after(95)):
        manager = client_for(world.manager)
        shown = manager.get("/platser?obekraftad=y").get_data(as_text=True)
        assert shown.count('name="place_id"') == shown.count(" checked>") == 3
        assert " checked>" not in manager.get("/platser").get_data(as_text=True)
        chosen = {"place_id": [str(ids[0]), str(ids[1])], "urval": "obekraftad=y&next=//ond.example"}
        answer = manager.post("/platser/bekrafta", data=chosen)
        assert answer.location == "/platser?obekraftad=y"
        seen = text_of(manager.get(answer.location))
        assert "Plats 2" in seen
        assert "Plats 0" not in seen
        seen = text_of(client_for(world.case_officer).get(f"/platser/{ids[0]}"))
        assert f"Bekräftad {today()}" in seen
        assert (
            manager.post("/platser/bekrafta", data={"place_id": [str(ids[2]), str(foreign)]}).status_code
            == 404
        )
        assert "Plats 2" in text_of(manager.get("/platser?obekraftad=y")), "all or none"
        assert "Kryssa för" in text_of(manager.get(manager.post("/platser/bekrafta").location or ""))


def test_a_copy_is_a_draft_without_the_bookings(world: Supply, client_for: ClientFor) -> None:
    site_id, other_id = supply.add_site(world.manager), supply.add_site(world.manager, "Butiken")
    place_id = supply.add_place(world.manager, site_id, seats=4)
    with acting_as(world.manager), transaction():
        services.close_seats(place_id, seats=1, first_day=after(1), last_day=after(9), reason_sv="Ombyggnad")
        services.add_picture(place_id, photograph(), "En odlingsbädd")
    manager = client_for(world.manager)
    page = f"/platser/{place_id}/kopiera"
    offered = manager.get(page).get_data(as_text=True)
    assert 'value="Trädgård (kopia)"' in offered
    assert 'value="4"' in offered
    typed = {"site_id": str(other_id), "name": "Trädgård i butiken", "seats": "2"}
    bare = made_number(manager.post(page, data=typed))
    whole = made_number(manager.post(page, data=typed | {"with_pictures": "y"}))
    for copied, pictures in ((bare, 0), (whole, 1)):
        shown = manager.get(f"/platser/{copied}")
        seen = text_of(shown)
        assert "Utkast" in seen
        assert "Butiken" in seen
        assert "Odla och skörda." in seen
        assert "Stängningar" not in seen
        assert shown.get_data(as_text=True).count('alt="En odlingsbädd"') == pictures
    rival = client_for(world.other_manager)
    assert rival.get(page).status_code == 404
    wrong = manager.post(page, data=typed | {"seats": "0"})
    assert wrong.status_code == 422
    assert 'value="Trädgård i butiken"' in wrong.get_data(as_text=True)


def test_a_draft_made_by_mistake_is_thrown_away(world: Supply, client_for: ClientFor) -> None:
    site_id = supply.add_site(world.manager)
    published = supply.add_place(world.manager, site_id)
    with acting_as(world.manager), transaction():
        draft = services.copy_place(published, site_id=site_id, name="Av misstag", seats=2).id
        services.set_seats(draft, 1, after(1))
        services.add_picture(draft, photograph(), "En odlingsbädd")
    manager = client_for(world.manager)
    assert "Kasta utkastet" in text_of(manager.get(f"/platser/{draft}"))
    assert "Kasta utkastet" not in text_of(manager.get(f"/platser/{published}"))
    assert client_for(world.other_manager).post(f"/platser/{draft}/kasta").status_code == 404
    refused = manager.post(f"/platser/{published}/kasta")
    assert "har varit publicerad" in text_of(refused)
    assert manager.post(f"/platser/{draft}/kasta").location == "/platser"
    assert manager.get(f"/platser/{draft}").status_code == 404
    assert manager.get(f"/platser/{published}").status_code == 200


def test_the_list_asks_as_much_whatever_its_length(world: Supply, client_for: ClientFor) -> None:
    site_id = supply.add_site(world.manager)
    manager = client_for(world.manager)

    def asked(address: str) -> int:
        return len(statements_of(lambda: manager.get(address)))

    addresses = ("/platser", "/platser/lista.csv", "/platser/fullstandig.csv")
    supply.add_place(world.manager, site_id)
    before = [asked(address) for address in addresses]
    for number in range(5):
        supply.add_place(world.manager, site_id, name=f"Plats {number}")
    assert [asked(address) for address in addresses] == before
    assert max(before) < 16, before
