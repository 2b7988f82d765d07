"""Which numbers about choices are published: steps inside one another, and one person behind several showings."""

from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.choices.breadth_rules import (
    OF_ROUNDS,
    Breadth,
    BreadthCell,
    Fact,
    Offer,
    Offers,
    Seen,
    is_in,
    published,
)
from indicators.choices.rules import (
    ALL,
    Cell,
    ChoiceStep,
    Count,
    Part,
    Parts,
    comparable,
    counted_until,
    year_bounds,
)
from indicators.disclosure.rules import suppressed
from marketplace.reference.rules import Dominance

STEPS = ("chosen", "started", "completed")
KINDS = ("own", "other")


def funnel(
    numbers: dict[tuple[str, str], int],
) -> tuple[dict[tuple[str, str], int], frozenset[tuple[str, str]]]:
    """Cells by (step, kind) with totals, and what is hidden when the steps are tied together."""
    cells = dict(numbers) | {(step, ALL): sum(numbers[step, kind] for kind in KINDS) for step in STEPS}
    relations = [((step, ALL), tuple((step, kind) for kind in KINDS)) for step in STEPS]
    rests = {}
    for step, following in pairwise(STEPS):
        for kind in KINDS:
            rest = (f"not {following}", kind)
            rests[rest] = numbers[step, kind] - numbers[following, kind]
            relations.append(((step, kind), ((following, kind), rest)))
    return cells, suppressed(cells | rests, relations, unpublished=rests)


def possible(
    cells: dict[tuple[str, str], int], hidden: frozenset[tuple[str, str]]
) -> dict[tuple[str, str], set[int]]:
    """Values of the hidden cells in every table whose steps are inside one another and that fits the rest."""
    seen: dict[tuple[str, str], set[int]] = {key: set() for key in hidden}
    keys = list(product(STEPS, KINDS))
    spans = [
        range(max(0, cells[key] - 2), cells[key] + 3) if key in hidden else range(cells[key], cells[key] + 1)
        for key in keys
    ]
    for values in product(*spans):
        table = dict(zip(keys, values, strict=True))
        if any(
            table[step, kind] < table[following, kind]
            for step, following in pairwise(STEPS)
            for kind in KINDS
        ):
            continue
        table |= {(step, ALL): sum(table[step, kind] for kind in KINDS) for step in STEPS}
        if all(table[key] == value for key, value in cells.items() if key not in hidden):
            for key in hidden:
                seen[key].add(table[key])
    return seen


def test_a_step_between_two_equal_ones_hides_nothing_by_itself() -> None:
    # Started is hidden for the others' sake; chosen and completed both being twelve would give it away.
    cells, hidden = funnel(
        {
            ("chosen", "own"): 12,
            ("chosen", "other"): 9,
            ("started", "own"): 12,
            ("started", "other"): 3,
            ("completed", "own"): 12,
            ("completed", "other"): 0,
        }
    )
    assert ("started", "other") in hidden
    assert all(len(values) > 1 for values in possible(cells, hidden).values())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([0, 2, 5, 6, 8])] * 3), min_size=2, max_size=2))
def test_no_funnel_can_be_worked_out(sides: list[tuple[int, int, int]]) -> None:
    numbers = {
        (step, kind): value
        for kind, side in zip(KINDS, sides, strict=True)
        for step, value in zip(STEPS, sorted(side, reverse=True), strict=True)
    }
    cells, hidden = funnel(numbers)
    assert all(value >= 5 for key, value in cells.items() if key not in hidden)
    if len(hidden) < len(cells):
        assert all(len(values) > 1 for values in possible(cells, hidden).values()), (cells, hidden)


def test_many_showings_of_few_people_are_hidden() -> None:
    parts = Parts({"7531": Dominance.WOMEN, "6112": Dominance.EVEN, "7231": Dominance.MEN}, {})
    counts = {Cell(ChoiceStep.SHOWN): Count(60, 20)}
    for ssyk, kind, count in (("7531", "women", 30), ("6112", "even", 22), ("7231", "men", 8)):
        people = 4 if kind == "men" else 15
        for cell in (Cell(ChoiceStep.SHOWN, kind), Cell(ChoiceStep.SHOWN, kind, Part.TRADE, ssyk)):
            counts[cell] = Count(count, people)
    table, _ = published(counts, parts, Breadth())
    assert table[Cell(ChoiceStep.SHOWN)] == 60
    assert table[Cell(ChoiceStep.SHOWN, Dominance.MEN)] is None  # eight showings, four people
    assert table[Cell(ChoiceStep.SHOWN, Dominance.MEN, Part.TRADE, "7231")] is None
    # else the eight are a subtraction away
    assert table[Cell(ChoiceStep.SHOWN, Dominance.EVEN)] is None
    assert table[Cell(ChoiceStep.SHOWN, Dominance.EVEN, Part.TRADE, "6112")] is None
    assert table[Cell(ChoiceStep.SHOWN, Dominance.WOMEN)] == 30


