"""Study visits: offering and withdrawing times, booking, cancelling, and marking what became of a visit.

Who changes how many have booked a time locks its round first, if there is one, and then the time. Letters tell the
other side that something has happened and never to whom.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from sqlalchemy import Integer, cast, func, select

from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.rules import advance
from marketplace.swedish import counted
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.participants.models import Grant, Participant
from placements.visits import queries
from placements.visits.models import StudyVisit, VisitTime
from placements.visits.rules import (
    END_REASON_SV,
    MOST_COMING_TIMES,
    NOT_HELD_REASONS,
    VISIT_TIME_TRANSITIONS,
    VISIT_TRANSITIONS,
    BookedBy,
    EndReason,
    OfferDraft,
    VisitAction,
    VisitState,
    VisitTimeAction,
    VisitTimeState,
    check_begun,
    check_beside,
    check_bookable,
    check_booked_today,
    check_not_begun,
    check_offer,
    local_day,
    spoken_when,
)

_TIME_LOCK = 0x0B15  # any number that no other advisory lock has


# Times, by the supplier.


def offer_times(place_id: int, draft: OfferDraft) -> list[VisitTime]:
    """Offers one time, or one a week, at a place of the actor's enterprise.

    Raises Invalid beside the field that is wrong, NotFound for another's place, Conflict for a place that is not
    published, a time that is offered already, or too many.
    """
    place = _own_place(place_id)
    if place.state not in {PlaceState.PUBLISHED, PlaceState.PAUSED}:
        raise Conflict("Publicera platsen först. Då kan ni erbjuda studiebesök.", field="place_id")
    check_offer(draft, now=now())
    spans = draft.spans()
    taken = queries.starts_taken(place_id, [start for start, _ in spans])
    if taken:
        ends_at = next(end for start, end in spans if start == taken[0])
        raise Conflict(
            f"Platsen har redan en tid som börjar då: {spoken_when(taken[0], ends_at)}.", field="clock"
        )
    if len(queries.coming_ids_at(place_id)) + len(spans) > MOST_COMING_TIMES:
        raise Conflict(f"En plats kan ha högst {MOST_COMING_TIMES} kommande tider.", field="weeks")
    times = [
        VisitTime(
            place_id=place.id,
            enterprise_id=place.enterprise_id,
            starts_at=starts_at,
            ends_at=ends_at,
            most_visitors=draft.most_visitors,
            meeting_sv=draft.meeting_sv.strip(),
        )
        for starts_at, ends_at in spans
    ]
    db.session.add_all(times)
    db.session.flush()
    audit.record(
        "place",
        place.id,
        "offer_visits",
        enterprise_id=place.enterprise_id,
        note_sv=f"{counted(len(times), 'tid', 'tider')} för studiebesök erbjöds",
    )
    return times


def withdraw_times(visit_time_id: int, *, with_later: bool = False) -> list[VisitTime]:
    """Takes back a coming time, and `with_later` those of the same series too. Raises as withdraw_time."""
    first = _own_time(visit_time_id)
    later = queries.later_in_series(first) if with_later else []
    _lock_times([visit_time_id, *(one.id for one in later)])
    return [withdraw_time(visit_time_id), *(withdraw_time(one.id) for one in later)]


def withdraw_times_at(place_id: int) -> int:
    """The place is closed for good: takes back its coming times. For the system of its enterprise; gives how many."""
    coming = queries.coming_ids_at(place_id)
    _lock_times(coming)
    for visit_time_id in coming:
        withdraw_time(visit_time_id)
    return len(coming)


def withdraw_time(visit_time_id: int) -> VisitTime:
    """Takes a coming time back. Visits booked on it are cancelled, and each unit is told how many of its own.

    Raises NotFound, Conflict when it is withdrawn already or has begun.
    """
    _lock_times([visit_time_id])
    time = _own_time(visit_time_id, is_changed=True)
    transition = advance(VISIT_TIME_TRANSITIONS, time.state, VisitTimeAction.WITHDRAW, current_actor().role)
    check_not_begun(
        time.starts_at,
        now(),
        otherwise_sv="Markera i stället att besöken inte blev av, om ni fick ställa in.",
    )
    with acting_as(system_actor(enterprise_id=time.enterprise_id)):
        units: Counter[int] = Counter()
        for study_visit_id in queries.booked_on(visit_time_id):
            visit = get_or_404(StudyVisit, study_visit_id, lock=True)
            _end(visit, VisitAction.CANCEL, EndReason.TIME_WITHDRAWN)
            units[visit.unit_id] += 1
    time.state = VisitTimeState(transition.target)
    db.session.flush()
    place = get_or_404(Place, time.place_id)
    when = spoken_when(time.starts_at, time.ends_at)
    audit.record(
        "place",
        time.place_id,
        "withdraw_visits",
        enterprise_id=time.enterprise_id,
        note_sv=f"En tid för studiebesök drogs tillbaka: {when}",
    )
    for unit_id, count in sorted(units.items()):
        _tell_unit(
            unit_id, count, f"{place.enterprise.name} har dragit tillbaka en tid, {place.name} {when}."
        )
    return time


def _own_place(place_id: int) -> Place:
    actor = _supplier()
    place = get_or_404(Place, place_id)
    if place.enterprise_id != actor:
        raise NotFound()
    return place


def _own_time(visit_time_id: int, *, is_changed: bool = False) -> VisitTime:
    enterprise_id = _supplier()
    time = get_or_404(VisitTime, visit_time_id, lock=is_changed)
    if time.enterprise_id != enterprise_id:
        raise NotFound()
    return time


def _supplier() -> int:
    actor = current_actor()
    if actor.role not in {Role.SUPPLIER_MANAGER, Role.SUPERVISOR, Role.SYSTEM} or actor.enterprise_id is None:
        raise NotAllowed("Bara leverantören erbjuder tider för studiebesök.")
    return actor.enterprise_id


# Visits, by the case officer and the participant.


def book_visit(visit_time_id: int, choice_round_id: int) -> StudyVisit:
    """Books a time for the participant of an open round, at a place that has been shown in it.

    By the case officer or the participant herself. Raises NotFound, Invalid for a place that has not been shown,
    Conflict when the time is full, past or withdrawn, the participant is busy then, or many have been booked today.
    """
    role = current_actor().role
    if role not in {Role.CASE_OFFICER, Role.PARTICIPANT}:
        raise NotAllowed("Studiebesök bokas av handläggaren eller deltagaren.")
    choice_round = _shared_round(choice_round_id)
    if choice_round.state is not ChoiceState.OPEN:
        raise Conflict("Valet är avslutat. Studiebesök bokas innan det.")
    _lock_times([visit_time_id])
    time = db.session.get(VisitTime, visit_time_id, populate_existing=True)
    if time is None:
        raise NotFound()
    if not queries.is_shown(choice_round_id, time.place_id):
        raise Invalid("Välj en tid hos en av platserna som har visats.", field="visit_time_id")
    check_beside(time.id, time.starts_at, time.ends_at, queries.coming_spans(choice_round.participant_id))
    check_booked_today(queries.booked_since_midnight(choice_round.participant_id))
    check_bookable(
        time.state,
        starts_at=time.starts_at,
        free=time.free,
        grant_last_day=choice_round.grant.last_day,
        now=now(),
    )
    participant = get_or_404(Participant, choice_round.participant_id)
    visit = StudyVisit(
        visit_time_id=time.id,
        choice_round_id=choice_round.id,
        participant_id=participant.id,
        authority_id=choice_round.authority_id,
        unit_id=participant.unit_id,
        place_id=time.place_id,
        enterprise_id=time.enterprise_id,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        booked_at=now(),
        booked_by=BookedBy.PARTICIPANT if role is Role.PARTICIPANT else BookedBy.OFFICER,
    )
    db.session.add(visit)
    db.session.flush()
    _record(visit, "book", None)
    _tell_supplier(visit, "Ett studiebesök är bokat", "En besökare har bokat tiden.")
    return visit


def cancel_visit(study_visit_id: int) -> StudyVisit:
    """By the case officer or the participant, before it begins; the time is free for others.

    Raises NotFound, Conflict when it is over or cancelled already.
    """
    visit = get_or_404(StudyVisit, study_visit_id)
    _lock_times([visit.visit_time_id])
    visit = get_or_404(StudyVisit, study_visit_id, lock=True)
    advance(VISIT_TRANSITIONS, visit.state, VisitAction.CANCEL, current_actor().role)
    check_not_begun(visit.starts_at, now(), otherwise_sv="Då går det inte att avboka.")
    by_her = current_actor().role is Role.PARTICIPANT
    _end(visit, VisitAction.CANCEL, EndReason.PARTICIPANT if by_her else EndReason.OFFICER)
    _tell_supplier(visit, "Ett studiebesök är avbokat", "Tiden är ledig för andra.")
    return visit


def mark_held(study_visit_id: int) -> StudyVisit:
    """The visit took place. Raises NotFound, Conflict before it has begun or when it was cancelled."""
    visit = get_or_404(StudyVisit, study_visit_id, lock=True)
    check_begun(visit.starts_at, now())
    return _end(visit, VisitAction.MARK_HELD, None)


def mark_not_held(study_visit_id: int, reason: EndReason) -> StudyVisit:
    """The visit did not take place, because of the participant or of the supplier. Raises as mark_held, and Invalid
    for another reason."""
    if reason not in NOT_HELD_REASONS:
        raise Invalid("Välj varför besöket inte blev av.", field="reason")
    visit = get_or_404(StudyVisit, study_visit_id, lock=True)
    check_begun(visit.starts_at, now())
    return _end(visit, VisitAction.MARK_NOT_HELD, reason)


# What cancels visits, by what happens elsewhere.


def cancel_visits_of(grant_id: int, reason: EndReason = EndReason.GRANT_ENDED) -> int:
    """Cancels the grant's coming visits, since it no longer holds or the consent does not; suppliers are told. Gives
    how many."""
    grant = get_or_404(Grant, grant_id)
    with acting_as(system_actor(grant.authority_id)):
        return _cancel_all(queries.coming_on_grant(grant_id), reason)


def cancel_visits_elsewhere(grant_id: int, *, place_id: int, choice_round_id: int) -> int:
    """The participant has a place: cancels coming visits at others, in the round that led to it and those before. For
    the system of the grant's authority."""
    coming = queries.coming_on_grant(grant_id, except_place_id=place_id, last_round_id=choice_round_id)
    return _cancel_all(coming, EndReason.PLACED)


