"""Pages of the waiting list: joining from a search, the line, and the answer to a freed seat."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError, Invalid
from marketplace.rules import possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import result_of
from marketplace.web.guards import requires
from placements.choice.queries import choice_round
from placements.search.rules import SearchCriteria, criteria_as_json, criteria_from_json
from placements.waiting_list import queries, services, wishes_queries
from placements.waiting_list.forms import LineFilter, NoForm, YesForm
from placements.waiting_list.rules import (
    END_REASON_SV,
    ENTRY_STATE_SV,
    ENTRY_TONE,
    ENTRY_TRANSITIONS,
    MOST_SEEN,
    NO_REASON_SV,
    OFFER_STATE_SV,
    OFFER_TONE,
    PASS_REASON_SV,
    WAITING_EVENT_SV,
    EntryAction,
    OfferState,
)

bp = Blueprint("waiting_list", __name__, url_prefix="/vantelista")

_READERS = (Role.CASE_OFFICER, Role.COORDINATOR)
_LABELS = {
    "ENTRY_STATE_SV": ENTRY_STATE_SV,
    "ENTRY_TONE": ENTRY_TONE,
    "END_REASON_SV": END_REASON_SV,
    "OFFER_STATE_SV": OFFER_STATE_SV,
    "OFFER_TONE": OFFER_TONE,
    "NO_REASON_SV": NO_REASON_SV,
    "PASS_REASON_SV": PASS_REASON_SV,
}


@bp.app_template_filter("as_search")
def as_search(criteria: SearchCriteria) -> str:
    """A search as one hidden field, for the button that joins the line."""
    return json.dumps(criteria_as_json(criteria), ensure_ascii=False, sort_keys=True)


@bp.get("/")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    form = LineFilter()
    actor = current_actor()
    is_ended = form.lage.data == "avslutad"
    is_mine = bool(form.mina.data) and actor.role is Role.CASE_OFFICER
    page, before = queries.entries(
        is_ended=is_ended, user_id=actor.user_id if is_mine else None, page=page_number()
    )
    return render_template(
        "placements/waiting_list/index.html",
        form=form,
        page=page,
        before=before,
        is_ended=is_ended,
        wishes=wishes_queries.wishes_of(page.items),
        offers=queries.open_offers_of([entry.id for entry in page.items]),
        **_LABELS,
    )


@bp.post("/valomgang/<int:choice_round_id>")
@requires(Role.CASE_OFFICER)
def join(choice_round_id: int) -> ResponseReturnValue:
    """From the search for a participant: the search stands in the form as it was made."""
    choice = choice_round(choice_round_id)
    try:
        criteria = _search_in_form()
        with transaction():
            entry_id = services.join(choice.grant_id, criteria, _seen_in_form()).id
    except DomainError as error:
        flash(error.message_sv, "error")
        return redirect(url_for("search.index", valomgang=choice_round_id))
    flash(
        "Deltagaren står nu i väntelistan. När en plats som passar blir ledig hålls den, och du får besked.",
        "success",
    )
    return redirect(url_for("waiting_list.show", entry_id=entry_id))


def _search_in_form() -> SearchCriteria:
    try:
        found: Any = json.loads(request.form.get("sokning", ""))
        return criteria_from_json(found)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Invalid("Sökningen gick inte att läsa. Sök på nytt och försök igen.") from None


def _seen_in_form() -> list[int]:
    return [one for one in request.form.getlist("sedd", type=int) if 0 < one < 2**31][:MOST_SEEN]


@bp.get("/<int:entry_id>")
@requires(*_READERS)
def show(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry(entry_id)
    return render_template(
        "placements/waiting_list/show.html",
        entry=entry,
        wishes=wishes_queries.wishes_of([entry])[entry.id],
        ahead=queries.before([entry_id]).get(entry_id),
        offers=queries.offers_of(entry_id),
        passes=queries.passes_of(entry_id, page_number()),
        actions=[
            action
            for action in possible_actions(ENTRY_TRANSITIONS, entry.state, current_actor().role)
            if action.action is EntryAction.LEAVE
        ],
        events=timeline("waiting_entry", entry_id),
        WAITING_EVENT_SV=WAITING_EVENT_SV,
        **_LABELS,
    )


@bp.route("/<int:entry_id>/lamna", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def leave(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry(entry_id)
    here = url_for("waiting_list.show", entry_id=entry_id)
    question = Question(
        title="Lämna väntelistan",
        breadcrumb=[("Väntelista", url_for("waiting_list.index")), (entry.participant.shown_name, here)],
        causes=[
            "Deltagarens plats i ordningen går förlorad. Den som ställs i väntelistan igen hamnar sist.",
            "En plats som hålls för deltagaren går genast vidare till nästa.",
        ],
        done="Deltagaren står inte längre i väntelistan för den sökningen.",
        back=here,
        is_ending=True,
        obstacles=obstacles(ENTRY_TRANSITIONS, entry.state, EntryAction.LEAVE),
    )
    return ask_first(question, lambda: services.leave(entry_id))


@bp.get("/erbjudande/<int:offer_id>")
@requires(*_READERS)
def offer(offer_id: int) -> ResponseReturnValue:
    """The seat that is held, with yes and no."""
    return _offer_page(offer_id)


@bp.post("/erbjudande/<int:offer_id>/ja")
@requires(Role.CASE_OFFICER)
def accept(offer_id: int) -> ResponseReturnValue:
    form = YesForm()
    if form.validate_on_submit() and form.first_day.data:
        try:
            with transaction():
                placement_id = services.accept_offer(offer_id, form.first_day.data)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Platsen är begärd och hålls tills leverantören har svarat.", "success")
            return redirect(url_for("booking.show", placement_id=placement_id))
    return _offer_page(offer_id, yes=form)


@bp.post("/erbjudande/<int:offer_id>/nej")
@requires(Role.CASE_OFFICER)
def decline(offer_id: int) -> ResponseReturnValue:
    form = NoForm()
    entry_id = result_of(form, lambda: services.decline_offer(offer_id, form.reason.data).entry_id)
    if entry_id is not None:
        flash("Platsen har gått vidare till nästa. Deltagaren står kvar i väntelistan.", "success")
        return redirect(url_for("waiting_list.show", entry_id=entry_id))
    return _offer_page(offer_id, no=form)


def _offer_page(
    offer_id: int, *, yes: YesForm | None = None, no: NoForm | None = None
) -> ResponseReturnValue:
    found = queries.offer(offer_id)
    is_open = found.state is OfferState.OPEN and found.due_on >= today()
    asked = yes or no
    page = render_template(
        "placements/waiting_list/offer.html",
        offer=found,
        asked=asked,
        yes=yes or YesForm(formdata=None, first_day=queries.earliest_of(found)),
        no=no or NoForm(formdata=None),
        is_open=is_open,
        may_answer=is_open and current_actor().role is Role.CASE_OFFICER,
        wishes=wishes_queries.wishes_of([found.entry])[found.entry_id],
        **_LABELS,
    )
    return page, asked.status() if asked else 200
