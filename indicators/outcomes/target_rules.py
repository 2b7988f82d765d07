"""What an authority aims for, and whether it is there. The levels that targets begin with are those of the project that
this grew from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indicators.definitions.keys import Indicator
from indicators.rules import Share
from marketplace.swedish import percent, plain_number


class Aim(StrEnum):
    WORK_OR_STUDIES = "work_or_studies"
    ORDINARY_PROGRAMME = "ordinary_programme"
    INFLUENCE = "influence"
    CLOSER = "closer"
    PARTICIPANTS = "participants"
    WOMEN = "women"


AIM_SV: Final[dict[Aim, str]] = {
    Aim.WORK_OR_STUDIES: "Går vidare till arbete eller studier",
    Aim.ORDINARY_PROGRAMME: "Kan delta i ordinarie program",
    Aim.INFLUENCE: "Upplever att de kan påverka mer",
    Aim.CLOSER: "Upplever att de är närmare arbetsmarknaden",
    Aim.PARTICIPANTS: "Deltagare sedan starten",
    Aim.WOMEN: "Andel kvinnor av deltagarna",
}
FIRST_LEVEL: Final[dict[Aim, int]] = {
    Aim.WORK_OR_STUDIES: 30,
    Aim.ORDINARY_PROGRAMME: 40,
    Aim.INFLUENCE: 60,
    Aim.CLOSER: 60,
    Aim.PARTICIPANTS: 2500,
    Aim.WOMEN: 60,
}
"""Per cent, but for participants, until the authority sets its own."""
OF_YEAR: Final[Mapping[Aim, Indicator]] = {
    Aim.WORK_OR_STUDIES: Indicator.WORK_OR_STUDIES,
    Aim.ORDINARY_PROGRAMME: Indicator.EXIT_PROGRAMME,
}
"""Shares of the year's placements that are over."""
SAID: Final = (Aim.INFLUENCE, Aim.CLOSER)
"""What participants say: a step forward on the question that the authority points out."""
MOST_PARTICIPANTS: Final = 1_000_000


class Progress(StrEnum):
    REACHED = "reached"
    UNDECIDED = "undecided"
    BELOW = "below"
    UNKNOWN = "unknown"


PROGRESS_SV: Final[dict[Progress, str]] = {
    Progress.REACHED: "Målet är nått",
    Progress.UNDECIDED: "Kan inte avgöras",
    Progress.BELOW: "Under målet",
    Progress.UNKNOWN: "Inga tal",
}
PROGRESS_TONE: Final[dict[Progress, str]] = {
    Progress.REACHED: "good",
    Progress.UNDECIDED: "neutral",
    Progress.BELOW: "waits",
    Progress.UNKNOWN: "muted",
}


@dataclass(frozen=True, slots=True)
class Level:
    """What is aimed for, and the question that tells where it is of what participants say."""

    aim: Aim
    value: int
    series: str | None = None

    @property
    def is_share(self) -> bool:
        return self.aim is not Aim.PARTICIPANTS

    @property
    def share(self) -> float:
        return self.value / 100

    @property
    def value_sv(self) -> str:
        return percent(self.share, 0) if self.is_share else plain_number(self.value)


def progress_of_share(share: Share | None, level: Level) -> Progress:
    """Reached or below only where the whole interval is: else it cannot be told. The women among the participants are
    counted, not estimated."""
    if share is None or share.interval is None or share.value is None:
        return Progress.UNKNOWN
    interval = (share.value, share.value) if level.aim is Aim.WOMEN else share.interval
    if interval[0] >= level.share:
        return Progress.REACHED
    return Progress.BELOW if interval[1] < level.share else Progress.UNDECIDED


def progress_of_count(count: int | None, level: Level) -> Progress:
    if count is None:
        return Progress.UNKNOWN
    return Progress.REACHED if count >= level.value else Progress.BELOW
