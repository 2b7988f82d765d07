"""The order of months of hours, and what a file says."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.hours.rules import HEADER, Sent, Standing, Stay, as_text, lines_of, standings

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
MONTHS = (MARCH, APRIL, MAY)
SENT, AGAIN, TO_SEND = Standing.SENT, Standing.AGAIN, Standing.TO_SEND


@pytest.mark.parametrize(
    ("sent", "expected", "turns"),
    [
        ({}, (TO_SEND, TO_SEND, TO_SEND), MONTHS),
        ({MARCH: Sent(1, 0)}, (SENT, TO_SEND, TO_SEND), (APRIL,)),
        ({MARCH: Sent(1, 0), APRIL: Sent(2, 0), MAY: Sent(3, 0)}, (SENT, SENT, SENT), ()),
        ({MARCH: Sent(1, 2), APRIL: Sent(2, 0)}, (AGAIN, AGAIN, TO_SEND), (MARCH,)),
        ({MARCH: Sent(3, 0), APRIL: Sent(2, 0)}, (SENT, AGAIN, TO_SEND), (APRIL,)),
        ({MARCH: Sent(3, 0), APRIL: Sent(4, 1), MAY: Sent(5, 0)}, (SENT, AGAIN, AGAIN), (APRIL,)),
    ],
)
def test_months_go_in_order(
    sent: dict[date, Sent], expected: tuple[Standing, ...], turns: tuple[date, ...]
) -> None:
    found = standings(MONTHS, sent)
    assert tuple(one.standing for one in found) == expected
    assert tuple(one.month for one in found if one.may_send) == turns


def test_a_line_has_what_the_report_asks_for_by_personal_number() -> None:
    stays = [
        Stay(2, 20, 7, date(2026, 3, 9), None, Decimal("12.5")),
        Stay(1, 10, 7, date(2026, 3, 2), date(2026, 3, 27), Decimal(0)),
    ]
    lines = lines_of(stays, {10: "199001022384", 20: "197010632391"}, {7: "Haninge"})
    assert lines == [
        ("19701063-2391", date(2026, 3, 9), "Haninge", Decimal("12.5"), None),
        ("19900102-2384", date(2026, 3, 2), "Haninge", Decimal(0), date(2026, 3, 27)),
    ]
    assert all(len(line) == len(HEADER) for line in lines)
    assert as_text(lines).splitlines()[0] == "19701063-2391;2026-03-09;Haninge;12.5;"
