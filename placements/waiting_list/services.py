"""The waiting list: joining and leaving, offering a freed seat to the next in line, and the answer.

Whoever changes an entry or an offer first locks the grant, then the entry, then the offer, and last the place's
capacity. Whoever makes an offer also waits for everyone else who does: the line has one head.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from enterprises.places.models import Place
from enterprises.places.rules import PlaceState, SeatUseKind
from enterprises.places.services import release_seat, take_seat
from enterprises.places.services.capacity import seat_freed
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.letters.services import write_letter
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.booking.services import request_placement
from placements.choice.queries import open_round_of
from placements.choice.services import check_grant_open, open_round, record_choice, show_held_place
from placements.participants.models import Grant, Participant
from placements.participants.queries import has_live_consent
from placements.participants.rules import LIVE_GRANT_STATES, GrantState
from placements.search.queries import option_of
from placements.search.rules import SearchCriteria, criteria_as_json
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry, WaitingOffer, WaitingPass
from placements.waiting_list.rules import (
    ENTRY_TRANSITIONS,
    MOST_ENTRIES,
    MOST_SEEN,
    MOST_UNANSWERED,
    NO_REASON_SV,
    OFFER_TRANSITIONS,
    EndReason,
    EntryAction,
    EntryState,
    NoReason,
    OfferAction,
    OfferState,
    PassReason,
    check_in_time,
    check_within,
    criteria_now,
    due_on,
)

_LINE_LOCK = 0x11E5
JOINED = "waiting_list.joined"


def join(grant_id: int, criteria: SearchCriteria, seen_place_ids: Sequence[int] = ()) -> WaitingEntry:
    """Puts the grant last in line for what the search asks for. `seen_place_ids`: what the search showed as free.

    Raises NotFound, Conflict when the grant is not open, has no consent or waits for enough already, Invalid for a
    period that is over.
    """
    if current_actor().role is not Role.CASE_OFFICER:
        raise NotAllowed("Bara en handläggare kan ställa en deltagare i väntelistan.")
    grant = get_or_404(Grant, grant_id, lock=True)
    check_grant_open(grant)
    if not has_live_consent(grant.participant_id):
        raise Conflict("Deltagarens samtycke är återkallat. Utan det kan ingen plats erbjudas.")
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
    _record_entry(entry, "join", None)
    emit(JOINED, authority_id=entry.authority_id, entry_id=entry.id)  # a seat may have been freed meanwhile
    return entry


def leave(entry_id: int) -> WaitingEntry:
    """The case officer takes an entry out of the line; a seat that is held for it goes on."""
    entry = get_or_404(WaitingEntry, entry_id)
    get_or_404(Grant, entry.grant_id, lock=True)
    entry = get_or_404(WaitingEntry, entry_id, lock=True)
    advance(ENTRY_TRANSITIONS, entry.state, EntryAction.LEAVE, current_actor().role)
    _end(entry, EndReason.LEFT)
    return entry


def end_entries_of(grant_id: int, reason: EndReason = EndReason.WITHDRAWN) -> int:
    """Ends whatever the grant waits for, and lets a held seat go on. Gives how many entries."""
    get_or_404(Grant, grant_id, lock=True)
    entries = queries.live_entries(grant_id)
    for entry in entries:
        _end(entry, reason)
    return len(entries)


def _end(entry: WaitingEntry, reason: EndReason) -> None:
    for offer in queries.open_offers(entry_id=entry.id):
        _answer(_locked_offer(offer.id), OfferAction.WITHDRAW)
    advance(ENTRY_TRANSITIONS, entry.state, EntryAction.END, current_actor().role)
    entry.state, entry.end_reason, entry.ended_at = EntryState.ENDED, reason, now()
    db.session.flush()
    _record_entry(entry, reason, EntryState.WAITING)


# Offering a freed seat. The system, in one transaction for each offer.


@dataclass(frozen=True)
class _Passed:
    entry_id: int
    authority_id: int
    reason: PassReason


def offer_seat(place_id: int) -> int | None:
    """Offers one free seat at the place to the first in line whom it fits; gives the offer's id, or None.

    Says that there may be another free seat, so that the next offer is a transaction of its own. For the system.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_LINE_LOCK)))
    place = db.session.get(Place, place_id, populate_existing=True)
    if place is None or place.state is not PlaceState.PUBLISHED:
        return None
    passed: list[_Passed] = []
    for one in queries.line_for(place.enterprise_id):
        with acting_as(system_actor(one.authority_id)):
            made = _offer_to(one.entry_id, place)
        if isinstance(made, PassReason):
            passed.append(_Passed(one.entry_id, one.authority_id, made))
            continue
        _keep(passed, made, place_id)
        seat_freed(place_id)
        return made
    return None


