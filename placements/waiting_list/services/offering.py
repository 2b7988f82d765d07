"""Offering a freed seat to the first in line whom it fits: the system, in one transaction for each offer."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from enterprises.places.models import Place
from enterprises.places.rules import PlaceState, SeatUseKind
from enterprises.places.services import take_seat
from enterprises.places.services.capacity import seat_freed
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.tenancy import acting_as, system_actor
from placements.booking.services.requests import contract_for
from placements.participants.models import Grant, Participant
from placements.search.queries import option_of
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry, WaitingOffer, WaitingPass
from placements.waiting_list.rules import EntryState, OfferState, PassReason, due_on
from placements.waiting_list.services.steps import record_entry

_LINE_LOCK = 0x11E5


@dataclass(frozen=True)
class _Passed:
    entry_id: int
    authority_id: int
    reason: PassReason


def offer_seat(place_id: int) -> int | None:
    """Offers one free seat at the place to the first in line whom it fits; gives the offer's id, or None.

    Says that there may be another free seat, so that the next offer is a transaction of its own. For the system.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_LINE_LOCK, place_id)))
    place = db.session.get(Place, place_id, populate_existing=True)
    if place is None or place.state is not PlaceState.PUBLISHED:
        return None
    passed: list[_Passed] = []
    for one in queries.line_for(place_id):
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
        contract = contract_for(grant, place.enterprise_id, first_day, criteria.until)
        use = take_seat(place.id, first_day, criteria.until, SeatUseKind.OFFER)
    except (Conflict, Invalid):
        return PassReason.DOES_NOT_FIT  # somebody booked it meanwhile
    offer = WaitingOffer(
        authority_id=entry.authority_id,
        entry_id=entry.id,
        grant_id=entry.grant_id,
        participant_id=entry.participant_id,
        place_id=place.id,
        seat_use_id=use.id,
        contract_id=contract.id,
        state=OfferState.OPEN,
        first_day=first_day,
        last_day=criteria.until,
        made_at=now(),
        due_on=due_on(today()),
    )
    db.session.add(offer)
    db.session.flush()
    record_entry(entry, "offer", None)
    participant = db.session.get_one(Participant, entry.participant_id)
    write_letter(
        participant.unit_id,
        Role.CASE_OFFICER,
        kind=LetterKind.WAITING_LIST,
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
