"""The pages of a contract: amended, offered new terms, checked, read as PDF, ended."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from enterprises.contracts.queries import checks, contract_with_terms, edition_of
from marketplace.accounts.models import Organisation
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import TermsRules
from marketplace.tenancy import acting_as, system_actor
from tests.support import supply
from tests.support.clients import ClientFor
from tests.support.supply import Supply
from tests.web.reading import text_of

TODAY = date(2026, 6, 15)


@pytest.fixture
def world(session: Session) -> Iterator[Supply]:
    with travelling(TODAY):
        yield supply.build_supply()


@pytest.fixture
def contract_id(world: Supply) -> int:
    return supply.signed(world.officer, world.manager, supply.open_system(world.officer))


def amended(world: Supply, contract_id: int, **changes: str) -> dict[str, str]:
    with acting_as(world.officer):
        contract = contract_with_terms(contract_id)
        return {
            "from_day": "2026-07-01",
            "reason_sv": "Ny referens hos oss",
            "terms_id": str(contract.terms_id),
            "vat_category": "E",
            "vat_exemption_reason_sv": "Social omsorg",
            "buyer_reference": "NY-REFERENS",
            "capacity_cap": "4",
            "ends_on": "",
            "is_rounded": "y",
        } | changes


def test_an_amendment_from_offer_to_signatures(
    world: Supply, contract_id: int, client_for: ClientFor
) -> None:
    officer, manager = client_for(world.officer), client_for(world.manager)
    page, edition = f"/avtal/{contract_id}", f"/avtal/{contract_id}/utgavor/2"
    assert "Erbjud en ändring" in text_of(officer.get(page))
    assert "Erbjud en ändring" not in text_of(manager.get(page))
    assert "2026-07-01" in officer.get(f"{page}/andra").get_data(as_text=True)
    wrong = officer.post(f"{page}/andra", data=amended(world, contract_id, from_day="2026-06-20"))
    assert wrong.status_code == 422
    assert "Tidigast 2026-07-01" in text_of(wrong)
    assert officer.post(f"{page}/andra", data=amended(world, contract_id)).status_code == 302

    seen = text_of(manager.get(page))
    assert "En ändring väntar på underskrift" in seen
    read = text_of(manager.get(edition))
    assert "Fakturorna har referensen NY-REFERENS i stället för ÅSEN-4471." in read
    assert "Högst 4 platser är i bruk samtidigt." in read
    assert "Beloppet att betala avrundas till hela kronor." in read
    assert "Dra tillbaka" in text_of(officer.get(edition))
    assert "Dra tillbaka" not in read
    with acting_as(world.manager):
        data = {"text_sha256": edition_of(contract_id, 2).text_sha256, "is_read": "y"}
    refused = manager.post(f"{edition}/skriv-under", data=data | {"text_sha256": "en annan"})
    assert refused.status_code == 422
    assert "Läs den på nytt" in text_of(refused)
    for client in (manager, officer):
        assert "Skriv under ändringen" in text_of(client.get(f"{edition}/skriv-under"))
        assert client.post(f"{edition}/skriv-under", data=data).status_code == 302
    assert manager.get(f"{edition}/skriv-under").status_code == 409
    seen = text_of(manager.get(page))
    assert "Avtalets utgåvor" in seen
    assert "ÅSEN-4471" in seen  # until the first of July


def test_an_offer_is_taken_back(world: Supply, contract_id: int, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    officer.post(f"/avtal/{contract_id}/andra", data=amended(world, contract_id))
    page = f"/avtal/{contract_id}/utgavor/2/dra-tillbaka"
    assert "Avtalet fortsätter som det är." in text_of(officer.get(page))
    assert officer.post(page).status_code == 302
    assert "Tillbakadragen" in text_of(officer.get(f"/avtal/{contract_id}/utgavor/2"))
    assert officer.post(page).status_code == 422


def test_new_terms_are_offered_to_all(world: Supply, contract_id: int, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    assert "Erbjud dem version" not in text_of(officer.get("/avtal"))
    with acting_as(world.officer), transaction():
        system = contract_with_terms(contract_id).system
        terms_id = supply.draft_terms(system)
        procurement.publish_terms(terms_id)
    assert "Erbjud dem version 2" in text_of(officer.get("/avtal"))
    page = f"/valfrihetssystem/underlag/{terms_id}/erbjud"
    assert "Växthuset" in text_of(officer.get(page))
    data = {"from_day": "2026-07-01", "reason_sv": "Nya villkor"}
    assert officer.post(page, data=data | {"from_day": "2026-07-02"}).status_code == 422
    assert officer.post(page, data=data).status_code == 302
    assert "Inget avtal att erbjuda" in text_of(officer.get(page))
    offered = text_of(client_for(world.manager).get(f"/avtal/{contract_id}/utgavor/2"))
    assert "Förfrågningsunderlagets version 2 ersätter version 1." in offered
    assert "Se vad som skiljer" in offered


def test_a_changed_name_asks_for_new_signatures(world: Supply, client_for: ClientFor) -> None:
    contract_id = supply.approved(world.officer, world.manager, supply.open_system(world.officer))
    supply.sign(world.officer, contract_id)
    with acting_as(world.manager):
        read = contract_with_terms(contract_id).edition.text_sha256
    with acting_as(system_actor()), transaction():
        db.session.get_one(Organisation, world.enterprise_id).name = "Växthuset i Åsen"
    manager, officer = client_for(world.manager), client_for(world.officer)
    refused = manager.post(f"/avtal/{contract_id}/skriv-under", data={"text_sha256": read, "is_read": "y"})
    assert refused.status_code == 422
    assert "begär nya underskrifter" in text_of(refused)
    assert "Begär nya underskrifter" in text_of(officer.get(f"/avtal/{contract_id}"))
    assert officer.post(f"/avtal/{contract_id}/utgavor/1/nya-underskrifter").status_code == 302
    again = text_of(manager.get(f"/avtal/{contract_id}/skriv-under"))
    assert "Växthuset i Åsen" in again


def test_a_contract_is_taken_back_before_it_holds(world: Supply, client_for: ClientFor) -> None:
    contract_id = supply.approved(world.officer, world.manager, supply.open_system(world.officer))
    officer = client_for(world.officer)
    assert "Ta tillbaka" in text_of(officer.get(f"/avtal/{contract_id}"))
    assert "ett nytt avtal kan upprättas" in text_of(officer.get(f"/avtal/{contract_id}/ta-tillbaka"))
    assert officer.post(f"/avtal/{contract_id}/ta-tillbaka").status_code == 302
    assert "Tillbakadraget" in text_of(officer.get(f"/avtal/{contract_id}"))


def test_the_contract_as_pdf(world: Supply, contract_id: int, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    answer = manager.get(f"/avtal/{contract_id}/avtal.pdf")
    assert answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    reader = PdfReader(BytesIO(answer.data))
    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for part in ("Växthuset", "Ulla Upphandlare", "Vera Verksamhetsledare", "2026-118"):
        assert part in said
    assert manager.get(f"/avtal/{contract_id}/utgavor/1/avtal.pdf").data == answer.data
    assert manager.get(f"/avtal/{contract_id}/utgavor/9/avtal.pdf").status_code == 404
    assert client_for(world.other_manager).get(f"/avtal/{contract_id}/avtal.pdf").status_code == 404


def test_a_check_is_recorded(world: Supply, contract_id: int, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    with acting_as(world.officer):
        check_id = checks(contract_id)[0].id
    assert "Kontroller" in text_of(officer.get(f"/avtal/{contract_id}"))
    page = f"/avtal/kontroller/{check_id}"
    assert "Växthuset" in text_of(officer.get(page))
    assert officer.post(page, data={"evidence_sv": "Sett"}).status_code == 422
    assert officer.post(page, data={"outcome": "ok", "evidence_sv": "Skatteverket i dag"}).status_code == 302
    listed = text_of(officer.get(f"/avtal/{contract_id}/kontroller"))
    assert "Utan anmärkning" in listed
    assert "Skatteverket i dag" in listed
    assert officer.get(page).status_code == 409
    assert client_for(world.manager).get(f"/avtal/{contract_id}/kontroller").status_code == 403
    assert client_for(world.other_officer).get(page).status_code == 404


def test_how_much_is_offered_of_what_the_terms_ask(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    with acting_as(world.officer), transaction():
        draft = procurement.draft_terms(
            system_id,
            contract_text_sv="Parterna följer lagen.",
            rules=TermsRules(capacity_floor=5),
            requirements=supply.REQUIREMENTS,
            prices=supply.PRICES,
        )
        procurement.publish_terms(draft.id)
    contract_id = supply.signed(world.officer, world.manager, system_id)
    supply.add_place(world.manager, supply.add_site(world.manager), seats=3)
    for actor in (world.officer, world.manager):
        assert "3 av minst 5" in text_of(client_for(actor).get(f"/avtal/{contract_id}"))
