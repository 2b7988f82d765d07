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
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random
from typing import Final, Generic, TypeVar

LIMIT: Final = 5
SUPPRESSED_SV: Final = "dolt (för få)"
WHY_SUPPRESSED_SV: Final = (
    "Antal under fem visas inte, och inte heller de tal som annars skulle avslöja dem genom subtraktion."
)

# Arithmetic modulo a large prime gives the same rank as exact fractions for small whole-number systems.
_PRIME: Final = (1 << 61) - 1

K = TypeVar("K", bound=Hashable)
L = TypeVar("L", bound=Hashable)
Relation = tuple[K, tuple[K, ...]]  # a total and its parts


def suppressed(
    cells: Mapping[K, int],
    relations: Sequence[Relation[K]],
    *,
    persons: Mapping[K, int] | None = None,
    unpublished: Collection[K] = frozenset(),
    known: Collection[K] = frozenset(),
    barred: Collection[K] = frozenset(),
    limit: int = LIMIT,
) -> frozenset[K]:
    """The keys to hide. Deterministic: ties go to the cell that comes first in ``cells``.

    ``persons`` tells how many different people are behind each count, where one person can be counted several times:
    the limit then holds for people. ``unpublished`` are counts that no page shows, but that tie published ones
    together since they cannot be negative (shown but not chosen, say); they need no protection of their own. ``known``
    are counts that the reader may have from elsewhere: they are never hidden, and give away what they give away.
    ``barred`` must be hidden however many they count.

    Raises ValueError when a count is negative or a total is not the sum of its parts.
    """
    _check(cells, relations)
    return _Suppression(
        cells, relations, persons, frozenset(unpublished), frozenset(known), barred, limit
    ).run()


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
        known: frozenset[K],
        barred: Collection[K],
        limit: int,
    ) -> None:
        self.cells = cells
        self.relations = relations
        self.persons = persons
        self.unpublished = unpublished
        self.known = known
        self.limit = limit
        self.order = {key: position for position, key in enumerate(cells)}
        self.of_cell: dict[K, list[int]] = {key: [] for key in cells}
        for position, (total, parts) in enumerate(relations):
            for key in (total, *parts):
                self.of_cell[key].append(position)
        self.hidden: set[K] = {*unpublished, *barred}
        self.hidden |= {key for key, value in (persons or cells).items() if value < limit} - known

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
        visible = [key for key in candidates if key not in self.hidden and key not in self.known]
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
        if not any(rows and key not in self.hidden for key, rows in self.of_cell.items()):
            return []  # nothing is published
        hidden = sorted((key for key in self.hidden if self.of_cell[key]), key=self.order.__getitem__)
        movable = [key for key in hidden if self.cells[key] > 0]
        zeros = [key for key in hidden if self.cells[key] == 0]
        while True:
            locked = set(zeros)
            candidates = [self._raised_together(key, locked) for key in zeros]
            stuck, raised = self._solve(movable, candidates)
            if not raised:
                return sorted(stuck | set(zeros), key=self.order.__getitem__)
            movable += raised
            zeros = [key for key in zeros if key not in set(raised)]

    def _raised_together(self, key: K, zeros: Collection[K]) -> list[K]:
        """The zero with what must rise when it does: hidden zero totals above it, and in every other direction that
        such a total is made up of, one of its parts. What is not zero can give way by itself."""
        group, waiting = {key: None}, [key]
        while waiting:
            cell = waiting.pop()
            for row in self.of_cell[cell]:
                total, parts = self.relations[row]
                if cell != total:
                    found = total if total in zeros and total not in group else None
                elif any(part in group for part in parts):
                    found = None
                else:
                    # One that takes no more totals with it, and that nobody sees.
                    found = min(
                        (part for part in parts if part in zeros),
                        key=lambda part: (self._above(part, zeros, group), part not in self.unpublished),
                        default=None,
                    )
                if found is not None:
                    group[found] = None
                    waiting.append(found)
        return list(group)

    def _above(self, part: K, zeros: Collection[K], group: Collection[K]) -> int:
        """Zero totals over the part that are to rise only for its sake."""
        totals = (self.relations[row][0] for row in self.of_cell[part])
        return sum(total in zeros and total not in group and total != part for total in totals)

    def _solve(self, movable: list[K], candidates: list[list[K]]) -> tuple[set[K], list[K]]:
        """Which movable cells no solution moves, and which zeros the movable ones let rise."""
        rows = self._rows(movable, candidates)
        of_cell: dict[K, set[int]] = {key: set() for key in movable}
        for number, row in rows.items():
            for key in row.cells:
                of_cell[key].add(number)
        pivots = []
        waiting = [(len(of_cell[key]), self.order[key], key) for key in movable]
        heapify(waiting)
        while waiting:  # the cell in fewest rows first, by the shortest of them: rows then stay short
            count, order, key = heappop(waiting)
            if count != len(of_cell[key]):
                heappush(waiting, (len(of_cell[key]), order, key))
            elif of_cell[key]:
                pivots.append((key, _eliminate(key, rows, of_cell)))
        # One solution with random values for what is free moves every cell that any solution moves.
        random = Random(_PRIME)  # noqa: S311 - a repeatable draw, not a secret
        pivot_keys = {key for key, _ in pivots}
        values = {key: random.randrange(1, _PRIME) for key in movable if key not in pivot_keys}
        for key, cells in reversed(pivots):
            rest = sum(factor * values[other] for other, factor in cells.items() if other != key)
            values[key] = -rest * pow(cells[key], -1, _PRIME) % _PRIME
        # What is left has no movable cell in it: it cannot be met by moving any.
        barred = {number for row in rows.values() for number in row.candidates}
        raised = dict.fromkeys(
            member for number, group in enumerate(candidates) if number not in barred for member in group
        )
        return {key for key, value in values.items() if value == 0}, list(raised)

    def _rows(self, movable: Collection[K], candidates: Sequence[Sequence[K]]) -> dict[int, _Row[K]]:
        """The relations that movable cells and candidates are in."""
        rows: dict[int, _Row[K]] = {}
        for key in movable:
            for number in self.of_cell[key]:
                _add(rows.setdefault(number, _Row({}, {})).cells, {key: self._sign(number, key)})
        for position, group in enumerate(candidates):
            for key in group:
                for number in self.of_cell[key]:
                    row = rows.setdefault(number, _Row({}, {}))
                    _add(row.candidates, {position: self._sign(number, key)})
        return rows

    def _sign(self, number: int, key: K) -> int:
        return -1 if self.relations[number][0] == key else 1


