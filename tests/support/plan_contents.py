"""What an activity plan says, for tests that need a whole one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from placements.plan.content_rules import ContactPerson, Goal, PlanContent
from placements.plan.staircase_rules import Step


def plan_content(
    first_day: date,
    hours_per_week: Any = 16,
    days_per_week: int = 4,
    *,
    goals: Iterable[str | Goal] = ("Kommer i tid fyra dagar av fem", "Syr en kasse själv"),
    **changes: Any,
) -> PlanContent:
    """A plan that can be proposed, with one step; a goal given as a text is seen in the attendance."""
    whole = {
        "steps": (Step(first_day, Decimal(hours_per_week), days_per_week),),
        "tasks_sv": "Sy kassar",
        "goals": tuple(
            goal if isinstance(goal, Goal) else Goal(goal, "Det syns i arbetet" * bool(goal))
            for goal in goals
        ),
        "adaptations_sv": "Egen arbetslampa",
        "contacts": (ContactPerson("Hans Handledare", "Handledare", "08-123 45 67"),),
        "absence_sv": "Ring Hans före klockan åtta.",
    }
    return PlanContent(**(whole | changes))
