"""From application to contract, by the forms that people use."""

import re

import pytest
from sqlalchemy import select

from enterprises.applications import services as applications
from enterprises.applications.models import Application
from enterprises.contracts import services as contracts
from enterprises.contracts.queries import contract_with_terms
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.supply import Supply
from tests.web.reading import made_number, text_of


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


def test_from_application_to_signed_contract(world: Supply, client_for: ClientFor) -> None:
    manager, officer = client_for(world.manager), client_for(world.officer)
    system_id = supply.open_system(world.officer)
    assert "Ansök för Växthuset" in text_of(manager.get(f"/valfrihetssystem/{system_id}"))
    assert "3. " not in text_of(manager.get(f"/valfrihetssystem/{system_id}/ansok"))
    application_id = made_number(manager.post(f"/valfrihetssystem/{system_id}/ansok"))
    again = manager.get(f"/valfrihetssystem/{system_id}/ansok")
    assert again.location == f"/ansokningar/{application_id}"
    page = f"/ansokningar/{application_id}"

    saved = manager.post(f"{page}/svar", data={"krav_1": "Två handledare.", "gor": "spara"})
    assert saved.location == page
    missing = manager.get(f"{page}/skicka")
    assert "Krav 2: intyga" in text_of(missing)
    assert manager.post(f"{page}/skicka").status_code == 422
    further = manager.post(f"{page}/svar", data={"krav_1": "Två handledare.", "krav_2": "y", "gor": "vidare"})
    assert further.location == f"{page}/skicka"
    assert "inom 20 arbetsdagar" in text_of(manager.get(f"{page}/skicka"))
    manager.post(f"{page}/skicka")
    assert manager.get(f"{page}/svar").status_code == 409

    assert "Växthuset" in text_of(officer.get("/ansokningar"))
    assert "Växthuset" in officer.get("/ansokningar/lista.csv").get_data(as_text=True)
    assert "Besluta om ansökan från Växthuset" in text_of(officer.get("/"))
    wrong = officer.post(
        f"{page}/provning",
        data={"bedomning_1": "met", "skal_1": "Tydligt beskrivet.", "bedomning_2": "not_met", "skal_2": ""},
    )
    assert wrong.status_code == 422
    assert "Tydligt beskrivet." in text_of(wrong)
    assert "Krav 2: skriv varför" in text_of(wrong)
    assert "Krav 1, 2 är inte bedömda." in text_of(officer.get(f"{page}/godkann"))
    judged = {"bedomning_1": "met", "skal_1": "Tydligt beskrivet.", "bedomning_2": "met", "skal_2": ""}
    officer.post(f"{page}/provning", data=judged)
    assert "Tydligt beskrivet" not in text_of(manager.get(page)), (
        "a judgement is the authority's until the decision"
    )

    decision = {"reasons_sv": "Alla krav är uppfyllda.", "diary_number": "2026-118"}
    facts = {
        "starts_on": today().isoformat(),
        "vat_category": "E",
        "vat_exemption_reason_sv": "",
        "buyer_reference": "ÅSEN-4471",
    }
    preview = officer.post(f"{page}/godkann", data=decision | {"gor": "visa"})
    assert "Så blir beslutet" in text_of(preview)
    assert "Tydligt beskrivet." in text_of(preview)
    assert officer.post(f"{page}/godkann", data=decision).status_code == 302
    assert "Upprätta avtal med Växthuset" in text_of(officer.get("/"))
    no_vat = officer.post(f"{page}/avtal", data=facts)
    assert no_vat.status_code == 422
    assert "undantagen från moms" in text_of(no_vat)
    facts["vat_exemption_reason_sv"] = "Social omsorg"
    contract_id = made_number(officer.post(f"{page}/avtal", data=facts))
    assert "Alla krav är uppfyllda." in text_of(manager.get(f"{page}/beslut"))
    assert "Tydligt beskrivet" in text_of(manager.get(page))

    _both_sign_and_the_officer_ends(officer, manager, client_for(world.controller), f"/avtal/{contract_id}")


