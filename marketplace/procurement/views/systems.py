"""Systems of choice: open to everyone (LOV 3:1), written by the authority's procurement officer."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.procurement import queries, services
from marketplace.procurement.forms import ClosingForm, DecidersForm, SystemFilter, SystemForm
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.rules import (
    DECIDERS_SV,
    REGIME_SV,
    SYSTEM_EVENT_SV,
    SYSTEM_STATE_SV,
    SYSTEM_STATE_TONE,
    SYSTEM_TRANSITIONS,
    SystemAction,
    TermsState,
    deciders_problem,
)
from marketplace.procurement.views.blueprint import OPENNESS, bp, is_own
from marketplace.reference.queries import kommun_labels
from marketplace.rules import possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, public_address, sort_key
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import acted, one_of, result_of
from marketplace.web.guards import public, requires

_SORTS = set(queries.SYSTEM_SORTS)


@bp.get("")
@public(OPENNESS)
def index() -> ResponseReturnValue:
    names = kommun_labels()
    form = _filter_form(names)
    return render_template(
        "marketplace/procurement/index.html",
        form=form,
        page=queries.system_page(_wanted(form), sort_key(_SORTS, "namn"), page_number()),
        kommun_sv=names,
        regime_sv=REGIME_SV,
        state_sv=SYSTEM_STATE_SV,
        state_tone=SYSTEM_STATE_TONE,
        is_officer=current_actor().role is Role.PROCUREMENT_OFFICER,
    )


@bp.get(f"/lista.{FILE}")
@public(OPENNESS)
def index_file(file_format: str) -> Response:
    names = kommun_labels()
    rows = [
        (
            system.name,
            system.authority.name,
            REGIME_SV[system.regime],
            ", ".join(name for code, name in names.items() if code in system.kommun_codes),
            SYSTEM_STATE_SV[system.state],
            public_address("procurement.show", system_id=system.id),
        )
        for system in queries.all_systems(_wanted(_filter_form(names)), sort_key(_SORTS, "namn"))
    ]
    return file_response(
        file_format, "valfrihetssystem", ("Namn", "Myndighet", "Lag", "Kommuner", "Läge", "Adress"), rows
    )


@bp.route("/nytt", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def create() -> ResponseReturnValue:
    form = SystemForm()
    form.kommun_codes.choices = one_of(kommun_labels())
    system_id = result_of(form, lambda: services.create_system(**_typed(form)).id)
    if system_id is not None:
        flash("Systemet är sparat. Skriv nu förfrågningsunderlaget.", "success")
        return redirect(url_for("procurement.show", system_id=system_id))
    return render_template("marketplace/procurement/system_form.html", form=form, system=None), form.status()


@bp.get("/<int:system_id>")
@public(OPENNESS)
def show(system_id: int) -> ResponseReturnValue:
    system = queries.system_with_versions(system_id)
    terms = queries.published_terms(system_id)
    is_owner = is_own(system)
    return render_template(
        "marketplace/procurement/show.html",
        system=system,
        terms=terms,
        is_owner=is_owner,
        is_manager=current_actor().role is Role.SUPPLIER_MANAGER,
        draft=queries.draft_of(system_id) if is_owner else None,
        versions=[version for version in system.versions if version.state is not TermsState.DRAFT],
        kommuner=list(kommun_labels(system.kommun_codes).values()),
        regime_sv=REGIME_SV,
        events=audit.timeline("system_of_choice", system_id) if is_owner else [],
        event_sv=SYSTEM_EVENT_SV,
        state_sv=SYSTEM_STATE_SV,
        state_tone=SYSTEM_STATE_TONE,
        deciders_sv=DECIDERS_SV[system.needs_two_deciders],
        deciders_problem=_deciders_problem(system, needs_two=is_owner and system.needs_two_deciders),
        actions=possible_actions(SYSTEM_TRANSITIONS, system.state, current_actor().role) if is_owner else [],
        said=queries.text_of(terms) if terms else None,
    )


@bp.route("/<int:system_id>/andra", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def edit(system_id: int) -> ResponseReturnValue:
    system = services.unopened_system(system_id)
    form = SystemForm(obj=system)
    form.kommun_codes.choices = one_of(kommun_labels())
    if acted(form, lambda: services.update_system(system_id, **_typed(form)), "Systemet är sparat."):
        return redirect(url_for("procurement.show", system_id=system_id))
    return render_template(
        "marketplace/procurement/system_form.html", form=form, system=system
    ), form.status()


@bp.route("/<int:system_id>/beslutsfattare", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def deciders(system_id: int) -> ResponseReturnValue:
    system = services.own_system(system_id)
    form = DecidersForm(obj=system)
    if form.validate_on_submit():
        with transaction():
            services.set_deciders(system_id, needs_two=form.needs_two_deciders.data)
        flash("Det är sparat.", "success")
        return redirect(url_for("procurement.show", system_id=system_id))
    page = render_template(
        "marketplace/procurement/deciders.html",
        form=form,
        system=system,
        problem=_deciders_problem(system, needs_two=True),
    )
    return page, form.status()


@bp.route("/<int:system_id>/stang", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def close(system_id: int) -> ResponseReturnValue:
    system = services.own_system(system_id)
    form = ClosingForm()
    back = url_for("procurement.show", system_id=system_id)
    question = Question(
        title="Stäng systemet",
        breadcrumb=[("Valfrihetssystem", url_for("procurement.index")), (system.name, back)],
        causes=[
            "Ingen kan ansöka längre. Påbörjade ansökningar kan inte skickas in.",
            "Inskickade ansökningar prövas och beslutas som vanligt.",
            "Avtal och placeringar gäller som förut, tills avtalen upphör.",
            "Sidan finns kvar för alla och säger när och varför systemet stängdes.",
            "Systemet kan inte öppnas igen. Ta också bort annonsen på den nationella annonsplatsen.",
        ],
        done="Systemet är stängt för nya ansökningar.",
        back=back,
        is_ending=True,
        obstacles=obstacles(SYSTEM_TRANSITIONS, system.state, SystemAction.CLOSE),
    )
    return ask_first(question, lambda: services.close_system(system_id, form.reason_sv.data or ""), form=form)


def _deciders_problem(system: SystemOfChoice, *, needs_two: bool) -> str:
    officers = queries.officer_count(system.authority_id) if needs_two else 0
    return deciders_problem(needs_two=needs_two, officers=officers)


def _filter_form(names: Mapping[str, str]) -> SystemFilter:
    return SystemFilter(choices={"kommun": {"": "Alla", **names}})


def _wanted(form: SystemFilter) -> queries.SystemFilter:
    return queries.SystemFilter(form.kommun.data, form.lag.data)


def _typed(form: SystemForm) -> dict[str, Any]:
    names = ("name", "service_sv", "regime", "kommun_codes")
    return {name: form[name].data for name in names}
