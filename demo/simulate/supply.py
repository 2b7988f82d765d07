"""What suppliers do with their places through the years: confirm them, close seats, change how many there are."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from demo.simulate.agenda import Phase
from demo.simulate.chance import rng_for
from demo.simulate.history import History
from enterprises.places import services
from marketplace.reference.rules import add_working_days

_OPEN_AFTER = timedelta(days=200)
"""By then every enterprise has its places."""
_CLOSED_IN_SUMMER = 0.45
_OTHER_CLOSURES_A_YEAR = 3
_REASONS = (
    "Handledaren är ledig.",
    "Lokalen renoveras.",
    "Maskinen är på service.",
    "Färre beställningar just nu.",
    "Handledaren går en utbildning.",
)
_CONFIRM_EVERY = 80  # days, more or less
_IS_CONFIRMED = 0.93
_CHANGES_SIZE = 0.15

Add = Callable[[date, Callable[[], None]], None]


def plan(history: History, enterprise: str) -> None:
    """Puts an enterprise's doings on the agenda. What the rules refuse (the seats are in use) is left undone."""
    rng = rng_for(history.seed, "supply", enterprise)
    manager = history.manager(enterprise)
    own = [place_id for place_id, key in history.published.places.items() if key == enterprise]
    opened = history.begins_on + _OPEN_AFTER

    def add(day: date, act: Callable[[], None]) -> None:
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
        add(day, partial(_confirm, [place_id for place_id in own if rng.random() < _IS_CONFIRMED]))
        day += timedelta(days=rng.randint(_CONFIRM_EVERY - 12, _CONFIRM_EVERY + 12))


def _confirm(place_ids: list[int]) -> None:
    for place_id in place_ids:
        services.confirm_place(place_id)


def _closures(add: Add, rng: Random, own: list[int], year: int) -> None:
    for place_id in own:
        if rng.random() < _CLOSED_IN_SUMMER:
            first = date(year, 7, rng.choice((1, 8, 15)))
            close = partial(_close, place_id, first, 3, "Semesterstängt.")
            add(first - timedelta(days=40), close)
    for _ in range(_OTHER_CLOSURES_A_YEAR):
        first = add_working_days(date(year, 1, 1) + timedelta(days=rng.randint(0, 364)), 0)
        add(first, partial(_close, rng.choice(own), first, rng.randint(1, 8), rng.choice(_REASONS)))


def _close(place_id: int, first_day: date, weeks: int, reason_sv: str) -> None:
    last_day = first_day + timedelta(weeks=weeks) - timedelta(days=1)
    services.close_seats(place_id, seats=1, first_day=first_day, last_day=last_day, reason_sv=reason_sv)
