"""A placement's page, and what each party does with it: answers, start and end."""

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.places.queries import WeekFree, weeks_of_free_seats
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.tenancy import current_actor
from marketplace.web.forms import ConfirmForm
from marketplace.web.guards import guard_of, requires
from placements.booking import queries, services
from placements.booking.change_rules import CHANGE_KIND_SV, CHANGE_STATE_SV, CHANGE_TONE, ChangeState
from placements.booking.forms import CancelForm, DeclineForm, EndForm, ResumeForm, StartForm
from placements.booking.models import Placement
from placements.booking.rules import (
    LIVE_STATES,
    PLACED_STATES,
    PlacementDays,
    PlacementState,
    may_resume_until,
    placement_actions,
)
from placements.booking.views.blueprint import LABELS, READERS, act, bp, with_form
from placements.participants.event_rules import EVENT_SV
from placements.participants.queries import has_live_consent
from placements.participants.rules import support_level_sv

_OFFICERS = (Role.CASE_OFFICER, Role.COORDINATOR)
_PARTS = {
    "plan.show": "Aktivitetsplan",
    "attendance.placement": "Närvaro",
    "followup.placement": "Uppföljningar",
    "report.show": "Slutdokumentation",
}


@bp.get("/<int:placement_id>")
@requires(*READERS)
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
        ended_on=placement.ended_on,
    )
    return render_template(
        "placements/booking/show.html",
        row=row,
        placement=placement,
        actions=placement_actions(placement.state, role, days, today()),
        parts=_parts(placement),
        is_authority=role in _OFFICERS,
        is_consent_missing=role in _OFFICERS
        and placement.state in LIVE_STATES
        and not has_live_consent(placement.participant_id),
        sees_level=role is not Role.SUPERVISOR,
        events=timeline("placement", placement_id),
        weeks=_weeks(placement),
        changes=changes,
        moves=queries.moves_of(placement),
        beside=queries.beside(placement) if role in _OFFICERS else [],
        EVENT_SV=EVENT_SV,
        CHANGE_KIND_SV=CHANGE_KIND_SV,
        CHANGE_STATE_SV=CHANGE_STATE_SV,
        CHANGE_TONE=CHANGE_TONE,
        support_level_sv=support_level_sv,
        **LABELS,
    )


def _weeks(placement: Placement) -> list[WeekFree]:
    """How full the place is, for the supervisor who is to answer."""
    if placement.state is not PlacementState.REQUESTED or current_actor().role is not Role.SUPERVISOR:
        return []
    return weeks_of_free_seats([placement.place_id], placement.first_day)[placement.place_id]


def _parts(placement: Placement) -> list[tuple[str, str]]:
    """What follows a booking, as links, where the page exists and opens for the actor."""
    if placement.state not in PLACED_STATES:
        return []
    links = []
    for endpoint, label in _PARTS.items():
        guard = guard_of(current_app.view_functions.get(endpoint))
        if guard is not None and guard.admits(current_actor()):
            links.append((label, url_for(endpoint, placement_id=placement.id)))
    return links


@bp.post("/<int:placement_id>/acceptera")
@requires(Role.SUPERVISOR)
def accept(placement_id: int) -> ResponseReturnValue:
    text = "Placeringen är accepterad och platsen är bokad."
    return act(placement_id, lambda: services.accept_placement(placement_id), text)


@bp.post("/<int:placement_id>/avsluta")
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def complete(placement_id: int) -> ResponseReturnValue:
    text = "Placeringen är avslutad som genomförd. Slutdokumentationen skrivs härnäst."
    return act(placement_id, lambda: services.complete_placement(placement_id), text)


@bp.route("/<int:placement_id>/neka", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def decline(placement_id: int) -> ResponseReturnValue:
    form = DeclineForm()
    return with_form(
        queries.placement(placement_id),
        form,
        "decline",
        lambda: services.decline_placement(placement_id, form.reason.data),
        "Ni har tackat nej. Platsen är fri igen.",
    )


@bp.route("/<int:placement_id>/aterkalla", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def cancel(placement_id: int) -> ResponseReturnValue:
    form = CancelForm()
    return with_form(
        queries.placement(placement_id),
        form,
        "cancel",
        lambda: services.cancel_placement(placement_id, form.reason.data),
        "Placeringen är återkallad och platsen är fri igen.",
    )


@bp.route("/<int:placement_id>/starta", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def start(placement_id: int) -> ResponseReturnValue:
    row = queries.placement(placement_id)
    form = StartForm(started_on=row.placement.first_day)
    return with_form(
        row,
        form,
        "start",
        lambda: services.start_placement(placement_id, form.started_on.data),
        "Starten är registrerad.",
    )


@bp.route("/<int:placement_id>/kom-aldrig", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def never_start(placement_id: int) -> ResponseReturnValue:
    return with_form(
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
    return with_form(
        queries.placement(placement_id),
        form,
        "end_early",
        lambda: services.end_placement_early(placement_id, form.last_day.data or today()),
        "Placeringen är avbruten.",
    )


@bp.route("/<int:placement_id>/oppna", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def resume(placement_id: int) -> ResponseReturnValue:
    row = queries.placement(placement_id)
    form = ResumeForm(last_day=row.placement.last_day)
    return with_form(
        row,
        form,
        "resume",
        lambda: services.resume_placement(placement_id, form.last_day.data or today(), form.reason.data),
        "Placeringen pågår igen. Leverantören får besked.",
        may_resume_until=may_resume_until(row.placement.ended_on or row.placement.last_day),
    )