TRADES = {"7531": Dominance.WOMEN, "9412": Dominance.WOMEN, "6112": Dominance.EVEN, "7231": Dominance.MEN}
PARTS = Parts(TRADES, {})


def sex_table(parts: Parts = PARTS, **numbers: int) -> dict[Cell, int | None]:
    """What is published of chosen trades, each choice by a person of its own."""
    counts: dict[Cell, int] = {}
    for name, number in numbers.items():
        kind = parts.trades[name[1:]]
        for cell in (
            Cell(ChoiceStep.CHOSEN),
            Cell(ChoiceStep.CHOSEN, kind),
            Cell(ChoiceStep.CHOSEN, kind, Part.TRADE, name[1:]),
        ):
            counts[cell] = counts.get(cell, 0) + number
    shown = {cell._replace(step=ChoiceStep.SHOWN): number for cell, number in counts.items()}
    return published({cell: Count(n, n) for cell, n in (counts | shown).items()}, parts, Breadth())[0]


def test_the_index_is_computed_from_what_is_published() -> None:
    women = sex_table(t7531=20, t9412=9, t6112=10, t7231=8)
    men = sex_table(t7531=6, t9412=2, t6112=3, t7231=30)
    assert [men[Cell(ChoiceStep.CHOSEN, kind, Part.TRADE, ssyk)] for ssyk, kind in TRADES.items()] == [
        None,
        None,
        None,
        30,
    ]
    counts = comparable(women, men, ChoiceStep.CHOSEN, PARTS)
    # Men's trades stand alone; what is hidden among the others is one group, which subtraction gives anyway.
    assert counts == [(8, 30), (39, 11)]
    alone = sex_table(t7531=20, t9412=9, t6112=10, t7231=8)
    assert comparable(women, alone, ChoiceStep.CHOSEN, PARTS) == [(20, 20), (9, 9), (10, 10), (8, 8)]


def test_nothing_is_compared_where_a_total_is_hidden() -> None:
    women = sex_table(t7531=20, t7231=8)
    assert comparable(women, sex_table(t7531=3), ChoiceStep.CHOSEN, PARTS) == []
    assert comparable(women, {}, ChoiceStep.CHOSEN, PARTS) == []
    assert comparable(sex_table(t7531=20), sex_table(t7531=9), ChoiceStep.CHOSEN, PARTS) == [], (
        "one group is none"
    )


def test_two_sets_that_publish_the_same_have_the_same_index() -> None:
    """With every trade in it, D would tell these apart: whether the one man chose sewing or baking."""
    women = sex_table(t7531=30, t9412=0, t6112=12, t7231=12)
    first = sex_table(t7531=1, t9412=4, t6112=12, t7231=12)
    second = sex_table(t7531=4, t9412=1, t6112=12, t7231=12)
    assert first == second
    assert comparable(women, first, ChoiceStep.CHOSEN, PARTS) == comparable(
        women, second, ChoiceStep.CHOSEN, PARTS
    )


def test_a_total_of_five_is_shown_though_all_its_parts_are_hidden() -> None:
    table = sex_table(t7531=2, t6112=2, t7231=2)
    assert table[Cell(ChoiceStep.CHOSEN)] == 6
    assert all(value is None for cell, value in table.items() if cell.dominance)


def test_nothing_hides_behind_a_dominance_that_nobody_was_shown() -> None:
    """The page names the trades shown, so that there was no even one is no secret, and protects no other number."""
    parts = Parts({ssyk: kind for ssyk, kind in TRADES.items() if kind is not Dominance.EVEN}, {})
    table = sex_table(parts, t7531=9, t9412=6, t7231=3)
    assert not any(cell.dominance == Dominance.EVEN for cell in table)
    assert table[Cell(ChoiceStep.SHOWN)] == 18
    assert table[Cell(ChoiceStep.SHOWN, Dominance.MEN)] is None
    assert table[Cell(ChoiceStep.SHOWN, Dominance.WOMEN)] is None, "else the three are a subtraction away"


def test_nobody_at_all_is_a_table_of_hidden_cells() -> None:
    table, facts = published({}, Parts({}, {Part.KOMMUN: ["0136"]}), Breadth())
    assert set(table.values()) == {None}
    assert not any(cell.is_rest for cell in table)
    assert facts == {}


