"""Handing over an extract: to the participant's officer, or to herself on her own page. Each is an event."""

from dataclasses import replace
from typing import cast

from flask import current_app

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.crypto import KeyRing
from marketplace.errors import NotAllowed
from marketplace.tenancy import acting_as, current_actor
from placements.access_log.seen import note
from placements.extracts.queries import Holding, held_of
from placements.extracts.rules import ExtractFormat
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
    ring = cast(KeyRing, current_app.extensions["key_ring"])
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
        return held_of(participant_id, lambda encrypted: shown_number(ring.decrypt(encrypted)))
