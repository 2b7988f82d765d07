"""Year tables: what may be told, and what is added together."""

from itertools import product

from indicators.reports.rules import ALL_SYSTEMS, COLUMNS, Cell, filled, published, together
from marketplace.reference.rules import Sex

A, B = 11, 12


def table(
    of_a: tuple[int, ...], of_b: tuple[int, ...], of_all: tuple[int, ...] | None = None
) -> dict[Cell, int]:
    whole = of_all or tuple(map(sum, zip(of_a, of_b, strict=True)))
    return {
        (one, key): number
        for key, numbers in ((ALL_SYSTEMS, whole), (A, of_a), (B, of_b))
        for one, number in zip(COLUMNS, numbers, strict=True)
    }


def test_large_numbers_are_told() -> None:
    whole = table((40, 30, 20, 8, 6), (50, 30, 24, 9, 8))
    assert published(whole) == whole


def test_a_small_system_is_not_had_by_subtraction() -> None:
    shown = published(table((40, 30, 20, 8, 6), (3, 2, 1, 0, 0)))
    people = COLUMNS[0]
    assert shown[people, ALL_SYSTEMS] == 43
    assert shown[people, A] is None
    assert shown[people, B] is None


def test_the_few_who_left_for_nothing_known_are_not_had_either() -> None:
    """All but one who left went to work: to tell both numbers would be to tell of the one."""
    shown = published(table((30, 20, 12, 6, 5), (30, 20, 20, 7, 7)))
    left = [shown[one, A] for one in COLUMNS[2:]]
    assert None in left


def test_somebody_in_two_systems_is_once_among_all() -> None:
    shown = published(table((20, 10, 8, 0, 0), (20, 10, 8, 0, 0), (36, 18, 15, 0, 0)))
    assert shown[COLUMNS[0], ALL_SYSTEMS] == 36
    few = published(table((4, 0, 0, 0, 0), (4, 0, 0, 0, 0), (4, 0, 0, 0, 0)))
    assert set(few.values()) == {None}


def test_nothing_small_is_ever_told() -> None:
    for new, ended, work, seeking in product((0, 3, 6), (4, 12), (0, 5), (0, 4)):
        if work + seeking <= ended:
            shown = published(table((15, new, ended, work, seeking), (9, 9, 0, 0, 0)))
            assert all(number is None or number >= 5 for number in shown.values())


def test_one_sex_only_and_nobody_at_all() -> None:
    women = table((9, 5, 0, 0, 0), (0, 0, 0, 0, 0))
    cells = filled({Sex.WOMAN: women})
    assert cells[Sex.MAN].keys() == women.keys()
    assert set(published(cells[Sex.MAN]).values()) == {None}
    assert set(published(filled({})[Sex.WOMAN]).values()) == {None}


def test_all_sexes_are_added_where_each_may_be_shown() -> None:
    cell = (COLUMNS[0], ALL_SYSTEMS)
    assert together({Sex.WOMAN: {cell: 9}, Sex.MAN: {cell: 8}, Sex.OTHER: {cell: 5}}, cell) == 22
    assert together({Sex.WOMAN: {cell: 9}, Sex.MAN: {cell: 8}, Sex.OTHER: {cell: None}}, cell) is None
    assert together({Sex.WOMAN: {cell: 0}, Sex.MAN: {cell: 0}, Sex.OTHER: {cell: 0}}, cell) == 0
