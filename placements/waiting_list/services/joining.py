"""Joining the line and leaving it."""

from collections.abc import Sequence
from dataclasses import replace

from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.choice.services import check_grant_open
from placements.participants.models import Grant
from placements.participants.queries import has_live_consent
from placements.search.rules import SearchCriteria, criteria_as_json
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry
from placements.waiting_list.rules import (
    ENTRY_TRANSITIONS,
    MOST_ENTRIES,
    MOST_SEEN,
    EndReason,
    EntryAction,
    EntryState,
    criteria_now,
)
from placements.waiting_list.services.steps import end_entry, record_entry, take_back_offers

JOINED = "waiting_list.joined"


def join(grant_id: int, criteria: SearchCriteria, seen_place_ids: Sequence[int] = ()) -> WaitingEntry:
    """Puts the grant last in line for what the search asks for; what the grant itself says, the grant says.
    `seen_place_ids`: what the search showed as free.

    Raises NotFound, Conflict when the grant is not open, has no consent or waits for enough already, Invalid for a
    period that is over.
    """
    if current_actor().role is not Role.CASE_OFFICER:
        raise NotAllowed("Bara en handläggare kan ställa en deltagare i väntelistan.")
    grant = get_or_404(Grant, grant_id, lock=True)
    check_grant_open(grant)
    if not has_live_consent(grant.participant_id):
        raise Conflict("Deltagarens samtycke är återkallat. Utan det kan ingen plats erbjudas.")
    criteria = replace(
        criteria,
        support_level=grant.support_level,
        system_id=grant.system_id,
        days_per_week=grant.days_per_week,
    )
    if criteria_now(criteria, grant.first_day, grant.last_day, today()) is None:
        raise Invalid("Sökningens period är slut. Sök på nytt och ställ deltagaren i väntelistan därifrån.")
    if len(queries.live_entries(grant_id)) >= MOST_ENTRIES:
        raise Conflict(
            f"Deltagaren väntar redan på {MOST_ENTRIES} sökningar. Lämna en av dem först, eller sök bredare."
        )
    entry = WaitingEntry(
        authority_id=grant.authority_id,
        grant_id=grant.id,
        participant_id=grant.participant_id,
        state=EntryState.WAITING,
        criteria=criteria_as_json(criteria),
        kommun_codes=queries.kommun_codes_of(criteria),
        ssyks=queries.ssyks_of(criteria),
        seen_place_ids=sorted(set(seen_place_ids))[:MOST_SEEN],
        joined_at=now(),
        joined_by=current_actor().user_name,
    )
    db.session.add(entry)
    db.session.flush()
    record_entry(entry, "join", None)
    emit(JOINED, authority_id=entry.authority_id, entry_id=entry.id)  # a seat may have been freed meanwhile
    return entry


def leave(entry_id: int) -> WaitingEntry:
    """The case officer takes an entry out of the line; a seat that is held for it goes on."""
    entry = get_or_404(WaitingEntry, entry_id)
    get_or_404(Grant, entry.grant_id, lock=True)
    entry = get_or_404(WaitingEntry, entry_id, lock=True)
    advance(ENTRY_TRANSITIONS, entry.state, EntryAction.LEAVE, current_actor().role)
    end_entry(entry, EndReason.LEFT)
    return entry


def take_back_offers_of(grant_id: int) -> None:
    """Lets what is held for the grant go on; its entries stand where they stood."""
    get_or_404(Grant, grant_id, lock=True)
    for entry in queries.live_entries(grant_id):
        take_back_offers(entry)


def end_entries_of(grant_id: int, reason: EndReason = EndReason.WITHDRAWN) -> int:
    """Ends whatever the grant waits for, and lets a held seat go on. Gives how many entries."""
    get_or_404(Grant, grant_id, lock=True)
    entries = queries.live_entries(grant_id)
    for entry in entries:
        end_entry(entry, reason)
    return len(entries)
