"""Contracts: states, and what a contract needs to be drawn up, signed, rested and ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.procurement.rules import TermsRules
from marketplace.rules import Transition, TransitionTable, by

_OFFICER = by(Role.PROCUREMENT_OFFICER)


class ContractState(StrEnum):
    AWAITING_SIGNATURE = "awaiting_signature"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


CONTRACT_STATE_SV = {
    ContractState.AWAITING_SIGNATURE: "Väntar på underskrift",
    ContractState.ACTIVE: "Gäller",
    ContractState.SUSPENDED: "Vilande",
    ContractState.ENDED: "Upphört",
    ContractState.WITHDRAWN: "Tillbakadraget",
}

CONTRACT_STATE_TONE = {
    ContractState.AWAITING_SIGNATURE: "waits",
    ContractState.ACTIVE: "good",
    ContractState.SUSPENDED: "waits",
    ContractState.ENDED: "muted",
    ContractState.WITHDRAWN: "muted",
}

IN_FORCE = (ContractState.ACTIVE, ContractState.SUSPENDED)
"""What has been signed and is not over."""

CONTRACT_EVENT_SV = {
    "draw_up": "Avtalet upprättat",
    "sign": "Underskrivet",
    "renew_signatures": "Nya underskrifter begärda",
    "activate": "Avtalet börjar gälla",
    "suspend": "Avtalet gjort vilande",
    "resume": "Avtalet återupptaget",
    "end": "Avtalet avslutat",
    "expire": "Avtalstiden har gått ut",
    "withdraw": "Avtalet taget tillbaka",
    "remind": "Påminnelse om att avtalet går ut",
    "propose_amendment": "Ändring erbjuden",
    "sign_amendment": "Ändring underskriven",
    "agree_amendment": "Ändring överenskommen",
    "withdraw_amendment": "Ändring tillbakadragen",
    "lapse_amendment": "Ändring förföll utan underskrift",
    "amend": "Ändring börjar gälla",
    "could_not_price": "Månaden kunde inte räknas",
}


class ContractAction(StrEnum):
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    AMEND = "amend"


_BOTH = by(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
_END = Transition(
    ContractState.ENDED,
    _OFFICER,
    "Avsluta",
    needs_sv="Bara ett avtal som gäller eller är vilande kan avslutas.",
    causes_sv="För alltid. Går bara när ingen placering fortsätter.",
)

_EXPIRE = Transition(
    ContractState.ENDED, by(Role.SYSTEM), "Låt gå ut", needs_sv="Bara ett avtal som har en sista dag går ut."
)

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
        causes_sv="Inga nya placeringar kan begäras. De som är accepterade eller pågår fortsätter.",
    ),
    (ContractState.SUSPENDED, ContractAction.RESUME): Transition(
        ContractState.ACTIVE, _OFFICER, "Återuppta", needs_sv="Avtalet är inte vilande."
    ),
    (ContractState.ACTIVE, ContractAction.END): _END,
    (ContractState.SUSPENDED, ContractAction.END): _END,
    (ContractState.ACTIVE, ContractAction.EXPIRE): _EXPIRE,
    (ContractState.SUSPENDED, ContractAction.EXPIRE): _EXPIRE,
    **{
        (state, ContractAction.AMEND): Transition(
            state,
            _OFFICER,
            "Erbjud en ändring",
            needs_sv="Bara ett avtal som gäller eller är vilande kan ändras.",
            causes_sv="Båda parter skriver under, och ändringen gäller från den första i en kommande månad.",
        )
        for state in IN_FORCE
    },
    (ContractState.AWAITING_SIGNATURE, ContractAction.WITHDRAW): Transition(
        ContractState.WITHDRAWN,
        _OFFICER,
        "Ta tillbaka",
        needs_sv="Avtalet är underskrivet av båda och kan inte tas tillbaka.",
        causes_sv="Ett nytt avtal kan upprättas av samma beslut.",
    ),
}


@dataclass(frozen=True)
class ContractUse:
    """How many placements depend on a contract after a day, without anything of whom."""

    requested: int
    booked: int
    """Accepted or running, with days after that day."""
    last_day: date | None
    """The last of the booked ones' days."""


