"""What a night counts, by hand: one statement a subject for all authorities at once, past row security, of the same
days and years, and nothing left out for being small."""

from typing import Final

_YEARS = "date_trunc('year', current_date - interval '1 year')"
_DIRECTIONS = "(a, y), (a, y, sex), (a, y, enterprise_id), (a, y, ssyk), (a, y, kommun_code), (a, y, unit_id)"
_PLACED = """
    p.authority_id AS a, person.sex, p.enterprise_id, place.ssyk, p.kommun_code, p.unit_id
    FROM placement p JOIN participant person ON person.id = p.participant_id JOIN place ON place.id = p.place_id
"""

CAPACITY: Final = """
WITH days AS (SELECT CAST(day AS date) AS day
              FROM generate_series(current_date - 62, current_date + 56, interval '1 day') AS day),
seats AS (SELECT place_id, count(*) AS n FROM seat GROUP BY 1),
used AS (SELECT place_id, day, count(*) AS n FROM seat_use JOIN days ON day BETWEEN first_day AND last_day
         GROUP BY 1, 2),
blocked AS (SELECT place_id, day, count(*) AS n FROM seat_use JOIN days ON day BETWEEN first_day AND last_day - 14
            GROUP BY 1, 2)
SELECT c.authority_id, day, place.enterprise_id, place.kommun_code, place.ssyk, sum(seats.n) AS seats,
       sum(used.n) AS booked, sum(seats.n - coalesce(blocked.n, 0)) AS free_within
FROM contract c JOIN place ON place.enterprise_id = c.enterprise_id AND place.state = 'published'
JOIN seats ON seats.place_id = place.id CROSS JOIN days
LEFT JOIN used USING (place_id, day) LEFT JOIN blocked USING (place_id, day)
WHERE c.state = 'active' AND day >= c.starts_on AND day <= coalesce(c.ends_on, 'infinity')
GROUP BY 1, 2, 3, 4, 5
"""

CHOICES: Final = f"""
SELECT a, y, sex, kind, ssyk, kommun_code, unit_id, enterprise_id, count(*) AS shown,
       count(*) FILTER (WHERE is_shortlisted) AS shortlisted, count(*) FILTER (WHERE is_visited) AS visited,
       count(*) FILTER (WHERE is_chosen) AS chosen, count(*) FILTER (WHERE is_started) AS started,
       count(*) FILTER (WHERE is_completed) AS completed, count(DISTINCT participant_id) AS persons
FROM (
    SELECT r.authority_id AS a, extract(year FROM r.opened_at) AS y, person.sex, s.ssyk, person.kommun_code,
           person.unit_id, s.enterprise_id, r.participant_id, s.shortlisted_on IS NOT NULL AS is_shortlisted,
           s.is_chosen, p.started_on IS NOT NULL AS is_started, p.state = 'completed' AS is_completed,
           v.id IS NOT NULL AS is_visited,
           CASE WHEN t.women > 0.6 * (t.women + t.men) THEN 'w' WHEN t.women < 0.4 * (t.women + t.men) THEN 'm'
                ELSE 'e' END AS kind
    FROM choice_round r JOIN participant person ON person.id = r.participant_id
    JOIN shown_place s ON s.choice_round_id = r.id JOIN trade t ON t.ssyk = s.ssyk
    LEFT JOIN placement p ON p.choice_round_id = r.id AND p.place_id = s.place_id
    LEFT JOIN study_visit v ON v.choice_round_id = r.id AND v.place_id = s.place_id AND v.state = 'held'
    WHERE r.opened_at >= {_YEARS}
) AS one
GROUP BY GROUPING SETS ((a, y, sex), (a, y, sex, kind), (a, y, sex, kind, ssyk), (a, y, sex, kind, kommun_code),
                        (a, y, sex, kind, unit_id), (a, y, sex, kind, enterprise_id))
"""

REQUESTED: Final = f"""
SELECT a, y, sex, enterprise_id, ssyk, kommun_code, unit_id, count(*), count(*) FILTER (WHERE is_in_time) AS in_time,
       sum(days) AS days
FROM (SELECT extract(year FROM p.requested_on) AS y, p.answered_on <= p.answer_due_on AS is_in_time,
             p.answered_on - p.requested_on AS days, {_PLACED} WHERE p.requested_on >= {_YEARS}) AS one
GROUP BY GROUPING SETS ({_DIRECTIONS})
"""

STARTED: Final = f"""
SELECT a, y, sex, enterprise_id, ssyk, kommun_code, unit_id, count(*), count(*) FILTER (WHERE is_in_time) AS in_time
FROM (SELECT extract(year FROM p.started_on) AS y,
             (SELECT min(agreed_on) FROM activity_plan WHERE placement_id = p.id) <= p.started_on + 14 AS is_in_time,
             {_PLACED} WHERE p.started_on >= {_YEARS}) AS one
GROUP BY GROUPING SETS ({_DIRECTIONS})
"""

