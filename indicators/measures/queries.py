"""Reads the published measures: what may be shown, and nothing else is stored."""

from collections.abc import Collection

from sqlalchemy import select

from indicators.definitions.keys import Indicator
from indicators.measures.models import MeasureCell
from indicators.measures.rules import Dimension
from marketplace.accounts.models import Organisation
from marketplace.db import db
from marketplace.reference.queries import lists
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.swedish import swedish_key

Parts = tuple[int, int] | None
"""Numerator and denominator; None where they may not be shown."""
Cells = dict[Indicator, dict[Dimension, dict[str, Parts]]]


def counted_years(authority_id: int, indicators: Collection[Indicator] = ()) -> list[int]:
    """Years that there are numbers for, of any of the indicators, the latest first."""
    statement = select(MeasureCell.year).where(MeasureCell.authority_id == authority_id)
    if indicators:
        statement = statement.where(MeasureCell.indicator.in_(indicators))
    return list(db.session.scalars(statement.distinct().order_by(MeasureCell.year.desc())))


def cells(
    authority_id: int,
    year: int,
    indicators: Collection[Indicator],
    by: Collection[Dimension] = tuple(Dimension),
) -> Cells:
    """What is published of the indicators, by dimension and key; an indicator without cases that year has none."""
    found: Cells = {indicator: {} for indicator in indicators}
    statement = (
        select(MeasureCell)
        .where(
            MeasureCell.authority_id == authority_id,
            MeasureCell.year == year,
            MeasureCell.indicator.in_(indicators),
            MeasureCell.by.in_(by),
        )
        .order_by(MeasureCell.indicator, MeasureCell.by, MeasureCell.key)
    )
    for cell in db.session.scalars(statement):
        is_hidden = cell.numerator is None or cell.denominator is None
        parts = None if is_hidden else (cell.numerator or 0, cell.denominator or 0)
        found[Indicator(cell.indicator)].setdefault(cell.by, {})[cell.key] = parts
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
    of = select(Organisation.id, Organisation.name).where(Organisation.id.in_([int(key) for key in keys]))
    names = {str(key): name for key, name in db.session.execute(of)}
    return dict(sorted(names.items(), key=lambda pair: (swedish_key(pair[1]), pair[0])))
