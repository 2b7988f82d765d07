"""Files of places: read whatever a spreadsheet makes of them, every fault told by line and column."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.places.cell_rules import COLUMN_SV, cells_of, read_clock
from enterprises.places.import_rules import (
    LARGEST,
    MOST_LINES,
    Existing,
    Known,
    LineKind,
    RawLine,
    ReadLine,
    read_file,
    read_lines,
    saved_sv,
)
from enterprises.places.offer_rules import Told
from enterprises.places.rules import Adaptation, Demand
from marketplace.errors import Invalid

TOLD = Told(
    "Rabatterna",
    "Rensa och vattna.",
    10,
    30,
    7,
    adaptations=("quiet", "seated"),
    languages=("ar", "sv"),
    tasks=("Rensa", "Vattna"),
    rotates=True,
    weekdays=(1, 2, 3, 4, 5),
    day_starts=time(8, 30),
    day_ends=time(15),
    demands=("dust", "standing"),
)
KNOWN = Known(
    sites={"trädgården": 1, "verkstaden": 2},
    trades=frozenset({"6113", "7231", "0110"}),
    places={
        5: Existing(3, TOLD, 1, "6113", 4, is_draft=False, is_closed=False),
        6: Existing(1, TOLD, 1, "6113", 4, is_draft=True, is_closed=False),
        7: Existing(1, TOLD, 1, "6113", 4, is_draft=False, is_closed=True),
    },
)
NEW = {
    "id": "",
    "site": "Trädgården",
    "ssyk": "6113",
    "name": "Växthuset",
    "tasks_sv": "Odla.",
    "seats": "3",
    "hours_per_week_min": "10",
    "hours_per_week_max": "30",
    "lead_time_days": "0",
}


def line(cells: dict[str, str]) -> ReadLine:
    return read_lines([RawLine(2, cells)], KNOWN)[0]


def as_file(*rows: dict[str, str], delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    keys = list(rows[0])
    lines = [[COLUMN_SV[key] for key in keys], *([row[key] for key in keys] for row in rows)]
    return "\r\n".join(delimiter.join(cells) for cells in lines).encode(encoding)


# The file.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_file_is_read_whatever_the_spreadsheet_made_of_it(encoding: str, delimiter: str) -> None:
    [read] = read_file(as_file(NEW, delimiter=delimiter, encoding=encoding))
    assert read == RawLine(2, NEW)


def test_columns_stand_in_any_order_and_strange_ones_are_left_unread() -> None:
    [read] = read_file(b"Plats;Kommun; NUMMER \nOdlingen;Haninge;5\n;;\n")
    assert read == RawLine(2, {"name": "Odlingen", "id": "5"})


def test_an_apostrophe_before_a_formula_is_the_exports_and_not_the_writers() -> None:
    [read] = read_file(b"Nummer;Plats\n5;'=1+1\n")
    assert read.cells["name"] == "=1+1"
    [read] = read_file(b"Nummer;Plats\n5;'s hertogenbosch\n")
    assert read.cells["name"] == "'s hertogenbosch"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "tom"),
        (b"\n\n", "tom"),
        (b"x" * (LARGEST + 1), "för stor"),
        (b"Nummer;Plats\n", "inga rader"),
        (b'Nummer;Plats\n5;"Odling\n', "citattecken"),
        (b"PK\x03\x04\x00\x00\x00", "ingen textfil"),
        (b"\xff\xfe\x00", "ingen textfil"),
        (b"Plats;Beskrivning\nA;B\n", "saknar rubriker.*Arbetsställe"),
        (b"Nummer;Plats;Plats\n5;A;B\n", "två gånger"),
        (b"Nummer\n" + b"5\n" * (MOST_LINES + 1), "Högst 500|högst 500"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        read_file(content)
    assert refused.value.field == "file"


@given(st.binary(max_size=400))
def test_any_bytes_are_lines_or_words(content: bytes) -> None:
    try:
        lines = read_file(b"Nummer;Plats\n" + content)
    except Invalid:
        return
    read_lines(lines, KNOWN)


# A line.


def test_a_new_place() -> None:
    read = line(NEW)
    assert (read.kind, read.site_id, read.ssyk, read.seats) == (LineKind.NEW, 1, "6113", 3)
    assert read.words["name"] == "Växthuset"


def test_a_place_changes_in_what_the_file_has_and_stands_otherwise() -> None:
    read = line({"id": "5", "name": "Rabatterna", "hours_per_week_max": "25", "demands": ""})
    assert read.kind is LineKind.CHANGED
    assert read.changes_sv == [
        "Högst timmar: 30 → 25",
        "Krav: Stå och gå hela dagen | Damm eller ämnen som kan ge allergi → –",
    ]


def test_what_the_export_writes_changes_nothing() -> None:
    cells = cells_of(TOLD) | {"id": "5", "revision": "3", "site": "Trädgården", "ssyk": "6113", "seats": "4"}
    assert line(cells).kind is LineKind.SAME


@given(
    st.builds(
        Told,
        name=st.text("abåäö |'=", min_size=1).map(str.strip).filter(bool),
        tasks_sv=st.text("abåäö;\n", min_size=1).map(str.strip).filter(bool),
        hours_per_week_min=st.integers(1, 20),
        hours_per_week_max=st.integers(20, 40),
        lead_time_days=st.integers(0, 180),
        adaptations=st.sets(st.sampled_from(Adaptation)).map(lambda some: tuple(sorted(map(str, some)))),
        demands=st.sets(st.sampled_from(Demand)).map(lambda some: tuple(sorted(map(str, some)))),
        tasks=st.sets(st.sampled_from(["Rensa", "Vattna", "Köra = lasta"])).map(tuple),
        weekdays=st.sets(st.integers(1, 7), min_size=1).map(lambda some: tuple(sorted(some))),
    )
)
def test_every_place_comes_back_as_it_was(told: Told) -> None:
    known = replace(KNOWN, places={5: replace(KNOWN.places[5], told=told)})
    [read] = read_lines([RawLine(2, cells_of(told) | {"id": "5"})], known)
    assert (read.kind, read.errors, read.changes_sv) == (LineKind.SAME, {}, [])


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        (NEW | {"site": "Tradgarden"}, "site", "Menade du trädgården"),
        (NEW | {"site": ""}, "site", "Fyll i"),
        (NEW | {"ssyk": "9999"}, "ssyk", "finns inte"),
        (NEW | {"seats": "61"}, "seats", "1 till 60"),
        (NEW | {"seats": "många"}, "seats", "1 till 60"),
        (NEW | {"name": ""}, "name", "Fyll i"),
        (NEW | {"hours_per_week_min": "tio"}, "hours_per_week_min", "helt tal"),
        (NEW | {"hours_per_week_max": "9"}, "hours_per_week_max", "10 till 40"),
        (NEW | {"demands": "Tunga lift"}, "demands", "Menade du Tunga lyft"),
        (NEW | {"languages": "Klingonska"}, "languages", "finns inte i listan"),
        (NEW | {"weekdays": "helgen"}, "weekdays", "mån-fre"),
        (NEW | {"weekdays": ""}, "weekdays", "minst en dag"),
        (NEW | {"day_starts": "åtta", "day_ends": "15"}, "day_starts", "8.30"),
        (NEW | {"day_starts": "8", "day_ends": ""}, "day_ends", "både"),
        (NEW | {"day_starts": "8", "day_ends": "10"}, "hours_per_week_max", "räcker till 10 timmar"),
        (NEW | {"rotates": "kanske"}, "rotates", "ja eller nej"),
        (NEW | {"rotates": "ja", "tasks": "En"}, "rotates", "minst två"),
        (NEW | {"tasks_sv": "x" * 9000}, "tasks_sv", "Högst 8000"),
        ({"id": "99"}, "id", "ingen plats med nummer 99"),
        ({"id": "fem"}, "id", "ingen plats"),
        ({"id": "7"}, "id", "nedlagd"),
        ({"id": "5", "revision": "2"}, "revision", "ändrats sedan filen hämtades"),
        ({"id": "5", "seats": "9"}, "seats", "Skriv 4"),
        ({"id": "5", "site": "Verkstaden"}, "site", "efter publiceringen"),
        ({"id": "5", "ssyk": "7231"}, "ssyk", "efter publiceringen"),
    ],
)
def test_a_fault_is_told_by_column_with_what_to_do(cells: dict[str, str], column: str, said: str) -> None:
    read = line(cells)
    assert read.kind is LineKind.WRONG
    assert said in read.errors[column], read.errors
    assert read.cells is cells, "what was written stays"


def test_everything_wrong_with_a_line_is_said_at_once() -> None:
    read = line(NEW | {"ssyk": "9999", "seats": "", "weekdays": "helgen", "demands": "Allt"})
    assert set(read.errors) == {"ssyk", "seats", "weekdays", "demands"}


def test_a_draft_may_move_and_a_trade_has_lost_its_zero() -> None:
    read = line({"id": "6", "site": "verkstaden", "ssyk": "110"})
    assert (read.kind, read.site_id, read.ssyk) == (LineKind.CHANGED, 2, "0110")
    assert read.changes_sv == ["Arbetsställe: verkstaden", "SSYK: 6113 → 0110"]


def test_the_same_place_twice_is_told_on_the_second_line() -> None:
    first, second = read_lines([RawLine(2, {"id": "5"}), RawLine(3, {"id": "5"})], KNOWN)
    assert first.kind is LineKind.SAME
    assert "rad 2" in second.errors["id"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("8", time(8)), ("8.30", time(8, 30)), ("08:30", time(8, 30)), ("0830", time(8, 30)), ("", None)],
)
def test_a_clock_as_people_write_it(typed: str, read: time | None) -> None:
    assert read_clock(typed) == read


@pytest.mark.parametrize("typed", ["24.00", "8.60", "halv nio", "8-9", "٨"])
def test_what_is_no_clock_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"8\.30"):
        read_clock(typed)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("mån-fre", (1, 2, 3, 4, 5)),
        ("Måndag, onsdag och fredag", (1, 3, 5)),
        ("tis–tors", (2, 3, 4)),
        ("1,3", (1, 3)),
        ("lör sön", (6, 7)),
    ],
)
def test_days_as_people_write_them(typed: str, days: tuple[int, ...]) -> None:
    assert line(NEW | {"weekdays": typed}).words["weekdays"] == days


def test_what_was_saved_is_said_in_numbers() -> None:
    assert saved_sv(1, 2) == "1 ny plats och 2 ändrade platser"
    assert saved_sv(0, 0) == "inga platser"
