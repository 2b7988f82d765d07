"""An application from draft to decision: the enterprise answers, the authority judges and decides in writing."""

from collections.abc import Mapping, Sequence

from enterprises.applications.documents import Decision, Party, Subject, decision_text
from enterprises.applications.models import Application, ApplicationAnswer
from enterprises.applications.queries import application_with_answers, asked, live_application
from enterprises.applications.rules import (
    APPLICATION_TRANSITIONS,
    AnswerDraft,
    ApplicationAction,
    ApplicationState,
    Judgement,
    JudgementDraft,
    approval_problems,
    check_answerable,
    check_judgeable,
    missing_answers,
    rejection_problems,
)
from enterprises.contracts.queries import live_contract
from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.queries import published_terms
from marketplace.procurement.rules import TermsState
from marketplace.rules import advance
from marketplace.tenancy import current_actor


def start_application(system_id: int) -> Application:
    """A draft with one empty answer per requirement of the published terms.

    Raises Conflict when there is a live application or contract in the system already, or nothing to apply to.
    """
    actor = current_actor()
    if actor.role is not Role.SUPPLIER_MANAGER or actor.enterprise_id is None:
        raise NotAllowed("Bara ett företags verksamhetsledare kan ansöka.")
    system = get_or_404(SystemOfChoice, system_id)
    terms = published_terms(system_id)
    if terms is None:
        raise Conflict("Systemet är inte öppet för ansökningar.")
    if live_application(actor.enterprise_id, system_id) is not None:
        raise Conflict("Ni har redan en pågående ansökan till det här systemet. Fortsätt med den.")
    if live_contract(actor.enterprise_id, system_id) is not None:
        raise Conflict("Ni har redan ett avtal i det här systemet.")
    application = Application(
        system_id=system.id,
        terms_id=terms.id,
        authority_id=system.authority_id,
        enterprise_id=actor.enterprise_id,
        state=ApplicationState.DRAFT,
        created_at=now(),
    )
    db.session.add(application)
    db.session.flush()
    application.answers = [ApplicationAnswer(requirement_id=one.id) for one in terms.requirements]
    db.session.flush()
    _record(application, "start")
    return application


def save_answers(application_id: int, answers: Mapping[int, AnswerDraft]) -> Application:
    """Keeps answers by requirement, whole or half-written. An answer that is changed is to be judged again.

    Raises Conflict once the application is with the authority.
    """
    application = _locked(application_id, Role.SUPPLIER_MANAGER)
    check_answerable(application.state)
    rows = {row.requirement_id: row for row in application.answers}
    for requirement_id, answer in answers.items():
        row = rows.get(requirement_id)
        if row is None:
            raise NotFound("Kravet hör inte till den här ansökan. Läs om sidan.")
        given = (answer.answer_sv.strip(), answer.is_declared)
        if given != (row.answer_sv, row.is_declared):
            row.answer_sv, row.is_declared = given
            row.judgement = None
    db.session.flush()
    return application


def follow_new_terms(application_id: int) -> Application:
    """Moves a draft to the version published since it was begun; answers to unchanged requirements stay."""
    application = _locked(application_id, Role.SUPPLIER_MANAGER)
    terms = published_terms(application.system_id)
    if application.state is not ApplicationState.DRAFT or terms is None:
        raise Conflict("Bara ett utkast kan flyttas till en ny version.")
    if terms.id == application.terms_id:
        return application
    given = {
        (row.requirement.text_sv, row.requirement.proof): AnswerDraft(row.answer_sv, row.is_declared)
        for row in application.answers
    }
    for row in application.answers:
        db.session.delete(row)
    db.session.flush()
    db.session.expire(application, ["answers"])
    for requirement in terms.requirements:
        kept = given.get((requirement.text_sv, requirement.proof), AnswerDraft())
        application.answers.append(
            ApplicationAnswer(
                requirement_id=requirement.id, answer_sv=kept.answer_sv, is_declared=kept.is_declared
            )
        )
    application.terms_id = terms.id
    db.session.flush()
    _record(application, "follow_new_terms", note_sv=f"Version {terms.version}")
    return application


def submit_application(application_id: int) -> None:
    """Hands the application in. Raises Invalid with exactly what is missing, Conflict when the terms are replaced."""
    application = _locked(application_id, Role.SUPPLIER_MANAGER)
    terms = get_or_404(TermsVersion, application.terms_id)
    if application.state is ApplicationState.DRAFT and terms.state is not TermsState.PUBLISHED:
        raise Conflict(
            "Förfrågningsunderlaget har fått en ny version. Gå över till den och läs igenom kraven på nytt."
        )
    _refuse_missing(application)
    application.submitted_on = today()
    _move(application, ApplicationAction.SUBMIT)


def withdraw_application(application_id: int) -> None:
    application = _locked(application_id, Role.SUPPLIER_MANAGER)
    _move(application, ApplicationAction.WITHDRAW)


def complete_application(application_id: int) -> None:
    """Hands the completed application in again. Raises Invalid with exactly what is missing."""
    application = _locked(application_id, Role.SUPPLIER_MANAGER)
    _refuse_missing(application)
    _move(application, ApplicationAction.COMPLETE)


