"""Every route with its guard, made from the router; and what can stand in its address, from the world."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from werkzeug.routing import Rule

import config
from app import create_app, guarded_routes
from marketplace.accounts.rules import Role
from marketplace.web.guards import Guard
from tests.world import EVERYBODY, ROLES, TRAINEE, Who

OPEN_TO_ALL = frozenset(
    {
        "kommun_code",
        "ssyk",
        "month",
        "week",
        "position",
        "filename",
        "field_id",
        "file_format",
        "period",
        "part",
        "disposal_kind",
    }
)
"""Names in an address that are nobody's: they say which figures or which row, not whose."""


@dataclass(frozen=True)
class Route:
    rule: Rule
    guard: Guard
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.rule.arguments)


def routes() -> Iterator[Route]:
    for rule, guard in guarded_routes(create_app(config.offline())):
        assert guard is not None
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield Route(rule, guard, method)


EVERY_ROUTE = list(routes())
GUARDED = [route for route in EVERY_ROUTE if not route.guard.is_public]


def variants(route: Route, known: Mapping[str, int | str]) -> Iterator[dict[str, object]]:
    """What can stand in the address: for place_id also published_place_id, draft_place_id and so on, together."""
    prefixes = {""} | {
        key.removesuffix(name) for key in known for name in route.names if key.endswith(f"_{name}")
    }
    for prefix in sorted(prefixes):
        chosen = {name: f"{prefix}{name}" for name in route.names if f"{prefix}{name}" in known}
        if prefix and not chosen:
            continue
        yield {
            **known,
            **{name: known[key] for name, key in chosen.items()},
            "variant": tuple(chosen.values()),
        }


def address(route: Route, known: Mapping[str, object]) -> str:
    unknown = route.names - set(known)
    assert not unknown, f"tests/world.py has nothing for {sorted(unknown)} in {route.rule.rule}"
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: str(known[found.group(1)]), route.rule.rule)


def admitted(route: Route) -> list[Role]:
    """Whoever has signed in, where no role is named: a participant has not, and is let in to what names her."""
    return [role for role in EVERYBODY if role in (route.guard.roles or ROLES)]


def people(role: Role) -> list[Who]:
    """Those whose session is tried for a role: a participant who chooses and one in training have other rows."""
    return [role, TRAINEE] if role is Role.PARTICIPANT else [role]
