"""What the authority looks up about a supplier while the contract lasts."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.contracts import queries, services
from enterprises.contracts.check_rules import CHECK_OUTCOME_SV, CHECK_OUTCOME_TONE
from enterprises.contracts.forms import CheckForm
from enterprises.contracts.views.blueprint import bp, contract_crumbs
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict
from marketplace.procurement.rules import CHECK_KIND_SV
from marketplace.web.forms import acted
from marketplace.web.guards import requires


@bp.get("/avtal/<int:contract_id>/kontroller")
@requires(Role.PROCUREMENT_OFFICER)
def checks(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    return render_template(
        "enterprises/contracts/checks.html",
        contract=one,
        checks=queries.checks(contract_id),
        kind_sv=CHECK_KIND_SV,
        outcome_sv=CHECK_OUTCOME_SV,
        outcome_tone=CHECK_OUTCOME_TONE,
        intervals=one.terms.rules.check_intervals,
        crumbs=contract_crumbs(one),
    )


@bp.route("/avtal/kontroller/<int:check_id>", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def check(check_id: int) -> ResponseReturnValue:
    one = queries.check_with_contract(check_id)
    contract_id = one.contract_id
    form = CheckForm()
    if acted(
        form,
        lambda: services.record_check(
            check_id, outcome=form.outcome.data, evidence_sv=form.evidence_sv.data or ""
        ),
        "Kontrollen är sparad, och nästa är inplanerad.",
    ):
        return redirect(url_for("contracts.checks", contract_id=contract_id))
    one = queries.check_with_contract(check_id)
    if one.done_on is not None and not form.is_submitted():
        raise Conflict("Kontrollen är redan gjord. Se avtalets kontroller.")
    page = render_template(
        "enterprises/contracts/check.html",
        form=form,
        check=one,
        kind_sv=CHECK_KIND_SV,
        crumbs=[
            *contract_crumbs(one.contract),
            ("Kontroller", url_for("contracts.checks", contract_id=contract_id)),
        ],
    )
    return page, form.status()
