"""Reads the published choices: what may be shown, and nothing else is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from indicators.capacity.queries import own_kommun_codes
from indicators.choices.breadth_rules import BreadthCell, Fact
from indicators.choices.models import BreadthNumber, ChoiceCell, ChoiceSegregation
from indicators.choices.rules import Cell, ChoiceStep, Part
from marketplace.accounts.queries import organisation_names
from marketplace.db import db
from marketplace.reference.queries import lists
from marketplace.reference.rules import OwnSexDominance, Sex, dominance, own_sex_dominance
from marketplace.statements import Prepared
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


_OF_YEAR = (ChoiceCell.authority_id == bindparam("authority_id"), ChoiceCell.year == bindparam("year"))
_YEARS = Prepared(
    select(ChoiceCell.year)
    .where(ChoiceCell.authority_id == bindparam("authority_id"))
    .distinct()
    .order_by(ChoiceCell.year.desc()),
    is_planned_once=True,
)
_PARTS = Prepared(
    select(ChoiceCell.by, ChoiceCell.key).where(*_OF_YEAR, ChoiceCell.by != Part.ALL).distinct(),
    is_planned_once=True,
)
_NUMBERS = Prepared(
    select(ChoiceCell.sex, ChoiceCell.step, ChoiceCell.dominance, ChoiceCell.key, ChoiceCell.choices).where(
        *_OF_YEAR,
        ChoiceCell.by == bindparam("by"),
        ChoiceCell.key == func.coalesce(bindparam("key"), ChoiceCell.key),
    ),
    is_planned_once=True,
)
_BREADTH = Prepared(
    select(BreadthNumber.sex, BreadthNumber.fact, BreadthNumber.dominance, BreadthNumber.number).where(
        BreadthNumber.authority_id == bindparam("authority_id"), BreadthNumber.year == bindparam("year")
    ),
    is_planned_once=True,
)


def counted_years(authority_id: int) -> list[int]:
    """Years that there are numbers for, the latest first."""
    return _YEARS.scalars(authority_id=authority_id)


def counted_parts(authority_id: int, year: int) -> dict[Part, dict[str, str]]:
    """The names of the kommuner, suppliers, units and trades that there are numbers for, by key and in order."""
    keys: dict[Part, set[str]] = {part: set() for part in Part if part is not Part.ALL}
    for by, key in _PARTS.rows(authority_id=authority_id, year=year):
        keys[Part(by)].add(key)
    organisations = organisation_names(int(key) for key in keys[Part.SUPPLIER] | keys[Part.UNIT])
    names = {str(id_): name for id_, name in organisations.items()}
    own, known = own_kommun_codes(authority_id), lists()
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
    found: dict[Sex, dict[Cell, int | None]] = {sex: {} for sex in SEXES}
    for row in _NUMBERS.rows(authority_id=authority_id, year=year, by=by, key=key):
        found[row.sex][Cell(ChoiceStep(row.step), row.dominance, by, row.key)] = row.choices
    return found


def breadth(authority_id: int, year: int) -> dict[Sex, dict[BreadthCell, int | None]]:
    """How broad the choice was: what may be told of each sex."""
    found: dict[Sex, dict[BreadthCell, int | None]] = {sex: {} for sex in SEXES}
    for sex, fact, kind, number in _BREADTH.rows(authority_id=authority_id, year=year):
        found[sex][BreadthCell(Fact(fact), kind)] = number
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
    trades = lists().trades.values()
    if not trades:
        return None
    by_sex = {sex: dict.fromkeys(OwnSexDominance, 0) for sex in SEXES}
    for trade in trades:
        kind = dominance(trade.women, trade.men)
        for sex, employed in ((Sex.WOMAN, trade.women), (Sex.MAN, trade.men)):
            own = own_sex_dominance(sex, kind) if kind else None
            if own is not None:
                by_sex[sex][own] += employed
    counts = tuple((trade.women, trade.men) for trade in trades)
    return National(max(trade.year for trade in trades), by_sex, counts)
