"""What every test can ask for: servers, an application, a session that is rolled back, a database of one's own."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

import config
from app import create_app
from demo.cluster import APP, OWNER
from marketplace.accounts.models import Membership
from marketplace.db import db
from marketplace.tenancy import Actor
from tests.support.clients import Client, watch_for_lost_writes
from tests.support.servers import Servers, copied_database, running_servers

_DEFERRED = "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint WHERE condeferred"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Database:
    """A migrated database of the test's own, where commits are real, and the application on it."""

    app: Flask
    url: str
    owner_url: str
    settings: config.Settings


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


def _redis_url(servers: Servers) -> str:
    """A Redis database for each of pytest's workers."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{servers.redis_url}?db={int(worker) % 16}"


@pytest.fixture
def redis(servers: Servers) -> Iterator[Redis]:
    """An empty Redis."""
    with Redis.from_url(_redis_url(servers)) as client:
        client.flushdb()
        yield client


@contextmanager
def _application(servers: Servers) -> Iterator[Database]:
    with copied_database(servers) as name, pytest.MonkeyPatch.context() as patch:
        url, owner_url = servers.cluster.address(APP, name), servers.cluster.address(OWNER, name)
        for variable, value in config.demo_environment(url, owner_url, _redis_url(servers)).items():
            patch.setenv(variable, value)
        settings = config.load()
        app = create_app(settings)
        app.test_client_class = Client
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        watch_for_lost_writes(app)
        yield Database(app, url, owner_url, settings)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def _shared_database(servers: Servers) -> Iterator[Database]:
    with _application(servers) as shared:
        yield shared


@pytest.fixture
def database(servers: Servers) -> Iterator[Database]:
    """A database of the test's own: commits are real and other threads see them. An app context is pushed."""
    with _application(servers) as own, own.app.app_context():
        yield own
        db.session.remove()


@pytest.fixture
def session(_shared_database: Database) -> Iterator[Session]:
    """A session in which commits are savepoints of an outer transaction, rolled back at the end."""
    app = _shared_database.app
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.session.remove()
            db.session.configure(join_transaction_mode="create_savepoint")
            db.engines[None] = connection  # type: ignore[index]
            deferred = connection.scalar(text(_DEFERRED))
            check = _checks_deferred(connection, deferred)
            event.listen(db.session, "before_commit", check)
            try:
                yield db.session()
            finally:
                event.remove(db.session, "before_commit", check)
                db.session.remove()
                db.session.configure(join_transaction_mode="conditional_savepoint")
                db.engines[None] = engine  # type: ignore[index]
                outer.rollback()


def _checks_deferred(connection: Connection, deferred: str | None) -> Callable[[Session], None]:
    """A savepoint's release does not check what waits for the commit, so each commit of the code's asks for it."""

    def check(session: Session) -> None:
        session.flush()
        if deferred and not session.in_nested_transaction():
            connection.execute(text(f"SET CONSTRAINTS {deferred} IMMEDIATE"))
            connection.execute(text(f"SET CONSTRAINTS {deferred} DEFERRED"))

    return check


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Flask:
    """The application: on the test's own `database` if it asks for one, else on the rolled back `session`."""
    if "database" in request.fixturenames:
        own: Database = request.getfixturevalue("database")
        return own.app
    request.getfixturevalue("session")
    shared: Database = request.getfixturevalue("_shared_database")
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
    server = make_server("127.0.0.1", 0, database.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
