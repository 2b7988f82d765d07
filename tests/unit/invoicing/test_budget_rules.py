"""Sums, and the words for how a forecast stands to its budget."""

import pytest

from invoicing.budget.rules import Figures, together, verdict


def test_figures_add_up_and_no_budget_is_not_nothing() -> None:
    one = Figures(100, 40, 30, 20, 10, 50)
    assert together([one, Figures(None, 1, 1, 1, 1, 1)]) == Figures(100, 41, 31, 21, 11, 51)
    assert (one.low_ore, one.high_ore) == (50, 90)
    assert together([Figures(), Figures()]).budget_ore is None
    assert together([Figures(0), Figures()]).budget_ore == 0


@pytest.mark.parametrize(
    ("figures", "word", "told"),
    [
        (Figures(None, 100_00), "Ingen budget", "Ingen budget är inlagd."),
        (Figures(99_00, 100_00), "Överskriden", "1,00 kr mer än budgeten 99,00 kr"),
        (Figures(100_00, 60_00, 0, 0, 50_00, 90_00), "Går över", "minst 10,00 kr över budgeten"),
        (Figures(100_00, 60_00, 0, 0, 40_00, 90_00), "Kan gå över", "upp till 50,00 kr över budgeten"),
        (Figures(100_00, 60_00, 0, 0, 20_00, 40_00), "Ryms", "med minst 0,00 kr kvar"),
    ],
)
def test_it_is_said_when_the_budget_will_not_do(figures: Figures, word: str, told: str) -> None:
    said = verdict(figures)
    assert said.word_sv == word
    assert told in said.text_sv
