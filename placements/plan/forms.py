"""The form of an activity plan: goals and follow-ups in boxes of their own."""

from datetime import date
from typing import Any

from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from marketplace.errors import DomainError
from marketplace.web.fields import DateFieldSv, HoursField
from marketplace.web.forms import BaseForm
from placements.plan.rules import MAX_FOLLOW_UPS, MAX_GOALS, PlanContent

_GOAL = [Length(max=300)]


class PlanForm(BaseForm):
    hours_per_week = HoursField("Timmar i veckan", validators=[DataRequired()])
    days_per_week = IntegerField("Dagar i veckan", validators=[DataRequired(), NumberRange(1, 5)])
    tasks_sv = TextAreaField(
        "Arbetsuppgifter",
        validators=[DataRequired(), Length(max=5000)],
        description="Vad deltagaren ska göra, och om uppgifterna byts efter hand.",
    )
    goal_1 = StringField(
        "Mål 1",
        validators=[DataRequired(), *_GOAL],
        description="Skriv så att ni ser när det är nått, till exempel: Kommer i tid fyra dagar av fem.",
    )
    goal_2 = StringField("Mål 2", validators=_GOAL)
    goal_3 = StringField("Mål 3", validators=_GOAL)
    goal_4 = StringField("Mål 4", validators=_GOAL)
    goal_5 = StringField("Mål 5", validators=_GOAL)
    adaptations_sv = TextAreaField(
        "Anpassningar",
        validators=[Length(max=5000)],
        description="Vad arbetsplatsen gör för att det ska fungera. Skriv inget om diagnoser.",
    )
    follow_up_1 = DateFieldSv("Uppföljning 1", validators=[Optional()])
    follow_up_2 = DateFieldSv("Uppföljning 2", validators=[Optional()])
    follow_up_3 = DateFieldSv("Uppföljning 3", validators=[Optional()])
    follow_up_4 = DateFieldSv("Uppföljning 4", validators=[Optional()])
    follow_up_5 = DateFieldSv("Uppföljning 5", validators=[Optional()])
    follow_up_6 = DateFieldSv("Uppföljning 6", validators=[Optional()])

    @property
    def goals(self) -> list[Any]:
        return [self[f"goal_{number + 1}"] for number in range(MAX_GOALS)]

    @property
    def follow_ups(self) -> list[Any]:
        return [self[f"follow_up_{number + 1}"] for number in range(MAX_FOLLOW_UPS)]

    def answers(self) -> dict[str, Any]:
        """What was typed, by the names of the service."""
        dates: list[date | None] = [box.data for box in self.follow_ups]
        return {
            "hours_per_week": self.hours_per_week.data,
            "days_per_week": self.days_per_week.data,
            "tasks_sv": self.tasks_sv.data,
            "goals": [box.data or "" for box in self.goals],
            "adaptations_sv": self.adaptations_sv.data or "",
            "follow_up_dates": [day for day in dates if day is not None],
        }

    def add_error(self, error: DomainError) -> None:
        """A refusal of the goals or follow-ups goes beside the first of their boxes."""
        boxes = {"goals": "goal_1", "follow_up_dates": "follow_up_1"}
        super().add_error(type(error)(error.message_sv, field=boxes.get(error.field or "", error.field)))


class WitnessForm(BaseForm):
    """The witness says how the participant agreed."""

    is_read = BooleanField(
        "Jag har gått igenom planen med deltagaren, och deltagaren godkänner den.",
        validators=[DataRequired(message="Bocka i rutan när ni har gått igenom planen tillsammans.")],
    )


def prefilled(content: PlanContent) -> dict[str, Any]:
    """A form's data out of a plan."""
    data: dict[str, Any] = {
        "hours_per_week": content.hours_per_week,
        "days_per_week": content.days_per_week,
        "tasks_sv": content.tasks_sv,
        "adaptations_sv": content.adaptations_sv,
    }
    data |= {f"goal_{number + 1}": goal for number, goal in enumerate(content.goals)}
    days = content.follow_up_dates[:MAX_FOLLOW_UPS]
    return data | {f"follow_up_{number + 1}": day for number, day in enumerate(days)}
