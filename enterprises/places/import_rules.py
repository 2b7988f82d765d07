"""Places as lines of a file: which columns there are, how they are read, and what is said of a cell that will not do.

What the full export writes, the import reads. A column that the file does not have leaves what it is about as it is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from enterprises.places.cell_rules import COLUMN_SV, READERS, Cells, cells_of, unknown_sv
from enterprises.places.offer_rules import Told, told_problems
from enterprises.places.rules import MAX_SEATS
from marketplace.csv_files import csv_rows
from marketplace.errors import Invalid
from marketplace.swedish import counted

LARGEST = 2 * 1024 * 1024
"""Bytes a file."""
MOST_LINES = 500
LONGEST_CELL = 8000
_SHORT = 60

NEEDED_FOR_NEW = (
    "site",
    "ssyk",
    "name",
    "tasks_sv",
    "seats",
    "hours_per_week_min",
    "hours_per_week_max",
    "lead_time_days",
)
_OF_A_PLACE = frozenset(Told.__dataclass_fields__)


@dataclass(frozen=True)
class RawLine:
    """A line of the file, by column; `number` is what a spreadsheet shows beside it."""

    number: int
    cells: Cells


def read_file(content: bytes) -> list[RawLine]:
    """Raises Invalid, with what to do, for a file that cannot be read at all."""
    if len(content) > LARGEST:
        raise Invalid(f"Filen är för stor. Dela den: högst {MOST_LINES} rader åt gången.", field="file")
    rows = csv_rows(content)
    columns = _columns(rows[0])
    lines = [
        RawLine(number, _cells(columns, row))
        for number, row in enumerate(rows[1:], start=2)
        if any(map(str.strip, row))
    ]
    if not lines:
        raise Invalid("Filen har rubriker men inga rader.", field="file")
    if len(lines) > MOST_LINES:
        raise Invalid(
            f"Filen har {len(lines)} rader. Dela den: högst {MOST_LINES} rader åt gången.", field="file"
        )
    return lines


def _columns(head: list[str]) -> dict[int, str]:
    known = {label.casefold(): key for key, label in COLUMN_SV.items()}
    columns: dict[int, str] = {}
    for place, label in enumerate(head):
        key = known.get(" ".join(label.split()).casefold())
        if key in columns.values():
            raise Invalid(f"Kolumnen {COLUMN_SV[str(key)]} finns två gånger. Ta bort den ena.", field="file")
        if key:
            columns[place] = key
    if "id" not in columns.values():
        missing = [COLUMN_SV[key] for key in NEEDED_FOR_NEW if key not in columns.values()]
        if missing:
            raise Invalid(
                f"Filen saknar rubriker på första raden: {', '.join(missing)}. Hämta den fullständiga listan och utgå "
                "från den.",
                field="file",
            )
    return columns


def _cells(columns: Mapping[int, str], row: list[str]) -> Cells:
    return {key: _bare(row[place]) if place < len(row) else "" for place, key in columns.items()}


def _bare(cell: str) -> str:
    """Without the apostrophe that an export puts before what would be run as a formula."""
    text = cell.strip()
    return text[1:] if re.match(r"'[=+\-@\t\r]", text) else text


# One line.


class LineKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"
    SAVED = "saved"


LINE_KIND_SV = {
    LineKind.NEW: "Ny plats, som utkast",
    LineKind.CHANGED: "Ändras",
    LineKind.SAME: "Oförändrad",
    LineKind.WRONG: "Behöver rättas",
    LineKind.SAVED: "Sparad",
}
LINE_KIND_TONE = {
    LineKind.NEW: "active",
    LineKind.CHANGED: "active",
    LineKind.SAME: "muted",
    LineKind.WRONG: "bad",
    LineKind.SAVED: "good",
}


@dataclass(frozen=True)
class Existing:
    """A place of the enterprise's own, as it is now."""

    revision: int
    told: Told
    site_id: int
    ssyk: str
    seats: int
    is_draft: bool
    is_closed: bool


@dataclass(frozen=True)
class Known:
    """What the lines are held against."""

    sites: Mapping[str, int]
    """By name in small letters; a name that two sites share stands with its number in brackets."""
    trades: frozenset[str]
    places: Mapping[int, Existing]


@dataclass
class ReadLine:
    """What a line means: what to save, or what is wrong, by column."""

    number: int
    cells: Cells
    kind: LineKind = LineKind.NEW
    place_id: int | None = None
    begun_with: int | None = None
    """The place's revision when the line was held against it."""
    site_id: int | None = None
    ssyk: str | None = None
    seats: int | None = None
    words: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    changes_sv: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.cells.get("name", "") or (f"nummer {self.place_id}" if self.place_id else "")

    @property
    def will_be_saved(self) -> bool:
        return self.kind in {LineKind.NEW, LineKind.CHANGED}


def read_lines(lines: Iterable[RawLine], known: Known) -> list[ReadLine]:
    """Every line held against what there is, and against the others."""
    seen: dict[int, int] = {}
    found = []
    for raw in lines:
        line = _read_line(raw, known)
        if line.place_id in seen and line.place_id is not None:
            line.errors["id"] = f"Samma plats står på rad {seen[line.place_id]}. Ta bort den ena raden."
            line.kind = LineKind.WRONG
        elif line.place_id is not None:
            seen[line.place_id] = line.number
        found.append(line)
    return found


