"""Capacity is walked at random, by suppliers and by two authorities: every fast answer equals the slow ledger's.

The ledger (tests/support/seat_ledger.py) keeps every seat day by day and knows what each step should do; the product
says only which of the seats that will do it took. A step that the ledger allows is done, one that it does not is
refused in words, and nothing but what it says has changed. Then all who count are asked, on every day and over every
period of a fortnight: the free seats, the search, the strips of weeks, the supplier's list, the strategist's rows.
"""

from collections import Counter
from datetime import date, timedelta
from functools import partial

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import Date, column, select, true, values

from enterprises.places.models import Place
from enterprises.places.queries import PlaceFilter, free_seats_over, place_page, weeks_of_free_seats
from indicators.capacity.models import CapacityDay
from indicators.capacity.rules import AHEAD_DAYS
from indicators.capacity.services import compute_capacity
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.booking import services as booking
from placements.booking.queries import late_changes, unanswered
from placements.booking.request_rules import Step
from placements.booking.rules import SEAT_HOLDING_STATES
from placements.search.queries import options_of, search_places
from placements.search.rules import SearchCriteria
from tests.support.application import Database, rolled_back
from tests.support.booking_steps import BookingSteps
from tests.support.placement_market import TODAY
from tests.support.seat_walker import Act, build_town
from tests.support.supply_steps import SupplySteps

WINDOW = 14
"""Days from today on that every period within is asked about."""
WORTH = 12
"""So many kinds of steps that were done at least; or the walks have not been worth much."""
WEIGHTS = {
    "request": 6,
    "request_in_reserve": 3,
    "accept": 5,
    "give_up": 2,
    "start_or_not": 4,
    "end_early": 2,
    "ask_longer": 4,
    "move": 4,
    "answer_longer": 3,
    "hold_offer": 2,
    "let_offer_go": 1,
    "close": 2,
    "reopen": 1,
    "change_closure": 2,
    "set_seats": 2,
    "pause_or_resume": 1,
    "sleep": 4,
}


