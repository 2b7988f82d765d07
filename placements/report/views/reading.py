"""The report as it stands, in any version, who may read it, and how a version differs from the one before."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from marketplace.web.guards import requires
from placements.attendance.queries import hours_of
from placements.booking.rules import PLACEMENT_STATE_SV
from placements.participants.rules import CONSENT_SCOPE_SV
from placements.plan.queries import TrainingHead, training_head
from placements.report import queries
from placements.report.content_rules import (
    EXIT_REASON_SV,
    GOAL_RESULT_SV,
    differences,
    missing_parts,
    too_long,
)
from placements.report.documents import reading
from placements.report.facts_rules import attendance_lines
from placements.report.models import FinalReport
from placements.report.outcome_rules import outcome_lines
from placements.report.rules import (
    ENDED_STATES,
    FILED_STATES,
    REPORT_EVENT_SV,
    REPORT_STATE_SV,
    REPORT_TONE,
    ReportState,
    Standing,
    report_actions,
    report_deadline,
)
from placements.report.views.rooms import READERS, bp

_OFFICERS = (Role.CASE_OFFICER, Role.COORDINATOR)

WORDS = {"EXIT_REASON_SV": EXIT_REASON_SV, "GOAL_RESULT_SV": GOAL_RESULT_SV}


@bp.get("/placeringar/<int:placement_id>/slutdokumentation")
@requires(*READERS)
def show(placement_id: int) -> ResponseReturnValue:
    """The newest version that the reader may see, or that there is none yet."""
    head = training_head(placement_id)
    found = queries.versions(placement_id)
    if found:
        return _report_page(head, found[0], found)
    goes_on = queries.goes_on_elsewhere(placement_id)
    has_ended = head.placement.state in ENDED_STATES and not goes_on
    role = current_actor().role
    return render_template(
        "placements/report/none.html",
        head=head,
        has_ended=has_ended,
        goes_on=goes_on,
        due_on=report_deadline(head.placement.last_day, head.report_within),
        may_write=role == Role.SUPERVISOR and head.person is not None and has_ended,
    )


@bp.get("/slutdokumentationer/<int:report_id>")
@requires(*READERS)
def version(report_id: int) -> ResponseReturnValue:
    """One version, also one that has been replaced."""
    report = queries.readable_report(report_id)
    return _report_page(training_head(report.placement_id), report, queries.versions(report.placement_id))


def _report_page(head: TrainingHead, report: FinalReport, found: list[FinalReport]) -> str:
    role = current_actor().role
    placement_id = report.placement_id
    before = next((other for other in found if other.revision < report.revision), None)
    filed = next((other for other in found if other.state in FILED_STATES), None)
    standing = Standing(
        report.state,
        is_over=head.placement.state in ENDED_STATES and not queries.goes_on_elsewhere(placement_id),
        is_read=report.read_at is not None,
        has_newer=found[0].revision > report.revision,
        has_asked=report.correction_on is not None,
        has_filed=filed is not None,
    )
    outcome = queries.outcome_of(placement_id) if role in _OFFICERS else None
    return render_template(
        "placements/report/show.html",
        REPORT_EVENT_SV=REPORT_EVENT_SV,
        head=head,
        report=report,
        versions=found,
        newest=found[0],
        filed=filed,
        compared=before,
        changes=differences(before.content, report.content) if before else [],
        to_mend=_to_mend(report),
        actions=report_actions(standing, role),
        facts_sv=facts_of(head),
        reading=reading(report),
        is_officers=role in _OFFICERS,
        outcome=outcome_lines(outcome.content) if outcome else None,
        given_to=queries.readers_by_consent(head.placement.participant_id) if role in _OFFICERS else [],
        events=queries.events_of(found),
        CONSENT_SCOPE_SV=CONSENT_SCOPE_SV,
        REPORT_STATE_SV=REPORT_STATE_SV,
        REPORT_TONE=REPORT_TONE,
        **WORDS,
    )


def _to_mend(report: FinalReport) -> list[str]:
    """What stands in the way of showing a draft."""
    if report.state is not ReportState.DRAFT:
        return []
    return [*too_long(report.content).values(), *missing_parts(report.content).values()]


def facts_of(head: TrainingHead) -> list[tuple[str, str]]:
    """What booking, plan and attendance tell of the time."""
    plan = queries.agreed_plan(head.placement.id)
    days = (head.placement.last_day - head.start).days + 1
    return [
        ("Period", f"{head.start} till {head.placement.last_day}, {counted(days, 'dag', 'dagar')}"),
        ("Avslut", PLACEMENT_STATE_SV[head.placement.state]),
        ("Yrke", head.trade_name),
        *attendance_lines(hours_of(head.placement.id)),
        ("Plan överenskommen", str(plan.agreed_on) if plan else "Ingen överenskommen plan"),
    ]
