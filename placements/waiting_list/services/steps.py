"""How an offer is closed and an entry ends, for those that do it."""

from enterprises.places.services import release_seat
from marketplace import audit
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry, WaitingOffer
from placements.waiting_list.rules import (
    ENTRY_TRANSITIONS,
    OFFER_TRANSITIONS,
    EndReason,
    EntryAction,
    EntryState,
    OfferAction,
    OfferState,
)


def locked_offer(offer_id: int) -> WaitingOffer:
    return get_or_404(WaitingOffer, offer_id, lock=True)


def answer(offer: WaitingOffer, action: OfferAction, note_sv: str = "") -> WaitingOffer:
    """Closes an offer without a placement and frees the seat."""
    held, offer.seat_use_id = offer.seat_use_id, None
    close(offer, action, note_sv)
    if held is not None:
        release_seat(held)
    return offer


def close(offer: WaitingOffer, action: OfferAction, note_sv: str = "") -> None:
    actor = current_actor()
    before = offer.state
    offer.state = OfferState(advance(OFFER_TRANSITIONS, before, action, actor.role).target)
    offer.answered_at, offer.answered_by = now(), actor.user_name
    db.session.flush()
    audit.record(
        "waiting_entry",
        offer.entry_id,
        f"offer_{action}",
        authority_id=offer.authority_id,
        from_state=before,
        to_state=offer.state,
        note_sv=note_sv,
    )


def record_entry(entry: WaitingEntry, action: str, before: EntryState | None) -> None:
    audit.record(
        "waiting_entry",
        entry.id,
        action,
        authority_id=entry.authority_id,
        from_state=before,
        to_state=entry.state,
    )


def take_back_offers(entry: WaitingEntry) -> None:
    """What is held for the entry goes on; it stands where it stood."""
    for offer in queries.open_offers(entry.id):
        answer(locked_offer(offer.id), OfferAction.WITHDRAW)


def end_entry(entry: WaitingEntry, reason: EndReason) -> None:
    take_back_offers(entry)
    advance(ENTRY_TRANSITIONS, entry.state, EntryAction.END, current_actor().role)
    entry.state, entry.end_reason, entry.ended_at = EntryState.ENDED, reason, now()
    db.session.flush()
    record_entry(entry, reason, EntryState.WAITING)
