"""Loads the reference data: what the project ships, and newer figures from SCB."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from marketplace.db import db
from marketplace.errors import Invalid
from marketplace.reference.models import Kommun, OccupationField, Trade
from marketplace.reference.queries import forget_lists
from marketplace.reference.rules import Position, is_kommun_code, is_ssyk4
from marketplace.reference.scb import BadRow, TradeFigures, read_table

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class LoadReport:
    """What a load did. Bad rows are kept out and named; the rest is in."""

    loaded: int
    bad_rows: tuple[BadRow, ...]
    not_ours: int = 0
    """Trades in the file that the marketplace does not use."""
    missing: tuple[str, ...] = ()
    """The marketplace's trades that the file says nothing of; they keep their figures."""

    def lines_sv(self) -> list[str]:
        """The report as lines to print."""
        lines = [f"Inläst: {self.loaded} rader."]
        if self.not_ours:
            lines.append(f"{self.not_ours} yrken i filen används inte här och hoppades över.")
        if self.missing:
            lines.append(f"Saknas i filen och behåller sina siffror: {', '.join(self.missing)}.")
        lines += [f"Utelämnad, {bad}" for bad in self.bad_rows]
        return lines


def load_reference(folder: Path = DATA) -> LoadReport:
    """Inserts or updates kommuner, occupation fields and trades from the files that the project ships.

    Figures of a trade are not replaced by older ones, so a newer table from SCB survives a new load.
    """
    bad_rows: list[BadRow] = []
    fields = {
        row["concept_id"]: row["name_sv"]
        for line, row in _rows(folder / "occupation_fields.csv")
        if _is_complete(row, line, bad_rows)
    }
    kommuner = dict(_kommuner(_rows(folder / "kommuner.csv"), bad_rows))
    trades = dict(_trades(_rows(folder / "trades.csv"), fields, bad_rows))
    table = read_table(folder / "trades.csv")
    bad_rows += table.bad_rows
    figures = {row.ssyk: row for row in table.figures if row.ssyk in trades}

    _upsert_fields(fields)
    _upsert_kommuner(kommuner)
    for ssyk, figure in figures.items():
        row = trades[ssyk]
        names = {"name": row["name_sv"], "plain_name": row["plain_sv"], "field_id": row["field_id"]}
        numbers = {"women": figure.women, "men": figure.men, "year": figure.year}
        db.session.execute(
            insert(Trade)
            .values(ssyk=ssyk, **names, **numbers)
            .on_conflict_do_update(index_elements=[Trade.ssyk], set_=names)
        )
    _update_figures(figures.values())
    forget_lists()
    return LoadReport(
        loaded=len(fields) + len(kommuner) + len(figures),
        bad_rows=tuple(sorted(set(bad_rows), key=lambda bad: (bad.line, bad.name))),
    )


def load_scb_table(path: Path) -> LoadReport:
    """Updates the trades' numbers of employed women and men from a table that SCB's database has exported.

    Raises Invalid when the file is missing or is not such a table.
    """
    if not path.is_file():
        raise Invalid(f"Filen {path} finns inte.")
    table = read_table(path)
    known = {row.ssyk: row for row in db.session.execute(select(Trade.ssyk, Trade.plain_name, Trade.year))}
    ours = [figure for figure in table.figures if figure.ssyk in known]
    older = [figure for figure in ours if figure.year < known[figure.ssyk].year]
    current = [figure for figure in ours if figure.year >= known[figure.ssyk].year]
    _update_figures(current)
    forget_lists()
    named = {figure.ssyk for figure in ours} | {bad.name[:4] for bad in table.bad_rows}
    too_old = [
        BadRow(
            figure.line,
            f"{figure.ssyk} {figure.name_sv}",
            f"{figure.year} är äldre än {known[figure.ssyk].year}, som redan är inläst",
        )
        for figure in older
    ]
    return LoadReport(
        loaded=len(current),
        bad_rows=tuple(sorted([*table.bad_rows, *too_old], key=lambda bad: (bad.line, bad.name))),
        not_ours=len(table.figures) - len(ours),
        missing=tuple(f"{ssyk} {row.plain_name}" for ssyk, row in sorted(known.items()) if ssyk not in named),
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restval="", restkey="")
        for row in reader:
            yield reader.line_num, {name: str(value).strip() for name, value in row.items()}


def _is_complete(row: dict[str, str], line: int, bad_rows: list[BadRow]) -> bool:
    name, *others = row.values()
    if name and all(others):
        return True
    bad_rows.append(BadRow(line, name, "raden saknar ett fält"))
    return False


def _kommuner(
    rows: Iterable[tuple[int, dict[str, str]]], bad_rows: list[BadRow]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Facts by code. A position that makes no sense is reported and left out, not its kommun."""
    for line, row in rows:
        if not is_kommun_code(row["code"]) or not row["name"]:
            bad_rows.append(
                BadRow(line, f"{row['code']} {row['name']}".strip(), "kommunkoden är inte fyra siffror")
            )
        else:
            position = _position(row)
            if position is None and (row.get("latitude") or row.get("longitude")):
                bad_rows.append(
                    BadRow(line, f"{row['code']} {row['name']}", "koordinaterna ligger inte i Sverige")
                )
            yield (
                row["code"],
                {
                    "name": row["name"],
                    "town": row.get("town", ""),
                    "latitude": position.latitude if position else None,
                    "longitude": position.longitude if position else None,
                },
            )


def _position(row: dict[str, str]) -> Position | None:
    try:
        position = Position(float(row["latitude"]), float(row["longitude"]))
    except (KeyError, ValueError):
        return None
    return position if position.is_in_sweden else None


def _trades(
    rows: Iterable[tuple[int, dict[str, str]]], fields: dict[str, str], bad_rows: list[BadRow]
) -> Iterator[tuple[str, dict[str, str]]]:
    for line, row in rows:
        if not is_ssyk4(row["ssyk"]):
            continue  # the table's own reader has reported it
        if row["field_id"] not in fields:
            bad_rows.append(BadRow(line, f"{row['ssyk']} {row['name_sv']}", "yrkesområdet finns inte"))
        elif not row["name_sv"] or not row["plain_sv"]:
            bad_rows.append(BadRow(line, f"{row['ssyk']} {row['name_sv']}".strip(), "yrket saknar namn"))
        else:
            yield row["ssyk"], row


def _upsert_fields(fields: dict[str, str]) -> None:
    for concept_id, name in fields.items():
        db.session.execute(
            insert(OccupationField)
            .values(concept_id=concept_id, name=name)
            .on_conflict_do_update(index_elements=[OccupationField.concept_id], set_={"name": name})
        )


def _upsert_kommuner(kommuner: dict[str, dict[str, Any]]) -> None:
    for code, facts in kommuner.items():
        db.session.execute(
            insert(Kommun)
            .values(code=code, **facts)
            .on_conflict_do_update(index_elements=[Kommun.code], set_=facts)
        )


def _update_figures(figures: Iterable[TradeFigures]) -> None:
    for figure in figures:
        db.session.execute(
            update(Trade)
            .where(Trade.ssyk == figure.ssyk, Trade.year <= figure.year)
            .values(women=figure.women, men=figure.men, year=figure.year)
        )
