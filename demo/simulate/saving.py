"""Participants save some of the places that they have been shown, in the last half-year."""

from collections.abc import Sequence
from datetime import timedelta

from demo.simulate.cases import Case
from demo.simulate.chance import rng_for
from demo.simulate.history import History
from marketplace.clock import today
from placements.choice.services import shortlist_place

_BEGAN_BEFORE_THE_END = timedelta(days=180)
_SAVES = 0.35


def save_some(history: History, case: Case, place_ids: Sequence[int]) -> None:
    """On the day when the places are shown, as the one who shows them."""
    if today() < history.ends_on - _BEGAN_BEFORE_THE_END:
        return
    rng = rng_for(history.seed, "saved", case.authority.key, case.number, case.tries)
    for place_id in place_ids:
        if rng.random() < _SAVES:
            shortlist_place(case.choice_round_id, place_id)
