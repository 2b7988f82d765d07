"""How two texts, or two lists of texts, differ: for versions of terms and for answers that are used again."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain

SAME_THING = 0.55
"""How alike two texts are (0–1) when one is taken for a rewording of the other."""

MOST_PAIRS = 20_000
"""Where more pairs than this could be compared, every changed text counts as new and gone: anyone may open the page."""


@dataclass(frozen=True)
class Pair:
    """Where a text stood and where it stands, counted from 0; None where it is new, or gone."""

    old: int | None
    new: int | None
    is_unchanged: bool = False


class Kind(StrEnum):
    SAME = "same"
    GONE = "gone"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A run of words that is the same in both texts, or only in the old or the new one."""

    kind: Kind
    text: str


def matched(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Which text became which: the unchanged first, then the most alike. In the new list's order, what is gone last."""
    became: dict[int, Pair] = {}
    standing: dict[str, list[int]] = {}
    for was, before in enumerate(old):
        standing.setdefault(before, []).append(was)
    for at, text in enumerate(new):
        if standing.get(text):
            became[at] = Pair(standing[text].pop(0), at, is_unchanged=True)
    left = {was: _parts(old[was]) for was in sorted(chain.from_iterable(standing.values()))}
    reworded = {at: _parts(text) for at, text in enumerate(new) if at not in became}
    if len(left) * len(reworded) <= MOST_PAIRS:
        likeness = [
            (-_likeness(before, after), at, was)
            for at, after in reworded.items()
            for was, before in left.items()
        ]
        for ratio, at, was in sorted(likeness):
            if -ratio >= SAME_THING and at not in became and was in left:
                became[at] = Pair(was, at)
                del left[was]
    return [became.get(at, Pair(None, at)) for at in range(len(new))] + [Pair(was, None) for was in left]


def words_changed(old: str, new: str) -> list[Piece]:
    """The two texts as one, word by word. A word is the same whatever space follows it."""
    before, after = _words(old), _words(new)
    pieces: list[Piece] = []

    def add(kind: Kind, text: str) -> None:
        if pieces and pieces[-1].kind is kind:
            text = pieces.pop().text + text
        if text:
            pieces.append(Piece(kind, text))

    # In a long text a word that is everywhere begins no match (autojunk): else one word repeated would take minutes.
    same = SequenceMatcher(None, [word for word, _ in before], [word for word, _ in after]).get_opcodes()
    for tag, i1, i2, j1, j2 in same:
        if tag == "equal":
            for (word, was), (_, now) in zip(before[i1:i2], after[j1:j2], strict=True):
                add(Kind.SAME, word + (was if was == now else ""))
                if was != now:
                    add(Kind.GONE, was)
                    add(Kind.ADDED, now)
        else:
            add(Kind.GONE, "".join(word + space for word, space in before[i1:i2]))
            add(Kind.ADDED, "".join(word + space for word, space in after[j1:j2]))
    return pieces


def _parts(text: str) -> Counter[str]:
    """Its runs of three letters."""
    folded = f"  {' '.join(text.casefold().split())} "
    return Counter(folded[at : at + 3] for at in range(len(folded) - 2))


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    """The share of the runs that both have (Dice): letter by letter would take seconds where this takes a moment."""
    return 2 * (old & new).total() / (old.total() + new.total())


def _words(text: str) -> list[tuple[str, str]]:
    """Each word with the space after it, so that the pieces can be put together again."""
    return [(word, space) for word, space in re.findall(r"(\S*)(\s*)", text) if word or space]
