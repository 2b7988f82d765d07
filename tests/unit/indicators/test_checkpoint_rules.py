"""What may be told of answers: never one person's, and nothing that subtraction gives back."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from indicators.checkpoints.rules import (
    FORWARD,
    NOT_FORWARD,
    WHOLE,
    Cell,
    Given,
    Period,
    Step,
    cells_of,
    counted_cells,
    scale_cells,
    steps_of,
)
from marketplace.reference.rules import Sex
from placements.checkpoints.rules import Occasion, QuestionKind

SPRING = Period(2026, 1)


def answer(
    person: int, number: int, occasion: Occasion = Occasion.START, day: date = date(2026, 2, 1)
) -> Given:
    return Given(person, person, Sex.WOMAN, occasion, day, number)


def test_half_years() -> None:
    assert Period.of(date(2026, 6, 30)) == SPRING < Period.of(date(2026, 7, 1))
    assert Period.parse(SPRING.key) == SPRING
    assert Period(2026, 2).name_sv == "juli–december 2026"


def test_a_mean_stands_on_five_people_who_did_not_answer_alike() -> None:
    assert scale_cells([1, 2, 3, 4]) == {WHOLE: Cell()}
    assert scale_cells([1, 2, 3, 4, 5]) == {WHOLE: Cell(5, 3.0, 3.0)}
    assert scale_cells([5] * 6) == {WHOLE: Cell(6)}, "everyone's answer would be told"
    assert scale_cells([5, 5, 5, 5, 4]) == {WHOLE: Cell(5)}, "the one who stood apart would know the rest"


@given(st.lists(st.integers(1, 7), max_size=30))
def test_no_mean_gives_an_answer_away(numbers: list[int]) -> None:
    cell = scale_cells(numbers)[WHOLE]
    assert cell.persons is None or cell.persons >= 5
    if cell.mean is not None:
        assert max(numbers.count(number) for number in numbers) <= len(numbers) - 2


@given(st.lists(st.integers(0, 3), max_size=40))
def test_counts_are_whole_or_hidden_in_pairs(numbers: list[int]) -> None:
    cells = counted_cells(numbers, range(4))
    shown = {option: cell.persons for option, cell in cells.items() if cell.persons is not None}
    assert all(count >= 5 for count in shown.values())
    assert all(len(numbers) - count >= 5 for option, count in shown.items() if option != WHOLE)
    hidden = [option for option in range(4) if option not in shown]
    assert len(hidden) != 1 or WHOLE not in shown, "one hidden part is its total less the others"


def test_yes_and_no_are_both_told_or_neither() -> None:
    assert counted_cells([1] * 9 + [0] * 2, (1, 0))[1].persons is None
    assert counted_cells([1] * 9 + [0] * 5, (1, 0))[1].persons == 9


def test_what_is_told_of_a_question() -> None:
    assert steps_of(QuestionKind.SCALE, ["start", "end"]) == [Step.START, Step.END, Step.FORWARD]
    assert steps_of(QuestionKind.SCALE, ["end"]) == [Step.END]
    assert steps_of(QuestionKind.YES_NO, ["start", "end"]) == [Step.START, Step.END]


def test_both_sexes_have_their_cells_also_where_nobody_answered() -> None:
    cells = cells_of(QuestionKind.SCALE, 0, [Step.START], [answer(n, n % 5 + 1) for n in range(6)], SPRING)
    assert cells[Step.START, Sex.WOMAN, WHOLE].persons == 6
    assert cells[Step.START, Sex.MAN, WHOLE] == Cell()


def test_a_person_is_counted_once_with_her_last_answer_of_the_half_year() -> None:
    twice = [answer(n, n % 4 + 1, Occasion.QUARTER) for n in range(5)]
    twice += [answer(n, 5 - n % 2, Occasion.QUARTER, date(2026, 5, 1)) for n in range(5)]
    late = [answer(9, 1, Occasion.QUARTER, date(2026, 7, 1))]
    cell = cells_of(QuestionKind.SCALE, 0, [Step.QUARTER], twice + late, SPRING)[
        Step.QUARTER, Sex.WOMAN, WHOLE
    ]
    assert cell == Cell(5, 4.6, 5.0)


def test_a_step_forward_is_from_the_start_of_the_same_placement() -> None:
    given_ = [answer(n, 3) for n in range(12)]
    given_ += [answer(n, 4 if n < 6 else 3, Occasion.END, date(2026, 5, 1)) for n in range(12)]
    given_ += [Given(20, 77, Sex.WOMAN, Occasion.END, date(2026, 5, 1), 5)]
    cells = cells_of(QuestionKind.SCALE, 0, [Step.FORWARD], given_, SPRING)
    found = {
        option: cells[Step.FORWARD, Sex.WOMAN, option].persons for option in (WHOLE, FORWARD, NOT_FORWARD)
    }
    assert found == {WHOLE: 12, FORWARD: 6, NOT_FORWARD: 6}
