"""The blueprint that the pages of places share, and what several of them show."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import queries
from enterprises.places.models import Place, Site
from marketplace.tenancy import current_actor
from marketplace.web.forms import one_of

bp = Blueprint("places", __name__, url_prefix="/platser")


def place_crumbs(place: Place) -> list[tuple[str, str]]:
    """The way to a place's page."""
    return [("Platser", url_for("places.index")), (place.name, url_for("places.show", place_id=place.id))]


def to_place(place_id: int, done: str) -> ResponseReturnValue:
    flash(done, "success")
    return redirect(url_for("places.show", place_id=place_id))


def choose_site(form: Any) -> list[Site]:
    """Fills the select with the enterprise's sites, and gives them."""
    sites = queries.sites(current_actor().enterprise_id)
    blank = None if len(sites) == 1 else "Välj arbetsställe"
    form.site_id.choices = one_of({one.id: one.name for one in sites}, blank=blank)
    return sites


def choose_trade(form: Any) -> None:
    form.ssyk.choices = {"": "Välj yrke"} | {
        field: {trade.ssyk: f"{trade.plain_name} ({trade.name})" for trade in trades}
        for field, trades in queries.trades_by_field().items()
    }
