"""Which requirement became which, and which words changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.procurement.comparison_rules import Kind, Pair, Piece, matched, words_changed

_TEXTS = st.lists(st.text("ab å\n", max_size=12), max_size=6)


def test_unchanged_moved_reworded_new_and_gone() -> None:
    old = ["Är ett socialt företag.", "Har minst en handledare per fem deltagare.", "Har försäkring."]
    new = [
        "Har försäkring.",
        "Har minst en utbildad handledare per fyra deltagare.",
        "Tar emot studiebesök varje vecka.",
    ]
    assert matched(old, new) == [
        Pair(2, 0, is_unchanged=True),
        Pair(1, 1),
        Pair(None, 2),
        Pair(0, None),
    ]


def test_the_most_alike_wins_whatever_comes_first() -> None:
    assert matched(["har fem platser i huset"], ["har fyra bilar i huset", "har sex platser i huset"]) == [
        Pair(None, 0),
        Pair(0, 1),
    ]


def test_the_same_text_twice_is_matched_once_each() -> None:
    assert matched(["a", "a"], ["a"]) == [Pair(0, 0, is_unchanged=True), Pair(1, None)]


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("Beskriv hur handledningen går till.", "Beskriv hur handledningen och starten går till.", True),
        ("Beskriv hur handledningen går till.", "Beskriv vilka lokaler ni har.", False),
        ("Vi har F-skatt och betalar våra skatter.", "Vi har F-skatt och betalar alla skatter.", True),
        ("Minst en handledare per fem deltagare.", "Minst två anställda kan teckenspråk.", False),
        ("Har försäkring på fem miljoner kronor.", "Har försäkring på tio miljoner kronor, alltid.", True),
    ],
)
def test_what_is_taken_for_a_rewording(old: str, new: str, is_same: bool) -> None:
    assert matched([old], [new]) == ([Pair(0, 0)] if is_same else [Pair(None, 0), Pair(0, None)])


def test_long_lists_that_are_all_new_are_compared_at_once() -> None:
    """Everyone may ask for it, so it must not cost more than a page."""
    texts = [
        " ".join(f"ord{(number * 7919 + at * 104729) % 9973}" for at in range(250)) for number in range(160)
    ]
    began = time.process_time()
    assert len(matched(texts[:80], texts[80:])) >= 80
    assert len(matched([f"a{n}" for n in range(10_000)], [f"b{n}" for n in range(10_000)])) == 20_000
    assert words_changed("a " * 20_000, "b a " * 10_000)
    assert time.process_time() - began < 5


def test_words() -> None:
    assert words_changed("Har en handledare.", "Har två handledare.") == [
        Piece(Kind.SAME, "Har "),
        Piece(Kind.GONE, "en "),
        Piece(Kind.ADDED, "två "),
        Piece(Kind.SAME, "handledare."),
    ]


def test_a_word_is_the_same_when_more_follows_it() -> None:
    assert words_changed("Har försäkring.", "Har försäkring. Den gäller alla.") == [
        Piece(Kind.SAME, "Har försäkring."),
        Piece(Kind.ADDED, " Den gäller alla."),
    ]


@given(_TEXTS, _TEXTS)
def test_each_text_is_accounted_for_once(old: list[str], new: list[str]) -> None:
    pairs = matched(old, new)
    assert [pair.new for pair in pairs if pair.new is not None] == list(range(len(new)))
    assert sorted(pair.old for pair in pairs if pair.old is not None) == list(range(len(old)))
    for pair in pairs:
        if pair.is_unchanged:
            assert pair.old is not None
            assert pair.new is not None
            assert old[pair.old] == new[pair.new]


@given(st.text("ab å\n", max_size=40), st.text("ab å\n", max_size=40))
def test_the_pieces_give_both_texts_back(old: str, new: str) -> None:
    pieces = words_changed(old, new)
    assert "".join(one.text for one in pieces if one.kind is not Kind.ADDED) == old
    assert "".join(one.text for one in pieces if one.kind is not Kind.GONE) == new
