"""What the pages of choices have together: the year, the parts, and what a file says of a share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request

from indicators.changes.queries import computed_at
from indicators.choices import queries
from indicators.choices.forms import ChoicesFilterForm
from indicators.choices.rules import PART_SV, Part, counted_until
from indicators.choices.table_rules import SexTable
from indicators.disclosure.rules import SUPPRESSED_SV
from indicators.rules import Share
from marketplace import clock
from marketplace.reference.rules import OWN_SEX_DOMINANCE_SV, OwnSexDominance
from marketplace.tenancy import current_actor

bp = Blueprint("choices", __name__, url_prefix="/val-och-kon")

PART_WORDS = {
    Part.KOMMUN: "kommuner",
    Part.SUPPLIER: "leverantorer",
    Part.UNIT: "enheter",
    Part.TRADE: "yrken",
}
"""The parts in addresses."""
SHARE_HEADER = ("Antal", "Av", "Andel", "Intervall från", "Intervall till")
STEP_HEADER = ("Kön", "Steg", "Yrken", *SHARE_HEADER, "Av det som visades")


@dataclass(frozen=True)
class Asked:
    """The year, and the part of the whole, that the address asks for."""

    authority_id: int
    form: ChoicesFilterForm
    year: int | None
    by: Part
    key: str
    names: dict[Part, dict[str, str]]

    @property
    def arguments(self) -> dict[str, Any]:
        """The same filter as an address."""
        return {name: value for name, value in request.args.items() if value and name in self.form}

    @property
    def part_sv(self) -> str:
        return self.names[self.by][self.key] if self.key else ""


def asked() -> Asked:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "a strategist acts for an authority"
    years = queries.counted_years(authority_id)
    asked_year = request.args.get("ar", type=int)
    year = asked_year if asked_year in years else (years[0] if years else None)
    names = queries.counted_parts(authority_id, year) if year else {}
    form = ChoicesFilterForm(
        choices={
            "ar": {year: str(year) for year in years},
            "urval": {"": "Alla"}
            | {
                f"{by}-{key}": f"{PART_SV[by]}: {name}"
                for by, of_part in names.items()
                if by is not Part.TRADE
                for key, name in of_part.items()
            },
        }
    )
    by, _, key = (form.urval.data or Part.ALL).partition("-")
    return Asked(authority_id, form, year, Part(by), key, names)


def counted_through(authority_id: int) -> date | None:
    """The last day whose choice rounds are counted."""
    computed = computed_at(authority_id)
    if computed is None:
        return None
    return counted_until(computed.astimezone(clock.STOCKHOLM).date()) - timedelta(days=1)


def share_cells(share: Share | None, *, has_interval: bool = False) -> tuple[object, ...]:
    """A share in a file, under SHARE_HEADER."""
    if share is None:
        return (SUPPRESSED_SV, SUPPRESSED_SV, SUPPRESSED_SV, None, None)
    low, high = (has_interval and share.interval) or (None, None)
    return (share.numerator, share.denominator, share.value, low, high)


def step_lines(table: SexTable) -> Iterator[tuple[object, ...]]:
    """The rows of one sex in a file, under STEP_HEADER."""
    for row in table.rows:
        of_shown = row.of_shown.value if row.of_shown else None
        yield table.name_sv, row.label_sv, "alla", or_hidden(row.total), None, None, None, None, of_shown
        for kind, share in zip(OwnSexDominance, row.shares, strict=False):
            cells = share_cells(share, has_interval=row.has_interval)
            yield table.name_sv, row.label_sv, OWN_SEX_DOMINANCE_SV[kind], *cells, None


def or_hidden(number: int | None) -> object:
    return SUPPRESSED_SV if number is None else number
