"""Reads a table of employed women and men by occupation, as SCB's statistics database exports it.

The export comes in several shapes: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; with or without a title
above the header and notes below; sexes as rows or as columns; years as columns or as rows; with or without age. The
project's own ``trades.csv`` is read too. A row that cannot be trusted is reported by line and name and kept out.

Numbers are employed persons aged 16–64 in the whole country.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from marketplace.errors import Invalid
from marketplace.reference.rules import Sex

_DELIMITERS: Final = (";", "\t", ",")
_HEADER_SEARCH_LINES: Final = 12
_YEAR: Final = re.compile(r"\b(20[0-9]{2})\b")
_CODE_AND_NAME: Final = re.compile(r"\s*([0-9]{4})\b[\s,–-]*(.*)", re.DOTALL)
_AGE_SPAN: Final = re.compile(r"([0-9]{2})\s*[–-]\s*([0-9]{2})")
_YOUNGEST, _OLDEST = 16, 64
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f'")
_HIDDEN_VALUES: Final = frozenset({"", ".", "..", "...", "-", "–"})
_SEX_WORDS: Final = (("kvinn", Sex.WOMAN), ("women", Sex.WOMAN), ("män", Sex.MAN), ("men", Sex.MAN))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row kept out: its line in the file, what it was called there, and why."""

    line: int
    name: str
    reason_sv: str

    def __str__(self) -> str:
        return f"rad {self.line} ({self.name or 'utan namn'}): {self.reason_sv}"


@dataclass(frozen=True, slots=True)
class TradeFigures:
    """Employed women and men in one trade and year."""

    ssyk: str
    name_sv: str
    women: int
    men: int
    year: int
    line: int


@dataclass(frozen=True, slots=True)
class ScbTable:
    """What could be read, in order of code, and what could not, in order of line."""

    figures: tuple[TradeFigures, ...]
    bad_rows: tuple[BadRow, ...]


@dataclass(slots=True)
class _Cell:
    value: int
    line: int


@dataclass(slots=True)
class _Occupation:
    name_sv: str
    line: int
    # (year, sex, age) → value; the age "" is the whole span 16–64
    cells: dict[tuple[int, Sex, str], _Cell] = field(default_factory=dict)
    faults: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what. A value column knows its year and sex when the header tells them."""

    code: int
    sex: int | None
    age: int | None
    year: int | None
    values: tuple[tuple[int, Sex | None, int | None], ...]
    width: int


def read_table(path: Path) -> ScbTable:
    """Read the file; raises Invalid, in Swedish, when it is not such a table at all."""
    return parse_table(decode(path.read_bytes()))


def decode(raw: bytes) -> str:
    """Text from the encodings that SCB and Excel save in."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def parse_table(text: str) -> ScbTable:
    """As read_table, from text."""
    rows, layout = _rows_and_layout(text)
    occupations: dict[str, _Occupation] = {}
    bad_rows: list[BadRow] = []
    for line, cells in rows:
        if _is_note(cells):
            continue
        match = _CODE_AND_NAME.fullmatch(cells[layout.code]) if len(cells) > layout.code else None
        if match is None:
            bad_rows.append(BadRow(line, " ".join(cells)[:60].strip(), "raden har ingen fyrsiffrig SSYK-kod"))
            continue
        ssyk, name = match[1], match[2].strip()
        occupation = occupations.setdefault(ssyk, _Occupation(name, line))
        if len(cells) != layout.width:
            occupation.faults.append(
                BadRow(line, f"{ssyk} {name}", f"raden har {len(cells)} fält men rubriken {layout.width}")
            )
            continue
        _read_row(occupation, ssyk, line, cells, layout)
    figures = []
    for ssyk, occupation in sorted(occupations.items()):
        if occupation.faults:
            bad_rows.extend(occupation.faults)
            continue
        outcome = _newest_figures(ssyk, occupation)
        if isinstance(outcome, BadRow):
            bad_rows.append(outcome)
        else:
            figures.append(outcome)
    return ScbTable(tuple(figures), tuple(sorted(bad_rows, key=lambda bad: (bad.line, bad.name))))


def _rows_and_layout(text: str) -> tuple[Iterable[tuple[int, list[str]]], _Layout]:
    lines = text.splitlines()
    for number, line in enumerate(lines[:_HEADER_SEARCH_LINES], start=1):
        for delimiter in _DELIMITERS:
            header = next(csv.reader([line], delimiter=delimiter), [])
            layout = _layout(header)
            if layout is not None:
                return _numbered_rows("\n".join(lines[number:]), delimiter, number), layout
    raise Invalid(
        "Filen känns inte igen som SCB:s tabell över yrke och kön. Den ska ha en rubrikrad med kolumnen yrke"
        " (eller ssyk), kön och minst ett år, och vara sparad som CSV."
    )


def _numbered_rows(text: str, delimiter: str, offset: int) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    for cells in reader:
        yield reader.line_num + offset, cells


