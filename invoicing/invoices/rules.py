"""Invoices: states, who moves them, and what each move needs and causes."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


class InvoiceState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    EXAMINED = "examined"
    ATTESTED = "attested"
    DISPUTED = "disputed"
    PAID = "paid"
    CREDITED = "credited"
    SETTLED = "settled"


INVOICE_STATE_SV = {
    InvoiceState.DRAFT: "Utkast",
    InvoiceState.APPROVED: "Godkänd",
    InvoiceState.SENT: "Skickad",
    InvoiceState.EXAMINED: "Sakgranskad",
    InvoiceState.ATTESTED: "Attesterad",
    InvoiceState.DISPUTED: "Bestridd",
    InvoiceState.PAID: "Betald",
    InvoiceState.CREDITED: "Krediterad",
    InvoiceState.SETTLED: "Kvittad",
}

INVOICE_STATE_TONE = {
    InvoiceState.DRAFT: "waits",
    InvoiceState.APPROVED: "waits",
    InvoiceState.SENT: "waits",
    InvoiceState.EXAMINED: "waits",
    InvoiceState.ATTESTED: "active",
    InvoiceState.DISPUTED: "bad",
    InvoiceState.PAID: "good",
    InvoiceState.CREDITED: "muted",
    InvoiceState.SETTLED: "muted",
}

SENT_STATES = frozenset(InvoiceState) - {InvoiceState.DRAFT, InvoiceState.APPROVED}
"""The buyer has it, and its content never changes."""


class InvoiceAction(StrEnum):
    COMMENT = "comment"
    APPROVE = "approve"
    SEND = "send"
    EXAMINE = "examine"
    ATTEST = "attest"
    DISPUTE = "dispute"
    WITHDRAW_DISPUTE = "withdraw_dispute"
    KEEP_CLAIM = "keep_claim"
    CREDIT = "credit"
    REMIND = "remind"
    RECORD_PAYMENT = "record_payment"
    MARK_PAID = "mark_paid"
    SETTLE = "settle"


INVOICE_EVENT_SV = {
    "make": "Utkastet gjordes",
    InvoiceAction.COMMENT: "Leverantören kommenterade",
    InvoiceAction.APPROVE: "Leverantören godkände",
    InvoiceAction.SEND: "Skickades",
    InvoiceAction.EXAMINE: "Sakgranskades",
    InvoiceAction.ATTEST: "Attesterades",
    InvoiceAction.DISPUTE: "Bestreds",
    InvoiceAction.WITHDRAW_DISPUTE: "Bestridandet togs tillbaka",
    InvoiceAction.KEEP_CLAIM: "Leverantören stod fast",
    InvoiceAction.CREDIT: "Krediterades",
    InvoiceAction.REMIND: "Påminnelse skickades",
    InvoiceAction.RECORD_PAYMENT: "Köparen betalade ut",
    InvoiceAction.MARK_PAID: "Betalningen kom in",
    InvoiceAction.SETTLE: "Kvittades",
}

_MANAGER = by(Role.SUPPLIER_MANAGER)
_CONTROLLER = by(Role.CONTROLLER)
_DISPUTE = Transition(
    InvoiceState.DISPUTED,
    _CONTROLLER,
    "Bestrid",
    needs_sv="Bara en skickad faktura som inte är attesterad kan bestridas.",
    causes_sv="Fakturan betalas inte. Leverantören ser skälet för varje rad, och svarar.",
)
_CREDIT = Transition(
    InvoiceState.CREDITED,
    _MANAGER,
    "Kreditera",
    needs_sv="Det som är attesterat betalas. Rätta närvaron i stället, så kommer skillnaden på nästa faktura.",
    causes_sv="En kreditfaktura på hela beloppet skickas till köparen. Månaden kan sedan faktureras på nytt.",
)

INVOICE_TRANSITIONS: TransitionTable = {
    (InvoiceState.DRAFT, InvoiceAction.APPROVE): Transition(
        InvoiceState.APPROVED,
        _MANAGER,
        "Godkänn",
        needs_sv="Fakturan är redan godkänd.",
        causes_sv="Raderna är låsta och fakturan kan skickas.",
    ),
    (InvoiceState.DRAFT, InvoiceAction.COMMENT): Transition(
        InvoiceState.DRAFT,
        _MANAGER,
        "Kommentera",
        needs_sv="Ett utkast kan kommenteras innan det är godkänt.",
        causes_sv="Kommentaren syns i avtalets historik. Utkastet räknas om när det som är fel har rättats.",
    ),
    (InvoiceState.APPROVED, InvoiceAction.SEND): Transition(
        InvoiceState.SENT,
        _MANAGER,
        "Skicka",
        needs_sv="En faktura skickas en gång, när den är godkänd.",
        causes_sv="Fakturan får nummer och skickas till köparen. Den kan inte ändras efteråt.",
    ),
    (InvoiceState.SENT, InvoiceAction.EXAMINE): Transition(
        InvoiceState.EXAMINED,
        _CONTROLLER,
        "Sakgranska",
        needs_sv="Fakturan är redan granskad.",
        causes_sv="Du intygar att raderna stämmer med dagarna. Någon annan attesterar.",
    ),
    (InvoiceState.EXAMINED, InvoiceAction.ATTEST): Transition(
        InvoiceState.ATTESTED,
        _CONTROLLER,
        "Attestera",
        needs_sv="En faktura attesteras när den är sakgranskad, av någon annan än den som granskade.",
        causes_sv="Fakturan kan betalas.",
    ),
    **{(state, InvoiceAction.DISPUTE): _DISPUTE for state in (InvoiceState.SENT, InvoiceState.EXAMINED)},
    (InvoiceState.DISPUTED, InvoiceAction.WITHDRAW_DISPUTE): Transition(
        InvoiceState.SENT,
        _CONTROLLER,
        "Ta tillbaka bestridandet",
        needs_sv="Fakturan är inte bestridd.",
        causes_sv="Fakturan sakgranskas på nytt.",
    ),
    (InvoiceState.DISPUTED, InvoiceAction.KEEP_CLAIM): Transition(
        InvoiceState.SENT,
        _MANAGER,
        "Stå fast vid kravet",
        needs_sv="Fakturan är inte bestridd.",
        causes_sv="Köparen läser ert svar och sakgranskar fakturan på nytt.",
    ),
    **{
        (state, InvoiceAction.CREDIT): _CREDIT
        for state in (InvoiceState.SENT, InvoiceState.EXAMINED, InvoiceState.DISPUTED)
    },
    **{
        (state, InvoiceAction.REMIND): Transition(
            state,
            by(Role.SUPPLIER_MANAGER, Role.SYSTEM),
            "Påminn",
            needs_sv="En faktura som är bestridd eller betald påminns det inte om.",
            causes_sv="Köparens ekonomer får ett brev om att fakturan har förfallit.",
        )
        for state in (InvoiceState.SENT, InvoiceState.EXAMINED, InvoiceState.ATTESTED)
    },
    (InvoiceState.ATTESTED, InvoiceAction.RECORD_PAYMENT): Transition(
        InvoiceState.ATTESTED,
        _CONTROLLER,
        "Registrera utbetalning",
        needs_sv="Bara en attesterad faktura betalas ut.",
        causes_sv="Leverantören ser att pengarna är på väg. Fakturan är betald när leverantören har fått dem.",
    ),
    (InvoiceState.ATTESTED, InvoiceAction.MARK_PAID): Transition(
        InvoiceState.PAID,
        _MANAGER,
        "Registrera betalning",
        needs_sv="Bara en attesterad faktura kan betalas.",
        causes_sv="Fakturan räknas som betald, hela beloppet. Det som står i bankens fil läser ni in i stället.",
    ),
    (InvoiceState.ATTESTED, InvoiceAction.SETTLE): Transition(
        InvoiceState.SETTLED,
        _CONTROLLER,
        "Kvitta",
        needs_sv="En kreditfaktura kvittas när den är attesterad.",
        causes_sv="Beloppet dras av från nästa betalning till leverantören.",
    ),
    (InvoiceState.SENT, InvoiceAction.SETTLE): Transition(
        InvoiceState.SETTLED, by(Role.SYSTEM), "Kvitta mot fakturan som krediteras"
    ),
}

_ONLY_INVOICES = {
    InvoiceAction.CREDIT,
    InvoiceAction.REMIND,
    InvoiceAction.RECORD_PAYMENT,
    InvoiceAction.MARK_PAID,
}


def transitions_for(*, is_credit_note: bool) -> TransitionTable:
    """What can happen to an invoice, or to a credit note: a note is set off, an invoice is paid."""
    left_out = _ONLY_INVOICES if is_credit_note else {InvoiceAction.SETTLE}
    return {key: move for key, move in INVOICE_TRANSITIONS.items() if key[1] not in left_out}
