"""What writing and agreeing share: the versions held while one acts on them, and what is recorded."""

from sqlalchemy import select

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotFound
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.booking.models import Placement
from placements.plan.models import ActivityPlan
from placements.plan.rules import ENDED_SV, PLANNED_STATES, PlanState, superseded_sv


def locked_versions(placement_id: int) -> list[ActivityPlan]:
    """Every version, held until the transaction ends: two who act at once take turns."""
    chosen = select(ActivityPlan).where(ActivityPlan.placement_id == placement_id)
    locked = chosen.order_by(ActivityPlan.revision).with_for_update()
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def locked_plan(plan_id: int) -> tuple[ActivityPlan, list[ActivityPlan]]:
    plan = get_or_404(ActivityPlan, plan_id)
    if plan.state == PlanState.DRAFT and current_actor().role != Role.SUPERVISOR:
        raise NotFound("Planen är inte föreslagen än.")
    return plan, locked_versions(plan.placement_id)


def refuse_superseded(plan: ActivityPlan, all_versions: list[ActivityPlan]) -> None:
    if plan.state == PlanState.REPLACED:
        newest = max((version.revision for version in all_versions), default=plan.revision)
        raise Conflict(superseded_sv(plan.revision, newest, current_actor().role))


def refuse_ended(plan: ActivityPlan) -> None:
    """Holds the placement until the transaction ends, so that it does not end while its plan is agreed. As the system:
    a participant may read her placement and not hold it."""
    placement = get_or_404(Placement, plan.placement_id)
    with acting_as(system_actor(authority_id=placement.authority_id)):
        state = get_or_404(Placement, plan.placement_id, lock=True).state
    if state not in PLANNED_STATES:
        raise Conflict(ENDED_SV)


def record(plan: ActivityPlan, placement: Placement, action: str, before: PlanState | None = None) -> None:
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
