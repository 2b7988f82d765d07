"""From a grant to a start: what is shown, what is chosen, the request and its answer."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from demo.simulate import visiting
from demo.simulate.agenda import Phase
from demo.simulate.cases import Case
from demo.simulate.chance import rng_for, some_of
from demo.simulate.finding import Found, find
from demo.simulate.history import History
from demo.simulate.participants import withdraw
from demo.simulate.saving import save_some
from demo.simulate.taste import chosen_weight, shown_weight
from demo.simulate.training import begin_training
from marketplace.clock import today
from marketplace.db import get_or_404
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.access.queries import participant_actor
from placements.assignment.services import assign_default
from placements.booking import services as booking
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason
from placements.choice import services as choice
from placements.choice.queries import criteria_for
from placements.choice.rules import RefusalReason
from placements.participants.models import Grant

_MOST_TRIES = 5
_SHORTEST_STAY = timedelta(weeks=4)
_ACCEPTED, _DECLINED, _UNANSWERED = 0.87, 0.08, 0.02
"""The rest are taken back by the case officer before the answer."""
_NEVER_COMES, _CANCELLED_LATE = 0.03, 0.02
_STAYS_UNDECIDED = 0.04
_DOES_NOT_CHOOSE = 0.02
_OPEN_OFFICERS = 0.3
_SAYS_NO = 0.7
_BY_CODE = 0.4


def look(history: History, case: Case, day: date) -> None:
    """A case officer searches for the participant that day."""
    assert case.officer is not None
    history.agenda.add(
        day,
        Phase.CASES,
        case.officer,
        lambda: _show(history, case),
        otherwise=lambda: _try_again(history, case, 3),
    )


def _try_again(history: History, case: Case, working_days: int) -> None:
    case.tries += 1
    day = add_working_days(today(), working_days)
    if case.tries < _MOST_TRIES and case.grant_ends_on - day > _SHORTEST_STAY:
        look(history, case, day)
    else:
        withdraw(history, case, add_working_days(day, 5))


def _show(history: History, case: Case) -> None:
    """Searches, opens a round and shows a few of the places that can be offered."""
    criteria = criteria_for(get_or_404(Grant, case.grant_id))
    found = find(criteria)
    if not found:
        _try_again(history, case, 5)
        return
    openness = _openness(history, case)
    weights = [_nearness(case, one) * shown_weight(case.sex, one.ssyk, openness) for one in found]
    drawn = some_of(case.rng, found, weights, case.rng.choices((1, 2, 3, 4, 5), (1, 3, 5, 3, 1))[0])
    choice_round = choice.open_round(case.grant_id)
    case.choice_round_id = choice_round.id
    rows = choice.show_places(choice_round.id, [one.place_id for one in drawn], criteria)
    starts = {row.place_id: row.earliest_start for row in rows}
    shown = [replace(one, earliest_start=starts[one.place_id]) for one in drawn]
    history.counts["choice rounds"] += 1
    day = add_working_days(today(), case.rng.randint(0, 5))
    day = max(day, add_working_days(today(), 1)) if case.chance(0.8) else day
    save_some(history, case, [one.place_id for one in shown])
    visiting.look_around(history, case, [one.place_id for one in shown], day)
    assert case.officer is not None
    if case.is_shown_only or case.chance(_STAYS_UNDECIDED):
        history.agenda.add(day, Phase.ANSWERS, case.officer, lambda: _close(history, case, shown))
        return
    history.agenda.add(
        day,
        Phase.ANSWERS,
        case.officer,
        lambda: _choose(history, case, shown),
        otherwise=lambda: _gone(history, case),
    )


def _openness(history: History, case: Case) -> float:
    """Some officers show across the divide, and all do it more in the second year."""
    rng = rng_for(history.seed, "openness", case.officer.user_name if case.officer else "")
    usual = rng.uniform(0.5, 0.9) if rng.random() < _OPEN_OFFICERS else rng.uniform(0.0, 0.3)
    progress = (today() - history.begins_on) / (history.ends_on - history.begins_on)
    return min(1.0, usual + 0.2 * progress)


def _nearness(case: Case, option: Found) -> float:
    return 3.0 if option.kommun == case.kommun else 1.0


def _close(history: History, case: Case, shown: list[Found]) -> None:
    """Nothing suited: the participant says no to some of it, and the round is closed without a choice."""
    rng = _own_chance(history, case, "refusals")
    for one in shown:
        if rng.random() < _SAYS_NO:
            reason = rng.choice([None, *RefusalReason])
            choice.decline_place(case.choice_round_id, one.place_id, reason)
    choice.close_round(case.choice_round_id)
    if case.is_shown_only:
        withdraw(history, case, add_working_days(today(), 8))
    else:
        _try_again(history, case, 4)


def _gone(history: History, case: Case) -> None:
    """Somebody else took the place between the showing and the choice."""
    choice.close_round(case.choice_round_id)
    _try_again(history, case, 2)


def _own_chance(history: History, case: Case, what: str) -> Random:
    return rng_for(history.seed, what, case.authority.key, case.number, case.tries)


def _write_choice(history: History, case: Case, chosen: Found, others: list[Found]) -> None:
    """By the participant on her own page or by the officer at the table, with a reserve or two at times."""
    rng = _own_chance(history, case, "choice")
    reserves = some_of(rng, others, [1.0] * len(others), rng.choices((0, 1, 2), (6, 3, 1))[0])
    is_by_code = rng.random() < _BY_CODE
    actor = participant_actor(case.participant_id) if is_by_code else current_actor()
    with acting_as(actor):
        choice.record_choice(
            case.choice_round_id, chosen.place_id, reserve_ids=[one.place_id for one in reserves]
        )


def _choose(history: History, case: Case, shown: list[Found]) -> None:
    """The participant chooses, or leaves it to the turn order, and the place is asked for."""
    if rng_for(history.seed, "indecision", case.authority.key, case.number).random() < _DOES_NOT_CHOOSE:
        first_day = _take_the_turn(history, case)
    else:
        weights = [chosen_weight(case.sex, history.dominances[one.ssyk]) for one in shown]
        chosen = case.rng.choices(shown, weights)[0]
        _write_choice(history, case, chosen, [one for one in shown if one is not chosen])
        earliest = max(today() + timedelta(days=chosen.lead_days), chosen.earliest_start or today())
        first_day = add_working_days(earliest + timedelta(days=case.rng.randint(0, 3)), 0)
    placement = booking.request_placement(case.choice_round_id, first_day=first_day)
    case.placement_id = placement.id
    case.first_day, case.last_day = placement.first_day, placement.last_day
    case.enterprise = history.published.places[placement.place_id]
    _plan_answer(history, case, placement)


def _take_the_turn(history: History, case: Case) -> date:
    """The participant does not choose, and gets what the turn order gives; the day to start."""
    assign_default(case.choice_round_id, history.published.systems[case.authority.key])
    history.counts["default assignments"] += 1
    return criteria_for(get_or_404(Grant, case.grant_id)).start_by


def _plan_answer(history: History, case: Case, placement: Placement) -> None:
    assert case.officer is not None
    due_on, held_until = placement.answer_due_on, placement.held_until
    supervisor = history.supervisor(case)
    day = min(due_on, add_working_days(today(), case.rng.choices((0, 1, 2, 3), (1, 4, 3, 2))[0]))
    drawn = case.rng.random()
    if drawn < _ACCEPTED:
        history.agenda.add(day, Phase.TRAINING, supervisor, lambda: _accept(history, case))
    elif drawn < _ACCEPTED + _DECLINED:
        history.agenda.add(day, Phase.TRAINING, supervisor, lambda: _decline(history, case))
    elif drawn < _ACCEPTED + _DECLINED + _UNANSWERED:
        system = system_actor(placement.authority_id, placement.enterprise_id)
        history.agenda.add(held_until + timedelta(days=1), Phase.JOBS, system, lambda: _expire(history, case))
    else:
        history.agenda.add(day, Phase.CASES, case.officer, lambda: _cancel(history, case))


def _accept(history: History, case: Case) -> None:
    assert case.officer is not None
    booking.accept_placement(case.placement_id)
    day = max(case.first_day, add_working_days(today(), 1))
    supervisor = history.supervisor(case)
    drawn = case.rng.random()
    if drawn < _NEVER_COMES:
        missed = add_working_days(day, 3)
        history.agenda.add(missed, Phase.TRAINING, supervisor, lambda: _never_started(history, case))
    elif drawn < _NEVER_COMES + _CANCELLED_LATE:
        history.agenda.add(
            add_working_days(today(), 1), Phase.CASES, case.officer, lambda: _cancel(history, case)
        )
    else:
        history.agenda.add(day, Phase.TRAINING, supervisor, lambda: begin_training(history, case))


def _decline(history: History, case: Case) -> None:
    reason = case.rng.choice(list(DeclineReason))
    booking.decline_placement(case.placement_id, reason)
    _try_again(history, case, 2)


def _expire(history: History, case: Case) -> None:
    booking.expire_placement(case.placement_id)
    _try_again(history, case, 2)


def _cancel(history: History, case: Case) -> None:
    booking.cancel_placement(case.placement_id)
    _try_again(history, case, 4)


def _never_started(history: History, case: Case) -> None:
    booking.never_start_placement(case.placement_id)
    _try_again(history, case, 6)
