"""A cell of a file of places: how it is written, how it is read, and what is said of one that will not do."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from difflib import get_close_matches
from typing import Any

from enterprises.places.offer_rules import Told
from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, WEEKDAY_SV

COLUMN_SV = {
    "id": "Nummer",
    "revision": "Version",
    "site": "Arbetsställe",
    "ssyk": "SSYK",
    "name": "Plats",
    "tasks_sv": "Beskrivning",
    "tasks": "Uppgifter",
    "rotates": "Växlar mellan uppgifter",
    "seats": "Antal platser",
    "hours_per_week_min": "Minst timmar",
    "hours_per_week_max": "Högst timmar",
    "weekdays": "Dagar",
    "day_starts": "Börjar",
    "day_ends": "Slutar",
    "lead_time_days": "Framförhållning dagar",
    "demands": "Krav",
    "adaptations": "Kan anpassas",
    "languages": "Språk",
}
"""Columns in the order of the export. Others are left unread."""

COLUMN_HELP_SV = {
    "id": "Platsens nummer. Tomt för en ny plats.",
    "revision": "Följer med från exporten, så att ingen skriver över det som någon annan har ändrat sedan dess.",
    "site": "Arbetsställets namn, så som ni har lagt upp det.",
    "ssyk": "Yrkets fyra siffror i yrkesregistret.",
    "tasks": "Med | mellan.",
    "rotates": "ja eller nej.",
    "seats": "För nya platser. Antalet på en plats som finns ändras på platsens sida.",
    "weekdays": "mån-fre, eller mån, ons, fre.",
    "day_starts": "8.30. Tomt om det varierar.",
    "day_ends": "15.00. Tomt om det varierar.",
    "demands": "Orden i listan, med | mellan.",
    "adaptations": "Orden i listan, med | mellan.",
    "languages": "Orden i listan, med | mellan.",
}
_CODES: Mapping[str, Mapping[str, str]] = {
    "demands": {str(code): label for code, label in DEMAND_SV.items()},
    "adaptations": {str(code): label for code, label in ADAPTATION_SV.items()},
    "languages": LANGUAGE_SV,
}

Cells = dict[str, str]


def unknown_sv(where: str, typed: str, known: Iterable[str]) -> str:
    near = get_close_matches(typed.casefold(), [one.casefold() for one in known], n=1)
    shown = typed if len(typed) <= 60 else f"{typed[:60]}…"
    meant = f" Menade du {next(one for one in known if one.casefold() == near[0])}?" if near else ""
    return f"{shown} finns inte {where}.{meant}"


def _words(text: str) -> str:
    return text


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError("Skriv ett helt tal.")
    return int(text)


def _yes(text: str) -> bool:
    answer = text.casefold()
    if answer in {"ja", "j", "x", "1", "sant"}:
        return True
    if answer in {"nej", "n", "", "0", "falskt"}:
        return False
    raise ValueError("Skriv ja eller nej.")


def read_clock(text: str) -> time | None:
    """ "8", "8.30", "08:30" and "0830". Raises ValueError with what to write."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,2})(?:[.:]?(\d{2}))?(?::00)?", text.strip(), re.ASCII)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise ValueError("Skriv klockslaget som 8.30.")
    return time(int(found[1]), int(found[2] or 0))


_DAYS = {name[:3]: number for number, name in WEEKDAY_SV.items()}


def _weekdays(text: str) -> tuple[int, ...]:
    """ "mån-fre" and "mån, ons, fre"."""
    days: set[int] = set()
    for part in re.split(r"[,;|/]|\s+och\s+|\s+", text.casefold()):
        if not part:
            continue
        ends = [
            _DAYS.get(end[:3], int(end) if end in "1234567" else 0) for end in re.split(r"[-–]", part) if end
        ]
        if not ends or len(ends) > 2 or 0 in ends or ends[0] > ends[-1]:
            raise ValueError("Skriv dagarna som mån-fre, eller mån, ons, fre.")
        days |= set(range(ends[0], ends[-1] + 1))
    return tuple(sorted(days))


def _tasks(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(task.strip() for task in re.split(r"[|\n]", text) if task.strip()))


def _codes(key: str) -> Callable[[str], tuple[str, ...]]:
    labels = {label.casefold(): code for code, label in _CODES[key].items()} | {
        code: code for code in _CODES[key]
    }

    def read(text: str) -> tuple[str, ...]:
        typed = [part.strip() for part in re.split(r"[|\n]", text) if part.strip()]
        for part in typed:
            if part.casefold() not in labels:
                raise ValueError(unknown_sv("i listan", part, _CODES[key].values()))
        return tuple(sorted({labels[part.casefold()] for part in typed}))

    return read


READERS: Mapping[str, Callable[[str], Any]] = {
    "name": _words,
    "tasks_sv": _words,
    "tasks": _tasks,
    "rotates": _yes,
    "hours_per_week_min": _whole,
    "hours_per_week_max": _whole,
    "weekdays": _weekdays,
    "day_starts": read_clock,
    "day_ends": read_clock,
    "lead_time_days": _whole,
    **{key: _codes(key) for key in _CODES},
}


def cells_of(told: Told) -> Cells:
    """What the export writes of it, and the import reads as the same."""

    def labels(key: str) -> str:
        return " | ".join(label for code, label in _CODES[key].items() if code in getattr(told, key))

    def clock(at: time | None) -> str:
        return f"{at.hour}.{at.minute:02}" if at else ""

    return {
        "name": told.name,
        "tasks_sv": told.tasks_sv,
        "tasks": " | ".join(told.tasks),
        "rotates": "ja" if told.rotates else "nej",
        "hours_per_week_min": str(told.hours_per_week_min),
        "hours_per_week_max": str(told.hours_per_week_max),
        "weekdays": ", ".join(WEEKDAY_SV[day][:3] for day in told.weekdays),
        "day_starts": clock(told.day_starts),
        "day_ends": clock(told.day_ends),
        "lead_time_days": str(told.lead_time_days),
        "demands": labels("demands"),
        "adaptations": labels("adaptations"),
        "languages": labels("languages"),
    }
