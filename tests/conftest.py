"""What every test can ask for: servers, an application, a session that is rolled back, a database of one's own."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session

from indicators.services import compute_all
from marketplace.accounts import services as accounts
from marketplace.accounts.models import Membership
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import Actor
from tests.support import invoicing_market as invoicing
from tests.support.application import Database, application_on_a_copy, rolled_back
from tests.support.clients import Client
from tests.support.directory_town import TODAY, Town, build_town
from tests.support.indicator_story import NOW, build_story
from tests.support.invoicing_market import APRIL_FIRST
from tests.support.live import served
from tests.support.placement_market import Market, build_market
from tests.support.servers import Servers, in_memory, running_servers
from tests.support.supply import Supply, build_supply
from tests.world import ROLES, TRAINEE, Who, World, build_world
from tests.world import TODAY as WORLD_DAY

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


# One set of servers for all of pytest-xdist's workers: the process that leads them starts and stops it.

_for_workers: ExitStack = ExitStack()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    shared = node.config.stash.get(_SHARED, None)
    if shared is None:
        shared = node.config.stash[_SHARED] = _for_workers.enter_context(running_servers())
    node.workerinput["servers"] = shared.as_input()


_SHARED = pytest.StashKey[Servers]()


def pytest_unconfigure() -> None:
    _for_workers.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays to the end: it is not gone through for garbage, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None and not os.environ.get("PLATSTORGET_REQUIRE_BROWSER"):
        reason = pytest.mark.skip(reason="no Chromium on this machine (Debian: apt install chromium)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(reason)


def chromium() -> str | None:
    """The browser's program, or None."""
    return next((found for name in _CHROMIUM if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's program. Fails where there is none: the tests that ask are skipped there, or must not be."""
    found = chromium()
    assert found, "PLATSTORGET_REQUIRE_BROWSER is set and there is no Chromium"
    return found


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    given = getattr(request.config, "workerinput", {}).get("servers")
    if given:
        yield Servers(**given)
    else:
        with running_servers() as own:
            yield own


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """A password takes a fifth of a second to hash, which is the point of it, and not of most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """As pytest's own, but in memory where there is room, and taken away afterwards: some keep whole servers in it."""
    with tempfile.TemporaryDirectory(
        prefix="platstorget-test-", dir=in_memory(), ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@pytest.fixture
def redis(servers: Servers) -> Iterator[Redis]:
    """An empty Redis."""
    with Redis.from_url(servers.own_redis_url) as client:
        client.flushdb()
        yield client


@pytest.fixture(scope="session")
def _shared_database(servers: Servers) -> Iterator[Database]:
    with application_on_a_copy(servers) as shared:
        yield shared


@pytest.fixture
def database(servers: Servers) -> Iterator[Database]:
    """A database of the test's own: commits are real and other threads see them. An app context is pushed."""
    with application_on_a_copy(servers) as own, own.app.app_context():
        yield own
        db.session.remove()


def _computed_story() -> Market:
    market = build_story()
    compute_all(is_whole=True)
    return market


_GROUNDS: Mapping[str, tuple[date | None, Callable[[], Any]]] = {
    "ready_market": (None, build_market),
    "ready_supply": (None, build_supply),
    "invoicing_market": (APRIL_FIRST, invoicing.build_market),
    "indicator_market": (NOW, _computed_story),
    "ready_town": (TODAY, build_town),
}
"""What stands in the `session`'s database already, by the fixture that gives it: its day, if it has one, and how it is
made."""


@pytest.fixture(scope="session")
def _ground(servers: Servers) -> Iterator[Callable[[str], tuple[Database, Any]]]:
    """A database with one of the grounds, made for each of pytest's workers when it is first asked for."""
    made: dict[str, tuple[Database, Any]] = {}
    with ExitStack() as kept:

        def ground(name: str) -> tuple[Database, Any]:
            if name not in made:
                shared = kept.enter_context(application_on_a_copy(servers))
                day, build = _GROUNDS[name]
                with shared.app.app_context(), travelling(day or datetime.now(UTC)):
                    made[name] = shared, build()
                    db.session.remove()
            return made[name]

        yield ground


@pytest.fixture
def _rolled_back_in(request: pytest.FixtureRequest) -> tuple[Database, Any]:
    asked = _GROUNDS.keys() & set(request.fixturenames)
    assert len(asked) < 2, f"a test stands on one ground, not on {sorted(asked)}"
    if asked:
        with_ground: tuple[Database, Any] = request.getfixturevalue("_ground")(*asked)
        return with_ground
    return request.getfixturevalue("_shared_database"), None


@pytest.fixture
def session(_rolled_back_in: tuple[Database, Any]) -> Iterator[Session]:
    """A session in which commits are savepoints of an outer transaction, rolled back at the end."""
    with _rolled_back_in[0].app.app_context(), rolled_back():
        yield db.session()


@pytest.fixture
def ready_market(session: Session, _rolled_back_in: tuple[Database, Market]) -> Market:
    """placement_market.build_market()"""
    return _rolled_back_in[1]


@pytest.fixture
def ready_supply(session: Session, _rolled_back_in: tuple[Database, Supply]) -> Supply:
    """supply.build_supply(), on the day it is"""
    return _rolled_back_in[1]


@pytest.fixture
def invoicing_market(
    session: Session, _rolled_back_in: tuple[Database, invoicing.Market]
) -> Iterator[invoicing.Market]:
    """invoicing_market.build_market(), on the first of April"""
    with travelling(APRIL_FIRST):
        yield _rolled_back_in[1]


@pytest.fixture
def indicator_market(session: Session, _rolled_back_in: tuple[Database, Market]) -> Iterator[Market]:
    """indicator_story.build_story(), computed, on its day NOW"""
    with travelling(NOW):
        yield _rolled_back_in[1]


@pytest.fixture
def ready_town(session: Session, _rolled_back_in: tuple[Database, Town]) -> Iterator[Town]:
    """directory_town.build_town(), on its day TODAY"""
    with travelling(TODAY):
        yield _rolled_back_in[1]


@pytest.fixture(scope="session")
def world_database(servers: Servers) -> Iterator[tuple[Database, World]]:
    """One database with the world in it, made once for each of pytest's workers."""
    with application_on_a_copy(servers) as database:
        with database.app.app_context():
            world = build_world()
            db.session.remove()
        yield database, world


@pytest.fixture(scope="session")
def world_cookies(world_database: tuple[Database, World]) -> dict[Who, str]:
    """The session of A's or E1's person in each role, as a browser keeps it; and of A's participants."""
    database, world = world_database
    kept: dict[Who, str] = {}

    def keep(who: Who, path: str, data: dict[str, Any]) -> None:
        client = database.app.test_client()
        with travelling(WORLD_DAY), database.app.app_context():
            answer = client.post(path, data=data)
        assert answer.status_code == 302
        cookie = client.get_cookie(database.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        kept[who] = cookie.value

    for role in ROLES:
        keep(role, "/demo/logga-in", {"membership_id": world.actor(role).membership_id})
    keep(Role.PARTICIPANT, "/min-sida", {"code": world.codes["own"]})
    keep(TRAINEE, "/min-sida", {"code": world.trainee_codes["own"]})
    return kept


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Flask:
    """The application: on the test's own `database` if it asks for one, else on the rolled back `session`."""
    if "database" in request.fixturenames:
        own: Database = request.getfixturevalue("database")
        return own.app
    request.getfixturevalue("session")
    shared: tuple[Database, Any] = request.getfixturevalue("_rolled_back_in")
    return shared[0].app


@pytest.fixture
def client_for(app: Flask) -> Callable[..., Client]:
    """`client_for(actor)` or `client_for(membership)`: a client signed in as them; `client_for()`: as nobody."""

    def sign_in(who: Actor | Membership | None = None) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        if who is not None:
            membership_id = who.membership_id if isinstance(who, Actor) else who.id
            answer = client.post("/demo/logga-in", data={"membership_id": membership_id})
            assert answer.status_code == 302, f"could not sign in: {answer.status}"
        return client

    return sign_in


@pytest.fixture
def live_server(database: Database) -> Iterator[str]:
    """The address of the application on the test's own `database`, served to a browser."""
    with served(database.app) as address:
        yield address
