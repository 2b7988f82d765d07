"""How long what is kept, and the seal of a protocol."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.errors import Conflict, Invalid
from placements.disposal.rules import (
    DisposalKind,
    Protocol,
    check_other_person,
    check_years,
    ended_before,
)


def test_years_are_counted_from_the_end_of_the_year() -> None:
    assert ended_before(date(2029, 1, 1), 2) == date(2027, 1, 1)
    assert ended_before(date(2028, 12, 31), 2) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("kind", "years", "others"),
    [
        (DisposalKind.PERSON, 0, {}),
        (DisposalKind.PERSON, 51, {}),
        (DisposalKind.BASIS, 6, {}),
        (DisposalKind.PERSON, 8, {DisposalKind.BASIS: 7}),
        (DisposalKind.BASIS, 8, {DisposalKind.PERSON: 9}),
    ],
)
def test_years_that_no_rule_may_have(kind: DisposalKind, years: int, others: dict[DisposalKind, int]) -> None:
    with pytest.raises(Invalid):
        check_years(kind, years, others)


def test_years_that_a_rule_may_have() -> None:
    check_years(DisposalKind.PERSON, 7, {DisposalKind.BASIS: 7})
    check_years(DisposalKind.BASIS, 50, {DisposalKind.PERSON: 2})


def test_four_eyes() -> None:
    check_other_person(1, 2)
    with pytest.raises(Conflict):
        check_other_person(1, 1)


def test_a_seal_tells_of_any_change() -> None:
    protocol = Protocol(
        "person", 2, "§ 14", "Sara", "2029", "Erik", "2029", "17", "2029", [(1, "disposed")], []
    )
    assert protocol.seal == replace(protocol).seal
    for changed in (
        replace(protocol, decided_by="Sara"),
        replace(protocol, numbers=[(1, "kept")]),
        replace(protocol, rows=[("participant", 1)]),
    ):
        assert changed.seal != protocol.seal
