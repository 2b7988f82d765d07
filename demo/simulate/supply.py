"""What suppliers do with their places through the years: confirm them, close seats, change how many there are."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from demo.simulate.agenda import Phase
from demo.simulate.chance import rng_for
from demo.simulate.history import History
from enterprises.places import services
from enterprises.places.closure_rules import OutageReason
from marketplace.reference.rules import add_working_days

_OPEN_AFTER = timedelta(days=200)
"""By then every enterprise has its places."""
_CLOSED_IN_SUMMER = 0.45
_OTHER_CLOSURES_A_YEAR = 3
_REASONS = (
    (OutageReason.NO_SUPERVISOR, "Handledaren är ledig."),
    (OutageReason.PREMISES, "Lokalen renoveras."),
    (OutageReason.EQUIPMENT, "Maskinen är på service."),
    (OutageReason.FEW_ORDERS, ""),
    (OutageReason.NO_SUPERVISOR, "Handledaren går en utbildning."),
)
_IS_CHANGED, _IS_REOPENED = 0.2, 0.15
_WHYS = ("Det tar längre tid än vi trodde.", "Vi räknade fel på veckorna.", "Det blev klart tidigare.")
_CONFIRM_EVERY = 80  # days, more or less
_IS_CONFIRMED = 0.93
_CHANGES_SIZE = 0.15

Add = Callable[[date, Callable[[], object]], None]


def plan(history: History, enterprise: str) -> None:
    """Puts an enterprise's doings on the agenda. What the rules refuse (the seats are in use) is left undone."""
    rng = rng_for(history.seed, "supply", enterprise)
    manager = history.manager(enterprise)
    own = [place_id for place_id, key in history.published.places.items() if key == enterprise]
    opened = history.begins_on + _OPEN_AFTER

    def add(day: date, act: Callable[[], object]) -> None:
        if day > opened:
            day = add_working_days(day, 0)
            history.agenda.add(day, Phase.SUPPLY, manager, act, otherwise=lambda: None)

    _confirmations(add, rng, own, opened, history.ends_on)
    for year in range(history.begins_on.year, history.ends_on.year + 1):
        _closures(add, rng, own, year)
    for place_id in own:
        if rng.random() < _CHANGES_SIZE:
            day = add_working_days(opened + timedelta(days=rng.randint(1, 400)), 0)
            add(day, partial(services.set_seats, place_id, rng.randint(2, 5), day))


def _confirmations(add: Add, rng: Random, own: list[int], first: date, last: date) -> None:
    day = first + timedelta(days=rng.randint(1, _CONFIRM_EVERY))
    while day < last:
        confirmed = [place_id for place_id in own if rng.random() < _IS_CONFIRMED]
        add(day, partial(services.confirm_places, confirmed))
        day += timedelta(days=rng.randint(_CONFIRM_EVERY - 12, _CONFIRM_EVERY + 12))


def _closures(add: Add, rng: Random, own: list[int], year: int) -> None:
    for place_id in own:
        if rng.random() < _CLOSED_IN_SUMMER:
            first = date(year, 7, rng.choice((1, 8, 15)))
            why = (OutageReason.VACATION, "")
            add(first - timedelta(days=40), partial(_close, add, rng, place_id, first, 3, why))
    for _ in range(_OTHER_CLOSURES_A_YEAR):
        first = add_working_days(date(year, 1, 1) + timedelta(days=rng.randint(0, 364)), 0)
        why = rng.choice(_REASONS)
        add(first, partial(_close, add, rng, rng.choice(own), first, rng.randint(1, 8), why))


def _close(
    add: Add, rng: Random, place_id: int, first_day: date, weeks: int, why: tuple[OutageReason, str]
) -> None:
    """Closes a seat; some closures turn out longer or shorter, some are opened again before their end."""
    reason, reason_sv = why
    last_day = first_day + timedelta(weeks=weeks) - timedelta(days=1)
    [closure] = services.close_seats(
        place_id, seats=1, first_day=first_day, last_day=last_day, reason=reason, reason_sv=reason_sv
    )
    period_id, drawn = closure.closed_period_id, rng.random()
    if drawn < _IS_CHANGED:
        change = partial(
            services.change_closure,
            period_id,
            seats=1,
            first_day=first_day,
            last_day=max(first_day, last_day + timedelta(weeks=rng.choice((-1, 1, 2)))),
            reason=reason,
            reason_sv=reason_sv,
            why_sv=rng.choice(_WHYS),
        )
        add(first_day - timedelta(days=5), change)
    elif drawn < _IS_CHANGED + _IS_REOPENED:
        add(first_day + timedelta(weeks=weeks) / 2, partial(services.reopen_period, period_id))
