"""Months of hours for the ESF report: which are sent, what has changed, and the file."""

from datetime import date

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.hours import queries
from indicators.hours.rules import HEADER, STANDING_SV, STANDING_TONE, Standing, event_number
from indicators.hours.services import WHOLE_SV, fetch_hours
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM
from marketplace.db import transaction
from marketplace.errors import NotAllowed, NotFound
from marketplace.reference.rules import spoken_month
from marketplace.tenancy import current_actor, own_authority
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.attendance.rules import read_month
from placements.booking.rules import placement_number

bp = Blueprint("hours", __name__, url_prefix="/rapporter/timmar")


@bp.get("")
@requires(Role.COORDINATOR)
def index() -> ResponseReturnValue:
    """Every month, the latest first."""
    authority_id = own_authority()
    months = queries.month_standings(authority_id)
    is_whole = queries.sees_everyone(current_actor())
    return render_template(
        "indicators/hours/index.html",
        months=list(reversed(months)),
        files=queries.newest_files(authority_id),
        is_first=all(one.standing is Standing.TO_SEND for one in months),
        due=next((one.month for one in months if one.may_send), None) if is_whole else None,
        why_not="" if is_whole else WHOLE_SV,
        month_sv=_month_sv,
        STANDING_SV=STANDING_SV,
        STANDING_TONE=STANDING_TONE,
        computed_at=computed_at(authority_id),
        definitions=[INDICATORS[Indicator.REPORTED_HOURS]],
    )


@bp.get(f"/manader.{FILE}")
@requires(Role.COORDINATOR)
def index_file(file_format: str) -> Response:
    authority_id = own_authority()
    files = queries.newest_files(authority_id)
    lines = [
        (
            f"{one.month:%Y-%m}",
            STANDING_SV[one.standing],
            file.sent_at.astimezone(STOCKHOLM).date() if (file := files.get(one.month)) else None,
            file.sent_by if file else None,
            one.changed if file else None,
        )
        for one in queries.month_standings(authority_id)
    ]
    return file_response(
        file_format, "timmar-manader", ("Månad", "Läge", "Skickad", "Av", "Ändrade deltagare"), lines
    )


@bp.get("/<month>")
@requires(Role.COORDINATOR)
def month(month: str) -> ResponseReturnValue:
    """What the month's file says, without the personal numbers, and what has changed since it was sent."""
    first = _first_of(month)
    authority_id = own_authority()
    found = next((one for one in queries.month_standings(authority_id) if one.month == first), None)
    if found is None:
        raise NotFound
    is_whole = queries.sees_everyone(current_actor())
    return render_template(
        "indicators/hours/month.html",
        month=month,
        month_sv=_month_sv(first),
        found=found,
        now=queries.month_now(authority_id, first) if is_whole else None,
        why_not="" if is_whole else WHOLE_SV,
        events=audit.timeline("hours_month", event_number(first)),
        STANDING_SV=STANDING_SV,
        STANDING_TONE=STANDING_TONE,
    )


@bp.get(f"/<month>/andrat.{FILE}")
@requires(Role.COORDINATOR)
def changes_file(month: str, file_format: str) -> Response:
    """What has changed since the month was sent, by placement number: names stay in the system."""
    first = _first_of(month)
    if not queries.sees_everyone(current_actor()):
        raise NotAllowed(WHOLE_SV)
    lines = [
        (placement_number(change.placement_id), change.sent, change.hours)
        for person in queries.month_now(own_authority(), first).changed
        for change in person.changes
    ]
    header = ("Placering", "Skickade timmar", "Timmar nu")
    return file_response(file_format, f"andrade-timmar-{month}", header, lines)


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
