"""Hides small cells so that no subtraction gives them back.

A table is a set of counts and the relations between them: a total and its parts, in as many directions as the page
shows (sexes, dominance, kommuner, trades). Everything that can be read, on any page built from the same table, must be
in the relations: what is left out of them is not protected.

Hidden are

1. every count under the limit, totals too, and zero as well: "färre än fem" must not tell nobody from somebody;
2. in every relation with a published total, more parts, until at least two are hidden and together they are no
   smaller than the limit (else the difference would itself be a count under the limit);
3. more cells, until every hidden cell can still take several values, given all that is published and that nothing is
   negative.

The third step is exact linear algebra. The published numbers leave a system A·x = 0 for the hidden ones. A hidden cell
above zero is safe when some solution of it moves that cell and leaves every hidden zero in place, for a small step in
that direction then stays non-negative; a hidden zero is safe when it can be raised, alone or with its totals.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

LIMIT: Final = 5
SUPPRESSED_SV: Final = "dolt (för få)"
WHY_SUPPRESSED_SV: Final = (
    "Antal under fem visas inte, och inte heller de tal som annars skulle avslöja dem genom subtraktion."
)

# Arithmetic modulo a large prime gives the same rank as exact fractions for small whole-number systems.
_PRIME: Final = (1 << 61) - 1

K = TypeVar("K", bound=Hashable)
Relation = tuple[K, tuple[K, ...]]  # a total and its parts


def suppressed(
    cells: Mapping[K, int],
    relations: Sequence[Relation[K]],
    *,
    persons: Mapping[K, int] | None = None,
    unpublished: Collection[K] = frozenset(),
    limit: int = LIMIT,
) -> frozenset[K]:
    """The keys to hide. Deterministic: ties go to the cell that comes first in ``cells``.

    ``persons`` tells how many different people are behind each count, where one person can be counted several times:
    the limit then holds for people. ``unpublished`` are counts that no page shows, but that tie published ones
    together since they cannot be negative (shown but not chosen, say); they need no protection of their own.

    Raises ValueError when a count is negative or a total is not the sum of its parts.
    """
    _check(cells, relations)
    return _Suppression(cells, relations, persons, frozenset(unpublished), limit).run()


def _check(cells: Mapping[K, int], relations: Sequence[Relation[K]]) -> None:
    if any(value < 0 for value in cells.values()):
        raise ValueError("a count cannot be negative")
    for total, parts in relations:
        if cells[total] != sum(cells[part] for part in parts):
            raise ValueError(f"{total!r} is not the sum of its parts")


class _Suppression(Generic[K]):
    def __init__(
        self,
        cells: Mapping[K, int],
        relations: Sequence[Relation[K]],
        persons: Mapping[K, int] | None,
        unpublished: frozenset[K],
        limit: int,
    ) -> None:
        self.cells = cells
        self.relations = relations
        self.persons = persons
        self.unpublished = unpublished
        self.limit = limit
        self.order = {key: position for position, key in enumerate(cells)}
        self.of_cell: dict[K, list[int]] = {key: [] for key in cells}
        for position, (total, parts) in enumerate(relations):
            for key in (total, *parts):
                self.of_cell[key].append(position)
        self.hidden: set[K] = set(unpublished)
        self.hidden |= {key for key, value in (persons or cells).items() if value < limit}

    def run(self) -> frozenset[K]:
        while self._mend_relations() or self._mend_determined():
            pass
        return frozenset(self.hidden - self.unpublished)

    def _mend_relations(self) -> bool:
        is_changed = False
        for total, parts in self.relations:
            if self.unpublished.intersection((total, *parts)):
                continue
            while True:
                hidden_parts = [part for part in parts if part in self.hidden]
                is_total_hidden = total in self.hidden
                if not hidden_parts and not is_total_hidden:
                    break
                alone = len(hidden_parts) + is_total_hidden == 1
                # When every part is hidden they are together the total, which is published because it is large enough.
                is_whole = len(hidden_parts) == len(parts)
                if not alone and (is_total_hidden or is_whole or self._together(hidden_parts) >= self.limit):
                    break
                if not self._hide_one((total, *parts)):
                    break
                is_changed = True
        return is_changed

    def _together(self, parts: list[K]) -> int:
        """How many people the parts hold at least: the same person may be behind several of them."""
        if self.persons is None:
            return sum(self.cells[part] for part in parts)
        return max((self.persons[part] for part in parts), default=0)

    def _hide_one(self, candidates: Iterable[K]) -> bool:
        visible = [key for key in candidates if key not in self.hidden]
        if not visible:
            return False
        self.hidden.add(min(visible, key=lambda key: (self.cells[key], self.order[key])))
        return True

    def _mend_determined(self) -> bool:
        is_changed = False
        for key in self._determined():
            if key in self.unpublished:
                continue
            near = {other for row in self.of_cell[key] for other in self._members(row)}
            is_changed |= self._hide_one(near) or self._hide_one(self._connected(key))
        return is_changed

    def _members(self, row: int) -> tuple[K, ...]:
        total, parts = self.relations[row]
        return (total, *parts)

    def _connected(self, key: K) -> set[K]:
        found, waiting = {key}, [key]
        while waiting:
            for row in self.of_cell[waiting.pop()]:
                fresh = [other for other in self._members(row) if other not in found]
                found.update(fresh)
                waiting.extend(fresh)
        return found

    def _determined(self) -> list[K]:
        """Hidden cells that the published ones pin down, in the table's order; a cell in no relation never is."""
        hidden = sorted((key for key in self.hidden if self.of_cell[key]), key=self.order.__getitem__)
        movable = [key for key in hidden if self.cells[key] > 0]
        zeros = [key for key in hidden if self.cells[key] == 0]
        while True:
            candidates = [self._raised_together(key, zeros) for key in zeros]
            stuck, raised = self._solve(movable, candidates)
            if not raised:
                return sorted(stuck | set(zeros), key=self.order.__getitem__)
            movable += raised
            zeros = [key for key in zeros if key not in set(raised)]

    def _raised_together(self, key: K, zeros: Sequence[K]) -> list[K]:
        """The zero with what must rise when it does: hidden zero totals above it, and in every other direction that
        such a total is made up of, one of its parts. What is not zero can give way by itself."""
        allowed, group, waiting = set(zeros), [key], [key]
        while waiting:
            cell = waiting.pop()
            for row in self.of_cell[cell]:
                total, parts = self.relations[row]
                if cell != total:
                    found = [total] if total in allowed and total not in group else []
                elif any(part in group for part in parts):
                    found = []
                else:
                    unseen = [part for part in parts if part in self.unpublished]
                    found = [part for part in (*unseen, *parts) if part in allowed][:1]
                group += found
                waiting += found
        return group

    def _column(self, keys: Iterable[K]) -> dict[int, int]:
        column: dict[int, int] = {}
        for key in keys:
            for row in self.of_cell[key]:
                sign = -1 if self.relations[row][0] == key else 1
                column[row] = column.get(row, 0) + sign
        return {row: value % _PRIME for row, value in column.items() if value % _PRIME}

    def _solve(self, movable: list[K], candidates: list[list[K]]) -> tuple[set[K], list[K]]:
        """Which movable cells no solution moves, and which zeros the movable ones let rise."""
        # Column by column, keep a basis of the columns' span; each basis vector remembers which cells it came from.
        basis: dict[int, tuple[dict[int, int], dict[K, int]]] = {}
        moved: set[K] = set()
        for key in movable:
            rest, origin = _reduce(self._column([key]), {key: 1}, basis)
            if rest:
                pivot = min(rest)
                inverse = pow(rest[pivot], -1, _PRIME)
                basis[pivot] = (_scaled(rest, inverse), _scaled(origin, inverse))
            else:
                moved.update(origin)  # a solution of the system, and these are the cells it moves
        raised: list[K] = []
        for group in candidates:
            rest, _ = _reduce(self._column(group), {}, basis)
            if not rest:
                raised += [member for member in group if member not in raised]
        return {key for key in movable if key not in moved}, raised


def _reduce(
    column: dict[int, int], origin: dict[K, int], basis: Mapping[int, tuple[dict[int, int], dict[K, int]]]
) -> tuple[dict[int, int], dict[K, int]]:
    while True:
        pivot = next((row for row in column if row in basis), None)
        if pivot is None:
            return column, origin
        vector, source = basis[pivot]
        factor = -column[pivot]
        column = _sum(column, vector, factor)
        origin = _sum(origin, source, factor)


def _sum(left: Mapping[K, int], right: Mapping[K, int], factor: int) -> dict[K, int]:
    result = dict(left)
    for key, value in right.items():
        new = (result.get(key, 0) + factor * value) % _PRIME
        if new:
            result[key] = new
        else:
            result.pop(key, None)
    return result


def _scaled(vector: Mapping[K, int], factor: int) -> dict[K, int]:
    return {key: value * factor % _PRIME for key, value in vector.items()}
