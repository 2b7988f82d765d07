"""Tables as CSV files that a Swedish Excel opens as they are: semicolons, decimal commas, UTF-8 with a mark."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from flask import Response

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows as a download. A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> object:
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