@dataclass(frozen=True, slots=True)
class _Row(Generic[K]):
    """A relation's factors: of the cells that may move, and of the candidates by their position."""

    cells: dict[K, int]
    candidates: dict[int, int]


def _eliminate(key: K, rows: dict[int, _Row[K]], of_cell: Mapping[K, set[int]]) -> dict[K, int]:
    """Takes the cell out of every row but one, which is taken out of the rows and given back."""
    number = min(of_cell[key], key=lambda number: (len(rows[number].cells), number))
    pivot = rows.pop(number)
    inverse = pow(pivot.cells[key], -1, _PRIME)
    for other in pivot.cells:
        of_cell[other].discard(number)
    for other_number in of_cell[key]:
        row = rows[other_number]
        factor = -row.cells[key] * inverse
        for cell in _add(row.cells, pivot.cells, factor):
            if cell != key:
                of_cell[cell].symmetric_difference_update((other_number,))
        _add(row.candidates, pivot.candidates, factor)
    of_cell[key].clear()
    return pivot.cells


def _add(row: dict[L, int], other: Mapping[L, int], factor: int = 1) -> list[L]:
    """Adds so many times the other; gives what came into the row or left it."""
    changed = []
    for key, value in other.items():
        before = row.get(key, 0)
        after = (before + factor * value) % _PRIME
        if after:
            row[key] = after
        else:
            row.pop(key, None)
        if bool(before) != bool(after):
            changed.append(key)
    return changed
