"""Placements that have come further: running, with a plan, ended. On top of placement_market."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.tenancy import Actor, acting_as
from placements.access.queries import participant_actor
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.attendance.services import record_attendance
from placements.booking.models import Placement
from placements.booking.services import accept_placement, end_placement_early, start_placement
from placements.participants.models import Consent, Grant
from placements.participants.rules import GrantState
from placements.participants.withdrawal import withdraw_consent
from placements.plan.content_rules import Goal, PlanContent
from placements.plan.services import (
    agree_as_case_officer,
    draft_plan,
    propose_plan,
    record_participant_agreement,
)
from placements.report.content_rules import ExitReason, GoalResult, ReachedGoal, ReportContent
from placements.report.models import FinalReport
from placements.report.outcome_rules import (
    Education,
    Occupation,
    OutcomeContent,
    Support,
    YearsInSupport,
)
from placements.report.queries import readable_report
from placements.report.services import (
    draft_report,
    file_report,
    receive_report,
    record_outcome,
    record_reading,
    show_report,
)
from tests.support.placement_market import FIRST_DAY, TODAY, Market, requested
from tests.support.plan_contents import plan_content

ENDED_ON = date(2026, 3, 27)
PLAN: dict[str, Any] = {
    "hours_per_week": Decimal(16),
    "days_per_week": 4,
    "follow_up_dates": (date(2026, 4, 1),),
}
REPORT = ReportContent(
    done_sv="Sydde kassar",
    abilities_sv="Kom i tid",
    goals=(ReachedGoal(Goal("Sy en kasse själv", "Det syns i arbetet"), GoalResult.PARTLY, "Nästan"),),
    adaptations_sv="Lampan",
    recommended_sv="Mer tid",
    exit_reason=ExitReason.ORDINARY_PROGRAMME,
)
OUTCOME = OutcomeContent(
    occupation_before=Occupation.NONE,
    support_before=(Support.SOCIAL_ASSISTANCE,),
    years_in_support=YearsInSupport.UP_TO_3,
    education=Education.COMPULSORY,
    occupation_after=Occupation.PROGRAMME,
    support_after=(Support.ACTIVITY_GRANT,),
)


def running(market: Market, number: int = 1, *, place_id: int | None = None) -> int:
    """A placement that started on FIRST_DAY, at the farm; gives its id."""
    with travelling(TODAY):
        placement_id = requested(market, number, place_id=place_id)
    with acting_as(market.supervisor):
        with travelling(TODAY), transaction():
            accept_placement(placement_id)
        with travelling(FIRST_DAY), transaction():
            start_placement(placement_id)
    return placement_id


def planned(**changes: Any) -> PlanContent:
    """PLAN as a plan says it."""
    return plan_content(FIRST_DAY, **(PLAN | changes))


def drafted(market: Market, placement_id: int, **changes: Any) -> int:
    """The supervisor's draft; gives the plan's id."""
    with acting_as(market.supervisor), transaction():
        return draft_plan(placement_id, planned(**changes)).id


def proposed(market: Market, placement_id: int, **changes: Any) -> int:
    plan_id = drafted(market, placement_id, **changes)
    with acting_as(market.supervisor), transaction():
        propose_plan(plan_id)
    return plan_id


def agreed(market: Market, placement_id: int, **changes: Any) -> int:
    plan_id = proposed(market, placement_id, **changes)
    with acting_as(market.officer), transaction():
        agree_as_case_officer(plan_id)
        record_participant_agreement(plan_id)
    return plan_id


def present(placement_id: int, day: date, hours: Any = 4, planned: Any = 4) -> AttendanceEntry:
    return AttendanceEntry(placement_id, day, AttendanceKind.PRESENT, Decimal(planned), Decimal(hours))


def absent(placement_id: int, day: date, kind: AttendanceKind = AttendanceKind.ILL) -> AttendanceEntry:
    return AttendanceEntry(placement_id, day, kind, Decimal(4), Decimal(0), is_reported_same_day=True)


def attended(market: Market, placement_id: int, *days: date) -> None:
    with acting_as(market.supervisor), transaction():
        record_attendance([present(placement_id, day) for day in days])


def ended(market: Market, placement_id: int, last_day: date = ENDED_ON) -> None:
    """Ends a running placement early, on that day."""
    with acting_as(market.supervisor), travelling(last_day), transaction():
        end_placement_early(placement_id, last_day)


def shown(market: Market, placement_id: int, content: ReportContent = REPORT) -> int:
    """A report that lies before the participant; gives its id."""
    with acting_as(market.supervisor), transaction():
        report_id = draft_report(placement_id, content).id
        show_report(report_id)
        return report_id


def reported(market: Market, placement_id: int, content: ReportContent = REPORT) -> int:
    """A report that the participant has read at the table, and that is filed; gives its id."""
    report_id = shown(market, placement_id, content)
    with acting_as(market.supervisor), transaction():
        record_reading(report_id)
        file_report(report_id)
    return report_id


def received(market: Market, report_id: int, next_step_sv: str = "Praktik i butik") -> None:
    """By the coordinator, with what came before and after."""
    with acting_as(market.coordinator), transaction():
        record_outcome(readable_report(report_id).placement_id, OUTCOME)
        receive_report(report_id, next_step_sv=next_step_sv)


def consent_withdrawn(market: Market, placement_id: int) -> None:
    """The participant of the placement takes back the consent."""
    with acting_as(market.officer), transaction():
        consent_id = db.session.scalar(
            select(Consent.id)
            .join(Placement, Placement.participant_id == Consent.participant_id)
            .where(Placement.id == placement_id)
        )
        assert consent_id is not None
        withdraw_consent(consent_id)
    db.session.expire_all()


def report_of(market: Market, report_id: int) -> FinalReport:
    """As the supervisor sees it now."""
    with acting_as(market.supervisor):
        found = get_or_404(FinalReport, report_id)
        db.session.refresh(found)
        assert len(found.goals) <= 1  # read while she may
        return found


def herself(market: Market, placement_id: int) -> Actor:
    """The participant of the placement."""
    with acting_as(market.officer):
        return participant_actor(get_or_404(Placement, placement_id).participant_id)


def grant_state(market: Market, placement_id: int) -> GrantState:
    with acting_as(market.officer):
        return get_or_404(Grant, get_or_404(Placement, placement_id).grant_id).state
