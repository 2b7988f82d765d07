"""Contracts to read: the list, a contract and each of its editions, as pages and as PDF."""

from dataclasses import replace

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.contracts import queries, services
from enterprises.contracts.edition_rules import (
    EDITION_STATE_SV,
    EDITION_STATE_TONE,
    EditionState,
    changes_sv,
)
from enterprises.contracts.forms import ContractFilter
from enterprises.contracts.models import Contract, ContractEdition
from enterprises.contracts.rules import (
    CONTRACT_EVENT_SV,
    CONTRACT_STATE_SV,
    CONTRACT_STATE_TONE,
    CONTRACT_TRANSITIONS,
    VAT_CATEGORY_SV,
    ContractAction,
    ContractState,
    ending_obstacle_sv,
)
from enterprises.contracts.views.blueprint import READERS, SIGNERS, bp, contract_crumbs, may_sign
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM
from marketplace.documents import Paper, Section, pdf, sections
from marketplace.procurement.rules import CHECK_KIND_SV
from marketplace.rules import ActionView, possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.filters import instant
from marketplace.web.guards import requires

_SORTS = set(queries.CONTRACT_SORTS)


@bp.get("/avtal")
@requires(*READERS)
def index() -> ResponseReturnValue:
    form = ContractFilter()
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    return render_template(
        "enterprises/contracts/contracts.html",
        form=form,
        page=queries.contract_page(_wanted(form), sort_key(_SORTS, "foretag"), page_number()),
        to_offer=queries.versions_to_offer() if is_officer else [],
        state_sv=CONTRACT_STATE_SV,
        state_tone=CONTRACT_STATE_TONE,
        is_supplier=current_actor().role is Role.SUPPLIER_MANAGER,
    )


@bp.get(f"/avtal/lista.{FILE}")
@requires(*READERS)
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
        "Kapacitetstak",
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
            one.capacity_cap,
        )
        for one in found
    ]
    return file_response(file_format, "avtal", header, rows)


