"""Seats over days counted in Python, and why a place is not found, in words."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.places.rules import FOREVER, PlaceState
from marketplace.reference.rules import Position
from placements.search.rules import SearchCriteria
from placements.search.seat_rules import (
    Use,
    free_from,
    free_over,
    free_until,
    in_service,
    last_taken,
    weeks_free,
)
from placements.search.why_rules import Standing, reasons

TODAY = date(2026, 2, 2)
START_BY, UNTIL = date(2026, 2, 9), date(2026, 3, 1)
ASKED = SearchCriteria(START_BY, UNTIL)
POSITIONS = {"0138": Position(59.24, 18.23), "0136": Position(59.17, 18.14), "1293": Position(56.16, 13.77)}


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def test_seats_are_counted_over_whole_spans() -> None:
    seats = [
        [],
        [Use(day("01-01"), day("02-10"))],
        [Use(day("02-20"), day("02-20"))],
        [Use(day("03-02"), FOREVER, is_retired=True)],
    ]
    assert free_over(seats, START_BY, UNTIL) == 2
    assert in_service(seats, START_BY) == 4
    assert in_service(seats, day("03-02")) == 3
    assert last_taken(seats, START_BY, UNTIL, TODAY) == [None, None]
    before = [[Use(day("01-01"), day("02-05"))], [Use(day("01-01"), day("01-31"))]]
    assert last_taken(before, START_BY, UNTIL, TODAY) == [day("02-05"), None]


def test_weeks_begin_on_mondays_and_this_one_today() -> None:
    seats = [[Use(day("02-03"), day("02-04"))], []]
    wednesday = day("02-05")
    weeks = weeks_free(seats, wednesday, 2)
    assert weeks == [(TODAY, 2, 2), (day("02-09"), 2, 2)]
    assert weeks_free(seats, TODAY, 1) == [(TODAY, 1, 2)]


_SOME_DAY = st.integers(-40, 100).map(lambda days: TODAY + timedelta(days=days))
_USE = st.tuples(_SOME_DAY, st.integers(0, 60), st.booleans()).map(
    lambda drawn: Use(drawn[0], drawn[0] + timedelta(days=drawn[1]), drawn[2])
)


@given(st.lists(st.lists(_USE, max_size=3), max_size=3), st.integers(0, 6))
def test_weeks_say_what_each_span_says(seats: list[list[Use]], weekday: int) -> None:
    from_day = TODAY + timedelta(days=weekday)
    for monday, free, serving in weeks_free(seats, from_day):
        since = max(monday, from_day)
        assert free == free_over(seats, since, monday + timedelta(days=6))
        assert serving == in_service(seats, since)


def test_when_a_seat_is_free_for_so_long() -> None:
    uses = [Use(day("02-01"), day("02-15")), Use(day("02-20"), day("02-28"))]
    assert free_from(uses, START_BY, 4) == day("02-16")
    assert free_from(uses, START_BY, 5) == day("03-01")
    assert free_from([], START_BY, 90) == START_BY
    assert free_from([Use(START_BY, FOREVER, is_retired=True)], START_BY, 1) is None
    assert free_until(uses, START_BY) is None
    assert free_until(uses, day("02-16")) == day("02-19")


def standing() -> Standing:
    return Standing(
        state=PlaceState.PUBLISHED,
        kommun_code="0136",
        kommun_name="Haninge",
        ssyk="7531",
        trade_name="Sy kläder",
        field_id="craft",
        hours_per_week_min=10,
        hours_per_week_max=30,
        lead_time_days=0,
        weekdays=[1, 2],
        demands=["standing", "dust"],
        adaptations=["quiet"],
        languages=["sv"],
        is_said=True,
        contract_sv="",
        seats=[[]],
    )


@pytest.mark.parametrize(
    ("facts", "asked", "says"),
    [
        ({"state": PlaceState.PAUSED}, {}, "Leverantören har pausat platsen."),
        ({"lead_time_days": 10}, {}, "börja tidigast 2026-02-12: leverantören behöver 10 dagar på sig"),
        ({"contract_sv": "Avtalet slutar."}, {}, "Avtalet slutar."),
        (
            {"seats": [[Use(day("01-01"), day("02-10"))]]},
            {},
            "Fullt till v. 7: hela perioden är ledig tidigast från 2026-02-11.",
        ),
        (
            {"seats": [[Use(day("02-20"), day("04-01"))]]},
            {},
            "Ledigt bara till och med 2026-02-19. Hela perioden är ledig tidigast från 2026-04-02.",
        ),
        ({"seats": [[Use(START_BY, FOREVER, is_retired=True)]]}, {}, "Fullt: inget slut är bestämt."),
        ({"seats": []}, {}, "Platsen har inga platser."),
        ({}, {"kommun_codes": ("0138",)}, "Platsen ligger i Haninge."),
        ({}, {"near_kommun": "0138", "within_km": 5}, "Platsen ligger i Haninge, 9 km bort."),
        ({"kommun_code": "9999"}, {"near_kommun": "0138", "within_km": 5}, "inte känt hur långt"),
        ({}, {"ssyks": ("6112",)}, "Yrket är ett annat: sy kläder."),
        ({}, {"field_ids": ("other",)}, "Yrket är ett annat"),
        ({}, {"hours_per_week": Decimal("35.5")}, "Platsen tar emot 10–30 timmar i veckan, inte 35,5."),
        ({}, {"weekdays": (2, 3, 4), "days_per_week": 2}, "öppen måndag, tisdag: 1 av de 2 dagar som behövs"),
        ({}, {"adaptations": ("quiet", "seated")}, "Leverantören har inte angett: sittande arbete."),
        ({}, {"language": "ar"}, "Ingen handledare har angett arabiska."),
        ({}, {"demands_avoided": ("dust", "noise")}, "Arbetet ställer krav: damm"),
        ({"is_said": False}, {"text": "bageri"}, "Sökorden ”bageri” finns inte"),
    ],
)
def test_each_reason_in_words(facts: dict[str, object], asked: dict[str, object], says: str) -> None:
    found = reasons(replace(standing(), **facts), replace(ASKED, **asked), POSITIONS, TODAY)  # type: ignore[arg-type]
    assert len(found) == 1
    assert says in found[0]


def test_a_place_that_is_offered_has_no_reason() -> None:
    asked = replace(
        ASKED,
        near_kommun="0138",
        within_km=10,
        weekdays=(1, 2, 3),
        days_per_week=2,
        hours_per_week=Decimal(30),
        demands_avoided=("noise",),
    )
    assert reasons(standing(), asked, POSITIONS, TODAY) == []
    late = START_BY + timedelta(days=1)
    assert (
        reasons(replace(standing(), lead_time_days=7), replace(ASKED, start_by=late), POSITIONS, TODAY) == []
    )
