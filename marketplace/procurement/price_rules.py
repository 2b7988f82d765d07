"""The rows of a price list: their vocabulary, and what makes a list usable. How a row is said is in price_words.py.

Amounts are integer öre without VAT. What the rows pay is computed in the invoicing room; here is what may be promised.
Parameters are kept as JSON: hours and per cent as text, days and months as numbers, dates in ISO form.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class Component(StrEnum):
    """What is paid for."""

    START_FEE = "start_fee"
    DAY_RATE = "day_rate"
    HOURLY_RATE = "hourly_rate"
    MONTHLY_RATE = "monthly_rate"
    PAID_ABSENCE = "paid_absence"
    REPORT_FEE = "report_fee"
    RESULT_FEE = "result_fee"
    INDEX = "index"


COMPONENT_SV: dict[Component, str] = {
    Component.START_FEE: "Startersättning",
    Component.DAY_RATE: "Dagersättning",
    Component.HOURLY_RATE: "Timersättning",
    Component.MONTHLY_RATE: "Månadsersättning",
    Component.PAID_ABSENCE: "Ersättning vid giltig frånvaro",
    Component.REPORT_FEE: "Slutersättning",
    Component.RESULT_FEE: "Resultatersättning",
    Component.INDEX: "Index",
}

RATES = frozenset({Component.DAY_RATE, Component.HOURLY_RATE, Component.MONTHLY_RATE})
FEES = frozenset({Component.START_FEE, Component.REPORT_FEE, Component.RESULT_FEE})


class DayPart(StrEnum):
    WHOLE = "whole"
    HALF = "half"
    PART = "part"


DAY_PART_SV: dict[DayPart, str] = {DayPart.WHOLE: "heldag", DayPart.HALF: "halvdag", DayPart.PART: "deldag"}


class MonthBasis(StrEnum):
    STARTED = "started"
    FULL = "full"


MONTH_BASIS_SV = {MonthBasis.STARTED: "varje påbörjad månad", MonthBasis.FULL: "bara hela månader"}


@dataclass(frozen=True)
class PriceDraft:
    """One row of a price list."""

    component: str
    support_level: str | None = None
    day_part: str | None = None
    amount_ore: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PriceSettings:
    """What holds for a whole list, gathered from its rows' parameters."""

    whole_from_hours: Decimal = Decimal(6)
    half_from_hours: Decimal = Decimal(3)
    start_after_run_days: int = 0
    month_basis: MonthBasis = MonthBasis.STARTED
    is_month_prorated: bool = False
    month_from_run_day: int = 1
    is_absence_paid: bool = False
    absence_max_in_a_row: int | None = None
    absence_max_in_a_month: int | None = None
    is_absence_reported_same_day: bool = True
    late_report_ore: int = 0
    result_after_months: int = 6
    index_steps: tuple[tuple[date, Decimal], ...] = ()


def with_settings(lines: Iterable[PriceDraft], settings: PriceSettings) -> list[PriceDraft]:
    """Amounts and settings together as the rows to store."""
    rows = [
        PriceDraft(
            line.component,
            line.support_level,
            line.day_part,
            line.amount_ore,
            _parameters(line.component, settings),
        )
        for line in lines
    ]
    if settings.is_absence_paid:
        limits = {
            "max_in_a_row": settings.absence_max_in_a_row,
            "max_in_a_month": settings.absence_max_in_a_month,
        }
        asked: dict[str, Any] = {key: value for key, value in limits.items() if value is not None}
        asked["must_be_reported_same_day"] = settings.is_absence_reported_same_day
        rows.append(PriceDraft(Component.PAID_ABSENCE, parameters=asked))
    rows += [
        PriceDraft(Component.INDEX, parameters={"from_day": day.isoformat(), "percent": str(percent)})
        for day, percent in sorted(settings.index_steps)
    ]
    return rows


