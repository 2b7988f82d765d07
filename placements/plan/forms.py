"""The form of an activity plan: rows for steps, goals, tasks and contacts, always with one to spare."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from enterprises.places.rules import WEEKDAY_SV
from marketplace.errors import DomainError
from marketplace.web.fields import CheckboxesField, DateFieldSv, HoursField
from marketplace.web.forms import BaseForm, FormError, one_of, or_none
from marketplace.web.messages import SwedishMessages
from placements.plan.content_rules import (
    LONGEST_LINE,
    LONGEST_TEXT,
    LONGEST_WISH,
    MAX_CONTACTS,
    MAX_FOLLOW_UPS,
    MAX_GOALS,
    MAX_PERIODS,
    ContactPerson,
    Goal,
    PlanContent,
    TaskPeriod,
)
from placements.plan.staircase_rules import MAX_STEPS, Step

_MESSAGES = SwedishMessages()
_LINE = [Length(max=LONGEST_LINE)]
_MOST = {"steps": MAX_STEPS, "goals": MAX_GOALS, "periods": MAX_PERIODS, "contacts": MAX_CONTACTS}
_ROW_SV = {"steps": "Steg", "periods": "Byte", "contacts": "Kontaktperson"}


class Row(Form):
    """A row among others. Empty ones are passed over."""

    class Meta(Form.Meta):  # type: ignore[misc]  # WTForms gives it no type
        def get_translations(self, form: Any) -> SwedishMessages:
            return _MESSAGES

    @property
    def is_empty(self) -> bool:
        return not any(str(text).strip() for field in self for text in field.raw_data or ())

    def require(self, **messages: str) -> bool:
        """Whether the boxes are filled in; says so beside those that are not."""
        lacking = [name for name in messages if self[name].data in (None, "") and not self[name].errors]
        for name in lacking:
            self[name].errors = [messages[name]]
        return not lacking


class StepRow(Row):
    from_day = DateFieldSv("Från och med", validators=[Optional()])
    hours_per_week = HoursField("Timmar i veckan", validators=[Optional()])
    days_per_week = IntegerField("Dagar i veckan", validators=[Optional(), NumberRange(1, 5)])
    weekdays = CheckboxesField("Veckodagar", choices=one_of(WEEKDAY_SV))

    def is_whole(self) -> bool:
        return self.require(
            from_day="Skriv från vilken dag.",
            hours_per_week="Skriv hur många timmar i veckan.",
            days_per_week="Skriv hur många dagar i veckan.",
        )


class GoalRow(Row):
    text_sv = StringField("Mål", validators=_LINE)
    sign_sv = StringField("Så märker vi det", validators=_LINE)


class PeriodRow(Row):
    from_day = DateFieldSv("Från och med", validators=[Optional()])
    text_sv = StringField("Uppgifter", validators=_LINE)
    ssyk = SelectField("Yrke", coerce=or_none(str), validate_choice=False)

    def is_whole(self) -> bool:
        return self.require(from_day="Skriv från vilken dag.")


class ContactRow(Row):
    name = StringField("Namn", validators=_LINE)
    role_sv = StringField("Roll", validators=_LINE)
    phone = TelField("Telefon", validators=_LINE)
    email = EmailField("E-post", validators=_LINE)


class PlanForm(BaseForm):
    saves = HiddenField()
    steps = FieldList(FormField(StepRow), max_entries=MAX_STEPS)
    tasks_sv = TextAreaField(
        "Arbetsuppgifter", validators=[Length(max=LONGEST_TEXT)], description="Vad deltagaren ska göra."
    )
    periods = FieldList(FormField(PeriodRow), max_entries=MAX_PERIODS)
    goals = FieldList(FormField(GoalRow), max_entries=MAX_GOALS)
    adaptations_sv = TextAreaField(
        "Anpassningar",
        validators=[Length(max=LONGEST_TEXT)],
        description="Vad arbetsplatsen gör för att det ska fungera. Skriv inget om diagnoser.",
    )
    contacts = FieldList(FormField(ContactRow), max_entries=MAX_CONTACTS)
    absence_sv = TextAreaField(
        "Vid frånvaro",
        validators=[Length(max=LONGEST_TEXT)],
        description="Vad deltagaren gör och vad ni gör. Texten vänder sig till deltagaren.",
    )
    keeps_absence = BooleanField("Börja våra nästa planer med den här texten")
    follow_up_1 = DateFieldSv("Uppföljning 1", validators=[Optional()])
    follow_up_2 = DateFieldSv("Uppföljning 2", validators=[Optional()])
    follow_up_3 = DateFieldSv("Uppföljning 3", validators=[Optional()])
    follow_up_4 = DateFieldSv("Uppföljning 4", validators=[Optional()])
    follow_up_5 = DateFieldSv("Uppföljning 5", validators=[Optional()])
    follow_up_6 = DateFieldSv("Uppföljning 6", validators=[Optional()])

    def __init__(self, *, weekdays: Sequence[int], trades: Mapping[str, str], **kwargs: Any) -> None:
        """`weekdays`: those that the place takes someone on; `trades`: to choose from, by code."""
        super().__init__(**kwargs)
        self._trades = frozenset(trades)
        for row in self.rows("steps"):
            row.weekdays.choices = one_of({day: WEEKDAY_SV[day].capitalize() for day in weekdays})
        for box in self._needed():
            box.flags.required = True
        for number, row in enumerate(self.rows("goals"), start=1):
            row.text_sv.label.text, row.sign_sv.label.text = f"Mål {number}", f"Så märker vi mål {number}"
        for row in self.rows("periods"):
            row.ssyk.choices = one_of(trades, blank="Inget särskilt")

    def _needed(self) -> Iterator[Field]:
        """The boxes that a plan cannot be proposed without; a draft may lack them."""
        yield from (self.tasks_sv, self.absence_sv)
        for rows, names in (
            (self.rows("steps"), ("from_day", "hours_per_week", "days_per_week")),
            (self.rows("goals"), ("text_sv", "sign_sv")),
            (self.rows("contacts"), ("name",)),
        ):
            for number, row in enumerate(rows):
                if number == 0 or row[names[0]].data:
                    yield from (row[name] for name in names)

    def rows(self, name: str) -> list[Any]:
        return [entry.form for entry in self[name].entries]

    @property
    def follow_ups(self) -> list[Field]:
        return [self[f"follow_up_{number + 1}"] for number in range(MAX_FOLLOW_UPS)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it can be read as a plan, also when it is not all there."""
        is_valid = super().validate(extra_validators)
        for name in ("steps", "periods"):
            for row in self._filled(name):
                is_valid = row.is_whole() and is_valid
        for row in self._filled("periods"):
            if row.ssyk.data and row.ssyk.data not in self._trades:
                row.ssyk.errors, is_valid = ["Välj ett yrke i listan."], False
        return is_valid

    def content(self) -> PlanContent:
        """What was typed, for a form that is valid."""
        return PlanContent(
            steps=tuple(
                Step(
                    row.from_day.data,
                    row.hours_per_week.data or Decimal(0),
                    row.days_per_week.data or 0,
                    tuple(int(day) for day in row.weekdays.data or ()),
                )
                for row in self._filled("steps")
            ),
            tasks_sv=self.tasks_sv.data or "",
            goals=tuple(
                Goal(row.text_sv.data or "", row.sign_sv.data or "") for row in self._filled("goals")
            ),
            periods=tuple(
                TaskPeriod(row.from_day.data, row.text_sv.data or "", row.ssyk.data or None)
                for row in self._filled("periods")
            ),
            adaptations_sv=self.adaptations_sv.data or "",
            contacts=tuple(
                ContactPerson(
                    row.name.data or "", row.role_sv.data or "", row.phone.data or "", row.email.data or ""
                )
                for row in self._filled("contacts")
            ),
            follow_up_dates=tuple(sorted({box.data for box in self.follow_ups if box.data})),
            absence_sv=self.absence_sv.data or "",
        )

    def _filled(self, name: str) -> list[Any]:
        """The rows that say something, in the order of a plan."""
        rows = [row for row in self.rows(name) if not row.is_empty]
        if name == "periods":
            rows.sort(key=lambda row: row.from_day.data or date.max)
        return rows

    def _box(self, name: str) -> Field | None:
        """The box of what a plan calls `steps-0-from_day`: its own rows are counted without the empty ones."""
        head, _, rest = name.partition("-")
        if head in _MOST:
            number, _, part = rest.partition("-")
            filled = self._filled(head) or self.rows(head)
            found: Field | None = filled[int(number)][part] if int(number) < len(filled) else None
            return found
        if head.startswith("follow_up_"):
            days = sorted({box.data for box in self.follow_ups if box.data})
            number_of = int(head.removeprefix("follow_up_")) - 1
            boxes = [box for box in self.follow_ups if number_of < len(days) and box.data == days[number_of]]
            return boxes[0] if boxes else self.follow_ups[0]
        box: Field | None = self._fields.get(name)
        return box

    def add_error(self, error: DomainError) -> None:
        box = self._box(error.field) if error.field else None
        if box is None:
            super().add_error(error)
        else:
            box.errors = [*box.errors, error.message_sv]

    def error_list(self) -> list[FormError]:
        """Every error with its own box, also in rows: "Steg 2, timmar i veckan"."""
        found = [FormError("", "", message) for message in self.form_errors]
        for label, box in self._boxes():
            control = f"{box.id}-0" if isinstance(box, CheckboxesField) else str(box.id)
            found += [FormError(control, label, message) for message in box.errors]
        return found

    def _boxes(self) -> Iterator[tuple[str, Field]]:
        for field in self:
            if field.name in _MOST:
                for number, row in enumerate(self.rows(field.name), start=1):
                    for box in row:
                        where = f"{_ROW_SV[field.name]} {number}, " if field.name in _ROW_SV else ""
                        yield f"{where}{box.label.text.lower() if where else box.label.text}", box
            elif field.name != "csrf_token":
                yield field.label.text, field


