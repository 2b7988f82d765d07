"""Who stays on which seat when: participants with their grants, choices and placements, and those who wait to ask.

A stay is a period on a seat: 0 and 1 are over, 2 is about today, 3 is to come.
"""

from collections.abc import Mapping

from bench.crowd import BASE, RUSH_PLACE, Cursor, multiply
from bench.sizes import Sizes

BOOKING_FROM = 230
"""Days from today that are free on every seat: the last stay to come ends before them."""
BOOKING_DAYS = 90
FEW_OF_SEATS = 1 / 30
"""On so many of the seats there is somebody in the small database: one placement for ten places."""
FLOOR_BOOKS_FROM = 2000
"""Days from today where the floor books, so that it stands in nobody's way."""


def add_stays(cursor: Cursor, *, few: bool) -> int:
    """The few placements that growth is measured from, or all the others. Gives how many were added."""
    cursor.execute(_STAYS, {"few": few, "few_of_seats": FEW_OF_SEATS})
    add_people(cursor, "bench.stay")
    days = {"first_day": "s.first_day", "last_day": "s.last_day"}
    add_choices(cursor, "bench.stay", days, grant_state="s.grant_state")
    seat = {"id": "s.id", "seat_id": "s.seat_id", "place_id": "s.place_id"}
    multiply(cursor, "seat_use", "bench.stay", **seat, **days, kind="'placement'")
    added = multiply(
        cursor,
        "placement",
        "bench.stay",
        **OF_PERSON,
        **days,
        **seat,
        enterprise_id="s.enterprise_id",
        contract_id="s.contract_id",
        grant_id="s.id",
        participant_id="s.participant_id",
        choice_round_id="s.id",
        seat_use_id="s.id",
        state="s.state",
        requested_on="least(s.first_day, current_date) - 21",
        answer_due_on="least(s.first_day, current_date) - 16",
        answered_on="least(s.first_day, current_date) - 18",
        started_on="CASE WHEN s.state <> 'accepted' THEN s.first_day END",
        ended_on="CASE WHEN s.state = 'completed' THEN s.last_day END",
        requested_at="least(s.first_day, current_date) - interval '21 days'",
    )
    cursor.execute("DROP TABLE bench.stay")
    return added


_STAYS = f"""
CREATE TABLE bench.stay AS
SELECT {BASE} + 4 * seat.s + j AS id, {BASE} + seat.s + CASE WHEN j = 3 THEN 10000000 ELSE 0 END AS participant_id,
       place.id AS place_id, place.enterprise_id, place.ssyk, seat.id AS seat_id, deal.id AS contract_id, place.a,
       unit.unit_id, unit.officer_id, unit.kommun_code, pattern.authority_id,
       d.first_day, d.last_day, seat.s,
       CASE WHEN d.first_day > current_date THEN 'accepted' WHEN d.last_day >= current_date THEN 'running'
            ELSE 'completed' END AS state,
       CASE WHEN d.last_day >= current_date THEN 'placed' ELSE 'concluded' END AS grant_state,
       kin.like_choice_round, kin.like_participant, kin.like_participant_identity, kin.like_training_grant,
       kin.like_consent, kin.like_shown_place, kin.like_placement, kin.like_seat_use
FROM bench.seat seat
JOIN bench.place place ON place.id = seat.place_id
JOIN bench.pattern pattern ON pattern.a = place.a
JOIN bench.deal deal ON deal.e = place.e AND deal.is_main
JOIN bench.like kin ON kin.a = place.a AND kin.which = 'running'
JOIN bench.unit unit ON unit.a = place.a AND unit.n = seat.s %% unit.of
CROSS JOIN generate_series(0, 3) j
-- Turnover follows a rhythm of 110 days, at its own point for each seat.
-- They end before a contract does that ends soon.
CROSS JOIN LATERAL (
    SELECT (seat.s::bigint * 37 %% CASE WHEN place.e %% 20 = 3 THEN 70 ELSE 110 END)::integer AS shift) o
CROSS JOIN LATERAL (SELECT current_date - 330 + 110 * j + o.shift AS first_day,
                           current_date - 231 + 110 * j + o.shift AS last_day) d
CROSS JOIN LATERAL (SELECT (hashint4(seat.s) & 2147483647) %% 100000 / 100000.0 AS draw,
                           (hashint4(seat.s + 7) & 2147483647) %% 100000 / 100000.0 AS other) r
WHERE (j < 3 OR place.e %% 20 <> 3 AND r.other < 0.355)
  AND (j = 2 AND r.draw < %(few_of_seats)s) = %(few)s
"""
OF_PERSON = {"authority_id": "s.authority_id", "unit_id": "s.unit_id", "kommun_code": "s.kommun_code"}


