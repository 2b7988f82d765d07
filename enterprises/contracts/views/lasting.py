"""A contract while it lasts: let it rest, resume it, end it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from enterprises.contracts import queries, services
from enterprises.contracts.rules import (
    CONTRACT_TRANSITIONS,
    ContractAction,
    bookings_go_on_sv,
    ending_obstacle_sv,
    requests_taken_back_sv,
)
from enterprises.contracts.views.blueprint import bp, contract_crumbs
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.guards import requires

_HIDDEN_SV = "Platserna hos {} visas inte för era handläggare, och inga nya placeringar kan begäras."


@bp.route("/avtal/<int:contract_id>/vila", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def suspend(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    use = queries.contract_use(contract_id)
    question = Question(
        title="Gör avtalet vilande",
        breadcrumb=contract_crumbs(one),
        causes=[
            _HIDDEN_SV.format(one.enterprise.name),
            requests_taken_back_sv(use),
            bookings_go_on_sv(use),
            f"{one.enterprise.name} får veta det. Avtalet kan återupptas när som helst.",
        ],
        done="Avtalet är vilande.",
        back=url_for("contracts.show", contract_id=one.id),
        obstacles=obstacles(CONTRACT_TRANSITIONS, one.state, ContractAction.SUSPEND),
    )
    return ask_first(question, lambda: services.suspend_contract(contract_id))


@bp.post("/avtal/<int:contract_id>/ateruppta")
@requires(Role.PROCUREMENT_OFFICER)
def resume(contract_id: int) -> ResponseReturnValue:
    with transaction():
        services.resume_contract(contract_id)
    flash("Avtalet gäller igen.", "success")
    return redirect(url_for("contracts.show", contract_id=contract_id))


@bp.route("/avtal/<int:contract_id>/avsluta", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def end(contract_id: int) -> ResponseReturnValue:
    """What ending it now will cause, or which placements have to end or move first."""
    one = queries.contract_with_terms(contract_id)
    use = queries.contract_use(contract_id)
    question = Question(
        title="Avsluta avtalet",
        breadcrumb=contract_crumbs(one),
        causes=[
            "Avtalet upphör efter i dag och kan inte återupptas.",
            _HIDDEN_SV.format(one.enterprise.name),
            requests_taken_back_sv(use),
            "Det som redan är utfört faktureras.",
            "Företaget kan ansöka på nytt.",
        ],
        done="Avtalet är avslutat.",
        back=url_for("contracts.show", contract_id=one.id),
        is_ending=True,
        obstacles=obstacles(CONTRACT_TRANSITIONS, one.state, ContractAction.END, ending_obstacle_sv(use)),
    )
    return ask_first(
        question,
        lambda: services.end_contract(contract_id),
        template="enterprises/contracts/end.html",
        contract=one,
        placements=queries.placements_under(contract_id),
    )
