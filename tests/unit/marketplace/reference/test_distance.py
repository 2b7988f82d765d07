"""Kilometres between kommuner, as the crow flies."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.reference.rules import Position, distance_km, kommuner_within
from marketplace.reference.services import DATA

positions = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


def shipped() -> dict[str, Position]:
    with (DATA / "kommuner.csv").open(encoding="utf-8") as file:
        return {
            row["code"]: Position(float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        }


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [("0138", "0136", 10), ("0138", "0180", 13), ("0180", "0181", 29), ("0180", "1293", 435)],
)
def test_known_distances(one: str, other: str, km: int) -> None:
    towns = shipped()
    assert distance_km(towns[one], towns[other]) == pytest.approx(km, abs=1)


def test_a_quarter_of_the_earth() -> None:
    assert distance_km(Position(0, 0), Position(90, 0)) == pytest.approx(10_007.6, abs=0.5)


@given(positions, positions)
def test_it_is_as_far_there_as_back(one: Position, other: Position) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))
    assert 0 <= distance_km(one, other) <= 20_016
    assert distance_km(one, one) == 0


def test_every_kommun_that_is_shipped_has_a_place_in_sweden() -> None:
    assert all(position.is_in_sweden for position in shipped().values())
    assert not Position(18.2, 59.2).is_in_sweden


def test_kommuner_within() -> None:
    near = kommuner_within("0138", 30, shipped())
    assert {"0138", "0136", "0180", "0182", "0160"} <= near
    assert not near & {"0181", "0192", "1293"}
    assert kommuner_within("0138", 0, shipped()) == {"0138"}
    assert kommuner_within("9999", 500, shipped()) == {"9999"}
