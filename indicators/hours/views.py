"""Months of hours for the ESF report: which are sent, what has changed, and the file."""

from datetime import date

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.hours import queries
from indicators.hours.rules import HEADER, STANDING_SV, STANDING_TONE, Standing, event_number
from indicators.hours.services import WHOLE_SV, fetch_hours
from indicators.queries import computed_at
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import NotFound
from marketplace.reference.rules import spoken_month
from marketplace.tenancy import current_actor
from marketplace.web.downloads import file_response
from marketplace.web.guards import requires
from placements.attendance.rules import read_month

bp = Blueprint("hours", __name__, url_prefix="/rapporter/timmar")


@bp.get("")
@requires(Role.COORDINATOR)
def index() -> ResponseReturnValue:
    """Every month, the latest first."""
    actor = current_actor()
    assert actor.authority_id is not None, "a coordinator acts for an authority"
    months = queries.month_standings(actor.authority_id)
    is_whole = queries.sees_everyone(actor)
    return render_template(
        "indicators/hours/index.html",
        months=list(reversed(months)),
        files=queries.newest_files(actor.authority_id),
        is_first=all(one.standing is Standing.TO_SEND for one in months),
        due=next((one.month for one in months if one.may_send), None) if is_whole else None,
        why_not="" if is_whole else WHOLE_SV,
        month_sv=_month_sv,
        STANDING_SV=STANDING_SV,
        STANDING_TONE=STANDING_TONE,
        computed_at=computed_at(actor.authority_id),
        definitions=[INDICATORS[Indicator.REPORTED_HOURS]],
    )


@bp.get("/<month>")
@requires(Role.COORDINATOR)
def month(month: str) -> ResponseReturnValue:
    """What the month's file says, without the personal numbers, and what has changed since it was sent."""
    first = _first_of(month)
    actor = current_actor()
    assert actor.authority_id is not None, "a coordinator acts for an authority"
    found = next((one for one in queries.month_standings(actor.authority_id) if one.month == first), None)
    if found is None:
        raise NotFound
    is_whole = queries.sees_everyone(actor)
    return render_template(
        "indicators/hours/month.html",
        month=month,
        month_sv=_month_sv(first),
        found=found,
        now=queries.month_now(actor.authority_id, first) if is_whole else None,
        why_not="" if is_whole else WHOLE_SV,
        events=audit.timeline("hours_month", event_number(first)),
        STANDING_SV=STANDING_SV,
        STANDING_TONE=STANDING_TONE,
    )


@bp.post("/<month>/fil")
@requires(Role.COORDINATOR)
def send(month: str) -> Response:
    """The file. A form's answer and no link: a browser fetches links ahead, and to fetch is to send."""
    with transaction():
        written = fetch_hours(_first_of(month))
    return file_response("csv", f"timmar-{month}", HEADER, written.lines)


def _first_of(month: str) -> date:
    first = read_month(month)
    if first is None:
        raise NotFound
    return first


def _month_sv(month: date) -> str:
    return spoken_month(month.year, month.month)
