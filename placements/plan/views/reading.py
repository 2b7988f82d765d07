"""The plan as it stands, in any version, and how a version differs from the one before."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor
from marketplace.web.guards import requires
from placements.plan.content_rules import missing_parts
from placements.plan.difference_rules import differences, weekdays_sv
from placements.plan.models import ActivityPlan
from placements.plan.queries import TrainingHead, events_of, readable_plan, training_head, versions
from placements.plan.rules import (
    PLAN_EVENT_SV,
    PLAN_STATE_SV,
    PLAN_TONE,
    PLANNED_STATES,
    UNREAD_SV,
    PlanState,
    Standing,
    plan_actions,
)
from placements.plan.views.rooms import READERS, bp


@bp.get("/placeringar/<int:placement_id>/plan")
@requires(*READERS)
def show(placement_id: int) -> ResponseReturnValue:
    """The newest version that the reader may see, or that there is none yet."""
    head = training_head(placement_id)
    found = versions(placement_id)
    if not found:
        may_write = current_actor().role == Role.SUPERVISOR and head.person is not None
        return render_template(
            "placements/plan/none.html",
            head=head,
            may_write=may_write and head.placement.state in PLANNED_STATES,
        )
    return _plan_page(head, found[0], found)


@bp.get("/planer/<int:plan_id>")
@requires(*READERS)
def version(plan_id: int) -> ResponseReturnValue:
    """One version, also one that has been replaced."""
    plan = readable_plan(plan_id)
    return _plan_page(training_head(plan.placement_id), plan, versions(plan.placement_id))


def _plan_page(head: TrainingHead, plan: ActivityPlan, found: list[ActivityPlan]) -> str:
    newest = found[0]
    valid = next((other for other in found if other.state == PlanState.AGREED), None)
    earlier = [other for other in found if other.revision < plan.revision]
    compared = valid if valid in earlier else next(iter(earlier), None)
    standing = Standing(
        plan.state,
        head.placement.state,
        plan.case_officer_agreed_at is not None,
        plan.participant_agreed_at is not None,
        newest.revision > plan.revision,
        valid is not None,
    )
    return render_template(
        "placements/plan/show.html",
        PLAN_EVENT_SV=PLAN_EVENT_SV,
        head=head,
        plan=plan,
        versions=found,
        newest=newest,
        valid=valid,
        compared=compared,
        changes=differences(compared.content, plan.content) if compared else [],
        missing=_missing(plan),
        actions=plan_actions(standing, current_actor().role),
        events=events_of(found),
        weekdays_sv=weekdays_sv,
        PLAN_STATE_SV=PLAN_STATE_SV,
        PLAN_TONE=PLAN_TONE,
    )


def _missing(plan: ActivityPlan) -> list[str]:
    """What a draft lacks before it can be proposed."""
    if plan.state is not PlanState.DRAFT:
        return []
    unread = [UNREAD_SV] if plan.typed is not None else []
    return [*unread, *dict.fromkeys(missing_parts(plan.content).values())]
