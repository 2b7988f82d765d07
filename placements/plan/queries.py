"""Plans by placement, and what a page about a placement's training says at the top."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from enterprises.contracts.models import Contract
from enterprises.places.models import Place, Site
from enterprises.places.rules import WORKWEEK
from marketplace.accounts.models import Organisation, User
from marketplace.accounts.rules import Role
from marketplace.audit import Event
from marketplace.db import db, get_or_404, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.rules import TermsRules
from marketplace.reference.models import Trade
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.booking.change_rules import Extent
from placements.booking.models import Placement
from placements.booking.queries import changed_extents
from placements.booking.rules import SEAT_HOLDING_STATES, PlacementState
from placements.participants.models import Participant
from placements.plan.models import ActivityPlan, PlanWish
from placements.plan.rules import PLANNED_STATES, PlanState, plan_deadline
from placements.plan.staircase_rules import Bounds, hours_of_days

_DEFAULT = TermsRules()


@dataclass(frozen=True)
class TrainingHead:
    """A placement as plan, attendance and report head their pages: by name, or by number for who sees no person."""

    placement: Placement
    person: Participant | None
    case_officer_name: str
    place: Place | None
    trade_name: str
    site_name: str
    enterprise_name: str
    unit_name: str
    plan_within: int
    report_within: int

    @property
    def who(self) -> str:
        return shown_person(self.person, self.placement)

    @property
    def hidden_sv(self) -> str:
        """Why the supplier does not see the participant; empty when she does."""
        if self.person is not None:
            return ""
        if self.placement.state in SEAT_HOLDING_STATES:
            return "Deltagarens samtycke är återkallat. Tala med handläggaren."
        return "Placeringen blev inte av, så deltagarens uppgifter visas inte längre."

    @property
    def start(self) -> date:
        return self.placement.started_on or self.placement.first_day

    @property
    def plan_due_on(self) -> date:
        return plan_deadline(self.start, self.plan_within)


def shown_person(person: Participant | None, placement: Placement) -> str:
    """The participant's name where the actor may see it, else the placement's number."""
    return person.shown_name if person else placement.number


def _heads() -> Select[*tuple[Any, ...]]:
    enterprise, unit = aliased(Organisation), aliased(Organisation)
    return (
        select(
            Placement,
            Participant,
            User.name,
            Place,
            Trade.name,
            Site.name,
            enterprise.name,
            unit.name,
            TermsVersion.plan_within,
            TermsVersion.report_within,
        )
        .outerjoin(Participant, Participant.id == Placement.participant_id)
        .outerjoin(User, User.id == Participant.case_officer_id)
        .outerjoin(Place, Place.id == Placement.place_id)
        .outerjoin(Trade, Trade.ssyk == Place.ssyk)
        .outerjoin(Site, Site.id == Place.site_id)
        .join(enterprise, enterprise.id == Placement.enterprise_id)
        .join(unit, unit.id == Placement.unit_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
    )


def training_heads(statement_filter: Select[int]) -> dict[int, TrainingHead]:
    """The heads of the placements whose ids the select gives, by id, in one query."""
    found = db.session.execute(_heads().where(Placement.id.in_(statement_filter)).order_by(Placement.id))
    heads: dict[int, TrainingHead] = {}
    for placement, person, officer, place, trade, site, enterprise, unit, plan_within, report_within in found:
        heads[placement.id] = TrainingHead(
            placement,
            person,
            officer or "",
            place,
            trade or "",
            site or "",
            enterprise,
            unit,
            plan_within or _DEFAULT.plan_within,
            report_within or _DEFAULT.report_within,
        )
    return heads


def training_head(placement_id: int) -> TrainingHead:
    """Raises NotFound."""
    heads = training_heads(select(Placement.id).where(Placement.id == placement_id))
    if placement_id not in heads:
        raise NotFound("Placeringen finns inte, eller så hör den till någon annan.")
    return heads[placement_id]


def versions(placement_id: int) -> list[ActivityPlan]:
    """The placement's plan in every version that the actor may read, newest first. A draft is the supervisor's own."""
    chosen = select(ActivityPlan).where(ActivityPlan.placement_id == placement_id)
    if current_actor().role not in {Role.SUPERVISOR, Role.SYSTEM}:
        chosen = chosen.where(ActivityPlan.state != PlanState.DRAFT)
    return list(db.session.scalars(chosen.order_by(ActivityPlan.revision.desc())))


def readable_plan(plan_id: int) -> ActivityPlan:
    """One version. Raises NotFound, also for a draft of someone else's pen."""
    plan = get_or_404(ActivityPlan, plan_id)
    if plan.state == PlanState.DRAFT and current_actor().role not in {Role.SUPERVISOR, Role.SYSTEM}:
        raise NotFound("Planen är inte föreslagen än.")
    return plan


def own_plans() -> list[ActivityPlan]:
    """The participant's plans that wait for her or hold, the newest first."""
    return list(
        db.session.scalars(
            select(ActivityPlan)
            .where(ActivityPlan.state.in_([PlanState.PROPOSED, PlanState.AGREED]))
            .options(joinedload(ActivityPlan.placement).joinedload(Placement.enterprise))
            .order_by(ActivityPlan.state.desc(), ActivityPlan.id.desc())
        )
    )


def trades_of(enterprise_id: int) -> dict[str, str]:
    """The trades in which the enterprise has places: code and plain name."""
    rows = db.session.execute(
        select(Trade.ssyk, Trade.plain_name)
        .where(exists().where(Place.ssyk == Trade.ssyk, Place.enterprise_id == enterprise_id))
        .order_by(swedish_order(Trade.plain_name), Trade.ssyk)
    )
    return {row.ssyk: row.plain_name for row in rows}


