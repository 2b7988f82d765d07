"""Gaps, idle days, the map, freshness and alerts, without a database."""

from datetime import date, timedelta
from itertools import product
from random import Random
from statistics import mean, median

import pytest

from indicators.alerts.rules import AlertKind, Supply, Watch
from indicators.capacity.freshness_rules import EnterpriseFreshness, freshness_finding_sv
from indicators.capacity.gap_rules import Room, gaps, gaps_finding_sv, last_whole_month, published
from indicators.capacity.idle_rules import idle_by, idle_finding_sv, idle_of
from indicators.capacity.map_rules import KommunSeats, by_kommun, map_finding_sv, map_series
from indicators.capacity.rules import Capacity, forecast_sv
from marketplace.errors import Invalid
from marketplace.reference.rules import Position

TODAY = date(2026, 9, 15)


def test_median_and_mean_are_those_of_every_single_gap() -> None:
    random = Random(1)
    for _ in range(50):
        lengths = [
            (days, random.randrange(1, 4)) for days in random.sample(range(40), random.randrange(1, 9))
        ]
        every = [days for days, times in lengths for _ in range(times)]
        idle = idle_of(lengths)
        assert idle is not None
        assert (idle.gaps, idle.mean, idle.median) == (len(every), mean(every), median(every))
    assert idle_of([]) is None


def test_idle_days_are_told_by_name_and_in_words() -> None:
    found = idle_by({"b": "Bageriet", "a": "Gården", "c": "Tom"}, {"a": [(1, 1)], "b": [(2, 1), (3, 1)]})
    assert list(found) == ["Bageriet", "Gården"]
    assert idle_finding_sv(found["Bageriet"], 2026).startswith(
        "Hälften av gångerna stod platsen tom 2,5 dagar"
    )
    assert " 1 dag eller kortare" in idle_finding_sv(found["Gården"], 2026)


def test_the_last_whole_month() -> None:
    assert last_whole_month(date(2026, 1, 31)) == date(2025, 12, 1)
    assert last_whole_month(date(2026, 3, 1)) == date(2026, 2, 1)


def test_no_number_that_is_hidden_follows_from_what_is_shown() -> None:
    """Every hidden cell can be another number, given the shown ones."""
    waiting = {("", ""): 9, ("1", ""): 6, ("2", ""): 3, ("", "a"): 6, ("1", "a"): 5, ("2", "a"): 1}
    shown = published(waiting, ["1", "2"], ["a"])
    possible: dict[tuple[str, str], set[int]] = {cell: set() for cell in shown}
    for one_a, one_other, two_a, two_other in product(range(14), repeat=4):
        cells = {
            ("1", "a"): one_a,
            ("2", "a"): two_a,
            ("1", ""): one_a + one_other,
            ("2", ""): two_a + two_other,
            ("", "a"): one_a + two_a,
            ("", ""): one_a + one_other + two_a + two_other,
        }
        if all(number is None or cells[cell] == number for cell, number in shown.items()):
            for cell, number in cells.items():
                possible[cell].add(number)
    assert all(len(possible[cell]) > 1 for cell, number in shown.items() if number is None)
    assert all(number >= 5 for number in shown.values() if number is not None)


def test_gaps_say_what_is_lacking_and_for_whom() -> None:
    waiting = {("", ""): 30, ("1", ""): None, ("2", ""): 20, ("", "a"): 8, ("", "b"): 9, ("2", "c"): 6}
    seats = {
        ("a", "1"): Capacity(seats=4, free_within=4),
        ("a", "2"): Capacity(seats=6, free_within=5),
        ("b", "2"): Capacity(seats=3, booked=3),
    }
    found = {(gap.kommun_code, gap.ssyk): gap for gap in gaps(waiting, seats)}
    assert ("1", "") not in found
    assert found["", "a"].room is Room.ENOUGH
    assert found["", "b"].room is Room.FULL
    assert found["2", "c"].room is Room.NONE
    assert (found["2", ""].room, found["2", ""].lacking) == (Room.SHORT, 15)
    assert next(iter(found)) == ("", "")
    assert gaps_finding_sv(found.values()) == "Platserna i 2 yrken räcker inte till dem som väntar"
    assert gaps_finding_sv([found["", "a"]]) == "Inget yrke som fem eller fler väntar på saknas"
    assert gaps_finding_sv([found["", ""]]) == "Per yrke"


