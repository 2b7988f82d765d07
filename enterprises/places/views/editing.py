"""The pages on which a place is written: a new one, a group at a time; each group again; a copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import queries, services
from enterprises.places.forms import CopyForm, NewPlaceForm, PartForm, SupportForm, TimesForm, WorkForm
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState, check_lasting
from enterprises.places.views.blueprint import bp, choose_site, choose_trade, place_crumbs, to_place
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.web.forms import result_of
from marketplace.web.guards import requires


@dataclass(frozen=True)
class Part:
    """A group of what is told of a place, on a page of its own."""

    endpoint: str
    title: str
    form: type[PartForm]
    words: tuple[str, ...]
    step: int
    then: str
    """The next step of a new place."""


STEPS = 4
_PARTS: Mapping[str, Part] = {
    "work": Part("places.edit", "Arbetet", WorkForm, ("name", "tasks_sv", "tasks", "rotates"), 1, ""),
    "times": Part(
        "places.edit_times",
        "Dagar och tider",
        TimesForm,
        (
            "weekdays",
            "day_starts",
            "day_ends",
            "hours_per_week_min",
            "hours_per_week_max",
            "lead_time_days",
        ),
        2,
        "places.edit_support",
    ),
    "support": Part(
        "places.edit_support",
        "Krav och stöd",
        SupportForm,
        ("demands", "adaptations", "languages"),
        3,
        "places.pictures",
    ),
}


@bp.route("/ny", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def create() -> ResponseReturnValue:
    form = NewPlaceForm(data={"site_id": request.args.get("arbetsstalle", type=int)})
    sites = choose_site(form)
    choose_trade(form)
    if form.validate_on_submit():
        words = (
            *("name", "tasks_sv", "tasks", "rotates"),
            *("hours_per_week_min", "hours_per_week_max", "lead_time_days"),
        )
        try:
            with transaction():
                place_id = services.add_place(
                    site_id=form.site_id.data or 0,
                    ssyk=form.ssyk.data or "",
                    seats=form.seats.data or 0,
                    languages=["sv"],
                    **_typed(form, words),
                ).id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Platsen är sparad som utkast. Det som du fyller i nu sparas steg för steg.", "success")
            return redirect(url_for("places.edit_times", place_id=place_id, ny="y"))
    page = render_template("enterprises/places/new_place.html", form=form, has_sites=bool(sites), steps=STEPS)
    return page, form.status()


@bp.route("/<int:place_id>/andra", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def edit(place_id: int) -> ResponseReturnValue:
    return _edit(place_id, _PARTS["work"])


@bp.route("/<int:place_id>/andra/tider", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def edit_times(place_id: int) -> ResponseReturnValue:
    return _edit(place_id, _PARTS["times"])


@bp.route("/<int:place_id>/andra/krav", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def edit_support(place_id: int) -> ResponseReturnValue:
    return _edit(place_id, _PARTS["support"])


def _edit(place_id: int, part: Part) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    form = part.form(obj=place, data={"begun_with": place.revision})
    may_move = isinstance(form, WorkForm) and place.state is PlaceState.DRAFT
    is_new = bool(request.args.get("ny")) and place.state is PlaceState.DRAFT
    if not form.is_submitted():
        check_lasting(place.state)
    if may_move:
        choose_site(form)
        choose_trade(form)
    elif isinstance(form, WorkForm):
        del form.site_id, form.ssyk
    if form.validate_on_submit():
        moved = {name: form[name].data for name in ("site_id", "ssyk")} if may_move else {}
        try:
            with transaction():
                services.update_place(
                    place_id,
                    begun_with=_number(form.begun_with.data),
                    **moved,
                    **_typed(form, part.words),
                )
        except DomainError as error:
            form.add_error(error)
            form.begun_with.data = str(
                services.own(Place, place_id).revision
            )  # told of it, one may save over
        else:
            if is_new:
                return redirect(url_for(part.then, place_id=place_id, ny="y"))
            return to_place(place_id, "Platsen är sparad, och bekräftad i dag.")
    page = render_template(
        "enterprises/places/place_part.html",
        form=form,
        place=place,
        part=part,
        crumbs=place_crumbs(place),
        is_new=is_new,
        steps=STEPS,
    )
    return page, form.status()


@bp.route("/<int:place_id>/kopiera", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def copy(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    seats = queries.weeks_of_free_seats([place_id], today(), 1)[place_id][0].seats
    form = CopyForm(
        data={
            "site_id": place.site_id,
            "name": f"{place.name} (kopia)"[:120],
            "seats": max(seats, 1),
            "with_pictures": True,
        }
    )
    choose_site(form)
    copied_id = result_of(
        form,
        lambda: (
            services.copy_place(
                place_id,
                site_id=form.site_id.data or 0,
                name=form.name.data or "",
                seats=form.seats.data or 0,
                with_pictures=form.with_pictures.data,
            ).id
        ),
    )
    if copied_id is not None:
        return to_place(copied_id, "Kopian är sparad som utkast. Publicera den när den stämmer.")
    page = render_template("enterprises/places/copy.html", form=form, place=place, crumbs=place_crumbs(place))
    return page, form.status()


def _number(typed: object) -> int | None:
    text = str(typed)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _typed(form: Any, words: tuple[str, ...]) -> dict[str, Any]:
    lists = {"tasks", "weekdays", "demands", "adaptations", "languages"}
    return {name: (form[name].data or []) if name in lists else form[name].data for name in words}
