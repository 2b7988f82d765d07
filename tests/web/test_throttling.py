"""Who guesses is stopped, and nobody else: not a colleague at the same address, nor the account's owner."""

import statistics
import time
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy.orm import Session

from marketplace.accounts import services as accounts
from marketplace.accounts.services import create_account
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.known_browsers import guesser_at, remember_browser
from marketplace.web.limiter import limiter
from tests.support.clients import ClientFor

PASSWORD = "tre ord som glöms"
OWNER, COLLEAGUE = "maria@exempel.se", "leila@exempel.se"
pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def people(session: Session, redis: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with acting_as(system_actor()):
        for email in (OWNER, COLLEAGUE):
            create_account(email, "Maria Lind", PASSWORD)
        session.commit()
    monkeypatch.setattr(limiter, "enabled", True)
    yield
    limiter.reset()


def signs_in(client: FlaskClient, email: str, password: str = PASSWORD, where: str = "192.0.2.1") -> int:
    typed = {"email": email, "password": password}
    return client.post("/logga-in", data=typed, environ_base={"REMOTE_ADDR": where}).status_code


def test_guesses_from_everywhere_stop_who_guesses_but_not_the_owner(client_for: ClientFor) -> None:
    """Not at a browser where she has signed in before."""
    known, stranger, forged = client_for(), client_for(), client_for()
    forged.set_cookie("kand", "WyJ4IixbImEiXV0.abc.def")
    assert signs_in(known, OWNER) == 302
    known.post("/logga-ut")
    for _ in range(10):
        assert signs_in(stranger, OWNER, "") == 422
    assert signs_in(stranger, OWNER) == 429
    assert signs_in(known, OWNER) == 302, "a colleague at the same address keeps nobody out"
    known.post("/logga-ut")
    for number in range(90):
        assert signs_in(stranger, OWNER, "", f"198.51.100.{number // 8}") == 422
    typed = {"email": OWNER, "password": PASSWORD}
    refusal = stranger.post("/logga-in", data=typed, environ_base={"REMOTE_ADDR": "198.51.100.99"})
    assert refusal.status_code == 429
    assert "där du har loggat in förut" in refusal.text
    assert signs_in(forged, OWNER, where="203.0.113.7") == 429
    assert signs_in(known, OWNER, where="203.0.113.7") == 302
    assert signs_in(stranger, COLLEAGUE, where="198.51.100.99") == 302


def test_a_browser_knows_whom_it_has_let_in_and_is_counted_by_itself(app: Flask) -> None:
    """At most eight, on a shared computer. What it keeps tells nobody's address."""
    cookie = ""
    for number in range(9):
        with app.test_request_context(headers={"Cookie": f"kand={cookie}"}):
            remember_browser(f"nr{number}@exempel.se")
            answer = app.process_response(app.make_response(""))
            cookie = answer.headers["Set-Cookie"].split("kand=")[1].split(";")[0]
    assert "exempel" not in cookie

    def key(number: int, kept: str) -> str:
        with app.test_request_context(headers={"Cookie": f"kand={kept}"}):
            return guesser_at(f"nr{number}@exempel.se", str(number))

    assert [number for number in range(9) if key(number, cookie) == key(number, "")] == [0]
    assert len({key(number, cookie) for number in range(9)}) == 9


def test_without_redis_guesses_are_counted_and_people_let_in(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> int:
        raise RedisAway("away")

    fallback = MemoryStorage()
    monkeypatch.setattr(limiter.storage, "incr", away)
    monkeypatch.setattr(limiter.storage, "get", away)
    monkeypatch.setattr(limiter._fallback_limiter, "storage", fallback)
    monkeypatch.setattr(limiter, "_storage_dead", False)
    client = client_for()
    answers = [signs_in(client, OWNER, "fel lösenord!") for _ in range(11)]
    assert answers[-1] == 429
    assert set(answers[:9]) == {422}
    assert signs_in(client_for(), COLLEAGUE) == 302
    monkeypatch.setattr(limiter, "_storage_dead", False)


def _median_times(*asks: Callable[[], object]) -> list[float]:
    """Asked in turns, so that what else the machine does falls on each alike."""
    took: list[list[float]] = [[] for _ in asks]
    for _ in range(9):
        for times, ask in zip(took, asks, strict=True):
            began = time.perf_counter()
            ask()
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in took]


def test_nobody_learns_by_the_clock_who_has_an_account(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has no account is told from whoever has one by nothing near a hashing's time. Where one of them were not
    hashed for, no try would show them alike; a busy machine may spoil some."""
    monkeypatch.setattr(limiter, "enabled", False)
    hasher = PasswordHasher(time_cost=2, memory_cost=16 * 1024, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    stored = hasher.hash(PASSWORD)
    with acting_as(system_actor()):
        create_account("eva@exempel.se", "Eva", PASSWORD)
    accounts._nobodys_hash.cache_clear()
    client = client_for()
    for _ in range(5):
        hashing, known, unknown = _median_times(
            lambda: hasher.verify(stored, PASSWORD),
            lambda: signs_in(client, "eva@exempel.se", "fel lösenord!"),
            lambda: signs_in(client, "ingen@exempel.se", "fel lösenord!"),
        )
        if abs(known - unknown) < hashing / 2:
            break
    else:
        pytest.fail(
            f"{known:.4f} s with an account, {unknown:.4f} s without; a hashing takes {hashing:.4f} s"
        )
    accounts._nobodys_hash.cache_clear()
