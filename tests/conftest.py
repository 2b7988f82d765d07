"""What every test can ask for: servers, an application, a session that is rolled back, a database of one's own."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Membership
from marketplace.db import db
from marketplace.tenancy import Actor
from tests.support.application import Database, application_on_a_copy, rolled_back
from tests.support.clients import Client
from tests.support.live import served
from tests.support.placement_market import Market, build_market
from tests.support.servers import Servers, in_memory, running_servers

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


@pytest.fixture(scope="session")
def _market_database(servers: Servers) -> Iterator[tuple[Database, Market]]:
    with application_on_a_copy(servers) as shared:
        with shared.app.app_context():
            market = build_market()
            db.session.remove()
        yield shared, market


@pytest.fixture
def _rolled_back_in(request: pytest.FixtureRequest) -> Database:
    if "ready_market" in request.fixturenames:
        with_market: tuple[Database, Market] = request.getfixturevalue("_market_database")
        return with_market[0]
    empty: Database = request.getfixturevalue("_shared_database")
    return empty


@pytest.fixture
def session(_rolled_back_in: Database) -> Iterator[Session]:
    """A session in which commits are savepoints of an outer transaction, rolled back at the end."""
    with _rolled_back_in.app.app_context(), rolled_back():
        yield db.session()


@pytest.fixture
def ready_market(session: Session, _market_database: tuple[Database, Market]) -> Market:
    """build_market(), made once for each of pytest's workers: it stands in the `session`'s database already."""
    return _market_database[1]


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Flask:
    """The application: on the test's own `database` if it asks for one, else on the rolled back `session`."""
    if "database" in request.fixturenames:
        own: Database = request.getfixturevalue("database")
        return own.app
    request.getfixturevalue("session")
    shared: Database = request.getfixturevalue("_rolled_back_in")
    return shared.app


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
