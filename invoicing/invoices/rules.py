"""Invoices: states, who moves them, and what each move needs and causes."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by
from marketplace.swedish import counted


class InvoiceState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    ATTESTED = "attested"
    DISPUTED = "disputed"
    PAID = "paid"
    CREDITED = "credited"


INVOICE_STATE_SV = {
    InvoiceState.DRAFT: "Utkast",
    InvoiceState.APPROVED: "Godkänd",
    InvoiceState.SENT: "Skickad",
    InvoiceState.ATTESTED: "Attesterad",
    InvoiceState.DISPUTED: "Bestridd",
    InvoiceState.PAID: "Betald",
    InvoiceState.CREDITED: "Krediterad",
}

INVOICE_STATE_TONE = {
    InvoiceState.DRAFT: "waits",
    InvoiceState.APPROVED: "waits",
    InvoiceState.SENT: "waits",
    InvoiceState.ATTESTED: "active",
    InvoiceState.DISPUTED: "bad",
    InvoiceState.PAID: "good",
    InvoiceState.CREDITED: "muted",
}

SENT_STATES = frozenset(InvoiceState) - {InvoiceState.DRAFT, InvoiceState.APPROVED}
"""The buyer has it, and its content never changes."""


class InvoiceAction(StrEnum):
    DISCARD = "discard"
    APPROVE = "approve"
    SEND = "send"
    ATTEST = "attest"
    DISPUTE = "dispute"
    MARK_PAID = "mark_paid"


INVOICE_EVENT_SV = {
    "make": "Utkastet gjordes",
    InvoiceAction.DISCARD: "Utkastet underkändes",
    InvoiceAction.APPROVE: "Leverantören godkände",
    InvoiceAction.SEND: "Skickades",
    InvoiceAction.ATTEST: "Attesterades",
    InvoiceAction.DISPUTE: "Bestreds",
    InvoiceAction.MARK_PAID: "Registrerades som betald",
}

_MANAGER = by(Role.SUPPLIER_MANAGER)
_CONTROLLER = by(Role.CONTROLLER)
_ATTEST = Transition(
    InvoiceState.ATTESTED,
    _CONTROLLER,
    "Attestera",
    needs_sv="Bara en faktura som är skickad och inte redan attesterad kan attesteras.",
    causes_sv="Fakturan kan betalas.",
)

INVOICE_TRANSITIONS: TransitionTable = {
    (InvoiceState.DRAFT, InvoiceAction.APPROVE): Transition(
        InvoiceState.APPROVED,
        _MANAGER,
        "Godkänn",
        needs_sv="Fakturan är redan godkänd.",
        causes_sv="Raderna är låsta och fakturan kan skickas.",
    ),
    (InvoiceState.DRAFT, InvoiceAction.DISCARD): Transition(
        InvoiceState.DRAFT,
        _MANAGER,
        "Underkänn utkastet",
        needs_sv="Ett utkast kan underkännas innan det är godkänt.",
        causes_sv="Utkastet tas bort och månadens närvaro kan rättas. Gör sedan månadens utkast på nytt.",
    ),
    (InvoiceState.APPROVED, InvoiceAction.SEND): Transition(
        InvoiceState.SENT,
        _MANAGER,
        "Skicka",
        needs_sv="En faktura skickas en gång, när den är godkänd.",
        causes_sv="Fakturan får nummer och skickas till köparen. Den kan inte ändras efteråt.",
    ),
    (InvoiceState.SENT, InvoiceAction.ATTEST): _ATTEST,
    (InvoiceState.DISPUTED, InvoiceAction.ATTEST): _ATTEST,
    (InvoiceState.SENT, InvoiceAction.DISPUTE): Transition(
        InvoiceState.DISPUTED,
        _CONTROLLER,
        "Bestrid",
        needs_sv="Bara en skickad faktura som inte är attesterad kan bestridas.",
        causes_sv="Fakturan betalas inte. Leverantören ser skälet.",
    ),
    (InvoiceState.ATTESTED, InvoiceAction.MARK_PAID): Transition(
        InvoiceState.PAID,
        _CONTROLLER,
        "Registrera betalning",
        needs_sv="Bara en attesterad faktura kan betalas.",
    ),
}


def uncounted_days_sv(days: int) -> str:
    """Why a draft cannot be approved although nothing in it is wrong."""
    return (
        f"{counted(days, 'dag', 'dagar')} har registrerats efter att utkastet gjordes och räknas inte i det. "
        "Underkänn utkastet och gör om månaden, så kommer allt med."
    )