def _both_sign_and_the_officer_ends(
    officer: Client, manager: Client, controller: Client, contract: str
) -> None:
    for client in (officer, manager):
        assert "Skriv under avtalet med" in text_of(client.get("/"))
        html = client.get(f"{contract}/skriv-under").get_data(as_text=True)
        read = re.search(r'name="text_sha256"[^>]*value="([0-9a-f]{64})"', html)
        assert read is not None
        assert client.post(f"{contract}/skriv-under", data={"text_sha256": read[1]}).status_code == 422
        assert (
            client.post(f"{contract}/skriv-under", data={"text_sha256": read[1], "is_read": "y"}).status_code
            == 302
        )
    seen = text_of(controller.get(contract))
    assert "Gäller" in seen
    assert "Texten är oförändrad." in seen
    assert manager.get(f"{contract}/skriv-under").status_code == 409
    assert "ÅSEN-4471" in officer.get("/avtal/lista.csv").get_data(as_text=True)

    assert "visas inte för era handläggare" in text_of(officer.get(f"{contract}/vila"))
    officer.post(f"{contract}/vila")
    officer.post(f"{contract}/ateruppta")
    assert officer.post(f"{contract}/avsluta").status_code == 302
    assert "Upphört" in text_of(manager.get("/avtal"))


def test_outsiders_find_neither_application_nor_contract(world: Supply, client_for: ClientFor) -> None:
    contract_id = supply.approved(world.officer, world.manager, supply.open_system(world.officer))
    with acting_as(world.officer):
        application_id = db.session.scalars(select(Application.id)).one()
    pages = (
        f"/ansokningar/{application_id}",
        f"/ansokningar/{application_id}/beslut",
        f"/avtal/{contract_id}",
    )
    for outsider in (world.other_officer, world.other_manager):
        client = client_for(outsider)
        for page in pages:
            assert client.get(page).status_code == 404, page
        for listed in ("/ansokningar", "/ansokningar/lista.csv", "/avtal", "/avtal/lista.csv"):
            assert "Växthuset" not in client.get(listed).get_data(as_text=True)
    assert client_for().get(pages[0]).location.startswith("/logga-in")


def test_answers_that_come_too_late_are_refused_and_not_lost(world: Supply, client_for: ClientFor) -> None:
    application_id = supply.submitted(world.manager, supply.open_system(world.officer))
    page = f"/ansokningar/{application_id}"
    late = client_for(world.manager).post(f"{page}/svar", data={"krav_1": "Skrivet för sent."})
    assert late.status_code == 422
    assert "svaren kan inte ändras" in text_of(late)
    assert "Skrivet för sent." in text_of(late)
    with acting_as(world.manager), transaction():
        applications.withdraw_application(application_id)
    judged = client_for(world.officer).post(
        f"{page}/provning", data={"bedomning_1": "met", "skal_1": "Bedömt för sent."}
    )
    assert judged.status_code == 422
    assert "Kraven bedöms medan ansökan prövas." in text_of(judged)
    assert "Bedömt för sent." in text_of(judged)
    assert client_for(world.officer).get(f"{page}/provning").status_code == 409


def test_what_is_over_offers_nothing_and_asks_nothing(world: Supply, client_for: ClientFor) -> None:
    contract_id = supply.signed(world.officer, world.manager, supply.open_system(world.officer))
    officer, manager = client_for(world.officer), client_for(world.manager)
    with acting_as(world.officer), transaction():
        application_id = contract_with_terms(contract_id).application_id
        contracts.end_contract(contract_id)
    assert "Det här kan du göra" not in text_of(officer.get(f"/avtal/{contract_id}"))
    assert f"Upphörde {today().isoformat()}" in text_of(manager.get(f"/avtal/{contract_id}"))
    assert "Det här kan du göra" not in text_of(manager.get(f"/ansokningar/{application_id}"))
    for client, asked in (
        (officer, f"/avtal/{contract_id}/vila"),
        (officer, f"/avtal/{contract_id}/avsluta"),
        (manager, f"/ansokningar/{application_id}/aterkalla"),
        (manager, f"/ansokningar/{application_id}/skicka"),
    ):
        page = client.get(asked)
        assert "Det går inte än" in text_of(page)
        assert '<form method="post" class="form"' not in page.get_data(as_text=True)
        assert client.post(asked).status_code == 422


def test_only_the_enterprise_is_offered_its_drafts(world: Supply, client_for: ClientFor) -> None:
    supply.submitted(world.manager, supply.open_system(world.officer))
    assert 'value="draft"' in client_for(world.manager).get("/ansokningar").text
    assert 'value="draft"' not in client_for(world.officer).get("/ansokningar").text
