"""A paper as a PDF, and a list as a file: CSV that a Swedish Excel opens as it is (semicolons, decimal commas, UTF-8
with a mark), or XLSX.

A view that shows a list has one more for its file, at an address that ends with FILE. Nothing in a file is run: a text
that a spreadsheet takes for a formula stays a text.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from flask import Response

from marketplace.documents import Paper, pdf

FILE: Final = "<any(csv, xlsx):file_format>"
"""The end of a file's address: @bp.get(f"/lista.{FILE}")."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_XLSX = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST = 60  # characters

Row = Sequence[object]


def file_response(file_format: str, name: str, header: Sequence[str], rows: Iterable[Row]) -> Response:
    """The rows as a download in the format that the address asks for."""
    if file_format == "xlsx":
        body, content_type = _xlsx(header, rows), _XLSX_TYPE
    else:
        body, content_type = _csv(header, rows), "text/csv; charset=utf-8"
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    return response


def pdf_response(paper: Paper, filename: str) -> Response:
    """The paper as a PDF to keep."""
    response = Response(pdf(paper), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _csv(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_csv_cell(value) for value in row] for row in [header, *rows])
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: object) -> object:
    """A CSV cell has no type: a text that would be run gets an apostrophe before it."""
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case Decimal() | float():
            return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
        case str() if value.startswith(_FORMULA_STARTS):
            return f"'{value}"
    return value


def _xlsx(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell
    from openpyxl.utils import get_column_letter

    def text(value: str) -> Cell:
        """A text, whatever it begins with."""
        cell = WriteOnlyCell(sheet, _NOT_IN_XLSX.sub("", value))
        cell.data_type = "s"
        return cell

    lines = [header, *rows]
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.freeze_panes = "A2"
    for number, column in enumerate(zip(*lines, strict=True), start=1):
        longest = max(len(str(value)) for value in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(longest, _WIDEST) + 2
    for line in lines:
        sheet.append([text(value) if isinstance(value, str) else value for value in line])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
