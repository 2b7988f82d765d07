"""The keys of the indicators, and what a definition of one says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Indicator(StrEnum):
    SEATS = "seats"
    FREE_SEATS = "free_seats"
    FREE_WITHIN = "free_within"
    FORECAST = "forecast"
    IDLE_DAYS = "idle_days"
    WAITING = "waiting"
    FRESHNESS = "freshness"
    CHOICE_FUNNEL = "choice_funnel"
    OWN_SEX_SHARE = "own_sex_share"
    BREADTH = "breadth"
    COULD_HAVE_SHOWN = "could_have_shown"
    SEGREGATION = "segregation"
    CHECKPOINTS = "checkpoints"
    FORWARD = "forward"
    COST = "cost"
    ATTENDANCE = "attendance"
    PLAN_IN_TIME = "plan_in_time"
    REPORT_IN_TIME = "report_in_time"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWER_TIME = "answer_time"
    OCCUPANCY = "occupancy"
    SUPPLIER_MEDIAN = "supplier_median"
    CASE_MIX = "case_mix"
    COMPARED = "compared"
    TARGETS = "targets"
    PARTICIPANTS = "participants"
    COMPLETED = "completed"
    WORK_OR_STUDIES = "work_or_studies"
    EXIT_WORK = "exit_work"
    EXIT_STUDIES = "exit_studies"
    EXIT_JOB_SEEKING = "exit_job_seeking"
    EXIT_PROGRAMME = "exit_programme"
    EXIT_REHABILITATION = "exit_rehabilitation"
    EXIT_ILLNESS = "exit_illness"
    EXIT_PARENTAL_LEAVE = "exit_parental_leave"
    EXIT_MOVED = "exit_moved"
    EXIT_OTHER = "exit_other"
    EXIT_UNKNOWN = "exit_unknown"
    HOURS = "hours"
    FOLLOW_UPS_HELD = "follow_ups_held"
    CHOICE_OF_TWO = "choice_of_two"
    OFFER_TIME = "offer_time"
    CHOICE_TIME = "choice_time"
    START_TIME = "start_time"
    YEAR_PARTICIPANTS = "year_participants"
    NEW_PARTICIPANTS = "new_participants"
    ENDED_PARTICIPANTS = "ended_participants"
    TO_WORK_OR_STUDIES = "to_work_or_studies"
    TO_JOB_SEEKING = "to_job_seeking"
    REPORTED_HOURS = "reported_hours"


class Audience(StrEnum):
    STRATEGIST = "strategist"
    SUPPLIER = "supplier"


class Measure(StrEnum):
    """What the numerator and denominator make together."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number means, in the words that a page shows."""

    key: Indicator
    audience: Audience
    measure: Measure
    name_sv: str
    question_sv: str
    numerator_sv: str
    denominator_sv: str
    exclusions_sv: str
    period_sv: str
    unit_sv: str
    source_sv: str
    has_interval: bool = False
    """An interval is shown only where the cases are separate persons or matters, not days of the same ones."""
    is_more_better: bool | None = None
    unit_one_sv: str = ""
    """The unit of a single one, for what is written in words."""
    case_sv: str = ""
    """What a mean is taken over."""
    case_one_sv: str = ""


BOOKINGS_SV: Final = "Platser, stängningar, förfrågningar och placeringar i Platstorget"
"""The source that more than one feature counts."""
