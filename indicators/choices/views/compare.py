"""Kommuner, suppliers, units and trades side by side."""

from dataclasses import dataclass

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at, put_right
from indicators.choices import queries
from indicators.choices.models import ChoiceCell
from indicators.choices.rules import CHOICE_STEP_SV, KIND_STEPS, PART_SV, PARTS_SV, Cell, Part
from indicators.choices.table_rules import SexTable, sex_table
from indicators.choices.views.blueprint import (
    PART_WORDS,
    STEP_HEADER,
    Asked,
    asked,
    bp,
    counted_through,
    or_hidden,
    step_lines,
)
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from marketplace.accounts.rules import Role
from marketplace.reference.queries import lists
from marketplace.reference.rules import DOMINANCE_SV, SEX_PLURAL_SV, dominance
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_PART = f"<any({', '.join(PART_WORDS.values())}):part>"
_PART_OF = {word: part for part, word in PART_WORDS.items()}


@dataclass(frozen=True)
class _PartRow:
    """A kommun, a supplier or a unit, with each sex's funnel."""

    key: str
    name: str
    tables: tuple[SexTable, ...]

    @property
    def is_all_hidden(self) -> bool:
        return all(table.is_all_hidden for table in self.tables)


@dataclass(frozen=True)
class _TradeRow:
    """A trade with what may be shown of it: shown to women and men, chosen by women and men."""

    key: str
    name: str
    dominance_sv: str
    numbers: tuple[int | None, ...]

    @property
    def is_all_hidden(self) -> bool:
        return all(number is None for number in self.numbers)


@bp.get(f"/{_PART}")
@requires(Role.STRATEGIST)
def compare(part: str) -> ResponseReturnValue:
    asking, by = asked(), _PART_OF[part]
    rows = _trades(asking) if by is Part.TRADE else _parts(asking, by)
    return render_template(
        "indicators/choices/compare.html",
        form=asking.form,
        year=asking.year,
        part=part,
        by=by,
        part_sv=PART_SV[by],
        part_names=PARTS_SV,
        parts=Part,
        through=counted_through(asking.authority_id),
        rows=[row for row in rows if not row.is_all_hidden],
        hidden=[row.name for row in rows if row.is_all_hidden],
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        computed_at=computed_at(asking.authority_id),
        put_right=put_right(asking.authority_id, [ChoiceCell], asking.year),
        definitions=INDICATORS,
        keys=Indicator,
    )


@bp.get(f"/{_PART}/tabell.{FILE}")
@requires(Role.STRATEGIST)
def compare_file(part: str, file_format: str) -> Response:
    asking, by = asked(), _PART_OF[part]
    name = f"val-{part}-{asking.year or 'tom'}"
    if by is Part.TRADE:
        header = [
            f"{CHOICE_STEP_SV[step]} {SEX_PLURAL_SV[sex]}" for step in KIND_STEPS for sex in queries.SEXES
        ]
        lines = [
            (row.key, row.name, row.dominance_sv, *map(or_hidden, row.numbers))
            for row in _trades(asking)
            if not row.is_all_hidden
        ]
        return file_response(file_format, name, ("SSYK", "Yrke", "I landet", *header), lines)
    of_parts = [
        (row.name, *line)
        for row in _parts(asking, by)
        if not row.is_all_hidden
        for table in row.tables
        for line in step_lines(table)
    ]
    return file_response(file_format, name, (PART_SV[by], *STEP_HEADER), of_parts)


def _parts(asking: Asked, by: Part) -> list[_PartRow]:
    if asking.year is None:
        return []
    numbers = queries.numbers(asking.authority_id, asking.year, by)
    return [
        _PartRow(key, name, tuple(sex_table(sex, funnel, by, key, None) for sex, funnel in numbers.items()))
        for key, name in asking.names[by].items()
    ]


def _trades(asking: Asked) -> list[_TradeRow]:
    if asking.year is None:
        return []
    numbers = queries.numbers(asking.authority_id, asking.year, Part.TRADE)
    trades = lists().trades
    rows = []
    for key, name in asking.names[Part.TRADE].items():
        kind = dominance(trades[key].women, trades[key].men)
        assert kind, "a trade without a dominance is not counted"
        cells = [Cell(step, kind, Part.TRADE, key) for step in KIND_STEPS]
        rows.append(
            _TradeRow(
                key,
                name,
                DOMINANCE_SV[kind],
                tuple(numbers[sex].get(cell) for cell in cells for sex in queries.SEXES),
            )
        )
    return rows
