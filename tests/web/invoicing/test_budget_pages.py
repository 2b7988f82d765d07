"""The budget: written by the controller, read by the strategist and the coordinator, with outcome and forecast."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from invoicing.budget.jobs import expect
from invoicing.budget.models import Budget, ExpectedCost
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.outbox import Outbox, emit
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.tenancy import acting_as
from tests.support.clients import Client, ClientFor
from tests.support.invoicing_market import Market, add_contracts, build_market, sent_invoice
from tests.support.statements import statements_of
from tests.web.reading import posted, text_of

MARCH = Month(2026, 3)
IN_APRIL = date(2026, 4, 2)
YEAR = {"month_3": "15 000", "month_4": "20 000,50"}


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    with travelling(IN_APRIL):
        yield build_market()


@pytest.fixture
def path(market: Market) -> str:
    return f"/budget/{system_of(market)}"


def system_of(market: Market) -> int:
    with acting_as(market.system):
        return db.session.get_one(TermsVersion, market.terms_id).system_id


def count_at_night(market: Market) -> None:
    with acting_as(market.system), transaction():
        emit("budget.expect", authority_id=market.authority_id)
        db.session.flush()
        message_id = db.session.scalars(select(Outbox.id).order_by(Outbox.id.desc()).limit(1)).one()
    expect(message_id)


def test_a_budget_is_written_and_summed(controller: Client, path: str) -> None:
    assert "Ingen budget är inlagd." in text_of(controller.get(path))
    shown = posted(controller, f"{path}/andra?ar=2026", **YEAR)
    assert "Budgeten för 2026 är sparad." in shown
    assert "Hela året 35 000,50 kr" in shown
    assert "Budgeten sparades" in shown
    assert "2026: 35 000,50 kr, förut 0,00 kr" in shown
    emptied = posted(controller, f"{path}/andra?ar=2026", month_4="20 000,50")
    assert "Hela året 20 000,50 kr" in emptied
    assert "Ingen budget är inlagd." in text_of(controller.get(f"{path}?ar=2027"))


def test_what_cannot_be_budgeted_is_said_and_kept(controller: Client, path: str) -> None:
    answer = controller.post(f"{path}/andra?ar=2026", data=YEAR | {"month_5": "-1", "month_6": "mycket"})
    assert answer.status_code == 422
    told = text_of(answer)
    assert "Skriv ett belopp från 0 till 100 000 000 kronor." in told
    assert "Skriv beloppet i kronor" in told
    for kept in ("15 000", "20 000,50", "mycket"):
        assert f'value="{kept}"' in answer.get_data(as_text=True)
    assert "Ingen budget är inlagd." in text_of(controller.get(path))


def test_outcome_and_forecast_stand_beside_the_budget(market: Market, controller: Client, path: str) -> None:
    posted(controller, f"{path}/andra?ar=2026", month_3="10 000")
    invoice_id = sent_invoice(market)
    count_at_night(market)
    shown = text_of(controller.get(path))
    # The other enterprise has not invoiced its five days of March.
    assert "Mars 2026 10 000,00 kr 12 370,00 kr 0,00 kr 0,00 kr 17 305,00 kr" in shown
    assert "Överskriden" in shown
    assert "2 370,00 kr mer än budgeten 10 000,00 kr" in shown
    # 20 working days of April, three placements, 987 kronor a day.
    assert "April 2026 – 0,00 kr 0,00 kr 0,00 kr 59 220,00 kr" in shown
    assert "100,0 %, 15 av 15 planerade dagar" in shown
    with acting_as(market.system), transaction():
        paid = update(Invoice).where(Invoice.id == invoice_id)
        db.session.execute(paid.values(state=InvoiceState.PAID, paid_on=IN_APRIL))
    assert "Mars 2026 10 000,00 kr 12 370,00 kr 12 370,00 kr 12 370,00 kr" in text_of(controller.get(path))
    assert "Överskriden" in text_of(controller.get("/budget"))


def test_the_forecast_gives_way_to_what_is_sent(market: Market, controller: Client, path: str) -> None:
    count_at_night(market)
    before = text_of(controller.get(path))
    assert "Mars 2026 – 0,00 kr 0,00 kr 0,00 kr 17 305,00 kr" in before
    sent_invoice(market)
    assert "Mars 2026 – 12 370,00 kr 0,00 kr 0,00 kr 17 305,00 kr" in text_of(controller.get(path))


def test_counting_again_gives_the_same(market: Market) -> None:
    counted = []
    for _ in range(2):
        count_at_night(market)
        with acting_as(market.controller), transaction():
            rows = db.session.scalars(
                select(ExpectedCost).order_by(ExpectedCost.contract_id, ExpectedCost.month)
            )
            counted.append([(row.contract_id, row.month, row.low_ore, row.high_ore) for row in rows])
    assert counted[0] == counted[1]
    assert {month for _, month, *_ in counted[0]} == {date(2026, month, 1) for month in range(3, 7)}


def test_the_file_has_every_month(controller: Client, path: str) -> None:
    posted(controller, f"{path}/andra?ar=2026", **YEAR)
    for address, columns in ((f"{path}.csv", 7), ("/budget/lista.csv", 8)):
        text = controller.get(address).data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert (len(rows), len(rows[0])) == (13, columns)
        assert rows[3][-6] == "15000"
    assert controller.get(f"{path}.xlsx").status_code == 200


def test_who_reads_and_who_writes(market: Market, client_for: ClientFor, path: str) -> None:
    strategist = client_for(market.actors[Role.STRATEGIST])
    page = strategist.get(path)
    assert page.status_code == 200
    assert "Ändra budgeten" not in text_of(page)
    assert strategist.get(f"{path}/andra").status_code == 403
    assert client_for(market.manager).get(path).status_code == 403
    for role in (Role.CONTROLLER, Role.STRATEGIST):
        other = client_for(market.outsiders[role])
        assert other.get(path).status_code == 404
        assert "Inget system än" in text_of(other.get("/budget"))
    assert client_for(market.outsiders[Role.CONTROLLER]).post(f"{path}/andra", data=YEAR).status_code == 404


def test_more_systems_and_contracts_take_no_more_questions(
    market: Market, controller: Client, path: str
) -> None:
    def questions() -> int:
        return len(statements_of(lambda: [controller.get(address) for address in ("/budget", path)]))

    few = questions()
    add_contracts(market, 2)
    with acting_as(market.system), transaction():
        system = db.session.get_one(SystemOfChoice, system_of(market))
        facts = {"authority_id": system.authority_id, "service_sv": "Mer", "regime": system.regime}
        facts |= {"kommun_codes": [], "is_open": False, "needs_two_deciders": False}
        facts |= {"closing_reason_sv": "", "created_at": system.created_at}
        added = db.session.scalars(
            insert(SystemOfChoice).returning(SystemOfChoice.id),
            [{"name": f"System {number}"} | facts for number in range(3)],
        ).all()
        db.session.execute(
            insert(Budget),
            [
                {
                    "system_id": one,
                    "authority_id": market.authority_id,
                    "month": IN_APRIL.replace(day=1),
                    "amount_ore": 1,
                }
                for one in added
            ],
        )
    count_at_night(market)
    assert questions() == few
