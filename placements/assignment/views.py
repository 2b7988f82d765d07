"""Pages of the default assignment: what the rule gives now, and the turns that have been."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.directory.queries import open_system
from marketplace.accounts.rules import Role
from marketplace.procurement.rules import DEFAULT_RULE_SV
from marketplace.procurement.services import own_system
from marketplace.procurement.terms_words import TURN_RULE_SV
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.forms import one_of, result_of
from marketplace.web.guards import requires
from placements.assignment import queries, services
from placements.assignment.forms import AssignForm
from placements.assignment.rules import PASSED_OVER_SV
from placements.choice.queries import choice_round as round_with_rows
from placements.choice.queries import is_all_declined
from placements.choice.rules import CHOICE_TRANSITIONS, ChoiceAction

bp = Blueprint("assignment", __name__)


@bp.route("/valomgangar/<int:choice_round_id>/ickeval", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def assign(choice_round_id: int) -> ResponseReturnValue:
    """What the rule gives, before it is applied. A grant without a system: one of those that may be meant is chosen
    first."""
    choice_round = round_with_rows(choice_round_id)
    if not request.form:
        advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.ASSIGN, current_actor().role)
    offered = {terms.system_id: terms for terms in queries.default_terms(choice_round)}
    asked = request.args.get("system", type=int)
    chosen = (
        offered.get(asked) if asked else next(iter(offered.values()), None) if len(offered) == 1 else None
    )
    form = AssignForm(system_id=chosen.system_id if chosen else None)
    form.system_id.choices = one_of({key: terms.system_name for key, terms in offered.items()})
    has_place = result_of(
        form, lambda: services.assign_default(choice_round_id, form.system_id.data).place_id is not None
    )
    if has_place is not None:
        done = "Det som är bestämt i förväg är tillämpat, och skälet är sparat."
        flash(f"{done} Begär nu platsen." if has_place else done, "success")
        return redirect(url_for("choice.show", choice_round_id=choice_round_id))
    page = render_template(
        "placements/assignment/assign.html",
        form=form,
        choice=choice_round,
        is_all_declined=is_all_declined(choice_round),
        offered=list(offered.values()),
        proposal=queries.proposal(choice_round, chosen) if chosen else None,
        turn_rule_sv=TURN_RULE_SV,
        default_rule_sv=DEFAULT_RULE_SV,
        passed_over_sv=PASSED_OVER_SV,
    )
    return page, form.status()


@bp.get("/valfrihetssystem/<int:system_id>/turordning/protokoll")
@requires(Role.PROCUREMENT_OFFICER)
def turns(system_id: int) -> ResponseReturnValue:
    """Every turn with why, without persons."""
    own_system(system_id)
    system = open_system(system_id)
    return render_template(
        "placements/assignment/turns.html",
        system=system,
        page=queries.turns([system_id], page_number()),
    )
