"""Systems and their terms, as the procurement officer writes them and as everyone reads them."""

from typing import Any

import pytest
from lxml import html
from sqlalchemy import select

from marketplace.db import db
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.queries import published_terms
from marketplace.tenancy import acting_as
from tests.factories import HANINGE
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.supply import Supply
from tests.web.reading import made_number, text_of

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
    "capacity_cap": "40",
    "default_rule": "own_provision",
    "own_provision_sv": "Kommunens verkstad i Handen.",
    "tax_check_months": "12",
    "insurance_check_months": "",
    "contract_text_sv": "Leverantören följer lagen.",
}


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


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
    system_id = made_number(made)
    page = f"/valfrihetssystem/{system_id}"
    assert anyone.get(page).status_code == 404
    assert "Systemet syns bara för er" in text_of(officer.get(page))

    drafted = officer.post(f"{page}/underlag", data=TERMS)
    terms_id = made_number(drafted)
    assert anyone.get(f"/valfrihetssystem/underlag/{terms_id}").status_code == 404
    asked = officer.get(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    assert "kan inte ändras efteråt" in text_of(asked)
    officer.post(f"/valfrihetssystem/underlag/{terms_id}/publicera")

    seen = text_of(anyone.get(page))
    assert "1 234,50 kr" in seen
    assert "Beskriv hur handledningen går till." in seen
    assert "högst 5 dagar i rad" in seen
    assert "Registrera företaget" in seen
    assert "Högst 40 platser används samtidigt hos varje leverantör" in seen
    assert "Kommunens verkstad i Handen." in seen
    assert "Var 12:e månad" in seen
    assert "Arbetsträning" in text_of(anyone.get("/valfrihetssystem"))
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
    assert "Skriv beloppet i kronor" in text_of(wrong)
    assert "Välj ersättning" in text_of(wrong)


@pytest.mark.parametrize("field", ["requirements-0-text_sv", "contract_text_sv", "prices-0-support_level"])
def test_what_cannot_be_stored_is_refused(world: Supply, client_for: ClientFor, field: str) -> None:
    officer, page = (
        client_for(world.officer),
        f"/valfrihetssystem/{supply.open_system(world.officer)}/underlag",
    )
    assert officer.post(page, data=TERMS | {field: "Halvt\0tecken"}).status_code == 400


def test_a_draft_with_holes_is_kept_and_the_publishing_page_says_what_is_missing(
    world: Supply, client_for: ClientFor
) -> None:
    officer = client_for(world.officer)
    system_id = supply.open_system(world.officer)
    holes = {key: value for key, value in TERMS.items() if not key.startswith(("requirements", "prices"))}
    terms_id = made_number(officer.post(f"/valfrihetssystem/{system_id}/underlag", data=holes))
    page = officer.get(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    assert "Lägg till minst ett krav." in text_of(page)
    assert "Prislistan har ingen ersättning" in text_of(page)
    refused = officer.post(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    assert refused.status_code == 422
    # The draft of a new version begins with what is published.
    assert "Beskriv hur handledningen går till." not in text_of(
        officer.get(f"/valfrihetssystem/{system_id}/underlag")
    )


SYSTEM = {
    "name": "Arbetsträning",
    "service_sv": "Vi köper <b>arbetsträning</b>.",
    "regime": "lov",
    "kommun_codes": [HANINGE],
}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": " "}, "name", "Fyll i fältet."),
        ({"service_sv": ""}, "service_sv", "Fyll i fältet."),
        ({"name": "x" * 121}, "name", "högst 120 tecken"),
        ({"kommun_codes": []}, "kommun_codes", "Välj minst en kommun."),
    ],
)
def test_a_system_that_will_not_do_keeps_what_was_typed(
    world: Supply, client_for: ClientFor, typed: dict[str, Any], field: str, said: str
) -> None:
    refused = client_for(world.officer).post("/valfrihetssystem/nytt", data=SYSTEM | typed)
    assert refused.status_code == 422
    page = html.fromstring(refused.get_data(as_text=True))
    assert said in page.get_element_by_id(f"{field}-fel").text_content()
    kept = SYSTEM | typed
    assert page.get_element_by_id("name").get("value").strip() == kept["name"].strip()
    assert page.get_element_by_id("service_sv").text_content().strip() == kept["service_sv"]
    assert page.xpath("//input[@name='kommun_codes' and @checked]/@value") == kept["kommun_codes"]
    with acting_as(world.officer):
        assert db.session.scalars(select(SystemOfChoice)).all() == []


def test_a_system_is_edited_until_it_is_open(world: Supply, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    page = f"/valfrihetssystem/{made_number(officer.post('/valfrihetssystem/nytt', data=SYSTEM))}"
    form = html.fromstring(officer.get(f"{page}/andra").get_data(as_text=True))
    assert form.get_element_by_id("name").get("value") == "Arbetsträning"
    wrong = officer.post(f"{page}/andra", data=SYSTEM | {"name": "", "service_sv": "Halvskrivet"})
    assert wrong.status_code == 422
    assert "Halvskrivet" in text_of(wrong)
    assert officer.post(f"{page}/andra", data=SYSTEM | {"name": "Språkspåret"}).location == page
    assert "Språkspåret" in text_of(officer.get(page))
    _publish(officer, page)
    late = officer.post(f"{page}/andra", data=SYSTEM | {"name": "För sent"})
    assert late.status_code == 409
    assert "Skriv en ny version" in text_of(late)
    assert "För sent" not in text_of(officer.get(page))


def _publish(officer: Client, page: str) -> str:
    """Writes terms and publishes them; gives the publishing page's address."""
    terms_id = made_number(officer.post(f"{page}/underlag", data=TERMS))
    publishing = f"/valfrihetssystem/underlag/{terms_id}/publicera"
    assert officer.post(publishing).status_code == 302
    return publishing


def test_a_version_is_published_once_and_the_next_begins_with_it(
    world: Supply, client_for: ClientFor
) -> None:
    officer = client_for(world.officer)
    page = f"/valfrihetssystem/{made_number(officer.post('/valfrihetssystem/nytt', data=SYSTEM))}"
    publishing = _publish(officer, page)
    again = officer.post(publishing)
    assert again.status_code in {409, 422}
    draft = html.fromstring(officer.get(f"{page}/underlag").get_data(as_text=True))
    assert draft.get_element_by_id("contract_text_sv").text_content().strip() == TERMS["contract_text_sv"]
    assert draft.get_element_by_id("prices-0-amount").get("value").replace("\u00a0", " ") == "1 234,50"


def test_nobody_else_changes_a_system(world: Supply, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    system_id = made_number(officer.post("/valfrihetssystem/nytt", data=SYSTEM))
    page = f"/valfrihetssystem/{system_id}"
    terms_id = made_number(officer.post(f"{page}/underlag", data=TERMS))
    publishing = f"/valfrihetssystem/underlag/{terms_id}/publicera"
    for other, status in ((world.other_officer, 404), (world.manager, 403), (world.controller, 403)):
        client = client_for(other)
        for path, form in ((f"{page}/andra", SYSTEM), (f"{page}/underlag", TERMS), (publishing, {})):
            assert client.get(path).status_code == status, path
            assert client.post(path, data=form | {"name": "Kapat"}).status_code == status, path
        is_listed = f'"{page}"' in client.get("/valfrihetssystem").get_data(as_text=True)
        assert is_listed == (other is world.controller)  # the same authority's
    assert client_for(world.manager).post("/valfrihetssystem/nytt", data=SYSTEM).status_code == 403
    assert client_for().post(publishing).location.startswith("/logga-in")
    assert "Systemet syns bara för er" in text_of(officer.get(page))
    assert "Kapat" not in text_of(officer.get(page))


def test_another_authoritys_open_system_is_read_and_not_written(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    page = f"/valfrihetssystem/{system_id}"
    other = client_for(world.other_officer)
    assert "Arbetsträning Åsen" in text_of(other.get(page))
    for path in (f"{page}/andra", f"{page}/underlag"):
        assert other.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"whole_from_hours": "0"}, "whole_from_hours", "fler timmar än 0"),
        ({"half_from_hours": "25"}, "half_from_hours", "högst 24"),
        ({"late_report_ore": "-1"}, "late_report_ore", "från 0 till 1 000 000 kronor"),
        ({"month_from_run_day": "0"}, "month_from_run_day", "1 till 365"),
        ({"result_after_months": "0"}, "result_after_months", "1 till 60"),
        ({"capacity_floor": "0"}, "capacity_floor", "1 till 1000"),
        ({"capacity_cap": "många"}, "capacity_cap", "siffror"),
        ({"debt_check_months": "61"}, "debt_check_months", "1 till 60"),
    ],
)
def test_a_condition_that_will_not_do_is_said_and_not_replaced_by_the_usual(
    world: Supply, client_for: ClientFor, typed: dict[str, str], field: str, said: str
) -> None:
    system_id = supply.open_system(world.officer)
    refused = client_for(world.officer).post(f"/valfrihetssystem/{system_id}/underlag", data=TERMS | typed)
    assert refused.status_code == 422
    page = html.fromstring(refused.get_data(as_text=True))
    assert said in page.get_element_by_id(f"{field}-fel").text_content().replace("\u00a0", " ")
    assert page.get_element_by_id(field).get("value") == typed[field]


def test_conditions_that_are_left_empty_are_the_usual(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    empty = {"whole_from_hours": "", "half_from_hours": "", "late_report_ore": "", "result_after_months": ""}
    fee = {
        "prices-1-component": "result_fee",
        "prices-1-amount": "5000",
        "prices-1-support_level": "",
        "prices-1-day_part": "",
    }
    officer = client_for(world.officer)
    terms_id = made_number(officer.post(f"/valfrihetssystem/{system_id}/underlag", data=TERMS | empty | fee))
    said = text_of(officer.get(f"/valfrihetssystem/underlag/{terms_id}"))
    assert "Heldag är minst 6 timmar, halvdag minst 3 timmar" in said
    assert "har varat 6 månader" in said


def test_a_version_is_published_once(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    with acting_as(world.officer):
        terms = published_terms(system_id)
        assert terms is not None
        page = f"/valfrihetssystem/underlag/{terms.id}/publicera"
    seen = client_for(world.officer).get(page)
    assert "Bara ett utkast kan publiceras." in text_of(seen)
    assert '<form method="post" class="form"' not in seen.get_data(as_text=True)
