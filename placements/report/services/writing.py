"""The supervisor writes out of plan and work, shows it to the participant, files it, and corrects it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from enterprises.contracts.models import Contract
from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.outbox import emit
from marketplace.procurement.models import TermsVersion
from marketplace.reference.rules import add_working_days
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from marketplace.web.drafts import refuse_stale
from placements.booking.models import Placement
from placements.participants.models import Participant
from placements.report.content_rules import ReportContent, check_whole, prefilled, tidy
from placements.report.models import FinalReport
from placements.report.queries import agreed_plan, goes_on_elsewhere
from placements.report.rules import (
    CORRECT_WITHIN,
    FILED_STATES,
    REPORT_TRANSITIONS,
    ReportAction,
    ReportState,
    UnreadReason,
    check_ended,
    check_read,
    check_still_true,
    obstacle_to_discard,
    report_deadline,
)
from placements.report.services.versions import locked_report, locked_versions, record


def begin_report(placement_id: int) -> FinalReport:
    """A first draft out of the agreed plan. Raises Conflict before the end, or when there is one to go on with."""
    plan = agreed_plan(placement_id)
    return draft_report(placement_id, prefilled(plan.content if plan else None))


def draft_report(placement_id: int, content: ReportContent) -> FinalReport:
    """A first draft that says this. Raises as begin_report does."""
    placement = _placement_to_report(placement_id)
    if locked_versions(placement_id):
        raise Conflict("Det finns redan en slutdokumentation. Läs om sidan och fortsätt med den.")
    return _new(placement, [], content, "draft")


def save_report(report_id: int, content: ReportContent, *, saves: int | None = None) -> FinalReport:
    """Changes a draft, whole or half-written. `saves` is the mark that the page was opened with.

    Raises Conflict when someone has saved something else since, or the report is a draft no longer.
    """
    report, placement, versions = _own_report(report_id, ReportAction.EDIT)
    content = tidy(content)
    is_changed = content != report.content
    if is_changed:
        refuse_stale(saves, report.saves)
    report.goals.clear()
    db.session.flush()  # the goals that go leave their keys to those that come
    report.write(content)
    report.due_on = _due_on(placement, versions)
    report.saves += 1
    if is_changed and not audit.says_last("report", report.id, "edit"):
        record(report, placement, "edit")
    return report


def show_report(report_id: int) -> FinalReport:
    """Lays it before the participant; it never changes again. Raises Invalid with the first thing to be mended."""
    report, placement, versions = _own_report(report_id, ReportAction.SHOW)
    check_whole(report.content)
    report.state = ReportState.SHOWN
    report.shown_on = clock.today()
    report.due_on = _due_on(placement, versions)
    record(report, placement, "show", ReportState.DRAFT)
    return report


def file_report(report_id: int, unread_reason: UnreadReason | None = None) -> FinalReport:
    """Hands it in, and replaces the version that was filed before. Case officer and coordinator are told.

    Raises Invalid when the participant has not read it and no reason is given that holds today, Conflict when the
    training has gone on since she got it.
    """
    report, placement, versions = _own_report(report_id, ReportAction.FILE)
    today = clock.today()
    is_read = report.read_at is not None
    shown_on = report.shown_on or today
    check_still_true(shown_on=shown_on, ended_on=placement.ended_on or placement.last_day)
    check_read(is_read=is_read, reason=unread_reason, shown_on=shown_on, today=today)
    for older in versions:
        if older.state in FILED_STATES:
            before = older.state
            older.state = ReportState(
                advance(REPORT_TRANSITIONS, before, ReportAction.REPLACE, Role.SYSTEM).target
            )
            record(older, placement, "replace", before)
    db.session.flush()  # the database allows one filed version at a time
    report.state = ReportState.FILED
    report.unread_reason = None if is_read else unread_reason
    report.filed_on, report.filed_by = today, current_actor().user_name
    db.session.flush()
    record(report, placement, "file", ReportState.SHOWN)
    emit(
        "report.filed",
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        placement_id=placement.id,
        report_id=report.id,
    )
    for organisation_id, role in (
        (placement.unit_id, Role.CASE_OFFICER),
        (placement.authority_id, Role.COORDINATOR),
    ):
        write_letter(
            organisation_id,
            role,
            kind=LetterKind.REPORT,
            subject_sv="En slutdokumentation är inlämnad",
            text_sv=f"Slutdokumentationen för {placement.number} är inlämnad, version {report.revision}.",
            endpoint="report.show",
            placement_id=placement.id,
        )
    return report


def revise_report(report_id: int) -> FinalReport:
    """A new version as a draft that says the same as now. One that the participant reads is replaced at once, a filed
    one when the new one is filed. Raises Conflict when a newer version exists already."""
    report, placement, versions = locked_report(report_id)
    _placement_to_report(placement.id)
    if any(version.revision > report.revision for version in versions):
        raise Conflict("En nyare version är redan på väg. Fortsätt med den.")
    before = report.state
    report.state = ReportState(
        advance(REPORT_TRANSITIONS, before, ReportAction.REVISE, current_actor().role).target
    )
    if report.state is not before:
        record(report, placement, "replace", before)
    db.session.flush()  # the database allows one open version at a time
    return _new(placement, versions, report.content, "revise")


def discard_report(report_id: int) -> None:
    """Throws a new version away: the filed one goes on. Raises Conflict for what the participant has before her, and
    where none is filed."""
    report, placement, versions = locked_report(report_id)
    advance(REPORT_TRANSITIONS, report.state, ReportAction.DISCARD, current_actor().role)
    if why_not := obstacle_to_discard(version.state for version in versions):
        raise Conflict(why_not)
    filed = next(version for version in versions if version.state in FILED_STATES)
    db.session.delete(report)
    db.session.flush()
    record(filed, placement, "discard")


def _new(
    placement: Placement, versions: Sequence[FinalReport], content: ReportContent, action: str
) -> FinalReport:
    """The version after these."""
    report = FinalReport(
        placement_id=placement.id, revision=len(versions) + 1, due_on=_due_on(placement, versions)
    )
    report.write(tidy(content))
    db.session.add(report)
    db.session.flush()
    record(report, placement, action)
    return report


def _own_report(report_id: int, action: ReportAction) -> tuple[FinalReport, Placement, list[FinalReport]]:
    """The supervisor's report to act on so, with every version, held until the transaction ends."""
    report, placement, versions = locked_report(report_id)
    advance(REPORT_TRANSITIONS, report.state, action, current_actor().role)
    _placement_to_report(placement.id)
    return report, placement, versions


