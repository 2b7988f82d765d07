"""How broad the choice was: what each participant was shown during the year, and what more could have been offered.

A participant who is shown several trades is counted once here, and a choice round once. Everything published is a sum
of two hidden tables: participants by which kinds of trades and how many they were shown, and rounds by what became of
each kind. The sums are tied to one another and to the funnel through them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, combinations, product
from typing import Final, NamedTuple

from indicators.choices.rules import ALL, Cell, ChoiceStep, Count, Parts, cells_of, is_published, relations_of
from indicators.disclosure.rules import Relation, suppressed
from marketplace.reference.rules import Dominance

MOST_TRADES: Final = 4
"""Stands for as many trades or more."""


class Fact(StrEnum):
    """What is counted: of the participants who were shown anything, and of the choice rounds."""

    PARTICIPANTS = "participants"
    SAW = "saw"  # at least one trade of the dominance
    TRADES_1 = "trades_1"
    TRADES_2 = "trades_2"
    TRADES_3 = "trades_3"
    TRADES_4 = "trades_4"
    KINDS_1 = "kinds_1"
    KINDS_2 = "kinds_2"
    KINDS_3 = "kinds_3"
    ROUNDS = "rounds"
    ROUND_SAW = "round_saw"
    COULD_HAVE = "could_have"
    COULD_NOT = "could_not"


TRADES: Final = (Fact.TRADES_1, Fact.TRADES_2, Fact.TRADES_3, Fact.TRADES_4)
KINDS: Final = (Fact.KINDS_1, Fact.KINDS_2, Fact.KINDS_3)
BREADTH_SV: Final[dict[Fact, str]] = {
    Fact.TRADES_1: "Ett yrke",
    Fact.TRADES_2: "Två yrken",
    Fact.TRADES_3: "Tre yrken",
    Fact.TRADES_4: "Fyra yrken eller fler",
    Fact.KINDS_1: "Ett slags yrken",
    Fact.KINDS_2: "Två slags yrken",
    Fact.KINDS_3: "Alla tre slagen",
}


class Offer(StrEnum):
    """What became of a kind of trades in a round."""

    SHOWN = "shown"
    FREE = "free"  # not shown, though a place was free
    NONE = "none"


OFFER_OF: Final[dict[Fact, Offer]] = {
    Fact.ROUND_SAW: Offer.SHOWN,
    Fact.COULD_HAVE: Offer.FREE,
    Fact.COULD_NOT: Offer.NONE,
}
OF_ROUNDS: Final = (Fact.ROUNDS, *OFFER_OF)
_NOT_SHOWN: Final = (Fact.COULD_HAVE, Fact.COULD_NOT)


class BreadthCell(NamedTuple):
    """A number that is published, where it may be told."""

    fact: Fact
    dominance: str = ALL


class Seen(NamedTuple):
    """Which kinds of trades a participant was shown, and how many trades, at most MOST_TRADES."""

    kinds: tuple[Dominance, ...]
    trades: int


Offers = tuple[Offer, ...]
"""What became of each kind in a round, in the order of Dominance."""


@dataclass(frozen=True, slots=True)
class Breadth:
    """The hidden tables of one sex."""

    participants: dict[Seen, int] = field(default_factory=dict)
    rounds: dict[Offers, int] = field(default_factory=dict)
    in_rounds: dict[BreadthCell, int] = field(default_factory=dict)
    """The different participants behind each number of rounds."""


Funnel = dict[Cell, int | None]
Facts = dict[BreadthCell, int | None]


def published(counts: Mapping[Cell, Count], parts: Parts, breadth: Breadth) -> tuple[Funnel, Facts]:
    """Both tables for one sex, with None for what must not be shown. What there is no count of is zero."""
    funnel = {cell: counts.get(cell, Count()) for cell in cells_of(parts)}
    atoms: dict[Seen | Offers, int] = {seen: breadth.participants.get(seen, 0) for seen in _seens(parts)}
    atoms |= {offers: breadth.rounds.get(offers, 0) for offers in _offers(parts)}
    sums = {fact: tuple(atom for atom in atoms if is_in(atom, fact)) for fact in _facts(parts)}
    facts = {fact: sum(atoms[atom] for atom in of_fact) for fact, of_fact in sums.items()}
    choices = {cell: count.choices for cell, count in funnel.items()}
    values: dict[Hashable, int] = dict(chain(facts.items(), atoms.items(), choices.items()))
    relations: list[Relation[Hashable]] = [
        *relations_of(funnel, parts),
        *((fact, of_fact) for fact, of_fact in sums.items() if of_fact),
        *(_relations(parts) if facts else ()),
    ]
    for total, of_total in relations:
        if of_total[-1] not in values:  # a rest
            values[of_total[-1]] = values[total] - sum(values[part] for part in of_total[:-1])
    told = {cell for cell in funnel if is_published(cell)} | facts.keys()
    persons: dict[Hashable, int] = dict.fromkeys(values, 0)
    persons |= {cell: count.participants for cell, count in funnel.items()}
    persons |= {
        fact: breadth.in_rounds.get(fact, 0) if fact.fact in OF_ROUNDS else facts[fact] for fact in facts
    }
    hidden = suppressed(
        values,
        relations,
        persons=persons,
        unpublished=[key for key in values if key not in told],
        barred=[cell for cell, count in funnel.items() if count.is_barred(cell)],
    )
    return (
        {cell: None if cell in hidden else number for cell, number in choices.items() if cell in told},
        {fact: None if fact in hidden else number for fact, number in facts.items()},
    )


def _facts(parts: Parts) -> Iterator[BreadthCell]:
    if not parts.trades:
        return
    for fact in (Fact.SAW, *OF_ROUNDS[1:]):
        for kind in _not_always(parts) if fact in _NOT_SHOWN else parts.kinds:
            yield BreadthCell(fact, kind)
    # The totals last: of two numbers that protect as well, the first is hidden.
    for fact in (*_possible_trades(parts), *KINDS[: len(parts.kinds)], Fact.PARTICIPANTS, Fact.ROUNDS):
        yield BreadthCell(fact)


def _possible_trades(parts: Parts) -> tuple[Fact, ...]:
    """Nobody can be shown more trades than were shown to anyone."""
    return TRADES[: len(parts.trades)]


def _not_always(parts: Parts) -> list[Dominance]:
    """The kinds that a round may be without, also those that nobody was shown: all but one that is alone."""
    return [kind for kind in Dominance if parts.kinds != [kind]]


def _seens(parts: Parts) -> Iterator[Seen]:
    for size in range(1, len(parts.kinds) + 1):
        for kinds in combinations(parts.kinds, size):
            of_kinds = sum(kind in kinds for kind in parts.trades.values())
            for trades in range(size, min(of_kinds, MOST_TRADES) + 1):
                yield Seen(kinds, trades)


def _offers(parts: Parts) -> Iterator[Offers]:
    of_kind = [Offer if kind in parts.kinds else (Offer.FREE, Offer.NONE) for kind in Dominance]
    return (offers for offers in product(*of_kind) if Offer.SHOWN in offers)


def is_in(atom: Seen | Offers, cell: BreadthCell) -> bool:
    """Whether the atom is counted in the published number."""
    if not isinstance(atom, Seen):
        its = OFFER_OF.get(cell.fact)
        return cell.fact is Fact.ROUNDS or (
            its is not None and atom[list(Dominance).index(Dominance(cell.dominance))] is its
        )
    return cell in (
        BreadthCell(Fact.PARTICIPANTS),
        BreadthCell(TRADES[atom.trades - 1]),
        BreadthCell(KINDS[len(atom.kinds) - 1]),
        *(BreadthCell(Fact.SAW, kind) for kind in atom.kinds),
    )


def _relations(parts: Parts) -> Iterator[Relation[Hashable]]:
    """How the published numbers hang together; a rest is last, and in no other relation."""
    participants, rounds = BreadthCell(Fact.PARTICIPANTS), BreadthCell(Fact.ROUNDS)
    yield participants, tuple(map(BreadthCell, _possible_trades(parts)))
    yield participants, tuple(map(BreadthCell, KINDS[: len(parts.kinds)]))
    yield rounds, (participants, "more rounds")
    # Whoever was shown three trades has three of the funnel's showings.
    often = [BreadthCell(fact) for times, fact in enumerate(_possible_trades(parts), 1) for _ in range(times)]
    yield Cell(ChoiceStep.SHOWN), (*often, "more trades")
    for kind in Dominance:
        saw = [BreadthCell(Fact.ROUND_SAW, kind)] if kind in parts.kinds else []
        not_shown = [BreadthCell(fact, kind) for fact in _NOT_SHOWN if kind in _not_always(parts)]
        yield rounds, (*saw, *not_shown)
    for kind in parts.kinds:
        saw_in_round = BreadthCell(Fact.ROUND_SAW, kind)
        yield Cell(ChoiceStep.SHOWN, kind), (saw_in_round, f"more trades of {kind}")
        yield saw_in_round, (BreadthCell(Fact.SAW, kind), f"more rounds of {kind}")
