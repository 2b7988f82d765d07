"""The cohorts, in SQL: who is counted of a period, and everything that is counted of them.

Each source is read with `:begins` and `:ends` around the cohort's day, and knows only what had happened before
`:until`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from indicators.definitions.keys import Indicator
from indicators.measures.rules import Counting, Dimension
from indicators.working_days import PLAN_DUE, REPORT_DUE, WORKING_DAYS_TO_ANSWER, working_days_around
from marketplace import clock
from marketplace.reference.rules import Sex
from placements.report.content_rules import ExitReason

COLUMN_OF: Final[dict[Dimension, str]] = {
    Dimension.SEX: "sex",
    Dimension.SUPPLIER: "enterprise_id",
    Dimension.TRADE: "ssyk",
    Dimension.KOMMUN: "kommun_code",
    Dimension.UNIT: "unit_id",
}
OFFERED_WITHIN: Final = 14  # days from the decision
HELD_WITHIN: Final = 7  # days from the day in the plan


@dataclass(frozen=True, slots=True)
class Cohort:
    source: str
    """Gives id, placement_id, participant_id, day, sex and what the dimensions go by, and what is counted."""
    day_sv: str
    countings: tuple[Counting, ...]
    dimensions: tuple[Dimension, ...] = tuple(COLUMN_OF)
    made_of: tuple[tuple[str, tuple[Indicator, ...]], ...] = ()
    """Conditions that are wholly made up of others: cases, or an indicator's numerator."""
    months_late: int = 0
    """How many whole months are to have passed after the day, for what is due after it to be there."""

    def rows(self, seen: str) -> str:
        """The source, of what is "visible" to the reader or "counted" by the night's job."""
        return self.source.format(seen=seen, **_WORDS)


_PLACEMENT = """
    placement.id AS placement_id, placement.participant_id, placement.sex, placement.enterprise_id, placement.ssyk,
    placement.kommun_code, placement.unit_id
"""
_WORDS = {
    "placement": _PLACEMENT,
    "working_days": WORKING_DAYS_TO_ANSWER,
    "plan_due": PLAN_DUE,
    "report_due": REPORT_DUE,
}

_REQUESTED = """
    SELECT one.*, answered_on <= answer_due_on AS is_in_time, {working_days} AS working_days,
           NOT (state = 'cancelled' AND answered_on IS NULL)
               AND (answered_on IS NOT NULL OR answer_due_on < :until) AS is_due
    FROM (
        SELECT placement.id, {placement}, requested_on AS day, requested_on, state, answer_due_on,
               CASE WHEN answered_on < :until THEN answered_on END AS answered_on
        FROM {seen}_placement AS placement
        WHERE authority_id = :authority_id AND requested_on >= :begins AND requested_on < :ends
    ) AS one
"""

_STARTED = """
    SELECT one.*, agreed_on <= due_on AS is_in_time, agreed_on IS NOT NULL OR due_on < :until AS is_due
    FROM (
        SELECT placement.id, {placement}, started_on AS day, {plan_due} AS due_on, agreed.on_day AS agreed_on
        FROM {seen}_placement AS placement
        LEFT JOIN LATERAL (SELECT agreed_on AS on_day WHERE agreed_on < :until) AS agreed ON true
        WHERE authority_id = :authority_id AND started_on >= :begins AND started_on < :ends
    ) AS one
"""

# Whoever moves to another place has not dropped out, and has one report at an enterprise, at the end.
_ENDED = """
    SELECT one.*, filed_on <= due_on AS is_in_time,
           (filed_on IS NOT NULL OR due_on < :until) AND NOT goes_on_there AS is_due
    FROM (
        SELECT placement.id, {placement}, ended_on AS day, NOT is_moved AS is_over, state = 'completed' AS is_completed,
               goes_on_there, {report_due} AS due_on, report.filed_on, report.exit_reason,
               (SELECT sum(amount_ore) FROM {seen}_cost
                WHERE placement_id = placement.id AND issued_on < :until) AS cost_ore
        FROM {seen}_placement AS placement
        LEFT JOIN LATERAL (
            SELECT placement.filed_on, placement.exit_reason WHERE placement.filed_on < :until
        ) AS report ON true
        WHERE authority_id = :authority_id AND state IN ('completed', 'ended_early')
          AND started_on IS NOT NULL AND ended_on >= :begins AND ended_on < :ends
    ) AS one
"""