def cancel_visits_in_round(choice_round_id: int) -> int:
    """The round ended without a choice. For the system of its authority."""
    return _cancel_all(queries.coming_in_round(choice_round_id), EndReason.ROUND_CLOSED)


def cancel_visits_under(contract_id: int) -> int:
    """The last contract between authority and supplier has ended; both sides are told. For the system of both."""
    return _cancel_all(queries.coming_under_contract(contract_id), EndReason.CONTRACT_ENDED)


def _cancel_all(study_visit_ids: Sequence[int], reason: EndReason) -> int:
    """Cancels what is still booked, in the order of the times, and writes one letter to each supplier."""
    found = db.session.scalars(
        select(StudyVisit.visit_time_id).where(StudyVisit.id.in_(study_visit_ids)).distinct()
    )
    _lock_times(list(found))
    suppliers: Counter[int] = Counter()
    units: Counter[int] = Counter()
    for study_visit_id in study_visit_ids:
        visit = get_or_404(StudyVisit, study_visit_id, lock=True)
        if visit.state is VisitState.BOOKED:
            _end(visit, VisitAction.CANCEL, reason)
            suppliers[visit.enterprise_id] += 1
            units[visit.unit_id] += 1
    for enterprise_id, count in sorted(suppliers.items()):
        _write_supplier(
            enterprise_id,
            f"{counted(count, 'studiebesök är avbokat', 'studiebesök är avbokade')}",
            f"{END_REASON_SV[reason]}. Tiderna på sidan Studiebesök stämmer.",
        )
    if reason is EndReason.CONTRACT_ENDED:
        for unit_id, count in sorted(units.items()):
            _tell_unit(unit_id, count, f"{END_REASON_SV[reason]}.")
    return sum(suppliers.values())