class Walk(BookingSteps, SupplySteps):
    @rule(
        what=st.sampled_from([name for name, weight in WEIGHTS.items() for _ in range(weight)]),
        which=st.integers(0, 11),
        place=st.integers(0, 2),
        soon=st.integers(0, 10),
        length=st.integers(0, 12),
        coin=st.booleans(),
    )
    def step(self, what: str, which: int, place: int, soon: int, length: int, coin: bool) -> None:
        """One rule and not many, so that the walks are made of what happens often."""
        steps: dict[str, Act] = {
            "request": lambda: self.request(place, soon, length),
            "request_in_reserve": lambda: self.request_in_reserve(which, place, soon, length),
            "accept": lambda: self.accept(which),
            "give_up": lambda: self.give_up(which, "decline" if coin else "cancel"),
            "start_or_not": lambda: self.start_or_not(which, never=coin),
            "end_early": lambda: self.end_early(which, soon % 4),
            "ask_longer": lambda: self.ask_longer(which, 1 + length),
            "answer_longer": lambda: self.answer_longer(
                which, ("agree", "agree", "decline", "withdraw")[soon % 4]
            ),
            "move": lambda: self.move(which, place, soon, length),
            "hold_offer": lambda: self.hold_offer(place, soon, length),
            "let_offer_go": lambda: self.let_offer_go(which),
            "close": lambda: self.close(place, 1 + coin, soon, length),
            "reopen": lambda: self.reopen(which, whole=coin),
            "change_closure": lambda: self.change_closure(which, soon, length, int(coin)),
            "set_seats": lambda: self.set_seats(place, 1 + which % 5, soon),
            "pause_or_resume": lambda: self.pause_or_resume(place),
            "sleep": lambda: self.sleep(1 + soon % 4),
        }
        steps[what]()

    # Time.

    def sleep(self, days: int) -> None:
        """Days pass, and at night what nobody answered is let go."""
        if self.day + timedelta(days=days) > TODAY + timedelta(days=21):
            return
        self.day += timedelta(days=days)
        self.is_changed = True
        for authority_id in (self.market.north_id, self.market.south_id):
            system = system_actor(authority_id, self.market.farm_id)
            with travelling(self.day), acting_as(system):
                late = [one.id for one, step in unanswered() if step is Step.EXPIRE]
                changes = [(one.id, one.placement_id) for one in late_changes()]
            for placement_id in late:
                self.attempt("expire", system, partial(booking.expire_placement, placement_id), can=True)
                self.ledger.give_back(("placement", placement_id))
            for change_id, placement_id in changes:
                self.attempt("expire longer", system, partial(booking.expire_change, change_id), can=True)
                self.ledger.give_back(("longer", placement_id))

    # What is asked after every step.

    @invariant()
    def everybody_agrees(self) -> None:
        if self.is_changed:
            self.is_changed = False
            self.steps += 1
            self.stored_as_kept()
            self.free_over_every_period()
            self.the_search()
            self.strips_and_lists()
            self.the_strategists_rows()
            self.the_days_that_are_paid_for()

    def stored_as_kept(self) -> None:
        stored: dict[tuple[int, date], str] = {}
        for _, seat, days, kind in self.uses().values():
            for day in days:
                assert (seat, day) not in stored
                stored[seat, day] = kind
        kept = {
            (seat, day): kind
            for place in self.ledger.places.values()
            for seat, taken in place.seats.items()
            for day, (kind, _) in taken.items()
        }
        assert stored == kept

    def free_over_every_period(self) -> None:
        days = [(self.after(n),) for n in range(WINDOW)]
        first, last = (values(column("day", Date), name=name).data(days) for name in ("first", "last"))
        statement = (
            select(Place.id, first.c.day, last.c.day, free_seats_over(first.c.day, last.c.day))
            .select_from(Place)
            .join(first, true())
            .join(last, first.c.day <= last.c.day)
            .where(Place.id.in_(self.ids))
        )
        with acting_as(self.market.officer):
            for place_id, start, end, free in db.session.execute(statement):
                assert free == len(self.ledger.free(place_id, start, end)), (place_id, start, end)

    def the_search(self) -> None:
        soon, length = ((0, 5), (4, 9), (12, 0))[self.steps % 3]
        start_by, until = self.after(soon), self.after(soon + length)
        asked = SearchCriteria(start_by=start_by, until=until)
        with travelling(self.day), acting_as(self.market.officer):
            found = {option.place.id for option in search_places(asked).items}
            options = options_of(self.ids, asked)
        assert found == self.ledger.found(self.day, start_by, until)
        for option in options:
            place_id = option.place.id
            assert option.free_seats == len(self.ledger.free(place_id, start_by, until))
            assert option.seats == len(self.ledger.in_service(place_id, start_by))
            slow = self.ledger.earliest_start(place_id, self.day, start_by, until)
            assert option.earliest_start == slow, (place_id, soon, length)

    def strips_and_lists(self) -> None:
        with travelling(self.day), acting_as(self.market.officer):
            strips = weeks_of_free_seats(self.ids, self.day, 4)
        for place_id, strip in strips.items():
            for week in strip:
                assert week.monday.weekday() == 0
                first = max(week.monday, self.day)
                assert week.free == len(self.ledger.free(place_id, first, week.monday + timedelta(days=6)))
                assert week.seats == len(self.ledger.in_service(place_id, first))
            assert [week.monday for week in strip] == [
                self.day - timedelta(days=self.day.weekday() - 7 * n) for n in range(4)
            ]
        with travelling(self.day), acting_as(self.market.manager):
            rows = place_page(self.market.farm_id, PlaceFilter(), ("namn", False)).items
            shown = {row.place.id: (row.seats, row.free_today) for row in rows}
        assert shown == {
            place_id: (
                len(self.ledger.in_service(place_id, self.day)),
                len(self.ledger.free(place_id, self.day, self.day)),
            )
            for place_id in self.ledger.places
        }

    def the_strategists_rows(self) -> None:
        north = system_actor(self.market.north_id)
        with travelling(self.day), acting_as(north), transaction():
            compute_capacity(self.market.north_id)
            rows = db.session.scalars(select(CapacityDay).execution_options(populate_existing=True))
            counted = {
                (row.day, row.ssyk): (row.seats, row.closed, row.held, row.booked, row.free_within_14_days)
                for row in rows
            }
        assert counted == self.ledger.capacity(TODAY, self.day + timedelta(days=AHEAD_DAYS))

    def the_days_that_are_paid_for(self) -> None:
        """An invoice counts a placement's days: they are those of its seat."""
        for placement in self.placements(*SEAT_HOLDING_STATES):
            days = self.ledger.days(placement.first_day, placement.last_day)
            assert self.ledger.days_of(("placement", placement.id)) == days


def test_every_fast_answer_is_the_slow_one(database: Database) -> None:
    done: Counter[str] = Counter()
    with rolled_back():
        walk = type("TheWalk", (Walk,), {"town": build_town(), "done": done})
        run_state_machine_as_test(
            walk,
            settings=settings(
                max_examples=6,
                stateful_step_count=60,
                deadline=None,
                derandomize=True,  # the same walks every time: what a night of others finds is added here
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert len(done) >= WORTH, done
