"""The month's draft: what it counts, what it freezes, and that there is never more than one."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.facts import Month
from invoicing.run import queries
from invoicing.run.drafts import refresh_draft
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.tenancy import acting_as
from placements.attendance.models import AttendanceDay
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from placements.report.rules import ReportState, UnreadReason
from tests.support.drafting import approve, correct, make
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import APRIL_FIRST, PRICES, Market, attend, build_market

MARCH = Month(2026, 3)
ABSENCE = {"component": "paid_absence", "amount_ore": 0, "parameters": {"max_in_a_row": 3}}
MOST_STATEMENTS = 20
"""To make one invoice, whatever its size: settings of the actor, facts, rows, events."""


@pytest.fixture
def market(session: Session, request: pytest.FixtureRequest) -> Iterator[Market]:
    """With other prices where a test asks for them."""
    with travelling(APRIL_FIRST):
        yield build_market(prices=getattr(request, "param", PRICES))


def unpriced(market: Market) -> list[tuple[str, str, list[date]]]:
    with acting_as(market.manager):
        rows = db.session.scalars(queries.unpriced()).all()
        return [(row.placement_number, row.reason_sv, row.days) for row in rows]


def test_lines_of_the_month(market: Market) -> None:
    """2 × 5 whole days à 987 kr and a start fee of 2 500 kr: 12 370 kr, exempt from VAT."""
    invoice = make(market)

    first, second = market.placement_ids
    rows = [
        (line.placement_id, line.component, int(line.quantity), line.amount_ore) for line in invoice.lines
    ]
    assert rows == [
        (first, "start_fee", 1, 250000),
        (first, "day_rate", 5, 493500),
        (second, "day_rate", 5, 493500),
    ]
    assert [line.position for line in invoice.lines] == [1, 2, 3]
    assert invoice.lines[1].days == [date(2026, 3, day) for day in (2, 3, 4, 5, 6)]
    assert (invoice.net_ore, invoice.vat_ore, invoice.payable_ore) == (1237000, 0, 1237000)
    assert (invoice.state, invoice.number, unpriced(market)) == (InvoiceState.DRAFT, None, [])
    assert {line.earned_month for line in invoice.lines} == {date(2026, 3, 1)}


def test_making_it_again_gives_the_same_one(market: Market) -> None:
    assert make(market).id == make(market).id
    with acting_as(market.system):
        assert db.session.scalar(select(func.count()).select_from(Invoice)) == 1


def test_the_database_refuses_a_second_one(market: Market) -> None:
    make(market)
    with (
        acting_as(market.system),
        pytest.raises(IntegrityError, match="uq_invoice"),
        db.session.begin_nested(),
    ):
        db.session.execute(
            text("INSERT INTO invoice SELECT (jsonb_populate_record(i, '{\"id\": 99999}')).* FROM invoice i")
        )


def test_a_month_without_anything_earned_gives_no_invoice(market: Market) -> None:
    with acting_as(market.system), transaction():
        assert make_invoice(market.contract_id, MARCH.previous) is None


def test_a_fee_is_paid_once_ever(market: Market) -> None:
    make(market)
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 4, 1))
    with travelling(date(2026, 5, 1)):
        april = make(market, Month(2026, 4))
    assert [line.component for line in april.lines] == ["day_rate"]


def test_the_database_holds_that_a_fee_is_paid_once(market: Market) -> None:
    fee = make(market).lines[0]
    again = text(
        'INSERT INTO invoice_line SELECT (jsonb_populate_record(l, \'{"id": 99999, "position": 99}\')).*'
        " FROM invoice_line l WHERE id = :id"
    )
    with acting_as(market.system), pytest.raises(IntegrityError, match="fee_once"), db.session.begin_nested():
        db.session.execute(again, {"id": fee.id})


def test_report_fee_reduced_when_late(session: Session) -> None:
    report_fee = {
        "component": "report_fee",
        "amount_ore": 1_500_00,
        "parameters": {"late_amount_ore": 500_00},
    }
    with travelling(APRIL_FIRST):
        market = build_market(prices=(*PRICES, report_fee))
        with acting_as(market.system), transaction():
            for placement_id, filed in zip(market.placement_ids, (20, 21), strict=True):
                db.session.add(
                    FinalReport(
                        placement_id=placement_id,
                        state=ReportState.FILED,
                        exit_reason=ExitReason.WORK,
                        unread_reason=UnreadReason.DECLINED,
                        due_on=date(2026, 3, 20),
                        filed_on=date(2026, 3, filed),
                    )
                )
        fees = [line.amount_ore for line in make(market).lines if line.component == "report_fee"]
    assert fees == [150000, 50000]


def test_a_hole_in_the_price_list_is_told_and_the_rest_invoiced(market: Market) -> None:
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9), "1")
    invoice = make(market)
    assert invoice.net_ore == 1237000
    (told,) = unpriced(market)
    assert told == (
        f"P{market.placement_ids[0]:06d}",
        "Prislistan saknar dagersättning för nivå 3, deldag. Komplettera avtalets prislista.",
        [date(2026, 3, 9)],
    )


def test_what_has_been_mended_comes_with_the_next_invoice(market: Market) -> None:
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9), "1")
    approve(market, make(market).id)
    assert len(unpriced(market)) == 1
    with acting_as(market.system), transaction():
        correct(market, market.placement_ids[0], date(2026, 3, 9), "7")
    with travelling(date(2026, 5, 1)):
        (line,) = make(market, Month(2026, 4)).lines
    assert (line.earned_month, line.days, line.amount_ore) == (date(2026, 3, 1), [date(2026, 3, 9)], 98700)
    assert line.name_sv == "Dagersättning, nivå 3, heldag, mars 2026"
    assert unpriced(market) == []


@pytest.mark.parametrize(
    "amount", [{"component": "bonus", "amount_ore": 1}, {"component": "index", "amount_ore": 0}]
)
def test_a_price_list_that_cannot_be_read_makes_no_invoice_and_says_so(
    session: Session, amount: dict[str, object]
) -> None:
    with travelling(APRIL_FIRST):
        market = build_market(prices=(*PRICES, amount))
        with acting_as(market.system), transaction():
            assert make_invoice(market.contract_id, MARCH) is None
        assert {number for number, _, _ in unpriced(market)} == {""}


@pytest.mark.parametrize("placements", [1, 12])
def test_the_number_of_queries_does_not_grow_with_the_placements(session: Session, placements: int) -> None:
    statements: list[str] = []
    with travelling(APRIL_FIRST):
        market = build_market(placements=placements)
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
        with acting_as(market.system), transaction():
            make_invoice(market.contract_id, MARCH)
    assert len(statements) <= MOST_STATEMENTS


class TestADraft:
    def test_is_computed_again_when_its_facts_have_changed(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.manager), transaction():
            assert not refresh_draft(invoice.id)
        with acting_as(market.actors[Role.SUPERVISOR]), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
        with acting_as(market.manager), pytest.raises(Conflict, match="har räknats om"), transaction():
            services.approve_invoice(invoice.id)
        with acting_as(market.manager), transaction():
            assert refresh_draft(invoice.id)
            assert services.approve_invoice(invoice.id).net_ore == 1237000 + 98700

    def test_is_not_approved_by_who_has_read_another(self, market: Market) -> None:
        read = make(market).computed
        with acting_as(market.system), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
        with travelling(date(2026, 4, 2)), acting_as(market.manager), transaction():
            (invoice_id,) = db.session.scalars(select(Invoice.id))
            refresh_draft(invoice_id)
            with pytest.raises(Conflict, match="läs det igen"):
                services.approve_invoice(invoice_id, read=read)

    @pytest.mark.parametrize("market", [PRICES[1:]], indirect=True)
    def test_without_lines_is_gone(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.system), transaction():
            db.session.execute(delete(AttendanceDay))
        with acting_as(market.manager):
            with transaction():
                assert refresh_draft(invoice.id)
            with pytest.raises(NotFound), transaction():
                services.approve_invoice(invoice.id)

    def test_an_approved_month_takes_no_more_days(self, market: Market) -> None:
        approve(market, make(market).id)
        with (
            acting_as(market.actors[Role.SUPERVISOR]),
            pytest.raises(Conflict, match="faktura är redan godkänd"),
            transaction(),
        ):
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
        with acting_as(market.actors[Role.SUPERVISOR]), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 4, 1))

    def test_a_comment_is_in_both_histories(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.manager), transaction():
            services.comment_draft(invoice.id, "Två dagar saknas")
        with acting_as(market.manager):
            (told,) = audit.timeline("contract", market.contract_id)
            assert told.note_sv == "Fakturautkastet för mars 2026: Två dagar saknas"
            assert audit.timeline("invoice", invoice.id)[0].note_sv == "Två dagar saknas"
            with pytest.raises(Invalid, match="vad som är fel"):
                services.comment_draft(invoice.id, "")

    @pytest.mark.parametrize("role", [Role.SUPPLIER_MANAGER, Role.CONTROLLER])
    def test_outsiders_find_nothing(self, market: Market, role: Role) -> None:
        invoice = make(market)
        for act in (refresh_draft, lambda invoice_id: services.comment_draft(invoice_id, "jag vill")):
            with acting_as(market.outsiders[role]), pytest.raises(NotFound), transaction():
                act(invoice.id)


@pytest.mark.parametrize("market", [(*PRICES, ABSENCE)], indirect=True)
def test_a_row_of_absence_goes_on_from_the_month_before(market: Market) -> None:
    """Away on the last two days of February and on the first two of March: three in a row are paid."""
    first = market.placement_ids[0]
    with acting_as(market.system), transaction():
        db.session.execute(delete(AttendanceDay).where(AttendanceDay.placement_id == first))
        for day in (date(2026, 2, 26), date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)):
            attend(first, market.contract_id, day, "0", is_reported_same_day=True)
    paid = [line for line in make(market).lines if line.component == "paid_absence"]
    assert [line.days for line in paid] == [
        [date(2026, 2, 26), date(2026, 2, 27)],
        [date(2026, 3, 2)],
    ]


def test_hours_are_decimal_to_the_end(session: Session) -> None:
    with travelling(APRIL_FIRST):
        market = build_market(placements=1, prices=({"component": "hourly_rate", "amount_ore": 181_01},))
        with acting_as(market.system), transaction():
            attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9), "6.25")
        (line,) = make(market).lines
    assert line.quantity == Decimal("41.25")
    assert line.amount_ore == 746666
