"""Pages of follow-ups: those of a placement, one to hold or to change, and those that come and are late."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.rules import ActionView
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import BaseForm, ConfirmForm, acted
from marketplace.web.guards import requires
from placements.booking.rules import BEGUN_STATES
from placements.followup import queries, services
from placements.followup.forms import (
    ALL,
    LATE,
    ROWS,
    ActionForm,
    DayForm,
    FollowUpFilter,
    HoldForm,
    MinutesForm,
    MissForm,
)
from placements.followup.models import FollowUp
from placements.followup.queries import FollowUpsWanted
from placements.followup.rules import (
    FOLLOW_UP_EVENT_SV,
    FOLLOW_UP_KIND_SV,
    FOLLOW_UP_STATE_SV,
    FOLLOW_UP_TONE,
    PARTY_SV,
    WRITERS,
    FollowUpState,
    follow_up_actions,
)
from placements.plan.queries import training_head
from placements.plan.rules import PLANNED_STATES

bp = Blueprint("followup", __name__)

_READERS = (Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)
_LABELS = {
    "FOLLOW_UP_KIND_SV": FOLLOW_UP_KIND_SV,
    "FOLLOW_UP_STATE_SV": FOLLOW_UP_STATE_SV,
    "FOLLOW_UP_TONE": FOLLOW_UP_TONE,
    "PARTY_SV": PARTY_SV,
}


@bp.get("/uppfoljningar")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    """Those that come and are late, the oldest first."""
    form = FollowUpFilter()
    return render_template(
        "placements/followup/index.html",
        form=form,
        page=queries.follow_ups(_wanted(form), _sort(), page_number()),
        **_LABELS,
    )


@bp.get(f"/uppfoljningar/lista.{FILE}")
@requires(*_READERS)
def index_file(file_format: str) -> Response:
    """By placement number: a file leaves the system, and names stay in it. Nor does it say where a protected person
    is."""
    header = ("Placering", "Arbetsplats", "Slag", "Dag", "Läge", "Hölls", "Kvar att göra")
    rows = [
        (
            row.placement.number,
            "" if row.is_protected else row.enterprise_name,
            FOLLOW_UP_KIND_SV[row.follow_up.kind],
            row.follow_up.due_on,
            FOLLOW_UP_STATE_SV[row.follow_up.state],
            row.follow_up.held_on,
            row.left_to_do,
        )
        for row in queries.all_follow_ups(_wanted(FollowUpFilter()), _sort())
    ]
    return file_response(file_format, "uppfoljningar", header, rows)


def _wanted(form: FollowUpFilter) -> FollowUpsWanted:
    asked = form.lage.data or ""
    states = {"": (FollowUpState.PLANNED,), LATE: (FollowUpState.PLANNED,), ALL: tuple(FollowUpState)}
    is_mine = form.mina.data and current_actor().role is Role.CASE_OFFICER
    return FollowUpsWanted(
        states[asked] if asked in states else (FollowUpState(asked),),
        is_late=asked == LATE,
        case_officer_id=current_actor().user_id if is_mine else None,
    )


def _sort() -> tuple[str, bool]:
    return sort_key(queries.FOLLOW_UP_SORTS, "dag")


@bp.get("/placeringar/<int:placement_id>/uppfoljningar")
@requires(*_READERS)
def placement(placement_id: int) -> ResponseReturnValue:
    """All of a placement, to read and to print."""
    head = training_head(placement_id)
    follow_ups = queries.follow_ups_of(placement_id)
    is_followed_up = head.placement.state in BEGUN_STATES | PLANNED_STATES
    return render_template(
        "placements/followup/placement.html",
        head=head,
        coming=[one for one in follow_ups if one.is_open],
        over=[one for one in reversed(follow_ups) if not one.is_open],
        may_plan=current_actor().role in WRITERS and head.person is not None and is_followed_up,
        **_LABELS,
    )


@bp.route("/placeringar/<int:placement_id>/uppfoljningar/ny", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def create(placement_id: int) -> ResponseReturnValue:
    """One more; when its day has come it is written at once."""
    head = training_head(placement_id)
    form = DayForm()
    if form.validate_on_submit() and form.due_on.data:
        try:
            with transaction():
                made = services.plan_extra(placement_id, form.due_on.data)
                follow_up_id, is_to_come = made.id, made.due_on > today()
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Uppföljningen är planerad.", "success")
            endpoint = "followup.show" if is_to_come else "followup.write"
            return redirect(url_for(endpoint, follow_up_id=follow_up_id))
    page = render_template(
        "placements/followup/step.html",
        form=form,
        head=head,
        title="Planera en uppföljning",
        lead="Har ni redan setts? Skriv den dagen, så skriver du upp uppföljningen härnäst.",
        button="Planera",
        back=url_for("followup.placement", placement_id=placement_id),
    )
    return page, form.status()


@bp.get("/uppfoljningar/<int:follow_up_id>")
@requires(*_READERS)
def show(follow_up_id: int) -> ResponseReturnValue:
    follow_up = queries.follow_up(follow_up_id)
    head = training_head(follow_up.placement_id)
    return render_template(
        "placements/followup/show.html",
        FOLLOW_UP_EVENT_SV=FOLLOW_UP_EVENT_SV,
        follow_up=follow_up,
        head=head,
        actions=_actions(follow_up),
        may_add=follow_up.state is FollowUpState.HELD and current_actor().role in WRITERS,
        events=audit.timeline("follow_up", follow_up_id),
        **_LABELS,
    )


def _actions(follow_up: FollowUp) -> list[ActionView]:
    return follow_up_actions(
        follow_up.state, follow_up.due_on, follow_up.placement.state, current_actor().role, today()
    )


@bp.route("/uppfoljningar/<int:follow_up_id>/skriv", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def write(follow_up_id: int) -> ResponseReturnValue:
    """What it came to: the first time with what was agreed, afterwards to correct it. What was typed stays."""
    follow_up = queries.follow_up(follow_up_id)
    is_held = follow_up.state is FollowUpState.HELD
    form: MinutesForm
    if "saves" in request.form or (is_held and request.method == "GET"):
        form = MinutesForm(obj=follow_up)
    else:
        form = HoldForm(data={"held_on": min(follow_up.due_on, today())})
    if form.validate_on_submit():
        try:
            with transaction():
                if isinstance(form, HoldForm):
                    services.hold(follow_up_id, form.minutes())
                else:
                    services.edit(follow_up_id, form.minutes(), saves=form.saves.data)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Uppföljningen är sparad.", "success")
            return redirect(url_for("followup.show", follow_up_id=follow_up_id))
    elif request.method == "GET" and not is_held and follow_up.state is not FollowUpState.PLANNED:
        flash("Uppföljningen är redan avslutad.", "warning")
        return redirect(url_for("followup.show", follow_up_id=follow_up_id))
    follow_up = queries.follow_up(follow_up_id)
    page = render_template(
        "placements/followup/write.html",
        form=form,
        follow_up=follow_up,
        head=training_head(follow_up.placement_id),
        rows=ROWS if isinstance(form, HoldForm) else (),
        **_LABELS,
    )
    return page, form.status()


@bp.route("/uppfoljningar/<int:follow_up_id>/flytta", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def move(follow_up_id: int) -> ResponseReturnValue:
    due_on = queries.follow_up(follow_up_id).due_on
    form = DayForm(data={"due_on": due_on})
    return _step(
        follow_up_id,
        form,
        lambda: services.move(follow_up_id, form.due_on.data or due_on),
        title="Flytta uppföljningen",
        lead="",
        button="Flytta",
    )


@bp.route("/uppfoljningar/<int:follow_up_id>/uteblev", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def miss(follow_up_id: int) -> ResponseReturnValue:
    form = MissForm()
    return _step(
        follow_up_id,
        form,
        lambda: services.miss(follow_up_id, form.due_on.data),
        title="Uppföljningen blev inte av",
        lead="Den räknas som missad. Ska ni ses en annan dag i stället?",
        button="Spara",
    )


@bp.route("/uppfoljningar/<int:follow_up_id>/stall-in", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def cancel(follow_up_id: int) -> ResponseReturnValue:
    return _step(
        follow_up_id,
        ConfirmForm(),
        lambda: services.cancel(follow_up_id),
        title="Ställ in uppföljningen",
        lead="Den behövs inte längre, och räknas inte som missad. Den kan inte öppnas igen.",
        button="Ställ in",
    )


def _step(
    follow_up_id: int, form: BaseForm, service: Callable[[], object], *, title: str, lead: str, button: str
) -> ResponseReturnValue:
    """A page that asks once, does one thing, and shows the follow-up as it is then."""
    follow_up = queries.follow_up(follow_up_id)
    head = training_head(follow_up.placement_id)
    if acted(form, service, "Det är sparat."):
        return redirect(url_for("followup.show", follow_up_id=follow_up_id))
    page = render_template(
        "placements/followup/step.html",
        form=form,
        head=head,
        title=title,
        lead=lead,
        button=button,
        back=url_for("followup.show", follow_up_id=follow_up_id),
    )
    return page, form.status()


# What was agreed.


@bp.route("/uppfoljningar/<int:follow_up_id>/bestamt", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def add_action(follow_up_id: int) -> ResponseReturnValue:
    form = ActionForm()
    return _step(
        follow_up_id,
        form,
        lambda: services.add_action(follow_up_id, form.agreed()),
        title="Lägg till vad som är bestämt",
        lead="",
        button="Lägg till",
    )


@bp.post("/uppfoljningar/bestamt/<int:follow_up_action_id>/klart")
@requires(*_READERS)
def tick(follow_up_action_id: int) -> ResponseReturnValue:
    is_done = request.form.get("gor") != "angra"
    return _at_once(follow_up_action_id, lambda: services.tick_action(follow_up_action_id, is_done=is_done))


@bp.post("/uppfoljningar/bestamt/<int:follow_up_action_id>/ta-bort")
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def remove_action(follow_up_action_id: int) -> ResponseReturnValue:
    return _at_once(follow_up_action_id, lambda: services.remove_action(follow_up_action_id))


def _at_once(follow_up_action_id: int, service: Callable[[], object]) -> ResponseReturnValue:
    follow_up_id = queries.action(follow_up_action_id).follow_up_id
    try:
        with transaction():
            service()
    except Conflict as error:
        flash(error.message_sv, "warning")
    else:
        flash("Det är sparat.", "success")
    return redirect(url_for("followup.show", follow_up_id=follow_up_id))
