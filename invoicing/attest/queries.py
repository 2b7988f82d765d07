"""The authority's inbox, who may attest, disputes, and what waits for whom."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import joinedload, selectinload

from invoicing.attest.models import AttestLimit, Dispute, DisputedLine
from invoicing.attest.rules import Attester, Matter, Waits
from invoicing.invoices.models import Invoice
from invoicing.invoices.queries import invoices
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.facts import Month
from marketplace import clock
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import is_current
from marketplace.accounts.rules import Role
from marketplace.db import db, swedish_order
from marketplace.swedish import kronor
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

_WAITING: Mapping[Waits, ColumnElement[bool]] = {
    Waits.EXAMINATION: Invoice.state == InvoiceState.SENT,
    Waits.ATTEST: Invoice.state == InvoiceState.EXAMINED,
    Waits.PAYMENT: and_(
        Invoice.state == InvoiceState.ATTESTED,
        Invoice.payable_ore >= 0,
        Invoice.payment_sent_on.is_(None),
    ),
    Waits.SETTLEMENT: and_(Invoice.state == InvoiceState.ATTESTED, Invoice.payable_ore < 0),
    Waits.ANSWER: Invoice.state == InvoiceState.DISPUTED,
}


def waits_for(invoice: Invoice) -> Waits | None:
    """As `_WAITING` says of a row that is read."""
    match invoice.state:
        case InvoiceState.SENT:
            return Waits.EXAMINATION
        case InvoiceState.EXAMINED:
            return Waits.ATTEST
        case InvoiceState.DISPUTED:
            return Waits.ANSWER
        case InvoiceState.ATTESTED if invoice.payable_ore < 0:
            return Waits.SETTLEMENT
        case InvoiceState.ATTESTED if invoice.payment_sent_on is None:
            return Waits.PAYMENT
    return None


def inbox(
    *,
    waits: Waits | None = None,
    enterprise_id: int | None = None,
    is_overdue: bool = False,
    sort: tuple[str, bool] = ("forfaller", False),
) -> Select[Invoice]:
    """What has come and is not done with; the one that falls due first unless sorted otherwise."""
    open_ones = [_WAITING[waits]] if waits else list(_WAITING.values())
    statement = invoices(sort=sort).where(_any_of(open_ones))
    if enterprise_id is not None:
        statement = statement.where(Invoice.enterprise_id == enterprise_id)
    return statement.where(*_overdue()) if is_overdue else statement


def _any_of(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    found, *others = conditions
    for other in others:
        found = found | other
    return found


def _overdue() -> tuple[ColumnElement[bool], ...]:
    return Invoice.due_on < clock.today(), Invoice.payable_ore > 0


def senders() -> list[Organisation]:
    """Enterprises that have sent the authority an invoice."""
    sent = select(Invoice.enterprise_id).distinct()
    return list(
        db.session.scalars(
            select(Organisation).where(Organisation.id.in_(sent)).order_by(swedish_order(Organisation.name))
        )
    )


def to_remind() -> list[Invoice]:
    """Overdue, and nothing says that the money is on its way."""
    asked = (Waits.EXAMINATION, Waits.ATTEST, Waits.PAYMENT)
    return list(
        db.session.scalars(
            select(Invoice)
            .where(_any_of(_WAITING[one] for one in asked), *_overdue())
            .order_by(Invoice.id)
            .with_for_update()
        )
    )


def controllers() -> Sequence[tuple[Membership, int | None]]:
    """The authority's controllers now, with their limits; by name. For the authority's own people."""
    rows = db.session.execute(
        select(Membership, AttestLimit.limit_ore)
        .join(Membership.user)
        .outerjoin(AttestLimit, AttestLimit.membership_id == Membership.id)
        .where(Membership.role == Role.CONTROLLER, is_current(clock.today()), User.is_active)
        .options(joinedload(Membership.user))
        .order_by(swedish_order(User.name), Membership.id)
    )
    return [(membership, limit_ore) for membership, limit_ore in rows]


def attesters() -> list[Attester]:
    return [
        Attester(membership.user_id, membership.user.name, limit_ore)
        for membership, limit_ore in controllers()
    ]


def matter(invoice: Invoice) -> Matter:
    return Matter(
        payable_ore=invoice.payable_ore,
        due_on=invoice.due_on,
        is_credit_note=invoice.is_credit_note,
        examined_by_id=invoice.examined_by_id,
        payment_sent_on=invoice.payment_sent_on,
        reminded_on=invoice.reminded_on,
    )


def disputes_of(invoice_id: int) -> list[Dispute]:
    """The latest first, with their lines."""
    return list(
        db.session.scalars(
            select(Dispute)
            .where(Dispute.invoice_id == invoice_id)
            .options(selectinload(Dispute.lines).joinedload(DisputedLine.line))
            .order_by(Dispute.id.desc())
        )
    )


def open_dispute(invoice_id: int) -> Dispute | None:
    return db.session.scalar(
        select(Dispute).where(Dispute.invoice_id == invoice_id, Dispute.outcome.is_(None))
    )


_TEXT_SV: Mapping[Waits, tuple[str, str]] = {
    Waits.EXAMINATION: ("Sakgranska {what} från {seller} för {month}, {sum}", "Fakturor att granska"),
    Waits.ATTEST: ("Attestera {what} från {seller} för {month}, {sum}", "Fakturor att attestera"),
    Waits.PAYMENT: ("Betala {what} från {seller} för {month}, {sum}", "Fakturor att betala"),
    Waits.SETTLEMENT: ("Kvitta {what} från {seller} för {month}, {sum}", "Kreditfakturor att kvitta"),
}


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a controller what she can do herself, by due day; for a supplier disputes to answer."""
    if actor.role is Role.CONTROLLER:
        return _waiting_for_controller(actor)
    if actor.role is Role.SUPPLIER_MANAGER:
        return _waiting_for_supplier()
    return []


def _waiting_for_controller(actor: Actor) -> list[WaitingItem]:
    found = [one for one in db.session.scalars(inbox()) if waits_for(one) is not Waits.ANSWER]
    own = next((one for one in attesters() if one.user_id == actor.user_id), None) if found else None
    items = []
    for invoice in found:
        waits = waits_for(invoice)
        if waits is None or (waits is Waits.ATTEST and not _may_attest(invoice, own)):
            continue
        text, kind = _TEXT_SV[waits]
        items.append(_item(invoice, invoice.due_on, text, kind))
    return items


def _may_attest(invoice: Invoice, own: Attester | None) -> bool:
    return own is not None and own.user_id != invoice.examined_by_id and own.is_able(matter(invoice))


def _waiting_for_supplier() -> list[WaitingItem]:
    disputed = invoices().join(Dispute, Dispute.invoice_id == Invoice.id).where(Dispute.outcome.is_(None))
    rows: Any = db.session.execute(disputed.add_columns(Dispute.answer_by))
    text = "Svara {buyer} om {what} för {month}, som är bestridd"
    return [_item(invoice, answer_by, text, "Bestridda fakturor") for invoice, answer_by in rows]


def _item(invoice: Invoice, deadline: date | None, text: str, kind: str) -> WaitingItem:
    return WaitingItem(
        deadline=deadline,
        text_sv=text.format(
            what=f"{'kreditfaktura' if invoice.is_credit_note else 'faktura'} {invoice.number}",
            buyer=invoice.authority.name,
            seller=invoice.enterprise.name,
            month=Month.of(invoice.month).text_sv,
            sum=kronor(invoice.payable_ore),
        ),
        url_endpoint="invoices.show",
        url_args={"invoice_id": invoice.id},
        kind_sv=kind,
    )
