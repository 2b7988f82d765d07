"""Reads the rows of a price list, as the terms store them, into components.

Each row has a component, a support level or none, a part of the day or none, an amount in öre, and parameters:

- start_fee: `after_run_days` (without it: when the plan is agreed)
- day_rate: `whole_from_hours`, `half_from_hours`; one row per support level and part of the day
- hourly_rate: none; one row per support level
- monthly_rate: `basis` (started, full), `is_prorated`, `from_run_day`; one row per support level
- paid_absence: `max_in_a_row`, `max_in_a_month`, `must_be_reported_same_day`; the amount is not used
- report_fee: `late_amount_ore`
- result_fee: `after_months`
- index: `from_day` (ISO), `percent`; one row per step; the amount is not used
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from invoicing.remuneration.price_rules import (
    COMPONENT_SV,
    HALF_DAY_FROM_HOURS,
    WHOLE_DAY_FROM_HOURS,
    Component,
    DayPart,
    DayPrice,
    DayRate,
    HourlyRate,
    Index,
    IndexStep,
    LevelPrice,
    MonthBasis,
    MonthlyRate,
    PaidAbsence,
    PriceComponent,
    ReportFee,
    ResultFee,
    StartFee,
    price_list_problems,
)

PARAMETERS: dict[Component, frozenset[str]] = {
    Component.START_FEE: frozenset({"after_run_days"}),
    Component.DAY_RATE: frozenset({"whole_from_hours", "half_from_hours"}),
    Component.HOURLY_RATE: frozenset(),
    Component.MONTHLY_RATE: frozenset({"basis", "is_prorated", "from_run_day"}),
    Component.PAID_ABSENCE: frozenset({"max_in_a_row", "max_in_a_month", "must_be_reported_same_day"}),
    Component.REPORT_FEE: frozenset({"late_amount_ore"}),
    Component.RESULT_FEE: frozenset({"after_months"}),
    Component.INDEX: frozenset({"from_day", "percent"}),
}


@dataclass(frozen=True, slots=True)
class PriceListRow:
    component: str
    amount_ore: int = 0
    support_level: str | None = None
    day_part: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The components of a list, and what is wrong with it in Swedish. A list with problems pays nothing."""

    components: tuple[PriceComponent, ...] = ()
    problems: tuple[str, ...] = ()


def read_price_list(rows: Iterable[PriceListRow]) -> PriceList:
    """Components in their fixed order, or the reasons why the rows do not make a price list."""
    by_component: dict[Component, list[PriceListRow]] = defaultdict(list)
    problems = []
    for row in rows:
        try:
            by_component[Component(row.component)].append(row)
        except ValueError:
            problems.append(f"Prislistan har en okänd ersättning: {row.component}.")
    components: list[PriceComponent] = []
    for component in Component:
        if component in by_component:
            try:
                components.append(_component(component, by_component[component]))
            except (ValueError, TypeError, KeyError, InvalidOperation) as error:
                detail = error.args[0] if isinstance(error, _RowError) else "en uppgift saknas eller är fel"
                problems.append(f"{COMPONENT_SV[component]}: {detail}. Rätta prislistan.")
    if not problems:
        problems = price_list_problems(components)
    return PriceList((), tuple(problems)) if problems else PriceList(tuple(components))


class _RowError(ValueError):
    """Its argument is the detail in Swedish, without a full stop."""


def _component(component: Component, rows: list[PriceListRow]) -> PriceComponent:
    match component:
        case Component.START_FEE | Component.REPORT_FEE | Component.RESULT_FEE:
            return _fee(component, rows)
        case Component.INDEX:
            return _index(rows)
        case Component.PAID_ABSENCE:
            return PaidAbsence(**_parameters(component, rows))
    return _rate(component, rows)


def _rate(component: Component, rows: list[PriceListRow]) -> DayRate | HourlyRate | MonthlyRate:
    asked = _parameters(component, rows)
    by_level = tuple(LevelPrice(row.amount_ore, row.support_level) for row in rows)
    match component:
        case Component.HOURLY_RATE:
            return HourlyRate(by_level)
        case Component.MONTHLY_RATE:
            return MonthlyRate(
                by_level,
                basis=MonthBasis(asked.get("basis", MonthBasis.STARTED)),
                is_prorated=bool(asked.get("is_prorated", False)),
                from_run_day=int(asked.get("from_run_day", 1)),
            )
    by_part = tuple(DayPrice(row.amount_ore, row.support_level, _part(row.day_part)) for row in rows)
    return DayRate(
        by_part,
        whole_from_hours=Decimal(str(asked.get("whole_from_hours", WHOLE_DAY_FROM_HOURS))),
        half_from_hours=Decimal(str(asked.get("half_from_hours", HALF_DAY_FROM_HOURS))),
    )


def _fee(component: Component, rows: list[PriceListRow]) -> StartFee | ReportFee | ResultFee:
    if len(rows) > 1:
        raise _RowError("finns flera gånger")
    amount = rows[0].amount_ore
    asked = _parameters(component, rows)
    match component:
        case Component.START_FEE:
            return StartFee(amount, int(asked.get("after_run_days", 0)))
        case Component.REPORT_FEE:
            return ReportFee(amount, int(asked.get("late_amount_ore", 0)))
    return ResultFee(amount, int(asked["after_months"]))


def _index(rows: list[PriceListRow]) -> Index:
    steps = (
        IndexStep(dt.date.fromisoformat(row.parameters["from_day"]), Decimal(str(row.parameters["percent"])))
        for row in rows
    )
    return Index(tuple(sorted(steps, key=lambda step: step.from_day)))


def _parameters(component: Component, rows: list[PriceListRow]) -> dict[str, Any]:
    """What the rows of a component say together; a row may leave it to the others."""
    together: dict[str, Any] = {}
    for row in rows:
        for key, value in row.parameters.items():
            if key not in PARAMETERS[component]:
                raise _RowError(f"uppgiften {key} är okänd")
            if together.setdefault(key, value) != value:
                raise _RowError(f"raderna säger olika om {key}")
    return together


def _part(part: str | None) -> DayPart | None:
    return None if part is None else DayPart(part)
