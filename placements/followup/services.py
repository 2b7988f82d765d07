"""Follow-ups made by plan, by repeated absence and by hand; held, moved, missed; and what was agreed at them."""

from collections.abc import Iterable
from datetime import date

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.followup import queries
from placements.followup.models import AgreedAction, FollowUp
from placements.followup.rules import (
    FOLLOW_UP_KIND_SV,
    FOLLOW_UP_TRANSITIONS,
    NOT_BEGUN_SV,
    NOT_YET_SV,
    PARTY_SV,
    PASSED_SV,
    PLACEMENT_OVER_SV,
    SETTLED_STATES,
    WRITERS,
    Agreed,
    FollowUpKind,
    FollowUpState,
    FollowUpStep,
    Minutes,
    Party,
    check_agreed,
    check_day,
    check_minutes,
    is_pointless,
    meeting_day,
    revision,
    tidy_line,
    tidy_text,
)
from placements.plan.queries import versions
from placements.plan.rules import PLANNED_STATES, PlanState

_STALE_SV = "Någon annan har ändrat anteckningen sedan du öppnade sidan. Läs den och spara sedan igen."


# What makes them, and takes them away. For the system of both parties, under the placement's lock.


def follow_plan(placement_id: int) -> None:
    """The open follow-ups of the plan get the days of the plan that holds now; what has been held stays."""
    placement = get_or_404(Placement, placement_id, lock=True)
    plan = next((one for one in versions(placement_id) if one.state is PlanState.AGREED), None)
    if plan is None or plan.agreed_on is None or placement.state not in PLANNED_STATES:
        return
    follow_ups = queries.follow_ups_of(placement_id)
    coming = {one.id: one for one in follow_ups if one.is_open}
    changes = revision(
        plan.agreed_on,
        plan.follow_up_dates,
        [one.coming for one in coming.values()],
        {one.planned_on for one in follow_ups if one.state in SETTLED_STATES},
    )
    for follow_up_id, day in changes.moved.items():
        follow_up = coming[follow_up_id]
        follow_up.planned_on = day
        _to_day(follow_up, day)
    for follow_up_id in changes.cancelled:
        _step(coming[follow_up_id], FollowUpStep.CANCEL)
    for day in changes.new:
        _make(placement, FollowUpKind.PLANNED, day, planned_on=day)


def call_meeting(placement_id: int) -> FollowUp | None:
    """A three-party meeting after repeated absence, unless one is to come already; both sides get a letter."""
    placement = get_or_404(Placement, placement_id, lock=True)
    coming = [one for one in queries.follow_ups_of(placement_id) if one.is_open]
    is_called = any(one.kind is FollowUpKind.MEETING for one in coming)
    day = meeting_day(today(), placement.last_day, {one.due_on for one in coming})
    if placement.state not in PLANNED_STATES or is_called or day is None:
        return None
    meeting = _make(placement, FollowUpKind.MEETING, day)
    _tell(
        meeting,
        LetterKind.FOLLOW_UP,
        "Ett trepartsmöte behövs",
        f"Frånvaron i {placement.number} har upprepats. Ses alla tre senast {day.isoformat()}.",
    )
    return meeting


def cancel_coming(placement_id: int) -> None:
    """Of a placement that is over: what would have come after its last day, or all when it never began."""
    placement = get_or_404(Placement, placement_id, lock=True)
    for follow_up in queries.follow_ups_of(placement_id):
        if follow_up.is_open and is_pointless(follow_up.due_on, placement.state, placement.last_day):
            _step(follow_up, FollowUpStep.CANCEL)


def remind(follow_up_id: int) -> None:
    """Both sides get a letter before the day and, when nothing has been written, after it; each once."""
    follow_up = _held(follow_up_id)
    if not queries.to_remind(follow_up_id):
        return
    number, day = follow_up.placement.number, follow_up.due_on.isoformat()
    what = FOLLOW_UP_KIND_SV[follow_up.kind]
    if follow_up.is_late:
        follow_up.reminded_late_on = today()
        subject_sv = "En uppföljning är inte skriven"
        text_sv = f"{what} för {number} skulle ha hållits {day}. Skriv upp den, eller att den inte blev av."
    else:
        follow_up.reminded_on = today()
        subject_sv, text_sv = "En uppföljning kommer", f"{what} för {number} är {day}."
    _tell(follow_up, LetterKind.REMINDER, subject_sv, text_sv)


