"""Who may open a view. Every view carries exactly one guard, written just below its route.

A view without `__guard__` stops the application from starting; `platstorget routes` prints `Guard.describe()`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import ROLE_SV, Role
from marketplace.errors import NotAllowed
from marketplace.tenancy import Actor, current_actor
from marketplace.web.addresses import own_path, safe_next

View = Callable[..., ResponseReturnValue]

CODE_AGAIN_SV = "Skriv din kod för att öppna sidan. Det du har sparat finns kvar."
"""To a participant whose session has ended, or has not begun."""


@dataclass(frozen=True)
class Guard:
    """The rule of one view: open to everyone for a stated reason, to the signed in, or to some roles."""

    roles: frozenset[Role] = frozenset()
    public_reason: str = ""

    @property
    def is_public(self) -> bool:
        return bool(self.public_reason)

    def describe(self) -> str:
        """One line for the list of routes."""
        if self.is_public:
            return f"public: {self.public_reason}"
        if self.roles:
            return "roles: " + ", ".join(sorted(self.roles))
        return "signed in"

    def admits(self, actor: Actor) -> bool:
        """Whether the view opens for `actor`; says nothing about which objects they find there."""
        if self.is_public:
            return True
        if not self.roles:
            return bool(actor.user_id)
        return actor.role in self.roles

    def refusal_sv(self) -> str:
        """What a person with another role is told."""
        if not self.roles:
            return "Sidan är till för den som har loggat in."
        names = [ROLE_SV[role] for role in sorted(self.roles, key=list(Role).index)]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} eller {names[-1]}"
        return (
            f"Sidan är till för rollen {listed}. Byt roll om du har den, eller fråga den som gav dig länken."
        )


def requires(*roles: Role) -> Callable[[View], View]:
    """Open the view to these roles only."""
    if not roles:
        raise ValueError("requires() needs a role; use signed_in for any role")
    return _guarding(Guard(roles=frozenset(roles)))


def signed_in(view: View) -> View:
    """Open the view to whoever has signed in, also before they have chosen an organisation."""
    return _guarding(Guard())(view)


def public(reason: str) -> Callable[[View], View]:
    """Open the view to everyone; `reason` says why nothing on it needs protection."""
    if not reason.strip():
        raise ValueError("a public view needs a reason")
    return _guarding(Guard(public_reason=reason))


def guard_of(view: object) -> Guard | None:
    """The guard that a view function carries, if any."""
    guard = getattr(view, "__guard__", None)
    return guard if isinstance(guard, Guard) else None


def _guarding(guard: Guard) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            actor = current_actor()
            if guard.admits(actor):
                return view(*args, **kwargs)
            if guard.roles == {Role.PARTICIPANT} and not actor.role:
                flash(CODE_AGAIN_SV, "warning")
                return redirect(url_for("access.enter"))
            if not actor.user_id and not actor.role:
                return redirect(url_for("accounts.sign_in", next=_way_back()))
            if actor.role is None:
                return redirect(url_for("accounts.choose_membership", next=_way_back()))
            raise NotAllowed(guard.refusal_sv())

        guarded.__guard__ = guard  # type: ignore[attr-defined]
        return guarded

    return decorate


def _way_back() -> str | None:
    """Where to go after signing in: this page, or for a form the page that it was on."""
    if request.method in {"GET", "HEAD"}:
        return own_path()
    return safe_next(request.referrer)
