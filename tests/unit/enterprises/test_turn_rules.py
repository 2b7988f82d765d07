"""Whose turn it is: by when the contract began, from the one after the last."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enterprises.directory.turn_rules import InLine, Turn, in_turn

_DAY = date(2026, 1, 1)


def _line(*starts: int) -> list[InLine]:
    return [
        InLine(Turn(_DAY + timedelta(days=start), number), number, f"F{number}")
        for number, start in enumerate(starts)
    ]


def _ids(order: object) -> list[int]:
    return [one.enterprise_id for one in order]  # type: ignore[attr-defined]


def test_the_first_turn_is_the_oldest_contracts() -> None:
    assert _ids(in_turn(_line(5, 1, 3), None)) == [1, 2, 0]


def test_the_turn_goes_on_after_the_last_and_round() -> None:
    line = _line(5, 1, 3)
    assert _ids(in_turn(line, line[2].turn)) == [0, 1, 2]
    assert _ids(in_turn(line, line[0].turn)) == [1, 2, 0]


def test_it_goes_on_also_when_the_last_has_left() -> None:
    line = _line(1, 3, 5)
    assert _ids(in_turn([line[0], line[2]], line[1].turn)) == [2, 0]


def test_the_same_day_is_in_the_order_of_the_contracts() -> None:
    assert _ids(in_turn(_line(1, 1, 1), None)) == [0, 1, 2]


def test_nobody_in_line() -> None:
    assert in_turn([], Turn(_DAY, 1)) == []


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(1, 30))
def test_in_whole_rounds_everyone_has_as_many_turns(starts: list[int], rounds: int) -> None:
    line = _line(*starts)
    had = dict.fromkeys(range(len(line)), 0)
    last = None
    for _ in range(rounds * len(line)):
        first = in_turn(line, last)[0]
        had[first.enterprise_id] += 1
        last = first.turn
    assert set(had.values()) == {rounds}
