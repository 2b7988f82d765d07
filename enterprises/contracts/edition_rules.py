"""Editions of a contract: what is offered, signed and in force when, and what an amendment may say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from enterprises.contracts.rules import VAT_CATEGORY_SV, VatCategory
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict
from marketplace.rules import Transition, TransitionTable, by


class EditionState(StrEnum):
    PROPOSED = "proposed"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


EDITION_STATE_SV = {
    EditionState.PROPOSED: "Väntar på underskrift",
    EditionState.SIGNED: "Underskriven",
    EditionState.WITHDRAWN: "Tillbakadragen",
}

EDITION_STATE_TONE = {
    EditionState.PROPOSED: "waits",
    EditionState.SIGNED: "good",
    EditionState.WITHDRAWN: "muted",
}


class EditionAction(StrEnum):
    SIGN = "sign"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


_NOT_OPEN = "Bara det som väntar på underskrift kan skrivas under eller dras tillbaka."

EDITION_TRANSITIONS: TransitionTable = {
    (EditionState.PROPOSED, EditionAction.SIGN): Transition(
        EditionState.SIGNED,
        by(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER),
        "Skriv under",
        needs_sv=_NOT_OPEN,
        causes_sv="Gäller när båda parter har skrivit under.",
    ),
    (EditionState.PROPOSED, EditionAction.WITHDRAW): Transition(
        EditionState.WITHDRAWN,
        by(Role.PROCUREMENT_OFFICER),
        "Dra tillbaka",
        needs_sv=_NOT_OPEN,
        causes_sv="Avtalet fortsätter som det är.",
    ),
    (EditionState.PROPOSED, EditionAction.LAPSE): Transition(
        EditionState.WITHDRAWN, by(Role.SYSTEM), "Förfaller", needs_sv=_NOT_OPEN
    ),
}


@dataclass(frozen=True)
class Facts:
    """What an edition says besides the parties."""

    terms_id: int
    ends_on: date | None
    vat_category: VatCategory
    vat_exemption_reason_sv: str
    buyer_reference: str
    payment_days: int
    capacity_cap: int | None
    is_rounded: bool = False

    def tidy(self) -> "Facts":
        """Without spaces around, and without a reason where there is nothing to give a reason for."""
        is_exempt = self.vat_category is VatCategory.EXEMPT
        return replace(
            self,
            vat_exemption_reason_sv=self.vat_exemption_reason_sv.strip() if is_exempt else "",
            buyer_reference=self.buyer_reference.strip(),
        )


@dataclass(frozen=True)
class Amendment:
    """What the authority offers: what the contract is to say from the first of a month, and why."""

    from_day: date
    reason_sv: str
    facts: Facts


def amendment_problems(
    amendment: Amendment, agreed: Facts, last_from_day: date, starts_on: date, today: date
) -> Mapping[str, str]:
    """Form field → Swedish sentence for what an amendment cannot say.

    `agreed` is what the latest signed edition says, `last_from_day` the day that it is in force from.
    """
    facts = amendment.facts.tidy()
    problems = {}
    if amendment.from_day.day != 1 or amendment.from_day <= max(today, starts_on, last_from_day):
        first = next_month(max(today, starts_on, last_from_day))
        problems["from_day"] = (
            "En ändring gäller från den första i en kommande månad, så att en månad har ett innehåll. "
            f"Tidigast {first.isoformat()}."
        )
    if facts.ends_on is not None and facts.ends_on < max(amendment.from_day, today):
        problems["ends_on"] = "Sista dagen kan inte vara före den dag som ändringen gäller från."
    if facts.vat_category is VatCategory.EXEMPT and not facts.vat_exemption_reason_sv:
        problems["vat_exemption_reason_sv"] = "Skriv varför ersättningen är undantagen från moms."
    if not facts.buyer_reference:
        problems["buyer_reference"] = "Skriv den referens som fakturorna ska ha."
    if not amendment.reason_sv.strip():
        problems["reason_sv"] = "Skriv varför avtalet ändras. Texten står i avtalet."
    if not problems and facts == agreed:
        problems["reason_sv"] = "Ingenting är ändrat. Ändra det som ska vara annorlunda."
    return problems


def changes_sv(before: Facts, after: Facts, versions: Mapping[int, int]) -> list[str]:
    """What an edition says otherwise than the one before, as sentences. `versions`: terms → version number."""
    changes = []
    if before.terms_id != after.terms_id:
        changes.append(
            f"Förfrågningsunderlagets version {versions[after.terms_id]} ersätter version {versions[before.terms_id]}."
        )
    if before.ends_on != after.ends_on:
        changes.append(f"Avtalet gäller {until_sv(after.ends_on)} i stället för {until_sv(before.ends_on)}.")
    vat = (
        (before.vat_category, before.vat_exemption_reason_sv),
        (
            after.vat_category,
            after.vat_exemption_reason_sv,
        ),
    )
    if vat[0] != vat[1]:
        reason = f": {after.vat_exemption_reason_sv}" if after.vat_exemption_reason_sv else ""
        changes.append(f"Moms: {VAT_CATEGORY_SV[after.vat_category].lower()}{reason}.")
    if before.buyer_reference != after.buyer_reference:
        changes.append(
            f"Fakturorna har referensen {after.buyer_reference} i stället för {before.buyer_reference}."
        )
    if before.capacity_cap != after.capacity_cap:
        changes.append(
            "Antalet platser i bruk har inget tak."
            if after.capacity_cap is None
            else f"Högst {_seats(after.capacity_cap)} är i bruk samtidigt."
        )
    if before.is_rounded != after.is_rounded:
        changes.append(
            "Fakturornas belopp att betala avrundas till hela kronor."
            if after.is_rounded
            else "Fakturornas belopp att betala avrundas inte längre."
        )
    return changes


def until_sv(ends_on: date | None) -> str:
    return f"till och med {ends_on.isoformat()}" if ends_on else "tills vidare"


def _seats(count: int) -> str:
    return "en plats" if count == 1 else f"{count} platser"


def check_signable(number: int, from_day: date, today: date) -> None:
    """Raises Conflict for an amendment whose month has begun: what has been used of it follows the old edition."""
    if number > 1 and from_day <= today:
        raise Conflict(
            f"Ändringen skulle ha gällt från {from_day.isoformat()} och hann inte skrivas under. "
            "Be upphandlaren att erbjuda en ny."
        )


def moved_cap(cap: int | None, before: int | None, after: int | None) -> int | None:
    """A contract's cap under new terms: the new terms' where it was the old terms', and never above theirs."""
    if cap == before or cap is None:
        return after
    return cap if after is None else min(cap, after)


REMINDERS = (30, 90)
"""Days before a contract's last day when both parties are reminded."""


def due_reminder(ends_on: date | None, reminded_days: int | None, today: date) -> int | None:
    """The reminder that is due and has not been given: the nearest one, since a later makes an earlier needless."""
    if ends_on is None or ends_on < today:
        return None
    left = (ends_on - today).days
    return next(
        (days for days in REMINDERS if left <= days and (reminded_days is None or reminded_days > days)), None
    )


def next_month(day: date) -> date:
    """The first day of the month after the day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def numbered(taken: Iterable[int]) -> int:
    """The number of the next edition."""
    return max(taken, default=0) + 1