# By hand.


def plan_extra(placement_id: int, due_on: date) -> FollowUp:
    """One more follow-up; also of a day that has been, to be written up. Raises Invalid for a day outside the
    placement, Conflict when one is due that day already."""
    if current_actor().role not in WRITERS:
        raise NotAllowed("Uppföljningar planeras av handledaren och handläggaren.")
    placement = _followed_up(placement_id)
    check_day(due_on, first_day=_start(placement), last_day=placement.last_day)
    return _make(placement, FollowUpKind.EXTRA, due_on)


def hold(follow_up_id: int, minutes: Minutes) -> FollowUp:
    """Writes what a follow-up came to. Raises Invalid beside the box, Conflict once somebody else has."""
    follow_up = _held(follow_up_id)
    _write(follow_up, minutes, FollowUpStep.HOLD)
    _add(follow_up, minutes.agreed)
    return follow_up


def edit(follow_up_id: int, minutes: Minutes, *, saves: int | None = None) -> FollowUp:
    """Corrects what was written. `saves` is the mark that the page was opened with: raises Conflict when somebody has
    saved since."""
    follow_up = _held(follow_up_id)
    if saves is not None and saves != follow_up.saves:
        raise Conflict(_STALE_SV)
    _write(follow_up, minutes, FollowUpStep.EDIT)
    return follow_up


def move(follow_up_id: int, due_on: date) -> FollowUp:
    """To another day of the placement, from today on. Raises Invalid for other days, and Conflict after its day: one
    that was not held is said to have been missed."""
    follow_up = _held(follow_up_id)
    _refuse_late(follow_up)
    _check_coming(follow_up.placement, due_on)
    _to_day(follow_up, due_on)
    return follow_up


def miss(follow_up_id: int, new_day: date | None = None) -> FollowUp:
    """It was not held; with a new day an extra one takes its place. Raises Conflict before its day."""
    follow_up = _held(follow_up_id)
    if follow_up.due_on > today():
        raise Conflict(NOT_YET_SV)
    _step(follow_up, FollowUpStep.MISS)
    if new_day is not None:
        _check_coming(follow_up.placement, new_day)
        _make(follow_up.placement, FollowUpKind.EXTRA, new_day)
    return follow_up


def cancel(follow_up_id: int) -> FollowUp:
    """It is not needed any more. Raises Conflict after its day: then it was held or it was not."""
    follow_up = _held(follow_up_id)
    _refuse_late(follow_up)
    _step(follow_up, FollowUpStep.CANCEL)
    return follow_up


# What was agreed.


def add_action(follow_up_id: int, agreed: Agreed) -> AgreedAction:
    """One thing more that was agreed. Raises Invalid beside the box, Conflict when the follow-up was not held."""
    follow_up = _held(follow_up_id)
    advance(FOLLOW_UP_TRANSITIONS, follow_up.state, FollowUpStep.EDIT, current_actor().role)
    assert follow_up.held_on is not None, "held by ck_follow_up_held"
    check_agreed(agreed, held_on=follow_up.held_on)
    _record(follow_up, "add_action")
    return _add(follow_up, [agreed])[0]


def remove_action(follow_up_action_id: int) -> None:
    """Takes away what was written wrongly. Raises Conflict for what has been done."""
    action = get_or_404(AgreedAction, follow_up_action_id, lock=True)
    if current_actor().role not in WRITERS:
        raise NotAllowed("Det som är bestämt ändras av handledaren och handläggaren.")
    if action.done_on is not None:
        raise Conflict("Det är redan gjort och tas inte bort.")
    _record(action.follow_up, "remove_action")
    db.session.delete(action)


def tick_action(follow_up_action_id: int, *, is_done: bool) -> AgreedAction:
    """It is done, or not after all. By everybody who reads it, since each has her own to do; by the participant hers
    alone."""
    action = get_or_404(AgreedAction, follow_up_action_id, lock=True)
    if (action.done_on is not None) == is_done:
        return action
    actor = current_actor()
    is_own = actor.role is Role.PARTICIPANT
    action.done_on = today() if is_done else None
    action.done_by = (PARTY_SV[Party.PARTICIPANT] if is_own else actor.user_name) if is_done else ""
    db.session.flush()
    _record(action.follow_up, "done" if is_done else "undone")
    return action


# Their parts.


