"""Study visits for tests: times offered by the market's supplier, rounds that are open, and visits booked."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from marketplace.clock import STOCKHOLM
from marketplace.db import transaction
from marketplace.tenancy import Actor, acting_as
from placements.access.queries import participant_actor
from placements.choice.services import open_round, show_places
from placements.visits.rules import OfferDraft
from placements.visits.services import book_visit, offer_times
from tests.support.placement_market import TODAY, Market, granted

TUESDAY = TODAY + timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the clock in Sweden."""
    return datetime.combine(day, time(hour, minute), STOCKHOLM)


def offered(
    market: Market, place_id: int | None = None, *, by: Actor | None = None, **facts: Any
) -> list[int]:
    """Times at the sewing place, or another: on Tuesday at ten for two, if nothing else is said; gives their ids."""
    said: dict[str, Any] = {
        "first_day": TUESDAY,
        "clock": time(10),
        "minutes": 60,
        "most_visitors": 2,
        "meeting_sv": "Vid den röda dörren. Fråga efter Vera.",
    }
    with acting_as(by or market.supervisor), transaction():
        times = offer_times(place_id or market.sewing_id, OfferDraft(**(said | facts)))
        return [one.id for one in times]


def choosing(
    market: Market,
    number: int = 1,
    *,
    place_ids: Sequence[int] = (),
    officer: Actor | None = None,
    **facts: Any,
) -> tuple[int, int]:
    """A participant in an open round in which the sewing place, or others, have been shown; ids of both."""
    participant_id, grant_id = granted(market, number, officer=officer, **facts)
    with acting_as(officer or market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, place_ids or [market.sewing_id])
    return participant_id, round_id


def booked(time_id: int, round_id: int, by: Actor) -> int:
    with acting_as(by), transaction():
        return book_visit(time_id, round_id).id


def herself(participant_id: int) -> Actor:
    """The participant, by her code."""
    return participant_actor(participant_id)
