"""A worker that is stopped anywhere: no seat is lost and none is promised twice."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

import pytest
from redis import Redis
from sqlalchemy import Engine, event, select, update

import worker
from marketplace import clock
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.outbox import RESEND_AFTER, Outbox
from marketplace.tenancy import acting_as, system_actor
from placements.booking.services import cancel_placement
from placements.waiting_list import services
from placements.waiting_list.jobs import dispatch_day
from placements.waiting_list.rules import NoReason, OfferState
from placements.waiting_list.services import offering
from tests.support.application import Database
from tests.support.placement_market import TODAY, Market, build_market, requested
from tests.support.waiting import do, held, messages, offered_to, offers, passes, waits, work


class Stopped(Exception):
    """As when the machine loses its power, but that the database hears of it at once."""


@contextmanager
def stopped_after(statements: int) -> Iterator[None]:
    """Everything goes well until so many statements have been asked."""
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked > statements:
            raise Stopped

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def _run_until_it_succeeds(act: Callable[[], object]) -> int:
    """Stops the act one statement later each time, until it comes to its end; gives how many times it was stopped."""
    for statements in range(400):
        try:
            with stopped_after(statements):
                act()
        except Stopped:
            with suppress(Stopped):
                db.session.rollback()
            db.session.expire_all()
        else:
            return statements
    raise AssertionError("it never came to its end")


def _next(topic: str) -> tuple[int, str]:
    return next(one for one in messages() if one[1] == topic)


@pytest.fixture
def line(database: Database) -> Iterator[tuple[Market, list[int]]]:
    """Two who wait across authorities, one who is passed over, and a message that a seat has been freed."""
    with travelling(TODAY):
        market = build_market()
        taken = requested(market, 90, place_id=market.growing_id)
        entries = [
            waits(market, 1, seen=[market.growing_id]),
            waits(market, 2, officer=market.south_officer, kommun_codes=["0136"]),
            waits(market, 3),
        ]
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken)
        yield market, entries


def test_an_offer_is_made_once_wherever_the_job_stops(line: tuple[Market, list[int]]) -> None:
    market, (passed, first, _) = line
    message = _next("seat_freed")
    stops = _run_until_it_succeeds(lambda: do(*message))
    assert stops > 20
    assert offered_to(market, None) == [first]
    assert len(held(market)) == 1
    assert passes(market) == [(passed, "seen")]
    do(*message)  # delivered once more
    work()
    assert offered_to(market, None) == [first]


def test_nothing_is_held_after_a_stop(line: tuple[Market, list[int]]) -> None:
    market, _ = line
    message = _next("seat_freed")
    for statements in range(0, 60, 3):
        with suppress(Stopped), stopped_after(statements):
            do(*message)
        db.session.rollback()
        db.session.expire_all()
        assert len(held(market)) == len(offers(market))


def test_a_late_offer_goes_on_once_wherever_the_job_stops(line: tuple[Market, list[int]]) -> None:
    market, (_, first, second) = line
    work()
    with travelling(date(2026, 3, 5)):
        dispatch_day()
        message = _next("waiting_list.expire")
        assert _run_until_it_succeeds(lambda: do(*message)) > 10
        assert held(market) == []
        work()
        assert offered_to(market, OfferState.EXPIRED) == [first]
        assert offered_to(market) == [second]
        assert len(held(market)) == 1


def test_an_answer_is_whole_or_not_at_all(line: tuple[Market, list[int]]) -> None:
    market, (_, _, second) = line
    work()
    (offer,) = offers(market)

    def answer() -> None:
        with acting_as(market.south_officer), transaction():
            services.decline_offer(offer.id, NoReason.PARTICIPANT)

    assert _run_until_it_succeeds(answer) > 5
    assert held(market) == []
    work()
    assert offered_to(market) == [second]


def test_a_killed_worker_loses_nothing(
    database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with the offer written and not committed; the relay sends the message again."""
    market = build_market()
    with travelling(TODAY):
        taken = requested(market, 90, place_id=market.growing_id)
        first = waits(market, 1)
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken)
    with acting_as(system_actor()), transaction():  # all but the freed seat is beside the point
        db.session.execute(
            update(Outbox)
            .where(Outbox.topic != "seat_freed", Outbox.processed_at.is_(None))
            .values(processed_at=clock.now())
            .execution_options(synchronize_session=False)
        )

    def die(*_: object) -> None:
        db.session.flush()
        assert db.session.scalar(select(1)) == 1
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(offering, "_keep", die)
        _work(database, redis)
    assert offers(market, None) == []
    assert held(market) == []
    with travelling(clock.now() + 2 * RESEND_AFTER):
        db.session.remove()
        assert worker.relay_once(database.app, redis) >= 1
    _work(database, redis, relays=False)
    assert offered_to(market, None) == [first]
    assert len(held(market)) == 1


def _work(database: Database, redis: Redis, *, relays: bool = True) -> None:
    """A worker in this process, whose jobs are forked as always."""
    if relays:
        db.session.remove()
        worker.relay_once(database.app, redis)
    db.session.remove()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with travelling(TODAY):
            worker.work(database.app, redis, is_burst=True)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
