"""The invoice pages, as the manager and the controller use them, and as everybody else does not."""

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprises.suppliers.models import EnterpriseProfile
from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.facts import Month
from invoicing.run.models import InvoiceRun, Unpriced
from marketplace.accounts.rules import Role
from marketplace.clock import now, travelling
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from tests.support.clients import Client, ClientFor
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import APRIL_FIRST, PRICES, Market, attend, build_market
from tests.support.statements import statements_of
from tests.web.reading import posted, text_of

MARCH = Month(2026, 3)


@pytest.fixture
def invoice_id(market: Market) -> int:
    with acting_as(market.system), transaction():
        invoice = make_invoice(market.contract_id, MARCH)
        assert invoice is not None
        return invoice.id


def state_of(market: Market, invoice_id: int) -> InvoiceState:
    with acting_as(market.manager):
        return db.session.get_one(Invoice, invoice_id, populate_existing=True).state


def send(market: Market, invoice_id: int) -> None:
    with acting_as(market.manager), transaction():
        services.approve_invoice(invoice_id)
        services.send_invoice(invoice_id)


def test_manager_approves_and_sends(market: Market, invoice_id: int, manager: Client) -> None:
    listed = text_of(manager.get("/fakturor"))
    assert "mars 2026" in listed
    assert "Samordningsförbundet Åsen" in listed
    assert "12 370,00 kr" in listed

    draft = text_of(manager.get(f"/fakturor/{invoice_id}"))
    assert "Dagersättning, nivå 3, heldag" in draft
    assert f"Placering P{market.placement_ids[0]:06d} 7 435,00 kr" in draft
    assert "Skicka går inte nu." in draft
    assert "Hemlig" not in draft

    assert "Raderna är låsta" in text_of(manager.get(f"/fakturor/{invoice_id}/godkann"))
    assert "Fakturan är godkänd. Nu kan den skickas." in posted(manager, f"/fakturor/{invoice_id}/godkann")

    assert "får nummer" in text_of(manager.get(f"/fakturor/{invoice_id}/skicka"))
    sent = posted(manager, f"/fakturor/{invoice_id}/skicka")
    assert "Fakturan är skickad." in sent
    assert "Faktura 1, mars 2026" in sent
    assert state_of(market, invoice_id) == InvoiceState.SENT


def test_sending_that_fails_says_why_and_changes_nothing(
    market: Market, invoice_id: int, manager: Client
) -> None:
    with acting_as(market.manager), transaction():
        services.approve_invoice(invoice_id)
        db.session.get_one(EnterpriseProfile, market.enterprise_id).bankgiro = None

    assert "Innan fakturan kan skickas Bankgiro saknas." in text_of(manager.get(f"/fakturor/{invoice_id}"))
    refused = manager.post(f"/fakturor/{invoice_id}/skicka")
    assert refused.status_code == 422
    assert "Fakturan kan inte skickas. Bankgiro saknas." in text_of(refused)
    assert state_of(market, invoice_id) == InvoiceState.APPROVED


def test_manager_comments_a_draft(market: Market, invoice_id: int, manager: Client) -> None:
    empty = manager.post(f"/fakturor/{invoice_id}/kommentera", data={"reason": " "})
    assert empty.status_code == 422
    said = posted(manager, f"/fakturor/{invoice_id}/kommentera", reason="En dag saknas")
    assert "Kommentaren är sparad." in said
    assert "En dag saknas" in said


def test_a_draft_is_computed_again_when_it_is_read_and_approved_as_read(
    market: Market, invoice_id: int, manager: Client
) -> None:
    read = html.fromstring(manager.get(f"/fakturor/{invoice_id}/godkann").get_data(as_text=True))
    (computed,) = read.xpath("//input[@name='read']/@value")
    with acting_as(market.system), transaction():
        attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
    with travelling(now() + timedelta(minutes=5)):
        late = manager.post(f"/fakturor/{invoice_id}/godkann", data={"read": computed})
    assert late.status_code == 422
    assert "Utkastet har räknats om: läs det igen innan du godkänner." in text_of(late)
    assert "13 357,00 kr" in text_of(late)
    shown = html.fromstring(late.get_data(as_text=True)).xpath("//input[@name='read']/@value")
    assert "Fakturan är godkänd." in posted(manager, f"/fakturor/{invoice_id}/godkann", read=shown[0])


