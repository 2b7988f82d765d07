"""Every route × every role × own and foreign, made from the router: a new route is tried without being listed.

`world.own` and `world.foreign` give an id for each name in an address. A name that the world does not know fails.
Everyone in the world has a protected identity: no answer tells who anybody is, and who is shown masked is in the log.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from marketplace.accounts.rules import Role
from tests.isolation.conftest import ClientFor, Rollback
from tests.support.clients import Client
from tests.support.hidden import looked_at, masked_in
from tests.support.routes import EVERY_ROUTE, GUARDED, OPEN_TO_ALL, Route, address, admitted, people, variants
from tests.world import BUYERS, EVERYBODY, World

PUBLISHED: dict[str, frozenset[Role]] = {"enterprise_id": frozenset(EVERYBODY), "site_id": frozenset(BUYERS)}
"""Objects that these roles may look at whosever they are: the directory of enterprises, and where they work."""

PUBLISHED_VARIANTS = frozenset(
    {"open_system_id", "second_system_id", "third_system_id", "published_place_id", "other_place_id"}
)
"""Objects in the world that are published, and so are seen by everyone."""

SIGNS_OUT = frozenset({"accounts.sign_out", "access.leave"})

NAMED_IN_FORMS = {"demo.sign_in_as": ["membership_id"], "accounts.act_for": ["membership_id"]}

REVEALS = frozenset({"participants.reveal", "extracts.hand_over", "own_extracts.fetch"})
"""Show who somebody is to whoever works with her, and to herself, each time that it is asked for."""

FINE = {200, 302, 303, 409, 422}
"""Shown, done, or refused in words: 409 and 422 are pages that say what to do."""

HIDDEN = {403, 404}
ANSWERED = FINE | HIDDEN


WITH_OBJECT = [route for route in GUARDED if route.names - OPEN_TO_ALL]


class Answer(NamedTuple):
    status: int
    where: str
    shown: set[int]
    """Participants, masked."""


def ask(client: Client, route: Route, known: Mapping[str, object]) -> Answer:
    """An empty form, but for the few that would be about nothing at all without what they name."""
    form = {name: known.get(name) for name in NAMED_IN_FORMS.get(route.rule.endpoint, ())}
    answer = client.open(address(route, known), method=route.method, data=form or None)
    reveals = route.rule.endpoint in REVEALS and answer.status_code == 200
    return Answer(answer.status_code, answer.location or "", set() if reveals else masked_in(answer))


def test_there_are_routes() -> None:
    assert len(EVERY_ROUTE) > 20


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_nobody_is_sent_to_sign_in(
    route: Route, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    with undone():
        status, where, _ = ask(fresh_client(None), route, world.own)
    assert status == 302
    assert "/min-sida" in where if route.guard.roles == {Role.PARTICIPANT} else "/logga-in" in where


@pytest.mark.parametrize("route", [route for route in GUARDED if route.guard.roles], ids=str)
def test_a_role_outside_the_guard_is_refused(
    route: Route, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    for role in EVERYBODY:
        if role not in route.guard.roles:
            with undone():
                status = ask(fresh_client(role), route, world.own).status
            assert status == 403, role


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_own_objects_open_for_the_roles_of_the_guard(
    route: Route, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    """Each role opens some object of its own. Which may hang on its state: a draft is its writer's alone."""
    for role in admitted(route):
        statuses = {}
        for known in variants(route, world.own):
            for who in people(role):
                with undone():
                    known["membership_id"] = world.actor(role).membership_id
                    status, where, shown = ask(fresh_client(who), route, known)
                    assert role is Role.PARTICIPANT or not shown or shown <= looked_at(world, role), who
                statuses[who, known["variant"]] = status
                assert status in ANSWERED, (who, known["variant"], status)
                is_sent_away = "/logga-in" in where or where.endswith("/min-sida")
                assert not is_sent_away or route.rule.endpoint in SIGNS_OUT, who
        assert set(statuses.values()) & FINE, (role, statuses)


@pytest.mark.parametrize("route", WITH_OBJECT, ids=str)
def test_foreign_objects_are_not_found(
    route: Route, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    for role in admitted(route):
        open_names = {name for name, roles in PUBLISHED.items() if role in roles} | OPEN_TO_ALL
        if not route.names - open_names:
            continue
        for known in variants(route, world.foreign):
            if set(known["variant"]) & PUBLISHED_VARIANTS:  # type: ignore[call-overload]
                continue
            for who in people(role):
                with undone():
                    status = ask(fresh_client(who), route, known).status
                assert status in HIDDEN, (who, known["variant"], status)


@pytest.mark.parametrize(
    "route", [r for r in WITH_OBJECT if r.names & {"placement_id", "contract_id"}], ids=str
)
def test_what_another_authority_has_with_the_same_enterprise_is_not_found(
    route: Route, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    """B's placement and contract with E1, which A's people must not see although E1 does."""
    for role in admitted(route):
        if role in BUYERS:
            with undone():
                status = ask(fresh_client(role), route, {**world.own, **world.shared}).status
            assert status in HIDDEN, (role, status)


@pytest.mark.parametrize(
    "route", [route for route in EVERY_ROUTE if route.guard.is_public and not route.names], ids=str
)
def test_public_pages_open_for_nobody(route: Route, world: World, fresh_client: ClientFor) -> None:
    """They change nothing, so nothing is undone: the health page wants connections of its own."""
    known = {**world.own, "membership_id": world.actor(Role.STRATEGIST).membership_id}
    assert ask(fresh_client(None), route, known).status in FINE
