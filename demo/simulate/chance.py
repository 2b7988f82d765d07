"""Chance that comes out the same each time."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

ItemT = TypeVar("ItemT")


def rng_for(*parts: object) -> Random:
    """A stream of chance of its own, so that nothing depends on in which order the others are drawn."""
    return Random("|".join(str(part) for part in parts))


def some_of(rng: Random, items: Sequence[ItemT], weights: Sequence[float], how_many: int) -> list[ItemT]:
    """Different items, drawn by weight."""
    left = list(zip(items, weights, strict=True))
    drawn: list[ItemT] = []
    while left and len(drawn) < how_many:
        index = rng.choices(range(len(left)), [weight for _, weight in left])[0]
        drawn.append(left.pop(index)[0])
    return drawn
