"""The demo's authority sends its months of hours, and two of its people ask for letters about reports."""

from datetime import date, timedelta
from functools import partial

from demo.simulate.agenda import Phase
from demo.simulate.foundation import DEMO_AUTHORITY
from demo.simulate.history import History
from demo.story import Authority
from indicators.hours.queries import month_standings
from indicators.hours.services import fetch_hours, note_changed_hours
from indicators.reports.rules import Report
from indicators.reports.services import subscribe
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import acting_as, system_actor

_SENT_ON = 8  # working days after the quarter
_QUARTERS = (3, 6, 9, 12)
_YEAR = timedelta(days=365)


def plan(history: History, authority: Authority) -> None:
    """A quarter at a time, those of the last year: the months since wait for the demo's people, with what has been
    corrected."""
    if authority.key != DEMO_AUTHORITY:
        return
    coordinator = history.directory.one(authority.name, Role.COORDINATOR)
    strategist = history.directory.one(authority.name, Role.STRATEGIST)
    for actor, report in ((coordinator, Report.HOURS), (strategist, Report.YEAR)):
        history.agenda.add(history.begins_on, Phase.JOBS, actor, partial(subscribe, report))
    assert coordinator.authority_id is not None
    month = first = Month.of(history.ends_on - _YEAR)
    while month.next.last_day < history.ends_on:
        if month.number in _QUARTERS:
            send = partial(_send_due, history, coordinator.authority_id, first.first_day, month.first_day)
            history.agenda.add(add_working_days(month.last_day, _SENT_ON), Phase.JOBS, coordinator, send)
        month = month.next


def _send_due(history: History, authority_id: int, first: date, until: date) -> None:
    """The months from the first up to this one in order, those to be sent again too."""
    with acting_as(system_actor(authority_id=authority_id)):
        note_changed_hours(authority_id)
    while True:
        turns = (one.month for one in month_standings(authority_id) if one.may_send)
        due = next((month for month in turns if first <= month <= until), None)
        if due is None:
            return
        fetch_hours(due)
        history.counts["months of hours sent"] += 1
