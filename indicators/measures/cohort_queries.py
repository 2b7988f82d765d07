"""The cohorts, in SQL: who is counted of a period, and everything that is counted of them.

Each source is read with `:begins` and `:ends` around the cohort's day, and knows only what had happened before
`:until`. The owner is an authority, or an enterprise whose own indicators are counted by the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

from indicators.definitions.keys import Indicator
from indicators.measures.rules import Counting, Dimension
from marketplace import clock
from marketplace.reference.rules import is_working_day
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
_DAYS_AFTER: Final = 240
"""The calendar goes this far ahead: no deadline is more than 120 working days away."""


@dataclass(frozen=True, slots=True)
class Cohort:
    source: str
    """Gives id, placement_id, participant_id, day, what the dimensions go by, and what is counted."""
    day_sv: str
    countings: tuple[Counting, ...]
    dimensions: tuple[Dimension, ...] = tuple(COLUMN_OF)
    made_of: tuple[tuple[str, tuple[Indicator, ...]], ...] = ()
    """Conditions that are wholly made up of others: cases, or an indicator's numerator."""
    months_late: int = 0
    """How many whole months are to have passed after the day, for what is due after it to be there."""

    def of(self, owner: str) -> str:
        """The rows of `:owner_id`; `owner` is authority_id or enterprise_id."""
        return self.source.format(owner=owner, placement=_PLACEMENT)


# Two days' numbers in the calendar differ by the working days between them, and the n:th working day after a day is the
# working day whose number is n higher.
CALENDAR: Final = """
    calendar AS (
        SELECT * FROM unnest(CAST(:days AS date[]), CAST(:numbers AS integer[]), CAST(:working AS boolean[]))
            AS c (day, number, is_working)
    )
"""

_PLACEMENT = """
    placement.id AS placement_id, placement.participant_id, placement.enterprise_id, placement.kommun_code,
    placement.unit_id, place.ssyk
"""

_REQUESTED = """
    SELECT placement.id, {placement}, placement.requested_on AS day, answer.answered_on,
           answer.answered_on <= placement.answer_due_on AS is_in_time, replied.number - asked.number AS working_days,
           NOT (placement.state = 'cancelled' AND answer.answered_on IS NULL)
               AND (answer.answered_on IS NOT NULL OR placement.answer_due_on < :until) AS is_due
    FROM placement
    JOIN place ON place.id = placement.place_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN placement.answered_on < :until THEN placement.answered_on END AS answered_on
    ) AS answer
    JOIN calendar AS asked ON asked.day = placement.requested_on
    LEFT JOIN calendar AS replied ON replied.day = answer.answered_on
    WHERE placement.{owner} = :owner_id AND placement.requested_on >= :begins AND placement.requested_on < :ends
"""

_STARTED = """
    SELECT placement.id, {placement}, placement.started_on AS day, plan.agreed_on <= due.day AS is_in_time,
           plan.agreed_on IS NOT NULL OR due.day < :until AS is_due
    FROM placement
    JOIN place ON place.id = placement.place_id
    JOIN contract ON contract.id = placement.contract_id
    JOIN terms_version ON terms_version.id = contract.terms_id
    JOIN calendar AS started ON started.day = placement.started_on
    JOIN calendar AS due ON due.is_working AND due.number = started.number + terms_version.plan_within
    LEFT JOIN LATERAL (
        SELECT min(agreed_on) AS agreed_on FROM activity_plan
        WHERE placement_id = placement.id AND agreed_on < :until
    ) AS plan ON true
    WHERE placement.{owner} = :owner_id AND placement.started_on >= :begins AND placement.started_on < :ends
"""

# Whoever moves to another place has not dropped out, and has one report at an enterprise, at the end.
_ENDED = """
    SELECT placement.id, {placement}, placement.ended_on AS day, NOT placement.is_moved AS is_over,
           placement.state = 'completed' AS is_completed, report.exit_reason, report.filed_on <= due.day AS is_in_time,
           (report.filed_on IS NOT NULL OR due.day < :until) AND NOT (placement.is_moved AND EXISTS (
               SELECT FROM placement AS later WHERE later.moved_from_id = placement.id
               AND later.enterprise_id = placement.enterprise_id
               AND later.state IN ('accepted', 'running', 'completed', 'ended_early'))) AS is_due,
           (SELECT sum(amount_ore) FROM invoice_line JOIN invoice ON invoice.id = invoice_line.invoice_id
            WHERE invoice_line.placement_id = placement.id AND invoice.issued_on < :until) AS cost_ore
    FROM placement
    JOIN place ON place.id = placement.place_id
    JOIN contract ON contract.id = placement.contract_id
    JOIN terms_version ON terms_version.id = contract.terms_id
    JOIN calendar AS ended ON ended.day = placement.ended_on
    JOIN calendar AS due ON due.is_working AND due.number = ended.number + terms_version.report_within
    LEFT JOIN LATERAL (
        SELECT min(filed_on) AS filed_on, (array_agg(exit_reason ORDER BY revision DESC))[1] AS exit_reason
        FROM final_report WHERE placement_id = placement.id AND filed_on < :until
    ) AS report ON true
    WHERE placement.{owner} = :owner_id AND placement.state IN ('completed', 'ended_early')
      AND placement.started_on IS NOT NULL AND placement.ended_on >= :begins AND placement.ended_on < :ends
"""

