"""The story through the pages, by the forms that people use: from a new system to seats closed for the summer."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from enterprises.places.models import Place
from enterprises.suppliers.models import Application, Contract
from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import Actor, acting_as
from tests.support import supply
from tests.support.supply import Supply, after

ClientFor = Callable[..., FlaskClient]

TERMS = {
    "requirements-0-text_sv": "Beskriv hur handledningen går till.",
    "requirements-0-proof": "answer",
    "requirements-1-text_sv": "Vi betalar våra skatter.",
    "requirements-1-proof": "declaration",
    "requirements-2-text_sv": "",
    "requirements-2-proof": "answer",
    "prices-0-component": "day_rate",
    "prices-0-support_level": "1",
    "prices-0-day_part": "whole",
    "prices-0-amount": "1 234,50",
    "prices-1-component": "",
    "prices-1-amount": "",
    "whole_from_hours": "6",
    "half_from_hours": "3",
    "month_basis": "started",
    "is_absence_paid": "y",
    "absence_max_in_a_row": "5",
    "start_within_days": "14",
    "answer_within": "3",
    "plan_within": "10",
    "report_within": "10",
    "decision_within": "20",
    "contract_text_sv": "Leverantören följer lagen.",
}
REGISTRATION = {
    "orgnr": "556012-5790",
    "name": "Ateljé Ängen",
    "contact_email": "info@angen.example",
    "manager_name": "Åsa Ängel",
    "manager_email": "asa@angen.example",
    "password": "tre ord som glöms",
    "password_again": "tre ord som glöms",
}
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


def text(response: TestResponse) -> str:
    """The page's words on one line."""
    plain = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", plain.replace("&nbsp;", " ").replace("\xa0", " "))


def number_in(response: TestResponse) -> int:
    """The number that the address redirected to ends with, or has in it."""
    assert response.status_code == 302, text(response)
    return int(re.findall(r"\d+", response.location)[-1])


def test_an_authority_opens_a_system_for_everyone_to_read(world: Supply, client_for: ClientFor) -> None:
    officer, anyone = client_for(world.officer), client_for()
    made = officer.post(
        "/valfrihetssystem/nytt",
        data={
            "name": "Arbetsträning",
            "service_sv": "Vi köper arbetsträning.",
            "regime": "lov",
            "kommun_codes": ["0136"],
        },
    )
    system_id = number_in(made)
    page = f"/valfrihetssystem/{system_id}"
    assert anyone.get(page).status_code == 404
    assert "Systemet syns bara för er" in text(officer.get(page))

    drafted = officer.post(f"{page}/underlag", data=TERMS)
    terms_id = number_in(drafted)
    assert anyone.get(f"/valfrihetssystem/underlag/{terms_id}").status_code == 404
    asked = officer.get(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    assert "kan inte ändras efteråt" in text(asked)
    officer.post(f"/valfrihetssystem/underlag/{terms_id}/publicera")

    seen = text(anyone.get(page))
    assert "1 234,50 kr" in seen
    assert "Beskriv hur handledningen går till." in seen
    assert "högst 5 dagar i rad" in seen
    assert "Registrera företaget" in seen
    assert "Arbetsträning" in text(anyone.get("/valfrihetssystem"))
    assert "Arbetsträning" in anyone.get("/valfrihetssystem/lista.csv").get_data(as_text=True)
    edited = officer.get(f"{page}/andra")
    assert edited.status_code == 409


def test_rows_are_added_without_script_and_typed_text_stays(world: Supply, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    system_id = supply.open_system(world.officer)
    page = f"/valfrihetssystem/{system_id}/underlag"
    more = officer.post(page, data=TERMS | {"gor": "krav", "requirements-0-text_sv": "Halvskrivet krav"})
    assert more.status_code == 200
    html = more.get_data(as_text=True)
    assert "Halvskrivet krav" in html
    assert "1 234,50" in html
    assert 'name="requirements-5-text_sv"' in html

    wrong = officer.post(page, data=TERMS | {"prices-0-amount": "mycket", "prices-1-amount": "10"})
    assert wrong.status_code == 422
    assert 'value="mycket"' in wrong.get_data(as_text=True)
    assert "Skriv beloppet i kronor" in text(wrong)
    assert "Välj ersättning" in text(wrong)


def test_a_draft_with_holes_is_kept_and_the_publishing_page_says_what_is_missing(
    world: Supply, client_for: ClientFor
) -> None:
    officer = client_for(world.officer)
    system_id = supply.open_system(world.officer)
    holes = {key: value for key, value in TERMS.items() if not key.startswith(("requirements", "prices"))}
    terms_id = number_in(officer.post(f"/valfrihetssystem/{system_id}/underlag", data=holes))
    page = officer.get(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    assert "Lägg till minst ett krav." in text(page)
    assert "Prislistan har ingen ersättning" in text(page)
    refused = officer.post(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    assert refused.status_code == 422
    # The draft of a new version begins with what is published.
    assert "Beskriv hur handledningen går till." not in text(
        officer.get(f"/valfrihetssystem/{system_id}/underlag")
    )


def test_an_enterprise_registers_and_is_signed_in(world: Supply, client_for: ClientFor) -> None:
    client = client_for()
    assert client.get("/registrera").status_code == 200
    done = client.post("/registrera", data=REGISTRATION)
    assert done.status_code == 302
    own = text(client.get("/foretaget"))
    assert "Ateljé Ängen" in own
    assert "556012-5790" in own
    assert "bankgiro" in own


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"orgnr": "556012-5791"}, "Organisationsnumret stämmer inte"),
        ({"orgnr": supply.ORGNRS[0]}, "redan registrerat"),
        ({"manager_email": "vera@vaxthuset.example"}, "E-postadressen används redan"),
        ({"contact_email": "ingen adress"}, "namn@exempel.se"),
        ({"password": "kort", "password_again": "kort"}, "minst 12 tecken"),
        ({"password_again": "ett annat lösenord"}, "Lösenorden är inte lika"),
        ({"name": ""}, "Skriv företagets namn"),
    ],
)
def test_a_registration_that_will_not_do_keeps_what_was_typed(
    world: Supply, client_for: ClientFor, typed: dict[str, str], said: str
) -> None:
    response = client_for().post("/registrera", data=REGISTRATION | typed)
    assert response.status_code in (409, 422)
    assert said.lower() in text(response).lower()
    html = response.get_data(as_text=True)
    assert 'value="Åsa Ängel"' in html
    assert f'value="{typed.get("orgnr", REGISTRATION["orgnr"])}"' in html
    assert "tre ord som glöms" not in html, "a password is never sent back"


