"""Kinds of letters, and how each may be taken."""

import pytest

from marketplace.accounts.rules import ROLE_BELONGS_TO, Role
from marketplace.letters.rules import KINDS, LetterKind, Way, kinds_to, way_of, ways_for


def test_decisions_and_contracts_cannot_be_turned_down() -> None:
    for kind in (LetterKind.DECISION, LetterKind.CONTRACT):
        assert ways_for(kind) == (Way.AT_ONCE,)
        assert KINDS[kind].must_sv
        for way in Way:
            assert way_of(kind, {kind: way}) is Way.AT_ONCE


def test_a_letter_comes_at_once_to_whoever_has_not_chosen_and_the_digest_tells_what_waits() -> None:
    assert {kind: way_of(kind, {}) for kind in LetterKind} == dict.fromkeys(LetterKind, Way.AT_ONCE) | {
        LetterKind.MY_WORK: Way.DIGEST
    }


@pytest.mark.parametrize("way", Way)
def test_what_is_chosen_holds(way: Way) -> None:
    assert way_of(LetterKind.VISIT, {LetterKind.VISIT: way}) is way


def test_what_waits_is_told_in_the_digest_or_not_at_all() -> None:
    assert ways_for(LetterKind.MY_WORK) == (Way.DIGEST, Way.NEVER)


def test_every_kind_is_explained_and_everybody_can_turn_the_digest_down() -> None:
    assert set(KINDS) == set(LetterKind)
    for role in ROLE_BELONGS_TO:
        assert kinds_to([role])[0] is LetterKind.MY_WORK
    assert kinds_to([Role.PARTICIPANT, Role.SYSTEM]) == []
