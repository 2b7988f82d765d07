"""Counts capacity into capacity_day: the seats of places that an authority's contracts open to it, day by day."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import func, select, text

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from indicators.capacity.models import CapacityDay
from indicators.capacity.period_services import compute_periods
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
#
# Every span of days (a place open, a seat in use, a run) adds to its first day and takes away after its last; a running
# sum gives each day. So the cost follows the spans and the days that come out, however long the spans are. Only rows
# that differ from what stands are written: of a night, few.
_COUNT = text("""
    WITH opened AS (
        SELECT place_id, o.first_day, o.last_day, enterprise_id, kommun_code, ssyk
        FROM unnest(CAST(:places AS integer[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
            AS o (place_id, first_day, last_day)
        JOIN place ON place.id = o.place_id
    ), seats AS (
        SELECT place_id, count(*) AS n FROM seat WHERE place_id = ANY (:places) GROUP BY place_id
    ), uses AS MATERIALIZED (
        SELECT place_id, seat_id, first_day, last_day, kind FROM seat_use
        WHERE place_id = ANY (:places) AND last_day >= :first
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
    ), taken AS (
        SELECT place_id, kind, first_day, last_day FROM uses
        UNION ALL SELECT place_id, 'run', first_day, last_day - :within FROM runs
    ), spans AS (
        SELECT enterprise_id, kommun_code, ssyk, 'seats' AS kind, n, first_day, last_day
        FROM opened JOIN seats USING (place_id)
        UNION ALL
        SELECT enterprise_id, kommun_code, ssyk, kind, 1,
               greatest(opened.first_day, taken.first_day), least(opened.last_day, taken.last_day)
        FROM opened JOIN taken USING (place_id)
        WHERE taken.first_day <= opened.last_day AND taken.last_day >= opened.first_day
          AND taken.first_day <= taken.last_day
    ), changes AS (
        SELECT enterprise_id, kommun_code, ssyk, day,
               sum(more) FILTER (WHERE kind = 'seats') AS seats,
               sum(more) FILTER (WHERE kind = 'retired') AS retired,
               sum(more) FILTER (WHERE kind = 'closure') AS closed,
               sum(more) FILTER (WHERE kind IN ('request', 'offer')) AS held,
               sum(more) FILTER (WHERE kind = 'placement') AS booked,
               sum(more) FILTER (WHERE kind = 'run') AS blocked
        FROM spans CROSS JOIN LATERAL (VALUES (first_day, n), (last_day + 1, -n)) AS change (day, more)
        GROUP BY enterprise_id, kommun_code, ssyk, day
    ), summed AS (
        SELECT day, enterprise_id, kommun_code, ssyk,
               coalesce(sum(seats) OVER up_to, 0) - coalesce(sum(retired) OVER up_to, 0) AS seats,
               coalesce(sum(closed) OVER up_to, 0) AS closed,
               coalesce(sum(held) OVER up_to, 0) AS held,
               coalesce(sum(booked) OVER up_to, 0) AS booked,
               coalesce(sum(seats) OVER up_to, 0) - coalesce(sum(blocked) OVER up_to, 0) AS free_within_14_days
        FROM (SELECT DISTINCT enterprise_id, kommun_code, ssyk FROM opened) AS line
        CROSS JOIN (
            SELECT CAST(day AS date) AS day
            FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day
        ) AS days
        LEFT JOIN changes USING (enterprise_id, kommun_code, ssyk, day)
        WINDOW up_to AS (PARTITION BY enterprise_id, kommun_code, ssyk ORDER BY day)
    ), counted AS MATERIALIZED (
        SELECT * FROM summed WHERE seats > 0
    ), gone AS (
        DELETE FROM capacity_day AS former
        WHERE authority_id = :authority_id AND day >= :first AND NOT EXISTS (
            SELECT FROM counted
            WHERE counted.day = former.day AND counted.enterprise_id = former.enterprise_id
              AND counted.kommun_code = former.kommun_code AND counted.ssyk = former.ssyk)
    )
    INSERT INTO capacity_day (authority_id, day, enterprise_id, kommun_code, ssyk,
                              seats, closed, held, booked, free_within_14_days)
    SELECT :authority_id, counted.*
    FROM counted
    LEFT JOIN capacity_day AS former
        ON former.authority_id = :authority_id AND former.day >= :first AND former.day = counted.day
        AND former.enterprise_id = counted.enterprise_id AND former.kommun_code = counted.kommun_code
        AND former.ssyk = counted.ssyk
    WHERE (former.seats, former.closed, former.held, former.booked, former.free_within_14_days) IS DISTINCT FROM
          (counted.seats, counted.closed, counted.held, counted.booked, counted.free_within_14_days)
    ON CONFLICT (authority_id, day, enterprise_id, kommun_code, ssyk) DO UPDATE
    SET seats = excluded.seats, closed = excluded.closed, held = excluded.held, booked = excluded.booked,
        free_within_14_days = excluded.free_within_14_days
""")


def compute_capacity(authority_id: int, *, is_whole: bool = False) -> None:
    """Counts the authority's capacity anew: the last two months and eight weeks ahead, or with ``is_whole`` all days.

    A second run writes nothing.
    """
    today = clock.today()
    last = today + timedelta(days=AHEAD_DAYS)
    contracted = contracted_periods(authority_id)
    first = _first_day(authority_id, contracted, today, is_whole=is_whole)
    opened = [
        (place_id, period)
        for place_id, periods in opened_periods(contracted).items()
        for period in overlaps(periods, [(first, last)])
    ]
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
    compute_periods(authority_id, first, today)


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