def _due_on(placement: Placement, versions: Sequence[FinalReport]) -> date:
    """By when it is filed. A correction has days of its own: what it corrects was filed in time, or was not."""
    filed = next((version for version in versions if version.state in FILED_STATES), None)
    if filed is not None:
        return max(filed.due_on, add_working_days(filed.correction_on or clock.today(), CORRECT_WITHIN))
    within = db.session.scalar(
        select(TermsVersion.report_within)
        .join(Contract, Contract.terms_id == TermsVersion.id)
        .where(Contract.id == placement.contract_id)
    )
    if within is None:
        raise Conflict("Avtalets villkor saknas. Kontakta beställaren.")
    return report_deadline(placement.last_day, within)


def _placement_to_report(placement_id: int) -> Placement:
    """Raises NotFound, NotAllowed for who writes no reports, Conflict before the end and without consent."""
    if current_actor().role != Role.SUPERVISOR:
        raise NotAllowed("Slutdokumentationen skrivs av handledaren på arbetsplatsen.")
    placement = get_or_404(Placement, placement_id)
    if db.session.scalar(select(Participant.id).where(Participant.id == placement.participant_id)) is None:
        raise Conflict(
            "Deltagaren har inte lämnat samtycke till att ni ser uppgifterna. Tala med handläggaren."
        )
    check_ended(placement.state, goes_on=goes_on_elsewhere(placement_id))
    return placement
