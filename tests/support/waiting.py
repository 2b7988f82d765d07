"""Tests of the waiting list: who waits, and the jobs that the outbox asks for, done until there are none left."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pkgutil import resolve_name
from typing import Any

from sqlalchemy import select

from app import JOBS
from enterprises.places.models import SeatUse
from enterprises.places.rules import SeatUseKind
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.services import cancel_placement
from placements.choice.queries import criteria_for
from placements.participants.models import Grant
from placements.waiting_list import services
from placements.waiting_list.jobs import dispatch_day
from placements.waiting_list.models import WaitingEntry, WaitingOffer, WaitingPass
from placements.waiting_list.rules import NoReason, OfferState
from tests.factories import GARDEN
from tests.support.placement_market import Market, granted

DUE = date(2026, 3, 4)
"""Two working days from TODAY, a Monday."""

HEARD = ("seat_freed", "placement_accepted", "grant_withdrawn")


def waits(
    market: Market,
    number: int,
    *,
    officer: Actor | None = None,
    ssyks: Sequence[str] = (GARDEN,),
    kommun_codes: Sequence[str] = (),
    seen: Sequence[int] = (),
    weekdays: tuple[int, ...] = (),
) -> int:
    """A new participant's entry, for places in some trades; gives its id."""
    officer = officer or market.officer
    _, grant_id = granted(market, number, officer=officer)
    return joins(grant_id, officer, ssyks=ssyks, kommun_codes=kommun_codes, seen=seen, weekdays=weekdays)


def joins(
    grant_id: int,
    officer: Actor,
    *,
    ssyks: Sequence[str] = (GARDEN,),
    kommun_codes: Sequence[str] = (),
    seen: Sequence[int] = (),
    weekdays: tuple[int, ...] = (),
) -> int:
    with acting_as(officer), transaction():
        grant = db.session.get_one(Grant, grant_id)
        asked = replace(criteria_for(grant, kommun_codes), ssyks=tuple(ssyks), weekdays=weekdays)
        return services.join(grant_id, asked, seen).id


def messages() -> list[tuple[int, str]]:
    """What waits for the list's jobs."""
    with acting_as(system_actor()):
        rows = db.session.execute(
            select(Outbox.id, Outbox.topic).where(Outbox.processed_at.is_(None)).order_by(Outbox.id)
        )
        return [
            (row.id, row.topic) for row in rows if row.topic in HEARD or row.topic.startswith("waiting_list.")
        ]


def do(outbox_id: int, topic: str) -> None:
    for name in JOBS.get(topic, ()):
        if name.startswith("placements.waiting_list."):
            job: Callable[[int], None] = resolve_name(name)
            job(outbox_id)


def work() -> None:
    """Does what waits, and what that asks for in turn."""
    done: set[int] = set()
    while left := [one for one in messages() if one[0] not in done]:
        for outbox_id, topic in left:
            do(outbox_id, topic)
            done.add(outbox_id)


def night() -> None:
    dispatch_day()
    work()


def offers(market: Market, state: OfferState | None = OfferState.OPEN) -> list[Any]:
    """Everyone's as rows, in the order in which they were made; None: in whatever state."""
    found: list[Any] = []
    for authority_id in (market.north_id, market.south_id):
        with acting_as(system_actor(authority_id)):
            statement = select(*WaitingOffer.__table__.columns)
            if state is not None:
                statement = statement.where(WaitingOffer.state == state)
            found += db.session.execute(statement)
    return sorted(found, key=lambda offer: offer.id)


def offered_to(market: Market, state: OfferState | None = OfferState.OPEN) -> list[int]:
    """Entries with an offer."""
    return [offer.entry_id for offer in offers(market, state)]


def held(market: Market) -> list[int]:
    """Seat uses that are held for an answer from the line."""
    with acting_as(system_actor(market.north_id)):
        return sorted(db.session.scalars(select(SeatUse.id).where(SeatUse.kind == SeatUseKind.OFFER)))


def passes(market: Market, offer_id: int | None = None) -> list[tuple[int, str]]:
    """Entries that were passed over and why, in the order of the line."""
    found: list[WaitingPass] = []
    for authority_id in (market.north_id, market.south_id):
        with acting_as(system_actor(authority_id)):
            found += db.session.scalars(select(WaitingPass))
    return [
        (one.entry_id, one.reason.value)
        for one in sorted(found, key=lambda one: one.id)
        if offer_id in (None, one.offer_id)
    ]


def entry(entry_id: int, market: Market) -> WaitingEntry:
    for authority_id in (market.north_id, market.south_id):
        with acting_as(system_actor(authority_id)):
            found = db.session.get(WaitingEntry, entry_id, populate_existing=True)
            if found is not None:
                return found
    raise LookupError(entry_id)


def cancels(market: Market, placement_id: int) -> None:
    with acting_as(market.officer), transaction():
        cancel_placement(placement_id)
    work()


def says_yes(market: Market, offer: Any, first_day: date = DUE) -> int:
    with acting_as(market.officer), transaction():
        return services.accept_offer(offer.id, first_day)


def says_no(market: Market, offer: Any, reason: NoReason = NoReason.PARTICIPANT) -> None:
    with acting_as(market.officer), transaction():
        services.decline_offer(offer.id, reason)
    work()
