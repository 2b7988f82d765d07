"""The participant reads and comments; the authority's side receives the report, or asks for a correction."""

from sqlalchemy import select

from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.booking.models import Placement
from placements.participants.models import Grant
from placements.participants.queries import has_live_placement
from placements.participants.rules import GrantState
from placements.participants.services import conclude_grant
from placements.report.content_rules import check_words
from placements.report.models import FinalReport, Outcome
from placements.report.outcome_rules import OutcomeContent, check_outcome, check_result
from placements.report.queries import outcome_of, result_after_months
from placements.report.rules import ENDED_STATES, NOT_OVER_SV, REPORT_TRANSITIONS, ReportAction, ReportState
from placements.report.services.versions import locked_report, record


def read_as_participant(report_id: int, comment_sv: str = "") -> FinalReport:
    """The participant, on her own page, has read it; what she says of it is kept with it."""
    report, placement = _read(report_id, ReportAction.READ_OWN, comment_sv)
    report.read_by_code = True
    record(report, placement, "read_own", ReportState.SHOWN)
    db.session.flush()
    write_letter(
        placement.enterprise_id,
        Role.SUPERVISOR,
        kind=LetterKind.REPORT,
        subject_sv="En deltagare har läst sin slutdokumentation",
        text_sv=f"Slutdokumentationen för {placement.number} är läst och kan lämnas in.",
        endpoint="report.show",
        placement_id=placement.id,
    )
    return report


def record_reading(report_id: int, comment_sv: str = "") -> FinalReport:
    """She read it at the table, with the actor as witness, who writes down what she says of it."""
    actor = current_actor()
    report, placement = _read(report_id, ReportAction.WITNESS, comment_sv)
    report.read_witness = f"{actor.user_name}, {actor.organisation_name}"
    record(report, placement, "witness", ReportState.SHOWN)
    return report


def _read(report_id: int, action: ReportAction, comment_sv: str) -> tuple[FinalReport, Placement]:
    """Raises Conflict when it has been read or is replaced, Invalid beside `comment_sv`."""
    report, placement, _ = locked_report(report_id)
    advance(REPORT_TRANSITIONS, report.state, action, current_actor().role)
    if report.read_at is not None:
        is_own = action is ReportAction.READ_OWN
        raise Conflict("Du har redan svarat." if is_own else "Deltagaren har redan läst.")
    report.comment_sv = check_words(comment_sv, field="comment_sv")
    report.read_at = clock.now()
    return report, placement


def ask_for_correction(report_id: int, text_sv: str) -> FinalReport:
    """What has to be corrected in a filed report: the supervisor writes a new version.

    Raises Invalid, and Conflict when it has been asked for or is on its way.
    """
    report, placement, versions = locked_report(report_id)
    advance(REPORT_TRANSITIONS, report.state, ReportAction.ASK_CORRECTION, current_actor().role)
    if report.correction_on is not None or any(one.revision > report.revision for one in versions):
        raise Conflict("Rättelse är redan begärd, eller så är en ny version på väg.")
    report.correction_sv = check_words(text_sv, field="text_sv")
    if not report.correction_sv:
        raise Invalid("Skriv vad som behöver rättas.", field="text_sv")
    actor = current_actor()
    report.correction_on = clock.today()
    report.correction_by = f"{actor.user_name}, {actor.organisation_name}"
    record(report, placement, "ask_correction", report.state)
    write_letter(
        placement.enterprise_id,
        Role.SUPERVISOR,
        kind=LetterKind.REPORT,
        subject_sv="En slutdokumentation behöver rättas",
        text_sv=f"Något i slutdokumentationen för {placement.number} behöver rättas.",
        endpoint="report.show",
        placement_id=placement.id,
    )
    return report


def receive_report(report_id: int, *, next_step_sv: str) -> FinalReport:
    """The coordinator receives it with a decision on the next step; the grant is concluded.

    A grant that has already led to another placement goes on, and so does one whose participant has moved on from it.
    Raises Conflict until occupation and support before and after are recorded.
    """
    report, placement, _ = locked_report(report_id)
    before = report.state
    actor = current_actor()
    target = advance(REPORT_TRANSITIONS, before, ReportAction.RECEIVE, actor.role).target
    if not next_step_sv.strip():
        raise Invalid("Skriv vad som är nästa steg.", field="next_step_sv")
    if outcome_of(placement.id) is None:
        raise Conflict("Fyll i sysselsättning och försörjning före och efter först.")
    report.state = ReportState(target)
    report.received_on, report.received_by = clock.today(), actor.user_name
    report.next_step_sv = next_step_sv.strip()
    record(report, placement, "receive", before)
    grant = get_or_404(Grant, placement.grant_id)
    if grant.state == GrantState.PLACED and not placement.is_moved and not has_live_placement(grant.id):
        conclude_grant(grant.id)
    return report


def record_outcome(placement_id: int, content: OutcomeContent) -> Outcome:
    """Occupation and support before and after, by case officer or coordinator. Raises Invalid beside the box, Conflict
    before the end."""
    if current_actor().role not in (Role.CASE_OFFICER, Role.COORDINATOR):
        raise NotAllowed("Det här fylls i av handläggaren eller samordnaren.")
    placement = get_or_404(Placement, placement_id)
    if placement.state not in ENDED_STATES:
        raise Conflict(NOT_OVER_SV)
    check_outcome(content)
    found = db.session.scalar(select(Outcome).where(Outcome.placement_id == placement_id).with_for_update())
    outcome = found or Outcome(placement_id=placement_id)
    if content.result_began_on != outcome.result_began_on:
        after_months = result_after_months(placement_id)
        check_result(content, after_months=after_months, first_day=placement.first_day, today=clock.today())
        outcome.result_verified_on = clock.today() if content.result_began_on else None
    for name, value in vars(content).items():
        setattr(outcome, name, list(value) if isinstance(value, tuple) else value)
    db.session.add(outcome)
    db.session.flush()
    audit.record("participant", placement.participant_id, "outcome", authority_id=placement.authority_id)
    return outcome
