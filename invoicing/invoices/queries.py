"""Invoices to list, to show, to render, and what waits for whom."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, undefer

from enterprises.contracts.models import Contract
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.rules import SENT_STATES, InvoiceState
from invoicing.remuneration.facts import Month
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import db, swedish_order
from marketplace.errors import NotFound
from marketplace.tenancy import Actor
from marketplace.web.filters import kronor
from marketplace.web.work import WaitingItem
from placements.attendance.queries import days_as_they_stood
from placements.booking.rules import placement_number


@dataclass(frozen=True, slots=True)
class LineGroup:
    """The lines of one placement. No name: a placement number."""

    placement_number: str
    lines: Sequence[InvoiceLine]
    amount_ore: int


@dataclass(frozen=True, slots=True)
class DayBehind:
    """A day that earned a line. `is_absence` says that it was valid absence, never of which kind."""

    day: date
    planned_hours: Decimal
    actual_hours: Decimal
    is_absence: bool


_SELLER, _BUYER = aliased(Organisation), aliased(Organisation)

INVOICE_SORTS: dict[str, list[Any]] = {
    "manad": [Invoice.month],
    "part": [swedish_order(_SELLER.name), swedish_order(_BUYER.name)],
    "nummer": [Invoice.number],
    "summa": [Invoice.payable_ore],
    "forfaller": [Invoice.due_on],
}
"""`part` is the other party: for each reader one of the two names is the same on every row."""


def invoices(
    *, state: InvoiceState | None = None, month: Month | None = None, sort: tuple[str, bool] = ("manad", True)
) -> Select[Invoice]:
    """Those that the actor may see, the latest month first unless sorted otherwise; what is not sent has no number
    and no due day, and then comes last."""
    key, is_descending = sort
    order = [column.desc() if is_descending else column.asc() for column in INVOICE_SORTS[key]]
    statement = (
        select(Invoice)
        .join(Invoice.enterprise.of_type(_SELLER))
        .join(Invoice.authority.of_type(_BUYER))
        .options(
            contains_eager(Invoice.enterprise.of_type(_SELLER)),
            contains_eager(Invoice.authority.of_type(_BUYER)),
        )
        .order_by(*(column.nulls_last() for column in order), Invoice.month.desc(), Invoice.id.desc())
    )
    if state is not None:
        statement = statement.where(Invoice.state == state)
    if month is not None:
        statement = statement.where(Invoice.month == month.first_day)
    return statement


def invoice_months() -> list[Month]:
    """Months that have an invoice, the latest first."""
    days = db.session.scalars(select(Invoice.month).distinct().order_by(Invoice.month.desc()))
    return [Month.of(day) for day in days]


def whole_invoice(invoice_id: int) -> Invoice:
    """The invoice with its parties and lines. Raises NotFound for one that the actor may not see."""
    invoice = db.session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .options(
            joinedload(Invoice.contract).joinedload(Contract.system),
            joinedload(Invoice.contract).joinedload(Contract.application),
            joinedload(Invoice.enterprise),
            joinedload(Invoice.authority),
            selectinload(Invoice.lines),
        )
    )
    if invoice is None:
        raise NotFound("Fakturan finns inte, eller så hör den till någon annan.")
    return invoice


def counterpart(invoice: Invoice) -> Invoice | None:
    """The invoice that a credit note takes back, or the note that took this one back."""
    other = Invoice.id == invoice.credits_id if invoice.credits_id else Invoice.credits_id == invoice.id
    return db.session.scalar(select(Invoice).where(other))


def invoice_line(invoice: Invoice, position: int) -> InvoiceLine:
    for line in invoice.lines:
        if line.position == position:
            return line
    raise NotFound("Fakturan har ingen sådan rad.")


def line_groups(lines: Iterable[InvoiceLine]) -> list[LineGroup]:
    """Lines by placement, in the order of the invoice."""
    groups = []
    for number, of_placement in groupby(lines, key=lambda line: placement_number(line.placement_id)):
        rows = list(of_placement)
        groups.append(LineGroup(number, rows, sum(row.amount_ore for row in rows)))
    return groups


def days_behind(lines: Collection[InvoiceLine]) -> dict[int, list[DayBehind]]:
    """By position of the line: the attendance days of an invoice that earned it, in order, as they stood when it was
    approved, and those that are given back as they stood when they were last invoiced; none for a fee or a month. The
    same number of queries however many lines."""
    invoice = next((line.invoice for line in lines), None)
    if invoice is None:
        return {}
    if invoice.credits_id:
        positions = [line.position for line in lines]
        credited = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.credits_id)
        return days_behind(db.session.scalars(credited.where(InvoiceLine.position.in_(positions))).all())
    approved_at = invoice.approved_at or invoice.sent_at or clock.now()
    invoiced_at = _last_invoiced(invoice, approved_at, [line for line in lines if line.quantity < 0])
    asked = {
        (line.position, day): (line.placement_id, day, invoiced_at.get((line.position, day), approved_at))
        for line in lines
        for day in sorted(line.days)
    }
    stood = days_as_they_stood(set(asked.values()))
    found: dict[int, list[DayBehind]] = {line.position: [] for line in lines}
    for (position, day), key in asked.items():
        if said := stood.get(key):
            is_absence = said.actual_hours == 0
            found[position].append(DayBehind(day, said.planned_hours, said.actual_hours, is_absence))
    return found


def _last_invoiced(
    invoice: Invoice, approved_at: datetime, back: Collection[InvoiceLine]
) -> dict[tuple[int, date], datetime]:
    """By position and day of the lines that give back: when the latest invoice before it that tells of the day at that
    price was approved."""
    if not back:
        return {}
    before = func.coalesce(Invoice.approved_at, Invoice.sent_at)
    rows = db.session.execute(
        select(
            InvoiceLine.placement_id, InvoiceLine.component, InvoiceLine.price_ore, InvoiceLine.days, before
        )
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            Invoice.contract_id == invoice.contract_id,
            Invoice.id != invoice.id,
            before <= approved_at,
            InvoiceLine.earned_month.in_({line.earned_month for line in back}),
            InvoiceLine.placement_id.in_({line.placement_id for line in back}),
        )
        .order_by(before, Invoice.id)
    )
    latest = {(*key, day): then for *key, days, then in rows for day in days}
    return {
        (line.position, day): then
        for line in back
        for day in line.days
        if (then := latest.get((line.placement_id, line.component, line.price_ore, day)))
    }


def authorities() -> list[Organisation]:
    return list(
        db.session.scalars(
            select(Organisation).where(Organisation.kind == "authority").order_by(Organisation.id)
        )
    )


def sent_invoices(month: Month) -> Select[Invoice]:
    return (
        select(Invoice)
        .where(Invoice.month == month.first_day, Invoice.state.in_(SENT_STATES))
        .options(joinedload(Invoice.enterprise), undefer(Invoice.xml), undefer(Invoice.html))
        .order_by(Invoice.id)
    )


_WAITS_FOR = {
    InvoiceState.DRAFT: ("Godkänn fakturan till {buyer} för {month}, {sum}", "Fakturor att godkänna"),
    InvoiceState.APPROVED: ("Skicka fakturan till {buyer} för {month}, {sum}", "Fakturor att skicka"),
}


def waiting(actor: Actor) -> list[WaitingItem]:
    """Drafts to approve and invoices to send, for a manager."""
    if actor.role is not Role.SUPPLIER_MANAGER:
        return []
    items = []
    for invoice in db.session.scalars(invoices().where(Invoice.state.in_(_WAITS_FOR))):
        text, kind = _WAITS_FOR[invoice.state]
        items.append(
            WaitingItem(
                deadline=None,
                text_sv=text.format(
                    buyer=invoice.authority.name,
                    month=Month.of(invoice.month).text_sv,
                    sum=kronor(invoice.payable_ore),
                ),
                url_endpoint="invoices.show",
                url_args={"invoice_id": invoice.id},
                kind_sv=kind,
            )
        )
    return items
