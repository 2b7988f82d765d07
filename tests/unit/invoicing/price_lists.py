"""Price lists that municipalities have published, and builders of facts for the tests of pricing."""

import datetime as dt
from decimal import Decimal

from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    DayKind,
    Month,
    MonthResult,
    PlacementFacts,
)
from invoicing.remuneration.price_rules import (
    DayPrice,
    DayRate,
    LevelPrice,
    MonthlyRate,
    PriceComponent,
    ResultFee,
    StartFee,
)
from marketplace.procurement.price_rules import DayPart, MonthBasis

MARCH = Month(2026, 3)

TYRESO_KRONOR = {
    "1": (439, 307, 132),
    "2": (626, 439, 188),
    "3": (987, 691, 296),
    "4": (1303, 912, 391),
    "5": (1663, 1164, 499),
}
"""Tyresö, daglig verksamhet 2020: kronor for a whole, half and part day by support level."""

TYRESO = DayRate(
    prices=tuple(
        DayPrice(kronor * 100, level, part)
        for level, row in TYRESO_KRONOR.items()
        for part, kronor in zip(DayPart, row, strict=True)
    ),
    whole_from_hours=Decimal(6),
    half_from_hours=Decimal(3),
)

NACKA_BASIC, NACKA_REINFORCED = "bas", "förstärkt"
NACKA: tuple[PriceComponent, ...] = (
    StartFee(price_ore=5_000_00, after_run_days=14),
    MonthlyRate(
        prices=(LevelPrice(3_686_00, NACKA_BASIC), LevelPrice(4_858_00, NACKA_REINFORCED)),
        basis=MonthBasis.STARTED,
        from_run_day=15,
    ),
    ResultFee(price_ore=10_000_00, after_months=6),
)
"""Nacka, jobbpeng: a fee once 14 days have run, then a monthly rate; the sizes of the two fees are ours."""


def terms(
    *components: PriceComponent,
    first_day: dt.date = dt.date(2026, 1, 1),
    last_day: dt.date | None = None,
) -> ContractTerms:
    return ContractTerms(first_day, last_day, components)


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def present(day: dt.date, hours: str = "7") -> AttendanceDays:
    return AttendanceDays.on(day, DayKind.PRESENT, Decimal(hours), Decimal(hours))


def absent(day: dt.date, *, reported: bool = True, valid: bool = True, hours: str = "7") -> AttendanceDays:
    kind = DayKind.VALID_ABSENCE if valid else DayKind.INVALID_ABSENCE
    return AttendanceDays.on(day, kind, Decimal(hours), is_reported_same_day=reported)


def placement(*days: AttendanceDays, **more: object) -> PlacementFacts:
    facts: dict[str, object] = {
        "number": "P-1", "first_day": dt.date(2026, 1, 1), "last_day": None, "level": "3", "days": days,
    }  # fmt: skip
    return PlacementFacts(**(facts | more))  # type: ignore[arg-type]


def total_ore(result: MonthResult) -> int:
    return sum(line.amount_ore for line in result.lines)