def _read_line(raw: RawLine, known: Known) -> ReadLine:
    line = ReadLine(raw.number, raw.cells)
    for key, text in raw.cells.items():
        if len(text) > LONGEST_CELL:
            line.errors[key] = f"Högst {LONGEST_CELL} tecken."
        elif key in READERS:
            try:
                line.words[key] = READERS[key](text)
            except ValueError as error:
                line.errors[key] = str(error)
    old = _existing(line, known)
    if not line.errors.get("id"):
        _where(line, known, old)
        _how_many(line, old)
        _hold_together(line, old)
    if line.errors:
        line.kind = LineKind.WRONG
    elif old is not None:
        line.changes_sv = _changes(line, old)
        line.kind = LineKind.CHANGED if line.changes_sv else LineKind.SAME
    return line


def _existing(line: ReadLine, known: Known) -> Existing | None:
    typed = line.cells.get("id", "")
    if not typed:
        return None
    number = int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else 0
    old = known.places.get(number)
    if old is None:
        line.errors["id"] = f"Ni har ingen plats med nummer {typed[:20]}. Lämna tomt om platsen är ny."
        return None
    line.place_id, line.begun_with = number, old.revision
    if old.is_closed:
        line.errors["id"] = "Platsen är nedlagd och kan inte ändras. Ta bort raden."
    revision = line.cells.get("revision", "")
    if revision and revision != str(old.revision):
        line.errors["revision"] = (
            "Platsen har ändrats sedan filen hämtades. Hämta en ny fil, eller töm Version för att skriva över."
        )
    return old


def _where(line: ReadLine, known: Known, old: Existing | None) -> None:
    typed, ssyk = line.cells.get("site", ""), line.cells.get("ssyk", "")
    line.site_id = known.sites.get(typed.casefold()) if typed else None
    if typed and line.site_id is None:
        line.errors["site"] = unknown_sv("bland era arbetsställen", typed, known.sites)
    if ssyk.isdigit() and len(ssyk) == 3:
        ssyk = f"0{ssyk}"  # a spreadsheet takes the zero of 0110 away
    if ssyk and ssyk not in known.trades:
        line.errors["ssyk"] = f"Yrket {ssyk[:20]} finns inte. Skriv fyra siffror ur yrkesregistret."
    line.ssyk = ssyk or None
    if old is None:
        for key, said in (("site", typed), ("ssyk", ssyk)):
            if not said:
                line.errors[key] = "Fyll i för en ny plats."
    elif not old.is_draft:
        if line.site_id is not None and line.site_id != old.site_id:
            line.errors["site"] = "Arbetsstället kan inte ändras efter publiceringen. Lägg upp en ny plats."
        if line.ssyk is not None and line.ssyk != old.ssyk and "ssyk" not in line.errors:
            line.errors["ssyk"] = "Yrket kan inte ändras efter publiceringen. Lägg upp en ny plats."


def _how_many(line: ReadLine, old: Existing | None) -> None:
    typed = line.cells.get("seats", "")
    seats = int(typed) if re.fullmatch(r"[0-9]{1,4}", typed) else None
    if old is not None:
        if typed and seats != old.seats:
            line.errors["seats"] = (
                f"Antalet ändras på platsens sida, från en dag. Skriv {old.seats} eller lämna tomt."
            )
    elif seats is None or not 1 <= seats <= MAX_SEATS:
        line.errors["seats"] = f"Skriv ett antal, 1 till {MAX_SEATS}."
    line.seats = seats


def _hold_together(line: ReadLine, old: Existing | None) -> None:
    """The rules of a place, where every cell could be read by itself."""
    for key in NEEDED_FOR_NEW:
        if old is None and key in _OF_A_PLACE and not line.cells.get(key):
            line.errors.setdefault(key, "Fyll i för en ny plats.")
    if _OF_A_PLACE & set(line.errors):
        return
    told = Told(**((vars(old.told) if old else {}) | line.words))
    for key, message in told_problems(told).items():
        line.errors.setdefault(key if key in line.cells else _nearest(key, line.cells), message)


def _nearest(key: str, cells: Cells) -> str:
    """The column to mend when what is wrong has none of its own in the file."""
    return next((other for other in ("name", "id") if other in cells), key)


def _changes(line: ReadLine, old: Existing) -> list[str]:
    """By column, with before and after where both are short."""
    told = Told(**(vars(old.told) | line.words))
    before, after = cells_of(old.told), cells_of(told)
    found = []
    if line.site_id not in (None, old.site_id):
        found.append(f"{COLUMN_SV['site']}: {line.cells['site']}")
    if line.ssyk not in (None, old.ssyk):
        found.append(f"{COLUMN_SV['ssyk']}: {old.ssyk} → {line.ssyk}")
    for key, text in after.items():
        if text != before[key]:
            is_short = max(len(text), len(before[key])) <= _SHORT
            found.append(
                f"{COLUMN_SV[key]}: {before[key] or '–'} → {text or '–'}" if is_short else COLUMN_SV[key]
            )
    return found


def saved_sv(made: int, changed: int) -> str:
    """ "2 nya platser och 1 ändrad plats"."""
    parts = [counted(made, "ny plats", "nya platser")] if made else []
    parts += [counted(changed, "ändrad plats", "ändrade platser")] if changed else []
    return " och ".join(parts) or "inga platser"
