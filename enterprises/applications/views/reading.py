"""Pages that are only read: the queue, an application, its files and the decision."""

import io
from dataclasses import replace

from flask import Response, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications import queries
from enterprises.applications.attachment_rules import MEDIA_TYPE
from enterprises.applications.exclusion_rules import GROUND_SV, standing
from enterprises.applications.forms import UNDECIDED, ApplicationFilter
from enterprises.applications.models import Application
from enterprises.applications.rules import (
    APPLICATION_EVENT_SV,
    APPLICATION_STATE_SV,
    APPLICATION_STATE_TONE,
    APPLICATION_TRANSITIONS,
    DECIDES,
    JUDGEMENT_SV,
    JUDGEMENT_TONE,
    OUTCOME_SV,
    PROPOSES,
    ApplicationAction,
    ApplicationState,
    Asked,
    completion_due,
    decision_obstacles,
    judgement_problems,
    missing_answers,
    missing_completions,
    resume_obstacle,
    second_obstacle,
)
from enterprises.applications.rules import (
    UNDECIDED as UNDECIDED_STATES,
)
from enterprises.applications.views.blueprint import application_crumbs, bp
from enterprises.contracts.queries import contract_of
from enterprises.suppliers.queries import profile_of
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.documents import Paper, pdf, sections
from marketplace.errors import NotFound
from marketplace.procurement.rules import Regime, TermsState
from marketplace.rules import ActionView, possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_SORTS = set(queries.APPLICATION_SORTS)
_PAGES = {
    ApplicationAction.SUBMIT: "submit",
    ApplicationAction.COMPLETE: "complete",
    ApplicationAction.WITHDRAW: "withdraw",
    ApplicationAction.REQUEST_COMPLETION: "request_completion",
    ApplicationAction.RESUME: "resume",
    ApplicationAction.APPROVE: "approve",
    ApplicationAction.REJECT: "reject",
    ApplicationAction.PROPOSE_APPROVAL: "approve",
    ApplicationAction.PROPOSE_REJECTION: "reject",
    ApplicationAction.RETURN: "return_proposal",
}
_APPROVES = (ApplicationAction.APPROVE, ApplicationAction.PROPOSE_APPROVAL)
_DECIDING = (*DECIDES.values(), *PROPOSES.values())


@bp.get("/ansokningar")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    form = _filter_form()
    page = queries.application_page(_wanted(form), sort_key(_SORTS, "inkom"), page_number())
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    return render_template(
        "enterprises/applications/applications.html",
        form=form,
        page=page,
        judged=queries.judged_counts([one.id for one in page.items]) if is_officer else {},
        days_waiting=queries.days_waiting,
        deadline=queries.deadline,
        state_sv=APPLICATION_STATE_SV,
        state_tone=APPLICATION_STATE_TONE,
        is_officer=is_officer,
    )


@bp.get(f"/ansokningar/lista.{FILE}")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def index_file(file_format: str) -> Response:
    header: tuple[str, ...] = (
        "Företag",
        "Organisationsnummer",
        "Myndighet",
        "System",
        "Läge",
        "Inkom",
        "Väntat (arbetsdagar)",
    )
    found = queries.all_applications(_wanted(_filter_form()), sort_key(_SORTS, "inkom"))
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    judged = queries.judged_counts([one.id for one in found]) if is_officer else {}
    rows = [
        (
            one.enterprise.name,
            one.enterprise.orgnr,
            one.authority.name,
            one.system.name,
            APPLICATION_STATE_SV[one.state],
            one.submitted_on,
            queries.days_waiting(one),
            queries.deadline(one),
            one.decided_on,
            *judged.get(one.id, ()),
        )
        for one in found
    ]
    header = (*header, "Beslut senast", "Beslutad", *(("Bedömda krav", "Krav") if judged else ()))
    return file_response(file_format, "ansokningar", header, rows)


