"""What the supplier is told of its money: so far this month, the account with each buyer, the bookkeeping."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from invoicing.earnings.queries import earned_under
from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.payments.models import Payment
from invoicing.payments.rules import PaymentProblem
from invoicing.remuneration.facts import Month
from invoicing.remuneration.queries import lines_of
from marketplace.accounts.rules import Role
from marketplace.clock import now, travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from tests.support.clients import Client, ClientFor
from tests.support.drafting import correct, make
from tests.support.invoicing_market import PRICES, Market, attend, build_market, sent_invoice
from tests.support.statements import statements_of
from tests.web.reading import text_of

MARCH = Month(2026, 3)
IN_MARCH, IN_APRIL, IN_MAY = date(2026, 3, 10), date(2026, 4, 2), date(2026, 5, 4)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    with travelling(IN_MARCH):
        yield build_market()


@pytest.fixture
def march(market: Market) -> Iterator[int]:
    """March's invoice, sent the second of April: 12 370 kronor without VAT."""
    with travelling(IN_APRIL):
        yield sent_invoice(market)


def pay(market: Market, invoice_id: int, day: date) -> None:
    """Ten thousand kronor by the bank's file, and the rest by hand the same day."""
    with acting_as(market.manager), transaction():
        facts = {"imported_at": now(), "imported_by": "Maja", "problem": PaymentProblem.PARTIAL}
        facts |= {"mended_on": day, "mended_by": "Maja", "invoice_id": invoice_id}
        payment = Payment(enterprise_id=market.enterprise_id, bank_id="1", paid_on=day, ocr="1", **facts)
        payment.amount_ore = 10_000_00
        db.session.add(payment)
    with acting_as(market.system), transaction():
        paid = update(Invoice).where(Invoice.id == invoice_id)
        db.session.execute(paid.values(state=InvoiceState.PAID, paid_on=day))


def test_the_month_so_far_is_told_before_it_is_invoiced(market: Market, manager: Client) -> None:
    listed = text_of(manager.get("/fakturor/hittills"))
    assert "Samordningsförbundet Åsen 12 370,00 kr" in listed
    shown = text_of(manager.get(f"/fakturor/hittills/{market.contract_id}"))
    assert "Intjänat hittills 12 370,00 kr utan moms" in shown
    assert f"Placering P{market.placement_ids[0]:06d} 7 435,00 kr" in shown
    assert "5 närvarodagar: 2026-03-02, 2026-03-03, 2026-03-04" in shown
    # 17 planned days are left for each of two placements, and all that was planned so far was attended.
    assert f"Väntas när månaden är slut {12_370 + 2 * 17 * 987:_},00 kr".replace("_", " ") in shown
    assert "100,0 %, 10 av 10 planerade dagar" in shown
    assert "Hemlig" not in listed + shown
    rows = file_rows(manager.get(f"/fakturor/hittills/{market.contract_id}.csv").data)
    assert rows[1][0] == f"P{market.placement_ids[0]:06d}"
    assert rows[2][-1].startswith("2026-03-02, 2026-03-03")


def test_so_far_is_what_a_run_would_invoice(market: Market, client_for: ClientFor, march: int) -> None:
    """April so far: a day of March becomes half (691 - 987 kr), and one has come (987 kr)."""
    with travelling(date(2026, 4, 30)):
        manager = client_for(market.manager)
        with acting_as(market.system), transaction():
            correct(market, market.placement_ids[0], date(2026, 3, 2), "4")
            attend(market.placement_ids[1], market.contract_id, date(2026, 4, 1))
        listed = text_of(manager.get("/fakturor/hittills"))
        shown = text_of(manager.get(f"/fakturor/hittills/{market.contract_id}"))
        rows = file_rows(manager.get(f"/fakturor/hittills/{market.contract_id}.csv").data)
        with acting_as(market.manager):
            so_far = earned_under(market.contract_id, Month(2026, 4))
    assert "Samordningsförbundet Åsen 691,00 kr −296,00 kr" in listed
    assert "Intjänat hittills 691,00 kr utan moms Varav från tidigare månader −296,00 kr" in shown
    assert (
        "Dagersättning, nivå 3, heldag, mars 2026 1 närvarodag, har fakturerats men ska inte betalas" in shown
    )
    assert "ska inte betalas: 2026-03-02 −1 dag 987,00 kr −987,00 kr" in shown
    assert [row[6] for row in rows[1:]] == ["-987", "691", "987"]
    with travelling(IN_MAY):
        invoice = make(market, Month(2026, 4))
        with acting_as(market.manager):
            assert lines_of(invoice.id) == so_far.settled.lines