@dataclass(frozen=True)
class PlacementUnder:
    """A placement that goes on, without anything of whom."""

    id: int
    state: str
    last_day: date

    @property
    def number(self) -> str:
        """As placements name themselves."""
        return f"P{self.id:06d}"

    @property
    def state_sv(self) -> str:
        return {"accepted": "Accepterad", "running": "Pågår"}[self.state]


def shortening_obstacle_sv(use: ContractUse) -> str:
    """Why a contract cannot end on the day after which the use is counted; empty when nothing is in the way."""
    if use.last_day is None:
        return ""
    return (
        f"{_booked_sv(use.booked)} fortsätter efter den dagen, som längst till {use.last_day.isoformat()}. "
        "Välj den dagen eller en senare."
    )


def _booked_sv(booked: int) -> str:
    return (
        "En accepterad eller pågående placering"
        if booked == 1
        else f"{booked} accepterade eller pågående placeringar"
    )


def ending_obstacle_sv(use: ContractUse) -> str:
    """Why a contract cannot end; empty when nothing is in the way. No placement is ever cut short by it."""
    if use.last_day is None:
        return ""
    are = _booked_sv(use.booked)
    when = (
        f"till {use.last_day.isoformat()}"
        if use.booked == 1
        else f"den sista till {use.last_day.isoformat()}"
    )
    return (
        f"{are} fortsätter efter i dag, {when}. Avtalet kan avslutas när ingen fortsätter. "
        "Ett vilande avtal tar inte emot några nya."
    )


def requests_taken_back_sv(use: ContractUse) -> str:
    """What happens to those who wait for the supplier's answer."""
    if not use.requested:
        return "Ingen förfrågan väntar på svar."
    what = (
        "En förfrågan som väntar på svar"
        if use.requested == 1
        else f"{use.requested} förfrågningar som väntar på svar"
    )
    who = "deltagaren" if use.requested == 1 else "deltagarna"
    return f"{what} återkallas, och handläggaren söker en ny plats med {who}."


def bookings_go_on_sv(use: ContractUse) -> str:
    """What happens to those who have a place."""
    if not use.booked:
        return "Ingen placering är accepterad eller pågår efter i dag."
    if use.booked == 1:
        return "En accepterad eller pågående placering fortsätter och faktureras."
    return f"{use.booked} accepterade eller pågående placeringar fortsätter och faktureras."


class VatCategory(StrEnum):
    EXEMPT = "E"
    STANDARD = "S"


VAT_CATEGORY_SV = {
    VatCategory.EXEMPT: "Undantagen från moms",
    VatCategory.STANDARD: "Moms 25 procent",
}


@dataclass(frozen=True)
class ContractDraft:
    """What is added to the terms to make a contract."""

    starts_on: date
    ends_on: date | None = None
    vat_category: VatCategory = VatCategory.EXEMPT
    vat_exemption_reason_sv: str = ""
    buyer_reference: str = ""
    capacity_cap: int | None = None
    """The most seats in use at once."""
    is_rounded: bool = False
    """Its invoices are paid in whole kronor."""


def cap_problem_sv(cap: int | None, rules: TermsRules) -> str:
    """Why the terms do not allow the cap; empty when they do. The terms' cap is the same for every supplier."""
    if cap is not None and cap < 1:
        return "Kapacitetstaket är minst en plats."
    if rules.capacity_cap is not None and (cap is None or cap > rules.capacity_cap):
        return f"Förfrågningsunderlagets tak är {rules.capacity_cap}. Skriv högst det."
    if cap is not None and rules.capacity_floor is not None and cap < rules.capacity_floor:
        return f"Leverantören ska enligt förfrågningsunderlaget erbjuda minst {rules.capacity_floor}. Skriv minst det."
    return ""


def contract_problems(draft: ContractDraft, today: date) -> Mapping[str, str]:
    """Form field → Swedish sentence for what a contract cannot say."""
    problems = {}
    if draft.starts_on < today:
        problems["starts_on"] = "Avtalet kan inte börja före i dag."
    if draft.ends_on is not None and draft.ends_on < draft.starts_on:
        problems["ends_on"] = "Sista dagen kan inte vara före första dagen."
    if draft.vat_category is VatCategory.EXEMPT and not draft.vat_exemption_reason_sv.strip():
        problems["vat_exemption_reason_sv"] = "Skriv varför ersättningen är undantagen från moms."
    if not draft.buyer_reference.strip():
        problems["buyer_reference"] = "Skriv den referens som fakturorna ska ha."
    return problems