def test_the_profile_checks_the_bankgiro(world: Supply, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    typed = {"contact_email": "vera@vaxthuset.example", "bankgiro": "5050-1056", "about_sv": "Vi odlar."}
    wrong = manager.post("/foretaget/andra", data=typed)
    assert wrong.status_code == 422
    assert 'value="5050-1056"' in wrong.get_data(as_text=True)
    assert "Vi odlar." in text(wrong)
    assert manager.post("/foretaget/andra", data=typed | {"bankgiro": "5050-1055"}).status_code == 302
    assert "5050-1055" in text(manager.get("/foretaget"))


def test_from_application_to_signed_contract(world: Supply, client_for: ClientFor) -> None:
    manager, officer = client_for(world.manager), client_for(world.officer)
    system_id = supply.open_system(world.officer)
    assert "Ansök för Växthuset" in text(manager.get(f"/valfrihetssystem/{system_id}"))
    assert "3. " not in text(manager.get(f"/valfrihetssystem/{system_id}/ansok"))
    application_id = number_in(manager.post(f"/valfrihetssystem/{system_id}/ansok"))
    again = manager.get(f"/valfrihetssystem/{system_id}/ansok")
    assert again.location == f"/ansokningar/{application_id}"
    page = f"/ansokningar/{application_id}"

    saved = manager.post(f"{page}/svar", data={"krav_1": "Två handledare.", "gor": "spara"})
    assert saved.location == page
    missing = manager.get(f"{page}/skicka")
    assert "Krav 2: intyga" in text(missing)
    assert manager.post(f"{page}/skicka").status_code == 422
    further = manager.post(f"{page}/svar", data={"krav_1": "Två handledare.", "krav_2": "y", "gor": "vidare"})
    assert further.location == f"{page}/skicka"
    assert "inom 20 arbetsdagar" in text(manager.get(f"{page}/skicka"))
    manager.post(f"{page}/skicka")
    assert manager.get(f"{page}/svar").status_code == 409

    assert "Växthuset" in text(officer.get("/ansokningar"))
    assert "Växthuset" in officer.get("/ansokningar/lista.csv").get_data(as_text=True)
    assert "Besluta om ansökan från Växthuset" in text(officer.get("/"))
    wrong = officer.post(
        f"{page}/provning",
        data={"bedomning_1": "met", "skal_1": "Tydligt beskrivet.", "bedomning_2": "not_met", "skal_2": ""},
    )
    assert wrong.status_code == 422
    assert "Tydligt beskrivet." in text(wrong)
    assert "Krav 2: skriv varför" in text(wrong)
    assert "Krav 1, 2 är inte bedömda." in text(officer.get(f"{page}/godkann"))
    judged = {"bedomning_1": "met", "skal_1": "Tydligt beskrivet.", "bedomning_2": "met", "skal_2": ""}
    officer.post(f"{page}/provning", data=judged)
    assert "Tydligt beskrivet" not in text(manager.get(page)), (
        "a judgement is the authority's until the decision"
    )

    decision = {
        "reasons_sv": "Alla krav är uppfyllda.",
        "diary_number": "2026-118",
        "starts_on": today().isoformat(),
        "vat_category": "E",
        "vat_exemption_reason_sv": "",
        "buyer_reference": "ÅSEN-4471",
    }
    no_vat = officer.post(f"{page}/godkann", data=decision)
    assert no_vat.status_code == 422
    assert "undantagen från moms" in text(no_vat)
    decision["vat_exemption_reason_sv"] = "Social omsorg"
    preview = officer.post(f"{page}/godkann", data=decision | {"gor": "visa"})
    assert "Så blir beslutet" in text(preview)
    assert "Tydligt beskrivet." in text(preview)
    contract_id = number_in(officer.post(f"{page}/godkann", data=decision))
    assert "Alla krav är uppfyllda." in text(manager.get(f"{page}/beslut"))
    assert "Tydligt beskrivet" in text(manager.get(page))

    _both_sign_and_the_officer_ends(officer, manager, client_for(world.controller), f"/avtal/{contract_id}")


def _both_sign_and_the_officer_ends(
    officer: FlaskClient, manager: FlaskClient, controller: FlaskClient, contract: str
) -> None:
    for client in (officer, manager):
        assert "Skriv under avtalet med" in text(client.get("/"))
        html = client.get(f"{contract}/skriv-under").get_data(as_text=True)
        read = re.search(r'name="text_sha256"[^>]*value="([0-9a-f]{64})"', html)
        assert read is not None
        assert client.post(f"{contract}/skriv-under", data={"text_sha256": read[1]}).status_code == 422
        assert (
            client.post(f"{contract}/skriv-under", data={"text_sha256": read[1], "is_read": "y"}).status_code
            == 302
        )
    seen = text(controller.get(contract))
    assert "Gäller" in seen
    assert "Texten är oförändrad." in seen
    assert manager.get(f"{contract}/skriv-under").status_code == 409
    assert "ÅSEN-4471" in officer.get("/avtal/lista.csv").get_data(as_text=True)

    assert "visas inte för era handläggare" in text(officer.get(f"{contract}/vila"))
    officer.post(f"{contract}/vila")
    officer.post(f"{contract}/ateruppta")
    assert officer.post(f"{contract}/avsluta").status_code == 302
    assert "Upphört" in text(manager.get("/avtal"))


def test_a_signature_on_a_changed_text_is_refused_on_the_page(world: Supply, client_for: ClientFor) -> None:
    contract_id = supply.approved(world.officer, world.manager, supply.open_system(world.officer))
    supply.sign(world.officer, contract_id)
    manager, officer = client_for(world.manager), client_for(world.officer)
    with acting_as(world.officer):
        read = db.session.get_one(Contract, contract_id).text_sha256
        db.session.get_one(Contract, contract_id).buyer_reference = "NY"
        db.session.commit()
    refused = manager.post(f"/avtal/{contract_id}/skriv-under", data={"text_sha256": read, "is_read": "y"})
    assert refused.status_code == 422
    assert "Läs den på nytt" in text(refused)
    assert "NY" in text(refused)
    assert "Texten har ändrats" in text(officer.get(f"/avtal/{contract_id}"))
    assert officer.post(f"/avtal/{contract_id}/nya-underskrifter").status_code == 302


def test_a_rejection_and_a_completion(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    application_id = supply.submitted(world.manager, system_id)
    page = f"/ansokningar/{application_id}"
    manager, officer = client_for(world.manager), client_for(world.officer)
    assert officer.post(f"{page}/komplettering", data={"text_sv": ""}).status_code == 422
    officer.post(f"{page}/komplettering", data={"text_sv": "Vem handleder?"})
    assert "Vem handleder?" in text(manager.get(f"{page}/svar"))
    manager.post(f"{page}/svar", data={"krav_1": "Vera.", "krav_2": "y", "gor": "vidare"})
    manager.post(f"{page}/komplettera")
    officer.post(
        f"{page}/provning",
        data={"bedomning_1": "not_met", "skal_1": "För få handledare.", "bedomning_2": "met", "skal_2": ""},
    )
    form = officer.get(f"{page}/avsla")
    assert "För få handledare." in text(form)
    without = officer.post(f"{page}/avsla", data={"reasons_sv": " ", "diary_number": "7"})
    assert without.status_code == 422
    assert "Skriv skälen" in text(without)
    officer.post(f"{page}/avsla", data={"reasons_sv": "Krav 1 brister.", "diary_number": "7"})
    decision = text(manager.get(f"{page}/beslut"))
    assert "ansöka om rättelse" in decision
    assert "För få handledare." in decision
    assert officer.post(f"{page}/godkann", data={}).status_code == 422


def test_places_from_site_to_seats_closed_for_the_summer(world: Supply, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    assert "Börja med arbetsstället" in text(manager.get("/platser"))
    site = {
        "name": "Trädgården",
        "street": "Vägen 1",
        "postcode": "1",
        "city": "Handen",
        "kommun_code": "0136",
    }
    wrong = manager.post("/platser/arbetsstallen/nytt", data=site)
    assert wrong.status_code == 422
    assert "fem siffror" in text(wrong)
    assert 'value="Vägen 1"' in wrong.get_data(as_text=True)
    site_id = number_in(manager.post("/platser/arbetsstallen/nytt", data=site | {"postcode": "136 40"}))
    assert "Inga platser här än" in text(manager.get(f"/platser/arbetsstallen/{site_id}"))

    wrong = manager.post("/platser/ny", data=PLACE | {"site_id": site_id, "hours_per_week_max": "5"})
    assert wrong.status_code == 422
    assert "Största omfattning ska vara 10 till 40" in text(wrong)
    assert "Rensa, plantera och vattna." in text(wrong)
    place_id = number_in(manager.post("/platser/ny", data=PLACE | {"site_id": site_id}))
    page = f"/platser/{place_id}"
    outsider = client_for(world.case_officer)
    assert outsider.get(page).status_code == 404, "a draft is the supplier's own"
    manager.post(f"{page}/publicera")
    seen = text(outsider.get(page))
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
    assert "före första dagen" in text(reversed_days)
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
    assert "kan inte publiceras igen" in text(manager.get(f"{page}/lagg-ned"))
    manager.post(f"{page}/lagg-ned")
    with acting_as(world.manager):
        assert db.session.scalar(select(Place.state).where(Place.id == place_id)) == "closed"
    assert "Kökslandet" not in text(manager.get("/platser"))
    assert "Kökslandet" in text(manager.get("/platser?lage=closed"))
    assert manager.post(f"{page}/pausa").status_code == 409


def test_a_supervisor_reads_places_and_changes_nothing(world: Supply, client_for: ClientFor) -> None:
    place_id = supply.add_place(world.manager, supply.add_site(world.manager))
    supervisor = client_for(world.supervisor)
    seen = supervisor.get(f"/platser/{place_id}").get_data(as_text=True)
    assert "Ändra antalet" not in seen
    assert supervisor.get("/platser").status_code == 200
    assert supervisor.post(f"/platser/{place_id}/pausa").status_code == 403


def test_places_that_need_confirming_wait_on_the_start_page(world: Supply, client_for: ClientFor) -> None:
    from marketplace import clock

    place_id = supply.add_place(world.manager, supply.add_site(world.manager))
    manager = client_for(world.manager)
    assert "behöver bekräftas" not in text(manager.get("/"))
    with clock.travelling(after(95)):
        later = client_for(world.manager)
        assert "En plats behöver bekräftas" in text(later.get("/"))
        assert "Trädgård" in text(later.get("/platser?obekraftad=y"))
        assert "Stämmer platsen fortfarande?" in text(later.get(f"/platser/{place_id}"))
        later.post(f"/platser/{place_id}/bekrafta")
        assert "behöver bekräftas" not in text(later.get("/"))


def test_outsiders_find_nothing(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    contract_id = supply.approved(world.officer, world.manager, system_id)
    site_id = supply.add_site(world.manager)
    place_id = supply.add_place(world.manager, site_id, publish=False)
    with acting_as(world.officer):
        application_id = db.session.scalars(select(Application.id)).one()
    outsiders: list[Actor] = [world.other_officer, world.other_manager]
    pages = [
        f"/ansokningar/{application_id}",
        f"/ansokningar/{application_id}/beslut",
        f"/avtal/{contract_id}",
    ]
    for outsider in outsiders:
        client = client_for(outsider)
        for page in pages:
            assert client.get(page).status_code == 404, page
        for listed in ("/ansokningar", "/ansokningar/lista.csv", "/avtal", "/avtal/lista.csv"):
            assert "Växthuset" not in client.get(listed).get_data(as_text=True)
    rival = client_for(world.other_manager)
    for page in (f"/platser/{place_id}", f"/platser/{place_id}/andra", f"/platser/arbetsstallen/{site_id}"):
        assert rival.get(page).status_code == 404, page
    assert client_for(world.other_officer).get(f"/valfrihetssystem/{system_id}/underlag").status_code == 404
    anyone = client_for()
    assert anyone.get(pages[0]).location.startswith("/logga-in")