def _offer_to(entry_id: int, place: Place) -> int | PassReason:
    """The id of an offer to the entry, or why it is passed over. As the system of its authority."""
    entry = get_or_404(WaitingEntry, entry_id)
    grant = db.session.get_one(Grant, entry.grant_id, populate_existing=True)
    reason = queries.pass_reason(entry, grant, place.id)
    if reason is not None:
        return reason
    # Whoever books holds a grant and waits for the place: what is held for an entry that is passed over after all is
    # let go of before the next one's grant is held.
    savepoint = db.session.begin_nested()
    made = _offer_held(entry_id, place)
    (savepoint.rollback if isinstance(made, PassReason) else savepoint.commit)()
    return made


def _offer_held(entry_id: int, place: Place) -> int | PassReason:
    """The same, under the grant's and the entry's locks."""
    grant = get_or_404(Grant, get_or_404(WaitingEntry, entry_id).grant_id, lock=True)
    entry = get_or_404(WaitingEntry, entry_id, lock=True)
    if entry.state is not EntryState.WAITING:
        return PassReason.GRANT_NOT_OPEN
    reason = queries.pass_reason(entry, grant, place.id)  # again, now that nobody else changes it
    criteria = queries.current_criteria(entry, grant)
    if reason is not None or criteria is None:
        return reason or PassReason.PERIOD_OVER
    option = option_of(place.id, criteria)
    first_day = option.earliest_start if option else None
    if first_day is None:
        return PassReason.DOES_NOT_FIT
    try:
        use = take_seat(place.id, first_day, criteria.until, SeatUseKind.OFFER)
    except Conflict:
        return PassReason.DOES_NOT_FIT  # somebody booked it meanwhile
    offer = WaitingOffer(
        authority_id=entry.authority_id,
        entry_id=entry.id,
        grant_id=entry.grant_id,
        participant_id=entry.participant_id,
        place_id=place.id,
        seat_use_id=use.id,
        state=OfferState.OPEN,
        first_day=use.first_day,
        last_day=use.last_day,
        made_at=now(),
        due_on=due_on(today()),
    )
    db.session.add(offer)
    db.session.flush()
    _record_entry(entry, "offer", None)
    participant = db.session.get_one(Participant, entry.participant_id)
    write_letter(
        participant.unit_id,
        Role.CASE_OFFICER,
        subject_sv="En plats har blivit ledig för en av era deltagare",
        text_sv=f"En plats som en av era deltagare väntar på har blivit ledig. Den hålls till och med "
        f"{offer.due_on.isoformat()}. Svara ja eller nej innan dess, annars går den vidare till nästa.",
        endpoint="waiting_list.offer",
        offer_id=offer.id,
    )
    return offer.id


def _keep(passed: Iterable[_Passed], offer_id: int, place_id: int) -> None:
    """Writes who was passed over, each as its own authority: nobody reads another's."""
    for one in passed:
        with acting_as(system_actor(one.authority_id)):
            db.session.add(
                WaitingPass(
                    authority_id=one.authority_id,
                    entry_id=one.entry_id,
                    offer_id=offer_id,
                    place_id=place_id,
                    reason=one.reason,
                    at=now(),
                )
            )


