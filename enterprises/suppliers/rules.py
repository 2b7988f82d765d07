"""Applications and contracts: states, and what a decision needs."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    COMPLETION_REQUESTED = "completion_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


APPLICATION_STATE_SV = {
    ApplicationState.DRAFT: "Utkast",
    ApplicationState.SUBMITTED: "Inskickad",
    ApplicationState.COMPLETION_REQUESTED: "Komplettering begärd",
    ApplicationState.APPROVED: "Godkänd",
    ApplicationState.REJECTED: "Avslagen",
    ApplicationState.WITHDRAWN: "Återkallad",
}


class ApplicationAction(StrEnum):
    SUBMIT = "submit"
    REQUEST_COMPLETION = "request_completion"
    COMPLETE = "complete"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


_MANAGER = by(Role.SUPPLIER_MANAGER)
_OFFICER = by(Role.PROCUREMENT_OFFICER)
_WITHDRAW = Transition(
    ApplicationState.WITHDRAWN,
    _MANAGER,
    "Återkalla",
    needs_sv="En ansökan kan återkallas fram till beslutet.",
    causes_sv="Ansökan prövas inte. Ni kan söka igen.",
)

APPLICATION_TRANSITIONS: TransitionTable = {
    (ApplicationState.DRAFT, ApplicationAction.SUBMIT): Transition(
        ApplicationState.SUBMITTED, _MANAGER, "Skicka in", needs_sv="Bara ett utkast kan skickas in."
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.REQUEST_COMPLETION): Transition(
        ApplicationState.COMPLETION_REQUESTED,
        _OFFICER,
        "Begär komplettering",
        needs_sv="Komplettering kan begäras medan ansökan prövas.",
    ),
    (ApplicationState.COMPLETION_REQUESTED, ApplicationAction.COMPLETE): Transition(
        ApplicationState.SUBMITTED,
        _MANAGER,
        "Lämna komplettering",
        needs_sv="Myndigheten har inte begärt någon komplettering.",
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.APPROVE): Transition(
        ApplicationState.APPROVED,
        _OFFICER,
        "Godkänn",
        needs_sv="Beslut fattas när ansökan är inskickad och komplett.",
        causes_sv="Ett skriftligt beslut och ett avtal upprättas.",
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.REJECT): Transition(
        ApplicationState.REJECTED,
        _OFFICER,
        "Avslå",
        needs_sv="Beslut fattas när ansökan är inskickad och komplett.",
        causes_sv="Ett skriftligt beslut med skäl och hur man söker rättelse upprättas.",
    ),
    (ApplicationState.DRAFT, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.SUBMITTED, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.COMPLETION_REQUESTED, ApplicationAction.WITHDRAW): _WITHDRAW,
}

LIVE_APPLICATION_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.COMPLETION_REQUESTED,
)


class Judgement(StrEnum):
    MET = "met"
    NOT_MET = "not_met"


class ContractState(StrEnum):
    AWAITING_SIGNATURE = "awaiting_signature"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


CONTRACT_STATE_SV = {
    ContractState.AWAITING_SIGNATURE: "Väntar på underskrift",
    ContractState.ACTIVE: "Gäller",
    ContractState.SUSPENDED: "Vilande",
    ContractState.ENDED: "Upphört",
}


class ContractAction(StrEnum):
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


_BOTH = by(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)

CONTRACT_TRANSITIONS: TransitionTable = {
    (ContractState.AWAITING_SIGNATURE, ContractAction.ACTIVATE): Transition(
        ContractState.ACTIVE,
        _BOTH,
        "Skriv under",
        needs_sv="Avtalet är redan underskrivet.",
        causes_sv="När båda parter har skrivit under gäller avtalet.",
    ),
    (ContractState.ACTIVE, ContractAction.SUSPEND): Transition(
        ContractState.SUSPENDED,
        _OFFICER,
        "Gör vilande",
        needs_sv="Bara ett avtal som gäller kan göras vilande.",
        causes_sv="Inga nya placeringar kan begäras. Pågående placeringar fortsätter.",
    ),
    (ContractState.SUSPENDED, ContractAction.RESUME): Transition(
        ContractState.ACTIVE, _OFFICER, "Återuppta", needs_sv="Avtalet är inte vilande."
    ),
    (ContractState.ACTIVE, ContractAction.END): Transition(
        ContractState.ENDED,
        _OFFICER,
        "Avsluta",
        needs_sv="Bara ett avtal som gäller eller är vilande kan avslutas.",
        causes_sv="Inga nya placeringar kan begäras.",
    ),
    (ContractState.SUSPENDED, ContractAction.END): Transition(
        ContractState.ENDED,
        _OFFICER,
        "Avsluta",
        needs_sv="Bara ett avtal som gäller eller är vilande kan avslutas.",
        causes_sv="Inga nya placeringar kan begäras.",
    ),
}


class VatCategory(StrEnum):
    EXEMPT = "E"
    STANDARD = "S"
