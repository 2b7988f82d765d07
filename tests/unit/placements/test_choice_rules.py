"""What can be chosen and held in reserve, and when a wish to see more is unanswered."""

from datetime import UTC, datetime

import pytest

from marketplace.errors import Conflict, Invalid
from placements.choice.rules import (
    CHOICE_BY_SV,
    REFUSAL_SV,
    ChoiceBy,
    RefusalReason,
    check_choice,
    check_not_all_declined,
    wish_waits,
)

_SHOWN = (1, 2, 3, 4)


@pytest.mark.parametrize("reserves", [[], [2], [4, 2]])
def test_one_is_chosen_and_up_to_two_in_reserve(reserves: list[int]) -> None:
    check_choice(1, reserves, shown=_SHOWN, declined={3})


@pytest.mark.parametrize(
    ("place", "reserves", "field"),
    [
        (9, [], "place_id"),
        (3, [], "place_id"),
        (1, [1], "first_reserve"),
        (1, [2, 2], "first_reserve"),
        (1, [3], "first_reserve"),
        (1, [9], "first_reserve"),
        (1, [2, 4, 3], "first_reserve"),
    ],
)
def test_what_cannot_be_chosen_is_said_beside_its_field(place: int, reserves: list[int], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_choice(place, reserves, shown=_SHOWN, declined={3})
    assert refusal.value.field == field


def test_a_no_to_everything_is_an_answer() -> None:
    check_not_all_declined(shown=0, declined=0)
    check_not_all_declined(shown=2, declined=1)
    with pytest.raises(Conflict, match="ett svar"):
        check_not_all_declined(shown=2, declined=2)


def test_a_wish_waits_until_something_more_is_shown() -> None:
    first, later = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    assert not wish_waits(None, first)
    assert wish_waits(first, None)
    assert wish_waits(later, first)
    assert not wish_waits(first, later)


def test_every_code_has_words() -> None:
    assert set(REFUSAL_SV) == set(RefusalReason)
    assert set(CHOICE_BY_SV) == set(ChoiceBy)
