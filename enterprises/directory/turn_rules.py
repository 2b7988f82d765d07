"""Whose turn it is when a participant does not choose: decided beforehand, never drawn, never picked (LOV 9:2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Turn:
    """A supplier's place in the order: the day its contract began, and the contract's number for those of one day."""

    starts_on: date
    contract_id: int


@dataclass(frozen=True)
class InLine:
    """A supplier under contract in the system."""

    turn: Turn
    enterprise_id: int
    name: str
    is_resting: bool = False
    """Its contract is suspended: it is passed over."""


def in_turn(line: Collection[InLine], last: Turn | None) -> Sequence[InLine]:
    """The suppliers with the next one first. `last` had the turn last; it may have left since."""
    ordered = sorted(line, key=lambda one: (one.turn.starts_on, one.turn.contract_id))
    if last is None:
        return ordered
    had = (last.starts_on, last.contract_id)
    after = [one for one in ordered if (one.turn.starts_on, one.turn.contract_id) > had]
    return after + ordered[: len(ordered) - len(after)]
