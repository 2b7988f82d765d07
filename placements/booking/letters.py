"""Letters about placements: to the supplier's supervisors, the case officers of the unit, or the coordinators.

A placement is named by its number and its place: no letter says whom it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass

from marketplace.accounts.rules import Role
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from placements.booking import queries
from placements.booking.models import Placement
from placements.booking.rules import CANCEL_REASON_SV, DECLINE_REASON_SV, LIVE_STATES


@dataclass(frozen=True)
class _Letter:
    role: Role
    subject_sv: str
    text_sv: Callable[[Placement], str]
    kind: LetterKind = LetterKind.PLACEMENT


def _place(placement: Placement) -> str:
    return f"{placement.place.name} hos {placement.enterprise.name}"


def _days(placement: Placement) -> str:
    return f"{placement.first_day.isoformat()} till {placement.last_day.isoformat()}"


_ANOTHER_SV = "Väntar ingen annan förfrågan på svar, begär en annan plats."


def _declined(placement: Placement) -> str:
    reason = placement.decline_reason
    why = f" Skälet: {DECLINE_REASON_SV[reason].lower()}." if reason else ""
    return f"Leverantören kan inte ta emot {placement.number} på {_place(placement)}.{why} {_ANOTHER_SV}"


def _cancelled(placement: Placement) -> str:
    reason = placement.cancel_reason
    why = f" Skälet: {CANCEL_REASON_SV[reason].lower()}." if reason else ""
    return f"{placement.number} på {placement.place.name} är återkallad, så platsen är fri igen.{why}"


def _change_withdrawn(placement: Placement) -> str:
    """By the case officer, or of itself because the placement ends or gives way to another."""
    goes_on = placement.state in LIVE_STATES and not placement.is_moved
    stands = "Placeringen är som förut." if goes_on else "Placeringen slutar."
    return f"Ändringen av {placement.number} på {placement.place.name} är återkallad. {stands}"


_LETTERS: dict[str, _Letter] = {
    "request": _Letter(
        Role.SUPERVISOR,
        "En plats hos er är begärd",
        lambda p: (
            f"{p.place.name} är begärd {_days(p)} ({p.number}). Svara senast {p.answer_due_on.isoformat()}."
        ),
    ),
    "remind": _Letter(
        Role.SUPERVISOR,
        "Påminnelse: en förfrågan väntar på svar",
        lambda p: (
            f"{p.place.name} är begärd {_days(p)} ({p.number}). Svara senast {p.answer_due_on.isoformat()}."
        ),
        LetterKind.REMINDER,
    ),
    "escalate": _Letter(
        Role.COORDINATOR,
        "En leverantör har inte svarat i tid",
        lambda p: (
            f"{p.enterprise.name} skulle ha svarat om {p.number} senast {p.answer_due_on.isoformat()}. "
            f"Ring dem: platsen hålls till och med {p.held_until.isoformat()}, sedan blir den fri."
        ),
    ),
    "expire": _Letter(
        Role.CASE_OFFICER,
        "Ingen svarade i tid",
        lambda p: f"Ingen svarade om {p.number} på {_place(p)}. Platsen hålls inte längre. {_ANOTHER_SV}",
    ),
    "accept": _Letter(
        Role.CASE_OFFICER,
        "En placering är accepterad",
        lambda p: f"{p.number} på {_place(p)} är accepterad: {_days(p)}. Berätta det för deltagaren.",
    ),
    "decline": _Letter(Role.CASE_OFFICER, "En förfrågan är nekad", _declined),
    "never_start": _Letter(
        Role.CASE_OFFICER,
        "En placering startade aldrig",
        lambda p: (
            f"Deltagaren kom aldrig till {_place(p)} ({p.number}). Ta reda på varför, och om en annan plats behövs."
        ),
    ),
    "cancel": _Letter(Role.SUPERVISOR, "En placering hos er är återkallad", _cancelled),
    "consent_withdrawn": _Letter(
        Role.COORDINATOR,
        "Ett samtycke är återkallat medan en placering gäller",
        lambda p: (
            f"Deltagaren i {p.number} på {_place(p)} har återkallat sitt samtycke, så leverantören ser inte längre vem "
            "det gäller. Ta ställning med handläggaren till om placeringen kan fortsätta."
        ),
    ),
    "resume": _Letter(
        Role.SUPERVISOR,
        "En placering hos er är öppnad igen",
        lambda p: (
            f"{p.number} på {p.place.name} hade avslutats av misstag. Den pågår till och med {p.last_day.isoformat()}."
        ),
    ),
    "move": _Letter(
        Role.SUPERVISOR,
        "En deltagare hos er byter plats",
        lambda p: (
            f"{p.number} på {p.place.name} slutar {p.last_day.isoformat()}, eftersom deltagaren byter till en annan "
            "plats."
        ),
    ),
    "ask_change": _Letter(
        Role.SUPERVISOR,
        "En ändring av en placering väntar på svar",
        lambda p: f"Handläggaren vill ändra {p.number} på {p.place.name}. Läs vad det gäller och svara.",
    ),
    "withdraw_change": _Letter(
        Role.SUPERVISOR,
        "En ändring är återkallad",
        _change_withdrawn,
    ),
    "agree_change": _Letter(
        Role.CASE_OFFICER,
        "En ändring är godkänd",
        lambda p: (
            f"Leverantören har godkänt ändringen av {p.number} på {_place(p)}. Berätta det för deltagaren."
        ),
    ),
    "decline_change": _Letter(
        Role.CASE_OFFICER,
        "En ändring är nekad",
        lambda p: f"Leverantören har nekat ändringen av {p.number} på {_place(p)}. Placeringen är som förut.",
    ),
    "expire_change": _Letter(
        Role.CASE_OFFICER,
        "Ingen svarade om en ändring",
        lambda p: f"Ingen svarade i tid om ändringen av {p.number} på {_place(p)}. Placeringen är som förut.",
    ),
}
"""What happened → who gets a letter, and what it says."""


def write(placement_id: int, what: str) -> None:
    placement = queries.placement(placement_id).placement
    letter = _LETTERS[what]
    receivers = {
        Role.SUPERVISOR: placement.enterprise_id,
        Role.CASE_OFFICER: placement.unit_id,
        Role.COORDINATOR: placement.authority_id,
    }
    write_letter(
        receivers[letter.role],
        letter.role,
        kind=letter.kind,
        subject_sv=letter.subject_sv,
        text_sv=letter.text_sv(placement),
        endpoint="booking.show",
        placement_id=placement_id,
    )
