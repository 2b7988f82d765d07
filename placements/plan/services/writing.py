"""The supervisor writes: a draft out of the place and the grant, saved as it comes, proposed when it is all there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from marketplace import audit, clock
from marketplace.accounts.models import User
from marketplace.accounts.rules import ROLE_SV, Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from marketplace.web.drafts import refuse_stale
from placements.booking.models import Placement
from placements.participants.models import Participant
from placements.plan import queries
from placements.plan.content_rules import (
    ABSENCE_SV,
    ContactPerson,
    PlanContent,
    check_draft,
    missing_parts,
    storable,
    suggested_follow_ups,
    tidy,
)
from placements.plan.models import ActivityPlan, PlanDefault
from placements.plan.rules import (
    PLAN_TRANSITIONS,
    PLANNED_STATES,
    UNREAD_SV,
    PlanAction,
    PlanState,
    obstacle_to_discard,
)
from placements.plan.services.versions import locked_plan, locked_versions, record, refuse_superseded
from placements.plan.staircase_rules import Step


def begin_plan(placement_id: int) -> ActivityPlan:
    """A first draft out of what the place and the grant already say: the supervisor writes goals and goes on.

    Raises Conflict when there is a plan to go on with.
    """
    return _new(placement_id, None)


def draft_plan(placement_id: int, content: PlanContent) -> ActivityPlan:
    """A first draft that says this. Raises Conflict when there is a plan to go on with, Invalid for what it says."""
    return _new(placement_id, content)


def _new(placement_id: int, content: PlanContent | None) -> ActivityPlan:
    placement = _placement_to_plan(placement_id)
    if locked_versions(placement_id):
        raise Conflict("Det finns redan en plan för placeringen. Fortsätt med den.")
    plan = ActivityPlan(placement_id=placement_id, revision=1, tasks_sv="", follow_up_dates=[])
    _write(plan, placement, content or _from_placement(placement))
    db.session.add(plan)
    db.session.flush()
    record(plan, placement, "draft")
    return plan


def save_plan(
    plan_id: int, content: PlanContent, *, saves: int | None = None, keeps_absence: bool = False
) -> ActivityPlan:
    """Changes a draft, whole or half-written. `saves` is the mark that the page was opened with; `keeps_absence` makes
    its routine for absence the one that the workplace's next plans begin with.

    Raises Conflict when someone has saved something else since, Invalid beside the box for what is not kept as a plan.
    """
    plan, placement = _draft_to_change(plan_id)
    content = tidy(content)
    is_changed = plan.typed is not None or plan.content != content
    if is_changed:
        refuse_stale(saves, plan.saves)
    check_draft(content, queries.bounds_of(placement), clock.today())
    for rows in (plan.steps, plan.goals, plan.periods, plan.contacts):
        rows.clear()
    db.session.flush()  # the rows that go leave their keys to those that come
    plan.write(content)
    plan.typed = None
    plan.saves += 1
    if keeps_absence:
        db.session.merge(PlanDefault(enterprise_id=placement.enterprise_id, absence_sv=content.absence_sv))
    if is_changed and not audit.says_last("plan", plan.id, "edit"):
        record(plan, placement, "edit")
    return plan


def keep_typed(plan_id: int, typed: Mapping[str, Sequence[str]], *, saves: int | None = None) -> ActivityPlan:
    """Keeps what was typed by box as it is, for a draft that cannot be read as a plan yet.

    Raises Conflict when someone has saved something else since.
    """
    plan, _ = _draft_to_change(plan_id)
    kept = {name: [storable(text) for text in texts] for name, texts in typed.items()}
    if kept != plan.typed:
        refuse_stale(saves, plan.saves)
    plan.typed = kept
    plan.saves += 1
    return plan


def propose_plan(plan_id: int) -> ActivityPlan:
    """The supervisor stands by the draft; case officer and participant can now agree.

    Raises Invalid with the first thing that is missing.
    """
    plan, _ = locked_plan(plan_id)
    placement = _placement_to_plan(plan.placement_id)
    before = plan.state
    actor = current_actor()
    target = PlanState(advance(PLAN_TRANSITIONS, before, PlanAction.PROPOSE, actor.role).target)
    if plan.typed is not None:
        raise Invalid(UNREAD_SV)
    missing = missing_parts(plan.content)
    if missing:
        raise Invalid(next(iter(missing.values())), field=next(iter(missing)))
    check_draft(plan.content, queries.bounds_of(placement), clock.today())
    plan.state = target
    plan.proposed_on = clock.today()
    plan.supervisor_agreed_at = clock.now()
    plan.supervisor_name = actor.user_name
    record(plan, placement, "propose", before)
    return plan


def revise_plan(plan_id: int, content: PlanContent | None = None) -> ActivityPlan:
    """A new version as a draft, that says this or the same as now. A proposed version is replaced at once, an agreed
    one when the new one is agreed.

    Raises Conflict when a newer version exists already.
    """
    plan, all_versions = locked_plan(plan_id)
    refuse_superseded(plan, all_versions)
    placement = _placement_to_plan(plan.placement_id)
    if any(version.revision > plan.revision for version in all_versions):
        raise Conflict("En nyare version är redan på väg. Fortsätt med den.")
    before = plan.state
    target = PlanState(advance(PLAN_TRANSITIONS, before, PlanAction.REVISE, current_actor().role).target)
    new = ActivityPlan(placement_id=placement.id, revision=plan.revision + 1, tasks_sv="", follow_up_dates=[])
    if content is None:
        new.write(
            plan.content
        )  # as it is, also where the placement has changed since: the form says what to mend
    else:
        _write(new, placement, content)
    plan.state = target
    if plan.state != before:
        record(plan, placement, "replace", before)
        db.session.flush()  # the database allows one open version at a time
    db.session.add(new)
    db.session.flush()
    record(new, placement, "revise")
    return new


def discard_plan(plan_id: int) -> None:
    """Throws a new version away: the agreed one goes on. Raises Conflict for what has been proposed, and where none is
    agreed."""
    plan, all_versions = locked_plan(plan_id)
    advance(PLAN_TRANSITIONS, plan.state, PlanAction.DISCARD, current_actor().role)
    if why_not := obstacle_to_discard(version.state for version in all_versions):
        raise Conflict(why_not)
    agreed = next(version for version in all_versions if version.state is PlanState.AGREED)
    db.session.delete(plan)
    db.session.flush()
    record(agreed, get_or_404(Placement, plan.placement_id), "discard")


def _draft_to_change(plan_id: int) -> tuple[ActivityPlan, Placement]:
    plan, _ = locked_plan(plan_id)
    advance(PLAN_TRANSITIONS, plan.state, PlanAction.EDIT, current_actor().role)
    return plan, _placement_to_plan(plan.placement_id)


def _write(plan: ActivityPlan, placement: Placement, content: PlanContent) -> None:
    tidied = tidy(content)
    check_draft(tidied, queries.bounds_of(placement), clock.today())
    plan.write(tidied)


def _from_placement(placement: Placement) -> PlanContent:
    """What is known before anything is written: the extent, the place's tasks and routine, days to follow up."""
    bounds = queries.bounds_of(placement)
    place = placement.place
    own = db.session.get(PlanDefault, placement.enterprise_id)
    user = db.session.get(User, current_actor().user_id) if current_actor().user_id else None
    steps = [Step(placement.first_day, bounds.at_first.hours_per_week, bounds.at_first.days_per_week)]
    for from_day, extent in bounds.changed:
        if bounds.first_day < from_day <= bounds.last_day:
            steps.append(Step(from_day, extent.hours_per_week, extent.days_per_week))
        elif from_day <= bounds.first_day:
            steps[0] = replace(
                steps[0], hours_per_week=extent.hours_per_week, days_per_week=extent.days_per_week
            )
    start = placement.started_on or placement.first_day
    return PlanContent(
        steps=tuple(steps),
        tasks_sv="\n".join(place.tasks) or place.tasks_sv,
        contacts=(ContactPerson(user.name, ROLE_SV[Role.SUPERVISOR], email=user.email),) if user else (),
        follow_up_dates=tuple(suggested_follow_ups(start, placement.last_day)),
        absence_sv=own.absence_sv if own else ABSENCE_SV,
    )


def _placement_to_plan(placement_id: int) -> Placement:
    """Raises NotFound, NotAllowed for who writes no plans, Conflict outside the time of training."""
    if current_actor().role != Role.SUPERVISOR:
        raise NotAllowed("Aktivitetsplanen skrivs av handledaren på arbetsplatsen.")
    placement = get_or_404(Placement, placement_id)
    if placement.state not in PLANNED_STATES:
        raise Conflict("En plan skrivs för en placering som är accepterad eller pågår.")
    if db.session.scalar(select(Participant.id).where(Participant.id == placement.participant_id)) is None:
        raise Conflict(
            "Deltagaren har inte lämnat samtycke till att ni ser uppgifterna. Tala med handläggaren."
        )
    return placement
