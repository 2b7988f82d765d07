"""What the authority does before it decides: judges each answer, asks for completion, notes grounds to exclude."""

from collections.abc import Mapping

from enterprises.applications.attachment_rules import AttachmentKind
from enterprises.applications.exclusion_rules import Ground, check_excludable
from enterprises.applications.files import read_upload
from enterprises.applications.models import (
    AnswerCompletion,
    AnswerJudgement,
    Application,
    ExclusionFinding,
)
from enterprises.applications.queries import asked
from enterprises.applications.rules import (
    ApplicationAction,
    Judgement,
    JudgementDraft,
    check_judgeable,
    check_judgement,
    completion_due,
    resume_obstacle,
)
from enterprises.applications.services.attachments import keep_file
from enterprises.applications.services.common import locked, may, move, record
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.tenancy import current_actor
from marketplace.viruses import refuse_virus


def judge_answers(application_id: int, judgements: Mapping[int, JudgementDraft]) -> Application:
    """Keeps judgements by requirement, while the application is examined. A failure needs its reason, what is to be
    completed also its last day."""
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    check_judgeable(application.state)
    positions = {one.id: one.position for one in application.terms.requirements}
    rows = {row.requirement_id: row for row in application.judgements}
    for requirement_id, judged in judgements.items():
        if requirement_id not in positions:
            raise NotFound("Kravet hör inte till den här ansökan. Läs om sidan.")
        check_judgement(positions[requirement_id], judged, today())
        row = rows.get(requirement_id)
        if row is None:
            row = AnswerJudgement(application_id=application_id, requirement_id=requirement_id)
            db.session.add(row)
        row.judgement, row.reason_sv = judged.judgement, judged.reason_sv.strip()
        row.complete_by = judged.complete_by if judged.judgement is Judgement.COMPLETE_BY else None
    db.session.flush()
    record(application, "judge")
    return application


def request_completion(application_id: int, text_sv: str = "") -> None:
    """Asks the enterprise for what has been judged to be completed, by the first of the days given, for all of it.

    `text_sv` stands above. Raises Conflict when nothing is to be completed, Invalid when a day has passed since.
    """
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    may(application, ApplicationAction.REQUEST_COMPLETION)
    listed = asked(application)
    due_on = completion_due(listed)
    if due_on is None:
        raise Conflict("Bedöm först vilka krav som ska kompletteras, och till vilken dag.")
    for one in listed:
        if one.judged.judgement is Judgement.COMPLETE_BY:
            check_judgement(one.position, one.judged, today())
            db.session.add(
                AnswerCompletion(
                    application_id=application_id,
                    requirement_id=one.requirement_id,
                    asked_sv=one.judged.reason_sv,
                    complete_by=due_on,
                    requested_on=today(),
                    answer_sv="",
                    is_open=True,
                )
            )
    for row in application.judgements:
        if row.judgement is Judgement.COMPLETE_BY:  # asked now, and judged again on what comes
            db.session.delete(row)
    application.completion_request_sv = text_sv.strip()
    application.completion_due_on = due_on
    move(application, ApplicationAction.REQUEST_COMPLETION, note_sv=f"Senast {due_on.isoformat()}")
    write_letter(
        application.enterprise_id,
        Role.SUPPLIER_MANAGER,
        kind=LetterKind.DECISION,
        subject_sv="Komplettera er ansökan",
        text_sv=(
            f"{application.authority.name} behöver en komplettering av er ansökan till {application.system.name}, "
            f"senast {due_on.isoformat()}."
        ),
        endpoint="applications.show",
        application_id=application.id,
    )


def resume_examination(application_id: int) -> None:
    """Goes on with what there is when a completion has not come in time. Raises Conflict before that."""
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    may(application, ApplicationAction.RESUME)
    obstacle = resume_obstacle(application.completion_due_on, today())
    if obstacle:
        raise Conflict(obstacle)
    for row in application.completions:
        if row.is_open:
            row.is_open = False
    application.completion_due_on = None
    move(application, ApplicationAction.RESUME)


def find_exclusion(
    application_id: int, *, ground: Ground, evidence_sv: str, file: tuple[str, bytes] | None = None
) -> ExclusionFinding:
    """Notes a ground to exclude the applicant, with the evidence; `file` is its name and content.

    Raises Invalid without evidence, Conflict when the application is not examined or LOV does not say who is excluded.
    """
    if file:
        refuse_virus(file[1])
    upload = read_upload(*file) if file else None
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    check_judgeable(application.state)
    check_excludable(application.system.regime)
    if not evidence_sv.strip():
        raise Invalid(
            "Skriv vad som visar det, till exempel ett registerutdrag och dess datum.", field="evidence_sv"
        )
    kept = keep_file(application, AttachmentKind.EXCLUSION, upload) if upload else None
    finding = ExclusionFinding(
        application_id=application_id,
        ground=ground,
        evidence_sv=evidence_sv.strip(),
        attachment_id=kept.id if kept else None,
        found_on=today(),
        found_by=current_actor().user_name,
        lifted_sv="",
    )
    db.session.add(finding)
    db.session.flush()
    record(application, "find_exclusion")
    return finding


def lift_exclusion(application_id: int, finding_id: int, reason_sv: str) -> None:
    """A ground no longer stands, or it is not thought to weigh enough. Raises Invalid without a reason."""
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    check_judgeable(application.state)
    finding = next((one for one in application.findings if one.id == finding_id), None)
    if finding is None:
        raise NotFound()
    if finding.lifted_on is not None:
        raise Conflict("Grunden är redan avförd.")
    if not reason_sv.strip():
        raise Invalid("Skriv varför grunden inte längre ska hindra ett godkännande.", field="reason_sv")
    finding.lifted_on, finding.lifted_sv = today(), reason_sv.strip()
    db.session.flush()
    record(application, "lift_exclusion")
