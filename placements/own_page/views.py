"""The participant's own page: by code and without an account, in easy-to-read Swedish (LOV 9:1)."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from enterprises.places.picture_queries import pictures_of
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.reference.rules import spoken_day
from marketplace.web.guards import CODE_AGAIN_SV, requires
from placements.attendance.absence_queries import own_today
from placements.checkpoints.queries import own_checkpoints
from placements.choice import queries as choices
from placements.choice import services
from placements.choice.easy_rules import EASY_WORDS
from placements.choice.models import ChoiceRound, ShownPlace
from placements.choice.rules import MAX_COMPARED, ChoiceState
from placements.followup.queries import own_follow_ups
from placements.followup.services import tick_action
from placements.own_page import queries
from placements.own_page.forms import NoForm, OwnChoiceForm
from placements.own_page.rules import GONE_TIME_SV, LATE_SV, REFUSED_FIRST_SV, RESERVE_SV
from placements.plan.queries import own_plans
from placements.report.queries import own_reports
from placements.visits import services as visits
from placements.visits.queries import booked_times, visit, visits_of_round

bp = Blueprint("own_page", __name__, url_prefix="/min-sida")


@bp.errorhandler(CSRFError)
def session_over(error: CSRFError) -> ResponseReturnValue:
    """A form from a session that has ended: what she pressed is asked again, after the code."""
    flash(CODE_AGAIN_SV, "warning")
    return redirect(url_for("access.enter"))


@bp.get("/platser")
@requires(Role.PARTICIPANT)
def index() -> ResponseReturnValue:
    """The newest round: what she is asked about now, or has answered last."""
    rounds = queries.round_ids()
    return (
        _page(rounds[0], rounds)
        if rounds
        else render_template(
            "placements/own_page/nothing.html",
            checkpoints=own_checkpoints(),
            follow_ups=own_follow_ups(),
            plans=own_plans(),
            reports=own_reports(),
            own_days=own_today(),
            spoken_day=spoken_day,
        )
    )


@bp.get("/val/<int:choice_round_id>")
@requires(Role.PARTICIPANT)
def show(choice_round_id: int) -> ResponseReturnValue:
    return _page(choice_round_id, queries.round_ids())


@bp.post("/val/<int:choice_round_id>/platser/<int:place_id>/spara")
@requires(Role.PARTICIPANT)
def save(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    is_saved = request.form.get("gor") != "ta-bort"
    return _answer(
        choice_round_id,
        lambda: services.shortlist_place(choice_round_id, place_id, is_saved=is_saved),
        place_id,
    )


@bp.route("/val/<int:choice_round_id>/platser/<int:place_id>/nej", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def decline(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    choice_round = queries.own_round(choice_round_id)
    shown = choices.shown_in(choice_round, place_id)
    if not queries.may_answer(choice_round):
        return _too_late(choice_round_id)
    form = NoForm()
    if form.validate_on_submit():
        return _answer(
            choice_round_id,
            lambda: services.decline_place(choice_round_id, place_id, form.reason.data),
            place_id,
        )
    return _rendered("no", choice_round, form=form, shown=shown), form.status()


@bp.post("/val/<int:choice_round_id>/platser/<int:place_id>/angra")
@requires(Role.PARTICIPANT)
def take_back(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    return _answer(choice_round_id, lambda: services.take_back_decline(choice_round_id, place_id), place_id)


@bp.get("/val/<int:choice_round_id>/jamfor")
@requires(Role.PARTICIPANT)
def compare(choice_round_id: int) -> ResponseReturnValue:
    """Those that are ticked; else the saved ones; else the first that she has not said no to."""
    choice_round = queries.own_round(choice_round_id)
    ticked = set(request.args.getlist("plats", type=int))
    chosen = [shown for shown in choice_round.shown if shown.place_id in ticked]
    saved = [shown for shown in choice_round.shown if shown.is_shortlisted]
    chosen = chosen or (saved if len(saved) > 1 else [])
    chosen = chosen or [shown for shown in choice_round.shown if not shown.is_declined]
    return _rendered(
        "compare",
        choice_round,
        compared=chosen[:MAX_COMPARED],
        left_out=len(chosen) > MAX_COMPARED,
        outlook=queries.outlook(choice_round),
    )


@bp.route("/val/<int:choice_round_id>/platser/<int:place_id>/valj", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def choose(choice_round_id: int, place_id: int) -> ResponseReturnValue:
    """Asks once, in plain words, before the choice is made."""
    choice_round = queries.own_round(choice_round_id)
    shown = choices.shown_in(choice_round, place_id)
    if not queries.may_answer(choice_round):
        return _too_late(choice_round_id)
    if shown.is_declined:
        flash(REFUSED_FIRST_SV, "warning")
        return _back_to(choice_round_id, place_id)
    form = OwnChoiceForm()
    form.name_reserves(_possible_reserves(choice_round, shown))
    if form.validate_on_submit():
        try:
            with transaction():
                services.record_choice(choice_round_id, place_id, reserve_ids=form.reserve_ids)
        except Conflict:
            return _too_late(choice_round_id)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Du har valt. Ditt val är sparat.", "success")
            return redirect(url_for("own_page.show", choice_round_id=choice_round_id))
        choice_round = queries.own_round(choice_round_id)
        shown = choices.shown_in(choice_round, place_id)
    page = _rendered("choose", choice_round, form=form, shown=shown, outlook=queries.outlook(choice_round))
    return page, form.status()


@bp.post("/val/<int:choice_round_id>/fler")
@requires(Role.PARTICIPANT)
def wish(choice_round_id: int) -> ResponseReturnValue:
    """Leaves a wish that the officer sees."""
    return _answer(choice_round_id, lambda: services.wish_for_wider(choice_round_id), "fler")


@bp.post("/val/<int:choice_round_id>/besok")
@requires(Role.PARTICIPANT)
def book_visit(choice_round_id: int) -> ResponseReturnValue:
    visit_time_id = request.form.get("visit_time_id", type=int) or 0
    if not queries.may_answer(queries.own_round(choice_round_id)):
        return _too_late(choice_round_id)
    return _about_visit(
        lambda: visits.book_visit(visit_time_id, choice_round_id), "Ditt besök är bokat.", choice_round_id
    )


@bp.post("/besok/<int:study_visit_id>/avboka")
@requires(Role.PARTICIPANT)
def cancel_visit(study_visit_id: int) -> ResponseReturnValue:
    choice_round_id = visit(study_visit_id).visit.choice_round_id
    return _about_visit(
        lambda: visits.cancel_visit(study_visit_id), "Ditt besök är avbokat.", choice_round_id
    )


@bp.post("/bestamt/<int:follow_up_action_id>/klart")
@requires(Role.PARTICIPANT)
def tick(follow_up_action_id: int) -> ResponseReturnValue:
    """She has done what was agreed at a follow-up, or not after all."""
    is_done = request.form.get("gor") != "angra"
    with transaction():
        tick_action(follow_up_action_id, is_done=is_done)
    flash("Bra! Det är klart." if is_done else "Okej. Det är inte klart än.", "success")
    return redirect(url_for("own_page.index"))


def _about_visit(act: Callable[[], object], done: str, choice_round_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            act()
    except NotFound:
        flash(GONE_TIME_SV, "warning")
    except (Conflict, Invalid) as error:
        flash(error.message_sv, "warning")
    else:
        flash(done, "success")
    return redirect(url_for("own_page.show", choice_round_id=choice_round_id))


def _page(choice_round_id: int, rounds: list[int]) -> str:
    choice_round = queries.own_round(choice_round_id)
    outlook, rows = queries.outlook(choice_round), visits_of_round(choice_round_id)
    return _rendered(
        "places",
        choice_round,
        outlook=outlook,
        times=outlook.times,
        visits=rows,
        booked=booked_times(rows),
        chosen=choices.chosen_place(choice_round),
        reserves=choices.reserves(choice_round),
        is_all_declined=choices.is_all_declined(choice_round),
        has_wider_wish=choices.has_wider_wish(choice_round),
        news=queries.news_of(choice_round),
        checkpoints=own_checkpoints(),
        follow_ups=own_follow_ups(),
        plans=own_plans(),
        reports=own_reports(),
        spoken_day=spoken_day,
        own_days=own_today(),
        earlier=[one for one in rounds if one != choice_round_id],
        is_newest=rounds[:1] == [choice_round_id],
        tags={shown.place_id: _tag(shown) for shown in choice_round.shown},
    )


def _rendered(page: str, choice_round: ChoiceRound, **shown: object) -> str:
    return render_template(
        f"placements/own_page/{page}.html",
        choice=choice_round,
        may_answer=queries.may_answer(choice_round),
        words=EASY_WORDS,
        pictures=pictures_of([shown.place_id for shown in choice_round.shown]),
        MAX_COMPARED=MAX_COMPARED,
        RESERVE_SV=RESERVE_SV,
        is_chosen=choice_round.state is ChoiceState.CHOSEN,
        **shown,
    )


def _tag(shown: ShownPlace) -> tuple[str, str] | None:
    if shown.is_chosen:
        return ("Du har valt den här", "good")
    if shown.reserve_rank is not None:
        return (RESERVE_SV[shown.reserve_rank], "active")
    if shown.is_declined:
        return ("Du har sagt nej", "muted")
    return ("Sparad", "active") if shown.is_shortlisted else None


def _possible_reserves(choice_round: ChoiceRound, chosen: ShownPlace) -> Mapping[int, str]:
    return {
        shown.place_id: f"{shown.place.trade.plain_name} hos {shown.place.enterprise.name}"
        for shown in choice_round.shown
        if shown is not chosen and not shown.is_declined
    }


def _answer(choice_round_id: int, act: Callable[[], object], anchor: int | str) -> ResponseReturnValue:
    try:
        with transaction():
            act()
    except Conflict:
        return _too_late(choice_round_id)
    return _back_to(choice_round_id, anchor)


def _too_late(choice_round_id: int) -> ResponseReturnValue:
    """Another tab, the officer at the table, or the round was closed: what was saved is still there."""
    flash(LATE_SV[queries.own_round(choice_round_id, is_fresh=True).state], "warning")
    return redirect(url_for("own_page.show", choice_round_id=choice_round_id))


def _back_to(choice_round_id: int, anchor: int | str) -> ResponseReturnValue:
    """To where she was on the page; the tag there says what has been done."""
    where = anchor if isinstance(anchor, str) else f"plats-{anchor}"
    return redirect(url_for("own_page.show", choice_round_id=choice_round_id, _anchor=where))
