"""The page of seats: how many there are from a day."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import queries, services
from enterprises.places.forms import SeatsForm
from enterprises.places.models import Place
from enterprises.places.rules import check_lasting
from enterprises.places.views.blueprint import bp, place_crumbs
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.web.guards import requires

WEEKS = 12


@bp.route("/<int:place_id>/antal", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def seats(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    weeks = queries.weeks_of_free_seats([place_id], today(), WEEKS)[place_id]
    form = SeatsForm(data={"seats": weeks[0].seats, "from_day": today()})
    if not form.is_submitted():
        check_lasting(place.state)
    if form.validate_on_submit() and form.from_day.data:
        try:
            with transaction():
                services.set_seats(place_id, form.seats.data or 0, form.from_day.data)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Antalet platser är ändrat.", "success")
            return redirect(url_for("places.show", place_id=place_id))
    page = render_template(
        "enterprises/places/seats.html", form=form, place=place, weeks=weeks, crumbs=place_crumbs(place)
    )
    return page, form.status()
