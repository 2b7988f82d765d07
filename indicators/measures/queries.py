"""Reads the published measures: what may be shown, and nothing else is stored."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, func, select

from indicators.definitions.keys import Indicator
from indicators.measures.models import MeasureCell
from indicators.measures.rules import Dimension
from marketplace.accounts.queries import organisation_names
from marketplace.reference.queries import lists
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.statements import Prepared

Parts = tuple[int, int] | None
"""Numerator and denominator; None where they may not be shown."""
Cells = dict[Indicator, dict[Dimension, dict[str, Parts]]]


_YEARS = Prepared(
    select(MeasureCell.year)
    .where(
        MeasureCell.authority_id == bindparam("authority_id"),
        MeasureCell.indicator == func.any(bindparam("indicators")),
    )
    .distinct()
    .order_by(MeasureCell.year.desc()),
    is_planned_once=True,
)
_CELLS = Prepared(
    select(
        MeasureCell.indicator, MeasureCell.by, MeasureCell.key, MeasureCell.numerator, MeasureCell.denominator
    )
    .where(
        MeasureCell.authority_id == bindparam("authority_id"),
        MeasureCell.year == bindparam("year"),
        MeasureCell.indicator == func.any(bindparam("indicators")),
        MeasureCell.by == func.any(bindparam("by")),
    )
    .order_by(MeasureCell.indicator, MeasureCell.by, MeasureCell.key),
    is_planned_once=True,
)


def counted_years(authority_id: int, indicators: Collection[Indicator] = tuple(Indicator)) -> list[int]:
    """Years that there are numbers for, of any of the indicators, the latest first."""
    return _YEARS.scalars(authority_id=authority_id, indicators=list(indicators))


def cells(
    authority_id: int,
    year: int,
    indicators: Collection[Indicator],
    by: Collection[Dimension] = tuple(Dimension),
) -> Cells:
    """What is published of the indicators, by dimension and key; an indicator without cases that year has none."""
    asked = {"authority_id": authority_id, "year": year, "indicators": list(indicators), "by": list(by)}
    return cells_of(indicators, _CELLS.rows(**asked))


def cells_of(indicators: Collection[Indicator], rows: Iterable[Any]) -> Cells:
    """Rows of an indicator, a dimension, a key, a numerator and a denominator."""
    found: Cells = {indicator: {} for indicator in indicators}
    for indicator, by, key, numerator, denominator in rows:
        parts = None if numerator is None or denominator is None else (numerator, denominator)
        found[Indicator(indicator)].setdefault(Dimension(by), {})[key] = parts
    return found


def key_names(found: Cells, by: Dimension) -> dict[str, str]:
    """The names of a dimension's keys, in the order of the names; women before men."""
    keys = {key for dimensions in found.values() for key in dimensions.get(by, ())}
    if by is Dimension.ALL:
        return dict.fromkeys(keys, "Alla")
    if by is Dimension.SEX:
        return {sex.value: SEX_PLURAL_SV[sex].capitalize() for sex in Sex if sex.value in keys}
    if by is Dimension.KOMMUN:
        return {code: kommun.name for code, kommun in lists().kommuner.items() if code in keys}
    if by is Dimension.TRADE:
        return {ssyk: trade.plain_name for ssyk, trade in lists().trades.items() if ssyk in keys}
    return {str(id_): name for id_, name in organisation_names(int(key) for key in keys).items()}