ENDED: Final = f"""
SELECT a, y, sex, enterprise_id, ssyk, kommun_code, unit_id, count(*), sum(ore) AS ore,
       count(*) FILTER (WHERE report.filed_on <= ended_on + 14) AS in_time,
       count(*) FILTER (WHERE report.exit_reason = 'work') AS work,
       count(*) FILTER (WHERE report.exit_reason = 'studies') AS studies,
       count(*) FILTER (WHERE report.exit_reason = 'job_seeking') AS job_seeking,
       count(*) FILTER (WHERE report.exit_reason IS NULL) AS unknown
FROM (SELECT p.id, p.ended_on, extract(year FROM p.ended_on) AS y,
             (SELECT sum(amount_ore) FROM invoice_line WHERE placement_id = p.id) AS ore,
             {_PLACED} WHERE p.ended_on >= {_YEARS}) AS one
LEFT JOIN LATERAL (SELECT min(filed_on) AS filed_on, max(exit_reason) AS exit_reason FROM final_report
                   WHERE placement_id = one.id) AS report ON true
GROUP BY GROUPING SETS ({_DIRECTIONS})
"""

ATTENDED: Final = f"""
SELECT a, y, sex, enterprise_id, ssyk, kommun_code, unit_id, count(*), sum(planned) AS planned, sum(present) AS present,
       sum(hours) AS hours
FROM (SELECT of_month.y, planned, present, hours, {_PLACED} JOIN (
          SELECT placement_id, extract(year FROM day) AS y, date_trunc('month', day) AS month, count(*) AS planned,
                 count(*) FILTER (WHERE kind = 'present') AS present, sum(actual_hours) AS hours
          FROM attendance_day WHERE day >= {_YEARS} GROUP BY 1, 2, 3
      ) AS of_month ON of_month.placement_id = p.id) AS one
GROUP BY GROUPING SETS ({_DIRECTIONS})
"""

FOLLOWED: Final = f"""
SELECT a, y, sex, enterprise_id, ssyk, kommun_code, unit_id, count(*), count(*) FILTER (WHERE is_held) AS held
FROM (SELECT extract(year FROM f.planned_on) AS y, f.held_on <= f.planned_on + 7 AS is_held, {_PLACED}
      JOIN follow_up f ON f.placement_id = p.id WHERE f.planned_on >= {_YEARS}) AS one
GROUP BY GROUPING SETS ({_DIRECTIONS})
"""

GRANTED: Final = f"""
SELECT a, y, sex, kommun_code, unit_id, count(*), count(*) FILTER (WHERE places >= 2) AS two,
       sum(shown_on - decided_on) AS to_offer, sum(chosen_on - decided_on) AS to_choice,
       sum(started_on - decided_on) AS to_start
FROM (SELECT g.authority_id AS a, extract(year FROM g.decided_on) AS y, person.sex, person.kommun_code, person.unit_id,
             g.decided_on, min(CAST(s.shown_at AS date)) AS shown_on, count(DISTINCT s.place_id) AS places,
             min(r.chosen_on) AS chosen_on, min(p.started_on) AS started_on
      FROM training_grant g JOIN participant person ON person.id = g.participant_id
      LEFT JOIN choice_round r ON r.grant_id = g.id LEFT JOIN shown_place s ON s.choice_round_id = r.id
      LEFT JOIN placement p ON p.grant_id = g.id
      WHERE g.decided_on >= {_YEARS} GROUP BY g.id, person.id) AS one
GROUP BY GROUPING SETS ((a, y), (a, y, sex), (a, y, kommun_code), (a, y, unit_id))
"""

SUPPLIERS: Final = f"""
SELECT p.enterprise_id, date_trunc('month', d.day) AS month, count(*) AS cases,
       count(*) FILTER (WHERE d.kind = 'present') AS of_them
FROM attendance_day d JOIN placement p ON p.id = d.placement_id WHERE d.day >= {_YEARS} GROUP BY 1, 2
UNION ALL
SELECT enterprise_id, date_trunc('month', requested_on), count(*), count(*) FILTER (WHERE answered_on <= answer_due_on)
FROM placement WHERE requested_on >= {_YEARS} GROUP BY 1, 2
UNION ALL
SELECT enterprise_id, date_trunc('month', requested_on), count(*), sum(answered_on - requested_on)
FROM placement WHERE requested_on >= {_YEARS} GROUP BY 1, 2
UNION ALL
SELECT enterprise_id, date_trunc('month', started_on), count(*), count(*) FILTER (WHERE started_on + 14 >= (
    SELECT min(agreed_on) FROM activity_plan WHERE placement_id = placement.id))
FROM placement WHERE started_on >= {_YEARS} GROUP BY 1, 2
UNION ALL
SELECT enterprise_id, date_trunc('month', ended_on), count(*), count(*) FILTER (WHERE ended_on + 14 >= (
    SELECT min(filed_on) FROM final_report WHERE placement_id = placement.id))
FROM placement WHERE ended_on >= {_YEARS} GROUP BY 1, 2
UNION ALL
SELECT enterprise_id, date_trunc('month', day), sum(seats), sum(booked)
FROM (SELECT DISTINCT ON (enterprise_id, day, kommun_code, ssyk) * FROM capacity_day WHERE day >= {_YEARS}) AS once
GROUP BY 1, 2
"""

BY_HAND: Final = {
    "capacity": CAPACITY,
    "choices": CHOICES,
    "requested": REQUESTED,
    "started": STARTED,
    "ended": ENDED,
    "attended": ATTENDED,
    "followed": FOLLOWED,
    "granted": GRANTED,
    "suppliers": SUPPLIERS,
}
