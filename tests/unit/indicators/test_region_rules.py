"""What a region shows gives nobody more than its members' own tables do: every alternative is tried."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import product

import pytest

from indicators.disclosure.rules import suppressed
from indicators.region.rules import Numbers, joint

TRADES = ("a", "b", "c")
MOST = 12
"""Of a trade, in the alternatives that an onlooker has to think of."""
Raw = tuple[int, ...]
Cells = Mapping[str, Numbers]


def published(raw: Raw) -> Cells:
    """A member's own table: all, and by trade."""
    values = {"all": sum(raw), **dict(zip(TRADES, raw, strict=True))}
    hidden = suppressed(values, [("all", TRADES)])
    return {key: None if key in hidden else (value,) for key, value in values.items()}


def test_a_number_is_the_members_together_and_hidden_where_it_is_of_one() -> None:
    here: Cells = {"all": (20, 40), "a": (6, 12), "b": None}
    there: Cells = {"all": (10, 15), "a": None, "b": (5, 5), "c": (7, 9)}
    assert joint([here, there]) == {"all": (30, 55), "a": None, "b": None, "c": (7, 9)}
    assert joint([]) == {}


def _told_back(together: Callable[[Raw, Raw], Cells]) -> int:
    """How many hidden numbers of a member's another can tell from all that she sees: her own, also what is small, the
    other's published ones and the region's."""
    alternatives = list(product(range(MOST + 1), repeat=3))
    told = 0
    for own in ((8, 9, 10), (6, 2, 9), (0, 0, 7)):
        seen: dict[tuple[object, ...], list[Raw]] = defaultdict(list)
        for raw in alternatives:
            seen[(*TABLES[raw].items(), *together(own, raw).items())].append(raw)
        for same in seen.values():
            for position, trade in enumerate(TRADES):
                is_one = len({raw[position] for raw in same}) == 1
                # Others might be told by MOST alone.
                likely = [raw for raw in same if max(raw) <= MOST // 2]
                told += sum(is_one and TABLES[raw][trade] is None for raw in likely)
    return told


TABLES = {raw: published(raw) for raw in product(range(MOST + 1), repeat=3)}


@pytest.fixture(scope="module")
def told_without() -> int:
    """What somebody who knows how tables are made can tell without the region."""
    return _told_back(lambda own, raw: {})


def test_no_subtraction_between_views_gives_a_hidden_number_back(told_without: int) -> None:
    assert _told_back(lambda own, raw: joint([TABLES[own], TABLES[raw]])) == told_without


def test_the_trial_finds_a_region_that_sums_what_is_hidden(told_without: int) -> None:
    """The usual way: what members have is summed, and what is small in the sum is left out. It leaks."""

    def of_everything(own: Raw, raw: Raw) -> Cells:
        whole = tuple(map(sum, zip(own, raw, strict=True)))
        return TABLES.get(whole) or published(whole)

    assert _told_back(of_everything) > 10 * told_without


@pytest.mark.parametrize("numbers", [(1,), (2, 3)])
def test_what_one_member_has_alone_is_its_own(numbers: tuple[int, ...]) -> None:
    assert joint([{"x": numbers}, {}]) == {"x": numbers}
