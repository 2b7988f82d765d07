"""The answer to an offer: yes, no, or none in time."""

from datetime import date

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.booking.services import request_placement
from placements.choice.queries import open_round_of
from placements.choice.services import check_grant_open, open_round, record_choice, show_held_place
from placements.participants.models import Grant, Participant
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry, WaitingOffer
from placements.waiting_list.rules import (
    MOST_UNANSWERED,
    NO_REASON_SV,
    OFFER_TRANSITIONS,
    EndReason,
    EntryState,
    NoReason,
    OfferAction,
    OfferState,
    check_in_time,
    check_within,
)
from placements.waiting_list.services.steps import answer, close, end_entry, locked_offer


def accept_offer(offer_id: int, first_day: date) -> int:
    """Yes: the place is recorded as shown and chosen, and requested with the held seat. Gives the placement's id.

    The entry stands in line until the supplier has accepted. Raises NotFound, Invalid for a day that the seat is not
    held, Conflict when the offer is answered or late, or whatever is in the way of a request.
    """
    offer, grant = _to_answer(offer_id, OfferAction.ACCEPT)
    check_in_time(offer.due_on, today())
    check_within(first_day, offer.first_day, offer.last_day)
    check_grant_open(grant)
    choice_round = open_round_of(grant.id) or open_round(grant.id)
    show_held_place(choice_round.id, offer.place_id, earliest_start=offer.first_day)
    record_choice(choice_round.id, offer.place_id)
    offer.contract_id = None  # the request takes over its room under the contract's cap, as it does the seat
    db.session.flush()
    placement = request_placement(
        choice_round.id, first_day=first_day, last_day=offer.last_day, held_seat_use_id=offer.seat_use_id
    )
    offer.placement_id, offer.seat_use_id = placement.id, None
    close(offer, OfferAction.ACCEPT)
    return placement.id


def decline_offer(offer_id: int, reason: NoReason) -> WaitingOffer:
    """No, with a coded reason: the seat goes to the next at once, and the entry stands where it stood."""
    offer, _ = _to_answer(offer_id, OfferAction.DECLINE)
    check_in_time(offer.due_on, today())
    offer.no_reason = reason
    return answer(offer, OfferAction.DECLINE, NO_REASON_SV[reason])


def expire_offer(offer_id: int) -> WaitingOffer | None:
    """Nobody answered in time: the seat goes to the next. For the system; None when it was answered after all."""
    offer = get_or_404(WaitingOffer, offer_id)
    get_or_404(Grant, offer.grant_id, lock=True)
    entry = get_or_404(WaitingEntry, offer.entry_id, lock=True)
    offer = locked_offer(offer_id)
    if offer.state is not OfferState.OPEN or today() <= offer.due_on:
        return None
    answer(offer, OfferAction.EXPIRE)
    is_last = queries.unanswered(entry.id) >= MOST_UNANSWERED
    if is_last and entry.state is EntryState.WAITING:
        end_entry(entry, EndReason.UNANSWERED)
    participant = db.session.get_one(Participant, offer.participant_id)
    stands = (
        "Det var det andra som blev obesvarat, så deltagaren står inte kvar i väntelistan för den sökningen."
        if is_last
        else "Deltagaren står kvar i väntelistan, men erbjuds inte den platsen igen."
    )
    write_letter(
        participant.unit_id,
        Role.CASE_OFFICER,
        kind=LetterKind.WAITING_LIST,
        subject_sv="Ett erbjudande i väntelistan blev obesvarat",
        text_sv=f"Platsen hölls till och med {offer.due_on.isoformat()} och har gått vidare till nästa. {stands}",
        endpoint="waiting_list.show",
        entry_id=entry.id,
    )
    return offer


def _to_answer(offer_id: int, action: OfferAction) -> tuple[WaitingOffer, Grant]:
    """The offer and its grant, held until the transaction ends, if the actor may answer so now."""
    offer = get_or_404(WaitingOffer, offer_id)
    grant = get_or_404(Grant, offer.grant_id, lock=True)
    get_or_404(WaitingEntry, offer.entry_id, lock=True)
    offer = locked_offer(offer_id)
    advance(OFFER_TRANSITIONS, offer.state, action, current_actor().role)
    return offer, grant