def events_of(plans: Collection[ActivityPlan]) -> list[Event]:
    """What happened to all these versions, newest first."""
    chosen = select(Event).where(
        Event.object_type == "plan", Event.object_id.in_([plan.id for plan in plans])
    )
    return list(db.session.scalars(chosen.order_by(Event.id.desc())))


def bounds_of(placement: Placement) -> Bounds:
    """What the placement's plan has to keep inside."""
    changed = changed_extents([placement.id]).get(placement.id, [])
    weekdays = db.session.scalar(select(Place.weekdays).where(Place.id == placement.place_id))
    return _bounds(placement, changed, weekdays)


def _bounds(
    placement: Placement, changed: Sequence[tuple[date, Extent]], weekdays: Sequence[int] | None
) -> Bounds:
    return Bounds(
        placement.first_day,
        placement.last_day,
        Extent(placement.hours_per_week, placement.days_per_week),
        tuple(changed),
        tuple(weekdays or WORKWEEK),
    )


def planned_days(placement_ids: Collection[int], first: date, last: date) -> dict[int, dict[date, Decimal]]:
    """The hours of each day from first to last that has any, by placement: from the plan that holds, else from the
    placement's extent. Every id has an entry. Four queries, whatever their number."""
    agreed = {
        plan.placement_id: plan
        for plan in db.session.scalars(
            select(ActivityPlan)
            .where(ActivityPlan.placement_id.in_(placement_ids), ActivityPlan.state == PlanState.AGREED)
            .options(selectinload(ActivityPlan.steps))
            .order_by(ActivityPlan.id)
        )
    }
    changed = changed_extents(placement_ids)
    rows = db.session.execute(
        select(Placement, Place.weekdays)
        .outerjoin(Place, Place.id == Placement.place_id)
        .where(Placement.id.in_(placement_ids))
        .order_by(Placement.id)
    )
    found: dict[int, dict[date, Decimal]] = {placement_id: {} for placement_id in placement_ids}
    for placement, weekdays in rows:
        plan = agreed.get(placement.id)
        found[placement.id] = hours_of_days(
            max(first, placement.started_on or placement.first_day),
            last,
            [row.step for row in plan.steps] if plan else [],
            (plan.agreed_on if plan else None) or date.min,
            _bounds(placement, changed.get(placement.id, []), weekdays),
        )
    return found


def diary_number_of(placement_id: int) -> str:
    """The diary number of the decision that the placement is under, for the papers of its parties."""
    return db.session.scalar(select(func.diary_number_of(placement_id))) or ""


def waiting(actor: Actor) -> list[WaitingItem]:
    """Plans for the supervisor to write, and for supervisor and case officer to agree to."""
    if actor.role == Role.SUPERVISOR:
        return [*_plans_to_write(), *_plans_to_agree(actor)]
    if actor.role == Role.CASE_OFFICER:
        return _plans_to_agree(actor)
    return []


def _plans_to_write() -> list[WaitingItem]:
    """Only for participants whom the supervisor may see: without consent she can write nothing about them."""
    has_plan = exists().where(
        ActivityPlan.placement_id == Placement.id,
        ActivityPlan.state.in_([PlanState.PROPOSED, PlanState.AGREED]),
    )
    rows = db.session.execute(
        select(Placement, Participant, TermsVersion.plan_within)
        .join(Participant, Participant.id == Placement.participant_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
        .where(Placement.state == PlacementState.RUNNING, ~has_plan)
        .order_by(Placement.first_day, Placement.id)
    )
    return [
        WaitingItem(
            plan_deadline(placement.started_on or placement.first_day, within or _DEFAULT.plan_within),
            f"Skriv aktivitetsplan för {person.shown_name}",
            "plan.show",
            {"placement_id": placement.id},
            "Aktivitetsplan",
        )
        for placement, person, within in rows
    ]


def _plans_to_agree(actor: Actor) -> list[WaitingItem]:
    """For the case officer her own agreement; for both, a participant's that is not recorded."""
    is_officer = actor.role == Role.CASE_OFFICER
    missing: ColumnElement[bool] = ActivityPlan.participant_agreed_at.is_(None)
    if is_officer:
        missing = ActivityPlan.case_officer_agreed_at.is_(None) | missing
    rows = db.session.execute(
        select(
            ActivityPlan,
            Placement,
            Participant,
            TermsVersion.plan_within,
            exists().where(PlanWish.plan_id == ActivityPlan.id).label("has_wish"),
        )
        .join(Placement, Placement.id == ActivityPlan.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
        .where(ActivityPlan.state == PlanState.PROPOSED, Placement.state.in_(PLANNED_STATES), missing)
        .where((Participant.case_officer_id == actor.user_id) if is_officer else Placement.id.is_not(None))
        .order_by(ActivityPlan.proposed_on, ActivityPlan.id)
    )
    return [
        WaitingItem(
            plan_deadline(placement.started_on or placement.first_day, within or _DEFAULT.plan_within),
            _to_agree_sv(
                person.shown_name,
                has_wish=has_wish and plan.participant_agreed_at is None,
                is_own=is_officer and plan.case_officer_agreed_at is None,
            ),
            "plan.show",
            {"placement_id": placement.id},
            "Aktivitetsplan",
        )
        for plan, placement, person, within, has_wish in rows
    ]


def _to_agree_sv(who: str, *, has_wish: bool, is_own: bool) -> str:
    if has_wish:
        return f"{who} vill ändra något i aktivitetsplanen"
    if is_own:
        return f"Ta ställning till aktivitetsplanen för {who}"
    return f"Anteckna att {who} godkänner aktivitetsplanen"