_ATTENDED = """
    SELECT placement.id, {placement}, of_month.day, of_month.planned_days, of_month.present_days, of_month.hours
    FROM (
        SELECT attendance_day.placement_id, CAST(date_trunc('month', attendance_day.day) AS date) AS day,
               count(*) FILTER (WHERE planned_hours > 0 AND kind <> 'leave') AS planned_days,
               count(*) FILTER (WHERE planned_hours > 0 AND kind = 'present') AS present_days,
               sum(actual_hours) AS hours
        FROM attendance_day JOIN contract ON contract.id = attendance_day.contract_id
        WHERE contract.{owner} = :owner_id AND attendance_day.day >= :begins AND attendance_day.day < :ends
        GROUP BY 1, 2
    ) AS of_month
    JOIN placement ON placement.id = of_month.placement_id
    JOIN place ON place.id = placement.place_id
"""

_FOLLOWED = """
    SELECT follow_up.id, {placement}, follow_up.planned_on AS day,
           follow_up.state = 'held' AND follow_up.held_on <= follow_up.planned_on + :held_within
               AND follow_up.held_on < :until AS is_held,
           follow_up.planned_on + :held_within < :until AS is_due
    FROM follow_up
    JOIN placement ON placement.id = follow_up.placement_id
    JOIN place ON place.id = placement.place_id
    WHERE placement.{owner} = :owner_id AND follow_up.kind = 'planned' AND follow_up.state <> 'cancelled'
      AND follow_up.planned_on >= :begins AND follow_up.planned_on < :ends
"""

_GRANTED = """
    SELECT training_grant.id, CAST(NULL AS integer) AS placement_id, training_grant.participant_id,
           participant.kommun_code, participant.unit_id, training_grant.decided_on AS day,
           shown.first_on - training_grant.decided_on AS days_to_offer,
           chosen.first_on - training_grant.decided_on AS days_to_choice,
           began.first_on - training_grant.decided_on AS days_to_start,
           shown.places >= 2 AS has_choice, training_grant.decided_on + :offered_within < :until AS is_due
    FROM training_grant
    JOIN participant ON participant.id = training_grant.participant_id
    LEFT JOIN LATERAL (
        SELECT CAST(min(shown_at) AT TIME ZONE :zone AS date) AS first_on, count(DISTINCT place_id) FILTER (
                   WHERE CAST(shown_at AT TIME ZONE :zone AS date) <= training_grant.decided_on + :offered_within
               ) AS places
        FROM choice_round JOIN shown_place ON shown_place.choice_round_id = choice_round.id
        WHERE choice_round.participant_id = training_grant.participant_id
          AND choice_round.grant_id = training_grant.id AND CAST(shown_at AT TIME ZONE :zone AS date) < :until
    ) AS shown ON true
    LEFT JOIN LATERAL (
        SELECT min(chosen_on) AS first_on FROM choice_round
        WHERE participant_id = training_grant.participant_id AND grant_id = training_grant.id AND chosen_on < :until
    ) AS chosen ON true
    LEFT JOIN LATERAL (
        SELECT min(started_on) AS first_on FROM placement
        WHERE grant_id = training_grant.id AND started_on < :until
    ) AS began ON true
    WHERE training_grant.{owner} = :owner_id
      AND training_grant.decided_on >= :begins AND training_grant.decided_on < :ends
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
        Counting(Indicator.HOURS, of="planned_days > 0", amount="CAST(hours * 100 AS bigint)"),
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


def countings() -> Iterator[tuple[Cohort, Counting]]:
    return ((cohort, counting) for cohort in COHORTS for counting in cohort.countings)


def asked(owner_id: int, begins: date, ends: date, until: date) -> dict[str, Any]:
    """What a source is read with."""
    days = list(clock.days_from(begins, until + timedelta(days=_DAYS_AFTER)))
    working = [is_working_day(day) for day in days]
    return {
        "owner_id": owner_id,
        "begins": begins,
        "ends": ends,
        "until": until,
        "held_within": HELD_WITHIN,
        "offered_within": OFFERED_WITHIN,
        "zone": clock.STOCKHOLM.key,
        "days": days,
        "numbers": list(accumulate(map(int, working))),
        "working": working,
    }