@pytest.mark.parametrize("number", [3, 40])
def test_one_trade_only_leaves_nothing_else_to_tell(number: int) -> None:
    """Then no round could have shown that kind and did not."""
    parts = Parts({"7531": Dominance.WOMEN}, {Part.KOMMUN: ["0136"]})
    counts = {
        Cell(ChoiceStep.SHOWN, kind, by, key): Count(number, number, 2)
        for kind in (Dominance.WOMEN, ALL)
        for by, key in ((Part.ALL, ""), (Part.KOMMUN, "0136"))
    }
    counts[Cell(ChoiceStep.SHOWN, Dominance.WOMEN, Part.TRADE, "7531")] = Count(number, number, 2)
    offers = (Offer.SHOWN, Offer.FREE, Offer.NONE)
    cells = [BreadthCell(Fact.ROUNDS)] + [
        BreadthCell(fact, kind)
        for fact, kind in zip((Fact.ROUND_SAW, Fact.COULD_HAVE, Fact.COULD_NOT), Dominance, strict=True)
    ]
    breadth = Breadth({Seen((Dominance.WOMEN,), 1): number}, {offers: number}, dict.fromkeys(cells, number))
    table, facts = published(counts, parts, breadth)
    assert table[Cell(ChoiceStep.SHOWN)] == (number if number >= 5 else None)
    assert facts[BreadthCell(Fact.COULD_HAVE, Dominance.EVEN)] in (number, None)
    assert BreadthCell(Fact.COULD_HAVE, Dominance.WOMEN) not in facts, "everybody was shown that"
    assert all(value is None or value >= 5 for value in (*table.values(), *facts.values()))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 1, 2, 5, 8, 20]), min_size=8, max_size=8))
def test_what_participants_were_shown_cannot_be_worked_out(numbers: list[int]) -> None:
    """Women's and men's trades only: every table of participants that fits what is told is listed."""
    trades = {"7531": Dominance.WOMEN, "9412": Dominance.WOMEN, "7231": Dominance.MEN, "7111": Dominance.MEN}
    parts = Parts(trades, {})
    both = (Dominance.WOMEN, Dominance.MEN)
    seens = [Seen((kind,), trades) for kind in both for trades in (1, 2)] + [Seen(both, 2), Seen(both, 3)]
    people = dict(zip(seens, numbers, strict=False))
    shown = {kind: sum(n for seen, n in people.items() if kind in seen.kinds) for kind in both}
    counts = {
        Cell(ChoiceStep.SHOWN, kind, by, key): Count(4 * shown[kind], shown[kind])
        for kind in both
        for by, key in ((Part.ALL, ""), (Part.TRADE, "7531" if kind is Dominance.WOMEN else "7231"))
    }
    counts[Cell(ChoiceStep.SHOWN)] = Count(4 * sum(shown.values()), sum(people.values()))
    rounds: dict[Offers, int] = {
        (
            Offer.SHOWN if Dominance.WOMEN in kinds else Offer.FREE,
            Offer.NONE,
            Offer.SHOWN if Dominance.MEN in kinds else Offer.FREE,
        ): sum(n for seen, n in people.items() if seen.kinds == kinds)
        for kinds in ((Dominance.WOMEN,), (Dominance.MEN,), both)
    }
    in_rounds = {BreadthCell(Fact.ROUNDS): sum(people.values())} | {
        BreadthCell(Fact.ROUND_SAW, kind): shown[kind] for kind in both
    }
    _, facts = published(counts, parts, Breadth(people, rounds, in_rounds))
    told = {cell: value for cell, value in facts.items() if value is not None and cell.fact not in OF_ROUNDS}
    hidden = [cell for cell, value in facts.items() if value is None and cell.fact not in OF_ROUNDS]
    seen_values: dict[BreadthCell, set[int]] = {cell: set() for cell in hidden}
    for changes in product((-1, 0, 1), repeat=len(seens)):
        other = {seen: people[seen] + change for seen, change in zip(seens, changes, strict=True)}
        if min(other.values()) >= 0 and all(_sum_of(other, cell) == value for cell, value in told.items()):
            for cell in hidden:
                seen_values[cell].add(_sum_of(other, cell))
    if told:
        small = [cell for cell in hidden if _sum_of(people, cell) < 5 and possible_at_all(cell)]
        assert all(len(seen_values[cell]) > 1 for cell in small), (people, told)


def possible_at_all(cell: BreadthCell) -> bool:
    """The listed tables have no one with four trades."""
    return cell.fact is not Fact.TRADES_4


def _sum_of(people: dict[Seen, int], cell: BreadthCell) -> int:
    return sum(number for seen, number in people.items() if is_in(seen, cell))


def test_whole_months_only() -> None:
    assert counted_until(date(2026, 9, 15)) == date(2026, 9, 1)
    assert year_bounds(2026, date(2026, 9, 1)) == (date(2026, 1, 1), date(2026, 9, 1))
    assert year_bounds(2025, date(2026, 9, 1)) == (date(2025, 1, 1), date(2026, 1, 1))