def test_the_map_places_kommuner_where_they_lie() -> None:
    names = {"1": "Norrby", "2": "Söderby", "3": "Tomby", "4": "Annans"}
    cells = {
        ("a", "1"): Capacity(seats=4, booked=1),
        ("b", "1"): Capacity(seats=5),
        ("a", "2"): Capacity(2, 0, 0, 2),
    }
    found = by_kommun(cells, names, ["1", "2", "3"])
    assert [(one.name, one.capacity.seats) for one in found] == [("Norrby", 9), ("Söderby", 2), ("Tomby", 0)]
    positions = {"1": Position(59.4, 18.0), "2": Position(59.2, 18.0)}
    series = map_series(found, positions)
    (north,), (south,) = series["Har lediga platser"], series["Alla platser upptagna"]
    assert series["Inga platser"] == [], "not where nobody knows"
    assert north[3] == "Norrby: 8 av 9"
    assert north[0] == south[0]
    assert north[1] - south[1] == pytest.approx(22.24)
    assert north[2] > south[2]
    assert map_finding_sv(found) == "Flest lediga platser i Norrby: 8. 2 kommuner utan lediga platser"
    assert map_finding_sv(found[:1]) == "8 lediga platser i Norrby"
    assert map_finding_sv(found[1:]) == "Ingen kommun har lediga platser"
    assert map_finding_sv([]) == "Ingen kommun har lediga platser"
    assert map_series([KommunSeats("9", "Okänd", Capacity())], {})["Inga platser"] == []


def test_the_forecast_says_what_will_be() -> None:
    assert forecast_sv([4.2, 3, 9.4]) == "Fler lediga platser om 2 veckor: 9, mot 4 nu"
    assert forecast_sv([4, 3]) == "Färre lediga platser om 1 vecka: 3, mot 4 nu"
    assert forecast_sv([4, 4.1]) == "Lika många lediga platser om 1 vecka som nu: 4"
    assert forecast_sv([]) == "Lediga platser de närmaste veckorna"


def test_freshness_is_told_in_words() -> None:
    found = [EnterpriseFreshness("A", 1, 0, TODAY), EnterpriseFreshness("B", 2, 1, TODAY)]
    assert freshness_finding_sv(found, 90) == "1 av 3 arbetsträningsplatser är obekräftade"
    assert freshness_finding_sv(found[:1], 90) == "Alla uppgifter är bekräftade de senaste 90 dagarna"


SUPPLY = Supply(
    {
        ("a", "1"): Capacity(seats=4, booked=3, free_within=2),
        ("b", "1"): Capacity(seats=2, closed=2),
        ("a", "2"): Capacity(seats=5, free_within=5),
    },
    {
        ("a", "1", TODAY): 1,
        ("b", "1", TODAY - timedelta(days=60)): 1,
        ("a", "2", TODAY - timedelta(days=90)): 1,
    },
)


@pytest.mark.parametrize(
    ("watch", "value", "is_raised"),
    [
        (Watch(AlertKind.FREE, 7), 6, True),
        (Watch(AlertKind.FREE, 6), 6, False),
        (Watch(AlertKind.FREE, 2, "1"), 1, True),
        (Watch(AlertKind.FREE_WITHIN, 1, None, "b"), 0, True),
        (Watch(AlertKind.FREE_WITHIN, 2, "1", "a"), 2, False),
        (Watch(AlertKind.FREE, 1, "3"), 0, True),
        (Watch(AlertKind.UNCONFIRMED, 60), 2, True),
        (Watch(AlertKind.UNCONFIRMED, 61, "1"), 0, False),
    ],
)
def test_an_alert_is_raised_beyond_its_limit(watch: Watch, value: int, is_raised: bool) -> None:
    assert watch.value(SUPPLY, TODAY) == value
    assert watch.is_raised(value) is is_raised


def test_an_alert_is_told_in_words() -> None:
    kommuner, trades = {"1": "Haninge"}, {"a": "Sömnad"}
    few, within, old = (Watch(kind, 3, "1", "a") for kind in AlertKind)
    assert few.limit_sv() == "Färre än 3 lediga platser"
    assert within.limit_sv() == "Färre än 3 lediga platser inom 14 dagar"
    assert Watch(AlertKind.FREE_WITHIN, 1).limit_sv() == "Ingen ledig plats inom 14 dagar"
    assert old.limit_sv() == "Uppgifter som inte har bekräftats på 3 dagar"
    assert (few.value_sv(1), within.value_sv(2)) == ("1 ledig plats", "2 lediga platser inom 14 dagar")
    assert old.value_sv(1) == "1 obekräftad arbetsträningsplats"
    assert few.where_sv(kommuner, trades) == "Sömnad i Haninge"
    assert Watch(AlertKind.FREE, 1).where_sv({}, {}) == "Alla yrken i alla kommuner"


@pytest.mark.parametrize(
    ("kind", "threshold"), [(AlertKind.FREE, 0), (AlertKind.FREE, 1001), (AlertKind.UNCONFIRMED, 366)]
)
def test_a_limit_beyond_reason_is_refused(kind: AlertKind, threshold: int) -> None:
    with pytest.raises(Invalid) as refused:
        Watch(kind, threshold)
    assert refused.value.field == "threshold"
