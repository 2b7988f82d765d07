"""Days, times and lists as they are said."""

from datetime import time
from decimal import Decimal

import pytest

from placements.choice.easy_rules import clock_sv, listed, tasks_of, week_sv, weekdays_sv


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([1, 2, 3, 4, 5], "måndag till fredag"),
        ([5, 1], "måndag och fredag"),
        ([1, 2], "måndag och tisdag"),
        ([1, 2, 4], "måndag, tisdag och torsdag"),
        ([1, 2, 3, 6], "måndag till onsdag och lördag"),
        ([7], "söndag"),
    ],
)
def test_weekdays(days: list[int], said: str) -> None:
    assert weekdays_sv(days) == said


def test_clock_and_lists() -> None:
    assert (clock_sv(time(8)), clock_sv(time(15, 30))) == ("8", "15.30")
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("", "a", "a, b och c")


def test_a_week() -> None:
    assert week_sv(Decimal(20), 4) == "Du är där 4 dagar i veckan, 20 timmar i veckan."
    assert week_sv(Decimal("7.50"), 1) == "Du är där 1 dag i veckan, 7,5 timmar i veckan."


def test_tasks_stand_one_a_line() -> None:
    assert tasks_of(["Så frön"], "Odlar.") == ["Så frön"]
    assert tasks_of([], "- Sy\n\n• Laga") == ["Sy", "Laga"]
