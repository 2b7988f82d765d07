"""A month's draft made and approved, a day of it corrected afterwards, and a whole run."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.remuneration.facts import Month
from invoicing.run.jobs import run_month
from invoicing.run.services import start_month_run
from marketplace import clock
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.attendance.models import AttendanceCorrection
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import MARCH, Market


def make(market: Market, month: Month = MARCH) -> Invoice:
    with acting_as(market.system), transaction():
        invoice = make_invoice(market.contract_id, month)
        assert invoice is not None
        db.session.flush()
        db.session.refresh(invoice)
        _ = invoice.lines
        db.session.expunge_all()
        return invoice


def approve(market: Market, invoice_id: int) -> None:
    with acting_as(market.manager), transaction():
        services.approve_invoice(invoice_id)


def correct(market: Market, placement_id: int, day: date, hours: str | None) -> None:
    """Hours of attendance instead of what the day says; None where there is to be no day."""
    said = {"kind": "present", "planned_hours": Decimal(7), "actual_hours": Decimal(hours)} if hours else {}
    correction = AttendanceCorrection(
        placement_id=placement_id,
        day=day,
        is_reported_same_day=False if hours else None,
        reason_sv="Fel dag",
        corrected_at=clock.now(),
        corrected_by="Siv",
        contract_id=market.contract_id,
        **said,
    )
    db.session.add(correction)
    db.session.flush()


def run(party: Actor, month: Month = MARCH) -> None:
    """The party's run, from its start to the last message."""
    with acting_as(party), transaction():
        start_month_run(month)
    with acting_as(system_actor()):
        waiting = list(db.session.scalars(select(Outbox.id).where(Outbox.processed_at.is_(None))))
    for outbox_id in waiting:
        run_month(outbox_id)
