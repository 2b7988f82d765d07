"""What is invoiced: what is earned now less what has been invoiced before, line by line with the days that differ.

However late, often or in whatever order facts change, the lines of all invoices add up to what is earned in the end.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from invoicing.remuneration.facts import Line, Month, Unit, day_set
from invoicing.remuneration.price_rules import whole_ore
from invoicing.remuneration.rules import days_basis, order_of_lines
from marketplace.procurement.price_rules import Component

_Key = tuple[str, Month, Component, int]
"""Placement, the month that earned it, component and price. Not the words: they may be put otherwise one day."""


def lines_to_invoice(earned: Iterable[Line], invoiced: Iterable[Line], month: Month) -> list[Line]:
    """The lines of the month's invoice, in order. What belongs to an earlier month says which."""
    lines = difference(earned, invoiced)
    return sorted(
        (line if line.month == month else _of_earlier_month(line) for line in lines), key=order_of_lines
    )


def difference(earned: Iterable[Line], invoiced: Iterable[Line]) -> list[Line]:
    """What is to be asked for, and below zero what is to be given back."""
    before: dict[_Key, list[Line]] = defaultdict(list)
    for line in invoiced:
        before[_key(line)].append(line)
    if not before:
        return list(earned)
    found: list[Line] = []
    again: dict[_Key, list[Line]] = defaultdict(list)
    for line in earned:
        key = _key(line)
        if key in before:
            again[key].append(line)
        else:
            found.append(line)
    for key, old in before.items():
        found += _changes(again[key], old)
    return found


def _changes(now: Sequence[Line], before: Sequence[Line]) -> Iterator[Line]:
    """Lines of one key. The amounts of what is given back and what is asked for add up to the exact difference."""
    like = [*now, *before][0]
    amount = _amount(now) - _amount(before)
    if like.unit not in (Unit.DAY, Unit.HOUR):
        quantity = _quantity(now) - _quantity(before)
        if quantity:
            basis = like.basis_sv if quantity > 0 else _back(like.basis_sv)
            yield replace(like, basis_sv=basis, quantity=quantity, amount_ore=amount)
        return
    days = _by_day(now)
    for day, quantity in _by_day(before).items():
        days[day] -= quantity
    came = {day: quantity for day, quantity in days.items() if quantity > 0}
    went = {day: quantity for day, quantity in days.items() if quantity < 0}
    asked = whole_ore(sum(came.values(), Decimal(0)) * like.price_ore) if went else amount
    if went:
        yield _of_days(like, went, amount - asked if came else amount)
    if came:
        yield _of_days(like, came, asked)


def _by_day(lines: Iterable[Line]) -> dict[dt.date, Decimal]:
    found: dict[dt.date, Decimal] = defaultdict(Decimal)
    for line in lines:
        sign = 1 if line.quantity > 0 else -1
        dates = line.dates
        for day, quantity in zip(dates, line.hours or [Decimal(sign)] * len(dates), strict=True):
            found[day] += quantity
    return found


def _of_days(like: Line, days: dict[dt.date, Decimal], amount_ore: int) -> Line:
    dates = sorted(days)
    is_back = days[dates[0]] < 0
    basis = days_basis(like.component, len(dates))
    return replace(
        like,
        basis_sv=_back(basis) if is_back else basis,
        quantity=sum(days.values(), Decimal(0)),
        amount_ore=amount_ore,
        first_day=dates[0],
        last_day=dates[-1],
        days=day_set(dates),
        hours=tuple(days[day] for day in dates) if like.unit is Unit.HOUR else (),
    )


def _back(basis_sv: str) -> str:
    return basis_sv if basis_sv.endswith(_NO_LONGER) else f"{basis_sv}{_NO_LONGER}"


_NO_LONGER = ", har fakturerats men ska inte betalas"


def _of_earlier_month(line: Line) -> Line:
    month = f", {line.month.text_sv}"
    if line.description_sv.endswith(month):
        return line
    return replace(line, description_sv=f"{line.description_sv}{month}")


def _amount(lines: Iterable[Line]) -> int:
    return sum(line.amount_ore for line in lines)


def _quantity(lines: Iterable[Line]) -> Decimal:
    return sum((line.quantity for line in lines), Decimal(0))


def _key(line: Line) -> _Key:
    return line.placement_number, line.month, line.component, line.price_ore