# How.


def _lock_times(visit_time_ids: Sequence[int]) -> None:
    """Queues everyone who books or cancels on the times. Advisory, since whoever books may not change the time."""
    for visit_time_id in sorted(visit_time_ids):
        db.session.execute(select(func.pg_advisory_xact_lock(_TIME_LOCK, cast(visit_time_id, Integer))))


def _shared_round(choice_round_id: int) -> ChoiceRound:
    """The round, which nobody ends until the transaction does."""
    found = db.session.scalar(
        select(ChoiceRound)
        .where(ChoiceRound.id == choice_round_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _end(visit: StudyVisit, action: VisitAction, reason: EndReason | None) -> StudyVisit:
    """Moves a locked visit by its table, as the current actor."""
    before = visit.state
    transition = advance(VISIT_TRANSITIONS, before, action, current_actor().role)
    visit.state = VisitState(transition.target)
    visit.end_reason = reason
    visit.held_on = local_day(visit.starts_at) if visit.state is VisitState.HELD else None
    db.session.flush()
    _record(visit, action, before)
    return visit


def _record(visit: StudyVisit, action: str, before: VisitState | None) -> None:
    """An event of both parties. A participant belongs to neither, so hers is written for her."""
    actor = current_actor()
    for_her = replace(system_actor(visit.authority_id, visit.enterprise_id), user_name=actor.user_name)
    with acting_as(for_her) if actor.role is Role.PARTICIPANT else nullcontext():
        audit.record(
            "study_visit",
            visit.id,
            action,
            authority_id=visit.authority_id,
            enterprise_id=visit.enterprise_id,
            from_state=before,
            to_state=visit.state,
            note_sv=visit.reason_sv,
        )


def _tell_supplier(visit: StudyVisit, subject_sv: str, text_sv: str) -> None:
    place = get_or_404(Place, visit.place_id)
    _write_supplier(visit.enterprise_id, subject_sv, f"{place.name}, {visit.when_sv}. {text_sv}")


def _write_supplier(enterprise_id: int, subject_sv: str, text_sv: str) -> None:
    write_letter(
        enterprise_id,
        Role.SUPERVISOR,
        kind=LetterKind.VISIT,
        subject_sv=subject_sv,
        text_sv=text_sv,
        endpoint="visits.index",
    )


def _tell_unit(unit_id: int, count: int, why_sv: str) -> None:
    cancelled = "Ett studiebesök" if count == 1 else f"{count} studiebesök"
    write_letter(
        unit_id,
        Role.CASE_OFFICER,
        kind=LetterKind.VISIT,
        subject_sv=f"{cancelled} är avbokat" if count == 1 else f"{cancelled} är avbokade",
        text_sv=f"{why_sv} {cancelled} som enheten hade bokat är avbokat. Boka gärna en ny tid."
        if count == 1
        else f"{why_sv} {cancelled} som enheten hade bokat är avbokade. Boka gärna nya tider.",
        endpoint="visits.index",
    )