def look_for(entry_id: int) -> int:
    """Says of every place that fits the entry now that it may have a seat to offer. As the system of its authority;
    gives how many."""
    entry = get_or_404(WaitingEntry, entry_id)
    if entry.state is not EntryState.WAITING:
        return 0
    place_ids = queries.places_to_offer(entry)
    for place_id in place_ids:
        seat_freed(place_id)
    return len(place_ids)


# The answer.


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
    placement = request_placement(
        choice_round.id, first_day=first_day, last_day=offer.last_day, held_seat_use_id=offer.seat_use_id
    )
    offer.placement_id, offer.seat_use_id = placement.id, None
    _close(offer, OfferAction.ACCEPT)
    return placement.id


def decline_offer(offer_id: int, reason: NoReason) -> WaitingOffer:
    """No, with a coded reason: the seat goes to the next at once, and the entry stands where it stood."""
    offer, _ = _to_answer(offer_id, OfferAction.DECLINE)
    check_in_time(offer.due_on, today())
    offer.no_reason = reason
    return _answer(offer, OfferAction.DECLINE, NO_REASON_SV[reason])


def expire_offer(offer_id: int) -> WaitingOffer | None:
    """Nobody answered in time: the seat goes to the next. For the system; None when it was answered after all."""
    offer = get_or_404(WaitingOffer, offer_id)
    get_or_404(Grant, offer.grant_id, lock=True)
    entry = get_or_404(WaitingEntry, offer.entry_id, lock=True)
    offer = _locked_offer(offer_id)
    if offer.state is not OfferState.OPEN or today() <= offer.due_on:
        return None
    _answer(offer, OfferAction.EXPIRE)
    is_last = queries.unanswered(entry.id) >= MOST_UNANSWERED
    if is_last and entry.state is EntryState.WAITING:
        _end(entry, EndReason.UNANSWERED)
    participant = db.session.get_one(Participant, offer.participant_id)
    stands = (
        "Det var det andra som blev obesvarat, så deltagaren står inte kvar i väntelistan för den sökningen."
        if is_last
        else "Deltagaren står kvar i väntelistan, men erbjuds inte den platsen igen."
    )
    write_letter(
        participant.unit_id,
        Role.CASE_OFFICER,
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
    offer = _locked_offer(offer_id)
    advance(OFFER_TRANSITIONS, offer.state, action, current_actor().role)
    return offer, grant


def _locked_offer(offer_id: int) -> WaitingOffer:
    return get_or_404(WaitingOffer, offer_id, lock=True)


def _answer(offer: WaitingOffer, action: OfferAction, note_sv: str = "") -> WaitingOffer:
    """Closes an offer without a placement and frees the seat."""
    held, offer.seat_use_id = offer.seat_use_id, None
    _close(offer, action, note_sv)
    if held is not None:
        release_seat(held)
    return offer


def _close(offer: WaitingOffer, action: OfferAction, note_sv: str = "") -> None:
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


def _record_entry(entry: WaitingEntry, action: str, before: EntryState | None) -> None:
    audit.record(
        "waiting_entry",
        entry.id,
        action,
        authority_id=entry.authority_id,
        from_state=before,
        to_state=entry.state,
    )


# The night.


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
        _end(entry, reason)
        return
    for offer in queries.open_offers(entry_id=entry_id):
        if _is_in_vain(offer, grant):
            _answer(_locked_offer(offer.id), OfferAction.WITHDRAW)
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
    """The grant is not open, the consent is withdrawn, or the place takes nobody."""
    return (
        grant.state is not GrantState.OPEN
        or not has_live_consent(grant.participant_id)
        or queries.place_state(offer.place_id) is not PlaceState.PUBLISHED
    )
