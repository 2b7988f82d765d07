"""The pages on which the authority decides: one officer takes the decision, or proposes it to another."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications import queries, services
from enterprises.applications.documents import proposed_reasons
from enterprises.applications.exclusion_rules import standing
from enterprises.applications.forms import DecisionForm, ReasonForm
from enterprises.applications.models import Application
from enterprises.applications.rules import (
    APPLICATION_TRANSITIONS,
    DECIDES,
    OUTCOME_SV,
    ApplicationAction,
    ApplicationState,
    Outcome,
    decision_obstacles,
    second_obstacle,
)
from enterprises.applications.views.blueprint import application_crumbs, bp
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.documents import sections
from marketplace.errors import Conflict, DomainError
from marketplace.tenancy import current_actor
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.guards import requires


@bp.route("/ansokningar/<int:application_id>/godkann", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def approve(application_id: int) -> ResponseReturnValue:
    return _decide(application_id, Outcome.APPROVED)


@bp.route("/ansokningar/<int:application_id>/avsla", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def reject(application_id: int) -> ResponseReturnValue:
    return _decide(application_id, Outcome.REJECTED)


@bp.route("/ansokningar/<int:application_id>/beslutsforslag", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def proposal(application_id: int) -> ResponseReturnValue:
    """Another officer reads the decision as it will be, and takes it."""
    one = _proposed(application_id)
    assert one.proposal is not None
    draft = services.draft_of(one.proposal)
    is_approved = draft.outcome is Outcome.APPROVED
    following = "contracts.draw_up" if is_approved else "applications.show"
    question = Question(
        title=f"Besluta om {OUTCOME_SV[draft.outcome]}",
        breadcrumb=application_crumbs(one),
        causes=[
            f"{one.enterprise.name} underrättas genast och kan läsa beslutet och skälen.",
            (
                "Sedan upprättas avtalet. Det gäller när båda parter har skrivit under."
                if is_approved
                else "I beslutet står hur företaget ansöker om rättelse."
            ),
            "Beslutet går inte att ändra efteråt.",
        ],
        done="Beslutet är fattat och företaget är underrättat.",
        back=url_for(
            following if request.method == "POST" else "applications.show", application_id=application_id
        ),
        is_ending=not is_approved,
        obstacles=obstacles(
            APPLICATION_TRANSITIONS,
            one.state,
            DECIDES[draft.outcome],
            second_obstacle(one.proposal.proposed_by_id, current_actor().user_id),
        ),
    )
    return ask_first(
        question,
        lambda: services.confirm_decision(application_id),
        template="enterprises/applications/proposal.html",
        application=one,
        preview=sections(services.decision_preview(one, draft)),
    )


@bp.route("/ansokningar/<int:application_id>/beslutsforslag/tillbaka", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def return_proposal(application_id: int) -> ResponseReturnValue:
    one = _proposed(application_id)
    form = ReasonForm()
    question = Question(
        title="Lämna tillbaka förslaget",
        breadcrumb=application_crumbs(one),
        causes=[
            "Ansökan prövas vidare: bedömningen kan ändras och ett nytt förslag lämnas.",
            "Skälet syns för era upphandlare, inte för företaget.",
        ],
        done="Förslaget är lämnat tillbaka.",
        back=url_for("applications.show", application_id=application_id),
        obstacles=obstacles(APPLICATION_TRANSITIONS, one.state, ApplicationAction.RETURN),
    )
    return ask_first(
        question, lambda: services.return_proposal(application_id, form.reason_sv.data or ""), form=form
    )


def _proposed(application_id: int) -> Application:
    one = queries.application_with_answers(application_id)
    if one.proposal is None or one.state is not ApplicationState.DECISION_PROPOSED:
        raise Conflict("Inget beslut är föreslaget. Läs om sidan för att se vad som har hänt.")
    return one


def _decide(application_id: int, outcome: Outcome) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    asked, findings = queries.asked(one), standing(queries.findings(one))
    is_approved = outcome is Outcome.APPROVED
    reasons = proposed_reasons(one.enterprise.name, asked, findings, is_approved=is_approved)
    form = DecisionForm(data={"reasons_sv": reasons})
    if form.validate_on_submit() and request.form.get("gor") != "visa":
        try:
            with transaction():
                _act(one, outcome, form)
        except DomainError as error:
            form.add_error(error)
        else:
            return _decided(one, outcome)
    draft = services.DecisionDraft(outcome, form.reasons_sv.data or "", form.diary_number.data or "–")
    page = render_template(
        "enterprises/applications/decide.html",
        form=form,
        application=one,
        is_approved=is_approved,
        is_examined=one.state is ApplicationState.SUBMITTED,
        needs_two=one.system.needs_two_deciders,
        problems=decision_obstacles(asked, is_approval=is_approved, is_excluded=bool(findings)),
        preview=sections(services.decision_preview(one, draft)) if request.form.get("gor") == "visa" else [],
        crumbs=application_crumbs(one),
    )
    return page, form.status()


def _act(one: Application, outcome: Outcome, form: DecisionForm) -> None:
    reasons, number = form.reasons_sv.data or "", form.diary_number.data or ""
    if one.system.needs_two_deciders:
        services.propose_decision(one.id, outcome=outcome, reasons_sv=reasons, diary_number=number)
    elif outcome is Outcome.APPROVED:
        services.approve_application(one.id, reasons_sv=reasons, diary_number=number)
    else:
        services.reject_application(one.id, reasons_sv=reasons, diary_number=number)


def _decided(one: Application, outcome: Outcome) -> ResponseReturnValue:
    if one.system.needs_two_deciders:
        flash("Förslaget är lämnat. En annan upphandlare beslutar.", "success")
    elif outcome is Outcome.APPROVED:
        flash("Ansökan är godkänd och företaget är underrättat. Upprätta nu avtalet.", "success")
        return redirect(url_for("contracts.draw_up", application_id=one.id))
    else:
        flash("Ansökan är avslagen. Företaget är underrättat och kan läsa beslutet och skälen nu.", "success")
    return redirect(url_for("applications.show", application_id=one.id))
