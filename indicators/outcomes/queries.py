"""Reads outcomes, quality and times by sex and in every other direction, and whom suppliers have trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from indicators.definitions.keys import Definition, Indicator
from indicators.definitions.rules import INDICATORS
from indicators.measures import queries as measures
from indicators.measures.cohort_queries import countings
from indicators.measures.queries import Cells, Parts
from indicators.measures.rules import Dimension
from indicators.outcomes.funnel_rules import Difference, compare, finding_sv
from indicators.outcomes.mix_rules import MixBy
from indicators.outcomes.models import MixCell
from indicators.outcomes.section_rules import SECTIONS, SHOWN
from indicators.suppliers.rules import Value
from marketplace.accounts.queries import organisation_names
from marketplace.reference.queries import lists
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.statements import Prepared
from placements.participants.rules import support_level_sv

SEXES: Final = (Sex.WOMAN, Sex.MAN)
DIMENSIONS_OF: Final = {counting.indicator: cohort.dimensions for cohort, counting in countings()}


@dataclass(frozen=True)
class Row:
    """An indicator of everyone, and of women and men; None where it may not be shown."""

    definition: Definition
    whole: Value | None
    by_sex: dict[Sex, Value | None]


@dataclass(frozen=True)
class Group:
    """A supplier, trade, kommun or unit, and how it stands to everyone where chance can be told from more."""

    key: str
    name: str
    value: Value | None
    difference: Difference | None


@dataclass(frozen=True)
class Comparison:
    definition: Definition
    by: Dimension
    whole: Value | None
    groups: list[Group]

    @property
    def told(self) -> list[tuple[str, Value]]:
        """Names and values of those that may be shown."""
        return [(group.name, group.value) for group in self.groups if group.value is not None]

    @property
    def finding_sv(self) -> str:
        """The chart's heading."""
        if self.differences:
            return finding_sv(self.differences, self.by)
        shown = sorted((value for _, value in self.told), key=lambda value: value.value or 0)
        if len(shown) < 2:
            return self.definition.name_sv
        return f"{self.definition.name_sv}: från {shown[0].short_sv} till {shown[-1].short_sv}"

    @property
    def differences(self) -> list[Difference]:
        return [group.difference for group in self.groups if group.difference is not None]


@dataclass(frozen=True)
class Mix:
    """Suppliers by name, and each direction's keys with their names; a number is by supplier, direction and key."""

    suppliers: dict[int, str]
    columns: dict[MixBy, dict[str, str]]
    placements: dict[tuple[int, MixBy, str], int | None]

    @property
    def labels(self) -> list[str]:
        return [label for columns in self.columns.values() for label in columns.values()]


def overview(authority_id: int, year: int) -> dict[str, list[Row]]:
    """The sections' indicators that the year has cases of."""
    return sections(measures.cells(authority_id, year, SHOWN, (Dimension.ALL, Dimension.SEX)))


def sections(found: Cells) -> dict[str, list[Row]]:
    """The indicators that there are cells of, section by section."""
    return {
        title_sv: [
            _row(INDICATORS[indicator], found[indicator]) for indicator in indicators if found[indicator]
        ]
        for title_sv, indicators in SECTIONS.items()
    }


def _row(definition: Definition, cells: Mapping[Dimension, Mapping[str, Parts]]) -> Row:
    of_sex = cells.get(Dimension.SEX, {})
    return Row(
        definition,
        _value(definition, cells[Dimension.ALL][""]),
        {sex: _value(definition, of_sex.get(sex.value)) for sex in SEXES},
    )


def comparison(authority_id: int, year: int, indicator: Indicator, by: Dimension) -> Comparison:
    """The groups by name, never by rank."""
    found = measures.cells(authority_id, year, [indicator], (Dimension.ALL, by))
    definition, cells = INDICATORS[indicator], found[indicator]
    whole = _value(definition, cells.get(Dimension.ALL, {}).get(""))
    groups = []
    for key, name in measures.key_names(found, by).items():
        value = _value(definition, cells[by].get(key))
        groups.append(Group(key, name, value, _difference(value, whole)))
    return Comparison(definition, by, whole, groups)


def _value(definition: Definition, parts: Parts | None) -> Value | None:
    return None if parts is None else Value(definition, *parts)


def _difference(value: Value | None, whole: Value | None) -> Difference | None:
    if value is None or whole is None or value.share is None or not value.definition.has_interval:
        return None
    mean = whole.value
    return None if mean is None else compare(value.share, mean)


_MIX = Prepared(
    select(MixCell.enterprise_id, MixCell.by, MixCell.key, MixCell.placements)
    .where(MixCell.authority_id == bindparam("authority_id"), MixCell.year == bindparam("year"))
    .order_by(MixCell.enterprise_id, MixCell.by, MixCell.key),
    is_planned_once=True,
)


def mix(authority_id: int, year: int | None) -> Mix:
    """Whom the suppliers have trained; nobody of no year."""
    rows = _MIX.rows(authority_id=authority_id, year=year)
    keys = {by: sorted({row.key for row in rows if row.by == by}) for by in MixBy}
    known = lists().kommuner
    return Mix(
        organisation_names({row.enterprise_id for row in rows}),
        {
            MixBy.SEX: {
                sex.value: SEX_PLURAL_SV[sex].capitalize() for sex in SEXES if sex.value in keys[MixBy.SEX]
            },
            MixBy.LEVEL: {key: support_level_sv(key) for key in keys[MixBy.LEVEL]},
            MixBy.KOMMUN: {code: known[code].name for code in known if code in keys[MixBy.KOMMUN]},
        },
        {(row.enterprise_id, MixBy(row.by), row.key): row.placements for row in rows},
    )
