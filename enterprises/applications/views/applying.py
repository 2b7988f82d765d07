"""The pages of an application: the enterprise answers and hands in, the authority examines and decides."""

from dataclasses import replace

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications import queries, services
from enterprises.applications.forms import UNDECIDED, ApplicationFilter, answers_form
from enterprises.applications.models import Application
from enterprises.applications.rules import (
    APPLICATION_EVENT_SV,
    APPLICATION_STATE_SV,
    APPLICATION_STATE_TONE,
    APPLICATION_TRANSITIONS,
    JUDGEMENT_SV,
    LIVE_APPLICATION_STATES,
    ApplicationAction,
    ApplicationState,
    Asked,
    check_answerable,
    decision_obstacles,
    judgement_problems,
    missing_answers,
)
from enterprises.applications.views.blueprint import application_crumbs, bp
from enterprises.contracts.queries import contract_of, live_contract
from enterprises.suppliers.queries import profile_of
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.procurement.queries import published_terms, system_with_versions
from marketplace.procurement.rules import TermsState
from marketplace.rules import ActionView, possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_SORTS = set(queries.APPLICATION_SORTS)


@bp.get("/ansokningar")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    form = _filter_form()
    return render_template(
        "enterprises/applications/applications.html",
        form=form,
        page=queries.application_page(_wanted(form), sort_key(_SORTS, "inkom"), page_number()),
        days_waiting=queries.days_waiting,
        deadline=queries.deadline,
        state_sv=APPLICATION_STATE_SV,
        state_tone=APPLICATION_STATE_TONE,
        is_officer=current_actor().role is Role.PROCUREMENT_OFFICER,
    )


@bp.get(f"/ansokningar/lista.{FILE}")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def index_file(file_format: str) -> Response:
    header = (
        "Företag",
        "Organisationsnummer",
        "Myndighet",
        "System",
        "Läge",
        "Inkom",
        "Väntat (arbetsdagar)",
    )
    found = queries.all_applications(_wanted(_filter_form()), sort_key(_SORTS, "inkom"))
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
        )
        for one in found
    ]
    return file_response(file_format, "ansokningar", (*header, "Beslut senast", "Beslutad"), rows)