def _layout(header: Sequence[str]) -> _Layout | None:
    names = [cell.strip().lower() for cell in header]
    code = sex = age = year = None
    values: list[tuple[int, Sex | None, int | None]] = []
    for column, name in enumerate(names):
        found_year = _YEAR.search(name)
        if name.startswith(("yrke", "ssyk", "occupation")) and code is None:
            code = column
        elif name in {"kön", "sex"}:
            sex = column
        elif name in {"ålder", "age"}:
            age = column
        elif name in {"år", "year"}:
            year = column
        elif found_year or _sex_in(name) is not None:
            values.append((column, _sex_in(name), int(found_year[1]) if found_year else None))
        elif name.startswith(("anställda", "antal", "employees", "number")):
            values.append((column, None, None))
    has_sex = sex is not None or (bool(values) and all(value[1] is not None for value in values))
    has_year = year is not None or (bool(values) and all(value[2] is not None for value in values))
    if code is None or not values or not has_sex or not has_year:
        return None
    return _Layout(code, sex, age, year, tuple(values), len(header))


def _is_note(cells: Sequence[str]) -> bool:
    """Empty lines, and the notes that SCB puts below the table: one cell of running text without a code."""
    filled = [cell for cell in cells if cell.strip()]
    return not filled or (len(filled) == 1 and _CODE_AND_NAME.fullmatch(filled[0]) is None)


def _sex_in(text: str) -> Sex | None:
    words = text.strip().lower().split()
    return next((sex for word in words for stem, sex in _SEX_WORDS if word.startswith(stem)), None)


def _read_row(occupation: _Occupation, ssyk: str, line: int, cells: Sequence[str], layout: _Layout) -> None:
    """Adds the row's numbers to the occupation, or the fault that keeps the occupation out."""
    try:
        sex, year = _sex_of(cells, layout), _year_of(cells, layout)
        age = "" if layout.age is None else _age_key(cells[layout.age])
        if age is None or (layout.sex is not None and sex is None):
            return
        for column, column_sex, column_year in layout.values:
            _add(occupation, (column_year or year, column_sex or sex, age), cells[column], line)
    except ValueError as fault:
        occupation.faults.append(BadRow(line, f"{ssyk} {occupation.name_sv}".strip(), str(fault)))


def _sex_of(cells: Sequence[str], layout: _Layout) -> Sex | None:
    """The row's sex; None for a row of both sexes together, and where columns tell the sex."""
    if layout.sex is None:
        return None
    word = cells[layout.sex].strip().lower()
    sex = _sex_in(word)
    if sex is None and not word.startswith(("total", "båda", "both")):
        raise ValueError(f"okänt kön ”{cells[layout.sex].strip()}”")
    return sex


def _year_of(cells: Sequence[str], layout: _Layout) -> int | None:
    """The row's year; None where columns tell the year."""
    if layout.year is None:
        return None
    found = _YEAR.fullmatch(cells[layout.year].strip())
    if found is None:
        raise ValueError(f"okänt år ”{cells[layout.year].strip()}”")
    return int(found[1])


def _add(occupation: _Occupation, key: tuple[int | None, Sex | None, str], written: str, line: int) -> None:
    year, sex, age = key
    assert sex is not None, "a layout without sexes is refused"
    assert year is not None, "a layout without years is refused"
    raw = written.translate(_SPACES)
    if raw in _HIDDEN_VALUES:
        return  # an earlier year may be hidden; a missing newest year is reported as a missing sex
    if not (raw.isascii() and raw.isdigit()):
        raise ValueError(f"”{written.strip()}” är inte ett antal anställda")
    if (year, sex, age) in occupation.cells:
        first = occupation.cells[year, sex, age].line
        raise ValueError(f"samma yrke, kön, ålder och år står redan på rad {first}")
    occupation.cells[year, sex, age] = _Cell(int(raw), line)


def _age_key(text: str) -> str | None:
    """ "" for the whole span 16–64, the span for a class inside it, None for ages outside it."""
    span = _AGE_SPAN.search(text)
    if span is None:
        return None
    first, last = int(span[1]), int(span[2])
    if (first, last) == (_YOUNGEST, _OLDEST):
        return ""
    return span[0] if first >= _YOUNGEST and last <= _OLDEST else None


def _newest_figures(ssyk: str, occupation: _Occupation) -> TradeFigures | BadRow:
    name = f"{ssyk} {occupation.name_sv}".strip()
    if not occupation.cells:
        return BadRow(
            occupation.line, name, "inga antal för åldern 16–64 år (SCB har dolt eller saknar värdena)"
        )
    year = max(key[0] for key in occupation.cells)
    by_sex: dict[Sex, dict[str, int]] = defaultdict(dict)
    for (cell_year, sex, age), cell in occupation.cells.items():
        if cell_year == year:
            by_sex[sex][age] = cell.value
    missing = [sex for sex in (Sex.WOMAN, Sex.MAN) if sex not in by_sex]
    if missing:
        who = "kvinnor" if missing == [Sex.WOMAN] else "män"
        return BadRow(occupation.line, name, f"antalet {who} saknas för {year}")
    women, men = (ages.get("", sum(ages.values())) for ages in (by_sex[Sex.WOMAN], by_sex[Sex.MAN]))
    if women + men == 0:
        return BadRow(occupation.line, name, f"ingen är anställd i yrket {year}, så andelen kvinnor är okänd")
    return TradeFigures(ssyk, occupation.name_sv, women, men, year, occupation.line)
