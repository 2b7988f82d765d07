"""What is told of a place: work, days and hours, demands and support; and what of it cannot be offered."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from enterprises.places.rules import (
    LANGUAGE_SV,
    MAX_HOURS_PER_WEEK,
    MAX_LEAD_TIME_DAYS,
    MAX_TASK_LENGTH,
    MAX_TASKS,
    WEEKDAY_SV,
    WORKWEEK,
    Adaptation,
    Demand,
)
from marketplace.swedish import plain_number


@dataclass(frozen=True)
class Told:
    """What is told of a place: what a form, a copy and a line of a file all fill in."""

    name: str
    tasks_sv: str
    hours_per_week_min: int
    hours_per_week_max: int
    lead_time_days: int
    adaptations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    rotates: bool = False
    weekdays: tuple[int, ...] = WORKWEEK
    day_starts: time | None = None
    day_ends: time | None = None
    demands: tuple[str, ...] = ()

    @property
    def hours_open(self) -> float | None:
        """Hours a week between start and end on all the days; None when no times are told."""
        return hours_open(self.weekdays, self.day_starts, self.day_ends)


_WORD = re.compile(r"\w+")

TOLD_LISTS = ("tasks", "weekdays", "demands", "adaptations", "languages")


def told_of(place: object) -> Told:
    """What is told of a place as it is stored."""
    words: dict[str, Any] = {
        name: tuple(getattr(place, name)) if name in TOLD_LISTS else getattr(place, name)
        for name in Told.__dataclass_fields__
    }
    return Told(**words)


def labels_of(codes: Collection[str], labels: Mapping[Any, str]) -> list[str]:
    """Swedish labels in the list's own order; a code that is not in the list any more is left out."""
    return [label for code, label in labels.items() if code in codes]


def hours_open(weekdays: Iterable[int], starts: time | None, ends: time | None) -> float | None:
    if starts is None or ends is None:
        return None
    minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return len(set(weekdays)) * minutes / 60


def weekdays_sv(weekdays: Iterable[int]) -> str:
    """[1, 2, 3, 4, 5] → "måndag till fredag"; [1, 3] → "måndag och onsdag"."""
    days = sorted(set(weekdays))
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAY_SV[days[0]]} till {WEEKDAY_SV[days[-1]]}"
    names = [WEEKDAY_SV[day] for day in days]
    return " och ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def says_more(tasks: Sequence[str], tasks_sv: str) -> bool:
    """Whether the supplier's own description says more than the list of tasks; always where there is no list."""
    listed = set(_WORD.findall(" ".join(tasks).lower())) | {"och"}
    return not tasks or not set(_WORD.findall(tasks_sv.lower())) <= listed


def day_sv(starts: time | None, ends: time | None) -> str:
    """ "kl. 8.00–15.30", or nothing."""
    if starts is None or ends is None:
        return ""
    return f"kl. {starts.hour}.{starts.minute:02}–{ends.hour}.{ends.minute:02}"


def told_problems(told: Told) -> Mapping[str, str]:
    """Form field → Swedish sentence; empty when the place can be saved. Everything wrong at once."""
    return _work_problems(told) | _time_problems(told) | _list_problems(told)


def _work_problems(told: Told) -> dict[str, str]:
    found: dict[str, str] = {}
    if not told.name.strip():
        found["name"] = "Skriv ett namn på platsen."
    if not told.tasks_sv.strip():
        found["tasks_sv"] = "Beskriv arbetsuppgifterna."
    if len(told.tasks) > MAX_TASKS:
        found["tasks"] = f"Skriv högst {MAX_TASKS} uppgifter, en per rad."
    elif any(len(task) > MAX_TASK_LENGTH for task in told.tasks):
        found["tasks"] = f"Skriv varje uppgift med högst {MAX_TASK_LENGTH} tecken, en per rad."
    elif told.rotates and len(told.tasks) < 2:
        found["rotates"] = "Skriv minst två uppgifter att växla mellan."
    return found


def _time_problems(told: Told) -> dict[str, str]:
    found: dict[str, str] = {}
    least, most = told.hours_per_week_min, told.hours_per_week_max
    if not 1 <= least <= MAX_HOURS_PER_WEEK:
        found["hours_per_week_min"] = (
            f"Det minsta antalet timmar ska vara 1 till {MAX_HOURS_PER_WEEK} i veckan."
        )
    elif not least <= most <= MAX_HOURS_PER_WEEK:
        found["hours_per_week_max"] = (
            f"Det högsta antalet timmar ska vara {least} till {MAX_HOURS_PER_WEEK} i veckan."
        )
    if not 0 <= told.lead_time_days <= MAX_LEAD_TIME_DAYS:
        found["lead_time_days"] = f"Framförhållningen ska vara 0 till {MAX_LEAD_TIME_DAYS} dagar."
    if not told.weekdays or set(told.weekdays) - set(WEEKDAY_SV):
        found["weekdays"] = "Välj minst en dag i veckan."
        return found
    if (told.day_starts is None) != (told.day_ends is None):
        missing = "day_ends" if told.day_ends is None else "day_starts"
        found[missing] = "Skriv både när dagen börjar och när den slutar, eller ingen av tiderna."
        return found
    is_open = told.hours_open
    if is_open is not None and is_open <= 0:
        found["day_ends"] = "Dagen ska sluta efter att den har börjat."
    elif is_open is not None and is_open < most and not found:
        found["hours_per_week_max"] = (
            f"Dagarna och tiderna räcker till {plain_number(is_open, 1, is_trimmed=True)} timmar i veckan. "
            "Ändra dem, eller sänk det högsta antalet timmar."
        )
    return found


def _list_problems(told: Told) -> dict[str, str]:
    found: dict[str, str] = {}
    if set(told.adaptations) - set(Adaptation):
        found["adaptations"] = "Välj anpassningar ur listan."
    if set(told.languages) - set(LANGUAGE_SV):
        found["languages"] = "Välj språk ur listan."
    if set(told.demands) - set(Demand):
        found["demands"] = "Välj krav ur listan."
    return found
