"""Reads the published choices: what may be shown, and nothing else is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from indicators.choices.breadth_rules import BreadthCell
from indicators.choices.models import BreadthNumber, ChoiceCell, ChoiceSegregation
from indicators.choices.rules import Cell, ChoiceStep, Part
from marketplace.accounts.models import Organisation
from marketplace.db import db
from marketplace.reference.models import Trade
from marketplace.reference.queries import lists
from marketplace.reference.rules import OwnSexDominance, Sex, dominance, own_sex_dominance
from marketplace.swedish import swedish_key

SEXES = (Sex.WOMAN, Sex.MAN)
Numbers = Mapping[Sex, Mapping[Cell, int | None]]
"""What may be shown of each sex; None where it may not."""


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


def counted_parts(authority_id: int, year: int) -> dict[Part, dict[str, str]]:
    """The names of the kommuner, suppliers, units and trades that there are numbers for, by key and in order."""
    statement = (
        select(ChoiceCell.by, ChoiceCell.key)
        .where(ChoiceCell.authority_id == authority_id, ChoiceCell.year == year, ChoiceCell.by != Part.ALL)
        .distinct()
    )
    keys: dict[Part, set[str]] = {part: set() for part in Part if part is not Part.ALL}
    for by, key in db.session.execute(statement):
        keys[by].add(key)
    organisations = [int(key) for key in keys[Part.SUPPLIER] | keys[Part.UNIT]]
    found = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisations))
    )
    names = {str(id_): name for id_, name in found}
    own, known = db.session.get_one(Organisation, authority_id).kommun_codes, lists()
    names |= {
        code: kommun.name if code in own else f"{kommun.name} (hör inte längre till er)"
        for code, kommun in known.kommuner.items()
        if code in keys[Part.KOMMUN]
    }
    trades = {ssyk: trade.plain_name for ssyk, trade in known.trades.items()}
    return {
        part: dict(
            sorted(
                ((key, (trades if part is Part.TRADE else names).get(key, key)) for key in its_keys),
                key=lambda one: (swedish_key(one[1]), one[0]),
            )
        )
        for part, its_keys in keys.items()
    }


def numbers(authority_id: int, year: int, by: Part, key: str | None = None) -> Numbers:
    """The funnel of the whole, or of a kind of parts: of all of them, or the one with the key."""
    statement = select(ChoiceCell).where(
        ChoiceCell.authority_id == authority_id, ChoiceCell.year == year, ChoiceCell.by == by
    )
    if key is not None:
        statement = statement.where(ChoiceCell.key == key)
    found: dict[Sex, dict[Cell, int | None]] = {sex: {} for sex in SEXES}
    for row in db.session.scalars(statement):
        found[row.sex][Cell(row.step, row.dominance, row.by, row.key)] = row.choices
    return found


def breadth(authority_id: int, year: int) -> dict[Sex, dict[BreadthCell, int | None]]:
    """How broad the choice was: what may be told of each sex."""
    statement = select(BreadthNumber).where(
        BreadthNumber.authority_id == authority_id, BreadthNumber.year == year
    )
    found: dict[Sex, dict[BreadthCell, int | None]] = {sex: {} for sex in SEXES}
    for row in db.session.scalars(statement):
        found[row.sex][BreadthCell(row.fact, row.dominance)] = row.number
    return found


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
