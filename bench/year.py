"""A year of training: placements with what was shown before them, their papers and their days, multiplied by SQL."""

from dataclasses import replace

from bench import crowd
from bench.crowd import BASE, Cursor, move_sequences, multiply
from bench.foundation import Foundation
from bench.sizes import Sizes
from bench.stays import OF_PERSON, add_choices, add_people

_SEATS_EACH, _STAYS_EACH, _DAYS_EACH = 3, 4, 10
"""Of a place, about; of a seat in a year; of a placement, on record."""
_YEAR_APART = 10_000_000
"""Between the ids of one year and of the next."""


def make_year(cursor: Cursor, foundation: Foundation, sizes: Sizes) -> None:
    """A market for so many placements a year, and the last year of them."""
    places = sizes.placements // (_SEATS_EACH * _STAYS_EACH) * 5 // 4
    crowd.make_market(cursor, foundation, replace(sizes, places=places))
    cursor.execute(
        """
        INSERT INTO event (object_type, object_id, about_person, action, to_state, note_sv, at, user_name,
                           organisation_name, enterprise_id)
        SELECT 'place', id, false, 'publish', 'published', '', now() - interval '1200 days', '', '', enterprise_id
        FROM bench.place
        """
    )
    add_year(cursor, sizes, years_ago=0)


def add_year(cursor: Cursor, sizes: Sizes, *, years_ago: int) -> None:
    """Placements that ended or began in the year before that long ago."""
    cursor.execute(
        _STAYS,
        {"past": 365 * years_ago, "apart": _YEAR_APART * years_ago, "most": sizes.placements},
    )
    add_people(cursor, "bench.stay")
    days = {"first_day": "s.first_day", "last_day": "s.last_day"}
    add_choices(
        cursor,
        "bench.stay",
        days,
        grant_state="'concluded'",
        decided_on="s.first_day - 35",
        opened_at="s.first_day - 30",
        chosen_on="s.first_day - 21",
    )
    multiply(
        cursor,
        "placement",
        "bench.stay",
        **OF_PERSON,
        **days,
        id="s.id",
        seat_id="s.seat_id",
        place_id="s.place_id",
        enterprise_id="s.enterprise_id",
        contract_id="s.contract_id",
        grant_id="s.id",
        participant_id="s.participant_id",
        choice_round_id="s.id",
        seat_use_id="s.id",
        state="CASE WHEN s.is_over THEN 'completed' ELSE 'running' END",
        requested_on="s.first_day - 20",
        answer_due_on="s.first_day - 15",
        held_until="s.first_day - 14",
        answered_on="s.first_day - 17 + s.s % 6",
        started_on="s.first_day",
        ended_on="CASE WHEN s.is_over THEN s.last_day END",
        requested_at="s.first_day - 20",
    )
    multiply(
        cursor,
        "seat_use",
        "bench.stay",
        **days,
        id="s.id",
        seat_id="s.seat_id",
        place_id="s.place_id",
        kind="'placement'",
    )
    cursor.execute(_SHOWN, {"apart": _YEAR_APART * years_ago})
    cursor.execute(_PAPERS)
    cursor.execute(_DAYS, {"days": _DAYS_EACH})
    cursor.execute("DROP TABLE bench.stay")
    move_sequences(cursor)


_STAYS = f"""
CREATE TABLE bench.stay AS
SELECT {BASE} + %(apart)s + {_STAYS_EACH} * seat.s + j AS id, {BASE} + %(apart)s + seat.s AS participant_id,
       place.id AS place_id, place.enterprise_id, place.ssyk, seat.id AS seat_id, deal.id AS contract_id, place.a,
       unit.unit_id, unit.officer_id, unit.kommun_code, pattern.authority_id, seat.s,
       d.first_day, d.first_day + 79 AS last_day, d.first_day + 79 < current_date - %(past)s AS is_over,
       kin.like_choice_round, kin.like_participant, kin.like_participant_identity, kin.like_training_grant,
       kin.like_consent, kin.like_shown_place, kin.like_placement, kin.like_seat_use
FROM bench.seat seat
JOIN bench.place place ON place.id = seat.place_id
JOIN bench.pattern pattern ON pattern.a = place.a
JOIN bench.deal deal ON deal.e = place.e AND deal.is_main
JOIN bench.like kin ON kin.a = place.a AND kin.which = 'running'
JOIN bench.unit unit ON unit.a = place.a AND unit.n = seat.s %% unit.of
CROSS JOIN generate_series(0, {_STAYS_EACH - 1}) j
CROSS JOIN LATERAL (
    SELECT current_date - %(past)s - 365 + 91 * j + (seat.s::bigint * 37 %% 10)::integer AS first_day) d
ORDER BY hashint4(seat.s), j
LIMIT %(most)s
"""

