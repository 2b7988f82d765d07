"""Applications, as each of the two parties sees them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from enterprises.applications.attachment_rules import AttachedFile, AttachmentKind
from enterprises.applications.exclusion_rules import Finding
from enterprises.applications.models import (
    AnswerJudgement,
    Application,
    ApplicationAnswer,
    Attachment,
    AttachmentContent,
    ExclusionFinding,
)
from enterprises.applications.rules import (
    LIVE_APPLICATION_STATES,
    UNDECIDED,
    AnswerDraft,
    ApplicationState,
    Asked,
    Completion,
    JudgementDraft,
    decide_by,
)
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import Requirement, SystemOfChoice, TermsVersion
from marketplace.reference.rules import working_days_between
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

KIND_SV = "Ansökningar"
"""What the start page calls them."""

Enterprise = aliased(Organisation)
Authority = aliased(Organisation)

APPLICATION_SORTS: dict[str, ColumnElement[Any]] = {
    "foretag": swedish_order(Enterprise.name),
    "system": swedish_order(SystemOfChoice.name),
    "myndighet": swedish_order(Authority.name),
    "inkom": Application.submitted_on,  # type: ignore[dict-item]  # an attribute is an expression
}


@dataclass(frozen=True)
class ApplicationFilter:
    states: tuple[ApplicationState, ...] = ()
    system_id: int | None = None


def days_waiting(application: Application) -> int | None:
    """Working days since the application came in; None before that and after the decision."""
    if application.submitted_on is None or application.state not in UNDECIDED:
        return None
    return working_days_between(application.submitted_on, today())


def deadline(application: Application) -> date | None:
    """The last day of the promised handling time, while there is no decision."""
    if application.submitted_on is None or application.state not in UNDECIDED:
        return None
    return decide_by(application.submitted_on, application.terms.decision_within)


def application_with_answers(application_id: int) -> Application:
    """As it is now, whatever has been read before. Raises NotFound when the actor is no party to it, or it is someone
    else's draft."""
    statement = (
        select(Application)
        .where(Application.id == application_id)
        .options(
            joinedload(Application.system),
            joinedload(Application.terms).selectinload(TermsVersion.requirements),
            joinedload(Application.enterprise),
            joinedload(Application.authority),
            joinedload(Application.proposal),
            selectinload(Application.answers).joinedload(ApplicationAnswer.copied_from),
            selectinload(Application.judgements),
            selectinload(Application.completions),
            selectinload(Application.attachments),
            selectinload(Application.findings).joinedload(ExclusionFinding.attachment),
        )
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def asked(application: Application) -> list[Asked]:
    """Every requirement of the application's terms, in order, with answer, files, completions and judgement."""
    answers = {answer.requirement_id: answer for answer in application.answers}
    judgements = {row.requirement_id: row for row in application.judgements}
    completions: dict[int, list[Completion]] = defaultdict(list)
    for one in application.completions:
        completions[one.requirement_id].append(
            Completion(
                one.asked_sv, one.complete_by, one.requested_on, one.answer_sv, one.answered_on, one.is_open
            )
        )
    files = _files(application)
    found = []
    for requirement in application.terms.requirements:
        answer = answers.get(requirement.id)
        row = judgements.get(requirement.id)
        found.append(
            Asked(
                requirement.position,
                requirement.text_sv,
                requirement.proof,
                AnswerDraft(answer.answer_sv, answer.is_declared) if answer else AnswerDraft(),
                JudgementDraft(row.judgement, row.reason_sv, row.complete_by) if row else JudgementDraft(),
                requirement_id=requirement.id,
                files=files.get(requirement.id, ()),
                completions=completions.get(requirement.id, ()),
                copied_from_sv=answer.copied_from.text_sv if answer and answer.copied_from else None,
            )
        )
    return found


def asked_of(requirements: Iterable[Requirement]) -> list[Asked]:
    """The same requirements before there is an application."""
    return [Asked(one.position, one.text_sv, one.proof, requirement_id=one.id) for one in requirements]


def findings(application: Application) -> list[Finding]:
    return [
        Finding(one.ground, one.evidence_sv, one.found_on, one.lifted_on is None)
        for one in application.findings
    ]


def _files(application: Application) -> Mapping[int, list[AttachedFile]]:
    files: dict[int, list[AttachedFile]] = defaultdict(list)
    for one in application.attachments:
        if one.requirement_id is not None:
            files[one.requirement_id].append(
                AttachedFile(one.id, one.name, one.file_type, one.size, one.handed_in_on is not None)
            )
    return files


def attachment(application_id: int, attachment_id: int) -> Attachment:
    """Raises NotFound for a file that the actor may not read, or of another application."""
    statement = select(Attachment).where(
        Attachment.id == attachment_id, Attachment.application_id == application_id
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def attachment_content(attachment_id: int) -> bytes:
    """Raises NotFound as attachment() does."""
    content = db.session.scalar(
        select(AttachmentContent.content).where(AttachmentContent.attachment_id == attachment_id)
    )
    if content is None:
        raise NotFound()
    return content


def attached_answers(application_id: int) -> int:
    """How many files the applicant has in the application."""
    statement = select(func.count()).where(
        Attachment.application_id == application_id, Attachment.kind == AttachmentKind.ANSWER
    )
    return db.session.scalar(statement) or 0


def reusable_application(enterprise_id: int | None) -> Application | None:
    """The enterprise's latest application with something in it, to whatever system: answers to use again."""
    is_written = (
        select(ApplicationAnswer.id)
        .where(ApplicationAnswer.application_id == Application.id, ApplicationAnswer.answer_sv != "")
        .exists()
    )
    has_files = select(Attachment.id).where(Attachment.application_id == Application.id).exists()
    statement = (
        select(Application.id)
        .where(Application.enterprise_id == enterprise_id, is_written | has_files)
        .order_by(Application.id.desc())
        .limit(1)
    )
    found = db.session.scalar(statement)
    return application_with_answers(found) if found is not None else None


def judged_counts(application_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Application → how many of its requirements are judged, and how many there are. For the authority."""
    judged = (
        select(func.count())
        .where(AnswerJudgement.application_id == Application.id, AnswerJudgement.judgement.is_not(None))
        .scalar_subquery()
    )
    whole = select(func.count()).where(Requirement.terms_id == Application.terms_id).scalar_subquery()
    rows = db.session.execute(
        select(Application.id, judged, whole).where(Application.id.in_(application_ids))
    )
    return {application_id: (done, of) for application_id, done, of in rows}


def live_application(enterprise_id: int | None, system_id: int) -> Application | None:
    """The application to the system that is not decided."""
    statement = select(Application).where(
        Application.enterprise_id == enterprise_id,
        Application.system_id == system_id,
        Application.state.in_(LIVE_APPLICATION_STATES),
    )
    return db.session.scalar(statement)


def _applications(wanted: ApplicationFilter, sort: tuple[str, bool]) -> Select[Application]:
    key, is_descending = sort
    order = APPLICATION_SORTS[key]
    is_decided = case((Application.state.in_(LIVE_APPLICATION_STATES), 0), else_=1)
    statement = (
        select(Application)
        .join(Application.system)
        .join(Enterprise, Application.enterprise)
        .join(Authority, Application.authority)
        .options(
            contains_eager(Application.system),
            contains_eager(Application.enterprise.of_type(Enterprise)),
            contains_eager(Application.authority.of_type(Authority)),
            joinedload(Application.terms),
            joinedload(Application.proposal),
        )
        .order_by(is_decided, order.desc() if is_descending else order, Application.id)
    )
    if wanted.states:
        statement = statement.where(Application.state.in_(wanted.states))
    if wanted.system_id:
        statement = statement.where(Application.system_id == wanted.system_id)
    return statement


def application_page(wanted: ApplicationFilter, sort: tuple[str, bool], page: int = 1) -> Page[Application]:
    """One page of the applications that the actor is party to, the undecided first."""
    return paginate(_applications(wanted, sort), page)


def all_applications(wanted: ApplicationFilter, sort: tuple[str, bool]) -> list[Application]:
    """The same rows without pages, for a download."""
    return list(db.session.scalars(_applications(wanted, sort)))


def systems_applied_to() -> list[SystemOfChoice]:
    """Systems in which the actor is party to an application, for a filter."""
    applied = select(Application.system_id)
    statement = (
        select(SystemOfChoice)
        .where(SystemOfChoice.id.in_(applied))
        .order_by(swedish_order(SystemOfChoice.name), SystemOfChoice.id)
    )
    return list(db.session.scalars(statement))


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a procurement officer: what to decide. For a supplier's manager: what to complete and to hand in."""
    if actor.role is Role.PROCUREMENT_OFFICER:
        return [
            *(_item(one, _to_decide_sv(one)) for one in _in_state(ApplicationState.SUBMITTED)),
            *(
                _item(one, _proposed_sv(one), "applications.proposal")
                for one in _in_state(ApplicationState.DECISION_PROPOSED)
                if one.proposal is not None and one.proposal.proposed_by_id != actor.user_id
            ),
            *_not_completed(),
        ]
    if actor.role is Role.SUPPLIER_MANAGER:
        return [
            WaitingItem(
                one.completion_due_on,
                f"Komplettera ansökan till {one.system.name}",
                "applications.show",
                {"application_id": one.id},
                KIND_SV,
            )
            for one in _in_state(ApplicationState.COMPLETION_REQUESTED)
        ] + [
            _item(one, f"Gör klar ansökan till {one.system.name} och skicka in den")
            for one in _in_state(ApplicationState.DRAFT)
            if not one.system.closed_on
        ]
    return []


def _in_state(state: ApplicationState) -> Sequence[Application]:
    return all_applications(ApplicationFilter((state,)), ("inkom", False))


def _item(one: Application, text_sv: str, endpoint: str = "applications.show") -> WaitingItem:
    return WaitingItem(deadline(one), text_sv, endpoint, {"application_id": one.id}, KIND_SV)


def _is_late(one: Application) -> bool:
    due = deadline(one)
    return due is not None and due < today()


def _to_decide_sv(one: Application) -> str:
    subject = f"ansökan från {one.enterprise.name} till {one.system.name}"
    return (
        f"Handläggningstiden har gått ut: besluta om {subject}" if _is_late(one) else f"Besluta om {subject}"
    )


def _proposed_sv(one: Application) -> str:
    return f"Ta ställning till förslaget till beslut om {one.enterprise.name} i {one.system.name}"


def _not_completed() -> list[WaitingItem]:
    """Completions that have not come in time; and those that are waited for past the promised handling time."""
    items = []
    for one in _in_state(ApplicationState.COMPLETION_REQUESTED):
        subject = f"{one.enterprise.name} till {one.system.name}"
        arguments = {"application_id": one.id}
        if one.completion_due_on is not None and one.completion_due_on < today():
            text = f"Kompletteringen från {subject} har inte kommit: pröva det som finns"
            items.append(WaitingItem(one.completion_due_on, text, "applications.show", arguments, KIND_SV))
        elif _is_late(one):
            text = f"Handläggningstiden har gått ut: ansökan från {subject} väntar på komplettering"
            items.append(WaitingItem(deadline(one), text, "applications.show", arguments, KIND_SV))
    return items