def test_approving_twice_at_once_is_told(
    market: Market, invoice_id: int, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve = services.approve_invoice

    def approved_by_a_colleague(invoice_id: int, *, read: str) -> Invoice:
        approve(invoice_id)
        db.session.commit()
        return approve(invoice_id)

    monkeypatch.setattr(services, "approve_invoice", approved_by_a_colleague)
    late = manager.post(f"/fakturor/{invoice_id}/godkann")
    assert late.status_code == 409
    assert "Fakturan är redan godkänd." in text_of(late)


def test_controller_sees_what_is_sent(market: Market, invoice_id: int, controller: Client) -> None:
    assert "Inga fakturor än" in text_of(controller.get("/fakturor"))
    assert controller.get(f"/fakturor/{invoice_id}").status_code == 404
    send(market, invoice_id)

    assert "Växthuset & Co" in text_of(controller.get("/fakturor"))
    shown = text_of(controller.get(f"/fakturor/{invoice_id}"))
    assert "Sakgranska" in shown
    assert "Godkänn" not in shown
    behind = text_of(controller.get(f"/fakturor/{invoice_id}/rad/2"))
    assert f"Placering P{market.placement_ids[0]:06d}" in behind
    assert "2026-03-02 7 tim 7 tim" in behind
    assert "Hemlig" not in shown + behind


def test_absence_is_never_told_by_kind(session: Session, client_for: ClientFor) -> None:
    absence = {
        "component": "paid_absence",
        "amount_ore": 0,
        "parameters": {"must_be_reported_same_day": False},
    }
    with travelling(APRIL_FIRST):
        market = build_market(prices=(*PRICES, absence))
        with acting_as(market.system), transaction():
            attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9), "0")
            invoice = make_invoice(market.contract_id, MARCH)
            assert invoice is not None
            invoice_id = invoice.id
        send(market, invoice_id)
        controller = client_for(market.controller)
        behind = controller.get(f"/fakturor/{invoice_id}/rad/3")
        assert "2026-03-09 7 tim 0 tim Giltig frånvaro" in text_of(behind)
        for path in (
            f"/fakturor/{invoice_id}",
            f"/fakturor/{invoice_id}/rad/3",
            f"/fakturor/{invoice_id}/granska",
            f"/fakturor/{invoice_id}.html",
        ):
            assert "sjuk" not in controller.get(path).get_data(as_text=True).lower()


def test_documents_are_given_as_sent(
    market: Market, invoice_id: int, manager: Client, controller: Client
) -> None:
    assert manager.get(f"/fakturor/{invoice_id}.xml").status_code == 404
    assert manager.get(f"/fakturor/{invoice_id}.html").status_code == 404
    assert manager.get(f"/fakturor/{invoice_id}.pdf").status_code == 404
    send(market, invoice_id)
    with acting_as(market.manager):
        invoice = db.session.get_one(Invoice, invoice_id)
        xml, page = invoice.xml, invoice.html
    for client in (manager, controller):
        answer = client.get(f"/fakturor/{invoice_id}.xml")
        assert answer.data == xml.encode()
        assert answer.mimetype == "application/xml"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="faktura-7696123459-1.xml"'
        answer = client.get(f"/fakturor/{invoice_id}.html")
        assert answer.data == page.encode()
        assert answer.mimetype == "text/html"
    style = manager.get("/fakturor/invoice.css")
    assert style.mimetype == "text/css"
    assert b"@page" in style.data


def test_run_is_started_from_the_page(market: Market, manager: Client) -> None:
    page = text_of(manager.get("/fakturor/manadskorning"))
    assert "mars 2026" in page
    assert "april 2026" not in page
    asked = manager.get("/fakturor/manadskorning?manad=2026-02").get_data(as_text=True)
    assert '<option selected value="2026-02">' in asked
    answer = posted(manager, "/fakturor/manadskorning", month="2026-03")
    assert "Fakturorna för mars 2026 görs nu." in answer
    with acting_as(system_actor()):
        (message,) = db.session.scalars(select(Outbox)).all()
        assert (message.topic, message.payload["month"]) == ("invoice_run", "2026-03")
    for month in ("2026-04", "nonsens", ""):
        assert manager.post("/fakturor/manadskorning", data={"month": month}).status_code == 422


def test_the_run_tells_how_far_it_has_come_and_what_is_unpriced_in_as_few_questions(
    market: Market, controller: Client
) -> None:
    def questions() -> int:
        return len(statements_of(lambda: controller.get("/fakturor/manadskorning")))

    def unpriced(contract_id: int, enterprise_id: int, *reasons: str) -> None:
        with acting_as(system_actor(market.authority_id, enterprise_id)), transaction():
            for reason in reasons:
                parties = {"authority_id": market.authority_id, "enterprise_id": enterprise_id}
                days = [date(2026, 3, 2), date(2026, 3, 3)]
                db.session.add(
                    Unpriced(
                        contract_id=contract_id, month=MARCH.first_day, reason_sv=reason, days=days, **parties
                    )
                )

    facts = {"authority_id": market.authority_id, "month": MARCH.first_day, "started_by": "Erik"}
    with acting_as(market.controller), transaction():
        db.session.add(InvoiceRun(started_at=now(), contracts_total=12, contracts_done=5, **facts))
    unpriced(market.contract_id, market.enterprise_id, "Pris saknas för nivå 3.")
    few = questions()
    with acting_as(market.controller), transaction():
        db.session.add(InvoiceRun(started_at=now(), finished_at=now(), **facts))
    unpriced(market.contract_id, market.enterprise_id, "Nivån är okänd.")
    unpriced(market.other_contract_id, market.other_enterprise_id, "Pris saknas för nivå 3.")
    assert questions() == few
    shown = text_of(controller.get("/fakturor/manadskorning"))
    assert "5 av 12 Pågår" in shown
    assert "Snickeriet mars 2026 – Pris saknas för nivå 3. 2026-03-02, 2026-03-03" in shown


