"""What the enterprise does: begins, answers, hands in, completes, withdraws."""

from collections.abc import Mapping

from enterprises.applications.models import Application, ApplicationAnswer
from enterprises.applications.queries import (
    application_with_answers,
    asked,
    asked_of,
    live_application,
)
from enterprises.applications.reuse_rules import carried
from enterprises.applications.rules import (
    AnswerDraft,
    ApplicationAction,
    ApplicationState,
    check_answerable,
    missing_answers,
    missing_completions,
)
from enterprises.applications.services.attachments import copy_attachments, hand_in_attachments
from enterprises.applications.services.common import locked, may, move, record, refuse
from enterprises.contracts.queries import live_contract
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.queries import published_terms, terms_to_apply_to
from marketplace.procurement.rules import TermsState
from marketplace.tenancy import current_actor


def start_application(system_id: int, *, reuse_id: int | None = None) -> Application:
    """A draft with an answer per requirement of the published terms: empty, or out of the application `reuse_id`.

    Raises Conflict when there is a live application or contract in the system already, or nothing to apply to.
    """
    actor = current_actor()
    if actor.role is not Role.SUPPLIER_MANAGER or actor.enterprise_id is None:
        raise NotAllowed("Bara ett företags verksamhetsledare kan ansöka.")
    system = get_or_404(SystemOfChoice, system_id)
    terms = terms_to_apply_to(system)
    if live_application(actor.enterprise_id, system_id) is not None:
        raise Conflict(
            "Ni har redan en pågående ansökan till det här systemet. Ett företag har en i taget: fortsätt med den."
        )
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
    answers = _answers_to(application, terms)
    if reuse_id is not None:
        _reuse(application_with_answers(reuse_id), application, answers, terms)
    db.session.flush()
    record(application, "start")
    return application


def save_answers(application_id: int, answers: Mapping[int, AnswerDraft]) -> Application:
    """Keeps answers by requirement, whole or half-written; in a completion, what is added to those that are asked for.

    Raises Conflict once the application is with the authority, and for an answer that nothing is asked of.
    """
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    check_answerable(application.state)
    if application.state is ApplicationState.DRAFT:
        _write(application, answers)
    else:
        _write_completions(application, answers)
    db.session.flush()
    return application


def follow_new_terms(application_id: int) -> Application:
    """Moves a draft to the version published since it was begun. Answers to unchanged requirements stay, answers to
    reworded ones are marked; what was written for a requirement that is gone goes with it."""
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    terms = published_terms(application.system_id)
    if application.state is not ApplicationState.DRAFT or terms is None:
        raise Conflict("Bara ett utkast kan flyttas till en ny version.")
    if terms.id == application.terms_id:
        return application
    before = asked(application)
    files = list(application.attachments)
    for row in application.answers:
        db.session.delete(row)
    db.session.flush()
    application.terms_id = terms.id
    db.session.flush()
    answers = _answers_to(application, terms)
    became: dict[int | None, int] = {}
    for pair in carried(before, asked_of(terms.requirements)):
        row = answers[pair.new.requirement_id]
        is_same = pair.is_unchanged and pair.old.proof is pair.new.proof
        if is_same or pair.keeps_answer:
            row.answer_sv = pair.old.answer.answer_sv
            row.is_declared = is_same and pair.old.answer.is_declared
            row.copied_from_id = None if is_same else pair.old.requirement_id
            became[pair.old.requirement_id] = pair.new.requirement_id
    for file in files:
        if file.requirement_id in became:
            file.requirement_id = became[file.requirement_id]
        else:
            db.session.delete(file)
    db.session.flush()
    db.session.expire(application, ["answers", "attachments", "terms"])
    record(application, "follow_new_terms", note_sv=f"Version {terms.version}")
    return application


def submit_application(application_id: int) -> None:
    """Hands the application in. Raises Invalid with exactly what is missing, Conflict when the terms are replaced."""
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    may(application, ApplicationAction.SUBMIT)
    if get_or_404(TermsVersion, application.terms_id).state is not TermsState.PUBLISHED:
        raise Conflict(
            "Förfrågningsunderlaget har fått en ny version. Gå över till den och läs igenom kraven på nytt."
        )
    refuse([sentence for _, sentence in missing_answers(asked(application))])
    application.submitted_on = today()
    hand_in_attachments(application)
    move(application, ApplicationAction.SUBMIT)
    write_letter(
        application.authority_id,
        Role.PROCUREMENT_OFFICER,
        kind=LetterKind.APPLICATION,
        subject_sv=f"Ny ansökan till {application.system.name}",
        text_sv=(
            f"En ansökan till {application.system.name} har kommit in. Ni har lovat ett beslut inom "
            f"{application.terms.decision_within} arbetsdagar."
        ),
        endpoint="applications.show",
        application_id=application.id,
    )


def withdraw_application(application_id: int) -> None:
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    move(application, ApplicationAction.WITHDRAW)


def complete_application(application_id: int) -> None:
    """Hands in what was asked for. Raises Invalid with exactly what is missing."""
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    may(application, ApplicationAction.COMPLETE)
    refuse([sentence for _, sentence in missing_completions(asked(application))])
    for row in application.completions:
        if row.is_open:
            row.answered_on, row.is_open = today(), False
    hand_in_attachments(application)
    application.completion_due_on = None
    move(application, ApplicationAction.COMPLETE)


def _answers_to(application: Application, terms: TermsVersion) -> dict[int, ApplicationAnswer]:
    """An empty answer to each requirement, by requirement: the same ones for everyone who applies to these terms."""
    rows = {
        one.id: ApplicationAnswer(
            application_id=application.id,
            terms_id=terms.id,
            requirement_id=one.id,
            answer_sv="",
            is_declared=False,
        )
        for one in terms.requirements
    }
    db.session.add_all(rows.values())
    db.session.flush()
    return rows


def _reuse(
    earlier: Application,
    application: Application,
    answers: Mapping[int, ApplicationAnswer],
    terms: TermsVersion,
) -> None:
    """Texts and files, not declarations: those are made anew."""
    if earlier.enterprise_id != application.enterprise_id:
        raise NotFound()
    for pair in carried(asked(earlier), asked_of(terms.requirements)):
        if pair.keeps_answer:
            row = answers[pair.new.requirement_id]
            row.answer_sv = pair.old.answer.answer_sv
            row.copied_from_id = pair.old.requirement_id
            db.session.flush()
            copy_attachments(pair.old.files, application, pair.new.requirement_id)


def _write(application: Application, answers: Mapping[int, AnswerDraft]) -> None:
    rows = {row.requirement_id: row for row in application.answers}
    for requirement_id, answer in answers.items():
        row = rows.get(requirement_id)
        if row is None:
            raise NotFound("Kravet hör inte till den här ansökan. Läs om sidan.")
        text = answer.answer_sv.strip()
        if text != row.answer_sv:
            row.answer_sv, row.copied_from_id = text, None
        row.is_declared = answer.is_declared


def _write_completions(application: Application, answers: Mapping[int, AnswerDraft]) -> None:
    rows = {row.requirement_id: row for row in application.completions if row.is_open}
    for requirement_id, answer in answers.items():
        row = rows.get(requirement_id)
        if row is None:
            raise Conflict("Bara svar som myndigheten har frågat om kan kompletteras.")
        row.answer_sv = answer.answer_sv.strip()
