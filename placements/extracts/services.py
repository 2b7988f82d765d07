"""Handing over an extract: to the participant's officer, or to herself on her own page. Each is an event."""

from dataclasses import replace

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.crypto import key_ring
from marketplace.errors import NotAllowed
from marketplace.tenancy import acting_as, current_actor
from placements.access_log.seen import note
from placements.disposal.queries import rules
from placements.disposal.rules import DISPOSAL_KIND_SV, kept_sv
from placements.extracts.queries import Holding, held_of
from placements.extracts.rules import KEPT_SV, ExtractFormat
from placements.participants import queries as participants
from placements.participants.rules import shown_number


def extract_of(participant_id: int, wanted: ExtractFormat) -> Holding:
    """Everything that is held of the participant, for her officers and herself.

    Raises NotFound for another's participant, NotAllowed for other roles.
    """
    actor = current_actor()
    if actor.role not in {Role.CASE_OFFICER, Role.COORDINATOR, Role.PARTICIPANT}:
        raise NotAllowed("Registerutdrag lämnas av deltagarens handläggare eller samordnare.")
    participant = participants.participant(participant_id)
    note(participant.as_seen(has_number=True))
    ring = key_ring()
    # What a supplier has not handed in, and who has looked, is held of her too: only the system reads all of it.
    for_her = replace(actor, role=Role.SYSTEM, authority_id=participant.authority_id)
    with acting_as(for_her):
        audit.record(
            "participant",
            participant_id,
            "extract",
            authority_id=participant.authority_id,
            note_sv=wanted.upper(),
        )
        found = held_of(participant_id, lambda encrypted: shown_number(ring.decrypt(encrypted)))
        kept = [f"{DISPOSAL_KIND_SV[rule.kind]} sparas {kept_sv(rule.years)}." for rule in rules().values()]
    return replace(found, kept_sv=kept or [KEPT_SV])
