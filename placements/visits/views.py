"""Pages of study visits: the supplier's times, and who visits; a participant's own page has its part elsewhere."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.rules import possible_actions
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import one_of, result_of
from marketplace.web.guards import requires
from placements.choice.queries import choice_round
from placements.choice.rules import ChoiceState
from placements.visits import queries, services
from placements.visits.documents import CONTENT_TYPE, calendar_file
from placements.visits.forms import (
    BookForm,
    NotHeldForm,
    OfferForm,
    TimeFilter,
    VisitFilter,
    WithdrawForm,
)
from placements.visits.models import StudyVisit
from placements.visits.rules import (
    BOOKED_BY_SV,
    VISIT_EVENT_SV,
    VISIT_TIME_TRANSITIONS,
    VISIT_TRANSITIONS,
    OfferDraft,
    VisitAction,
    VisitTimeAction,
    is_name_shared,
    later_withdrawal_sv,
    read_clock,
    withdrawal_sv,
)

bp = Blueprint("visits", __name__, url_prefix="/studiebesok")

_SUPPLIER = (Role.SUPPLIER_MANAGER, Role.SUPERVISOR)
_READERS = (Role.CASE_OFFICER, Role.COORDINATOR, Role.SUPERVISOR)


@bp.get("/")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    """Who visits whom and when: the supervisor's visitors, the authority's participants."""
    form = VisitFilter()
    actor = current_actor()
    standing = form.lage.data or ""
    is_mine = bool(form.mina.data) and actor.role is Role.CASE_OFFICER
    return render_template(
        "placements/visits/index.html",
        form=form,
        page=queries.visit_page(
            standing,
            officer_id=actor.user_id if is_mine else None,
            is_descending=standing in {"varit", "avbokade"},
            page=page_number(),
        ),
        is_supplier=actor.role is Role.SUPERVISOR,
    )


# The supplier's times.


@bp.get("/tider")
@requires(*_SUPPLIER)
def times() -> ResponseReturnValue:
    places = queries.places_to_visit(current_actor().enterprise_id)
    names = {str(place.id): place.name for place in places}
    form = TimeFilter(choices={"plats": {"": "Alla"} | names})
    return render_template(
        "placements/visits/times.html",
        form=form,
        page=queries.coming_times(current_actor().enterprise_id, form.plats.data, page_number()),
        has_places=bool(places),
        sees_visitors=current_actor().role is Role.SUPERVISOR,
    )


@bp.route("/erbjud", methods=["GET", "POST"])
@requires(*_SUPPLIER)
def offer() -> ResponseReturnValue:
    places = queries.places_to_visit(current_actor().enterprise_id)
    asked = request.args.get("plats", type=int)
    form = OfferForm(data={"place_id": str(asked or ""), "minutes": 60, "most_visitors": 1, "weeks": 1})
    form.place_id.choices = one_of(
        {place.id: f"{place.name}, {place.site.name}" for place in places}, blank="Välj plats"
    )
    if form.validate_on_submit() and form.first_day.data:
        try:
            draft = OfferDraft(
                first_day=form.first_day.data,
                clock=read_clock(form.clock.data or ""),
                minutes=form.minutes.data or 0,
                most_visitors=form.most_visitors.data or 0,
                meeting_sv=form.meeting_sv.data or "",
                weeks=form.weeks.data or 0,
            )
            with transaction():
                offered = services.offer_times(int(form.place_id.data), draft)
                count = len(offered)
        except DomainError as error:
            form.add_error(error)
        else:
            skipped = draft.weeks - count
            flash(
                f"{counted(count, 'tid', 'tider')} för studiebesök erbjuds nu."
                + (f" {counted(skipped, 'röd dag', 'röda dagar')} hoppades över." if skipped else ""),
                "success",
            )
            return redirect(url_for("visits.times"))
    page = render_template("placements/visits/offer.html", form=form, has_places=bool(places))
    return page, form.status()


@bp.route("/tider/<int:visit_time_id>/dra-tillbaka", methods=["GET", "POST"])
@requires(*_SUPPLIER)
def withdraw(visit_time_id: int) -> ResponseReturnValue:
    time = queries.visit_time(visit_time_id)
    later = queries.later_in_series(time)
    form = WithdrawForm()
    if not later:
        del form.with_later
    touched = [time.id, *(one.id for one in later)]
    causes = ["Tiden går inte att boka längre.", withdrawal_sv(time.taken)]
    if later:
        causes.append(later_withdrawal_sv(len(later), sum(one.taken for one in later)))
    question = Question(
        title="Dra tillbaka tiden",
        breadcrumb=[("Studiebesök", url_for("visits.times"))],
        causes=causes,
        done="Tiden är tillbakadragen.",
        back=url_for("visits.times"),
        is_ending=True,
        obstacles=obstacles(VISIT_TIME_TRANSITIONS, time.state, VisitTimeAction.WITHDRAW),
    )
    return ask_first(
        question,
        lambda: services.withdraw_times(visit_time_id, with_later=bool(later) and form.with_later.data),
        form=form,
        template="placements/visits/withdraw.html",
        time=time,
        visitors=queries.visitors_on(touched) if current_actor().may_see_persons else [],
    )


# A visit.


@bp.get("/<int:study_visit_id>")
@requires(*_READERS)
def show(study_visit_id: int) -> ResponseReturnValue:
    row = queries.visit(study_visit_id)
    actor = current_actor()
    return render_template(
        "placements/visits/show.html",
        row=row,
        visit=row.visit,
        actions=possible_actions(VISIT_TRANSITIONS, row.visit.state, actor.role),
        events=timeline("study_visit", study_visit_id),
        is_authority=actor.role is not Role.SUPERVISOR,
        is_name_shared=is_name_shared(row.visit.ends_at, today()),
        VISIT_EVENT_SV=VISIT_EVENT_SV,
        BOOKED_BY_SV=BOOKED_BY_SV,
    )


@bp.get("/<int:study_visit_id>.ics")
@requires(*_READERS, Role.PARTICIPANT)
def calendar(study_visit_id: int) -> Response:
    visit = queries.visit(study_visit_id).visit
    response = Response(calendar_file(visit), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="studiebesok-{visit.number}.ics"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/<int:study_visit_id>/avboka", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def cancel(study_visit_id: int) -> ResponseReturnValue:
    row = queries.visit(study_visit_id)
    back = url_for("visits.round_page", choice_round_id=row.visit.choice_round_id)
    question = Question(
        title="Avboka studiebesöket",
        breadcrumb=[
            ("Studiebesök", url_for("visits.index")),
            (row.who_sv, url_for("visits.show", study_visit_id=study_visit_id)),
        ],
        causes=[
            f"{row.visit.place.name}, {row.visit.when_sv}, blir ledig för andra.",
            "Leverantören får e-post om det, utan namn.",
            "Ni kan boka en ny tid så länge valomgången är öppen.",
        ],
        done="Studiebesöket är avbokat.",
        back=back,
        is_ending=True,
        obstacles=obstacles(VISIT_TRANSITIONS, row.visit.state, VisitAction.CANCEL),
    )
    return ask_first(question, lambda: services.cancel_visit(study_visit_id))


def _mark(service: Callable[[], StudyVisit], text_sv: str) -> ResponseReturnValue:
    with transaction():
        study_visit_id = service().id
    flash(text_sv, "success")
    return redirect(url_for("visits.show", study_visit_id=study_visit_id))


@bp.post("/<int:study_visit_id>/blev-av")
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def mark_held(study_visit_id: int) -> ResponseReturnValue:
    return _mark(lambda: services.mark_held(study_visit_id), "Det är markerat att studiebesöket blev av.")


@bp.route("/<int:study_visit_id>/blev-inte-av", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def mark_not_held(study_visit_id: int) -> ResponseReturnValue:
    row = queries.visit(study_visit_id)
    form = NotHeldForm()
    if form.validate_on_submit():
        try:
            return _mark(
                lambda: services.mark_not_held(study_visit_id, form.reason.data),
                "Det är markerat att studiebesöket inte blev av.",
            )
        except DomainError as error:
            form.add_error(error)
    row = queries.visit(study_visit_id)
    page = render_template("placements/visits/not_held.html", form=form, row=row, visit=row.visit)
    return page, form.status()


# A round's visits, for the case officer.


@bp.get("/valomgangar/<int:choice_round_id>")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def round_page(choice_round_id: int) -> ResponseReturnValue:
    return _round(choice_round_id, BookForm(formdata=None))


@bp.post("/valomgangar/<int:choice_round_id>/boka")
@requires(Role.CASE_OFFICER)
def book(choice_round_id: int) -> ResponseReturnValue:
    choice_round(choice_round_id)
    form = BookForm()
    when_sv = result_of(
        form, lambda: services.book_visit(form.visit_time_id.data or 0, choice_round_id).when_sv
    )
    if when_sv is not None:
        flash(f"Studiebesöket är bokat: {when_sv}.", "success")
        return redirect(url_for("visits.round_page", choice_round_id=choice_round_id))
    return _round(choice_round_id, form), form.status()


def _round(choice_round_id: int, form: BookForm) -> str:
    choice = choice_round(choice_round_id)
    visits = queries.visits_of_round(choice_round_id)
    places = queries.shown_places(choice_round_id)
    is_open = choice.state is ChoiceState.OPEN
    return render_template(
        "placements/visits/round.html",
        choice=choice,
        form=form,
        visits=visits,
        places=places,
        times=queries.times_of([place.id for place in places]) if is_open else {},
        booked=queries.booked_times(visits),
        may_book=is_open and current_actor().role is Role.CASE_OFFICER,
    )
