"""What a plan may say, its staircase day by day, and how two versions differ."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.errors import Invalid
from marketplace.procurement.comparison_rules import Kind
from placements.booking.change_rules import Extent
from placements.plan.content_rules import (
    ContactPerson,
    Goal,
    PlanContent,
    TaskPeriod,
    check_draft,
    missing_parts,
    tidy,
)
from placements.plan.difference_rules import differences
from placements.plan.own_rules import easy_step_sv, summary_sv
from placements.plan.staircase_rules import Bounds, Step, hours_of_days, spread_hours

FIRST, LAST = date(2026, 3, 2), date(2026, 8, 28)
MAY = date(2026, 5, 4)
BOUNDS = Bounds(FIRST, LAST, Extent(Decimal(20), 4))
STEP = Step(FIRST, Decimal(20), 4)
PLAN = PlanContent(
    steps=(STEP,),
    tasks_sv="Sy",
    goals=(Goal("Kommer i tid", "Närvaron visar det"),),
    contacts=(ContactPerson("Hans"),),
    follow_up_dates=(date(2026, 4, 1),),
    absence_sv="Ring.",
)


def refused(content: PlanContent, bounds: Bounds = BOUNDS, today: date = FIRST) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        check_draft(tidy(content), bounds, today)
    return caught.value.field or "", caught.value.message_sv


def test_a_whole_plan_lacks_nothing() -> None:
    check_draft(PLAN, BOUNDS, FIRST)
    assert missing_parts(PLAN) == {}


@pytest.mark.parametrize(
    ("changes", "box"),
    [
        ({"tasks_sv": ""}, "tasks_sv"),
        ({"goals": ()}, "goals-0-text_sv"),
        ({"goals": (Goal("Ett", ""),)}, "goals-0-sign_sv"),
        ({"goals": (Goal("Ett", "Så"), Goal("", "Så"))}, "goals-1-text_sv"),
        ({"contacts": ()}, "contacts-0-name"),
        ({"absence_sv": ""}, "absence_sv"),
    ],
)
def test_a_half_written_draft_is_kept_and_says_what_it_lacks(changes: dict[str, object], box: str) -> None:
    half = replace(PLAN, **changes)  # type: ignore[arg-type]
    check_draft(half, BOUNDS, FIRST)
    assert list(missing_parts(half)) == [box]


@pytest.mark.parametrize(
    ("steps", "box"),
    [
        ((), "steps-0-hours_per_week"),
        ((replace(STEP, hours_per_week=Decimal(25)),), "steps-0-days_per_week"),
        ((replace(STEP, hours_per_week=Decimal(21)),), "steps-0-hours_per_week"),
        ((replace(STEP, hours_per_week=Decimal(168)),), "steps-0-hours_per_week"),
        ((replace(STEP, hours_per_week=Decimal(0)),), "steps-0-hours_per_week"),
        ((replace(STEP, days_per_week=1),), "steps-0-days_per_week"),
        ((replace(STEP, days_per_week=5),), "steps-0-days_per_week"),
        ((replace(STEP, from_day=MAY),), "steps-0-from_day"),
        ((STEP, replace(STEP, from_day=FIRST)), "steps-1-from_day"),
        ((STEP, replace(STEP, from_day=date(2026, 9, 1))), "steps-1-from_day"),
        ((replace(STEP, weekdays=(1, 2)),), "steps-0-weekdays"),
        ((replace(STEP, weekdays=(1, 2, 3, 6)),), "steps-0-weekdays"),
    ],
)
def test_a_staircase_outside_the_placement_is_refused(steps: tuple[Step, ...], box: str) -> None:
    if box == "steps-0-days_per_week" and steps[0].hours_per_week == 25:
        box = "steps-0-hours_per_week"
    assert refused(replace(PLAN, steps=steps))[0] == box


def test_never_above_the_extent_on_any_day() -> None:
    lower = replace(BOUNDS, changed=((MAY, Extent(Decimal(10), 2)),))
    box, message = refused(PLAN, lower)
    assert box == "steps-0-hours_per_week"
    assert "10 timmar i veckan från 2026-05-04" in message
    stairs = (STEP, Step(MAY, Decimal(10), 2))
    check_draft(replace(PLAN, steps=stairs), lower, FIRST)
    check_draft(replace(PLAN, steps=(STEP, replace(stairs[1], from_day=date(2026, 6, 1)))), BOUNDS, FIRST)
    was_higher = replace(BOUNDS, at_first=Extent(Decimal(10), 2), changed=((MAY, Extent(Decimal(20), 4)),))
    check_draft(PLAN, was_higher, MAY)  # what is over may be as it was


@pytest.mark.parametrize(
    ("changes", "box"),
    [
        ({"goals": tuple(Goal(letter, "Så") for letter in "abcdef")}, "goals-0-text_sv"),
        ({"goals": (Goal("x" * 301),)}, "goals-0-text_sv"),
        ({"adaptations_sv": "x" * 5001}, "adaptations_sv"),
        ({"follow_up_dates": (date(2027, 1, 1),)}, "follow_up_1"),
        ({"periods": (TaskPeriod(MAY, " "),)}, "periods-0-text_sv"),
        ({"periods": (TaskPeriod(date(2025, 1, 1), "Sy"),)}, "periods-0-from_day"),
        ({"contacts": (ContactPerson("", "Chef"),)}, "contacts-0-name"),
        ({"contacts": (ContactPerson("Bo", email="bo"),)}, "contacts-0-email"),
    ],
)
def test_what_cannot_be_kept_names_its_box(changes: dict[str, object], box: str) -> None:
    assert refused(replace(PLAN, **changes))[0] == box  # type: ignore[arg-type]


def test_text_in_any_script_and_a_pasted_table_are_text() -> None:
    plan = tidy(
        replace(PLAN, goals=(Goal("أتعلم", "学ぶ\tÖ\n2"),), tasks_sv="Dag\tUppgift\r\nMåndag\tSy 🧵\r\n")
    )
    check_draft(plan, BOUNDS, FIRST)
    assert plan.goals == (Goal("أتعلم", "学ぶ Ö 2"),)
    assert plan.tasks_sv == "Dag\tUppgift\r\nMåndag\tSy 🧵"


def test_hours_by_day_follow_the_stairs() -> None:
    steps = (Step(FIRST, Decimal(6), 2, (1, 3)), Step(date(2026, 3, 11), Decimal(15), 3, (1, 3, 4)))
    days = hours_of_days(FIRST, date(2026, 3, 15), steps, FIRST, BOUNDS)
    assert days == {
        date(2026, 3, 2): Decimal(3),
        date(2026, 3, 4): Decimal(3),
        date(2026, 3, 9): Decimal(3),
        date(2026, 3, 11): Decimal(5),
        date(2026, 3, 12): Decimal(5),
    }


def test_without_weekdays_the_places_own_and_no_holiday() -> None:
    bounds = replace(BOUNDS, weekdays=(2, 3, 4, 5))
    week = hours_of_days(date(2026, 3, 30), date(2026, 4, 5), [replace(STEP, days_per_week=4)], FIRST, bounds)
    assert list(week) == [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)]  # Good Friday has none
    assert set(week.values()) == {Decimal(5)}


def test_without_a_plan_the_extent_and_a_later_change_decides_until_the_next_step() -> None:
    lower = replace(BOUNDS, changed=((MAY, Extent(Decimal(8), 2)),))
    assert sum(hours_of_days(FIRST, date(2026, 3, 8), [], date.min, lower).values()) == 20
    stairs = [STEP, Step(date(2026, 6, 1), Decimal(20), 4)]
    first_week_of = [FIRST, MAY, date(2026, 6, 8)]
    sums = [
        sum(hours_of_days(day, date.fromordinal(day.toordinal() + 6), stairs, FIRST, lower).values())
        for day in first_week_of
    ]
    assert sums == [20, 8, 8]  # never above what is agreed for the placement
    higher = replace(BOUNDS, changed=((MAY, Extent(Decimal(30), 5)),))
    assert sum(hours_of_days(MAY, date(2026, 5, 10), [STEP], FIRST, higher).values()) == 30
    assert sum(hours_of_days(MAY, date(2026, 5, 10), [STEP], MAY, higher).values()) == 20


@pytest.mark.parametrize("agreed_on", [FIRST, date(2026, 5, 20)])
def test_all_days_at_once_are_as_each_by_itself(agreed_on: date) -> None:
    stairs = [
        STEP,
        Step(date(2026, 3, 11), Decimal(15), 3, (1, 3, 4)),
        Step(date(2026, 6, 1), Decimal(20), 4),
    ]
    bounds = replace(
        BOUNDS, changed=((date(2026, 6, 10), Extent(Decimal("5.5"), 3)), (MAY, Extent(Decimal(8), 2)))
    )
    days = [date.fromordinal(FIRST.toordinal() + number) for number in range(150)]
    each = [hours_of_days(day, day, stairs, agreed_on, bounds) for day in days]
    assert hours_of_days(days[0], days[-1], stairs, agreed_on, bounds) == {
        day: hours for one in each for day, hours in one.items()
    }


def test_hours_are_whole_quarters_and_exact() -> None:
    assert spread_hours(Decimal("10.1"), 3) == [Decimal("3.5"), Decimal("3.25"), Decimal("3.35")]


def test_differences_say_what_was_and_what_will_be() -> None:
    assert differences(PLAN, PLAN) == []
    after = replace(
        PLAN,
        steps=(replace(STEP, hours_per_week=Decimal(10)),),
        goals=(*PLAN.goals, Goal("Syr själv", "En kasse")),
    )
    extent, goals = differences(PLAN, after)
    assert (extent.title_sv, goals.title_sv) == ("Omfattning", "Mål")
    (line,) = extent.lines
    assert "".join(piece.text for piece in line.was) == "Från 2026-03-02: 20 timmar i veckan på 4 dagar"
    assert [piece.text for piece in line.now if piece.kind is Kind.ADDED] == ["10 "]
    (added,) = goals.lines
    assert added.was == ()
    assert "Syr själv" in added.now[0].text


def test_the_summary_is_easy_to_read() -> None:
    stairs = (Step(FIRST, Decimal("7.5"), 2, (1, 3)), Step(MAY, Decimal(20), 4))
    assert summary_sv(replace(PLAN, steps=stairs)) == [
        "Du är på arbetsplatsen 7,5 timmar på 2 dagar i veckan.",
        "Det ökar till 20 timmar på 4 dagar från måndag 4 maj.",
        "Planen har 1 mål.",
        "Ni ses och pratar om hur det går onsdag 1 april.",
    ]
    assert easy_step_sv(stairs[0]).endswith("i veckan, på måndag och onsdag.")
