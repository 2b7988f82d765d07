"""The blueprint, and what its pages share."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict
from marketplace.web.forms import BaseForm, acted
from placements.booking import queries
from placements.booking.queries import PlacementRow
from placements.booking.rules import (
    CANCEL_REASON_SV,
    DECLINE_REASON_SV,
    PLACEMENT_STATE_SV,
    PLACEMENT_TONE,
)

bp = Blueprint("booking", __name__, url_prefix="/placeringar")

READERS = (Role.CASE_OFFICER, Role.COORDINATOR, Role.SUPERVISOR, Role.SUPPLIER_MANAGER, Role.CONTROLLER)
LABELS = {
    "PLACEMENT_STATE_SV": PLACEMENT_STATE_SV,
    "PLACEMENT_TONE": PLACEMENT_TONE,
    "DECLINE_REASON_SV": DECLINE_REASON_SV,
    "CANCEL_REASON_SV": CANCEL_REASON_SV,
}


def act(placement_id: int, service: Callable[[], object], text_sv: str) -> ResponseReturnValue:
    """Does one thing at once, or says why not, and shows the placement as it is now."""
    try:
        with transaction():
            service()
    except Conflict as error:
        flash(error.message_sv, "error")
    else:
        flash(text_sv, "success")
    return redirect(url_for("booking.show", placement_id=placement_id))


def with_form(
    row: PlacementRow,
    form: BaseForm,
    template: str,
    service: Callable[[], object],
    text_sv: str,
    **shown: object,
) -> ResponseReturnValue:
    """A page with a form that does one thing with the placement, or says why not."""
    placement_id = row.placement.id
    if acted(form, service, text_sv):
        return redirect(url_for("booking.show", placement_id=placement_id))
    row = queries.placement(placement_id)
    page = render_template(
        f"placements/booking/{template}.html",
        form=form,
        row=row,
        placement=row.placement,
        **LABELS,
        **shown,
    )
    return page, form.status()
