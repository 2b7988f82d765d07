"""The month's draft: what it counts, what it freezes, and that there is never more than one."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.facts import Month
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.tenancy import acting_as
from placements.attendance.models import AttendanceDay
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from placements.report.rules import ReportState, UnreadReason
from tests.support.invoicing_market import APRIL_FIRST, PRICES, Market, attend, build_market

MARCH = Month(2026, 3)
MOST_STATEMENTS = 20
"""To make one invoice, whatever its size: settings of the actor, facts, rows, events."""


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    with travelling(APRIL_FIRST):
        yield build_market()


def make(market: Market, month: Month = MARCH) -> Invoice:
    with acting_as(market.system), transaction():
        invoice = services.make_invoice(market.contract_id, month)
        assert invoice is not None
        db.session.flush()
        db.session.refresh(invoice)
        _ = invoice.lines
        db.session.expunge_all()
        return invoice


def invoiced_days(market: Market) -> int:
    with acting_as(market.system):
        statement = select(func.count()).select_from(AttendanceDay).where(AttendanceDay.is_invoiced)
        return db.session.scalar(statement) or 0


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
    assert (invoice.state, invoice.number, invoice.unpriced_sv) == (InvoiceState.DRAFT, None, "")


def test_counted_days_are_frozen_by_the_database(market: Market) -> None:
    make(market)
    assert invoiced_days(market) == 10
    for role in (Role.SUPERVISOR, None):
        actor = market.actors[role] if role else market.system
        with (
            acting_as(actor),
            pytest.raises(IntegrityError, match="frozen_attendance"),
            db.session.begin_nested(),
        ):
            db.session.execute(
                text(
                    "UPDATE attendance_day SET actual_hours = 3 WHERE placement_id = :id AND day = '2026-03-02'"
                ),
                {"id": market.placement_ids[0]},
            )


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
            text(
                "INSERT INTO invoice (contract_id, authority_id, enterprise_id, month, state, ocr, net_ore, vat_ore,"
                " rounding_ore, payable_ore, unpriced_sv, xml, html, sha256, created_at, approved_by, attested_by,"
                " examined_by) SELECT contract_id, authority_id, enterprise_id, month, state, ocr, net_ore,"
                " vat_ore, rounding_ore, payable_ore, unpriced_sv, xml, html, sha256, created_at, approved_by,"
                " attested_by, examined_by FROM invoice"
            )
        )


def test_a_month_without_anything_earned_gives_no_invoice(market: Market) -> None:
    with acting_as(market.system), transaction():
        assert services.make_invoice(market.contract_id, MARCH.previous) is None


def test_a_month_that_is_not_over_is_refused(market: Market) -> None:
    with acting_as(market.system), pytest.raises(Invalid, match="inte slut"):
        services.make_invoice(market.contract_id, Month(2026, 4))


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
        "INSERT INTO invoice_line (invoice_id, position, placement_id, component, name_sv, quantity, unit_code,"
        " price_ore, amount_ore, first_day, last_day, basis_sv, days, hours, earned_month, vat_category, is_reversed)"
        " SELECT invoice_id, 99, placement_id, component, name_sv, quantity, unit_code, price_ore, amount_ore,"
        " first_day, last_day, basis_sv, days, hours, earned_month, vat_category, is_reversed"
        " FROM invoice_line WHERE id = :id"
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
    assert invoice.unpriced_sv == (
        f"P{market.placement_ids[0]:06d}: Prislistan saknar dagersättning för nivå 3, deldag."
        " Komplettera avtalets prislista. (2026-03-09)"
    )
    assert invoiced_days(market) == 10


@pytest.mark.parametrize(
    "amount", [{"component": "bonus", "amount_ore": 1}, {"component": "index", "amount_ore": 0}]
)
def test_a_price_list_that_cannot_be_read_makes_no_invoice_and_says_so(
    session: Session, amount: dict[str, object]
) -> None:
    with travelling(APRIL_FIRST):
        market = build_market(prices=(*PRICES, amount))
        with acting_as(market.system), transaction():
            assert services.make_invoice(market.contract_id, MARCH) is None
        with acting_as(market.manager):
            (told,) = audit.timeline("contract", market.contract_id)
            assert told.action == "could_not_price"
            assert "mars 2026" in told.note_sv


@pytest.mark.parametrize("placements", [1, 12])
def test_the_number_of_queries_does_not_grow_with_the_placements(session: Session, placements: int) -> None:
    statements: list[str] = []
    with travelling(APRIL_FIRST):
        market = build_market(placements=placements)
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
        with acting_as(market.system), transaction():
            services.make_invoice(market.contract_id, MARCH)
    assert len(statements) <= MOST_STATEMENTS


class TestDaysRecordedLate:
    def test_a_draft_that_does_not_count_them_cannot_be_approved(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.system), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
        with (
            acting_as(market.manager),
            pytest.raises(Conflict, match="1 dag har registrerats"),
            transaction(),
        ):
            services.approve_invoice(invoice.id)

    def test_absence_that_pays_nothing_is_no_hindrance(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.system), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9), hours="0")
        with acting_as(market.manager), transaction():
            assert services.approve_invoice(invoice.id).state is InvoiceState.APPROVED

    def test_an_approved_month_takes_no_more_days(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.manager), transaction():
            services.approve_invoice(invoice.id)
        with (
            acting_as(market.actors[Role.SUPERVISOR]),
            pytest.raises(Conflict, match="faktura är redan godkänd"),
            transaction(),
        ):
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
        with acting_as(market.actors[Role.SUPERVISOR]), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 4, 1))


class TestDiscarding:
    def test_lets_go_of_the_days_and_the_month_can_be_made_again(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.manager), transaction():
            services.discard_draft(invoice.id, "Två dagar saknas")
        assert invoiced_days(market) == 0
        with acting_as(market.system), transaction():
            attend(market.placement_ids[1], market.contract_id, date(2026, 3, 9))
        again = make(market)
        assert again.net_ore == 1237000 + 98700
        assert [int(line.quantity) for line in again.lines] == [1, 5, 6]
        with acting_as(market.manager):
            (told,) = audit.timeline("contract", market.contract_id)
            assert told.note_sv == "Fakturautkastet för mars 2026 underkändes: Två dagar saknas"
            assert told.user_name == market.manager.user_name

    def test_needs_a_reason(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.manager), pytest.raises(Invalid, match="vad som är fel"):
            services.discard_draft(invoice.id, "")

    def test_is_too_late_after_approval(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.manager), transaction():
            services.approve_invoice(invoice.id)
        with acting_as(market.manager), pytest.raises(Conflict, match="innan det är godkänt"), transaction():
            services.discard_draft(invoice.id, "för sent")
        assert invoiced_days(market) == 10

    @pytest.mark.parametrize("role", [Role.SUPPLIER_MANAGER, Role.CONTROLLER])
    def test_outsiders_find_nothing(self, market: Market, role: Role) -> None:
        invoice = make(market)
        with acting_as(market.outsiders[role]), pytest.raises(NotFound), transaction():
            services.discard_draft(invoice.id, "jag vill")

    def test_a_supervisor_may_not(self, market: Market) -> None:
        invoice = make(market)
        with acting_as(market.actors[Role.SUPERVISOR]), pytest.raises((NotFound, NotAllowed)), transaction():
            services.discard_draft(invoice.id, "jag vill")


def test_hours_are_decimal_to_the_end(session: Session) -> None:
    with travelling(APRIL_FIRST):
        market = build_market(placements=1, prices=({"component": "hourly_rate", "amount_ore": 181_01},))
        with acting_as(market.system), transaction():
            attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9), "6.25")
        (line,) = make(market).lines
    assert line.quantity == Decimal("41.25")
    assert line.amount_ore == 746666
