"""Reads the published choices: what may be shown, and nothing else is stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from indicators.choices.models import ChoiceCell, ChoiceSegregation
from indicators.choices.rules import ALL, ChoiceStep
from marketplace.db import db, swedish_order
from marketplace.reference.models import Trade
from marketplace.reference.rules import Dominance, OwnSexDominance, Sex, dominance, own_sex_dominance

SEXES = (Sex.WOMAN, Sex.MAN)


@dataclass(frozen=True)
class TradeRow:
    """A trade with what may be shown of it; None where it may not."""

    ssyk: str
    name: str
    dominance: Dominance
    shown: dict[Sex, int | None]
    chosen: dict[Sex, int | None]

    @property
    def is_any_shown(self) -> bool:
        """Whether any number of the row may be shown."""
        return any(number is not None for number in (*self.shown.values(), *self.chosen.values()))


@dataclass(frozen=True)
class National:
    """Employed in the country in the marketplace's trades: how many of each sex in which kind of trade."""

    year: int
    by_sex: dict[Sex, dict[OwnSexDominance, int]]
    counts: tuple[tuple[int, int], ...]


def counted_years(authority_id: int) -> list[int]:
    """Years that there are numbers for, the latest first."""
    statement = (
        select(ChoiceCell.year)
        .where(ChoiceCell.authority_id == authority_id)
        .distinct()
        .order_by(ChoiceCell.year.desc())
    )
    return list(db.session.scalars(statement))


def counted_kommun_codes(authority_id: int, year: int) -> list[str]:
    statement = (
        select(ChoiceCell.kommun_code)
        .where(
            ChoiceCell.authority_id == authority_id, ChoiceCell.year == year, ChoiceCell.kommun_code != ALL
        )
        .distinct()
        .order_by(ChoiceCell.kommun_code)
    )
    return list(db.session.scalars(statement))


def steps_by_own_sex(
    authority_id: int, year: int, kommun_code: str = ALL
) -> dict[Sex, dict[ChoiceStep, dict[OwnSexDominance | None, int | None]]]:
    """Per sex and step, the number in trades dominated by own sex, even and other; None for all trades together."""
    statement = (
        select(ChoiceCell)
        .where(
            ChoiceCell.authority_id == authority_id,
            ChoiceCell.year == year,
            ChoiceCell.kommun_code == kommun_code,
            ChoiceCell.ssyk == ALL,
        )
        .order_by(ChoiceCell.sex, ChoiceCell.step, ChoiceCell.dominance)
    )
    found: dict[Sex, dict[ChoiceStep, dict[OwnSexDominance | None, int | None]]] = {}
    for cell in db.session.scalars(statement):
        own = own_sex_dominance(cell.sex, Dominance(cell.dominance)) if cell.dominance else None
        found.setdefault(cell.sex, {}).setdefault(cell.step, {})[own] = cell.choices
    return found


def trade_rows(authority_id: int, year: int) -> list[TradeRow]:
    """Trades that were shown to anyone, by name."""
    statement = (
        select(ChoiceCell, Trade.plain_name)
        .join(Trade, Trade.ssyk == ChoiceCell.ssyk)
        .where(
            ChoiceCell.authority_id == authority_id,
            ChoiceCell.year == year,
            ChoiceCell.kommun_code == ALL,
        )
        .order_by(swedish_order(Trade.plain_name), Trade.ssyk)
    )
    rows: dict[str, TradeRow] = {}
    for cell, name in db.session.execute(statement):
        row = rows.setdefault(cell.ssyk, TradeRow(cell.ssyk, name, Dominance(cell.dominance), {}, {}))
        (row.shown if cell.step is ChoiceStep.SHOWN else row.chosen)[cell.sex] = cell.choices
    return list(rows.values())


def segregations(authority_id: int, year: int) -> Sequence[ChoiceSegregation]:
    """D with its baseline, for what was shown and what was chosen, in that order."""
    statement = select(ChoiceSegregation).where(
        ChoiceSegregation.authority_id == authority_id, ChoiceSegregation.year == year
    )
    order = list(ChoiceStep)
    return sorted(db.session.scalars(statement), key=lambda row: order.index(row.step))


def national() -> National | None:
    """SCB's numbers for the marketplace's trades; None before they are loaded."""
    rows = list(db.session.scalars(select(Trade).order_by(Trade.ssyk)))
    if not rows:
        return None
    by_sex = {sex: dict.fromkeys(OwnSexDominance, 0) for sex in SEXES}
    for trade in rows:
        kind = dominance(trade.women, trade.men)
        for sex, employed in ((Sex.WOMAN, trade.women), (Sex.MAN, trade.men)):
            own = own_sex_dominance(sex, kind) if kind else None
            if own is not None:
                by_sex[sex][own] += employed
    counts = tuple((trade.women, trade.men) for trade in rows)
    return National(max(trade.year for trade in rows), by_sex, counts)
