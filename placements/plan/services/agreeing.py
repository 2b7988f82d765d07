"""Three agree, each once and on the newest version; the participant may say instead what she wants changed."""

from sqlalchemy import insert

from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.booking.models import Placement
from placements.plan import queries
from placements.plan.content_rules import LONGEST_WISH, storable
from placements.plan.models import ActivityPlan, PlanWish
from placements.plan.rules import PLAN_TRANSITIONS, PlanAction, PlanState
from placements.plan.services.versions import (
    locked_plan,
    record,
    refuse_ended,
    refuse_superseded,
)
from placements.plan.staircase_rules import check_steps


def agree_as_case_officer(plan_id: int) -> ActivityPlan:
    """Raises Conflict for a version that has been replaced, and when she has agreed already."""
    plan, all_versions = _to_agree(plan_id, PlanAction.AGREE)
    if plan.case_officer_agreed_at is not None:
        raise Conflict("Handläggaren har redan godkänt den här versionen.")
    plan.case_officer_agreed_at = clock.now()
    plan.case_officer_name = current_actor().user_name
    return _agreed_by_one(plan, all_versions, "agree")


def record_participant_agreement(plan_id: int) -> ActivityPlan:
    """The participant agrees at the table; the supervisor or case officer who sits there is the witness."""
    plan, all_versions = _to_agree(plan_id, PlanAction.WITNESS)
    _refuse_second(plan)
    actor = current_actor()
    plan.participant_agreed_at = clock.now()
    plan.participant_witness = f"{actor.user_name}, {actor.organisation_name}"
    return _agreed_by_one(plan, all_versions, "witness")


def agree_as_participant(plan_id: int) -> ActivityPlan:
    """The participant agrees on her own page, by her code."""
    plan, all_versions = _to_agree(plan_id, PlanAction.AGREE_OWN)
    _refuse_second(plan)
    plan.participant_agreed_at = clock.now()
    plan.participant_by_code = True
    return _agreed_by_one(plan, all_versions, "agree_own")


def wish_for_change(plan_id: int, text_sv: str) -> None:
    """What the participant wants to be otherwise, by her or as she says it at the table; supervisor and case officer
    are told. Raises Invalid beside `text_sv`, Conflict when she has agreed, or the version is not the newest."""
    plan, _ = _to_agree(plan_id, PlanAction.WISH)
    _refuse_second(plan)
    text_sv = storable(text_sv).strip()
    if not text_sv:
        raise Invalid("Skriv vad som ska ändras.", field="text_sv")
    if len(text_sv) > LONGEST_WISH:
        raise Invalid(f"Skriv kortare, högst {LONGEST_WISH} tecken.", field="text_sv")
    actor = current_actor()
    is_own = actor.role is Role.PARTICIPANT
    db.session.execute(
        insert(PlanWish).values(
            plan_id=plan.id,
            text_sv=text_sv,
            wished_at=clock.now(),
            written_by="" if is_own else f"{actor.user_name}, {actor.organisation_name}",
        )
    )
    placement = get_or_404(Placement, plan.placement_id)
    record(plan, placement, "wish")
    for organisation_id, role in (
        (placement.unit_id, Role.CASE_OFFICER),
        (placement.enterprise_id, Role.SUPERVISOR),
    ):
        if actor.role is not role:
            write_letter(
                organisation_id,
                role,
                kind=LetterKind.PLAN,
                subject_sv="En deltagare vill ändra sin aktivitetsplan",
                text_sv="En deltagare har läst förslaget till aktivitetsplan och vill ändra något. Läs vad.",
                endpoint="plan.show",
                placement_id=placement.id,
            )


def _to_agree(plan_id: int, action: PlanAction) -> tuple[ActivityPlan, list[ActivityPlan]]:
    plan, all_versions = locked_plan(plan_id)
    if current_actor().role not in {Role.CASE_OFFICER, Role.SUPERVISOR, Role.PARTICIPANT}:
        raise NotAllowed("Planen godkänns av deltagaren, handläggaren och handledaren.")
    refuse_superseded(plan, all_versions)
    refuse_ended(plan)
    advance(PLAN_TRANSITIONS, plan.state, action, current_actor().role)
    return plan, all_versions


def _refuse_second(plan: ActivityPlan) -> None:
    if plan.participant_agreed_at is None:
        return
    if current_actor().role is Role.PARTICIPANT:
        raise Conflict("Du har redan sagt ja till planen.")
    raise Conflict("Deltagarens godkännande är redan antecknat.")


def _agreed_by_one(plan: ActivityPlan, all_versions: list[ActivityPlan], action: str) -> ActivityPlan:
    """Writes down the agreement; when it was the third, the plan holds and the one before it does not."""
    placement = get_or_404(Placement, plan.placement_id)
    try:
        check_steps(plan.content.steps, queries.bounds_of(placement), clock.today())
    except Invalid as error:
        raise Conflict(
            f"Placeringen har ändrats sedan planen skrevs. {error.message_sv} Handledaren behöver skriva en ny version."
        ) from None
    before = plan.state
    if plan.is_agreed_by_three:
        for older in all_versions:
            if older.state == PlanState.AGREED:
                target = advance(PLAN_TRANSITIONS, older.state, PlanAction.REPLACE, Role.SYSTEM).target
                older.state = PlanState(target)
                record(older, placement, "replace", PlanState.AGREED)
        plan.state = PlanState(advance(PLAN_TRANSITIONS, before, PlanAction.CONCLUDE, Role.SYSTEM).target)
        plan.agreed_on = clock.today()
    record(plan, placement, action, before)
    if plan.state == PlanState.AGREED:
        record(plan, placement, "conclude")
        db.session.flush()
        # A participant belongs to no party: what follows from her yes is the system's to do.
        with acting_as(system_actor(authority_id=placement.authority_id)):
            emit(
                "plan.agreed",
                authority_id=placement.authority_id,
                enterprise_id=placement.enterprise_id,
                placement_id=placement.id,
                plan_id=plan.id,
            )
    return plan
