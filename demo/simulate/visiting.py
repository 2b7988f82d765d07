"""Study visits in the last half-year: a time a week at each place, and participants who look before they choose."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import partial
from random import Random

from demo.simulate.agenda import Phase
from demo.simulate.cases import Case
from demo.simulate.chance import rng_for
from demo.simulate.history import History
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import DomainError
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, acting_as, current_actor
from placements.access.queries import participant_actor
from placements.visits import services
from placements.visits.models import VisitTime
from placements.visits.queries import times_of
from placements.visits.rules import EndReason, OfferDraft, local_day

_BEGAN_BEFORE_THE_END = timedelta(days=180)
_WEEKS_AT_ONCE = 8
_HOURS = (9, 10, 13)
_MEETINGS = (
    "Vid huvudentrén. Ring på klockan.",
    "I receptionen. Säg att du ska på studiebesök.",
    "Vid den blå porten på gården.",
    "I caféet innanför dörren.",
)
_LOOKS_FIRST, _BY_CODE = 0.7, 0.3
_MOST_VISITS = 2
_IS_MARKED, _NO_SHOW, _SUPPLIER_FAILED = 0.95, 0.08, 0.03


def plan(history: History, enterprise: str) -> None:
    """An enterprise offers times, a few weeks at once."""
    rng = rng_for(history.seed, "visit times", enterprise)
    manager = history.manager(enterprise)
    for place_id in [one for one, key in history.published.places.items() if key == enterprise]:
        weekday, clock = rng.randrange(5), time(rng.choice(_HOURS))
        most_visitors, meeting_sv = rng.choice((1, 2, 3)), rng.choice(_MEETINGS)
        day = history.ends_on - _BEGAN_BEFORE_THE_END + timedelta(days=rng.randrange(7))
        while day <= history.ends_on:
            first_day = day + timedelta(days=1 + (weekday - day.weekday() - 1) % 7)
            draft = OfferDraft(first_day, clock, 60, most_visitors, meeting_sv, _WEEKS_AT_ONCE)
            offer = partial(_offer, place_id, draft)
            # A place that is not published then is not offered to visitors either.
            history.agenda.add(add_working_days(day, 0), Phase.SUPPLY, manager, offer, otherwise=lambda: None)
            day += timedelta(weeks=_WEEKS_AT_ONCE)


def _offer(place_id: int, draft: OfferDraft) -> None:
    services.offer_times(place_id, draft)


def look_around(history: History, case: Case, place_ids: Sequence[int], choice_day: date) -> None:
    """Some visit one or two of the places that they have been shown, before the day when they choose."""
    rng = rng_for(history.seed, "visits", case.authority.key, case.number, case.tries)
    if rng.random() > _LOOKS_FIRST:
        return
    times = [
        one
        for coming in times_of(place_ids).values()
        for one in coming[:1]
        if one.free and local_day(one.starts_at) < choice_day
    ]
    for one in times[:_MOST_VISITS]:
        _book(history, case, one, rng)


def _book(history: History, case: Case, one: VisitTime, rng: Random) -> None:
    """Unless the participant is somewhere else then."""
    by_code = rng.random() < _BY_CODE
    try:
        with (
            acting_as(participant_actor(case.participant_id) if by_code else current_actor()),
            db.session.begin_nested(),
        ):
            visit = services.book_visit(one.id, case.choice_round_id)
    except DomainError:
        return
    history.counts["study visits"] += 1
    if rng.random() < _IS_MARKED:
        name = history.story.enterprise(history.published.places[one.place_id]).name
        supervisor = history.directory.one(name, Role.SUPERVISOR, case.number)
        mark = partial(_mark, visit.id, rng.random())
        history.agenda.add(local_day(one.starts_at), Phase.ENDINGS, supervisor, mark, otherwise=lambda: None)


def invite(supervisor: Actor, participant_id: int, choice_round_id: int, place_id: int) -> None:
    """The demo's own: one visit tomorrow, which nobody has marked when the demo begins, and one the week after."""
    first_day = add_working_days(today(), 1)
    with acting_as(supervisor):
        times = services.offer_times(place_id, OfferDraft(first_day, time(15), 45, 2, _MEETINGS[0], weeks=2))
    with acting_as(participant_actor(participant_id)):
        for one in times:
            services.book_visit(one.id, choice_round_id)


def _mark(study_visit_id: int, drawn: float) -> None:
    if drawn < _NO_SHOW:
        services.mark_not_held(study_visit_id, EndReason.NO_SHOW)
    elif drawn < _NO_SHOW + _SUPPLIER_FAILED:
        services.mark_not_held(study_visit_id, EndReason.SUPPLIER_FAILED)
    else:
        services.mark_held(study_visit_id)
