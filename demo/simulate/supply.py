"""What suppliers do with their places through the years: confirm them, close seats for a time, change how many there are."""

from datetime import date, timedelta

from demo.simulate.agenda import Phase
from demo.simulate.history import History
from demo.simulate.market import rng_for
from enterprises.places import services
from marketplace.accounts.rules import Role
from marketplace.reference.rules import add_working_days

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
_QUARTER_OF_THE_PLACES_GROW = 0.15


def plan(history: History, enterprise: str) -> None:
    """Puts an enterprise's doings on the agenda."""
    rng = rng_for(history.seed, "supply", enterprise)
    manager = history.directory.one(history.enterprise(enterprise).name, Role.SUPPLIER_MANAGER)
    own = [place_id for place_id, key in history.published.places.items() if key == enterprise]
    opened = history.begins_on + timedelta(days=200)

    def add(day: date, act: object) -> None:
        assert callable(act)
        history.agenda.add(add_working_days(day, 0), Phase.SUPPLY, manager, act, otherwise=lambda: None)

    day = opened + timedelta(days=rng.randint(0, _CONFIRM_EVERY))
    while day < history.ends_on:
        due = [place_id for place_id in own if rng.random() < 0.93]
        add(day, lambda ids=tuple(due): _confirm(ids))
        day += timedelta(days=rng.randint(_CONFIRM_EVERY - 12, _CONFIRM_EVERY + 12))
    for year in range(history.begins_on.year, history.ends_on.year + 1):
        for place_id in own:
            if rng.random() < _CLOSED_IN_SUMMER:
                first = date(year, 7, rng.choice((1, 8, 15)))
                if first > opened:
                    add(
                        first - timedelta(days=40),
                        lambda p=place_id, f=first: services.close_seats(
                            p,
                            seats=1,
                            first_day=f,
                            last_day=f + timedelta(days=20),
                            reason_sv="Semesterstängt.",
                        ),
                    )
        for _ in range(_OTHER_CLOSURES_A_YEAR):
            first = date(year, 1, 1) + timedelta(days=rng.randint(0, 364))
            weeks = rng.randint(1, 8)
            place_id, reason = rng.choice(own), rng.choice(_REASONS)
            if first > opened:
                add(
                    first,
                    lambda p=place_id, f=first, w=weeks, r=reason: services.close_seats(
                        p,
                        seats=1,
                        first_day=add_working_days(f, 0),
                        last_day=f + timedelta(weeks=w),
                        reason_sv=r,
                    ),
                )
    for place_id in own:
        if rng.random() < _QUARTER_OF_THE_PLACES_GROW:
            day = add_working_days(opened + timedelta(days=rng.randint(0, 400)), 0)
            add(day, lambda p=place_id, d=day: services.set_seats(p, rng.randint(2, 5), d))


def _confirm(place_ids: tuple[int, ...]) -> None:
    for place_id in place_ids:
        services.confirm_place(place_id)
