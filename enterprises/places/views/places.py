"""The pages of places: the supplier's list, a place, and what the supplier does with it."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import closure_queries, picture_queries, queries, services
from enterprises.places.closure_rules import outage_sv
from enterprises.places.forms import PauseForm, PlaceFilter
from enterprises.places.import_queries import full_header, full_rows, imports_of
from enterprises.places.models import Place, Site
from enterprises.places.offer_rules import day_sv, labels_of, weekdays_sv
from enterprises.places.rules import (
    ADAPTATION_SV,
    DEMAND_SV,
    LANGUAGE_SV,
    PLACE_EVENT_SV,
    PLACE_STATE_SV,
    PLACE_STATE_TONE,
    PLACE_TRANSITIONS,
    SITE_ACCESS_SV,
    PlaceAction,
    confirm_by,
)
from enterprises.places.views.blueprint import bp, place_crumbs, to_place
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.rules import ActionView, possible_actions
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_SORTS = set(queries.PLACE_SORTS)
_MOST_CHOSEN = 200
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
        imports=imports_of(enterprise_id) if current_actor().role is Role.SUPPLIER_MANAGER else [],
        asked=request.query_string.decode(),
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


@bp.get(f"/fullstandig.{FILE}")
@requires(Role.SUPPLIER_MANAGER, Role.SUPERVISOR)
def full_file(file_format: str) -> Response:
    """Everything that is told of the places in the list, in the form that the import reads."""
    enterprise_id = current_actor().enterprise_id
    form = _filter_form(queries.sites(enterprise_id))
    rows = queries.all_places(enterprise_id, _wanted(form), sort_key(_SORTS, "namn"))
    return file_response(file_format, "platser-fullstandig", full_header(), full_rows(enterprise_id, rows))


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
        told={
            "adaptations": labels_of(place.adaptations, ADAPTATION_SV),
            "languages": labels_of(place.languages, LANGUAGE_SV),
            "demands": labels_of(place.demands, DEMAND_SV),
            "accessibility": labels_of(place.site.accessibility, SITE_ACCESS_SV),
            "weekdays": weekdays_sv(place.weekdays),
            "day": day_sv(place.day_starts, place.day_ends),
        },
        shown_pictures=picture_queries.pictures_of([place_id])[place_id],
        pause_sv=outage_sv(place.pause_reason, place.pause_sv) if place.pause_reason else "",
        confirm_by=confirm_by(place.confirmed_on),
        periods=closure_queries.closed_periods(place_id) if is_own else [],
        actions=_actions(place) if may_change else [],
        post={
            action: url_for(f"places.{action.value}", place_id=place_id)
            for action in (PlaceAction.PUBLISH, PlaceAction.RESUME)
        },
        links={
            PlaceAction.PAUSE: url_for("places.pause", place_id=place_id),
            PlaceAction.CLOSE: url_for("places.close", place_id=place_id),
        },
        events=audit.timeline("place", place_id) if is_own else [],
        event_sv=PLACE_EVENT_SV,
        state_sv=PLACE_STATE_SV,
        state_tone=PLACE_STATE_TONE,
    )


@bp.route("/<int:place_id>/kasta", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def discard(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    obstacle = services.discarding_obstacle_sv(place)
    question = Question(
        title="Kasta utkastet",
        breadcrumb=place_crumbs(place),
        causes=["Utkastet försvinner, med sina bilder. Ingen annan har sett det."],
        done="Utkastet är borttaget.",
        back=url_for("places.index"),
        is_ending=True,
        obstacles=[obstacle] if obstacle else [],
    )
    return ask_first(question, lambda: services.discard_draft(place_id))


@bp.post("/<int:place_id>/publicera")
@requires(Role.SUPPLIER_MANAGER)
def publish(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.publish_place(place_id)
    return to_place(place_id, "Platsen är publicerad.")


@bp.route("/<int:place_id>/pausa", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def pause(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    form = PauseForm()
    question = Question(
        title="Pausa platsen",
        breadcrumb=place_crumbs(place),
        causes=[
            "Platsen syns inte i sökningen, och ingen ny förfrågan kan göras.",
            "Förfrågningar som väntar på svar och placeringar påverkas inte.",
        ],
        done="Platsen är pausad och syns inte i sökningen.",
        back=url_for("places.show", place_id=place_id),
        obstacles=obstacles(PLACE_TRANSITIONS, place.state, PlaceAction.PAUSE),
    )
    return ask_first(
        question,
        lambda: services.pause_place(
            place_id,
            reason=form.reason.data,
            reason_sv=form.reason_sv.data or "",
            until=form.until.data,
        ),
        form=form,
    )


@bp.post("/<int:place_id>/ateruppta")
@requires(Role.SUPPLIER_MANAGER)
def resume(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.resume_place(place_id)
    return to_place(place_id, "Platsen är publicerad igen.")


@bp.post("/<int:place_id>/bekrafta")
@requires(Role.SUPPLIER_MANAGER)
def confirm(place_id: int) -> ResponseReturnValue:
    with transaction():
        services.confirm_place(place_id)
    return to_place(place_id, "Tack! Handläggare ser att platsen är bekräftad i dag.")


@bp.post("/bekrafta")
@requires(Role.SUPPLIER_MANAGER)
def confirm_chosen() -> ResponseReturnValue:
    chosen = request.form.getlist("place_id", type=int)[:_MOST_CHOSEN]
    back = redirect(_list_as_it_was(request.form.get("urval", "")))
    if not chosen:
        flash("Kryssa för de platser som stämmer.", "warning")
        return back
    with transaction():
        number = services.confirm_places(chosen)
    done = counted(number, "plats är bekräftad", "platser är bekräftade")
    flash(f"Tack! {done} i dag.", "success")
    return back


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
            "Kommande tider för studiebesök dras tillbaka. Har någon bokat får handläggaren veta det.",
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


def _filter_form(sites: Sequence[Site]) -> PlaceFilter:
    names = {str(site.id): site.name for site in sites}
    fields = {field.concept_id: field.name for field in queries.fields_used(current_actor().enterprise_id)}
    return PlaceFilter(choices={"arbetsstalle": {"": "Alla"} | names, "omrade": {"": "Alla"} | fields})


def _list_as_it_was(query: str) -> str:
    """The list's address with its own filters out of another address, and nothing else."""
    known = {"lage", "arbetsstalle", "omrade", "obekraftad", "sortera", "sida"}
    kept = urlencode([(name, value) for name, value in parse_qsl(query[:500]) if name in known])
    return url_for("places.index") + (f"?{kept}" if kept else "")


def _wanted(form: PlaceFilter) -> queries.PlaceFilter:
    return queries.PlaceFilter(
        form.lage.data, form.arbetsstalle.data, form.omrade.data, is_unconfirmed=form.obekraftad.data
    )
