"""Lists as files: CSV as a Swedish Excel opens it, XLSX with real dates and numbers, and nothing that is run."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from werkzeug.routing import Map, Rule

from marketplace.web.downloads import FILE, file_response
from tests.web.small_app import small_app

HEADER = ("Namn", "Dag", "Timmar")
ROWS: Sequence[Sequence[object]] = [
    ("Å;ä", date(2026, 3, 9), Decimal("7.50")),
    ("=SUM(A1)", None, 0.5),
    ("-2", 3, "+46"),
    ("@a", "\tb", "=cmd|' /C calc'!A0"),
]


def test_cells_are_written_for_a_swedish_spreadsheet() -> None:
    with small_app().test_request_context():
        response = file_response("csv", "platser", HEADER, ROWS)
    body = response.get_data()
    assert body.startswith("\ufeff".encode())
    assert body.decode("utf-8-sig").splitlines() == [
        "Namn;Dag;Timmar",
        '"Å;ä";2026-03-09;7,5',
        "'=SUM(A1);;0,5",
        "'-2;3;'+46",
        "'@a;'\tb;'=cmd|' /C calc'!A0",
    ]
    assert response.headers["Content-Disposition"] == 'attachment; filename="platser.csv"'


def test_a_workbook_holds_the_same_rows_with_their_types_and_no_formula() -> None:
    with small_app().test_request_context():
        response = file_response("xlsx", "platser", HEADER, ROWS)
    assert response.headers["Content-Disposition"] == 'attachment; filename="platser.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(response.get_data())).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Namn", "Dag", "Timmar"],
        ["Å;ä", datetime(2026, 3, 9), 7.5],  # noqa: DTZ001 - a spreadsheet's day has no zone
        ["=SUM(A1)", None, 0.5],
        ["-2", 3, "+46"],
        ["@a", "\tb", "=cmd|' /C calc'!A0"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "d", "n"}
    assert sheet["B2"].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_heading_is_no_formula_either(sign: str) -> None:
    with small_app().test_request_context():
        body = file_response("csv", "a", (f"{sign}A1",), [(f"{sign}A2",)]).get_data().decode("utf-8-sig")
    assert body.replace('"', "").startswith(f"'{sign}A1")
    assert f"'{sign}A2" in body


def test_what_a_workbook_cannot_hold_is_left_out_and_an_empty_list_is_a_file() -> None:
    with small_app().test_request_context():
        sheet = openpyxl.load_workbook(
            io.BytesIO(file_response("xlsx", "a", ("Namn",), [("a\x00b\x1fc",)]).get_data())
        ).active
        assert sheet is not None
        assert sheet["A2"].value == "abc"
        assert file_response("xlsx", "a", ("Namn",), []).get_data()


@pytest.mark.parametrize(
    ("path", "is_file"), [("/lista.csv", True), ("/lista.xlsx", True), ("/lista.ods", False)]
)
def test_an_address_ends_with_a_format_that_there_is(path: str, is_file: bool) -> None:
    adapter = Map([Rule(f"/lista.{FILE}", endpoint="lista")]).bind("localhost")
    assert adapter.test(path) is is_file
