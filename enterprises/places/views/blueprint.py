"""The blueprint that the pages of places share."""

from flask import Blueprint, url_for

from enterprises.places.models import Place

bp = Blueprint("places", __name__, url_prefix="/platser")


def place_crumbs(place: Place) -> list[tuple[str, str]]:
    """The way to a place's page."""
    return [("Platser", url_for("places.index")), (place.name, url_for("places.show", place_id=place.id))]