def test_filters(market: Market, invoice_id: int, manager: Client) -> None:
    assert "12 370,00 kr" in text_of(manager.get("/fakturor?lage=draft&manad=2026-03"))
    assert "Ingen faktura passar" in text_of(manager.get("/fakturor?lage=sent"))
    assert "12 370,00 kr" in text_of(manager.get("/fakturor?lage=nonsens&manad=9999-99"))


PATHS = (
    "",
    ".xml",
    ".html",
    "/rad/1",
    "/godkann",
    "/skicka",
    "/kommentera",
    "/granska",
    "/attestera",
    "/bestrid",
    "/ta-tillbaka",
    "/utbetald",
    "/kvitta",
    "/sta-fast",
    "/kreditera",
    "/paminn",
    "/betald",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", [Role.SUPPLIER_MANAGER, Role.CONTROLLER])
def test_outsiders_find_nothing(
    market: Market, invoice_id: int, client_for: ClientFor, path: str, role: Role
) -> None:
    send(market, invoice_id)
    outsider = client_for(market.outsiders[role])
    for answer in (
        outsider.get(f"/fakturor/{invoice_id}{path}"),
        outsider.post(f"/fakturor/{invoice_id}{path}", data={"reason": "x"}),
    ):
        assert answer.status_code in {403, 404, 405}
        assert "Växthuset" not in answer.get_data(as_text=True)
    assert state_of(market, invoice_id) == InvoiceState.SENT


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.STRATEGIST])
def test_other_roles_of_the_parties_are_refused(
    market: Market, invoice_id: int, client_for: ClientFor, role: Role
) -> None:
    client = client_for(market.actors[role])
    for path in (
        "/fakturor",
        "/fakturor/manadskorning",
        *(f"/fakturor/{invoice_id}{path}" for path in PATHS),
    ):
        assert client.get(path).status_code == 403


def test_nobody_is_sent_to_sign_in(invoice_id: int, client_for: ClientFor) -> None:
    answer = client_for().get(f"/fakturor/{invoice_id}")
    assert answer.status_code == 302
    assert "/logga-in" in answer.location


def test_the_list_is_sorted_as_asked_and_the_file_is_what_is_shown(
    market: Market, invoice_id: int, manager: Client, controller: Client
) -> None:
    send(market, invoice_id)
    with travelling(date(2026, 5, 4)), acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 4, 14))
        later = make_invoice(market.contract_id, Month(2026, 4))
        assert later is not None

    def months(query: str) -> list[str]:
        text = manager.get(f"/fakturor/lista.csv{query}").get_data().decode("utf-8-sig")
        return [row["Månad"] for row in csv.DictReader(io.StringIO(text), delimiter=";")]

    assert months("") == ["2026-04", "2026-03"]
    assert months("?sortera=manad") == ["2026-03", "2026-04"]
    assert months("?sortera=-summa") == ["2026-03", "2026-04"]
    assert months("?sortera=nummer") == months("?sortera=-nummer") == ["2026-03", "2026-04"], (
        "a draft has none"
    )
    assert months("?sortera=part") == months("?sortera=nonsens") == ["2026-04", "2026-03"]
    assert months("?lage=draft") == ["2026-04"]
    page = html.fromstring(manager.get("/fakturor?lage=sent&sortera=-summa").get_data(as_text=True))
    files = [link for link in page.xpath("//main//a/@href") if "/lista." in link]
    assert files == [
        "/fakturor/lista.csv?lage=sent&sortera=-summa",
        "/fakturor/lista.xlsx?lage=sent&sortera=-summa",
    ]
    book = openpyxl.load_workbook(io.BytesIO(manager.get(files[1]).get_data()))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [row[7] for row in rows] == ["Att betala", 12370]
    assert controller.get("/fakturor/lista.xlsx").status_code == 200
    assert controller.get("/fakturor/lista.ods").status_code == 404


def test_a_list_does_not_read_the_documents(market: Market, invoice_id: int, manager: Client) -> None:
    send(market, invoice_id)
    read = [
        one for one in statements_of(lambda: manager.get("/fakturor")) if not one.startswith("SELECT count")
    ]
    assert any("FROM invoice" in statement for statement in read)
    assert not any("invoice.xml" in statement or "invoice.html" in statement for statement in read)