def _held(follow_up_id: int) -> FollowUp:
    """The follow-up, nobody else changing any of the placement until the transaction ends. Raises NotFound."""
    get_or_404(Placement, get_or_404(FollowUp, follow_up_id).placement_id, lock=True)
    return get_or_404(FollowUp, follow_up_id, lock=True)


def _refuse_late(follow_up: FollowUp) -> None:
    if follow_up.is_late:
        raise Conflict(PASSED_SV)


def _start(placement: Placement) -> date:
    return placement.started_on or placement.first_day


def _followed_up(placement_id: int) -> Placement:
    placement = get_or_404(Placement, placement_id, lock=True)
    if placement.state not in BEGUN_STATES | PLANNED_STATES:
        raise Conflict("Placeringen blev inte av, så det finns inget att följa upp.")
    return placement


def _check_coming(placement: Placement, day: date) -> None:
    if placement.state not in PLANNED_STATES:
        raise Conflict(PLACEMENT_OVER_SV)
    check_day(day, first_day=max(_start(placement), today()), last_day=placement.last_day)


def _make(placement: Placement, kind: FollowUpKind, due_on: date, planned_on: date | None = None) -> FollowUp:
    follow_up = FollowUp(placement_id=placement.id, kind=kind, due_on=due_on, planned_on=planned_on)
    follow_up.placement = placement
    db.session.add(follow_up)
    db.session.flush()
    _record(follow_up, "make")
    return follow_up


def _step(follow_up: FollowUp, step: FollowUpStep) -> None:
    before = follow_up.state
    target = advance(FOLLOW_UP_TRANSITIONS, before, step, current_actor().role).target
    follow_up.state = FollowUpState(target)
    db.session.flush()
    _record(follow_up, step, before)


def _to_day(follow_up: FollowUp, due_on: date) -> None:
    """Also what was reminded of begins anew."""
    note_sv = f"Från {follow_up.due_on.isoformat()} till {due_on.isoformat()}"
    advance(FOLLOW_UP_TRANSITIONS, follow_up.state, FollowUpStep.MOVE, current_actor().role)
    follow_up.due_on = due_on
    follow_up.reminded_on = follow_up.reminded_late_on = None
    _record(follow_up, FollowUpStep.MOVE, follow_up.state, note_sv)


def _write(follow_up: FollowUp, minutes: Minutes, step: FollowUpStep) -> None:
    before = follow_up.state
    target = advance(FOLLOW_UP_TRANSITIONS, before, step, current_actor().role).target
    placement = follow_up.placement
    if placement.state not in BEGUN_STATES:
        raise Conflict(NOT_BEGUN_SV)
    check_minutes(minutes, first_day=_start(placement), today=today())
    if any(one.due_on < minutes.held_on for one in follow_up.actions):
        raise Invalid("Något som bestämdes skulle ha varit klart före den dagen.", field="held_on")
    follow_up.state = FollowUpState(target)
    follow_up.held_on = minutes.held_on
    follow_up.took_part = [party.value for party in Party if party in minutes.took_part]
    follow_up.notes_sv = tidy_text(minutes.notes_sv)
    follow_up.saves += 1
    db.session.flush()
    _record(follow_up, step, before)


def _add(follow_up: FollowUp, agreed: Iterable[Agreed]) -> list[AgreedAction]:
    made = [AgreedAction(text_sv=tidy_line(one.text_sv), who=one.who, due_on=one.due_on) for one in agreed]
    follow_up.actions.extend(made)
    db.session.flush()
    return made


def _tell(follow_up: FollowUp, kind: LetterKind, subject_sv: str, text_sv: str) -> None:
    """By the placement's number alone. The workplace is not told about a person that it may not see."""
    placement = follow_up.placement
    receivers = [(placement.unit_id, Role.CASE_OFFICER)]
    if queries.is_shared(placement):
        receivers.append((placement.enterprise_id, Role.SUPERVISOR))
    for organisation_id, role in receivers:
        write_letter(
            organisation_id,
            role,
            kind=kind,
            subject_sv=subject_sv,
            text_sv=text_sv,
            endpoint="followup.placement",
            placement_id=placement.id,
        )


def _record(follow_up: FollowUp, action: str, before: FollowUpState | None = None, note_sv: str = "") -> None:
    placement = follow_up.placement
    audit.record(
        "follow_up",
        follow_up.id,
        action,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        from_state=before,
        to_state=follow_up.state,
        note_sv=note_sv,
    )