@bp.route("/valfrihetssystem/<int:system_id>/ansok", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def start(system_id: int) -> ResponseReturnValue:
    enterprise_id = current_actor().enterprise_id
    system = system_with_versions(system_id)
    live = queries.live_application(enterprise_id, system_id)
    if live is not None:
        return redirect(url_for("applications.show", application_id=live.id))
    contract = live_contract(enterprise_id, system_id)
    if contract is not None:
        flash("Ni har redan ett avtal i det här systemet.", "warning")
        return redirect(url_for("contracts.show", contract_id=contract.id))
    if request.method == "POST":
        with transaction():
            application_id = services.start_application(system_id).id
        return redirect(url_for("applications.answers", application_id=application_id))
    terms = published_terms(system_id)
    if terms is None:
        raise Conflict("Systemet är inte öppet för ansökningar.")
    return render_template("enterprises/applications/start.html", system=system, terms=terms)


@bp.get("/ansokningar/<int:application_id>")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def show(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    is_decided = one.decided_on is not None
    asked = queries.asked(one)
    return render_template(
        "enterprises/applications/application.html",
        application=one,
        asked=asked,
        shows_judgements=is_officer or is_decided,
        is_officer=is_officer,
        is_judged=not judgement_problems(asked),
        is_outdated=one.state is ApplicationState.DRAFT and one.terms.state is not TermsState.PUBLISHED,
        missing=missing_answers(asked),
        contract=contract_of(application_id),
        profile=profile_of(one.enterprise_id) if is_officer else None,
        days_waiting=queries.days_waiting(one),
        deadline=queries.deadline(one),
        actions=_actions(one),
        links={
            action: url_for(f"applications.{endpoint}", application_id=one.id)
            for action, endpoint in _PAGES.items()
        },
        events=audit.timeline("application", one.id),
        event_sv=APPLICATION_EVENT_SV,
        state_sv=APPLICATION_STATE_SV,
        state_tone=APPLICATION_STATE_TONE,
        judgement_sv=JUDGEMENT_SV,
    )


_PAGES = {
    ApplicationAction.SUBMIT: "submit",
    ApplicationAction.COMPLETE: "complete",
    ApplicationAction.WITHDRAW: "withdraw",
    ApplicationAction.REQUEST_COMPLETION: "request_completion",
    ApplicationAction.APPROVE: "approve",
    ApplicationAction.REJECT: "reject",
}


_DECISIONS = (ApplicationAction.APPROVE, ApplicationAction.REJECT)


@bp.route("/ansokningar/<int:application_id>/svar", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def answers(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    asked = queries.asked(one)
    form = answers_form(asked)
    if not form.is_submitted():
        check_answerable(one.state)
    if form.validate_on_submit():
        ids = {row.position: row.id for row in one.terms.requirements}
        typed = {ids[position]: answer for position, answer in form.answers(asked).items()}
        following = "submit" if one.state is ApplicationState.DRAFT else "complete"
        try:
            with transaction():
                services.save_answers(application_id, typed)
        except DomainError as error:
            form.add_error(error)
            one = queries.application_with_answers(application_id)
        else:
            if request.form.get("gor") == "vidare":
                return redirect(url_for(f"applications.{following}", application_id=application_id))
            flash("Svaren är sparade. Ansökan är inte inskickad än.", "success")
            return redirect(url_for("applications.show", application_id=application_id))
    page = render_template("enterprises/applications/answers.html", form=form, application=one, asked=asked)
    return page, form.status()


@bp.route("/ansokningar/<int:application_id>/ny-version", methods=["POST"])
@requires(Role.SUPPLIER_MANAGER)
def follow_new_terms(application_id: int) -> ResponseReturnValue:
    with transaction():
        services.follow_new_terms(application_id)
    flash("Ansökan följer nu den senaste versionen. Svar på oförändrade krav är kvar.", "success")
    return redirect(url_for("applications.answers", application_id=application_id))


@bp.route("/ansokningar/<int:application_id>/skicka", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def submit(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    causes = [
        (
            f"{one.authority.name} prövar om ni uppfyller kraven och beslutar skriftligt, med skäl, inom "
            f"{one.terms.decision_within} arbetsdagar."
        ),
        "Svaren kan inte ändras medan ansökan prövas, om inte myndigheten ber om en komplettering.",
        "Ni kan återkalla ansökan fram till beslutet.",
    ]
    return _hand_in(one, ApplicationAction.SUBMIT, "Skicka in ansökan", causes, "Ansökan är inskickad.")


@bp.route("/ansokningar/<int:application_id>/komplettera", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def complete(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    causes = [f"{one.authority.name} fortsätter att pröva ansökan med de svar som är sparade."]
    return _hand_in(
        one, ApplicationAction.COMPLETE, "Lämna komplettering", causes, "Kompletteringen är lämnad."
    )


@bp.route("/ansokningar/<int:application_id>/aterkalla", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def withdraw(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    question = Question(
        title="Återkalla ansökan",
        breadcrumb=application_crumbs(one),
        causes=[
            "Ansökan prövas inte.",
            "Svaren går att läsa men inte att ändra.",
            "Ni kan göra en ny ansökan.",
        ],
        done="Ansökan är återkallad.",
        back=url_for("applications.show", application_id=application_id),
        obstacles=obstacles(APPLICATION_TRANSITIONS, one.state, ApplicationAction.WITHDRAW),
        is_ending=True,
    )
    return ask_first(question, lambda: services.withdraw_application(application_id))


def _hand_in(
    one: Application, action: ApplicationAction, title: str, causes: list[str], done: str
) -> ResponseReturnValue:
    """The page that says exactly what is missing, or asks once before the application is handed in."""
    missing = missing_answers(queries.asked(one))
    if missing and one.state in LIVE_APPLICATION_STATES:
        page = render_template(
            "enterprises/applications/missing.html",
            application=one,
            title=title,
            missing=missing,
            crumbs=application_crumbs(one),
        )
        return page, 422 if request.method == "POST" else 200
    question = Question(
        title=title,
        breadcrumb=application_crumbs(one),
        causes=causes,
        done=done,
        back=url_for("applications.show", application_id=one.id),
        obstacles=obstacles(APPLICATION_TRANSITIONS, one.state, action),
    )
    act = services.submit_application if action is ApplicationAction.SUBMIT else services.complete_application
    return ask_first(question, lambda: act(one.id))


def _actions(one: Application) -> list[ActionView]:
    """The table's actions, the decision first, and why it cannot be taken yet."""
    role = current_actor().role
    idle = ApplicationAction.COMPLETE if one.state is ApplicationState.DRAFT else ApplicationAction.SUBMIT
    views = possible_actions(APPLICATION_TRANSITIONS, one.state, role)
    shown = [_with_reason(view, queries.asked(one)) for view in views if view.action != idle]
    return sorted(shown, key=lambda view: view.action not in _DECISIONS)


def _with_reason(view: ActionView, asked: list[Asked]) -> ActionView:
    if not view.is_possible or view.action not in _DECISIONS:
        return view
    reasons = decision_obstacles(asked, is_approval=view.action == ApplicationAction.APPROVE)
    return replace(view, is_possible=False, reason_sv=" ".join(reasons)) if reasons else view


def _filter_form() -> ApplicationFilter:
    systems = {str(system.id): system.name for system in queries.systems_applied_to()}
    return ApplicationFilter(choices={"system": {"": "Alla"} | systems})


def _wanted(form: ApplicationFilter) -> queries.ApplicationFilter:
    asked = form.lage.data
    states: tuple[ApplicationState, ...] = queries.UNDECIDED if asked == UNDECIDED else ()
    if asked in set(ApplicationState):
        states = (ApplicationState(asked),)
    return queries.ApplicationFilter(states, form.system.data)
