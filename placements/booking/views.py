"""Pages of placements: requests, answers, start and end, for each party."""

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places.queries import WeekFree, weeks_of_free_seats
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.forms import BaseForm, ConfirmForm
from marketplace.web.guards import guard_of, requires
from placements.assignment.queries import places_to_request
from placements.booking import queries, services
from placements.booking.change_rules import ChangeState
from placements.booking.forms import (
    DeclineForm,
    EndForm,
    PlacementsFilter,
    RequestForm,
    StartForm,
)
from placements.booking.models import Placement
from placements.booking.queries import PlacementFilter, PlacementRow, placements_of_round
from placements.booking.request_rules import MOST_REQUESTED
from placements.booking.rules import (
    DECLINE_REASON_SV,
    LIVE_STATES,
    PLACEMENT_STATE_SV,
    PLACEMENT_TONE,
    SEAT_HOLDING_STATES,
    PlacementDays,
    PlacementState,
    placement_actions,
)
from placements.choice.queries import choice_round, criteria_for
from placements.participants.rules import EVENT_SV, support_level_sv
from placements.search.queries import options_of

bp = Blueprint("booking", __name__, url_prefix="/placeringar")

_READERS = (Role.CASE_OFFICER, Role.COORDINATOR, Role.SUPERVISOR, Role.SUPPLIER_MANAGER, Role.CONTROLLER)
_LABELS = {"PLACEMENT_STATE_SV": PLACEMENT_STATE_SV, "PLACEMENT_TONE": PLACEMENT_TONE}
_PARTS = {
    "plan.show": "Aktivitetsplan",
    "attendance.placement": "Närvaro",
    "report.show": "Slutdokumentation",
}


@bp.get("/")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    """A supervisor's requests stand first, with their answers beside them."""
    form = PlacementsFilter()
    role = current_actor().role
    chosen = form.lage.data or ""
    states = LIVE_STATES if not chosen else () if chosen == "alla" else (PlacementState(chosen),)
    wanted = PlacementFilter(
        states=tuple(states),
        is_mine=bool(form.mina.data) and role is Role.CASE_OFFICER,
        user_id=current_actor().user_id,
    )
    sort, is_descending = sort_key({"start", "slut", "svar", "yrke"}, default="-start")
    requests = queries.requests_to_answer() if role is Role.SUPERVISOR else []
    return render_template(
        "placements/booking/index.html",
        form=form,
        page=queries.placements(wanted, sort=sort, is_descending=is_descending, page=page_number()),
        requests=requests,
        is_supplier=role in {Role.SUPERVISOR, Role.SUPPLIER_MANAGER},
        **_LABELS,
    )


