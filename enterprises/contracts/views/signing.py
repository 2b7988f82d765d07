"""A contract until it holds: drawn up, read and signed, or taken back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications.queries import application_with_answers
from enterprises.applications.views.blueprint import application_crumbs
from enterprises.contracts import queries, services
from enterprises.contracts.edition_rules import EDITION_TRANSITIONS, EditionAction
from enterprises.contracts.forms import ContractForm, SignForm
from enterprises.contracts.rules import CONTRACT_TRANSITIONS, ContractAction, ContractState
from enterprises.contracts.views.blueprint import SIGNERS, bp, contract_crumbs, may_sign
from enterprises.suppliers.queries import profile_of
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.documents import sections
from marketplace.errors import Conflict, DomainError
from marketplace.second_factor.proof import freshly_proved
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import result_of
from marketplace.web.guards import requires


@bp.route("/ansokningar/<int:application_id>/avtal", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def draw_up(application_id: int) -> ResponseReturnValue:
    application = application_with_answers(application_id)
    rules = application.terms.rules
    form = ContractForm(data={"starts_on": today(), "capacity_cap": rules.capacity_cap})
    contract_id = result_of(form, lambda: services.draw_up_contract(application_id, form.contract()).id)
    if contract_id is not None:
        flash("Avtalet är upprättat. Läs det och skriv under.", "success")
        return redirect(url_for("contracts.show", contract_id=contract_id))
    page = render_template(
        "enterprises/contracts/draw_up.html",
        form=form,
        application=application,
        rules=rules,
        profile=profile_of(application.enterprise_id),
        crumbs=application_crumbs(application),
    )
    return page, form.status()


@bp.route("/avtal/<int:contract_id>/skriv-under", methods=["GET", "POST"])
@requires(*SIGNERS)
@freshly_proved
def sign(contract_id: int) -> ResponseReturnValue:
    return _sign(contract_id, 1)


@bp.route("/avtal/<int:contract_id>/utgavor/<int:edition_number>/skriv-under", methods=["GET", "POST"])
@requires(*SIGNERS)
@freshly_proved
def sign_edition(contract_id: int, edition_number: int) -> ResponseReturnValue:
    return _sign(contract_id, edition_number)


def _sign(contract_id: int, number: int) -> ResponseReturnValue:
    edition = queries.edition_of(contract_id, number)
    form = SignForm(data={"text_sha256": edition.text_sha256})
    if form.validate_on_submit():
        try:
            done = _signed(contract_id, number, form.text_sha256.data or "")
        except DomainError as error:
            form.add_error(error)
            form.text_sha256.data = queries.edition_of(contract_id, number).text_sha256
            form.is_read.data = False
        else:
            flash(f"Du har skrivit under. {done}", "success")
            return redirect(url_for("contracts.show", contract_id=contract_id))
    one = queries.contract_with_terms(contract_id)
    edition = queries.edition_of(contract_id, number)
    if not form.is_submitted() and not may_sign(edition):
        raise Conflict(
            "Ni har redan skrivit under avtalet, eller så är det inte längre öppet för underskrift."
        )
    page = render_template(
        "enterprises/contracts/sign.html",
        form=form,
        contract=one,
        edition=edition,
        parts=sections(services.edition_text(edition)),
        crumbs=contract_crumbs(one),
    )
    return page, form.status()


def _signed(contract_id: int, number: int, text_sha256: str) -> str:
    """Signs what was read; what to say of it."""
    with transaction():
        if number == 1:
            signed = services.sign_contract(contract_id, text_sha256=text_sha256)
            is_agreed = signed.state is ContractState.ACTIVE
            return "Avtalet gäller." if is_agreed else "Nu väntar avtalet på den andra parten."
        amended = services.sign_amendment(contract_id, number, text_sha256=text_sha256)
        if amended.authority_signed_at and amended.enterprise_signed_at:
            return f"Ändringen gäller från {amended.from_day.isoformat()}."
        return "Nu väntar ändringen på den andra parten."


@bp.post("/avtal/<int:contract_id>/utgavor/<int:edition_number>/nya-underskrifter")
@requires(Role.PROCUREMENT_OFFICER)
def renew_signatures(contract_id: int, edition_number: int) -> ResponseReturnValue:
    with transaction():
        services.renew_signatures(contract_id, edition_number)
    flash("Båda parter kan nu läsa och skriva under på nytt.", "success")
    return redirect(url_for("contracts.edition", contract_id=contract_id, edition_number=edition_number))


@bp.route("/avtal/<int:contract_id>/ta-tillbaka", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def call_off(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    question = Question(
        title="Ta tillbaka avtalet",
        breadcrumb=contract_crumbs(one),
        causes=[
            f"{one.enterprise.name} får veta att avtalet är taget tillbaka.",
            "Beslutet om godkännande står fast, och ett nytt avtal kan upprättas.",
        ],
        done="Avtalet är taget tillbaka.",
        back=url_for("contracts.show", contract_id=one.id),
        is_ending=True,
        obstacles=obstacles(CONTRACT_TRANSITIONS, one.state, ContractAction.WITHDRAW),
    )
    return ask_first(question, lambda: services.call_off_contract(contract_id))


@bp.route("/avtal/<int:contract_id>/utgavor/<int:edition_number>/dra-tillbaka", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def withdraw_edition(contract_id: int, edition_number: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    edition = queries.edition_of(contract_id, edition_number)
    question = Question(
        title="Dra tillbaka ändringen",
        breadcrumb=contract_crumbs(one),
        causes=[
            f"{one.enterprise.name} får veta att ändringen är tillbakadragen.",
            "Avtalet fortsätter som det är.",
        ],
        done="Ändringen är tillbakadragen.",
        back=url_for("contracts.show", contract_id=one.id),
        obstacles=obstacles(EDITION_TRANSITIONS, edition.state, EditionAction.WITHDRAW),
    )
    return ask_first(question, lambda: services.withdraw_amendment(contract_id, edition_number))
