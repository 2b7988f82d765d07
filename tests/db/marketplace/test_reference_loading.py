"""Reference data into the database: what the project ships, and a newer table from SCB."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.errors import Invalid
from marketplace.reference.models import Kommun, OccupationField, Trade
from marketplace.reference.queries import forget_lists, kommuner, lists, occupation_fields, trades
from marketplace.reference.rules import Position
from marketplace.reference.services import DATA, load_reference, load_scb_table
from marketplace.tenancy import acting_as, system_actor


def load(folder: Path = DATA) -> list[str]:
    with acting_as(system_actor()), transaction():
        return load_reference(folder).lines_sv()


def load_table(path: Path) -> list[str]:
    with acting_as(system_actor()), transaction():
        return load_scb_table(path).lines_sv()


def test_everything_shipped_loads_twice_without_a_word_of_complaint(session: Session) -> None:
    assert load() == load() == ["Inläst: 70 rader."]
    counts = [
        db.session.scalar(select(func.count()).select_from(m)) for m in (Kommun, OccupationField, Trade)
    ]
    assert counts == [13, 21, 36]
    assert [kommun.name for kommun in kommuner()][-3:] == ["Täby", "Värmdö", "Österåker"]
    assert [kommun.code for kommun in kommuner(["0180", "0136"])] == ["0136", "0180"]
    assert trades()[0].field.name
    assert occupation_fields()[0].name == "Administration, ekonomi, juridik"


def test_a_newer_table_updates_shares_and_survives_a_new_load(session: Session, tmp_path: Path) -> None:
    load()
    path = tmp_path / "scb.csv"
    path.write_bytes(
        "yrke;kön;2025\n7531 Skräddare;kvinnor;700\n7531 Skräddare;män;300\n"
        "7231 Mekaniker;kvinnor;nej\n7231 Mekaniker;män;5\n1111 Politiker;kvinnor;5\n1111 Politiker;män;5\n".encode(
            "cp1252"
        )
    )
    lines = load_table(path)
    assert lines[0] == "Inläst: 1 rader."
    assert "1 yrken i filen används inte här och hoppades över." in lines
    assert "Utelämnad, rad 4 (7231 Mekaniker): ”nej” är inte ett antal anställda" in lines
    assert sum(line.startswith("Saknas i filen") for line in lines) == 1
    assert "7231" not in next(line for line in lines if line.startswith("Saknas"))
    load()
    tailor, mechanic = db.session.get_one(Trade, "7531"), db.session.get_one(Trade, "7231")
    assert (tailor.women, tailor.men, tailor.year) == (700, 300, 2025)
    assert (mechanic.women, mechanic.year) == (1383, 2024)


def test_an_older_table_is_refused_row_by_row(session: Session, tmp_path: Path) -> None:
    load()
    path = tmp_path / "scb.csv"
    path.write_text("yrke;kön;2020\n7531 Skräddare;kvinnor;1\n7531 Skräddare;män;9\n", encoding="utf-8")
    lines = load_table(path)
    assert lines[0] == "Inläst: 0 rader."
    assert "Utelämnad, rad 2 (7531 Skräddare): 2020 är äldre än 2024, som redan är inläst" in lines


def test_bad_rows_of_our_own_files_are_named_and_the_rest_loads(session: Session, tmp_path: Path) -> None:
    for path in DATA.glob("*.csv"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "kommuner.csv").open("a", encoding="utf-8") as file:
        file.write("13x6,Ingenstans,,\n")
    with (tmp_path / "trades.csv").open("a", encoding="utf-8") as file:
        file.write("9999,Yrke utan område,Göra saker,finns-inte,5,5,2024\n")
    lines = load(tmp_path)
    assert lines[0] == "Inläst: 70 rader."
    assert "Utelämnad, rad 15 (13x6 Ingenstans): kommunkoden är inte fyra siffror" in lines
    assert "Utelämnad, rad 38 (9999 Yrke utan område): yrkesområdet finns inte" in lines


def test_a_position_outside_the_country_is_named_and_its_kommun_loads(
    session: Session, tmp_path: Path
) -> None:
    for path in DATA.glob("*.csv"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    kommuner = tmp_path / "kommuner.csv"
    text = kommuner.read_text(encoding="utf-8")
    kommuner.write_text(text.replace("59.24196,18.22762", "18.22762,59.24196"), encoding="utf-8")
    assert "Utelämnad, rad 8 (0138 Tyresö): koordinaterna ligger inte i Sverige" in load(tmp_path)
    assert lists().kommuner["0138"].position is None
    assert lists().kommuner["0136"].town == "Handen"
    load()
    assert lists().kommuner["0138"].position == Position(59.24196, 18.22762)


def test_lists_are_kept_for_a_while_and_not_past_a_load(app: Flask, session: Session) -> None:
    app.config["REFERENCE_SECONDS"] = 60
    try:
        kept = lists()
        assert lists() is kept
        load()
        assert lists().kommuner.keys() > kept.kommuner.keys()
    finally:
        del app.config["REFERENCE_SECONDS"]
        forget_lists()


def test_a_missing_file_and_another_kind_of_file_are_refused_in_words(
    session: Session, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match="finns inte"):
        load_table(tmp_path / "saknas.csv")
    other = tmp_path / "other.csv"
    other.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(Invalid, match="känns inte igen"):
        load_table(other)
