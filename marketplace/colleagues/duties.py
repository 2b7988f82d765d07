"""What whoever leaves a role leaves behind: each room says what it is, and how it is taken over."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flask import Flask, current_app

from marketplace.accounts.models import Membership
from marketplace.accounts.rules import Role
from marketplace.swedish import counted

_EXTENSION = "duties"


@dataclass(frozen=True)
class Duty:
    """Something that people in the role answer for, each for her own, or together where `hand_over` is None."""

    role: Role
    one_sv: str
    many_sv: str
    held: Callable[[Collection[int]], Mapping[tuple[int, int | None], int]]
    """Of the organisations: (organisation, user) → how many; the user is None where they have it together."""
    hand_over: Callable[[Membership, int], None] | None = None
    """From a membership to another user in the same organisation and role."""

    def held_by(self, memberships: Collection[Membership]) -> dict[int, str]:
        """Membership → what she answers for, in words; those who answer for nothing are left out."""
        own = [one for one in memberships if one.role is self.role]
        counts = self.held({one.organisation_id for one in own}) if own else {}
        user = (lambda one: one.user_id) if self.hand_over else (lambda _: None)
        numbers = {one.id: counts.get((one.organisation_id, user(one)), 0) for one in own}
        return {key: counted(number, self.one_sv, self.many_sv) for key, number in numbers.items() if number}


def register_duties(app: Flask, *duties: Duty) -> None:
    """Called by the composition root."""
    app.extensions[_EXTENSION] = {duty.role: duty for duty in duties}


def duty_of(role: Role) -> Duty | None:
    found: Duty | None = current_app.extensions.get(_EXTENSION, {}).get(role)
    return found


def held_by(memberships: Collection[Membership]) -> dict[int, str]:
    """Membership → what she answers for, in words."""
    held: dict[int, str] = {}
    for duty in current_app.extensions.get(_EXTENSION, {}).values():
        held |= duty.held_by(memberships)
    return held