def prefilled(content: PlanContent, saves: int) -> dict[str, Any]:
    """A form's data out of a plan, with an empty row after those that are filled in."""
    data: dict[str, Any] = {
        "saves": str(saves),
        "tasks_sv": content.tasks_sv,
        "adaptations_sv": content.adaptations_sv,
        "absence_sv": content.absence_sv,
        "steps": [vars(step) | {"weekdays": [str(day) for day in step.weekdays]} for step in content.steps],
        "goals": [vars(goal) for goal in content.goals],
        "periods": [vars(period) for period in content.periods],
        "contacts": [vars(contact) for contact in content.contacts],
    }
    for name, most in _MOST.items():
        data[name] += [{}] * (len(data[name]) < most)
    days = content.follow_up_dates[:MAX_FOLLOW_UPS]
    return data | {f"follow_up_{number + 1}": day for number, day in enumerate(days)}


class WitnessForm(BaseForm):
    """The witness says how the participant agreed."""

    is_read = BooleanField(
        "Jag har gått igenom planen med deltagaren, och deltagaren godkänner den.",
        validators=[DataRequired(message="Bocka i rutan när ni har gått igenom planen tillsammans.")],
    )


class WishForm(BaseForm):
    text_sv = TextAreaField(
        "Vad ska ändras?",
        validators=[DataRequired(message="Skriv vad som ska ändras."), Length(max=LONGEST_WISH)],
    )
