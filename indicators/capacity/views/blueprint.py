"""The blueprint of capacity, and what its pages share."""

from typing import Any, Final

from flask import Blueprint, request

from indicators.capacity.rules import Capacity
from marketplace.tenancy import current_actor
from marketplace.web.forms import FilterForm

bp = Blueprint("capacity", __name__, url_prefix="/kapacitet")

HEADER: Final = ("Platser", "Stängda", "Hållna", "Bokade", "Lediga", "Lediga inom 14 dagar")


def numbers(capacity: Capacity) -> tuple[int, ...]:
    """In the order of HEADER."""
    return (
        capacity.seats,
        capacity.closed,
        capacity.held,
        capacity.booked,
        capacity.free,
        capacity.free_within,
    )


def authority_id() -> int:
    found = current_actor().authority_id
    assert found is not None, "a strategist acts for an authority"
    return found


def arguments_of(form: FilterForm) -> dict[str, Any]:
    """The filter as it is in the address."""
    return {name: value for name, value in request.args.items() if value and name in form}
