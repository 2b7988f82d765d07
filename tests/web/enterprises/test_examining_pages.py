"""Files, completions, grounds to exclude and two deciders, by the forms that people use; the decision as a PDF."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from pypdf import PdfReader

from enterprises.applications import attachment_rules
from enterprises.applications.queries import application_with_answers
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today, travelling
from marketplace.db import db, transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import Proof, RequirementDraft
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_actor
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.files import PDF, PNG
from tests.support.supply import Supply
from tests.web.reading import made_number, text_of

WEEK = timedelta(days=7)
REQUIREMENTS = (
    RequirementDraft("Beskriv handledningen.", Proof.ANSWER),
    RequirementDraft("Vi betalar våra skatter.", Proof.DECLARATION),
    RequirementDraft("Bifoga försäkringsbeviset.", Proof.ATTACHMENT),
)


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


def with_files(world: Supply, system_id: int) -> None:
    """The system's next version asks for a file."""
    with acting_as(world.officer), transaction():
        terms = procurement.draft_terms(
            system_id,
            contract_text_sv="Avtal",
            rules=procurement.TermsRules(),
            requirements=REQUIREMENTS,
            prices=supply.PRICES,
        )
        procurement.publish_terms(terms.id)


def file(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def begun(manager: Client, system_id: int) -> str:
    return f"/ansokningar/{made_number(manager.post(f'/valfrihetssystem/{system_id}/ansok'))}"


def test_a_rejected_file_keeps_everything_else(world: Supply, system_id: int, client_for: ClientFor) -> None:
    with_files(world, system_id)
    manager = client_for(world.manager)
    page = begun(manager, system_id)
    assert "Krav 3: bifoga minst en fil" in text_of(manager.get(page))
    sent = manager.post(
        f"{page}/svar",
        data={
            "krav_1": "Två handledare.",
            "krav_2": "y",
            "krav_3": "Gäller från i år.",
            "filer_3": [file(PNG, "bevis.pdf"), file(PDF, "bevis 2.pdf"), file(b"MZ", "bevis.exe")],
            "gor": "vidare",
        },
    )
    assert sent.status_code == 422
    said = text_of(sent)
    assert "bevis.pdf: namnet säger PDF, men innehållet är bild (PNG)" in said
    assert "bevis.exe: den sortens fil kan inte bifogas" in said
    assert "Svaren är sparade" in said
    assert "bevis 2.pdf" in said
    again = manager.get(f"{page}/svar")
    assert "Två handledare." in text_of(again)
    assert "Gäller från i år." in text_of(again)
    assert manager.post(
        f"{page}/svar", data={"krav_1": "Två.", "krav_2": "y", "gor": "vidare"}
    ).location.endswith("/skicka")


def test_a_text_that_is_too_long_does_not_cost_the_file(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    with_files(world, system_id)
    manager = client_for(world.manager)
    page = begun(manager, system_id)
    sent = manager.post(f"{page}/svar", data={"krav_1": "a" * 8001, "filer_3": file(PDF, "bevis.pdf")})
    assert sent.status_code == 422
    assert "a" * 8001 in sent.get_data(as_text=True)
    assert "bevis.pdf" in text_of(manager.get(page))


def test_files_are_downloads_of_what_they_are_for_the_two_parties(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    with_files(world, system_id)
    manager, officer = client_for(world.manager), client_for(world.officer)
    page = begun(manager, system_id)
    manager.post(
        f"{page}/svar",
        data={"krav_1": "Två.", "krav_2": "y", "filer_3": [file(PDF, "åäö.pdf"), file(PDF, "fel.pdf")]},
    )
    with acting_as(world.manager):
        first, second = (one.id for one in application_with_answers(_id(page)).attachments)
    manager.post(f"{page}/svar", data={"krav_1": "Två.", "krav_2": "y", f"ta_bort_{second}": "y"})
    assert manager.get(f"{page}/bilagor/{second}").status_code == 404
    assert officer.get(f"{page}/bilagor/{first}").status_code == 404, "not before it is handed in"
    manager.post(f"{page}/skicka")
    for client in (manager, officer):
        answer = client.get(f"{page}/bilagor/{first}")
        assert answer.data == PDF
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for outsider in (world.other_officer, world.other_manager):
        assert client_for(outsider).get(f"{page}/bilagor/{first}").status_code == 404
    assert client_for(world.controller).get(f"{page}/bilagor/{first}").status_code == 403
    assert "fel.pdf" not in text_of(officer.get(page))


def _id(page: str) -> int:
    return int(page.rpartition("/")[2])


def test_a_file_that_is_too_large_is_refused_beside_its_field(
    world: Supply, system_id: int, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachment_rules, "LARGEST", 1024)
    manager = client_for(world.manager)
    page = begun(manager, system_id)
    large = file(PDF + bytes(2000), "stor.pdf")
    sent = manager.post(f"{page}/svar", data={"krav_1": "Två.", "filer_1": large})
    assert sent.status_code == 422
    assert "Högst 1 kB går att bifoga" in text_of(sent)
    assert "Två." in text_of(sent)


def test_several_files_may_be_sent_together(
    world: Supply, system_id: int, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    """More than other forms may send: one refusal by size would cost everything that was written."""
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 400)
    manager = client_for(world.manager)
    page = begun(manager, system_id)
    sent = manager.post(
        f"{page}/svar", data={"krav_1": "Två.", "filer_1": [file(PDF, "ett.pdf"), file(PDF, "två.pdf")]}
    )
    assert sent.status_code == 302


def test_a_new_application_offers_what_was_written_before(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    supply.submitted(world.manager, system_id)
    other = supply.open_system(world.officer, "Arbetsträning Viken")
    manager = client_for(world.manager)
    offered = text_of(manager.get(f"/valfrihetssystem/{other}/ansok"))
    assert "I er ansökan till Arbetsträning Åsen" in offered
    assert "en ansökan i taget" in offered
    started = manager.post(f"/valfrihetssystem/{other}/ansok", data={"reuse": "y"})
    answers = text_of(manager.get(started.location))
    assert "hämtat från er tidigare ansökan" in answers
    assert "Två handledare" in answers
    again = manager.get(f"/valfrihetssystem/{other}/ansok", follow_redirects=False)
    assert again.status_code == 302


def test_a_reworded_requirement_is_marked_with_what_has_changed(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    manager = client_for(world.manager)
    page = begun(manager, system_id)
    manager.post(f"{page}/svar", data={"krav_1": "Två handledare."})
    with acting_as(world.officer), transaction():
        terms = procurement.draft_terms(
            system_id,
            contract_text_sv="Avtal",
            rules=procurement.TermsRules(),
            requirements=[RequirementDraft("Beskriv noga hur handledningen går till.", Proof.ANSWER)],
            prices=supply.PRICES,
        )
        procurement.publish_terms(terms.id)
    assert "alla ska svara på samma" in text_of(manager.get(page))
    manager.post(f"{page}/ny-version")
    assert "Kravet har ändrats" in text_of(manager.get(page))
    assert "Krav 1 har ändrats sedan svaret skrevs" in text_of(manager.get(f"{page}/skicka"))
    html = manager.get(f"{page}/svar").get_data(as_text=True)
    assert "Kravet har ändrats" in html
    assert "<ins>noga </ins>" in html
    assert "Två handledare." in html
    manager.post(f"{page}/svar", data={"krav_1": "Två handledare, alltid."})
    assert "Kravet har ändrats" not in manager.get(f"{page}/svar").get_data(as_text=True)


def test_a_completion_by_requirement_and_a_rejection_as_pdf(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    page = f"/ansokningar/{supply.submitted(world.manager, system_id)}"
    manager, officer = client_for(world.manager), client_for(world.officer)
    assert "till vilken dag" in text_of(officer.get(f"{page}/komplettering"))
    asks = {"bedomning_1": "complete_by", "skal_1": "Vem handleder på fredagar?"}
    without_a_day = officer.post(f"{page}/provning", data=asks)
    assert without_a_day.status_code == 422
    assert "vilken dag" in text_of(without_a_day)
    assert "Vem handleder på fredagar?" in text_of(without_a_day)
    both = text_of(officer.post(f"{page}/provning", data=asks | {"bedomning_2": "not_met"}))
    assert "2 saker behöver rättas" in both, "everything at once"
    due_on = (today() + WEEK).isoformat()
    judged = officer.post(f"{page}/provning", data=asks | {"senast_1": due_on, "bedomning_2": "met"})
    assert judged.location == f"{page}/komplettering"
    assert "Vem handleder på fredagar?" in text_of(officer.get(judged.location))
    officer.post(f"{page}/komplettering", data={"text_sv": "Vi behöver veta mer."})

    form = text_of(manager.get(f"{page}/svar"))
    assert "Vi behöver veta mer." in form
    assert "Vem handleder på fredagar?" in form
    assert "Krav 2" not in form, "only what is asked for"
    assert "Krav 1: skriv en komplettering" in text_of(manager.get(page))
    assert manager.post(f"{page}/komplettera").status_code == 422
    further = manager.post(f"{page}/svar", data={"krav_1": "Vera.", "gor": "vidare"})
    assert further.location == f"{page}/komplettera"
    manager.post(f"{page}/komplettera")

    seen = text_of(officer.get(page))
    assert "Två handledare" in seen
    assert "Vera." in seen
    judged_again = {"bedomning_1": "not_met", "skal_1": "För få handledare.", "bedomning_2": "met"}
    officer.post(f"{page}/provning", data=judged_again)
    assert "Krav 1 är inte uppfyllt: För få handledare." in text_of(officer.get(f"{page}/avsla"))
    without = officer.post(f"{page}/avsla", data={"reasons_sv": " ", "diary_number": "7/26"})
    assert without.status_code == 422
    assert "Skriv skälen" in text_of(without)
    officer.post(f"{page}/avsla", data={"reasons_sv": "Krav 1 brister.", "diary_number": "7/26"})
    assert officer.post(f"{page}/godkann", data={}).status_code == 422

    for client in (manager, officer):
        assert "ansöka om rättelse" in text_of(client.get(f"{page}/beslut"))
        answer = client.get(f"{page}/beslut.pdf")
        assert "7-26.pdf" in answer.headers["Content-Disposition"]
        reader = PdfReader(io.BytesIO(answer.data))
        text = " ".join("".join(one.extract_text() for one in reader.pages).split())
        for words in (
            "Diarienummer 7/26",
            "Samordningsförbundet Åsen",
            "För få handledare.",
            "ansöka om rättelse",
            "Ulla Upphandlare",
        ):
            assert words in text
        root = reader.root_object
        assert "/StructTreeRoot" in root
        assert str(root["/Lang"]) == "sv"
    for outsider in (world.other_officer, world.other_manager):
        assert client_for(outsider).get(f"{page}/beslut.pdf").status_code == 404


def test_there_is_no_pdf_before_the_decision(world: Supply, system_id: int, client_for: ClientFor) -> None:
    page = f"/ansokningar/{supply.submitted(world.manager, system_id)}"
    assert client_for(world.officer).get(f"{page}/beslut.pdf").status_code == 404


def test_a_completion_that_does_not_come(world: Supply, system_id: int, client_for: ClientFor) -> None:
    page = f"/ansokningar/{supply.submitted(world.manager, system_id)}"
    officer = client_for(world.officer)
    due_on = (today() + WEEK).isoformat()
    officer.post(
        f"{page}/provning", data={"bedomning_1": "complete_by", "skal_1": "Vem?", "senast_1": due_on}
    )
    officer.post(f"{page}/komplettering", data={})
    assert f"till och med {due_on}" in text_of(officer.get(f"{page}/utan-komplettering"))
    with travelling(today() + 2 * WEEK):
        officer = client_for(world.officer)
        assert "har inte kommit: pröva det som finns" in text_of(officer.get("/"))
        assert officer.post(f"{page}/utan-komplettering").location == page
        assert "Kom inte in i tid" in text_of(officer.get(page))


def test_a_ground_to_exclude_is_noted_with_evidence_and_lifted(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    application_id = supply.submitted(world.manager, system_id)
    page = f"/ansokningar/{application_id}"
    officer, manager = client_for(world.officer), client_for(world.manager)
    wrong = officer.post(
        f"{page}/uteslutning", data={"evidence_sv": "Skuld.", "file": file(b"MZ", "utdrag.pdf")}
    )
    assert wrong.status_code == 422
    assert "Välj grund" in text_of(wrong)
    lying = officer.post(
        f"{page}/uteslutning",
        data={"ground": "unpaid", "evidence_sv": "Skuld.", "file": file(b"MZ", "utdrag.pdf")},
    )
    assert "innehållet är något annat" in text_of(lying)
    found = officer.post(
        f"{page}/uteslutning",
        data={"ground": "unpaid", "evidence_sv": "Skuld hos Kronofogden.", "file": file(PDF, "utdrag.pdf")},
    )
    assert found.status_code == 302
    assert "Skuld hos Kronofogden." in text_of(officer.get(page))
    assert "Skuld hos Kronofogden." not in text_of(manager.get(page))
    supply.judge(world.officer, application_id)
    assert "En grund för uteslutning står kvar" in text_of(officer.get(f"{page}/godkann"))
    assert "Skuld hos Kronofogden." in text_of(officer.get(f"{page}/avsla"))
    lift = _link(officer, page, "/avfor")
    assert officer.post(lift, data={"reason_sv": ""}).status_code == 422
    assert officer.post(lift, data={"reason_sv": "Skulden är betald."}).status_code == 302
    assert "Skulden är betald." in text_of(officer.get(page))
    assert "redan avförd" in text_of(officer.get(lift))


def _link(client: Client, page: str, end: str) -> str:
    html = client.get(page).get_data(as_text=True)
    return next(part.split('"')[0] for part in html.split('href="')[1:] if part.split('"')[0].endswith(end))


@pytest.fixture
def second(world: Supply) -> Actor:
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, world.authority_id)
        return make_actor("Örjan Upphandlare", authority, Role.PROCUREMENT_OFFICER)


def test_two_officers_decide(world: Supply, second: Actor, system_id: int, client_for: ClientFor) -> None:
    with acting_as(world.officer), transaction():
        procurement.set_deciders(system_id, needs_two=True)
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    page = f"/ansokningar/{application_id}"
    officer, other, manager = client_for(world.officer), client_for(second), client_for(world.manager)
    assert "Föreslå godkännande" in text_of(officer.get(page))
    reasons = {"reasons_sv": "Allt är uppfyllt.", "diary_number": "8"}
    seen_first = text_of(officer.post(f"{page}/godkann", data=reasons | {"gor": "visa"}))
    assert "En annan upphandlare, " in seen_first
    assert "Föredragande: Ulla Upphandlare" in seen_first
    officer.post(f"{page}/godkann", data=reasons)
    assert "Du har föreslagit beslutet" in text_of(officer.get(f"{page}/beslutsforslag"))
    assert officer.post(f"{page}/beslutsforslag").status_code == 422
    assert "Allt är uppfyllt." not in text_of(manager.get(page))
    assert "Ta ställning till förslaget" in text_of(other.get("/"))
    preview = text_of(other.get(f"{page}/beslutsforslag"))
    assert "Allt är uppfyllt." in preview
    assert "Föredragande: Ulla Upphandlare" in preview
    other.post(f"{page}/beslutsforslag/tillbaka", data={"reason_sv": "Diarienumret är fel."})
    assert "Diarienumret är fel." in text_of(officer.get(page))
    officer.post(f"{page}/godkann", data={"reasons_sv": "Allt är uppfyllt.", "diary_number": "9"})
    assert other.post(f"{page}/beslutsforslag").location == f"{page}/avtal"
    assert "Diarienummer: 9" in text_of(manager.get(f"{page}/beslut"))
    assert other.get(f"{page}/beslutsforslag").status_code == 409
