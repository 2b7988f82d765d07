"""A walk through what can happen to seats: where it begins, how a step is taken, and what is stored afterwards."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select, text

from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice import services as choice
from placements.search.rules import SearchCriteria
from tests.support.placement_market import TODAY, Market, build_market, granted
from tests.support.seat_ledger import Ledger

HORIZON = 130
"""Days that the ledger keeps: longer than anything is booked, closed or counted for."""
PEOPLE = 15
WIDE = SearchCriteria(start_by=TODAY + timedelta(days=10), until=TODAY + timedelta(days=11))
LIVE = (PlacementState.REQUESTED, PlacementState.ACCEPTED, PlacementState.RUNNING)

Act = Callable[[], Any]


@dataclass(frozen=True)
class Booked:
    """A placement as it was when it was read."""

    id: int
    authority_id: int
    enterprise_id: int
    grant_id: int
    choice_round_id: int
    place_id: int
    seat_id: int
    state: PlacementState
    first_day: date
    last_day: date
    started_on: date | None
    is_moved: bool
    moved_from_id: int | None


@dataclass(frozen=True)
class Town:
    """What every walk begins with: a market, and people who have been shown every place and have not chosen yet."""

    market: Market
    rounds: list[tuple[int, Actor]]


def build_town() -> Town:
    market = build_market(seats=2)
    rounds = []
    for number in range(1, PEOPLE + 1):
        officer = market.south_officer if number % 3 == 0 else market.officer
        with travelling(TODAY):
            _, grant_id = granted(market, number, officer=officer)
            with acting_as(officer), transaction():
                round_id = choice.open_round(grant_id).id
                choice.show_places(round_id, places_of(market), WIDE)
        rounds.append((round_id, officer))
    return Town(market, rounds)


def places_of(market: Market) -> list[int]:
    return [market.sewing_id, market.repair_id, market.growing_id]


class Walker(RuleBasedStateMachine):
    """Takes steps that the ledger says can be taken, or not."""

    town: ClassVar[Town]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        db.session.remove()
        self.savepoint = db.engine.begin_nested()  # type: ignore[attr-defined]  # the connection that is rolled back
        self.market, self.rounds = self.town.market, list(self.town.rounds)
        self.ids = places_of(self.market)
        self.day = TODAY
        self.offers: list[int] = []
        self.is_changed = True
        self.steps = 0
        self.ledger = Ledger(TODAY - timedelta(days=2), HORIZON)
        rows = self.ask(
            "SELECT p.id, p.ssyk, p.lead_time_days, array_agg(s.id) FROM place p JOIN seat s ON s.place_id = p.id"
            " WHERE p.enterprise_id = :enterprise GROUP BY p.id",
            enterprise=self.market.farm_id,
        )
        for place_id, trade, lead_days, seat_ids in rows:
            self.ledger.add_place(place_id, seat_ids, TODAY, trade, lead_days)

    def teardown(self) -> None:
        db.session.remove()
        self.savepoint.rollback()

    # How a step is taken.

    def attempt(self, name: str, actor: Actor, act: Act, *, can: bool) -> Any:
        """What it gave, or None when it was refused. It is done exactly when it can be."""
        refusal = ""
        given = None
        with travelling(self.day), acting_as(actor):
            try:
                with transaction():
                    given = act()
            except Conflict as error:
                refusal = error.message_sv or "in no words"
        assert refusal != "in no words"
        assert (refusal == "") == can, f"{name}: {refusal or 'done'}"
        self.done[name if can else f"{name} refused"] += 1
        self.is_changed = True
        return given

    def ask(self, statement: str, **facts: object) -> list[Any]:
        with acting_as(system_actor(self.market.north_id, self.market.farm_id)):
            return list(db.session.execute(text(statement), facts))

    def uses(self) -> dict[int, tuple[int, int, list[date], str]]:
        """Every use of the farm's seats as it is stored: place, seat, days and what for."""
        rows = self.ask("SELECT id, place_id, seat_id, first_day, last_day, kind FROM seat_use ORDER BY id")
        return {
            id_: (place_id, seat_id, self.ledger.days(first, last), kind)
            for id_, place_id, seat_id, first, last, kind in rows
        }

    def placements(self, *states: PlacementState) -> list[Booked]:
        """As they are now, and not as they become."""
        found: dict[int, Booked] = {}
        for authority_id in (self.market.north_id, self.market.south_id):
            with acting_as(system_actor(authority_id, self.market.farm_id)):
                statement = select(Placement).where(Placement.state.in_(states))
                for row in db.session.scalars(statement.execution_options(populate_existing=True)):
                    facts = {name: getattr(row, name) for name in Booked.__dataclass_fields__}
                    found[row.id] = Booked(**facts)
        return [found[key] for key in sorted(found)]

    def pick(self, which: int, *states: PlacementState) -> Booked | None:
        found = self.placements(*states)
        return found[which % len(found)] if found else None

    def officer_of(self, placement: Booked) -> Actor:
        return (
            self.market.officer
            if placement.authority_id == self.market.north_id
            else self.market.south_officer
        )

    def after(self, days: int) -> date:
        return self.day + timedelta(days=days)
