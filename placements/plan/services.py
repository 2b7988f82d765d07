"""Writing, proposing, agreeing to and revising activity plans."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.booking.models import Placement
from placements.participants.models import Participant
from placements.plan.models import ActivityPlan
from placements.plan.rules import (
    ENDED_SV,
    PLAN_TRANSITIONS,
    PLANNED_STATES,
    PlanAction,
    PlanContent,
    PlanState,
    check_plan,
    superseded_sv,
    tidy,
)


def draft_plan(
    placement_id: int,
    *,
    hours_per_week: Decimal,
    days_per_week: int,
    tasks_sv: str,
    goals: Iterable[str],
    adaptations_sv: str = "",
    follow_up_dates: Iterable[date] = (),
) -> ActivityPlan:
    """The supervisor's first draft. Raises Conflict when there is a plan to go on with, Invalid for what it says."""
    content = _content(hours_per_week, days_per_week, tasks_sv, goals, adaptations_sv, follow_up_dates)
    placement = _placement_to_plan(placement_id)
    if _locked_versions(placement_id):
        raise Conflict("Det finns redan en plan för placeringen. Fortsätt med den.")
    plan = ActivityPlan(placement_id=placement_id, revision=1, goals=[], follow_up_dates=[])
    _write(plan, placement, content)
    db.session.add(plan)
    db.session.flush()
    _record(plan, placement, "draft")
    return plan


def save_plan(
    plan_id: int,
    *,
    hours_per_week: Decimal,
    days_per_week: int,
    tasks_sv: str,
    goals: Iterable[str],
    adaptations_sv: str = "",
    follow_up_dates: Iterable[date] = (),
) -> ActivityPlan:
    """Changes a draft."""
    content = _content(hours_per_week, days_per_week, tasks_sv, goals, adaptations_sv, follow_up_dates)
    plan, _ = _locked(plan_id)
    advance(PLAN_TRANSITIONS, plan.state, PlanAction.EDIT, current_actor().role)
    placement = _placement_to_plan(plan.placement_id)
    _write(plan, placement, content)
    _record(plan, placement, "edit")
    return plan


def propose_plan(plan_id: int) -> ActivityPlan:
    """The supervisor stands by the draft; case officer and participant can now agree."""
    plan, _ = _locked(plan_id)
    placement = _placement_to_plan(plan.placement_id)
    before = plan.state
    actor = current_actor()
    plan.state = PlanState(advance(PLAN_TRANSITIONS, before, PlanAction.PROPOSE, actor.role).target)
    plan.proposed_on = clock.today()
    plan.supervisor_agreed_at = clock.now()
    plan.supervisor_name = actor.user_name
    _record(plan, placement, "propose", before)
    return plan


def agree_as_case_officer(plan_id: int) -> ActivityPlan:
    """Raises Conflict for a version that has been replaced, and when she has agreed already."""
    plan, all_versions = _locked(plan_id)
    _refuse_superseded(plan, all_versions)
    _refuse_ended(plan)
    actor = current_actor()
    advance(PLAN_TRANSITIONS, plan.state, PlanAction.AGREE, actor.role)
    if plan.case_officer_agreed_at is not None:
        raise Conflict("Handläggaren har redan godkänt den här versionen.")
    plan.case_officer_agreed_at = clock.now()
    plan.case_officer_name = actor.user_name
    return _agreed_by_one(plan, all_versions, "agree")


def record_participant_agreement(plan_id: int) -> ActivityPlan:
    """The participant agrees at the table; the supervisor or case officer who sits there is the witness."""
    plan, all_versions = _locked(plan_id)
    _refuse_superseded(plan, all_versions)
    _refuse_ended(plan)
    actor = current_actor()
    advance(PLAN_TRANSITIONS, plan.state, PlanAction.WITNESS, actor.role)
    if plan.participant_agreed_at is not None:
        raise Conflict("Deltagarens godkännande är redan antecknat.")
    plan.participant_agreed_at = clock.now()
    plan.participant_witness = f"{actor.user_name}, {actor.organisation_name}"
    return _agreed_by_one(plan, all_versions, "witness")


