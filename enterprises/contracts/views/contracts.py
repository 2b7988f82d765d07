"""The pages of contracts: read, sign, let rest, end."""

from dataclasses import replace

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications.queries import application_with_answers
from enterprises.applications.views.blueprint import application_crumbs
from enterprises.contracts import queries, services
from enterprises.contracts.forms import ContractFilter, ContractForm, SignForm
from enterprises.contracts.models import Contract
from enterprises.contracts.rules import (
    CONTRACT_EVENT_SV,
    CONTRACT_STATE_SV,
    CONTRACT_STATE_TONE,
    CONTRACT_TRANSITIONS,
    VAT_CATEGORY_SV,
    ContractAction,
    ContractState,
    bookings_go_on_sv,
    ending_obstacle_sv,
    requests_taken_back_sv,
)
from enterprises.contracts.views.blueprint import bp
from enterprises.suppliers.queries import profile_of
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.documents import sections
from marketplace.errors import Conflict, DomainError
from marketplace.rules import ActionView, possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_READERS = (Role.PROCUREMENT_OFFICER, Role.CONTROLLER, Role.SUPPLIER_MANAGER)
_SIGNERS = (Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
_SORTS = set(queries.CONTRACT_SORTS)
_HIDDEN_SV = "Platserna hos {} visas inte för era handläggare, och inga nya placeringar kan begäras."


@bp.get("/avtal")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    form = ContractFilter()
    return render_template(
        "enterprises/contracts/contracts.html",
        form=form,
        page=queries.contract_page(_wanted(form), sort_key(_SORTS, "foretag"), page_number()),
        state_sv=CONTRACT_STATE_SV,
        state_tone=CONTRACT_STATE_TONE,
        is_supplier=current_actor().role is Role.SUPPLIER_MANAGER,
    )


@bp.get(f"/avtal/lista.{FILE}")
@requires(*_READERS)
def index_file(file_format: str) -> Response:
    header = (
        "Företag",
        "Organisationsnummer",
        "Myndighet",
        "System",
        "Läge",
        "Från",
        "Till",
        "Moms",
        "Referens",
    )
    found = queries.all_contracts(_wanted(ContractFilter()), sort_key(_SORTS, "foretag"))
    rows = [
        (
            one.enterprise.name,
            one.enterprise.orgnr,
            one.authority.name,
            one.system.name,
            CONTRACT_STATE_SV[one.state],
            one.starts_on,
            one.ends_on,
            VAT_CATEGORY_SV[one.vat_category],
            one.buyer_reference,
        )
        for one in found
    ]
    return file_response(file_format, "avtal", header, rows)


@bp.route("/ansokningar/<int:application_id>/avtal", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def draw_up(application_id: int) -> ResponseReturnValue:
    application = application_with_answers(application_id)
    form = ContractForm(data={"starts_on": today()})
    if form.validate_on_submit():
        try:
            with transaction():
                contract_id = services.draw_up_contract(application_id, form.contract()).id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Avtalet är upprättat. Läs det och skriv under.", "success")
            return redirect(url_for("contracts.show", contract_id=contract_id))
    page = render_template(
        "enterprises/contracts/draw_up.html",
        form=form,
        application=application,
        profile=profile_of(application.enterprise_id),
        crumbs=application_crumbs(application),
    )
    return page, form.status()


@bp.get("/avtal/<int:contract_id>")
@requires(*_READERS)
def show(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    text = services.contract_text(one)
    return render_template(
        "enterprises/contracts/contract.html",
        contract=one,
        parts=sections(text),
        is_unchanged=services.contract_hash(one) == one.text_sha256,
        may_sign=_may_sign(one),
        actions=_actions(one),
        post={ContractAction.RESUME: url_for("contracts.resume", contract_id=one.id)},
        links={
            ContractAction.ACTIVATE: url_for("contracts.sign", contract_id=one.id),
            ContractAction.SUSPEND: url_for("contracts.suspend", contract_id=one.id),
            ContractAction.END: url_for("contracts.end", contract_id=one.id),
        },
        is_officer=current_actor().role is Role.PROCUREMENT_OFFICER,
        is_party_to_application=current_actor().role in _SIGNERS,
        events=audit.timeline("contract", one.id),
        event_sv=CONTRACT_EVENT_SV,
        state_sv=CONTRACT_STATE_SV,
        state_tone=CONTRACT_STATE_TONE,
        vat_sv=VAT_CATEGORY_SV,
    )


@bp.route("/avtal/<int:contract_id>/skriv-under", methods=["GET", "POST"])
@requires(*_SIGNERS)
def sign(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    form = SignForm(data={"text_sha256": services.contract_hash(one)})
    if form.validate_on_submit():
        try:
            with transaction():
                signed = services.sign_contract(contract_id, text_sha256=form.text_sha256.data or "")
                is_active = signed.state is ContractState.ACTIVE
        except DomainError as error:
            form.add_error(error)
            form.text_sha256.data = services.contract_hash(queries.contract_with_terms(contract_id))
            form.is_read.data = False
        else:
            done = "Avtalet gäller." if is_active else "Nu väntar avtalet på den andra parten."
            flash(f"Du har skrivit under. {done}", "success")
            return redirect(url_for("contracts.show", contract_id=contract_id))
    one = queries.contract_with_terms(contract_id)
    if not form.is_submitted() and not _may_sign(one):
        raise Conflict(
            "Ni har redan skrivit under avtalet, eller så är det inte längre öppet för underskrift."
        )
    page = render_template(
        "enterprises/contracts/sign.html",
        form=form,
        contract=one,
        parts=sections(services.contract_text(one)),
        crumbs=_crumbs(one),
    )
    return page, form.status()


@bp.post("/avtal/<int:contract_id>/nya-underskrifter")
@requires(Role.PROCUREMENT_OFFICER)
def renew_signatures(contract_id: int) -> ResponseReturnValue:
    with transaction():
        services.renew_signatures(contract_id)
    flash("Båda parter kan nu läsa och skriva under avtalet på nytt.", "success")
    return redirect(url_for("contracts.show", contract_id=contract_id))


@bp.route("/avtal/<int:contract_id>/vila", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def suspend(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    use = queries.contract_use(contract_id)
    question = Question(
        title="Gör avtalet vilande",
        breadcrumb=_crumbs(one),
        causes=[
            _HIDDEN_SV.format(one.enterprise.name),
            requests_taken_back_sv(use),
            bookings_go_on_sv(use),
            "Avtalet kan återupptas när som helst.",
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
    one = queries.contract_with_terms(contract_id)
    use = queries.contract_use(contract_id)
    question = Question(
        title="Avsluta avtalet",
        breadcrumb=_crumbs(one),
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
    return ask_first(question, lambda: services.end_contract(contract_id))


def _may_sign(one: Contract) -> bool:
    role = current_actor().role
    if one.state is not ContractState.AWAITING_SIGNATURE or role not in _SIGNERS:
        return False
    own = one.authority_signed_at if role is Role.PROCUREMENT_OFFICER else one.enterprise_signed_at
    return own is None


def _actions(one: Contract) -> list[ActionView]:
    """The table's actions, without those that only say what the state says: to sign what is signed, to resume what
    does not rest. To end is shown with its reason while a placement goes on."""
    views = possible_actions(CONTRACT_TRANSITIONS, one.state, current_actor().role)
    shown = [view for view in views if view.action != ContractAction.ACTIVATE or _may_sign(one)]
    return [
        _with_reason(view, one) for view in shown if view.is_possible or view.action != ContractAction.RESUME
    ]


def _with_reason(view: ActionView, one: Contract) -> ActionView:
    if not view.is_possible or view.action != ContractAction.END:
        return view
    reason = ending_obstacle_sv(queries.contract_use(one.id))
    return replace(view, is_possible=False, reason_sv=reason) if reason else view


def _crumbs(one: Contract) -> list[tuple[str, str]]:
    is_supplier = current_actor().role is Role.SUPPLIER_MANAGER
    other = one.authority.name if is_supplier else one.enterprise.name
    return [
        ("Avtal", url_for("contracts.index")),
        (other, url_for("contracts.show", contract_id=one.id)),
    ]


def _wanted(form: ContractFilter) -> queries.ContractFilter:
    asked = form.lage.data
    states = (ContractState(asked),) if asked in set(ContractState) else ()
    return queries.ContractFilter(states)