def settings_of(rows: Iterable[PriceDraft]) -> PriceSettings:
    """The inverse of `with_settings`, for editing a list that is stored."""
    steps: list[tuple[date, Decimal]] = []
    found: dict[str, Any] = {}
    for row in rows:
        asked = row.parameters
        match row.component:
            case Component.INDEX:
                steps.append((date.fromisoformat(asked["from_day"]), Decimal(asked["percent"])))
            case Component.PAID_ABSENCE:
                found["is_absence_paid"] = True
                found["is_absence_reported_same_day"] = asked.get("must_be_reported_same_day", True)
                found["absence_max_in_a_row"] = asked.get("max_in_a_row")
                found["absence_max_in_a_month"] = asked.get("max_in_a_month")
            case _:
                found |= {_SETTING[key]: _READ[key](value) for key, value in asked.items()}
    return PriceSettings(**found, index_steps=tuple(sorted(steps)))


_SETTING = {
    "after_run_days": "start_after_run_days",
    "whole_from_hours": "whole_from_hours",
    "half_from_hours": "half_from_hours",
    "basis": "month_basis",
    "is_prorated": "is_month_prorated",
    "from_run_day": "month_from_run_day",
    "late_amount_ore": "late_report_ore",
    "after_months": "result_after_months",
}


def _parameters(component: str, settings: PriceSettings) -> dict[str, Any]:
    match component:
        case Component.START_FEE:
            return {"after_run_days": settings.start_after_run_days}
        case Component.DAY_RATE:
            return {
                "whole_from_hours": str(settings.whole_from_hours),
                "half_from_hours": str(settings.half_from_hours),
            }
        case Component.MONTHLY_RATE:
            return {
                "basis": str(settings.month_basis),
                "is_prorated": settings.is_month_prorated,
                "from_run_day": settings.month_from_run_day,
            }
        case Component.REPORT_FEE:
            return {"late_amount_ore": settings.late_report_ore}
        case Component.RESULT_FEE:
            return {"after_months": settings.result_after_months}
    return {}


def price_problems(rows: Sequence[PriceDraft]) -> list[str]:
    """Swedish sentences for what makes the list unusable or ambiguous; empty when it can be published."""
    problems = []
    for row in rows:
        problems += _row_problems(row)
    if problems:
        return problems
    kinds = {Component(row.component) for row in rows}
    if not kinds & (RATES | FEES):
        problems.append("Prislistan har ingen ersättning. Lägg till minst en.")
    if Component.PAID_ABSENCE in kinds and Component.DAY_RATE not in kinds:
        problems.append(
            "Giltig frånvaro ersätts med dagersättningen, men prislistan har ingen dagersättning."
        )
    keys = [(row.component, row.support_level, row.day_part, row.parameters.get("from_day")) for row in rows]
    problems += [
        f"{COMPONENT_SV[Component(key[0])]} för samma nivå finns flera gånger. Ta bort den ena raden."
        for key in sorted(set(keys), key=str)
        if keys.count(key) > 1
    ]
    problems += _disagreements(rows)
    return problems


def _row_problems(row: PriceDraft) -> list[str]:
    if row.component not in set(Component):
        return [f"Prislistan har en okänd ersättning: {row.component}."]
    component = Component(row.component)
    name = COMPONENT_SV[component]
    problems = []
    if row.amount_ore < 0:
        problems.append(f"{name}: beloppet kan inte vara mindre än noll.")
    if row.support_level is not None and component not in RATES:
        problems.append(f"{name}: lämna nivån tom, ersättningen är lika för alla nivåer.")
    if row.day_part is not None and (component is not Component.DAY_RATE or row.day_part not in set(DayPart)):
        problems.append(f"{name}: del av dag gäller bara dagersättning.")
    for key, value in row.parameters.items():
        if key not in _ALLOWED[component]:
            problems.append(f"{name}: uppgiften {key} är okänd.")
        elif not _is_lawful(key, value):
            problems.append(f"{name}: {_PARAMETER_SV[key]} är fel ifyllt.")
    missing = _NEEDED.get(component, frozenset()) - set(row.parameters)
    problems += [f"{name}: {_PARAMETER_SV[key]} saknas." for key in sorted(missing)]
    if not problems and component is Component.DAY_RATE:
        whole = Decimal(str(row.parameters.get("whole_from_hours", 6)))
        if Decimal(str(row.parameters.get("half_from_hours", 3))) > whole:
            problems.append(f"{name}: en halvdag kan inte börja vid fler timmar än en heldag.")
    return problems


