"""Applications, as each of the two parties sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from enterprises.applications.models import Application, ApplicationAnswer
from enterprises.applications.rules import (
    LIVE_APPLICATION_STATES,
    AnswerDraft,
    ApplicationState,
    Asked,
    JudgementDraft,
    decide_by,
)
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.reference.rules import working_days_between
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

Enterprise = aliased(Organisation)
Authority = aliased(Organisation)

UNDECIDED = (ApplicationState.SUBMITTED, ApplicationState.COMPLETION_REQUESTED)

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
    """Raises NotFound when the actor is no party to it, or it is someone else's draft."""
    statement = (
        select(Application)
        .where(Application.id == application_id)
        .options(
            joinedload(Application.system),
            joinedload(Application.terms).selectinload(TermsVersion.requirements),
            joinedload(Application.enterprise),
            joinedload(Application.authority),
            selectinload(Application.answers).joinedload(ApplicationAnswer.requirement),
        )
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def asked(application: Application) -> list[Asked]:
    """Every requirement of the application's terms, in order, with answer and judgement."""
    answers = {answer.requirement_id: answer for answer in application.answers}
    found = []
    for requirement in application.terms.requirements:
        answer = answers.get(requirement.id)
        given = AnswerDraft(answer.answer_sv, answer.is_declared) if answer else AnswerDraft()
        judged = JudgementDraft(answer.judgement, answer.judgement_reason_sv) if answer else JudgementDraft()
        found.append(Asked(requirement.position, requirement.text_sv, requirement.proof, given, judged))
    return found


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
    """For a procurement officer: what to decide. For a supplier's manager: what to complete."""
    if actor.role is Role.PROCUREMENT_OFFICER:
        return _to_decide()
    if actor.role is Role.SUPPLIER_MANAGER:
        return _to_complete()
    return []


def _in_state(state: ApplicationState) -> Sequence[Application]:
    wanted = ApplicationFilter((state,))
    return all_applications(wanted, ("inkom", False))


def _to_decide() -> list[WaitingItem]:
    return [
        WaitingItem(
            deadline(one),
            f"Besluta om ansökan från {one.enterprise.name} till {one.system.name}",
            "applications.show",
            {"application_id": one.id},
            "Ansökningar",
        )
        for one in _in_state(ApplicationState.SUBMITTED)
    ]


def _to_complete() -> list[WaitingItem]:
    return [
        WaitingItem(
            None,
            f"Komplettera ansökan till {one.system.name}",
            "applications.show",
            {"application_id": one.id},
            "Ansökningar",
        )
        for one in _in_state(ApplicationState.COMPLETION_REQUESTED)
    ]
