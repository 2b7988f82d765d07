"""What is counted again in a night, and how much of what was published is no longer so."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from typing import Any

Cells = Mapping[tuple[Any, ...], tuple[Any, ...]]
"""Published numbers by what they are of."""


def years_to_count(first: int, this: int, touched: Collection[int], *, is_whole: bool) -> list[int]:
    """The years of a night's count, in order: this one and the last, which go on, and those that something has happened
    to since the count before. `first` is the earliest year there is anything of."""
    if is_whole:
        return list(range(first, this + 1))
    return sorted({year for year in {*touched, this - 1, this} if first <= year <= this})


def changed_cells(before: Cells, after: Cells) -> int:
    """How many numbers are other than they were, or there in one and not in the other."""
    return sum(before.get(key) != after.get(key) for key in before.keys() | after.keys())


def canonical(counts: object) -> str:
    """The same text for the same counts, in whatever order they were found."""
    if is_dataclass(counts):
        counts = {field.name: getattr(counts, field.name) for field in fields(counts)}
    if isinstance(counts, Mapping):
        return (
            "{" + ",".join(sorted(f"{canonical(key)}:{canonical(one)}" for key, one in counts.items())) + "}"
        )
    if isinstance(counts, Set):
        return "{" + ",".join(sorted(map(canonical, counts))) + "}"
    if isinstance(counts, Sequence) and not isinstance(counts, str):
        return "[" + ",".join(map(canonical, counts)) + "]"
    return repr(counts)
