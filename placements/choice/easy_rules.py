"""Places in easy-to-read Swedish: short sentences, one thing at a time, no codes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from enterprises.places.offer_rules import says_more
from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, SITE_ACCESS_SV
from marketplace.reference.rules import spoken_day
from marketplace.swedish import plain_number

_WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_FEWEST_IN_A_RUN = 3

MOST_WORDS = 15
"""Words in a sentence of our own, on any page that is written for participants."""


def listed(words: Sequence[str], last: str = "och") -> str:
    """["a", "b", "c"] → "a, b och c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def weekdays_sv(days: Iterable[int]) -> str:
    """ISO weekdays as they are said: "måndag till fredag", "måndag, tisdag och torsdag"."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said: list[str] = []
    for run in runs:
        names = [_WEEKDAYS[day - 1] for day in run]
        said += [f"{names[0]} till {names[-1]}"] if len(run) >= _FEWEST_IN_A_RUN else names
    return listed(said)


def clock_sv(moment: time) -> str:
    """8:00 → "8", 15:30 → "15.30"."""
    return f"{moment.hour}.{moment.minute:02}" if moment.minute else str(moment.hour)


def week_sv(hours: Decimal, days: int) -> str:
    """How much it is, as one sentence."""
    often = f"{plain_number(hours, 2, is_trimmed=True)} {'timme' if hours == 1 else 'timmar'}"
    return f"Du är där {days} {'dag' if days == 1 else 'dagar'} i veckan, {often} i veckan."


def tasks_of(tasks: Sequence[str], tasks_sv: str) -> list[str]:
    """The tasks, one a line: those listed, else the lines of what the supplier has written."""
    return list(tasks) or [line.strip(" -•*\t") for line in tasks_sv.splitlines() if line.strip(" -•*\t")]


EASY_WORDS: Mapping[str, Any] = {
    "ADAPTATION_SV": ADAPTATION_SV,
    "DEMAND_SV": DEMAND_SV,
    "LANGUAGE_SV": LANGUAGE_SV,
    "SITE_ACCESS_SV": SITE_ACCESS_SV,
    "clock_sv": clock_sv,
    "listed": listed,
    "says_more": says_more,
    "spoken_day": spoken_day,
    "tasks_of": tasks_of,
    "week_sv": week_sv,
    "weekdays_sv": weekdays_sv,
}
"""What the templates of easy pages say things with."""
