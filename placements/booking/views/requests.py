"""The list of placements, and the page where a place is requested."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.statements import planned_once
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.guards import requires
from placements.assignment.queries import places_to_request
from placements.booking import queries, services
from placements.booking.forms import PlacementsFilter, RequestForm
from placements.booking.queries import PlacementFilter, placements_of_round
from placements.booking.request_rules import MOST_REQUESTED
from placements.booking.rules import LIVE_STATES, PlacementState
from placements.booking.views.blueprint import LABELS, READERS, bp
from placements.choice.queries import criteria_for, round_alone
from placements.search.queries import options_of


@bp.get("/")
@requires(*READERS)
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
        **LABELS,
    )


@bp.route("/begar/<int:choice_round_id>", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def request_form(choice_round_id: int) -> ResponseReturnValue:
    """A place that is asked for by a post is requested at once; everything that the page shows is read only when it is
    to be shown."""
    form = RequestForm()
    if form.validate_on_submit() and form.first_day.data and form.last_day.data:
        try:
            with planned_once(), transaction():
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
    with planned_once():
        return _request_page(choice_round_id, form)


def _request_page(choice_round_id: int, form: RequestForm) -> ResponseReturnValue:
    found = round_alone(choice_round_id)
    requestable = places_to_request(choice_round_id)
    if not requestable:
        raise Conflict("Registrera deltagarens val först.")
    waiting = {one.place_id: one for one in placements_of_round(choice_round_id) if one.state in LIVE_STATES}
    wanted = form.place_id.data or request.args.get("plats", type=int)
    unrequested = next((one for one in requestable if one.place.id not in waiting), requestable[0])
    chosen = next((one for one in requestable if one.place.id == wanted), unrequested)
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
        waiting=waiting,
        moves=queries.placement(found.moves_placement_id) if found.moves_placement_id else None,
        MOST_REQUESTED=MOST_REQUESTED,
        **LABELS,
    )
    return page, form.status()
