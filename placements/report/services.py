"""Writing, filing and receiving final reports."""

from datetime import date

from sqlalchemy import select

from enterprises.contracts.models import Contract
from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.procurement.models import TermsVersion
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.booking.models import Placement
from placements.participants.models import Grant, Participant
from placements.participants.queries import has_live_placement
from placements.participants.rules import GrantState
from placements.participants.services import conclude_grant
from placements.report.models import FinalReport
from placements.report.queries import goes_on_elsewhere, readable_report
from placements.report.rules import (
    REPORT_TRANSITIONS,
    ExitReason,
    ReportAction,
    ReportContent,
    ReportState,
    check_complete,
    check_draft,
    check_ended,
    report_deadline,
)


def draft_report(
    placement_id: int,
    *,
    done_sv: str = "",
    reached_sv: str = "",
    adaptations_sv: str = "",
    recommended_sv: str = "",
    exit_reason: ExitReason | None = None,
) -> FinalReport:
    """The supervisor's draft, after the end. Raises Conflict before the end, or when there is a report already."""
    placement = _placement_to_report(placement_id)
    check_ended(placement.state, goes_on=goes_on_elsewhere(placement_id))
    content = ReportContent(
        done_sv.strip(), reached_sv.strip(), adaptations_sv.strip(), recommended_sv.strip(), exit_reason
    )
    if db.session.scalar(select(FinalReport.id).where(FinalReport.placement_id == placement_id)) is not None:
        raise Conflict("Det finns redan en slutdokumentation. Läs om sidan och fortsätt med den.")
    report = FinalReport(placement_id=placement_id, due_on=_due_on(placement))
    _write(report, content)
    db.session.add(report)
    db.session.flush()
    _record(report, placement, "draft")
    return report


def save_report(
    report_id: int,
    *,
    done_sv: str,
    reached_sv: str,
    adaptations_sv: str,
    recommended_sv: str,
    exit_reason: ExitReason | None,
) -> FinalReport:
    """Changes a draft. Raises Conflict once it is filed."""
    report = readable_report(report_id, lock=True)
    placement = _placement_to_report(report.placement_id)
    advance(REPORT_TRANSITIONS, report.state, ReportAction.EDIT, current_actor().role)
    _write(
        report,
        ReportContent(
            done_sv.strip(), reached_sv.strip(), adaptations_sv.strip(), recommended_sv.strip(), exit_reason
        ),
    )
    _record(report, placement, "edit")
    return report


def file_report(report_id: int) -> FinalReport:
    """Hands it in; it never changes again. Raises Invalid with what is missing."""
    report = readable_report(report_id, lock=True)
    placement = _placement_to_report(report.placement_id)
    before = report.state
    actor = current_actor()
    target = advance(REPORT_TRANSITIONS, before, ReportAction.FILE, actor.role).target
    check_complete(report.content)
    report.state = ReportState(target)
    report.filed_on = clock.today()
    report.filed_by = actor.user_name
    _record(report, placement, "file", before)
    emit(
        "report.filed",
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        placement_id=placement.id,
        report_id=report.id,
    )
    return report


def receive_report(report_id: int, *, next_step_sv: str) -> FinalReport:
    """The coordinator receives it with a decision on the next step; the grant is concluded.

    A grant that has already led to another placement goes on, and so does one whose participant has moved on from it.
    """
    report = readable_report(report_id, lock=True)
    before = report.state
    target = advance(REPORT_TRANSITIONS, before, ReportAction.RECEIVE, current_actor().role).target
    if not next_step_sv.strip():
        raise Invalid("Skriv vad som är nästa steg.", field="next_step_sv")
    placement = get_or_404(Placement, report.placement_id)
    report.state = ReportState(target)
    report.received_on = clock.today()
    report.next_step_sv = next_step_sv.strip()
    _record(report, placement, "receive", before)
    grant = get_or_404(Grant, placement.grant_id)
    if grant.state == GrantState.PLACED and not placement.is_moved and not has_live_placement(grant.id):
        conclude_grant(grant.id)
    return report


def _write(report: FinalReport, content: ReportContent) -> None:
    check_draft(content)
    report.done_sv = content.done_sv
    report.reached_sv = content.reached_sv
    report.adaptations_sv = content.adaptations_sv
    report.recommended_sv = content.recommended_sv
    report.exit_reason = content.exit_reason


def _due_on(placement: Placement) -> date:
    within = db.session.scalar(
        select(TermsVersion.report_within)
        .join(Contract, Contract.terms_id == TermsVersion.id)
        .where(Contract.id == placement.contract_id)
    )
    if within is None:
        raise Conflict("Avtalets villkor saknas. Kontakta beställaren.")
    return report_deadline(placement.last_day, within)


def _placement_to_report(placement_id: int) -> Placement:
    """Raises NotFound, NotAllowed for who writes no reports, Conflict without the participant's consent."""
    if current_actor().role != Role.SUPERVISOR:
        raise NotAllowed("Slutdokumentationen skrivs av handledaren på arbetsplatsen.")
    placement = get_or_404(Placement, placement_id)
    if db.session.scalar(select(Participant.id).where(Participant.id == placement.participant_id)) is None:
        raise Conflict(
            "Deltagaren har inte lämnat samtycke till att ni ser uppgifterna. Tala med handläggaren."
        )
    return placement


def _record(
    report: FinalReport, placement: Placement, action: str, before: ReportState | None = None
) -> None:
    audit.record(
        "report",
        report.id,
        action,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        from_state=before,
        to_state=report.state,
    )