@bp.get("/avtal/<int:contract_id>")
@requires(*READERS)
def show(contract_id: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    offered = queries.proposed_edition(contract_id)
    return render_template(
        "enterprises/contracts/contract.html",
        contract=one,
        edition=one.edition,
        parts=sections(services.edition_text(one.edition)),
        is_unchanged=services.is_text_unchanged(one.edition),
        is_expired=one.ended_on is not None and one.ended_on == one.ends_on,
        editions=queries.editions(contract_id),
        offered=offered if offered is not None and offered.number > 1 else None,
        edition_sv=EDITION_STATE_SV,
        edition_tone=EDITION_STATE_TONE,
        offered_seats=queries.offered_seats(one.enterprise_id) if one.terms.capacity_floor else None,
        checks=queries.checks(contract_id) if is_officer else [],
        kind_sv=CHECK_KIND_SV,
        actions=_actions(one, offered),
        post={ContractAction.RESUME: url_for("contracts.resume", contract_id=one.id)},
        links={
            action: url_for(f"contracts.{endpoint}", contract_id=one.id)
            for action, endpoint in _PAGES.items()
        },
        is_officer=is_officer,
        is_party_to_application=current_actor().role in SIGNERS,
        events=audit.timeline("contract", one.id),
        event_sv=CONTRACT_EVENT_SV,
        state_sv=CONTRACT_STATE_SV,
        state_tone=CONTRACT_STATE_TONE,
        vat_sv=VAT_CATEGORY_SV,
    )


_PAGES = {
    ContractAction.ACTIVATE: "sign",
    ContractAction.AMEND: "amend",
    ContractAction.SUSPEND: "suspend",
    ContractAction.END: "end",
    ContractAction.WITHDRAW: "call_off",
}


@bp.get("/avtal/<int:contract_id>/utgavor/<int:edition_number>")
@requires(*READERS)
def edition(contract_id: int, edition_number: int) -> ResponseReturnValue:
    one = queries.contract_with_terms(contract_id)
    known = queries.editions(contract_id)
    shown = queries.edition_of(contract_id, edition_number)
    before = next(
        (other for other in known if other.number < edition_number and other.state is EditionState.SIGNED),
        None,
    )
    versions = {other.terms_id: other.terms.version for other in known}
    return render_template(
        "enterprises/contracts/edition.html",
        contract=one,
        edition=shown,
        before=before,
        changes=changes_sv(before.facts, shown.facts, versions) if before else [],
        parts=sections(services.edition_text(shown)),
        is_unchanged=services.is_text_unchanged(shown),
        may_sign=may_sign(shown) and edition_number > 1,
        may_withdraw=(
            shown.state is EditionState.PROPOSED
            and edition_number > 1
            and current_actor().role is Role.PROCUREMENT_OFFICER
        ),
        edition_sv=EDITION_STATE_SV,
        edition_tone=EDITION_STATE_TONE,
        crumbs=contract_crumbs(one),
    )


@bp.get("/avtal/<int:contract_id>/avtal.pdf")
@requires(*READERS)
def in_force_as_pdf(contract_id: int) -> Response:
    one = queries.contract_with_terms(contract_id)
    return _as_pdf(one, one.edition)


@bp.get("/avtal/<int:contract_id>/utgavor/<int:edition_number>/avtal.pdf")
@requires(*READERS)
def edition_as_pdf(contract_id: int, edition_number: int) -> Response:
    one = queries.contract_with_terms(contract_id)
    return _as_pdf(one, queries.edition_of(contract_id, edition_number))


def _as_pdf(one: Contract, shown: ContractEdition) -> Response:
    signed_at = max(
        (at for at in (shown.authority_signed_at, shown.enterprise_signed_at) if at), default=shown.created_at
    )
    signatures = [
        f"{party}: {by}, {instant(at)}" if at else f"{party}: inte underskrivet"
        for party, by, at in (
            (one.authority.name, shown.authority_signed_by, shown.authority_signed_at),
            (one.enterprise.name, shown.enterprise_signed_by, shown.enterprise_signed_at),
        )
    ]
    paper = Paper(
        title_sv=f"Avtal med {one.enterprise.name}"
        + (f", utgåva {shown.number}" if shown.number > 1 else ""),
        sender=one.authority.name,
        diary_number=one.application.diary_number or "",
        dated=signed_at.astimezone(STOCKHOLM).date(),
        sections=[
            *sections(services.edition_text(shown)),
            Section(
                "Underskrifter",
                (*signatures, f"Textens kontrollsumma (SHA-256): {shown.text_sha256}"),
            ),
        ],
    )
    response = Response(pdf(paper), mimetype="application/pdf")
    name = f"avtal-{one.id}-utgava-{shown.number}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _actions(one: Contract, offered: ContractEdition | None) -> list[ActionView]:
    """The table's actions, without those that only say what the state says: to sign what is signed, to resume what
    does not rest, to take back what holds. To end is shown with its reason while a placement goes on."""
    views = possible_actions(CONTRACT_TRANSITIONS, one.state, current_actor().role)
    shown = [view for view in views if view.action != ContractAction.ACTIVATE or may_sign(one.edition)]
    silent = (ContractAction.RESUME, ContractAction.WITHDRAW, ContractAction.AMEND)
    return [
        _with_reason(view, one, offered) for view in shown if view.is_possible or view.action not in silent
    ]


def _with_reason(view: ActionView, one: Contract, offered: ContractEdition | None) -> ActionView:
    reason = ""
    if view.is_possible and view.action == ContractAction.END:
        reason = ending_obstacle_sv(queries.contract_use(one.id))
    if view.is_possible and view.action == ContractAction.AMEND and offered is not None:
        reason = "En ändring väntar på underskrift. Dra tillbaka den först."
    return replace(view, is_possible=False, reason_sv=reason) if reason else view


def _wanted(form: ContractFilter) -> queries.ContractFilter:
    asked = form.lage.data
    states = (ContractState(asked),) if asked in set(ContractState) else ()
    return queries.ContractFilter(states)
