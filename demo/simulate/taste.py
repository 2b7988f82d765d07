"""What is shown to whom, what is wished and what is chosen: the pattern that the sources describe.

Women are shown textile work, cafés and care, men workshops and building. Participants choose among what they are
shown, with less of a slant than the officers have; so most of what differs comes from what was shown.
"""

from collections.abc import Mapping
from random import Random

from marketplace.reference.rules import Dominance, Sex

_SHOWN_TO_WOMEN = {
    "7531": 5.0, "9413": 4.5, "5330": 4.0, "9412": 2.5, "5223": 2.5, "9111": 2.0, "4119": 2.0, "5312": 2.5,
    "7231": 0.25, "7111": 0.2, "7522": 0.5, "8212": 0.5, "8332": 0.2, "6210": 0.25, "4322": 0.6, "7131": 0.4,
}  # fmt: skip
_SHOWN_TO_MEN = {
    "7231": 5.0, "7522": 3.5, "7111": 4.0, "8212": 3.0, "4322": 3.0, "5152": 3.0, "6113": 2.5, "6210": 2.5,
    "7131": 2.5, "9610": 2.0, "8332": 2.5, "7531": 0.15, "9413": 0.4, "5330": 0.2, "9111": 0.5, "5312": 0.3,
}  # fmt: skip
_OWN, _EVEN, _OTHER = 1.5, 1.0, 0.6
"""How much likelier a choice is in a trade of the own sex, an even one and one of the other sex."""


def shown_weight(sex: Sex, ssyk: str, openness: float) -> float:
    """How likely an officer is to show the trade. `openness` 1 shows all alike, 0 follows the pattern."""
    pattern = {Sex.WOMAN: _SHOWN_TO_WOMEN, Sex.MAN: _SHOWN_TO_MEN}.get(sex, {})
    return openness + (1 - openness) * pattern.get(ssyk, 1.0)


def chosen_weight(sex: Sex, trade: Dominance | None) -> float:
    """How likely a participant is to choose the trade among what was shown."""
    own = {Sex.WOMAN: Dominance.WOMEN, Sex.MAN: Dominance.MEN}.get(sex)
    if trade is Dominance.EVEN or own is None or trade is None:
        return _EVEN
    return _OWN if trade is own else _OTHER


def wished_trades(rng: Random, sex: Sex) -> list[str]:
    """None, one or two trades that the participant has named."""
    pattern: Mapping[str, float] = _SHOWN_TO_WOMEN if sex is Sex.WOMAN else _SHOWN_TO_MEN
    how_many = rng.choice((0, 0, 1, 1, 2))
    return sorted(set(rng.choices(list(pattern), [1 + weight for weight in pattern.values()], k=how_many)))