def _disagreements(rows: Sequence[PriceDraft]) -> list[str]:
    problems = []
    for component in RATES:
        asked = [dict(row.parameters) for row in rows if row.component == component]
        if any(one != asked[0] for one in asked):
            problems.append(f"{COMPONENT_SV[component]}: raderna har olika villkor. Ge dem samma.")
    return sorted(problems)


_ALLOWED: dict[Component, frozenset[str]] = {
    Component.START_FEE: frozenset({"after_run_days"}),
    Component.DAY_RATE: frozenset({"whole_from_hours", "half_from_hours"}),
    Component.HOURLY_RATE: frozenset(),
    Component.MONTHLY_RATE: frozenset({"basis", "is_prorated", "from_run_day"}),
    Component.PAID_ABSENCE: frozenset({"max_in_a_row", "max_in_a_month", "must_be_reported_same_day"}),
    Component.REPORT_FEE: frozenset({"late_amount_ore"}),
    Component.RESULT_FEE: frozenset({"after_months"}),
    Component.INDEX: frozenset({"from_day", "percent"}),
}
_NEEDED = {
    Component.RESULT_FEE: frozenset({"after_months"}),
    Component.INDEX: frozenset({"from_day", "percent"}),
}
_PARAMETER_SV = {
    "after_run_days": "antal dagar före startersättningen",
    "whole_from_hours": "gränsen för heldag",
    "half_from_hours": "gränsen för halvdag",
    "basis": "vilka månader som ersätts",
    "is_prorated": "om del av månad ersätts",
    "from_run_day": "dagen som månadsersättningen börjar",
    "max_in_a_row": "högsta antal dagar i rad",
    "max_in_a_month": "högsta antal dagar i månaden",
    "must_be_reported_same_day": "om frånvaro ska anmälas samma dag",
    "late_amount_ore": "beloppet vid sen slutdokumentation",
    "after_months": "antal månader",
    "from_day": "dagen som indexet börjar",
    "percent": "procentsatsen",
}
_READ: dict[str, Any] = {
    "after_run_days": int,
    "whole_from_hours": lambda value: Decimal(str(value)),
    "half_from_hours": lambda value: Decimal(str(value)),
    "basis": MonthBasis,
    "is_prorated": bool,
    "from_run_day": int,
    "late_amount_ore": int,
    "after_months": int,
}


def _is_lawful(key: str, value: Any) -> bool:
    return _LAWFUL.get(key, lambda given: _is_count(given, 1))(value)


def _is_share(value: Any) -> bool:
    number = _decimal(value)
    return number is not None and -50 <= number <= 50


def _is_hours(value: Any) -> bool:
    number = _decimal(value)
    return number is not None and 0 < number <= 24


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, (bool, float)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_LAWFUL: dict[str, Callable[[Any], bool]] = {
    "is_prorated": lambda value: isinstance(value, bool),
    "must_be_reported_same_day": lambda value: isinstance(value, bool),
    "basis": lambda value: value in set(MonthBasis),
    "from_day": lambda value: isinstance(value, str) and _day(value) is not None,
    "percent": _is_share,
    "whole_from_hours": _is_hours,
    "half_from_hours": _is_hours,
    "after_run_days": lambda value: _is_count(value, 0),
    "late_amount_ore": lambda value: _is_count(value, 0),
}