# Five places in each round, the chosen one among them; every third was visited.
_SHOWN = f"""
CREATE TABLE bench.choosable AS
SELECT id, enterprise_id, ssyk, a, row_number() OVER (PARTITION BY a ORDER BY id) - 1 AS n,
       count(*) OVER (PARTITION BY a) AS of
FROM bench.place;
CREATE INDEX ON bench.choosable (a, n);
INSERT INTO shown_place (id, choice_round_id, place_id, enterprise_id, ssyk, position, shown_at, free_seats,
                         earliest_start, is_chosen, shortlisted_on, shortlisted_by)
OVERRIDING SYSTEM VALUE
SELECT {BASE * 100} + %(apart)s * 5 + row_number() OVER (), s.id, c.id, c.enterprise_id, c.ssyk, k, s.first_day - 30,
       1, s.first_day, false, CASE WHEN k = 1 THEN s.first_day - 25 END, CASE WHEN k = 1 THEN 'participant' END
FROM bench.stay s CROSS JOIN generate_series(1, 4) k
JOIN bench.choosable c ON c.a = s.a AND c.n = (s.s * 7 + k * 13) %% c.of
WHERE c.id <> s.place_id
ON CONFLICT DO NOTHING;
DROP TABLE bench.choosable;
INSERT INTO visit_time (id, place_id, enterprise_id, starts_at, ends_at, most_visitors, taken, meeting_sv, state)
OVERRIDING SYSTEM VALUE
SELECT s.id, s.place_id, s.enterprise_id, s.first_day - 24, s.first_day - 24 + interval '1 hour', 1, 1, '', 'withdrawn'
FROM bench.stay s WHERE s.s %% 3 = 0;
INSERT INTO study_visit (visit_time_id, choice_round_id, participant_id, authority_id, unit_id, place_id,
                         enterprise_id, starts_at, ends_at, state, booked_at, booked_by, held_on)
SELECT s.id, s.id, s.participant_id, s.authority_id, s.unit_id, s.place_id, s.enterprise_id, s.first_day - 24,
       s.first_day - 24 + interval '1 hour', 'held', s.first_day - 28, 'officer', s.first_day - 24
FROM bench.stay s WHERE s.s %% 3 = 0;
"""

_PAPERS = """
INSERT INTO activity_plan (placement_id, revision, state, tasks_sv, adaptations_sv, absence_sv, follow_up_dates,
    saves, proposed_on, agreed_on, supervisor_agreed_at, supervisor_name, case_officer_agreed_at, case_officer_name,
    participant_agreed_at, participant_witness, participant_by_code)
SELECT id, 1, 'agreed', 'Arbetar', '', '', '{}', 1, first_day, first_day + s % 20, first_day, '', first_day, '',
       first_day, '', false
FROM bench.stay s;
INSERT INTO follow_up (placement_id, kind, due_on, planned_on, state, held_on, took_part, notes_sv, saves)
SELECT id, 'planned', first_day + 30 * k, first_day + 30 * k, 'held', first_day + 30 * k + s % 9, '{participant}',
       'Det går bra.', 1
FROM bench.stay s CROSS JOIN generate_series(1, 2) k WHERE is_over;
INSERT INTO final_report (placement_id, revision, state, done_sv, abilities_sv, adaptations_sv, recommended_sv,
    exit_reason, due_on, saves, shown_on, read_by_code, read_witness, comment_sv, unread_reason, filed_on, filed_by,
    correction_sv, correction_by, received_by, next_step_sv)
SELECT id, 1, 'filed', '', '', '', '',
       (ARRAY['work', 'studies', 'job_seeking', 'ordinary_programme', 'rehabilitation', 'illness', 'other'])[1 + s % 7],
       last_day + 14, 1, last_day, false, '', '', 'declined', last_day + s % 20, '', '', '', '', ''
FROM bench.stay s WHERE is_over;
"""

_DAYS = """
INSERT INTO attendance_day (placement_id, day, contract_id, planned_hours, actual_hours, kind, is_reported_same_day)
SELECT s.id, s.first_day + 7 * n, s.contract_id, 6, CASE WHEN away THEN 0 ELSE 6 END,
       CASE WHEN away THEN 'ill' ELSE 'present' END, false
FROM bench.stay s CROSS JOIN generate_series(0, %(days)s - 1) n
CROSS JOIN LATERAL (SELECT (s.id + n) %% 9 = 4 AS away) a
"""
