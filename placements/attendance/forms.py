"""The week as a form: hours and kind for every participant and day, in one submit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from wtforms import SelectField

from marketplace.errors import DomainError
from marketplace.web.fields import HoursField
from marketplace.web.forms import BaseForm, FormError, one_of
from placements.attendance.rules import (
    DAY_CHOICE_SV,
    LOCKED_SV,
    AttendanceEntry,
    DayChoice,
    GridDay,
    read_day,
)


class DayForm(BaseForm):
    """One participant's day."""

    class Meta(BaseForm.Meta):
        csrf = False  # the week has it

    hours = HoursField("Timmar")
    kind = SelectField("Närvaro", choices=one_of(DAY_CHOICE_SV), coerce=DayChoice)


class WeekForm(BaseForm):
    """Every open day of a week. `names`: how each placement is called in the list of errors."""

    def __init__(self, days: Sequence[GridDay], names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._names = names
        self._days = days
        self.cells: dict[str, DayForm] = {day.name: _day_form(day) for day in days if day.is_open}
        self.entries: list[AttendanceEntry] = []
        self.cleared: list[tuple[int, date]] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Reads every day; what cannot be used says so beside it."""
        is_valid = super().validate(extra_validators)
        for day in self._days:
            if day.is_open:
                self._read(day, self.cells[day.name])
            elif day.is_locked and f"{day.name}-hours" in request.form:
                self._refuse_locked(day)
        return is_valid and not self.has_errors()

    def _read(self, day: GridDay, cell: DayForm) -> None:
        if not cell.validate():
            return
        try:
            entry = read_day(day, cell.kind.data, cell.hours.data)
        except DomainError as error:
            cell.hours.errors = [*cell.hours.errors, error.message_sv]
            return
        if entry is not None:
            self.entries.append(entry)
        elif day.recorded is not None:
            self.cleared.append((day.placement_id, day.day))

    def _refuse_locked(self, day: GridDay) -> None:
        """A day that was invoiced after the page was opened: what was typed is told, not dropped in silence."""
        cell = _day_form(day)
        unchanged = cell.kind.data == day.shown_choice and cell.hours.data == day.shown_hours
        if not unchanged:
            who = self._names[day.placement_id]
            self.form_errors.append(f"{who}, {day.label_sv}: {LOCKED_SV} Ändringen är inte sparad.")

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
    return DayForm(prefix=f"{day.name}-", data={"hours": day.shown_hours, "kind": day.shown_choice})
