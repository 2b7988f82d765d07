"""Whatever happens in whatever order: first come is first served, and no free seat that fits is left unoffered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from enterprises.places.services import set_seats
from marketplace.clock import STOCKHOLM, travelling
from marketplace.db import db, transaction
from marketplace.errors import DomainError
from marketplace.outbox import Outbox
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import cancel_placement, decline_placement
from placements.participants.models import Consent, Grant
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent
from placements.participants.withdrawal import withdraw_consent
from placements.search.queries import fits
from placements.waiting_list import queries, services
from placements.waiting_list.models import WaitingEntry, WaitingPass
from placements.waiting_list.rules import EntryState, NoReason, obstacle
from tests.factories import GARDEN, TEXTILE, WORKSHOP
from tests.support.application import Database, rolled_back
from tests.support.placement_market import TODAY, Market, build_market, requested
from tests.support.waiting import do, held, messages, night, offers, waits, work

TRADES = ([GARDEN], [WORKSHOP], [GARDEN, WORKSHOP], [TEXTILE, GARDEN])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "join",
                "join",
                "join of the other",
                "free",
                "free",
                "more seats",
                "yes",
                "no",
                "supplier's no",
                "leave",
                "consent off",
                "consent on",
                "lose a message",
                "work a little",
                "night",
            ]
        ),
        st.integers(0, 5),
    ),
    min_size=6,
    max_size=20,
)


@dataclass
class Story:
    """What has happened, and what should have come of it."""

    market: Market
    day: date = TODAY
    number: int = 0
    requests: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    seats: int = 1

    def officer_of(self, authority_id: int) -> Actor:
        return self.market.officer if authority_id == self.market.north_id else self.market.south_officer

    def places(self) -> list[int]:
        return [self.market.growing_id, self.market.repair_id, self.market.sewing_id]

    def step(self, what: str, n: int) -> None:
        acts: dict[str, Callable[[int], object]] = {
            "join": lambda n: self.join(n, self.market.officer),
            "join of the other": lambda n: self.join(n, self.market.south_officer),
            "free": self.free,
            "more seats": self.more_seats,
            "yes": lambda n: self.answer(n, is_yes=True),
            "no": lambda n: self.answer(n, is_yes=False),
            "supplier's no": self.suppliers_no,
            "leave": self.leave,
            "consent off": self.consent_off,
            "consent on": self.consent_on,
            "lose a message": lambda n: self.lose(),
            "work a little": self.work_a_little,
            "night": lambda n: self.night(),
        }
        try:
            acts[what](n)
        except DomainError:
            db.session.rollback()
        self.check_order()

    def join(self, n: int, officer: Actor) -> None:
        self.number += 1
        kommuner = ["0136"] if n % 2 else []
        self.entries.append(
            waits(self.market, self.number, officer=officer, ssyks=TRADES[n % 4], kommun_codes=kommuner)
        )

    def free(self, n: int) -> None:
        if self.requests:
            placement_id = self.requests.pop(n % len(self.requests))
            with acting_as(self.market.officer), transaction():
                cancel_placement(placement_id)

    def more_seats(self, n: int) -> None:
        self.seats += 1
        with acting_as(self.market.manager), transaction():
            set_seats(self.market.growing_id, self.seats, self.day)

    def answer(self, n: int, *, is_yes: bool) -> None:
        found = offers(self.market)
        if not found:
            return
        offer = found[n % len(found)]
        with acting_as(self.officer_of(offer.authority_id)), transaction():
            if is_yes:
                first_day = queries.earliest_of(queries.offer(offer.id))
                services.accept_offer(offer.id, first_day)
            else:
                services.decline_offer(offer.id, NoReason.PARTICIPANT)

    def suppliers_no(self, n: int) -> None:
        with acting_as(self.market.supervisor):
            waiting = select(Placement.id).where(Placement.state == PlacementState.REQUESTED)
            ids = [
                key for key in db.session.scalars(waiting.order_by(Placement.id)) if key not in self.requests
            ]
        if ids:
            with acting_as(self.market.supervisor), transaction():
                decline_placement(ids[n % len(ids)], DeclineReason.OTHER)

    def leave(self, n: int) -> None:
        if self.entries:
            entry_id = self.entries[n % len(self.entries)]
            row = next(one for one in self.rows() if one.id == entry_id)
            with acting_as(self.officer_of(row.authority_id)), transaction():
                services.leave(entry_id)

    def _person(self, n: int) -> Any:
        rows = self.rows()
        return rows[n % len(rows)] if rows else None

    def consent_off(self, n: int) -> None:
        row = self._person(n)
        if row:
            with acting_as(self.officer_of(row.authority_id)), transaction():
                live = select(Consent).where(
                    Consent.participant_id == row.participant_id, Consent.withdrawn_at.is_(None)
                )
                for consent in db.session.scalars(live):
                    withdraw_consent(consent.id)

    def consent_on(self, n: int) -> None:
        row = self._person(n)
        if row:
            with acting_as(self.officer_of(row.authority_id)), transaction():
                give_consent(row.participant_id, ConsentScope.SUPPLIER, self.day)

    def lose(self) -> None:
        with acting_as(system_actor()), transaction():
            for row in db.session.scalars(
                select(Outbox).where(Outbox.topic == "seat_freed", Outbox.processed_at.is_(None)).limit(1)
            ):
                db.session.delete(row)

    def work_a_little(self, n: int) -> None:
        for outbox_id, topic in messages()[: n + 1]:
            do(outbox_id, topic)

    def night(self) -> None:
        self.day = add_working_days(self.day, 1)
        with travelling(self.day):
            night()

    # What must hold.

    def rows(self) -> list[Any]:
        found: list[Any] = []
        for authority_id in (self.market.north_id, self.market.south_id):
            with acting_as(system_actor(authority_id)):
                found += db.session.execute(select(*WaitingEntry.__table__.columns))
        return sorted(found, key=lambda row: (row.joined_at, row.id))

    def check_order(self) -> None:
        """Every held seat is one open offer's, nobody has two, and everyone before an offer was passed over for a
        reason that is kept."""
        now_open = offers(self.market)
        assert sorted(offer.seat_use_id for offer in now_open) == held(self.market)
        grants = [offer.grant_id for offer in now_open]
        assert len(grants) == len(set(grants))
        rows = self.rows()
        kept = self.protocol()
        for offer in offers(self.market, None):
            mine = next(row for row in rows if row.id == offer.entry_id)
            line = [
                row for row in rows if offer.place_id != self.market.bakery_place_id or self.is_souths(row)
            ]
            before = [
                row.id
                for row in line
                if (row.joined_at, row.id) < (mine.joined_at, mine.id)
                and self.trades()[offer.place_id] in row.ssyks
                and (row.ended_at is None or row.ended_at > offer.made_at)
            ]
            assert set(before) <= kept.get(offer.id, set()), "somebody who stood before was skipped"

    def trades(self) -> dict[int, str]:
        """What each place asks for: those who asked for another are not in its line."""
        found = dict(zip(self.places(), (GARDEN, WORKSHOP, TEXTILE), strict=True))
        return found | {self.market.bakery_place_id: GARDEN}

    def is_souths(self, row: Any) -> bool:
        """The bakery has a contract with South alone: North's participants are not in its line."""
        return bool(row.authority_id == self.market.south_id)

    def protocol(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for authority_id in (self.market.north_id, self.market.south_id):
            with acting_as(system_actor(authority_id)):
                for offer_id, entry_id in db.session.execute(
                    select(WaitingPass.offer_id, WaitingPass.entry_id)
                ):
                    found.setdefault(offer_id, set()).add(entry_id)
        return found

    def check_quiet(self) -> None:
        """Nobody who could be offered something waits beside a seat that fits."""
        for row in self.rows():
            if row.state is not EntryState.WAITING:
                continue
            with acting_as(system_actor(row.authority_id)):
                entry = db.session.get_one(WaitingEntry, row.id, populate_existing=True)
                grant = db.session.get_one(Grant, row.grant_id, populate_existing=True)
                criteria = queries.current_criteria(entry, grant)
                standing = queries.standing(entry, grant)
                for place_id in self.places():
                    if obstacle(standing, criteria, place_id) is None and criteria is not None:
                        assert not fits(place_id, criteria), "a free seat that fits was not offered"


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # a story takes seconds: making a failing one smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_first_come_is_first_served_and_nothing_is_left(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    with rolled_back(), travelling(TODAY):
        market = build_market()
        story = Story(market, number=2)
        story.requests = [
            requested(market, 90, place_id=market.growing_id),
            requested(market, 91, place_id=market.sewing_id),
            requested(market, 92, place_id=market.sewing_id),
        ]
        work()  # that the places were published
        for minute, (what, n) in enumerate(steps):
            with travelling(_at(story.day, minute)):
                story.step(what, n)
        with travelling(_at(story.day, len(steps))):
            work()
            story.check_order()
        story.night()
        with travelling(_at(story.day, len(steps) + 1)):
            work()
            story.check_order()
            story.check_quiet()


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(9), STOCKHOLM) + timedelta(minutes=minute)
