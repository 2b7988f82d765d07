"""Pages of the choice round: what was shown, the participant's sheet, and the choice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places.picture_queries import pictures_of
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import get_or_404, transaction
from marketplace.errors import Conflict, DomainError
from marketplace.rules import possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import public_address
from marketplace.web.downloads import pdf_response
from marketplace.web.forms import ConfirmForm, acted, one_of
from marketplace.web.guards import requires
from placements.assignment.queries import assignment_of
from placements.booking.queries import placements_of_round
from placements.booking.rules import PLACED_STATES, PLACEMENT_STATE_SV, PLACEMENT_TONE, PlacementState
from placements.choice import documents, queries, services
from placements.choice.easy_rules import EASY_WORDS
from placements.choice.forms import AskedDaysForm, ChoiceForm, RefusalForm
from placements.choice.models import ChoiceRound
from placements.choice.rules import (
    CHOICE_BY_SV,
    CHOICE_STATE_SV,
    CHOICE_TONE,
    CHOICE_TRANSITIONS,
    MAX_COMPARED,
    REFUSAL_SV,
    ChoiceState,
)
from placements.participants.event_rules import EVENT_SV
from placements.search.forms import PARAMETERS
from placements.search.rules import SearchCriteria
from placements.visits.queries import booked_times, times_of, visits_of_round

bp = Blueprint("choice", __name__, url_prefix="/valomgangar")


@bp.post("/beviljanden/<int:grant_id>")
@requires(Role.CASE_OFFICER)
def open_round(grant_id: int) -> ResponseReturnValue:
    with transaction():
        choice_round_id = services.open_round(grant_id).id
    return redirect(url_for("search.index", valomgang=choice_round_id))


@bp.get("/<int:choice_round_id>")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def show(choice_round_id: int) -> ResponseReturnValue:
    return _page(queries.choice_round(choice_round_id), ChoiceForm(formdata=None))


@bp.post("/<int:choice_round_id>/visa")
@requires(Role.CASE_OFFICER)
def show_places(choice_round_id: int) -> ResponseReturnValue:
    """Records what is shown; with the other button of the search it leads to the comparison instead."""
    place_ids = request.form.getlist("plats", type=int)
    form = AskedDaysForm()
    criteria = _asked(form, queries.choice_round(choice_round_id))
    address: dict[str, Any] = {name: request.form.getlist(name) for name in PARAMETERS} | {
        "valomgang": choice_round_id,
        "senast": criteria.start_by.isoformat(),
        "till": criteria.until.isoformat(),
        "timmar": request.form.get("timmar", ""),
    }
    if request.form.get("gor") == "jamfor":
        return redirect(url_for("search.compare", plats=place_ids, **address))
    try:
        with transaction():
            added = services.show_places(choice_round_id, place_ids, criteria)
            count = len(added)
    except DomainError as error:
        flash(error.message_sv, "error")
        return redirect(url_for("search.index", **address))
    text = "En plats visas" if count == 1 else f"{count} platser visas"
    flash(f"{text} nu för deltagaren." if count else "Platserna var redan visade.", "success")
    return redirect(url_for("choice.show", choice_round_id=choice_round_id))


def _asked(form: AskedDaysForm, choice_round: ChoiceRound) -> SearchCriteria:
    criteria = queries.criteria_for(choice_round.grant)
    start_by = form.senast.data or criteria.start_by
    if start_by < today():
        return criteria
    return replace(criteria, start_by=start_by, until=max(form.till.data or criteria.until, start_by))


@bp.post("/<int:choice_round_id>/val")
@requires(Role.CASE_OFFICER)
def choose(choice_round_id: int) -> ResponseReturnValue:
    choice_round = queries.choice_round(choice_round_id)
    form = _choice_form(choice_round)
    if form.validate():
        try:
            with transaction():
                services.record_choice(choice_round_id, form.place_id.data, reserve_ids=form.reserve_ids)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Valet är registrerat. Begär platsen härnäst.", "success")
            return redirect(url_for("choice.show", choice_round_id=choice_round_id))
    return _page(queries.choice_round(choice_round_id), form), form.status()


@bp.post("/<int:choice_round_id>/platser/<int:place_id>/spara")
@requires(Role.CASE_OFFICER)
def shortlist(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    """What the participant says at the table: she likes the place, or no longer."""
    is_saved = request.form.get("gor") != "ta-bort"
    return _noted(
        choice_round_id,
        lambda: services.shortlist_place(choice_round_id, place_id, is_saved=is_saved),
        "Platsen är sparad åt deltagaren." if is_saved else "Platsen är inte sparad längre.",
    )


@bp.route("/<int:choice_round_id>/platser/<int:place_id>/nej", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def decline(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    """What the participant says at the table: no to this place, and why if she wants to say."""
    choice_round = queries.choice_round(choice_round_id)
    shown = queries.shown_in(choice_round, place_id)
    form = RefusalForm()
    if form.validate_on_submit():
        return _noted(
            choice_round_id,
            lambda: services.decline_place(choice_round_id, place_id, form.reason.data),
            "Deltagarens nej är sparat.",
        )
    page = render_template("placements/choice/decline.html", form=form, choice=choice_round, shown=shown)
    return page, form.status()


@bp.post("/<int:choice_round_id>/platser/<int:place_id>/angra")
@requires(Role.CASE_OFFICER)
def take_back(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    return _noted(
        choice_round_id,
        lambda: services.take_back_decline(choice_round_id, place_id),
        "Deltagarens nej är borttaget.",
    )


def _noted(choice_round_id: int, act: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        with transaction():
            act()
    except Conflict as error:
        flash(error.message_sv, "error")
    else:
        flash(done, "success")
    return redirect(url_for("choice.show", choice_round_id=choice_round_id))


@bp.route("/<int:choice_round_id>/avsluta", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def close(choice_round_id: int) -> ResponseReturnValue:
    choice_round = queries.choice_round(choice_round_id)
    form = ConfirmForm()
    if acted(
        form,
        lambda: services.close_round(choice_round_id),
        "Valomgången är avslutad. Det som visades är sparat.",
    ):
        return redirect(url_for("participants.show", participant_id=choice_round.participant_id))
    return render_template("placements/choice/close.html", form=form, choice=choice_round), form.status()


@bp.get("/<int:choice_round_id>/blad")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def sheet(choice_round_id: int) -> ResponseReturnValue:
    """For the participant, to read on paper or on a phone: easy Swedish, large, one place after the other."""
    choice_round = queries.choice_round(choice_round_id)
    place_ids = [shown.place_id for shown in choice_round.shown]
    visits = visits_of_round(choice_round_id)
    return render_template(
        "placements/choice/sheet.html",
        choice=choice_round,
        options=queries.as_now(choice_round),
        words=EASY_WORDS,
        address=public_address("access.enter"),
        pictures=pictures_of(place_ids),
        times=times_of(place_ids) if choice_round.state is ChoiceState.OPEN else {},
        visits=visits,
        booked=booked_times(visits),
    )


@bp.get("/<int:choice_round_id>/blad.pdf")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def sheet_paper(choice_round_id: int) -> Response:
    choice_round = queries.choice_round(choice_round_id)
    authority = get_or_404(Organisation, choice_round.authority_id)
    options = queries.as_now(choice_round)
    paper = documents.sheet_paper(choice_round, options, authority.name, public_address("access.enter"))
    return pdf_response(paper, f"platser-{choice_round_id}.pdf")


def _choice_form(choice_round: ChoiceRound, *, is_answered: bool = True) -> ChoiceForm:
    form = ChoiceForm() if is_answered else ChoiceForm(formdata=None)
    names = {
        shown.place_id: f"{shown.place.name} hos {shown.place.enterprise.name}"
        for shown in choice_round.shown
        if not shown.is_declined
    }
    form.place_id.choices = one_of(names)
    form.name_reserves(names)
    return form


def _page(choice_round: ChoiceRound, form: ChoiceForm) -> str:
    if not form.is_submitted():
        form = _choice_form(choice_round, is_answered=False)
    is_open = choice_round.state is ChoiceState.OPEN
    placements = placements_of_round(choice_round.id)
    return render_template(
        "placements/choice/show.html",
        choice=choice_round,
        form=form,
        chosen=queries.chosen_place(choice_round),
        assigned=assignment_of(choice_round),
        reserves=queries.reserves(choice_round),
        is_all_declined=queries.is_all_declined(choice_round),
        has_wider_wish=is_open and queries.has_wider_wish(choice_round),
        now=queries.as_now(choice_round) if is_open else {},
        narrow=queries.narrow_choice(choice_round) if is_open else None,
        placements=placements,
        requests=[one for one in placements if one.state is PlacementState.REQUESTED],
        is_placed=any(one.state in PLACED_STATES for one in placements),
        visits=visits_of_round(choice_round.id),
        actions=possible_actions(CHOICE_TRANSITIONS, choice_round.state, current_actor().role),
        may_act=current_actor().role is Role.CASE_OFFICER and choice_round.is_sought_on,
        criteria=queries.criteria_for(choice_round.grant),
        events=timeline("choice_round", choice_round.id),
        EVENT_SV=EVENT_SV,
        CHOICE_BY_SV=CHOICE_BY_SV,
        CHOICE_STATE_SV=CHOICE_STATE_SV,
        CHOICE_TONE=CHOICE_TONE,
        PLACEMENT_STATE_SV=PLACEMENT_STATE_SV,
        PLACEMENT_TONE=PLACEMENT_TONE,
        REFUSAL_SV=REFUSAL_SV,
        MAX_COMPARED=MAX_COMPARED,
    )
