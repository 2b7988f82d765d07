"""State machines: one frozen table of (state, action) → transition draws buttons, reasons, docs and tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, NotAllowed


@dataclass(frozen=True)
class Transition:
    """One lawful move. `needs_sv` and `causes_sv` are sentences for the person who is about to act."""

    target: StrEnum
    roles: frozenset[Role]
    label_sv: str
    needs_sv: str = ""
    causes_sv: str = ""


TransitionTable = Mapping[tuple[StrEnum, StrEnum], Transition]


@dataclass(frozen=True)
class ActionView:
    """An action as an object's page shows it: a button, or the reason why there is none."""

    action: StrEnum
    label_sv: str
    is_possible: bool
    reason_sv: str
    causes_sv: str


def by(*roles: Role) -> frozenset[Role]:
    """Reads well in a transition table: `by(Role.SUPERVISOR)`."""
    return frozenset(roles)


def advance(table: TransitionTable, state: StrEnum, action: StrEnum, role: Role | None) -> Transition:
    """The transition that `action` makes from `state`.

    Raises Conflict where the state has no such action, NotAllowed where the role may not take it.
    """
    transition = table.get((state, action))
    if transition is None:
        raise Conflict(reason_not_possible(table, state, action))
    if role not in transition.roles:
        raise NotAllowed(f"Din roll får inte göra detta: {transition.label_sv.lower()}.")
    return transition


def possible_actions(
    table: TransitionTable,
    state: StrEnum,
    role: Role | None,
    obstacles: Mapping[StrEnum, str] = MappingProxyType({}),
) -> list[ActionView]:
    """Every action the role has anywhere in the table: possible now, or with the reason why not. None in a state that
    nothing leads out of: it is over, and the state says so. `obstacles` are reasons that the state does not know of."""
    if not any(from_state == state for from_state, _ in table):
        return []
    views: dict[StrEnum, ActionView] = {}
    for (from_state, action), transition in table.items():
        if role not in transition.roles:
            continue
        if from_state == state:
            reason = obstacles.get(action, "")
            views[action] = ActionView(action, transition.label_sv, not reason, reason, transition.causes_sv)
        elif action not in views:
            reason = reason_not_possible(table, state, action)
            views[action] = ActionView(action, transition.label_sv, False, reason, transition.causes_sv)
    return list(views.values())


def reason_not_possible(table: TransitionTable, state: StrEnum, action: StrEnum) -> str:
    """Why `action` cannot be taken in `state`: the table's own words, or a sentence about the state."""
    needs = {t.needs_sv for (s, a), t in table.items() if a == action and t.needs_sv}
    if needs:
        return " ".join(sorted(needs))
    return "Det går inte i det här läget. Läs om sidan för att se vad som har hänt."
