"""The mix of participants per supplier: nothing small can be had from it, whatever else is known."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from indicators.outcomes.mix_rules import Cell, Count, MixBy, published

WOMAN, MAN = "woman", "man"


def of_sex(*suppliers: tuple[int, int]) -> dict[Cell, Count]:
    return {
        Cell(MixBy.SEX, number, sex): Count(placements, placements)
        for number, both in enumerate(suppliers, start=1)
        for sex, placements in zip((WOMAN, MAN), both, strict=True)
    }


def shown(table: dict[Cell, int | None]) -> list[tuple[int | None, int | None]]:
    suppliers = sorted({cell.enterprise_id for cell in table})
    return [(table[Cell(MixBy.SEX, one, WOMAN)], table[Cell(MixBy.SEX, one, MAN)]) for one in suppliers]


def test_large_numbers_are_shown() -> None:
    assert shown(published(of_sex((12, 9), (7, 30)))) == [(12, 9), (7, 30)]


def test_a_small_number_takes_others_with_it() -> None:
    """Three men: the women beside them would give them away, and so would the men of the one other supplier."""
    assert shown(published(of_sex((12, 3), (7, 30)))) == [(None, None), (None, None)]
    assert shown(published(of_sex((12, 3), (7, 30), (20, 40)))).count((None, None)) == 2


def test_few_participants_are_few_however_many_placements() -> None:
    counts = {Cell(MixBy.LEVEL, 1, "1"): Count(9, 3), Cell(MixBy.LEVEL, 1, "2"): Count(9, 9)}
    assert set(published(counts).values()) == {None}


def test_nothing_is_an_empty_table() -> None:
    assert published({}) == {}
    assert set(published({Cell(MixBy.KOMMUN, 1, "0136"): Count(3, 3)}).values()) == {None}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=3))
def test_every_hidden_number_can_be_another(suppliers: list[tuple[int, int]]) -> None:
    """With all sums known, every hidden cell above zero takes more than one value; where it does not, the sums alone
    give it away and nothing is shown of that table's two rows."""
    table = shown(published(of_sex(*suppliers)))
    women = sum(w for w, _ in suppliers)
    sizes = [w + m for w, m in suppliers]
    possible = [
        numbers
        for numbers in product(*(range(size + 1) for size in sizes))
        if sum(numbers) == women
        and all(row[0] in (None, number) for row, number in zip(table, numbers, strict=True))
        and all(row[1] in (None, size - n) for row, size, n in zip(table, sizes, numbers, strict=True))
    ]
    sums_alone = [
        numbers for numbers in product(*(range(size + 1) for size in sizes)) if sum(numbers) == women
    ]
    for position, row in enumerate(table):
        for number in row:
            assert number is None or number >= 5
        if None in row:
            values = {numbers[position] for numbers in possible}
            assert len(values) > 1 or len({numbers[position] for numbers in sums_alone}) == 1
