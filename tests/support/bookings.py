"""Placements of the market at every stage, and the night's job."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from marketplace.clock import travelling
from marketplace.db import Base, db, get_or_404, transaction
from marketplace.outbox import Message, Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking import jobs
from placements.booking.models import Placement
from placements.booking.services import accept_placement, request_placement, start_placement
from placements.choice.services import open_round, record_choice, show_places
from tests.support.placement_market import FIRST_DAY, TODAY, Market, granted, requested


def do(actor: Actor, service: object, *args: object, on: date = TODAY, **more: object) -> object:
    """What the service gives, done by the actor that day; readable also to the test, which is nobody."""
    with acting_as(actor), travelling(on), transaction():
        found: object = service(*args, **more)  # type: ignore[operator]
        db.session.flush()
        if isinstance(found, Base):
            db.session.refresh(found)
            db.session.expunge(found)
        return found


def seen(placement_id: int, market: Market, *, by: Actor | None = None) -> Placement:
    """The placement as it stands."""
    with acting_as(by or market.officer):
        placement = get_or_404(Placement, placement_id)
        db.session.refresh(placement)
        db.session.expunge(placement)
        return placement


def chosen_with_reserves(
    market: Market, place_ids: Sequence[int], number: int = 1, *, officer: Actor | None = None
) -> int:
    """A round in which the first of the places is chosen and the others are in reserve; gives its id."""
    by = officer or market.officer
    _, grant_id = granted(market, number, officer=by)
    with acting_as(by), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, place_ids)
        record_choice(round_id, place_ids[0], reserve_ids=place_ids[1:])
        return round_id


def request_each(
    round_id: int, place_ids: Sequence[int], officer: Actor, *, first_day: date = FIRST_DAY
) -> list[int]:
    """The ids of a request for each of the places."""
    placement_ids = []
    for place_id in place_ids:
        with acting_as(officer), transaction():
            placement_ids.append(request_placement(round_id, first_day=first_day, place_id=place_id).id)
    return placement_ids


def accepted(market: Market, number: int = 1, *, place_id: int | None = None) -> int:
    placement_id = requested(market, number, place_id=place_id)
    with acting_as(market.supervisor), transaction():
        accept_placement(placement_id)
    return placement_id


def running(market: Market, number: int = 1, *, place_id: int | None = None) -> int:
    placement_id = accepted(market, number, place_id=place_id)
    with acting_as(market.supervisor), travelling(FIRST_DAY), transaction():
        start_placement(placement_id)
    return placement_id


def work_off(*topics: str) -> list[str]:
    """Does what waits in the outbox under the topics, twice; gives what it was about."""
    with acting_as(system_actor()):
        unprocessed = select(Outbox).where(Outbox.topic.in_(topics), Outbox.processed_at.is_(None))
        messages = [
            Message(row.id, row.topic, row.payload)
            for row in db.session.scalars(unprocessed.order_by(Outbox.id))
        ]
    functions = {
        jobs.FOLLOW_UP_TOPIC: jobs.follow_up,
        jobs.LATE_CHANGE_TOPIC: jobs.expire_late_change,
        jobs.MOVE_ON_TOPIC: jobs.move_on,
        "placements.tell": jobs.tell,
        "placement_accepted": jobs.tell,
    }
    for message in (*messages, *messages):
        functions[message.topic](message.id)
    return [str(message.payload.get("what", message.topic)) for message in messages]


def night(on: date) -> list[str]:
    """The night's job and what it leads to; gives what letters it wrote."""
    with travelling(on):
        jobs.dispatch_follow_up()
        work_off(jobs.FOLLOW_UP_TOPIC, jobs.LATE_CHANGE_TOPIC, jobs.MOVE_ON_TOPIC)
        return work_off("placements.tell", "placement_accepted")
