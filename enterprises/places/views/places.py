"""The pages of places: the supplier's list, a place, and what the supplier does with it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import queries, services
from enterprises.places.forms import NewPlaceForm, PlaceFilter, PlaceForm
from enterprises.places.models import Place, Site
from enterprises.places.rules import (
    ADAPTATION_SV,
    LANGUAGE_SV,
    PLACE_EVENT_SV,
    PLACE_STATE_SV,
    PLACE_STATE_TONE,
    PLACE_TRANSITIONS,
    PlaceAction,
    PlaceState,
    check_lasting,
    confirm_by,
)
from enterprises.places.views.blueprint import bp, place_crumbs
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.rules import ActionView, possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import one_of
from marketplace.web.guards import requires

_SORTS = set(queries.PLACE_SORTS)
_READERS = (
    Role.SUPPLIER_MANAGER,
    Role.SUPERVISOR,
    Role.CASE_OFFICER,
    Role.COORDINATOR,
    Role.STRATEGIST,
    Role.PROCUREMENT_OFFICER,
)


@bp.get("")
@requires(Role.SUPPLIER_MANAGER, Role.SUPERVISOR)
def index() -> ResponseReturnValue:
    enterprise_id = current_actor().enterprise_id
    sites = queries.sites(enterprise_id)
    form = _filter_form(sites)
    return render_template(
        "enterprises/places/index.html",
        form=form,
        page=queries.place_page(enterprise_id, _wanted(form), sort_key(_SORTS, "namn"), page_number()),
        has_sites=bool(sites),
        may_change=current_actor().role is Role.SUPPLIER_MANAGER,
        state_sv=PLACE_STATE_SV,
        state_tone=PLACE_STATE_TONE,
    )


@bp.get(f"/lista.{FILE}")
@requires(Role.SUPPLIER_MANAGER, Role.SUPERVISOR)
def index_file(file_format: str) -> Response:
    enterprise_id = current_actor().enterprise_id
    header = (
        "Plats",
        "SSYK",
        "Yrke",
        "Arbetsställe",
        "Kommun",
        "Läge",
        "Platser",
        "Lediga i dag",
        "Bekräftad",
    )
    form = _filter_form(queries.sites(enterprise_id))
    rows = [
        (
            row.place.name,
            row.place.ssyk,
            row.place.trade.plain_name,
            row.place.site.name,
            row.place.site.kommun.name,
            PLACE_STATE_SV[row.place.state],
            row.seats,
            row.free_today,
            row.place.confirmed_on,
        )
        for row in queries.all_places(enterprise_id, _wanted(form), sort_key(_SORTS, "namn"))
    ]
    return file_response(file_format, "platser", header, rows)


@bp.get("/<int:place_id>")
@requires(*_READERS)
def show(place_id: int) -> ResponseReturnValue:
    place = queries.whole_place(place_id)
    is_own = place.enterprise_id == current_actor().enterprise_id
    may_change = is_own and current_actor().role is Role.SUPPLIER_MANAGER
    weeks = queries.weeks_of_free_seats([place_id], today(), 12)[place_id]
    return render_template(
        "enterprises/places/show.html",
        place=place,
        is_own=is_own,
        may_change=may_change,
        weeks=weeks,
        seats=weeks[0].seats,
        adaptations=[ADAPTATION_SV[one] for one in ADAPTATION_SV if one in place.adaptations],
        languages=[LANGUAGE_SV[one] for one in LANGUAGE_SV if one in place.languages],
        confirm_by=confirm_by(place.confirmed_on),
        closures=queries.closures(place_id) if is_own else [],
        actions=_actions(place) if may_change else [],
        post={
            action: url_for(f"places.{action.value}", place_id=place_id)
            for action in (PlaceAction.PUBLISH, PlaceAction.PAUSE, PlaceAction.RESUME)
        },
        links={PlaceAction.CLOSE: url_for("places.close", place_id=place_id)},
        events=audit.timeline("place", place_id) if is_own else [],
        event_sv=PLACE_EVENT_SV,
        state_sv=PLACE_STATE_SV,
        state_tone=PLACE_STATE_TONE,
    )


@bp.route("/ny", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def create() -> ResponseReturnValue:
    form = NewPlaceForm(data={"site_id": request.args.get("arbetsstalle", type=int), "languages": ["sv"]})
    sites = _fill_choices(form)
    if form.validate_on_submit():
        try:
            with transaction():
                place = services.add_place(
                    **_typed(form),
                    site_id=form.site_id.data or 0,
                    ssyk=form.ssyk.data or "",
                    seats=form.seats.data or 0,
                )
                place_id = place.id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Platsen är sparad som utkast. Publicera den när den stämmer.", "success")
            return redirect(url_for("places.show", place_id=place_id))
    return (
        render_template(
            "enterprises/places/place_form.html",
            form=form,
            place=None,
            has_sites=bool(sites),
            is_new=True,
        ),
        form.status(),
    )


@bp.route("/<int:place_id>/andra", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def edit(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    is_draft = place.state is PlaceState.DRAFT
    form = PlaceForm(obj=place)
    if not form.is_submitted():
        check_lasting(place.state)
    if is_draft:
        _fill_choices(form)
    else:
        del form.site_id, form.ssyk
    if form.validate_on_submit():
        moved = {"site_id": form.site_id.data, "ssyk": form.ssyk.data} if is_draft else {}
        try:
            with transaction():
                services.update_place(place_id, **_typed(form), **moved)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Platsen är sparad, och bekräftad i dag.", "success")
            return redirect(url_for("places.show", place_id=place_id))
    return (
        render_template(
            "enterprises/places/place_form.html", form=form, place=place, has_sites=True, is_new=False
        ),
        form.status(),
    )


@bp.post("/<int:place_id>/publicera")
@requires(Role.SUPPLIER_MANAGER)
def publish(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.publish_place(place_id)
    return _back(place_id, "Platsen är publicerad.")


@bp.post("/<int:place_id>/pausa")
@requires(Role.SUPPLIER_MANAGER)
def pause(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.pause_place(place_id)
    return _back(place_id, "Platsen är pausad och syns inte i sökningen.")


@bp.post("/<int:place_id>/ateruppta")
@requires(Role.SUPPLIER_MANAGER)
def resume(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.resume_place(place_id)
    return _back(place_id, "Platsen är publicerad igen.")


@bp.post("/<int:place_id>/bekrafta")
@requires(Role.SUPPLIER_MANAGER)
def confirm(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.confirm_place(place_id)
    return _back(place_id, "Tack! Handläggare ser att platsen är bekräftad i dag.")


@bp.route("/<int:place_id>/lagg-ned", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def close(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    question = Question(
        title="Lägg ned platsen",
        breadcrumb=place_crumbs(place),
        causes=[
            "Platsen försvinner ur sökningen och kan inte publiceras igen.",
            "Tidigare placeringar finns kvar i statistik och fakturor.",
            "Vill ni erbjuda samma arbete senare lägger ni upp en ny plats.",
        ],
        done="Platsen är nedlagd.",
        back=url_for("places.show", place_id=place_id),
        is_ending=True,
        obstacles=obstacles(
            PLACE_TRANSITIONS, place.state, PlaceAction.CLOSE, services.closing_obstacle_sv(place_id)
        ),
    )
    return ask_first(question, lambda: services.close_place(place_id))


def _actions(place: Place) -> list[ActionView]:
    """The table's actions, without publishing what is published; closing is shown with its reason while someone uses
    the place."""
    views = possible_actions(PLACE_TRANSITIONS, place.state, current_actor().role)
    turns = (PlaceAction.PUBLISH, PlaceAction.RESUME)
    return [_with_reason(view, place) for view in views if view.is_possible or view.action not in turns]


def _with_reason(view: ActionView, place: Place) -> ActionView:
    if not view.is_possible or view.action != PlaceAction.CLOSE:
        return view
    reason = services.closing_obstacle_sv(place.id)
    return replace(view, is_possible=False, reason_sv=reason) if reason else view


def _back(place_id: int, done: str) -> ResponseReturnValue:
    flash(done, "success")
    return redirect(url_for("places.show", place_id=place_id))


def _filter_form(sites: Sequence[Site]) -> PlaceFilter:
    names = {str(site.id): site.name for site in sites}
    fields = {field.concept_id: field.name for field in queries.fields_used(current_actor().enterprise_id)}
    return PlaceFilter(choices={"arbetsstalle": {"": "Alla"} | names, "omrade": {"": "Alla"} | fields})


def _wanted(form: PlaceFilter) -> queries.PlaceFilter:
    return queries.PlaceFilter(
        form.lage.data, form.arbetsstalle.data, form.omrade.data, is_unconfirmed=form.obekraftad.data
    )


def _fill_choices(form: PlaceForm) -> list[Site]:
    """Gives the sites to choose among."""
    sites = queries.sites(current_actor().enterprise_id)
    form.site_id.choices = one_of({one.id: one.name for one in sites}, blank="Välj arbetsställe")
    form.ssyk.choices = {"": "Välj yrke"} | {
        field: {trade.ssyk: f"{trade.plain_name} ({trade.name})" for trade in trades}
        for field, trades in queries.trades_by_field().items()
    }
    return sites


def _typed(form: PlaceForm) -> dict[str, Any]:
    names = ("name", "tasks_sv", "hours_per_week_min", "hours_per_week_max", "lead_time_days")
    lists = ("adaptations", "languages")
    return {name: form[name].data for name in names} | {name: form[name].data or [] for name in lists}