def revise_plan(
    plan_id: int,
    *,
    hours_per_week: Decimal,
    days_per_week: int,
    tasks_sv: str,
    goals: Iterable[str],
    adaptations_sv: str = "",
    follow_up_dates: Iterable[date] = (),
) -> ActivityPlan:
    """A new version as a draft. A proposed version is replaced at once, an agreed one when the new one is agreed.

    Raises Conflict when a newer version exists already.
    """
    content = _content(hours_per_week, days_per_week, tasks_sv, goals, adaptations_sv, follow_up_dates)
    plan, all_versions = _locked(plan_id)
    _refuse_superseded(plan, all_versions)
    placement = _placement_to_plan(plan.placement_id)
    if any(version.revision > plan.revision for version in all_versions):
        raise Conflict("En nyare version är redan på väg. Fortsätt med den.")
    before = plan.state
    plan.state = PlanState(advance(PLAN_TRANSITIONS, before, PlanAction.REVISE, current_actor().role).target)
    if plan.state != before:
        _record(plan, placement, "replace", before)
        db.session.flush()  # the database allows one open version at a time
    new = ActivityPlan(placement_id=placement.id, revision=plan.revision + 1, goals=[], follow_up_dates=[])
    _write(new, placement, content)
    db.session.add(new)
    db.session.flush()
    _record(new, placement, "revise")
    return new


def _agreed_by_one(plan: ActivityPlan, all_versions: list[ActivityPlan], action: str) -> ActivityPlan:
    """Writes down the agreement; when it was the third, the plan holds and the one before it does not."""
    placement = get_or_404(Placement, plan.placement_id)
    before = plan.state
    if plan.is_agreed_by_three:
        for older in all_versions:
            if older.state == PlanState.AGREED:
                target = advance(PLAN_TRANSITIONS, older.state, PlanAction.REPLACE, Role.SYSTEM).target
                older.state = PlanState(target)
                _record(older, placement, "replace", PlanState.AGREED)
        plan.state = PlanState(advance(PLAN_TRANSITIONS, before, PlanAction.CONCLUDE, Role.SYSTEM).target)
        plan.agreed_on = clock.today()
    _record(plan, placement, action, before)
    if plan.state == PlanState.AGREED:
        _record(plan, placement, "conclude")
        emit(
            "plan.agreed",
            authority_id=placement.authority_id,
            enterprise_id=placement.enterprise_id,
            placement_id=placement.id,
            plan_id=plan.id,
        )
    return plan


def _content(
    hours_per_week: Decimal,
    days_per_week: int,
    tasks_sv: str,
    goals: Iterable[str],
    adaptations_sv: str,
    follow_up_dates: Iterable[date],
) -> PlanContent:
    dates = tuple(follow_up_dates)
    return tidy(PlanContent(hours_per_week, days_per_week, tasks_sv, tuple(goals), adaptations_sv, dates))


def _write(plan: ActivityPlan, placement: Placement, content: PlanContent) -> None:
    check_plan(
        content,
        agreed_hours=placement.most_hours_from(clock.today()),
        first_day=placement.first_day,
        last_day=placement.last_day,
    )
    plan.hours_per_week = content.hours_per_week
    plan.days_per_week = content.days_per_week
    plan.tasks_sv = content.tasks_sv
    plan.goals = list(content.goals)
    plan.adaptations_sv = content.adaptations_sv
    plan.follow_up_dates = list(content.follow_up_dates)


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


def _locked_versions(placement_id: int) -> list[ActivityPlan]:
    """Every version, held until the transaction ends: two who act at once take turns."""
    chosen = select(ActivityPlan).where(ActivityPlan.placement_id == placement_id)
    locked = chosen.order_by(ActivityPlan.revision).with_for_update()
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def _locked(plan_id: int) -> tuple[ActivityPlan, list[ActivityPlan]]:
    plan = get_or_404(ActivityPlan, plan_id)
    if plan.state == PlanState.DRAFT and current_actor().role != Role.SUPERVISOR:
        raise NotFound("Planen är inte föreslagen än.")
    return plan, _locked_versions(plan.placement_id)


def _refuse_superseded(plan: ActivityPlan, all_versions: list[ActivityPlan]) -> None:
    if plan.state == PlanState.REPLACED:
        raise Conflict(superseded_sv(plan.revision, max(version.revision for version in all_versions)))


def _refuse_ended(plan: ActivityPlan) -> None:
    """Holds the placement until the transaction ends, so that it does not end while its plan is agreed."""
    if get_or_404(Placement, plan.placement_id, lock=True).state not in PLANNED_STATES:
        raise Conflict(ENDED_SV)


def _record(plan: ActivityPlan, placement: Placement, action: str, before: PlanState | None = None) -> None:
    audit.record(
        "plan",
        plan.id,
        action,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        from_state=before,
        to_state=plan.state,
        note_sv=f"Version {plan.revision}",
    )