_ATTENDED = """
    SELECT placement.id, {placement}, of_month.day, planned_days, present_days, hours
    FROM (
        SELECT placement_id, CAST(date_trunc('month', day) AS date) AS day,
               count(*) FILTER (WHERE planned_hours > 0 AND kind <> 'leave') AS planned_days,
               count(*) FILTER (WHERE planned_hours > 0 AND kind = 'present') AS present_days,
               sum(actual_hours) AS hours
        FROM {seen}_attendance
        WHERE authority_id = :authority_id AND day >= :begins AND day < :ends
        GROUP BY 1, 2
    ) AS of_month
    JOIN {seen}_placement AS placement ON placement.id = of_month.placement_id
"""

_FOLLOWED = """
    SELECT follow_up.id, {placement}, planned_on AS day,
           follow_up.state = 'held' AND held_on <= planned_on + :held_within AND held_on < :until AS is_held,
           planned_on + :held_within < :until AS is_due
    FROM {seen}_follow_up AS follow_up
    JOIN {seen}_placement AS placement ON placement.id = follow_up.placement_id
    WHERE placement.authority_id = :authority_id AND follow_up.kind = 'planned' AND follow_up.state <> 'cancelled'
      AND planned_on >= :begins AND planned_on < :ends
"""

_GRANTED = """
    SELECT one.*, CASE WHEN shown_on < :until THEN shown_on - day END AS days_to_offer,
           CASE WHEN chosen_on < :until THEN chosen_on - day END AS days_to_choice,
           CASE WHEN started_on < :until THEN started_on - day END AS days_to_start,
           day + :offered_within < :until AS is_due
    FROM (
        SELECT given.id, CAST(NULL AS integer) AS placement_id, given.participant_id, sex, kommun_code, unit_id,
               decided_on AS day, chosen_on, started_on, shown.on_day AS shown_on, shown.places >= 2 AS has_choice
        FROM {seen}_grant AS given
        LEFT JOIN LATERAL (
            SELECT CAST(min(shown_at) AT TIME ZONE :zone AS date) AS on_day, count(DISTINCT place_id) FILTER (
                       WHERE CAST(shown_at AT TIME ZONE :zone AS date) <= given.decided_on + :offered_within
                   ) AS places
            FROM {seen}_showing AS showing
            WHERE showing.participant_id = given.participant_id AND showing.grant_id = given.id
        ) AS shown ON true
        WHERE authority_id = :authority_id AND decided_on >= :begins AND decided_on < :ends
    ) AS one
"""

EXITS: Final[dict[Indicator, ExitReason]] = {
    Indicator.EXIT_WORK: ExitReason.WORK,
    Indicator.EXIT_STUDIES: ExitReason.STUDIES,
    Indicator.EXIT_JOB_SEEKING: ExitReason.JOB_SEEKING,
    Indicator.EXIT_PROGRAMME: ExitReason.ORDINARY_PROGRAMME,
    Indicator.EXIT_REHABILITATION: ExitReason.REHABILITATION,
    Indicator.EXIT_ILLNESS: ExitReason.ILLNESS,
    Indicator.EXIT_PARENTAL_LEAVE: ExitReason.PARENTAL_LEAVE,
    Indicator.EXIT_MOVED: ExitReason.MOVED,
    Indicator.EXIT_OTHER: ExitReason.OTHER,
}

