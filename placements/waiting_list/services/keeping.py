"""What the night does with an entry."""

from marketplace.db import get_or_404
from placements.participants.models import Grant
from placements.participants.queries import has_live_consent
from placements.participants.rules import LIVE_GRANT_STATES, GrantState
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry, WaitingOffer
from placements.waiting_list.rules import EndReason, EntryState, OfferAction
from placements.waiting_list.services.offering import look_for
from placements.waiting_list.services.steps import answer, end_entry, locked_offer


def keep_entry(entry_id: int) -> None:
    """Ends an entry that has no grant to wait for any longer, takes back an offer that can no longer lead to a
    placement, and looks for seats that no message told of. For the system of its authority."""
    entry = get_or_404(WaitingEntry, entry_id)
    grant = get_or_404(Grant, entry.grant_id, lock=True)
    entry = get_or_404(WaitingEntry, entry_id, lock=True)
    if entry.state is not EntryState.WAITING:
        return
    reason = _over(entry, grant)
    if reason is not None:
        end_entry(entry, reason)
        return
    for offer in queries.open_offers(entry_id):
        if _is_in_vain(offer, grant):
            answer(locked_offer(offer.id), OfferAction.WITHDRAW)
    look_for(entry_id)


def _over(entry: WaitingEntry, grant: Grant) -> EndReason | None:
    reason: EndReason | None = None
    if grant.state is GrantState.WITHDRAWN:
        reason = EndReason.WITHDRAWN
    elif grant.state not in LIVE_GRANT_STATES:
        reason = EndReason.GRANT_OVER
    elif queries.has_place(grant.id):
        reason = EndReason.PLACED
    elif queries.current_criteria(entry, grant) is None:
        reason = EndReason.GRANT_OVER
    return reason


def _is_in_vain(offer: WaitingOffer, grant: Grant) -> bool:
    """The grant is not open, the consent is withdrawn, or the place cannot be requested any longer."""
    return (
        grant.state is not GrantState.OPEN
        or not has_live_consent(grant.participant_id)
        or not queries.can_be_requested(offer, grant)
    )
