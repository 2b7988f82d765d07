"""Registering participants, their consent, the Resursråd's grants, and grants that come to nothing."""

from datetime import date, timedelta

from demo.simulate.agenda import Phase
from demo.simulate.cases import Case
from demo.simulate.history import History
from demo.simulate.taste import wished_trades
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import system_actor
from placements.participants import services
from placements.participants.rules import ConsentScope
from placements.participants.withdrawal import withdraw_grant

_SHARES_EVERY = 3
"""Participants who let the employment service read their final report."""
_COUNCIL_WEEKDAY = 2  # the Resursråd meets on Wednesdays
_WITHDRAWN = 0.6
"""Of those who get no place: the Resursråd decides on something else. The grants of the others lapse."""


def plan(history: History, case: Case) -> None:
    """Puts the registration on the agenda."""
    officer = history.directory.one(case.unit.name, Role.CASE_OFFICER, case.number)
    case.officer = officer
    day = add_working_days(case.registered_on, 0)
    history.agenda.add(day, Phase.REGISTRATIONS, officer, lambda: _register(history, case))


def _register(history: History, case: Case) -> None:
    assert case.officer is not None
    assert case.officer.organisation_id is not None
    assert case.officer.user_id is not None
    participant = services.register_participant(
        name=case.name,
        personal_number=case.personal_number,
        sex=case.sex,
        kommun_code=case.kommun,
        unit_id=case.officer.organisation_id,
        case_officer_id=case.officer.user_id,
        needs_sv=case.needs_sv,
        is_protected=case.is_protected,
    )
    case.participant_id = participant.id
    services.give_consent(participant.id, ConsentScope.SUPPLIER, today())
    if case.number % _SHARES_EVERY == 0:
        services.give_consent(participant.id, ConsentScope.EMPLOYMENT_SERVICE, today())
    history.counts["participants"] += 1
    day = _next_council(today() + timedelta(days=3))
    history.agenda.add(day, Phase.DECISIONS, history.coordinator(case), lambda: _grant(history, case))


def _next_council(day: date) -> date:
    wednesday = day + timedelta(days=(_COUNCIL_WEEKDAY - day.weekday()) % 7)
    return add_working_days(wednesday, 0)


def _grant(history: History, case: Case) -> None:
    weeks = case.weeks + 3 if case.takes_part else case.rng.randint(6, 9)
    case.grant_ends_on = today() + timedelta(weeks=weeks)
    grant = services.grant_training(
        case.participant_id,
        hours_per_week=case.hours_per_week,
        days_per_week=case.days_per_week,
        support_level=case.support_level,
        first_day=today(),
        last_day=case.grant_ends_on,
        wished_trades=wished_trades(case.rng, case.sex),
    )
    case.grant_id = grant.id
    if case.takes_part or case.is_shown_only:
        history.look_for_a_place(case, add_working_days(today(), case.rng.randint(1, 6)))
    elif case.chance(_WITHDRAWN):
        withdraw(history, case, _next_council(today() + timedelta(days=case.rng.randint(7, 28))))


def withdraw(history: History, case: Case, day: date) -> None:
    """The Resursråd takes back a grant that led to no place."""
    history.agenda.add(
        day,
        Phase.DECISIONS,
        history.coordinator(case),
        lambda: _withdraw(case),
        otherwise=lambda: None,
    )


def _withdraw(case: Case) -> None:
    withdraw_grant(case.grant_id)


def plan_lapses(history: History, authority_id: int, day: date) -> None:
    """The nightly job, here every other week: grants whose period is over lapse."""
    history.agenda.add(day, Phase.JOBS, system_actor(authority_id), _lapse)


def _lapse() -> None:
    services.lapse_grants()