REQUESTED: Final = Cohort(
    _REQUESTED,
    "Begärd",
    (
        Counting(Indicator.ANSWERED_IN_TIME, of="is_due", part="is_in_time"),
        Counting(Indicator.ANSWER_TIME, of="answered_on IS NOT NULL", amount="working_days"),
    ),
)
STARTED: Final = Cohort(
    _STARTED,
    "Startade",
    (
        Counting(Indicator.PARTICIPANTS, of="is_first"),
        Counting(Indicator.PLAN_IN_TIME, of="is_due", part="is_in_time"),
    ),
)
ENDED: Final = Cohort(
    _ENDED,
    "Slutade",
    (
        Counting(Indicator.COST, amount="coalesce(cost_ore, 0)"),
        Counting(Indicator.COMPLETED, of="is_over", part="is_completed"),
        Counting(Indicator.WORK_OR_STUDIES, of="is_over", part="exit_reason IN ('work', 'studies')"),
        *(Counting(key, of="is_over", part=f"exit_reason = '{reason}'") for key, reason in EXITS.items()),
        Counting(Indicator.EXIT_UNKNOWN, of="is_over", part="exit_reason IS NULL"),
        Counting(Indicator.REPORT_IN_TIME, of="is_due", part="is_in_time"),
    ),
    made_of=(
        ("is_over", (*EXITS, Indicator.EXIT_UNKNOWN)),
        (Indicator.WORK_OR_STUDIES, (Indicator.EXIT_WORK, Indicator.EXIT_STUDIES)),
    ),
    months_late=1,
)
ATTENDED: Final = Cohort(
    _ATTENDED,
    "Månad",
    (
        Counting(Indicator.ATTENDANCE, of="planned_days > 0", amount="present_days", per="planned_days"),
        Counting(Indicator.HOURS, of="planned_days > 0", amount="hours"),
    ),
)
FOLLOWED: Final = Cohort(
    _FOLLOWED,
    "Dag i planen",
    (Counting(Indicator.FOLLOW_UPS_HELD, of="is_due", part="is_held"),),
)
GRANTED: Final = Cohort(
    _GRANTED,
    "Beviljad",
    (
        Counting(Indicator.CHOICE_OF_TWO, of="is_due", part="has_choice"),
        Counting(Indicator.OFFER_TIME, of="days_to_offer IS NOT NULL", amount="days_to_offer"),
        Counting(Indicator.CHOICE_TIME, of="days_to_choice IS NOT NULL", amount="days_to_choice"),
        Counting(Indicator.START_TIME, of="days_to_start IS NOT NULL", amount="days_to_start"),
    ),
    dimensions=(Dimension.SEX, Dimension.KOMMUN, Dimension.UNIT),
)
COHORTS: Final = (REQUESTED, STARTED, ENDED, ATTENDED, FOLLOWED, GRANTED)


def rows_counted(cohort: Cohort, seen: str) -> str:
    """SQL that names as `counted` the cohort's rows, and of each person which is the first: so many of them are so many
    people, or fewer than there are."""
    return f"""
        cohort AS ({cohort.rows(seen)}), counted AS (
            SELECT cohort.*, row_number() OVER (PARTITION BY participant_id ORDER BY day, id) = 1 AS is_first
            FROM cohort WHERE sex <> '{Sex.OTHER}'
        )
    """  # noqa: S608 - made of this package's own words


def countings() -> Iterator[tuple[Cohort, Counting]]:
    return ((cohort, counting) for cohort in COHORTS for counting in cohort.countings)


def asked(authority_id: int, begins: date, ends: date, until: date) -> dict[str, Any]:
    """What a source is read with."""
    return working_days_around(begins, until) | {
        "authority_id": authority_id,
        "ends": ends,
        "until": until,
        "held_within": HELD_WITHIN,
        "offered_within": OFFERED_WITHIN,
        "zone": clock.STOCKHOLM.key,
    }
