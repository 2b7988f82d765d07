"""Sites, places and seats, by the forms that people use."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprises.places.models import Place
from marketplace import clock
from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.clients import ClientFor
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
    "adaptations": ["seated", "quiet"],
    "languages": ["sv", "ar"],
    "seats": "3",
}


@pytest.fixture
def world(session: Session) -> Supply:
    return supply.build_supply()


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
    assert "Största omfattning ska vara 10 till 40" in text_of(wrong)
    assert "Rensa, plantera och vattna." in text_of(wrong)
    place_id = made_number(manager.post("/platser/ny", data=PLACE | {"site_id": site_id}))
    page = f"/platser/{place_id}"
    outsider = client_for(world.case_officer)
    assert outsider.get(page).status_code == 404, "a draft is the supplier's own"
    manager.post(f"{page}/publicera")
    seen = text_of(outsider.get(page))
    assert "Sittande arbete, Tyst miljö" in seen
    assert "Svenska, Arabiska" in seen
    assert "Vad har hänt" not in seen

    renamed = {key: value for key, value in PLACE.items() if key not in ("ssyk", "seats")} | {
        "name": "Kökslandet"
    }
    assert manager.post(f"{page}/andra", data=renamed).status_code == 302
    assert (
        manager.post(f"{page}/antal", data={"seats": "5", "from_day": today().isoformat()}).status_code == 302
    )
    closed = {
        "seats": "2",
        "first_day": after(10).isoformat(),
        "last_day": after(5).isoformat(),
        "reason_sv": "Semester",
    }
    reversed_days = manager.post(f"{page}/stang", data=closed)
    assert reversed_days.status_code == 422
    assert "före första dagen" in text_of(reversed_days)
    assert 'value="Semester"' in reversed_days.get_data(as_text=True)
    assert manager.post(f"{page}/stang", data=closed | {"last_day": after(20).isoformat()}).status_code == 302
    html = manager.get(page).get_data(as_text=True)
    reopen = re.findall(r"/platser/stangningar/\d+/oppna", html)
    assert len(reopen) == 2
    manager.post(reopen[0])
    assert len(re.findall(r"stangningar", manager.get(page).get_data(as_text=True))) == 1
    manager.post(f"{page}/pausa")
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
    assert manager.post(f"{page}/pausa").status_code == 409


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
    for page in ("andra", "antal", "stang"):
        assert manager.get(f"/platser/{place_id}/{page}").status_code == 409
    typed = {
        "seats": "1",
        "first_day": after(1).isoformat(),
        "last_day": after(2).isoformat(),
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
