"""Giving a participant a code, taking it back, and opening her page with it."""

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.crypto import key_ring
from marketplace.db import db, get_or_404
from marketplace.errors import Invalid, NotAllowed
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.access import queries
from placements.access.models import ParticipantCode
from placements.access.rules import WRONG_SV, check_holds, expiry, new_code, read_code
from placements.participants.models import Participant


def give_code(participant_id: int) -> str:
    """A new code for the participant; the one before stops working. It can be read now and never again.

    Raises NotFound, NotAllowed for others than officers.
    """
    if current_actor().role not in {Role.CASE_OFFICER, Role.COORDINATOR}:
        raise NotAllowed("Bara en handläggare eller samordnare kan ge en kod.")
    participant = get_or_404(Participant, participant_id, lock=True)
    revoke_codes_of(participant_id)
    code = new_code()
    db.session.add(
        ParticipantCode(
            participant_id=participant.id,
            authority_id=participant.authority_id,
            code_hash=key_ring().lookup(_text_of(code)),
            given_at=now(),
            given_by=current_actor().user_name,
            expires_on=expiry(today()),
        )
    )
    db.session.flush()
    audit.record("participant", participant.id, "give_code", authority_id=participant.authority_id)
    return code


def revoke_codes_of(participant_id: int) -> bool:
    """Takes the participant's code back: her page closes at her next click. Whether there was one."""
    code = queries.live_code_of(participant_id)
    if code is None:
        return False
    code.revoked_at = now()
    db.session.flush()
    audit.record("participant", participant_id, "revoke_code", authority_id=code.authority_id)
    return True


def open_with_code(text: str) -> tuple[int, int, int]:
    """The ids of code and participant, and which opening it is: what a session is begun with.

    Raises Invalid beside the field `code`.
    """
    hashes = key_ring().lookups(_text_of(read_code(text)))
    with acting_as(system_actor()):
        found = next(((one, by) for by in hashes if (one := queries.authority_of_code(by)) is not None), None)
    if found is None:
        raise Invalid(WRONG_SV, field="code")
    authority_id, hashed = found
    with acting_as(system_actor(authority_id)):
        code = queries.code_by_hash(hashed)
        check_holds(expires_on=code.expires_on, is_revoked=code.revoked_at is not None, today=today())
        code.times_opened += 1
        code.last_opened_at = now()
        db.session.flush()
        return code.id, code.participant_id, code.times_opened


def close_page() -> None:
    """The participant closes her page: wherever it is open, and whoever has a copy of its cookie."""
    code = queries.live_code_of(current_actor().participant_id or 0)
    if code is not None:
        with acting_as(system_actor(code.authority_id)):
            code.times_closed = code.times_opened


def _text_of(code: str) -> str:
    """What is hashed: never equal to a personal number's."""
    return f"participant code {code}"