def judge_answers(application_id: int, judgements: Mapping[int, JudgementDraft]) -> Application:
    """Keeps judgements by requirement, while the application is examined. A failure needs its reason."""
    application = _locked(application_id, Role.PROCUREMENT_OFFICER)
    check_judgeable(application.state)
    rows = {row.requirement_id: row for row in application.answers}
    for requirement_id, judged in judgements.items():
        row = rows.get(requirement_id)
        if row is None:
            raise NotFound("Kravet hör inte till den här ansökan. Läs om sidan.")
        if judged.judgement is Judgement.NOT_MET and not judged.reason_sv.strip():
            position = row.requirement.position
            raise Invalid(f"Krav {position}: skriv varför det inte är uppfyllt.", field=f"skal_{position}")
        row.judgement, row.judgement_reason_sv = judged.judgement, judged.reason_sv.strip()
    _record(application, "judge")
    db.session.flush()
    return application


def request_completion(application_id: int, text_sv: str) -> None:
    """Gives the application back with what is missing. Raises Invalid without it."""
    if not text_sv.strip():
        raise Invalid("Skriv vad som behöver kompletteras.", field="text_sv")
    application = _locked(application_id, Role.PROCUREMENT_OFFICER)
    application.completion_request_sv = text_sv.strip()
    _move(application, ApplicationAction.REQUEST_COMPLETION)


def approve_application(application_id: int, *, reasons_sv: str, diary_number: str) -> None:
    """Decides in writing that the enterprise is approved. A contract is to be drawn up next.

    Raises Invalid while a requirement is not judged met, or reasons or diary number are missing.
    """
    application = _locked(application_id, Role.PROCUREMENT_OFFICER)
    _may(application, ApplicationAction.APPROVE)
    _refuse(approval_problems(asked(application), reasons_sv, diary_number))
    _decide(application, ApplicationAction.APPROVE, reasons_sv, diary_number)


def reject_application(application_id: int, *, reasons_sv: str, diary_number: str) -> None:
    """Decides in writing that the enterprise is not approved, with reasons and how to have that corrected.

    Raises Invalid without reasons, or when every requirement is met.
    """
    application = _locked(application_id, Role.PROCUREMENT_OFFICER)
    _may(application, ApplicationAction.REJECT)
    _refuse(rejection_problems(asked(application), reasons_sv, diary_number))
    _decide(application, ApplicationAction.REJECT, reasons_sv, diary_number)


def decision_preview(
    application: Application, *, is_approved: bool, reasons_sv: str, diary_number: str
) -> str:
    """The decision as it would be written today."""
    return decision_text(
        Decision(
            is_approved=is_approved,
            subject=Subject(
                authority=_party(application.authority),
                enterprise=_party(application.enterprise),
                system_name=application.system.name,
                regime=application.system.regime,
                terms_version=application.terms.version,
            ),
            diary_number=diary_number.strip(),
            decided_on=today(),
            decided_by=f"{current_actor().user_name}, {application.authority.name}",
            reasons_sv=reasons_sv,
            judged=asked(application),
        )
    )


def _decide(application: Application, action: ApplicationAction, reasons_sv: str, diary_number: str) -> None:
    application.decision_sv = decision_preview(
        application,
        is_approved=action is ApplicationAction.APPROVE,
        reasons_sv=reasons_sv,
        diary_number=diary_number,
    )
    application.decided_on = today()
    application.diary_number = diary_number.strip()
    _move(application, action)


def _locked(application_id: int, role: Role) -> Application:
    """The application, held until the transaction ends, if the actor's side has that role in it."""
    actor = current_actor()
    if actor.role is not role:
        raise NotAllowed("Din roll får inte göra detta med ansökan.")
    get_or_404(Application, application_id, lock=True)
    application = application_with_answers(application_id)
    own = application.enterprise_id if role is Role.SUPPLIER_MANAGER else application.authority_id
    if own not in (actor.enterprise_id, actor.authority_id):
        raise NotFound()
    return application


def _may(application: Application, action: ApplicationAction) -> ApplicationState:
    target = advance(APPLICATION_TRANSITIONS, application.state, action, current_actor().role).target
    return ApplicationState(target)


def _move(application: Application, action: ApplicationAction) -> None:
    before = application.state
    application.state = _may(application, action)
    db.session.flush()
    _record(application, action, from_state=before, to_state=application.state)


def _record(
    application: Application,
    action: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    note_sv: str = "",
) -> None:
    is_judging = action == "judge"
    audit.record(
        "application",
        application.id,
        action,
        # What happens before it is handed in is the enterprise's own; how far a judgement has come, the authority's.
        authority_id=application.authority_id if application.submitted_on else None,
        enterprise_id=None if is_judging else application.enterprise_id,
        from_state=from_state,
        to_state=to_state,
        note_sv=note_sv,
    )


def _refuse_missing(application: Application) -> None:
    _refuse([sentence for _, sentence in missing_answers(asked(application))])


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise Invalid(" ".join(problems))


def _party(organisation: Organisation) -> Party:
    return Party(organisation.name, organisation.orgnr or "")
