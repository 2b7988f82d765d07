"""Attackers stand in the same world as the outsiders of tests/isolation."""

import pytest
from flask import Flask

from tests.attacks.states import with_more_states
from tests.isolation.conftest import ClientFor, Rollback, _today, app, fresh_client, owner, undone, world
from tests.support.page_forms import Met, met_in_the_world
from tests.world import World

__all__ = ["_today", "app", "fresh_client", "met", "owner", "undone", "world"]

_met: list[Met] = []


@pytest.fixture
def met(app: Flask, world: World, fresh_client: ClientFor, undone: Rollback) -> Met:
    """Every form and link of the world's pages, looked for once."""
    if not _met:
        _met.append(met_in_the_world(app, with_more_states(world), fresh_client, undone))
    return _met[0]
