"""CSV files as a Swedish Excel opens them, and nothing in them that it would run."""

from datetime import date
from decimal import Decimal

from marketplace.web.downloads import csv_response
from tests.web.small_app import small_app


def test_cells_are_written_for_a_swedish_spreadsheet() -> None:
    with small_app().test_request_context():
        response = csv_response(
            "platser",
            ("Namn", "Dag", "Timmar"),
            [("Å;ä", date(2026, 3, 9), Decimal("7.50")), ("=SUM(A1)", None, 0.5), ("-2", 3, "+46")],
        )
    body = response.get_data()
    assert body.startswith("\ufeff".encode())
    assert body.decode("utf-8-sig").splitlines() == [
        "Namn;Dag;Timmar",
        '"Å;ä";2026-03-09;7,5',
        "'=SUM(A1);;0,5",
        "'-2;3;'+46",
    ]
    assert response.headers["Content-Disposition"] == 'attachment; filename="platser.csv"'
