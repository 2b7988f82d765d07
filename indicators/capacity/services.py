"""Counts capacity into capacity_day: the seats of places that an authority's contracts open to it, day by day."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import delete, func, select, text

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from indicators.capacity.models import CapacityDay
from indicators.capacity.rules import (
    AHEAD_DAYS,
    ALWAYS,
    FREE_WITHIN_DAYS,
    RECOUNTED_DAYS,
    Period,
    merged,
    overlaps,
    periods_in_state,
)
from marketplace import clock
from marketplace.audit import Event
from marketplace.db import db

# A seat that is in use on every one of the days D … D+14 is inside an unbroken run of uses that began by D and lasts to
# D+14 or longer: so runs are made first, and each blocks the days from its first to fourteen before its last.
_COUNT = text("""
    INSERT INTO capacity_day (authority_id, day, enterprise_id, kommun_code, ssyk,
                              seats, closed, held, booked, free_within_14_days)
    WITH opened AS (
        SELECT * FROM unnest(CAST(:places AS integer[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
            AS o (place_id, first_day, last_day)
    ), days AS (
        SELECT CAST(day AS date) AS day
        FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day
    ), seats AS (
        SELECT place_id, count(*) AS n FROM seat WHERE place_id = ANY (:places) GROUP BY place_id
    ), uses AS MATERIALIZED (
        SELECT place_id, seat_id, first_day, last_day, kind FROM seat_use WHERE place_id = ANY (:places)
    ), used AS (
        SELECT place_id, day,
               count(*) FILTER (WHERE kind = 'retired') AS retired,
               count(*) FILTER (WHERE kind = 'closure') AS closed,
               count(*) FILTER (WHERE kind IN ('request', 'offer')) AS held,
               count(*) FILTER (WHERE kind = 'placement') AS booked
        FROM uses JOIN days ON day BETWEEN first_day AND last_day
        GROUP BY place_id, day
    ), gaps AS (
        SELECT place_id, seat_id, first_day, last_day,
               first_day - lag(last_day) OVER seat_in_order IS DISTINCT FROM 1 AS is_after_a_gap
        FROM uses WINDOW seat_in_order AS (PARTITION BY seat_id ORDER BY first_day)
    ), numbered AS (
        SELECT place_id, seat_id, first_day, last_day,
               count(*) FILTER (WHERE is_after_a_gap) OVER (PARTITION BY seat_id ORDER BY first_day) AS run
        FROM gaps
    ), runs AS (
        SELECT place_id, min(first_day) AS first_day, max(last_day) AS last_day
        FROM numbered GROUP BY place_id, seat_id, run
    ), blocked AS (
        SELECT place_id, day, count(*) AS n
        FROM runs JOIN days ON day BETWEEN first_day AND last_day - :within
        GROUP BY place_id, day
    )
    SELECT :authority_id, days.day, place.enterprise_id, place.kommun_code, place.ssyk,
           sum(seats.n - coalesce(retired, 0)), sum(coalesce(closed, 0)), sum(coalesce(held, 0)),
           sum(coalesce(booked, 0)), sum(seats.n - coalesce(blocked.n, 0))
    FROM opened
    JOIN days ON days.day BETWEEN opened.first_day AND opened.last_day
    JOIN place ON place.id = opened.place_id
    JOIN seats ON seats.place_id = opened.place_id
    LEFT JOIN used ON used.place_id = opened.place_id AND used.day = days.day
    LEFT JOIN blocked ON blocked.place_id = opened.place_id AND blocked.day = days.day
    GROUP BY days.day, place.enterprise_id, place.kommun_code, place.ssyk
    HAVING sum(seats.n - coalesce(retired, 0)) > 0
""")


def compute_capacity(authority_id: int, *, is_whole: bool = False) -> None:
    """Counts the authority's capacity anew: the last two months and eight weeks ahead, or with ``is_whole`` all days.

    The days are replaced, so that a second run gives the same rows.
    """
    today = clock.today()
    last = today + timedelta(days=AHEAD_DAYS)
    contracted = contracted_periods(authority_id)
    first = _first_day(authority_id, contracted, today, is_whole=is_whole)
    db.session.execute(
        delete(CapacityDay).where(CapacityDay.authority_id == authority_id, CapacityDay.day >= first)
    )
    opened = [
        (place_id, period)
        for place_id, periods in opened_periods(contracted).items()
        for period in overlaps(periods, [(first, last)])
    ]
    if opened:
        db.session.execute(
            _COUNT,
            {
                "authority_id": authority_id,
                "places": [place_id for place_id, _ in opened],
                "firsts": [period[0] for _, period in opened],
                "lasts": [period[1] for _, period in opened],
                "first": first,
                "last": last,
                "within": FREE_WITHIN_DAYS,
            },
        )


def _first_day(
    authority_id: int, contracted: dict[int, list[Period]], today: date, *, is_whole: bool
) -> date:
    recent = today - timedelta(days=RECOUNTED_DAYS)
    earliest = min((periods[0][0] for periods in contracted.values()), default=recent)
    counted_to = db.session.scalar(
        select(func.max(CapacityDay.day)).where(CapacityDay.authority_id == authority_id)
    )
    if is_whole or counted_to is None:
        return min(earliest, recent)
    # After a long pause nothing between the last counted day and now may be left out.
    return min(recent, counted_to - timedelta(days=AHEAD_DAYS))


def contracted_periods(authority_id: int) -> dict[int, list[Period]]:
    """Per enterprise, the days on which some contract with the authority was active."""
    contracts = list(db.session.scalars(select(Contract).where(Contract.authority_id == authority_id)))
    changes = _changes("contract", [contract.id for contract in contracts])
    found: dict[int, list[Period]] = defaultdict(list)
    for contract in contracts:
        # A contract that was brought here signed has no recorded change: it has been as it is from its start.
        states = changes[contract.id] or [(contract.starts_on, contract.state)]
        within = [(contract.starts_on, contract.ends_on or ALWAYS)]
        found[contract.enterprise_id] += overlaps(periods_in_state(states, ContractState.ACTIVE), within)
    return {enterprise_id: merged(periods) for enterprise_id, periods in found.items() if periods}


def opened_periods(contracted: dict[int, list[Period]]) -> dict[int, list[Period]]:
    """Per place of those enterprises, the days on which it was published and under contract."""
    places = dict(
        db.session.execute(
            select(Place.id, Place.enterprise_id)
            .where(Place.enterprise_id.in_(contracted))
            .order_by(Place.id)
        ).all()
    )
    changes = _changes("place", places)
    return {
        place_id: overlaps(
            periods_in_state(changes[place_id], PlaceState.PUBLISHED), contracted[enterprise_id]
        )
        for place_id, enterprise_id in places.items()
    }


def _changes(object_type: str, ids: Collection[int]) -> dict[int, list[tuple[date, str]]]:
    """Changes of state per object in order of time, each with the day that it was in Sweden."""
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    rows = db.session.execute(
        select(Event.object_id, Event.at, Event.to_state)
        .where(Event.object_type == object_type, Event.object_id.in_(ids), Event.to_state.is_not(None))
        .order_by(Event.id)
    )
    for object_id, at, state in rows:
        found[object_id].append((at.astimezone(clock.STOCKHOLM).date(), str(state)))
    return found
