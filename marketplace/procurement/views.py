"""Systems of choice: open to everyone (LOV 3:1), written by the authority's procurement officer."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.procurement import queries, services
from marketplace.procurement.forms import ConfirmForm, SystemFilter, SystemForm, TermsForm
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.price_rules import (
    COMPONENT_SV,
    DAY_PART_SV,
    FEES,
    RATES,
    Component,
    conditions_sv,
    settings_of,
)
from marketplace.procurement.rules import (
    PROOF_SV,
    REGIME_SV,
    SYSTEM_EVENT_SV,
    TERMS_STATE_SV,
    TERMS_STATE_TONE,
    TermsRules,
    TermsState,
)
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import csv_response
from marketplace.web.forms import one_of
from marketplace.web.guards import public, requires

bp = Blueprint("procurement", __name__, url_prefix="/valfrihetssystem")

_OPENNESS = "LOV 3:1: a system of choice is advertised openly for as long as it exists"
_SORTS = {"namn", "myndighet"}


@bp.get("")
@public(_OPENNESS)
def index() -> ResponseReturnValue:
    form = _filter_form()
    return render_template(
        "marketplace/procurement/index.html",
        form=form,
        page=queries.system_page(_wanted(form), sort_key(_SORTS, "namn"), page_number()),
        kommun_sv=queries.kommun_labels(),
        regime_sv=REGIME_SV,
        is_officer=current_actor().role is Role.PROCUREMENT_OFFICER,
    )


@bp.get("/lista.csv")
@public(_OPENNESS)
def index_csv() -> Response:
    names = queries.kommun_labels()
    rows = [
        (
            system.name,
            system.authority.name,
            REGIME_SV[system.regime],
            ", ".join(name for code, name in names.items() if code in system.kommun_codes),
            "Öppet" if system.is_open else "Inte öppet",
            url_for("procurement.show", system_id=system.id, _external=True),
        )
        for system in queries.all_systems(_wanted(_filter_form()), sort_key(_SORTS, "namn"))
    ]
    return csv_response("valfrihetssystem", ("Namn", "Myndighet", "Lag", "Kommuner", "Läge", "Adress"), rows)


@bp.route("/nytt", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def create() -> ResponseReturnValue:
    form = SystemForm()
    form.kommun_codes.choices = one_of(queries.kommun_labels())
    if form.validate_on_submit():
        try:
            with transaction():
                system_id = services.create_system(**_typed(form)).id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Systemet är sparat. Skriv nu förfrågningsunderlaget.", "success")
            return redirect(url_for("procurement.show", system_id=system_id))
    return render_template("marketplace/procurement/system_form.html", form=form, system=None), form.status()


@bp.get("/<int:system_id>")
@public(_OPENNESS)
def show(system_id: int) -> ResponseReturnValue:
    system = queries.system_with_versions(system_id)
    terms = queries.published_terms(system_id)
    is_owner = _is_own(system)
    return render_template(
        "marketplace/procurement/show.html",
        system=system,
        terms=terms,
        is_owner=is_owner,
        is_manager=current_actor().role is Role.SUPPLIER_MANAGER,
        draft=queries.draft_of(system_id) if is_owner else None,
        versions=[version for version in system.versions if version.state is not TermsState.DRAFT],
        kommuner=queries.kommun_names(system.kommun_codes),
        regime_sv=REGIME_SV,
        events=audit.timeline("system_of_choice", system_id) if is_owner else [],
        event_sv=SYSTEM_EVENT_SV,
        state_sv=TERMS_STATE_SV,
        state_tone=TERMS_STATE_TONE,
        **_terms_words(terms),
    )


@bp.route("/<int:system_id>/andra", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def edit(system_id: int) -> ResponseReturnValue:
    system = services.own_system(system_id)
    if system.is_open:
        raise Conflict(
            "Systemet är öppet och kan inte ändras. Skriv en ny version av förfrågningsunderlaget."
        )
    form = SystemForm(obj=system)
    form.kommun_codes.choices = one_of(queries.kommun_labels())
    if form.validate_on_submit():
        try:
            with transaction():
                services.update_system(system_id, **_typed(form))
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Systemet är sparat.", "success")
            return redirect(url_for("procurement.show", system_id=system_id))
    return render_template(
        "marketplace/procurement/system_form.html", form=form, system=system
    ), form.status()


@bp.get("/underlag/<int:terms_id>")
@public(_OPENNESS)
def terms(terms_id: int) -> ResponseReturnValue:
    version = queries.terms_with_rows(terms_id)
    return render_template(
        "marketplace/procurement/terms.html",
        system=version.system,
        terms=version,
        is_owner=_is_own(version.system),
        state_sv=TERMS_STATE_SV,
        state_tone=TERMS_STATE_TONE,
        **_terms_words(version),
    )


@bp.route("/<int:system_id>/underlag", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def draft(system_id: int) -> ResponseReturnValue:
    """Writes the draft; begins with the published version when there is none."""
    system = services.own_system(system_id)
    written = queries.draft_of(system_id)
    form = TermsForm(data=_terms_data(written or queries.published_terms(system_id)))
    asked = request.form.get("gor", "")
    if asked in {"krav", "priser", "index"}:
        form.add_rows(asked)
        return render_template(
            "marketplace/procurement/terms_form.html", form=form, system=system, added=asked
        )
    if form.validate_on_submit():
        try:
            with transaction():
                saved = services.draft_terms(
                    system_id,
                    contract_text_sv=form.contract_text_sv.data or "",
                    rules=form.rules(),
                    requirements=form.requirement_drafts(),
                    prices=form.price_drafts(),
                )
                terms_id = saved.id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Utkastet är sparat. Läs igenom det innan det publiceras.", "success")
            return redirect(url_for("procurement.terms", terms_id=terms_id))
    if not form.is_submitted():
        form.add_rows("krav", 2)
        form.add_rows("priser", 3)
        form.add_rows("index", 1)
    return render_template("marketplace/procurement/terms_form.html", form=form, system=system), form.status()


@bp.route("/underlag/<int:terms_id>/publicera", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def publish(terms_id: int) -> ResponseReturnValue:
    version = queries.terms_with_rows(terms_id)
    system = services.own_system(version.system_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.publish_terms(terms_id)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Förfrågningsunderlaget är publicerat. Nu kan företag ansöka.", "success")
            return redirect(url_for("procurement.show", system_id=system.id))
    page = render_template(
        "marketplace/procurement/publish.html",
        form=form,
        system=system,
        terms=version,
        before=queries.published_terms(system.id),
        problems=services.terms_problems(version),
    )
    return page, form.status()


def _is_own(system: SystemOfChoice) -> bool:
    actor = current_actor()
    return actor.role is Role.PROCUREMENT_OFFICER and actor.authority_id == system.authority_id


def _filter_form() -> SystemFilter:
    return SystemFilter(choices={"kommun": {"": "Alla"} | queries.kommun_labels()})


def _wanted(form: SystemFilter) -> queries.SystemFilter:
    return queries.SystemFilter(form.kommun.data, form.lag.data)


def _typed(form: SystemForm) -> dict[str, Any]:
    names = ("name", "service_sv", "regime", "kommun_codes")
    return {name: form[name].data for name in names}


def _terms_words(terms: TermsVersion | None) -> dict[str, object]:
    """What the terms' page says of prices and proofs."""
    rows = queries.price_drafts(terms.prices) if terms else []
    return {
        "prices": [row for row in rows if row.component in RATES | FEES],
        "conditions": conditions_sv([row for row in rows if row.component in set(Component)]),
        "component_sv": COMPONENT_SV,
        "day_part_sv": DAY_PART_SV,
        "proof_sv": PROOF_SV,
    }


def _terms_data(terms: TermsVersion | None) -> dict[str, object]:
    if terms is None:
        return asdict(settings_of([])) | asdict(TermsRules()) | {"index_steps": []}
    rows = queries.price_drafts(terms.prices)
    settings = settings_of(rows)
    return (
        asdict(settings)
        | asdict(terms.rules)
        | {
            "requirements": [{"text_sv": row.text_sv, "proof": row.proof} for row in terms.requirements],
            "prices": [
                {
                    "component": Component(row.component),
                    "support_level": row.support_level,
                    "day_part": row.day_part,
                    "amount": row.amount_ore,
                }
                for row in rows
                if row.component in RATES | FEES
            ],
            "index_steps": [{"from_day": day, "percent": percent} for day, percent in settings.index_steps],
            "contract_text_sv": terms.contract_text_sv,
        }
    )
