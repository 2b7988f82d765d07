"""The pages on which the enterprise applies: begins, answers, hands in, completes, withdraws."""

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications import queries, services
from enterprises.applications.forms import AnswersForm, StartForm, answers_form, completion_form
from enterprises.applications.models import Application
from enterprises.applications.reuse_rules import carried
from enterprises.applications.rules import (
    ANSWERABLE,
    APPLICATION_TRANSITIONS,
    ApplicationAction,
    ApplicationState,
    Asked,
    check_answerable,
    missing_answers,
    missing_completions,
)
from enterprises.applications.views.blueprint import application_crumbs, bp
from enterprises.contracts.queries import live_contract
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError, Invalid
from marketplace.procurement.comparison_rules import words_changed
from marketplace.procurement.queries import system_with_versions, terms_to_apply_to
from marketplace.tenancy import current_actor
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.guards import requires


@bp.route("/valfrihetssystem/<int:system_id>/ansok", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def start(system_id: int) -> ResponseReturnValue:
    enterprise_id = current_actor().enterprise_id
    system = system_with_versions(system_id)
    live = queries.live_application(enterprise_id, system_id)
    if live is not None:
        flash("Ett företag har en ansökan i taget till ett system. Här är er.", "warning")
        return redirect(url_for("applications.show", application_id=live.id))
    contract = live_contract(enterprise_id, system_id)
    if contract is not None:
        flash("Ni har redan ett avtal i det här systemet.", "warning")
        return redirect(url_for("contracts.show", contract_id=contract.id))
    terms = terms_to_apply_to(system)
    earlier = queries.reusable_application(enterprise_id)
    pairs = carried(queries.asked(earlier), queries.asked_of(terms.requirements)) if earlier else []
    kept = [pair for pair in pairs if pair.keeps_answer]
    form = StartForm()
    if form.validate_on_submit():
        with transaction():
            reuse_id = earlier.id if earlier and kept and form.reuse.data else None
            application_id = services.start_application(system_id, reuse_id=reuse_id).id
        return redirect(url_for("applications.answers", application_id=application_id))
    page = render_template(
        "enterprises/applications/start.html",
        system=system,
        terms=terms,
        form=form,
        earlier=earlier,
        kept=len(kept),
        reworded=sum(not pair.is_unchanged for pair in kept),
    )
    return page, form.status()


@bp.route("/ansokningar/<int:application_id>/svar", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def answers(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    asked = _to_answer(one)
    form = _form_of(one, asked)
    if form.is_submitted():
        is_saved = form.validate() and _save(form, one, asked)
        _keep_files(form, one, asked)
        if not form.has_errors():
            if request.form.get("gor") == "vidare":
                following = "submit" if one.state is ApplicationState.DRAFT else "complete"
                return redirect(url_for(f"applications.{following}", application_id=application_id))
            flash("Sparat. Inget är inskickat än.", "success")
            return redirect(url_for("applications.show", application_id=application_id))
        if is_saved:
            flash("Svaren är sparade, och de filer som gick att ta emot. Det här återstår.", "warning")
        one = queries.application_with_answers(application_id)
        asked = _to_answer(one)
    else:
        check_answerable(one.state)
    page = render_template(
        "enterprises/applications/answers.html",
        form=form,
        application=one,
        asked=asked,
        is_draft=one.state is not ApplicationState.COMPLETION_REQUESTED,
        words_changed=words_changed,
    )
    return page, form.status()


def _to_answer(one: Application) -> list[Asked]:
    """In a completion only what is asked for."""
    asked = queries.asked(one)
    if one.state is ApplicationState.COMPLETION_REQUESTED:
        return [item for item in asked if item.open_completion]
    return asked


def _form_of(one: Application, asked: list[Asked]) -> AnswersForm:
    if one.state is ApplicationState.COMPLETION_REQUESTED:
        return completion_form(asked)
    return answers_form(asked)


def _save(form: AnswersForm, one: Application, asked: list[Asked]) -> bool:
    """The texts and ticks, before any file: one that is refused takes nothing else with it."""
    try:
        with transaction():
            services.save_answers(one.id, form.answers(asked))
    except DomainError as error:
        form.add_error(error)
        return False
    return True


def _keep_files(form: AnswersForm, one: Application, asked: list[Asked]) -> None:
    """Each file by itself, so that what can be kept is; what is wrong with another stands beside its field."""
    acts: list[tuple[Asked, Callable[[], object]]] = [
        (item, partial(services.remove_file, one.id, attachment_id))
        for item in asked
        for attachment_id in form.removals(item)
    ]
    acts += [
        (item, partial(services.attach_file, one.id, item.requirement_id, name, content))
        for item in asked
        for name, content in form.uploads(item)
    ]
    for item, act in acts:
        try:
            with transaction():
                act()
        except DomainError as error:
            form.add_error(Invalid(error.message_sv, field=f"filer_{item.position}"))


@bp.route("/ansokningar/<int:application_id>/ny-version", methods=["POST"])
@requires(Role.SUPPLIER_MANAGER)
def follow_new_terms(application_id: int) -> ResponseReturnValue:
    with transaction():
        services.follow_new_terms(application_id)
    flash(
        "Ansökan följer nu den senaste versionen. Svar på oförändrade krav är kvar. Läs igenom svaren på krav som har "
        "ändrats: de är märkta.",
        "success",
    )
    return redirect(url_for("applications.answers", application_id=application_id))


@bp.route("/ansokningar/<int:application_id>/skicka", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def submit(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    reworded = [str(item.position) for item in queries.asked(one) if item.is_reworded]
    causes = [
        *(
            [f"Krav {', '.join(reworded)} har ändrats sedan svaret skrevs. Läs igenom det först."]
            if reworded
            else []
        ),
        (
            f"{one.authority.name} prövar om ni uppfyller kraven och beslutar skriftligt, med skäl, inom "
            f"{one.terms.decision_within} arbetsdagar."
        ),
        "Svaren och filerna kan inte ändras efteråt. Myndigheten kan be om en komplettering.",
        "Ni kan återkalla ansökan fram till beslutet.",
    ]
    return _hand_in(one, ApplicationAction.SUBMIT, "Skicka in ansökan", causes, "Ansökan är inskickad.")


@bp.route("/ansokningar/<int:application_id>/komplettera", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def complete(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    causes = [
        f"{one.authority.name} fortsätter att pröva ansökan, med det som ni har lagt till.",
        "Det som är inlämnat kan inte ändras efteråt.",
    ]
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
    asked = queries.asked(one)
    is_draft = one.state is ApplicationState.DRAFT
    missing = missing_answers(asked) if is_draft else missing_completions(asked)
    if missing and one.state in ANSWERABLE:
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