@bp.get("/ansokningar/<int:application_id>")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def show(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    asked = queries.asked(one)
    is_completing = one.state is ApplicationState.COMPLETION_REQUESTED
    return render_template(
        "enterprises/applications/application.html",
        application=one,
        asked=asked,
        shows_judgements=is_officer or one.decided_on is not None,
        is_officer=is_officer,
        is_judged=not judgement_problems(asked),
        is_outdated=one.state is ApplicationState.DRAFT and one.terms.state is not TermsState.PUBLISHED,
        missing=missing_completions(asked) if is_completing else missing_answers(asked),
        may_exclude=is_officer and one.system.regime is Regime.LOV,
        ground_sv=GROUND_SV,
        contract=contract_of(application_id),
        profile=profile_of(one.enterprise_id) if is_officer else None,
        days_waiting=queries.days_waiting(one),
        deadline=queries.deadline(one),
        actions=_actions(one, asked),
        links=_links(one),
        events=audit.timeline("application", one.id),
        event_sv=APPLICATION_EVENT_SV,
        state_sv=APPLICATION_STATE_SV,
        state_tone=APPLICATION_STATE_TONE,
        judgement_sv=JUDGEMENT_SV,
        judgement_tone=JUDGEMENT_TONE,
        outcome_sv=OUTCOME_SV,
    )


@bp.get("/ansokningar/<int:application_id>/bilagor/<int:attachment_id>")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def attachment(application_id: int, attachment_id: int) -> Response:
    """Always a download of the type that it has been found to be: nothing in it is run or shown as ours."""
    found = queries.attachment(application_id, attachment_id)
    return send_file(
        io.BytesIO(queries.attachment_content(attachment_id)),
        mimetype=MEDIA_TYPE[found.file_type],
        as_attachment=True,
        download_name=found.name,
    )


@bp.get("/ansokningar/<int:application_id>/beslut")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def decision(application_id: int) -> ResponseReturnValue:
    one = _decided(application_id)
    return render_template(
        "enterprises/applications/decision.html",
        application=one,
        parts=sections(one.decision_sv),
        crumbs=application_crumbs(one),
        state_sv=APPLICATION_STATE_SV,
        state_tone=APPLICATION_STATE_TONE,
    )


@bp.get("/ansokningar/<int:application_id>/beslut.pdf")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def decision_file(application_id: int) -> Response:
    one = _decided(application_id)
    assert one.decided_on is not None
    paper = Paper(
        title_sv="Beslut",
        sender=one.authority.name,
        diary_number=one.diary_number or "",
        dated=one.decided_on,
        sections=sections(one.decision_sv),
    )
    return send_file(
        io.BytesIO(pdf(paper)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"Beslut {one.diary_number}.pdf".replace("/", "-"),
    )


def _decided(application_id: int) -> Application:
    one = queries.application_with_answers(application_id)
    if not one.decision_sv:
        raise NotFound("Det finns inget beslut om ansökan än.")
    return one


def _links(one: Application) -> dict[ApplicationAction, str]:
    """Where each action is taken. A proposed decision is taken on the proposal's page."""
    links = {
        action: url_for(f"applications.{endpoint}", application_id=one.id)
        for action, endpoint in _PAGES.items()
    }
    if one.state is ApplicationState.DECISION_PROPOSED:
        for action in DECIDES.values():
            links[action] = url_for("applications.proposal", application_id=one.id)
    return links


def _actions(one: Application, asked: list[Asked]) -> list[ActionView]:
    """The table's actions that have a place here, the decision first, and why each cannot be taken yet."""
    views = possible_actions(APPLICATION_TRANSITIONS, one.state, current_actor().role)
    hidden = _hidden(one)
    shown = [_with_reason(one, view, asked) for view in views if view.action not in hidden]
    return sorted(shown, key=lambda view: view.action not in _DECIDING)


def _hidden(one: Application) -> set[ApplicationAction]:
    """What would never be done here: another way to decide than the system's, or what another state is for."""
    is_draft = one.state is ApplicationState.DRAFT
    hidden = {ApplicationAction.COMPLETE if is_draft else ApplicationAction.SUBMIT}
    is_waiting = one.state is ApplicationState.COMPLETION_REQUESTED
    hidden.add(ApplicationAction.REQUEST_COMPLETION if is_waiting else ApplicationAction.RESUME)
    if one.state is ApplicationState.DECISION_PROPOSED and one.proposal is not None:
        return hidden | set(_DECIDING) - {DECIDES[one.proposal.outcome]}
    hidden.add(ApplicationAction.RETURN)
    return hidden | set((DECIDES if one.system.needs_two_deciders else PROPOSES).values())


def _with_reason(one: Application, view: ActionView, asked: list[Asked]) -> ActionView:
    if not view.is_possible:
        return view
    reasons: list[str] = []
    if (
        view.action in _DECIDING
        and one.proposal is not None
        and one.state is ApplicationState.DECISION_PROPOSED
    ):
        reasons = [second_obstacle(one.proposal.proposed_by_id, current_actor().user_id)]
    elif view.action in _DECIDING:
        is_excluded = bool(standing(queries.findings(one)))
        reasons = decision_obstacles(asked, is_approval=view.action in _APPROVES, is_excluded=is_excluded)
    elif view.action is ApplicationAction.RESUME:
        reasons = [resume_obstacle(one.completion_due_on, today())]
    elif view.action is ApplicationAction.REQUEST_COMPLETION and completion_due(asked) is None:
        reasons = ["Bedöm först vilka krav som ska kompletteras, och till vilken dag."]
    said = " ".join(reason for reason in reasons if reason)
    return replace(view, is_possible=False, reason_sv=said) if said else view


def _filter_form() -> ApplicationFilter:
    systems = {str(system.id): system.name for system in queries.systems_applied_to()}
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    states = {key: words for key, words in APPLICATION_STATE_SV.items() if key != "draft" or not is_officer}
    return ApplicationFilter(
        choices={"system": {"": "Alla"} | systems, "lage": {"": "Alla", UNDECIDED: "Inte avgjorda"} | states}
    )


def _wanted(form: ApplicationFilter) -> queries.ApplicationFilter:
    asked = form.lage.data
    states: tuple[ApplicationState, ...] = UNDECIDED_STATES if asked == UNDECIDED else ()
    if asked in set(ApplicationState):
        states = (ApplicationState(asked),)
    return queries.ApplicationFilter(states, form.system.data)
