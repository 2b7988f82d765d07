"""How a price list is said in Swedish. The words are part of the contracts that have been signed."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from marketplace.procurement.price_rules import (
    COMPONENT_SV,
    DAY_PART_SV,
    FEES,
    MONTH_BASIS_SV,
    RATES,
    Component,
    DayPart,
    PriceDraft,
    PriceSettings,
    settings_of,
)


def conditions_sv(rows: Iterable[PriceDraft]) -> list[str]:
    """The conditions of a list as sentences, in the order of the components, each once."""
    sentences: dict[str, None] = {}
    for row in sorted(rows, key=lambda row: list(Component).index(Component(row.component))):
        sentences |= dict.fromkeys(_sentences(row))
    return list(sentences)


def _sentences(row: PriceDraft) -> list[str]:
    say = _SAID.get(Component(row.component))
    return say(settings_of([row])) if say else []


def _start_fee(one: PriceSettings) -> list[str]:
    if one.start_after_run_days:
        return [f"Startersättning betalas när placeringen har pågått {one.start_after_run_days} dagar."]
    return ["Startersättning betalas när aktivitetsplanen är överenskommen."]


def _day_rate(one: PriceSettings) -> list[str]:
    whole, half = number_text(one.whole_from_hours), number_text(one.half_from_hours)
    return [f"Heldag är minst {whole} timmar, halvdag minst {half} timmar och deldag kortare än så."]


def _monthly_rate(one: PriceSettings) -> list[str]:
    text = f"Månadsersättning betalas för {MONTH_BASIS_SV[one.month_basis]}"
    text += ", i proportion till dagarna när månaden inte är hel" if one.is_month_prorated else ""
    text += f", från dag {one.month_from_run_day} av placeringen" if one.month_from_run_day > 1 else ""
    return [text + "."]


def _report_fee(one: PriceSettings) -> list[str]:
    late = kronor_text(one.late_report_ore) if one.late_report_ore else "ingenting"
    return [
        f"Slutersättning betalas när slutdokumentationen är inlämnad. Lämnas den för sent betalas {late}."
    ]


def _result_fee(one: PriceSettings) -> list[str]:
    months = one.result_after_months
    return [f"Resultatersättning betalas när arbete eller studier har varat {months} månader och är styrkt."]


def _index(one: PriceSettings) -> list[str]:
    return [
        f"Från {day.isoformat()} ändras alla belopp med {number_text(percent)} procent."
        for day, percent in one.index_steps
    ]


def _absence(one: PriceSettings) -> list[str]:
    text = "Giltig frånvaro ersätts med dagersättningen"
    if one.absence_max_in_a_row is not None:
        text += f", högst {one.absence_max_in_a_row} dagar i rad"
    if one.absence_max_in_a_month is not None:
        text += f", högst {one.absence_max_in_a_month} dagar i månaden"
    return [text + (", om den anmäls samma dag." if one.is_absence_reported_same_day else ".")]


_SAID: dict[Component, Callable[[PriceSettings], list[str]]] = {
    Component.START_FEE: _start_fee,
    Component.DAY_RATE: _day_rate,
    Component.MONTHLY_RATE: _monthly_rate,
    Component.PAID_ABSENCE: _absence,
    Component.REPORT_FEE: _report_fee,
    Component.RESULT_FEE: _result_fee,
    Component.INDEX: _index,
}


def price_label(row: PriceDraft) -> str:
    """What a price is for: "Dagersättning, nivå 1, heldag"."""
    parts = [COMPONENT_SV[Component(row.component)]]
    if row.support_level:
        parts.append(f"nivå {row.support_level}")
    if row.day_part:
        parts.append(DAY_PART_SV[DayPart(row.day_part)])
    return ", ".join(parts)


def level_prices(rows: Iterable[PriceDraft]) -> dict[str, str]:
    """What a list pays for each support level, the lowest first: "heldag 987,00 kr, halvdag 691,00 kr"."""
    paid: dict[str, list[PriceDraft]] = {}
    for row in rows:
        if row.component in RATES and row.support_level:
            paid.setdefault(row.support_level, []).append(row)
    lowest_first = sorted(paid.items(), key=lambda pair: max(row.amount_ore for row in pair[1]))
    return {level: ", ".join(map(_for_level, of_level)) for level, of_level in lowest_first}


def _for_level(row: PriceDraft) -> str:
    what = DAY_PART_SV[DayPart(row.day_part)] if row.day_part else COMPONENT_SV[Component(row.component)]
    return f"{what.lower()} {kronor_text(row.amount_ore)}"


def price_lines(rows: Iterable[PriceDraft]) -> list[str]:
    """What has a price, each with it: "Dagersättning, nivå 1, heldag: 439,00 kr"."""
    paid = [row for row in rows if row.component in RATES | FEES]
    return [f"{price_label(row)}: {kronor_text(row.amount_ore)}" for row in paid]


def kronor_text(ore: int) -> str:
    """Öre → "1 234,50 kr". Its form is part of the contracts' text, so it does not follow the web's."""
    kronor, rest = divmod(ore, 100)
    return f"{kronor:,}".replace(",", " ") + f",{rest:02d} kr"


def number_text(value: Decimal) -> str:
    """6.50 → "6,5"."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
