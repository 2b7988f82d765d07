"""The week as a form: hours and kind for every participant and day, in one submit. And forms of a single day."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.clock import today
from marketplace.errors import DomainError
from marketplace.web.fields import HoursField
from marketplace.web.forms import BaseForm, FormError, one_of
from placements.attendance.absence_rules import OWN_REPORTED_SV, REPORTED_SV
from placements.attendance.rules import LONGEST_REASON, AttendanceEntry, AttendanceKind, Stands
from placements.attendance.week_rules import (
    CLOSED_WHY_SV,
    DAY_CHOICE_SV,
    DayChoice,
    GridDay,
    read_day,
    said,
    told_sv,
)


class DayForm(BaseForm):
    """One participant's day."""

    class Meta(BaseForm.Meta):
        csrf = False  # the week has it

    hours = HoursField("Timmar")
    kind = SelectField("Närvaro", choices=one_of(DAY_CHOICE_SV), coerce=DayChoice)
    shown = HiddenField()
    """What the page showed of the day before anything was typed."""

    def show(self, day: GridDay) -> None:
        """As it stands now, whatever was typed."""
        self.hours.process(None, day.shown_hours)
        self.kind.process(None, day.shown_choice)
        self.shown.process(None, day.shown)

    @property
    def is_asked(self) -> bool:
        """Whether the day has something in it to look at."""
        return bool(self.hours.raw_data and self.hours.raw_data[0]) or bool(
            self.hours.data
            or self.kind.data != DayChoice.NO_TRAINING
            or self.hours.errors
            or self.kind.errors
        )


class WeekForm(BaseForm):
    """Every open day of a week. `names`: how each placement is called in the list of errors."""

    def __init__(self, days: Sequence[GridDay], names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._names = names
        self._days = days
        self.cells: dict[str, DayForm] = {day.name: _day_form(day) for day in days if day.is_open}
        self.entries: list[AttendanceEntry] = []
        self.no_training: dict[tuple[int, date], Decimal] = {}
        """The days that are without training, with the hours that were planned."""

    @property
    def stood(self) -> dict[tuple[int, date], Stands]:
        """What stood when the days were read."""
        return {(day.placement_id, day.day): day.stands for day in self._days}

    def validate(self, extra_validators: Any = None) -> bool:
        """Reads every day that the page showed; what cannot be used says so beside it."""
        is_valid = super().validate(extra_validators)
        for day in self._days:
            if f"{day.name}-shown" not in request.form:
                if day.is_open:
                    self.cells[day.name].show(day)
            elif day.closed is None:
                self._read(day, self.cells[day.name])
            else:
                self._refuse(day, CLOSED_WHY_SV[day.closed])
        return is_valid and not self.has_errors()

    def _read(self, day: GridDay, cell: DayForm) -> None:
        if not cell.validate():
            return
        is_behind, typed = cell.shown.data != day.shown, said(cell.kind.data, cell.hours.data)
        if is_behind and typed == cell.shown.data:
            cell.show(day)  # changed elsewhere since, and not touched here
            return
        try:
            entry = read_day(day, cell.kind.data, cell.hours.data, today())
        except DomainError as error:
            cell.hours.errors = [*cell.hours.errors, error.message_sv]
            return
        if is_behind and typed != day.shown:
            cell.shown.process(None, day.shown)
            cell.hours.errors = [*cell.hours.errors, told_sv(day)]
        elif entry is not None:
            self.entries.append(entry)
        else:
            self.no_training[day.placement_id, day.day] = day.planned_hours

    def _refuse(self, day: GridDay, why_sv: str) -> None:
        """A day that was closed after the page was opened: what was typed is told, not dropped in silence."""
        cell = _day_form(day)
        if said(cell.kind.data, cell.hours.data) != cell.shown.data:
            kind, hours = (request.form.get(f"{day.name}-{part}", "") for part in ("kind", "hours"))
            typed = f"{DAY_CHOICE_SV.get(kind, kind)} {hours}"  # type: ignore[call-overload]
            who = self._names[day.placement_id]
            self.form_errors.append(f"{who}, {day.label_sv}: {why_sv} Inte sparat: {typed.strip()}.")

    def error_list(self) -> list[FormError]:
        found = super().error_list()
        for day in self._days:
            cell = self.cells.get(day.name)
            if cell is None:
                continue
            label = f"{self._names[day.placement_id]}, {day.label_sv}"
            found += [
                FormError(str(box.id), label, str(message))
                for box in (cell.hours, cell.kind)
                for message in box.errors
            ]
        return found


def _day_form(day: GridDay) -> DayForm:
    shown = {"hours": day.shown_hours, "kind": day.shown_choice, "shown": day.shown}
    return DayForm(prefix=f"{day.name}-", data=shown)


class CorrectionForm(BaseForm):
    """What a day of an approved month says instead."""

    kind = SelectField(
        "Närvaro", choices=one_of(DAY_CHOICE_SV), coerce=DayChoice, validators=[DataRequired()]
    )
    hours = HoursField(
        "Timmar", description="Vid frånvaro på en dag utan planerade timmar: de som skulle ha varit."
    )
    reason_sv = TextAreaField(
        "Varför rättas dagen?",
        validators=[DataRequired(), Length(max=LONGEST_REASON)],
        description="Läses av handläggaren och samordnaren. Skriv inget om deltagarens hälsa.",
    )
    shown = HiddenField()


class AbsenceForm(BaseForm):
    """Who does not come today, as the supervisor writes it down. The choices of `placement_id` are set by the view."""

    placement_id = RadioField("Vem?", validators=[DataRequired()], coerce=int, validate_choice=True)
    kind = RadioField(
        "Varför?", choices=one_of(REPORTED_SV), coerce=AttendanceKind, validators=[DataRequired()]
    )


class OwnAbsenceForm(BaseForm):
    kind = RadioField(
        "Varför?", choices=one_of(OWN_REPORTED_SV), coerce=AttendanceKind, validators=[DataRequired()]
    )
