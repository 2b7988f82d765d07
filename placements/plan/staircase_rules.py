"""The plan's extent as a staircase: hours, days and weekdays by period, and the hours that this gives each day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from enterprises.places.rules import WEEKDAY_SV, WORKWEEK
from marketplace.errors import Invalid
from marketplace.reference.rules import is_working_day
from marketplace.swedish import plain_hours
from placements.booking.change_rules import Extent, extent_on
from placements.participants.rules import check_extent

MAX_STEPS = 6
_FRIDAY = 5
_QUARTER = Decimal("0.25")
_DAY = timedelta(days=1)

Changes = Sequence[tuple[date, Extent]]
"""Changes of the placement's extent, with the days from which they hold."""


@dataclass(frozen=True)
class Step:
    """How much from a day on. No weekdays: as the workplace and the participant find best."""

    from_day: date
    hours_per_week: Decimal
    days_per_week: int
    weekdays: tuple[int, ...] = ()

    @property
    def extent(self) -> Extent:
        return Extent(self.hours_per_week, self.days_per_week)


@dataclass(frozen=True)
class Bounds:
    """What a staircase has to keep inside: the placement's days and its agreed extent, and the place's weekdays."""

    first_day: date
    last_day: date
    at_first: Extent
    changed: tuple[tuple[date, Extent], ...] = ()
    weekdays: tuple[int, ...] = WORKWEEK

    def extent_on(self, day: date) -> Extent:
        return extent_on(day, self.at_first, self.changed)


def spread_hours(hours_per_week: Decimal, days: int) -> list[Decimal]:
    """A week's hours on `days` days, in whole quarters and longest first; the sum is exact."""
    quarters = int((hours_per_week / _QUARTER).to_integral_value(ROUND_DOWN))
    each, left = divmod(quarters, days)
    spread = [(each + (number < left)) * _QUARTER for number in range(days)]
    spread[-1] += hours_per_week - quarters * _QUARTER
    return spread


def tidy_steps(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The same steps with each weekday once, in order."""
    return tuple(replace(step, weekdays=tuple(sorted(set(step.weekdays)))) for step in steps)


def check_steps(steps: Sequence[Step], bounds: Bounds, today: date) -> None:
    """Raises Invalid beside the field `steps-N-…` for what is out of order or outside the placement.

    What is over already may be as it was: a placement's extent may have been made smaller since.
    """
    if not 1 <= len(steps) <= MAX_STEPS:
        raise Invalid(f"Ange minst ett och högst {MAX_STEPS} steg.", field="steps-0-hours_per_week")
    for number, step in enumerate(steps):
        following = steps[number + 1].from_day if number + 1 < len(steps) else None
        try:
            _check_day(step, steps[number - 1] if number else None, bounds)
            check_extent(step.hours_per_week, step.days_per_week)
            _check_weekdays(step, bounds)
            last = max(step.from_day, following - _DAY) if following else bounds.last_day
            if last >= today:
                _check_within(step, max(step.from_day, today), last, bounds)
        except Invalid as error:
            raise Invalid(error.message_sv, field=f"steps-{number}-{error.field}") from None


def _check_day(step: Step, before: Step | None, bounds: Bounds) -> None:
    if before is None and step.from_day != bounds.first_day:
        raise Invalid(f"Första steget börjar när placeringen börjar, {bounds.first_day}.", field="from_day")
    if not bounds.first_day <= step.from_day <= bounds.last_day:
        raise Invalid(
            f"{step.from_day} ligger utanför placeringen, som är {bounds.first_day} till {bounds.last_day}.",
            field="from_day",
        )
    if before is not None and step.from_day <= before.from_day:
        raise Invalid("Steget måste börja en senare dag än steget före.", field="from_day")


def _check_weekdays(step: Step, bounds: Bounds) -> None:
    if not step.weekdays:
        return
    if len(step.weekdays) != step.days_per_week:
        raise Invalid(
            f"Du har valt {len(step.weekdays)} veckodagar men skrivit {step.days_per_week} dagar i veckan. Välj lika "
            "många, eller inga alls.",
            field="weekdays",
        )
    closed = [WEEKDAY_SV[day] for day in step.weekdays if day not in bounds.weekdays]
    if closed:
        raise Invalid(f"Platsen tar inte emot på {' och '.join(closed)}.", field="weekdays")


def _check_within(step: Step, first: date, last: date, bounds: Bounds) -> None:
    """Never above what is agreed for the placement, on any day that the step is for."""
    starts = [first, *(day for day, _ in bounds.changed if first < day <= last)]
    for day in sorted(starts):
        agreed = bounds.extent_on(day)
        if step.hours_per_week > agreed.hours_per_week:
            limit = plain_hours(agreed.hours_per_week)
            raise Invalid(
                f"Placeringen är på {limit} timmar i veckan från {_since(day, bounds)}. Planen kan ha färre timmar, "
                "men inte fler.",
                field="hours_per_week",
            )
        if step.days_per_week > agreed.days_per_week:
            raise Invalid(
                f"Placeringen är på {agreed.days_per_week} dagar i veckan från {_since(day, bounds)}. Planen kan ha "
                "färre dagar, men inte fler.",
                field="days_per_week",
            )


def _since(day: date, bounds: Bounds) -> date:
    """From when the extent of the day has held."""
    return max((changed for changed, _ in bounds.changed if changed <= day), default=bounds.first_day)


def step_on(day: date, steps: Sequence[Step], agreed_on: date, bounds: Bounds) -> Step:
    """What holds on the day: the plan's step, never above the placement's extent. A change of extent from a later day
    than both the plan's agreement and the step decides until there is a new plan, or a next step."""
    step = max((one for one in steps if one.from_day <= day), key=lambda one: one.from_day, default=None)
    agreed = bounds.extent_on(day)
    since = _since(day, bounds)
    if step is None or since > max(agreed_on, step.from_day):
        weekdays = step.weekdays if step and len(step.weekdays) == agreed.days_per_week else ()
        return Step(since, agreed.hours_per_week, agreed.days_per_week, weekdays)
    return replace(step, hours_per_week=min(step.hours_per_week, agreed.hours_per_week))


def hours_of_days(
    first: date, last: date, steps: Sequence[Step], agreed_on: date, bounds: Bounds
) -> dict[date, Decimal]:
    """Planned hours of each day from first to last that has any. A public holiday has none, and its hours are not
    moved to another day."""
    found: dict[date, Decimal] = {}
    day, end = max(first, bounds.first_day), min(last, bounds.last_day)
    turns = sorted({one.from_day for one in steps} | {changed for changed, _ in bounds.changed})
    while day <= end:
        until = min([end, *(turn - _DAY for turn in turns if turn > day)])
        hours = _hours_by_weekday(step_on(day, steps, agreed_on, bounds), bounds)
        while day <= until:
            weekday = day.isoweekday()
            if weekday in hours and (weekday > _FRIDAY or is_working_day(day)):
                found[day] = hours[weekday]
            day += _DAY
    return found


def _hours_by_weekday(step: Step, bounds: Bounds) -> dict[int, Decimal]:
    weekdays = step.weekdays or _first_of(bounds.weekdays, step.days_per_week)
    return dict(zip(weekdays, spread_hours(step.hours_per_week, len(weekdays)), strict=True))


def _first_of(weekdays: Collection[int], days: int) -> tuple[int, ...]:
    return tuple(sorted(weekdays or WORKWEEK)[:days])
