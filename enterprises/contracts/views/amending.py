"""Offering an amendment of one contract, or a new version of the terms to every contract of an earlier one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.contracts import queries, services
from enterprises.contracts.edition_rules import EditionState, next_month
from enterprises.contracts.forms import AmendmentForm, OfferForm
from enterprises.contracts.views.blueprint import bp, contract_crumbs
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.queries import published_terms, terms_with_rows
from marketplace.web.forms import one_of, result_of
from marketplace.web.guards import requires


@bp.route("/avtal/<int:contract_id>/andra", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def amend(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    known = queries.editions(contract_id)
    agreed = next((other for other in known if other.state is EditionState.SIGNED), one.edition)
    earliest = next_month(max(today(), one.starts_on, agreed.from_day))
    form = AmendmentForm(data={**vars(agreed.facts), "from_day": earliest})
    versions = [agreed.terms, published_terms(one.system_id)]
    form.terms_id.choices = one_of({terms.id: _called(terms) for terms in versions if terms is not None})
    number = result_of(
        form,
        lambda: services.propose_amendment(contract_id, form.amendment(agreed.payment_days)).number,
    )
    if number is not None:
        flash("Ändringen är erbjuden. Läs den och skriv under för er part.", "success")
        return redirect(url_for("contracts.edition", contract_id=contract_id, edition_number=number))
    page = render_template(
        "enterprises/contracts/amend.html",
        form=form,
        contract=one,
        crumbs=contract_crumbs(queries.contract_with_terms(contract_id)),
    )
    return page, form.status()


@bp.route("/valfrihetssystem/underlag/<int:terms_id>/erbjud", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def offer_terms(terms_id: int) -> ResponseReturnValue:
    terms = terms_with_rows(terms_id)
    reason = f"Förfrågningsunderlagets version {terms.version} ersätter den tidigare."
    form = OfferForm(data={"from_day": next_month(today()), "reason_sv": reason})
    if form.validate_on_submit():
        assert form.from_day.data
        try:
            with transaction():
                offered = services.offer_terms(terms_id, form.from_day.data, form.reason_sv.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash(f"Erbjuden: {len(offered)} avtal. Skriv under vart och ett för er part.", "success")
            return redirect(url_for("contracts.index"))
    terms = terms_with_rows(terms_id)
    page = render_template(
        "enterprises/contracts/offer_terms.html",
        form=form,
        terms=terms,
        found=queries.with_parties(queries.contracts_on_other_terms(terms)),
    )
    return page, form.status()


def _called(terms: TermsVersion) -> str:
    return f"Version {terms.version}"