def test_a_contract_that_is_over_is_there_while_something_is_left(
    market: Market, client_for: ClientFor, march: int
) -> None:
    with travelling(date(2026, 4, 30)):
        manager = client_for(market.manager)
        with acting_as(market.system), transaction():
            db.session.execute(update(Placement).values(state=PlacementState.COMPLETED, ended_on=IN_MARCH))
            contract = db.session.get_one(Contract, market.contract_id)
            contract.state, contract.ended_on = ContractState.ENDED, MARCH.last_day
        assert "Inget avtal i månaden" in text_of(manager.get("/fakturor/hittills"))
        with acting_as(market.system), transaction():
            correct(market, market.placement_ids[0], date(2026, 3, 2), None)
        assert "Samordningsförbundet Åsen −987,00 kr −987,00 kr" in text_of(manager.get("/fakturor/hittills"))


def test_what_cannot_be_priced_is_told_with_its_days(market: Market, manager: Client) -> None:
    with acting_as(market.system), transaction():
        attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9), "1")
    assert "1 sak att rätta" in text_of(manager.get("/fakturor/hittills"))
    shown = text_of(manager.get(f"/fakturor/hittills/{market.contract_id}"))
    assert (
        f"P{market.placement_ids[1]:06d}: Prislistan saknar dagersättning för nivå 3, deldag. "
        "Komplettera avtalets prislista. 2026-03-09" in shown
    )


def test_absence_in_a_row_is_followed_into_the_month(session: Session, client_for: ClientFor) -> None:
    """Three days in a row are paid, and two of them were in March."""
    limits = {"max_in_a_row": 3, "must_be_reported_same_day": False}
    absence = {"component": "paid_absence", "amount_ore": 0, "parameters": limits}
    with travelling(date(2026, 4, 10)):
        market = build_market(placements=1, prices=(*PRICES, absence))
        with acting_as(market.system), transaction():
            for day in (date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)):
                attend(market.placement_ids[0], market.contract_id, day, "0")
        shown = text_of(client_for(market.manager).get(f"/fakturor/hittills/{market.contract_id}"))
    assert "1 dag med giltig frånvaro: 2026-04-01" in shown


def test_only_the_parties_manager_sees_it(market: Market, client_for: ClientFor) -> None:
    for path in (f"/fakturor/hittills/{market.contract_id}", f"/fakturor/hittills/{market.contract_id}.csv"):
        assert client_for(market.outsiders[Role.SUPPLIER_MANAGER]).get(path).status_code == 404
        assert client_for(market.controller).get(path).status_code == 403
    stranger = client_for(market.outsiders[Role.SUPPLIER_MANAGER])
    assert "Inget avtal i månaden" in text_of(stranger.get("/fakturor/hittills"))
    assert "Inget att visa än" in text_of(stranger.get("/fakturor/kontoutdrag"))
    assert stranger.get("/fakturor/kontoutdrag.csv").data.count(b"\n") == 1


def test_the_account_runs_through_what_is_sent_and_paid(
    market: Market, march: int, manager: Client, client_for: ClientFor
) -> None:
    april = text_of(manager.get("/fakturor/kontoutdrag"))
    assert "Samordningsförbundet Åsen 12 370,00 kr –" in april
    assert "2026-04-02 Faktura 1 mars 2026 2026-05-02 12 370,00 kr 12 370,00 kr" in april
    with travelling(IN_MAY):
        manager = client_for(market.manager)
        assert "12 370,00 kr 12 370,00 kr på 1 faktura" in text_of(manager.get("/fakturor/kontoutdrag"))
        pay(market, march, IN_MAY)
        paid = text_of(manager.get("/fakturor/kontoutdrag?fran=2026-05-01&till=2026-05-31"))
    assert "2026-05-01 Ingående saldo 12 370,00 kr" in paid
    assert "2026-05-04 Betalning av faktura 1 mars 2026 – −10 000,00 kr 2 370,00 kr" in paid
    assert "2026-05-04 Betalning av faktura 1 mars 2026 – −2 370,00 kr 0,00 kr" in paid
    assert "2026-05-31 Utgående saldo 0,00 kr" in paid