@bp.route("/begar/<int:choice_round_id>", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def request_form(choice_round_id: int) -> ResponseReturnValue:
    """A place that is asked for by a post is requested at once; everything that the page shows is read only when it is
    to be shown."""
    form = RequestForm()
    if form.validate_on_submit() and form.first_day.data and form.last_day.data:
        try:
            with transaction():
                placement_id = services.request_placement(
                    choice_round_id,
                    first_day=form.first_day.data,
                    last_day=form.last_day.data,
                    place_id=form.place_id.data,
                ).id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Platsen är begärd och hålls tills leverantören har svarat.", "success")
            return redirect(url_for("booking.show", placement_id=placement_id))
    return _request_page(choice_round_id, form)


def _request_page(choice_round_id: int, form: RequestForm) -> ResponseReturnValue:
    found = choice_round(choice_round_id)
    requestable = places_to_request(found)
    if not requestable:
        raise Conflict("Registrera deltagarens val först.")
    wanted = form.place_id.data or request.args.get("plats", type=int)
    chosen = next((one for one in requestable if one.place.id == wanted), requestable[0])
    form.place_id.data = chosen.place.id
    criteria = criteria_for(found.grant)
    option = options_of([chosen.place.id], criteria)[0]
    if not form.is_submitted():
        form.first_day.data = option.earliest_start or criteria.start_by
        form.last_day.data = found.grant.last_day
    page = render_template(
        "placements/booking/request.html",
        form=form,
        choice=found,
        option=option,
        criteria=criteria,
        requestable=requestable,
        chosen=chosen,
        waiting={
            one.place_id: one for one in placements_of_round(choice_round_id) if one.state in LIVE_STATES
        },
        moves=queries.placement(found.moves_placement_id) if found.moves_placement_id else None,
        MOST_REQUESTED=MOST_REQUESTED,
        **_LABELS,
    )
    return page, form.status()


@bp.get("/<int:placement_id>")
@requires(*_READERS)
def show(placement_id: int) -> ResponseReturnValue:
    row = queries.placement(placement_id)
    placement = row.placement
    role = current_actor().role
    changes = queries.changes_of(placement_id)
    days = PlacementDays(
        placement.first_day,
        placement.last_day,
        placement.answer_due_on,
        placement.held_until,
        is_moved=placement.is_moved,
        has_open_change=any(change.state is ChangeState.ASKED for change in changes),
    )
    return render_template(
        "placements/booking/show.html",
        row=row,
        placement=placement,
        actions=placement_actions(placement.state, role, days, today()),
        parts=_parts(placement),
        is_authority=role in {Role.CASE_OFFICER, Role.COORDINATOR},
        sees_level=role is not Role.SUPERVISOR,
        events=timeline("placement", placement_id),
        weeks=_weeks(placement),
        EVENT_SV=EVENT_SV,
        DECLINE_REASON_SV=DECLINE_REASON_SV,
        support_level_sv=support_level_sv,
        **_LABELS,
    )


def _weeks(placement: Placement) -> list[WeekFree]:
    """How full the place is, for the supervisor who is to answer."""
    if placement.state is not PlacementState.REQUESTED or current_actor().role is not Role.SUPERVISOR:
        return []
    return weeks_of_free_seats([placement.place_id], placement.first_day)[placement.place_id]


def _parts(placement: Placement) -> list[tuple[str, str]]:
    """What follows a booking, as links, where the page exists and opens for the actor."""
    if placement.state not in SEAT_HOLDING_STATES or placement.state is PlacementState.REQUESTED:
        return []
    links = []
    for endpoint, label in _PARTS.items():
        guard = guard_of(current_app.view_functions.get(endpoint))
        if guard is not None and guard.admits(current_actor()):
            links.append((label, url_for(endpoint, placement_id=placement.id)))
    return links


def _act(placement_id: int, service: Callable[[int], Placement], text_sv: str) -> ResponseReturnValue:
    with transaction():
        service(placement_id)
    flash(text_sv, "success")
    return redirect(url_for("booking.show", placement_id=placement_id))


@bp.post("/<int:placement_id>/acceptera")
@requires(Role.SUPERVISOR)
def accept(placement_id: int) -> ResponseReturnValue:
    return _act(placement_id, services.accept_placement, "Placeringen är accepterad och platsen är bokad.")


@bp.post("/<int:placement_id>/avsluta")
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def complete(placement_id: int) -> ResponseReturnValue:
    text = "Placeringen är avslutad som genomförd. Slutdokumentationen skrivs härnäst."
    return _act(placement_id, services.complete_placement, text)


def _with_form(
    row: PlacementRow, form: BaseForm, template: str, service: Callable[[], Placement], text_sv: str
) -> ResponseReturnValue:
    """A page with a form that does one thing with the placement, or says why not."""
    placement_id = row.placement.id
    if form.validate_on_submit():
        try:
            with transaction():
                service()
        except DomainError as error:
            form.add_error(error)
        else:
            flash(text_sv, "success")
            return redirect(url_for("booking.show", placement_id=placement_id))
    row = queries.placement(placement_id)
    page = render_template(
        f"placements/booking/{template}.html", form=form, row=row, placement=row.placement, **_LABELS
    )
    return page, form.status()


@bp.route("/<int:placement_id>/neka", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def decline(placement_id: int) -> ResponseReturnValue:
    form = DeclineForm()
    return _with_form(
        queries.placement(placement_id),
        form,
        "decline",
        lambda: services.decline_placement(placement_id, form.reason.data),
        "Ni har tackat nej. Platsen är fri igen.",
    )


@bp.route("/<int:placement_id>/aterkalla", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def cancel(placement_id: int) -> ResponseReturnValue:
    return _with_form(
        queries.placement(placement_id),
        ConfirmForm(),
        "cancel",
        lambda: services.cancel_placement(placement_id),
        "Placeringen är återkallad. Deltagaren kan välja på nytt.",
    )


@bp.route("/<int:placement_id>/starta", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def start(placement_id: int) -> ResponseReturnValue:
    row = queries.placement(placement_id)
    form = StartForm(started_on=row.placement.first_day)
    return _with_form(
        row,
        form,
        "start",
        lambda: services.start_placement(placement_id, form.started_on.data),
        "Starten är registrerad.",
    )


@bp.route("/<int:placement_id>/kom-aldrig", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def never_start(placement_id: int) -> ResponseReturnValue:
    return _with_form(
        queries.placement(placement_id),
        ConfirmForm(),
        "never_start",
        lambda: services.never_start_placement(placement_id),
        "Det är registrerat att deltagaren aldrig kom. Platsen är fri igen.",
    )


@bp.route("/<int:placement_id>/avbryt", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def end_early(placement_id: int) -> ResponseReturnValue:
    form = EndForm(last_day=today())
    return _with_form(
        queries.placement(placement_id),
        form,
        "end_early",
        lambda: services.end_placement_early(placement_id, form.last_day.data or today()),
        "Placeringen är avbruten.",
    )
