"""The pages of closures: what one would touch, before it is made; changing one; opening again."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import closure_queries, queries, services
from enterprises.places.closure_rules import ClosureLook, Extent, check_change, check_extent
from enterprises.places.forms import ChangeClosureForm, ClosureForm
from enterprises.places.models import ClosedPeriod, Closure, Place
from enterprises.places.rules import check_lasting
from enterprises.places.views.blueprint import bp, place_crumbs, to_place
from enterprises.places.views.seats import WEEKS
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import get_or_404, transaction
from marketplace.errors import DomainError
from marketplace.web.guards import requires


@bp.route("/<int:place_id>/stang", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def close_seats(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    form = ClosureForm(data={"seats": 1})
    looked: ClosureLook | None = None
    if not form.is_submitted():
        check_lasting(place.state)
    elif form.validate():
        try:
            asked = _asked(form)
            check_extent(asked, today())
            check_lasting(place.state)
            looked = closure_queries.look(place_id, asked)
            if _is_decided(form, asked):
                with transaction():
                    services.close_seats(place_id, **_typed(form))
                return to_place(place_id, "Platserna är stängda under perioden.")
        except DomainError as error:
            form.add_error(error)
    return _page(form, place, looked)


@bp.route("/stangningar/<int:closed_period_id>/andra", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def change_closure(closed_period_id: int) -> ResponseReturnValue:
    period = services.own(ClosedPeriod, closed_period_id)
    place = get_or_404(Place, period.place_id)
    row = closure_queries.period_row(closed_period_id, place.id)
    form = ChangeClosureForm(
        obj=period, data={"seats": row.extent.seats, "reason": period.reason, "reason_sv": period.reason_sv}
    )
    if row.is_over and not form.is_submitted():
        flash("Stängningen är redan slut.", "warning")
        return redirect(url_for("places.show", place_id=place.id))
    looked: ClosureLook | None = None
    if form.validate_on_submit():
        asked = _asked(form)
        try:
            check_change(row.extent, asked, today())
            looked = _look_beyond(row, asked)
            if _is_decided(form, asked):
                with transaction():
                    services.change_closure(closed_period_id, **_typed(form), why_sv=form.why_sv.data or "")
                return to_place(place.id, "Stängningen är ändrad.")
        except DomainError as error:
            form.add_error(error)
    return _page(form, place, looked, row)


@bp.post("/stangningar/<int:closure_id>/oppna")
@requires(Role.SUPPLIER_MANAGER)
def reopen(closure_id: int) -> ResponseReturnValue:
    place_id = services.own(Closure, closure_id).place_id
    with transaction():
        services.reopen_closure(closure_id)
    return to_place(place_id, "Platsen är öppen igen.")


@bp.post("/stangningar/<int:closed_period_id>/oppna-alla")
@requires(Role.SUPPLIER_MANAGER)
def reopen_all(closed_period_id: int) -> ResponseReturnValue:
    place_id = services.own(ClosedPeriod, closed_period_id).place_id
    with transaction():
        services.reopen_period(closed_period_id)
    return to_place(place_id, "Alla platser i stängningen är öppna igen.")


def _asked(form: ClosureForm) -> Extent:
    assert form.first_day.data is not None
    assert form.last_day.data is not None
    return Extent(form.seats.data or 0, form.first_day.data, form.last_day.data)


def _typed(form: ClosureForm) -> dict[str, Any]:
    names = ("seats", "first_day", "last_day", "reason")
    return {name: form[name].data for name in names} | {"reason_sv": form.reason_sv.data or ""}


def _is_decided(form: ClosureForm, asked: Extent) -> bool:
    """Whether the button of the second step was pressed for what the first one showed. Other days are shown first."""
    is_seen = form.looked_at.data == asked.text_sv
    form.looked_at.data = asked.text_sv
    return is_seen and request.form.get("gor") == "stang"


def _look_beyond(row: closure_queries.PeriodRow, asked: Extent) -> ClosureLook:
    """Whom the change touches: what the closure itself holds is not in its own way."""
    own = {closure.seat_use_id for closure in row.closures}
    looked = closure_queries.look(row.period.place_id, asked, without=own)
    return looked.among(row.numbers) if row.has_begun else looked


def _page(
    form: ClosureForm,
    place: Place,
    looked: ClosureLook | None,
    row: closure_queries.PeriodRow | None = None,
) -> ResponseReturnValue:
    weeks = queries.weeks_of_free_seats([place.id], today(), WEEKS)[place.id]
    page = render_template(
        "enterprises/places/close_seats.html",
        form=form,
        place=place,
        weeks=weeks,
        look=looked,
        holders=closure_queries.holders_of(looked.touches) if looked else {},
        row=row,
        crumbs=place_crumbs(place),
    )
    return page, form.status()