def test_the_account_as_a_file_is_what_is_shown(march: int, manager: Client) -> None:
    address = "/fakturor/kontoutdrag.{}?fran=2026-01-01&till=2026-12-31"
    rows = file_rows(manager.get(address.format("csv")).data)
    assert rows[1:] == [
        ["2026-01-01", "Ingående saldo", "", "", "", "", "0"],
        ["2026-04-02", "Faktura", "1", "mars 2026", "2026-05-02", "12370", "12370"],
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(manager.get(address.format("xlsx")).data)).active
    assert sheet is not None
    assert sheet["G3"].value == 12370


def test_bookkeeping_is_shown_and_fetched(market: Market, march: int, client_for: ClientFor) -> None:
    with travelling(IN_MAY):
        manager = client_for(market.manager)
        page = text_of(manager.get("/fakturor/bokforing"))
        assert "2026-04-02 Faktura 1, mars 2026, Samordningsförbundet Åsen 1510 12 370,00 kr –" in page
        answer = manager.get("/fakturor/bokforing.si")
    assert answer.headers["Content-Disposition"].endswith('"bokforing-2026-04-01-2026-04-30.si"')
    text = answer.data.decode("cp437")
    assert '#FNAMN "Växthuset & Co"\r\n' in text
    assert "#TRANS 1510 {} 12370.00\r\n#TRANS 3004 {} -12370.00\r\n" in text
    with travelling(IN_MAY):
        own = manager.get("/fakturor/bokforing.si", query_string=asked(exempt_sales="3010"))
    assert b"#TRANS 3010 {} -12370.00" in own.data


def asked(**changes: str) -> dict[str, str]:
    usual = {"fran": "2026-04-01", "till": "2026-04-30", "receivable": "1510", "taxed_sales": "3001"}
    usual |= {"exempt_sales": "3004", "vat": "2611", "rounding": "3740", "bank": "1930"}
    return usual | changes


def test_what_a_credit_note_was_taken_off_is_not_booked_as_money(
    market: Market, client_for: ClientFor, march: int
) -> None:
    with acting_as(market.system), transaction():
        correct(market, market.placement_ids[0], date(2026, 3, 2), None)
    with travelling(IN_MAY):
        note = make(market, Month(2026, 4))
        with acting_as(market.manager), transaction():
            services.approve_invoice(note.id)
            services.send_invoice(note.id)
        with acting_as(market.system), transaction():
            settled = update(Invoice).where(Invoice.id == note.id).values(state=InvoiceState.SETTLED)
            db.session.execute(settled)
        pay(market, march, IN_MAY)
        shown = text_of(client_for(market.manager).get("/fakturor/kontoutdrag"))
    assert "Kreditfaktura 2 april 2026 – −987,00 kr" in shown
    assert "Betalning av faktura 1 mars 2026 – −1 383,00 kr 0,00 kr" in shown


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"vat": "26"}, "Ett konto är fyra siffror."),
        ({"till": "2026-03-01"}, "Sista dagen är före den första."),
        ({"fran": "i går"}, "Från och med:"),
    ],
)
def test_what_cannot_be_booked_is_said_and_kept(manager: Client, wrong: dict[str, str], told: str) -> None:
    page = manager.get("/fakturor/bokforing", query_string=asked(bank="1920", **wrong))
    assert page.status_code == 422
    assert told in text_of(page)
    assert 'value="1920"' in page.get_data(as_text=True)
    assert manager.get("/fakturor/bokforing.si", query_string=asked(**wrong)).status_code == 422


def test_more_placements_and_invoices_take_no_more_questions(
    market: Market, march: int, manager: Client
) -> None:
    paths = (
        "/fakturor/hittills",
        f"/fakturor/hittills/{market.contract_id}",
        "/fakturor/kontoutdrag",
        "/fakturor/bokforing",
    )

    def questions() -> int:
        return len(statements_of(lambda: [manager.get(path) for path in paths]))

    few = questions()
    with acting_as(market.system), transaction():
        for day in (1, 2, 7):
            for placement_id in market.placement_ids:
                attend(placement_id, market.contract_id, date(2026, 4, day))
    with travelling(IN_MAY):
        sent_invoice(market, Month(2026, 4))
    assert questions() == few


def file_rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