def add_people(cursor: Cursor, source: str) -> None:
    """One row each of participant, identity and consent, for those of the source who are new."""
    cursor.execute(
        f"CREATE TABLE bench.person AS SELECT DISTINCT ON (participant_id) * FROM {source} x"
        " WHERE NOT EXISTS (SELECT FROM participant p WHERE p.id = x.participant_id)"
    )
    multiply(
        cursor,
        "participant",
        "bench.person",
        **OF_PERSON,
        id="s.participant_id",
        case_officer_id="s.officer_id",
        name="t.name || ' ' || s.participant_id",
        sex="CASE WHEN s.participant_id % 5 < 3 THEN 'woman' ELSE 'man' END",
    )
    multiply(
        cursor,
        "participant_identity",
        "bench.person",
        participant_id="s.participant_id",
        authority_id="s.authority_id",
        number_hash="md5(s.participant_id::text)",
        newest_hash="md5(s.participant_id::text)",
    )
    multiply(cursor, "consent", "bench.person", id="s.participant_id", participant_id="s.participant_id")
    cursor.execute("DROP TABLE bench.person")


def add_choices(
    cursor: Cursor,
    source: str,
    days: Mapping[str, str],
    *,
    grant_state: str,
    decided_on: str = "t.decided_on",
    opened_at: str = "t.opened_at",
    chosen_on: str = "t.chosen_on",
) -> None:
    """One row each of grant, round and shown place; their ids are the source's."""
    multiply(
        cursor,
        "training_grant",
        source,
        **days,
        id="s.id",
        participant_id="s.participant_id",
        authority_id="s.authority_id",
        state=grant_state,
        decided_on=decided_on,
    )
    multiply(
        cursor,
        "choice_round",
        source,
        id="s.id",
        grant_id="s.id",
        participant_id="s.participant_id",
        authority_id="s.authority_id",
        opened_at=opened_at,
        chosen_on=chosen_on,
    )
    multiply(
        cursor,
        "shown_place",
        source,
        id="s.id",
        choice_round_id="s.id",
        place_id="s.place_id",
        enterprise_id="s.enterprise_id",
        ssyk="s.ssyk",
    )


def add_waiting(cursor: Cursor, sizes: Sizes) -> None:
    """Choices that wait for a request: `bookings` on different places and days, and `rush` on the one with five seats.

    All are of the first unit of the first authority, in days that nobody uses.
    """
    cursor.execute(
        f"""
        CREATE TABLE bench.open AS
        SELECT place.id, place.enterprise_id, place.ssyk, (row_number() OVER (ORDER BY place.id) - 1)::integer AS n,
               count(*) OVER ()::integer AS of
        FROM bench.place place
        JOIN bench.deal deal ON deal.e = place.e AND deal.a = 0 AND deal.ends_on IS NULL AND deal.cap IS NULL
        WHERE place.i % 20 <> 7 AND 20 BETWEEN place.hours_per_week_min AND place.hours_per_week_max;

        CREATE TABLE bench.waiting AS
        SELECT {BASE} * 20 + w.n AS id, {BASE} * 20 + w.n AS participant_id, w.n, w.place_id, w.enterprise_id, w.ssyk,
               w.is_rush, pattern.authority_id, unit.unit_id, unit.officer_id, unit.kommun_code,
               w.first_day, w.first_day + {BOOKING_DAYS - 1} AS last_day, kin.*
        FROM (SELECT b AS n, open.id AS place_id, open.enterprise_id, open.ssyk, false AS is_rush,
                     current_date + {BOOKING_FROM} + {BOOKING_DAYS} * (b / open.of) AS first_day
              FROM generate_series(0, {sizes.bookings} - 1) b JOIN bench.open open ON open.n = b % open.of
              UNION ALL
              SELECT {sizes.bookings} + b, p.id, p.enterprise_id, p.ssyk, true, current_date + {BOOKING_FROM}
              FROM generate_series(0, {sizes.rush} - 1) b JOIN place p ON p.id = {RUSH_PLACE}) w
        JOIN bench.pattern pattern ON pattern.a = 0
        JOIN bench.like kin ON kin.a = 0 AND kin.which = 'chosen'
        JOIN bench.unit unit ON unit.a = 0 AND unit.n = 0;
        """
    )
    add_people(cursor, "bench.waiting")
    days = {"first_day": "s.first_day", "last_day": "s.last_day"}
    add_choices(cursor, "bench.waiting", days, grant_state="'open'")
