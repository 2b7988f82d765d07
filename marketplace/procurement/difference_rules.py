"""What differs between two versions of the terms: what is new, gone and changed, in the order of the terms' page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from marketplace.procurement.comparison_rules import Kind, Pair, Piece, matched, words_changed
from marketplace.procurement.price_words import kronor_text
from marketplace.procurement.rules import PROOF_SV
from marketplace.procurement.terms_words import Row, TermsText

PROSE = 60
"""A text longer than this (characters) is compared word by word; a shorter one is replaced whole, like a price."""


@dataclass(frozen=True)
class Difference:
    """One thing that differs. Its pieces together are the old text and the new."""

    label: str
    pieces: Sequence[Piece]

    @property
    def kind(self) -> Kind | None:
        """ADDED or GONE when the whole is; None when a part of it is changed."""
        kinds = {piece.kind for piece in self.pieces}
        return kinds.pop() if len(kinds) == 1 else None


@dataclass(frozen=True)
class Part:
    heading: str
    differences: Sequence[Difference]


def differences(old: TermsText, new: TermsText) -> list[Part]:
    """Only the parts where anything differs. That something has another place in its list is no difference."""
    groups = zip(old.groups, new.groups, strict=True)
    found: list[tuple[str, Iterable[Difference]]] = [
        ("Krav", _requirements(old, new)),
        ("Ersättning", chain(_rows(_price_rows(old), _price_rows(new)), _conditions(old, new))),
        *((group.heading, _rows(before.rows, group.rows)) for before, group in groups),
        ("Avtalsvillkor", _paragraphs(old.contract_text_sv, new.contract_text_sv)),
    ]
    parts = [Part(heading, [one for one in each if one.pieces]) for heading, each in found]
    return [part for part in parts if part.differences]


def _requirements(old: TermsText, new: TermsText) -> Iterator[Difference]:
    before, after = old.requirements, new.requirements
    for pair in matched([one.text_sv for one in before], [one.text_sv for one in after]):
        was = None if pair.old is None else before[pair.old]
        now = None if pair.new is None else after[pair.new]
        label = _label("Krav", pair)
        if not pair.is_unchanged:
            yield Difference(label, _compared(was.text_sv if was else None, now.text_sv if now else None))
        if was and now and was.proof != now.proof:
            yield Difference(
                f"{label}, så visar företaget det", _replaced(PROOF_SV[was.proof], PROOF_SV[now.proof])
            )


def _price_rows(text: TermsText) -> list[Row]:
    return [(label, kronor_text(amount_ore)) for label, amount_ore in text.prices]


def _rows(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Difference]:
    """Rows are the same when what is settled is."""
    before, after = dict(old), dict(new)
    for label in dict.fromkeys([*after, *before]):
        was, now = before.get(label), after.get(label)
        if was != now:
            yield Difference(label, _compared(was, now))


def _conditions(old: TermsText, new: TermsText) -> Iterator[Difference]:
    for _, was, now in _changed(old.conditions, new.conditions):
        yield Difference("Villkor", _compared(was, now))


def _paragraphs(old: str, new: str) -> Iterator[Difference]:
    for pair, was, now in _changed(_split(old), _split(new)):
        yield Difference(_label("Stycke", pair), _compared(was, now))


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Pair, str | None, str | None]]:
    for pair in matched(old, new):
        if not pair.is_unchanged:
            was = None if pair.old is None else old[pair.old]
            now = None if pair.new is None else new[pair.new]
            yield pair, was, now


def _split(text: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]


def _label(what: str, pair: Pair) -> str:
    """By its new number, and the old one when that was another."""
    if pair.new is None:
        assert pair.old is not None
        return f"{what} {pair.old + 1}"
    moved = f" (var {pair.old + 1})" if pair.old is not None and pair.old != pair.new else ""
    return f"{what} {pair.new + 1}{moved}"


def _compared(old: str | None, new: str | None) -> list[Piece]:
    if old is None or new is None or max(len(old), len(new)) <= PROSE:
        return _replaced(old, new)
    return words_changed(old, new)


def _replaced(old: str | None, new: str | None) -> list[Piece]:
    pieces = [Piece(Kind.GONE, old or ""), Piece(Kind.ADDED, new or "")]
    return [piece for piece in pieces if piece.text]
