"""Authorities that have agreed to share what they publish, and what the region shows.

A region's number is the sum of what its members publish, and there is one only where every member's may be shown. It is
made of published numbers alone, so whoever subtracts from it gets no more than what those give already: a member's
hidden number is in none of them (ADR 0035).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by

LEAST_MEMBERS: Final = 2
K = TypeVar("K")
Numbers = tuple[int, ...] | None
"""Of one cell; None where they may not be shown."""


class MemberState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    LEFT = "left"


class MemberAction(StrEnum):
    AGREE = "agree"
    DECLINE = "decline"
    LEAVE = "leave"


MEMBER_STATE_SV: Final[dict[MemberState, str]] = {
    MemberState.ASKED: "Tillfrågad",
    MemberState.AGREED: "Delar",
    MemberState.DECLINED: "Har tackat nej",
    MemberState.LEFT: "Har gått ur",
}
MEMBER_TONE: Final[dict[MemberState, str]] = {
    MemberState.ASKED: "waits",
    MemberState.AGREED: "good",
    MemberState.DECLINED: "muted",
    MemberState.LEFT: "muted",
}
_AGREE = Transition(
    MemberState.AGREED,
    by(Role.STRATEGIST),
    "Dela våra tal",
    causes_sv="Det ni publicerar räknas in i regionens tal, och ni ser dem. Ni kan gå ur när ni vill.",
)
MEMBER_TRANSITIONS: Final[TransitionTable] = MappingProxyType(
    {
        (MemberState.ASKED, MemberAction.AGREE): _AGREE,
        (MemberState.ASKED, MemberAction.DECLINE): Transition(
            MemberState.DECLINED, by(Role.STRATEGIST), "Tacka nej"
        ),
        (MemberState.AGREED, MemberAction.LEAVE): Transition(
            MemberState.LEFT,
            by(Role.STRATEGIST),
            "Gå ur",
            causes_sv="Era tal räknas inte längre in i regionens, och ni ser dem inte.",
        ),
        (MemberState.DECLINED, MemberAction.AGREE): _AGREE,
        (MemberState.LEFT, MemberAction.AGREE): _AGREE,
    }
)


def joint(published: Iterable[Mapping[K, Numbers]]) -> dict[K, Numbers]:
    """The sum of what the members publish, cell by cell. Hidden where it is hidden of any of them; a member without the
    cell has nothing of it."""
    found: dict[K, Numbers] = {}
    for cells in published:
        for key, numbers in cells.items():
            before = found.get(key, (0,) * len(numbers or ()))
            is_hidden = before is None or numbers is None
            found[key] = None if is_hidden else tuple(map(sum, zip(before or (), numbers or (), strict=True)))
    return found
