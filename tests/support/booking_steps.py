"""What officers and supervisors do with seats, as steps of a walk."""

from datetime import date, timedelta

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking import services as booking
from placements.booking.queries import asked_change
from placements.booking.rules import DeclineReason, PlacementState
from placements.choice import services as choice
from placements.search.rules import SearchCriteria
from tests.support.seat_ledger import PLACEMENT, REQUEST
from tests.support.seat_walker import LIVE, Act, Booked, Walker


def _gives_way(left: Booked, first_day: date) -> bool:
    if left.state not in LIVE:
        return first_day > left.last_day
    return not left.is_moved and first_day > (left.started_on or left.first_day)


class BookingSteps(Walker):
    def request(self, which: int, soon: int, length: int) -> None:
        """Somebody chooses a place, with the two others in reserve, and it is requested."""
        if not self.rounds:
            return
        round_id, officer = self.rounds.pop()
        place_id = self.ids[which]
        others = [other for other in self.ids if other != place_id]
        with travelling(self.day), acting_as(officer), transaction():
            choice.record_choice(round_id, place_id, reserve_ids=others)
        self._request("request", officer, round_id, place_id, soon, length)

    def request_in_reserve(self, which: int, place: int, soon: int, length: int) -> None:
        """The same participant's chosen place or a reserve, beside what waits already or after it. A move has none in
        reserve."""
        states = (PlacementState.REQUESTED, PlacementState.DECLINED, PlacementState.EXPIRED)
        if (before := self.pick(which, *states)) is None or before.moved_from_id is not None:
            return
        place_id = self.ids[place]
        lasting = (*LIVE, PlacementState.COMPLETED, PlacementState.ENDED_EARLY)
        lives = [one for one in self.placements(*lasting) if one.grant_id == before.grant_id]
        if any(one.state is not PlacementState.REQUESTED or one.place_id == place_id for one in lives):
            return
        officer = self.officer_of(before)
        self._request("request more", officer, before.choice_round_id, place_id, soon, length)

    def _request(
        self, name: str, officer: Actor, round_id: int, place_id: int, soon: int, length: int
    ) -> None:
        place = self.ledger.places[place_id]
        first = self.after(place.lead_days + soon)
        last = first + timedelta(days=length)

        def act() -> tuple[int, int | None]:
            made = booking.request_placement(round_id, first_day=first, last_day=last, place_id=place_id)
            return made.id, made.seat_use_id

        made = self.attempt(
            name,
            officer,
            act,
            can=place.is_open and bool(self.ledger.free(place_id, first, last)),
        )
        if made is not None:
            owner, days = ("placement", made[0]), self.ledger.days(first, last)
            self.ledger.take(place_id, self.uses()[made[1]][1], days, REQUEST, owner)

    def _ends(self, placement: Booked, since: date = date.min) -> None:
        self.ledger.give_back(("placement", placement.id), since=since)
        self.ledger.give_back(("longer", placement.id))

    def accept(self, which: int) -> None:
        """What else waits for the same participant is taken back."""
        if (placement := self.pick(which, PlacementState.REQUESTED)) is None:
            return
        others = [
            one
            for one in self.placements(PlacementState.REQUESTED)
            if one.grant_id == placement.grant_id and one.id != placement.id
        ]
        left = self._left(placement)
        can = left is None or _gives_way(left, placement.first_day)
        act = lambda: booking.accept_placement(placement.id)  # noqa: E731
        self.attempt("accept" if left is None else "accept a move", self.market.supervisor, act, can=can)
        if not can:
            return
        if left is not None and left.state in LIVE:
            self._ends(left, since=placement.first_day)
        self.ledger.turn_into(("placement", placement.id), PLACEMENT)
        for other in others:
            self._ends(other)
            self.done["accept closes another"] += 1

    def give_up(self, which: int, how: str) -> None:
        states = (PlacementState.REQUESTED, PlacementState.ACCEPTED)[: 1 if how == "decline" else 2]
        if (placement := self.pick(which, *states)) is None:
            return
        acts: dict[str, tuple[Actor, Act]] = {
            "decline": (
                self.market.supervisor,
                lambda: booking.decline_placement(placement.id, DeclineReason.OTHER),
            ),
            "cancel": (self.officer_of(placement), lambda: booking.cancel_placement(placement.id)),
        }
        self.attempt(how, *acts[how], can=True)
        self._ends(placement)

    def start_or_not(self, which: int, never: bool) -> None:
        due = [one for one in self.placements(PlacementState.ACCEPTED) if one.first_day <= self.day]
        if not due:
            return
        placement = due[which % len(due)]
        if never and placement.first_day < self.day:
            act = lambda: booking.never_start_placement(placement.id)  # noqa: E731
            self.attempt("never start", self.market.supervisor, act, can=True)
            self._ends(placement)
        elif self.day <= placement.last_day:
            act = lambda: booking.start_placement(placement.id, placement.first_day)  # noqa: E731
            self.attempt("start", self.market.supervisor, act, can=True)
            left = self._left(placement)
            if left is not None and left.state is PlacementState.NEVER_STARTED:
                self._ends(left)

    def end_early(self, which: int, ago: int) -> None:
        placement = self.pick(which, PlacementState.RUNNING)
        if placement is None or placement.started_on is None:
            return
        last = max(placement.started_on, self.after(-ago))
        if last >= placement.last_day:
            return
        act = lambda: booking.end_placement_early(placement.id, last)  # noqa: E731
        self.attempt("end early", self.market.supervisor, act, can=True)
        self._ends(placement, since=last + timedelta(days=1))

    def ask_longer(self, which: int, more: int) -> None:
        """On the same seat, or on another that is free from the first day on."""
        placement = self.pick(which, PlacementState.ACCEPTED, PlacementState.RUNNING)
        if placement is None or placement.is_moved or self._change_of(placement):
            return
        place_id, owner = placement.place_id, ("placement", placement.id)
        after, last = placement.last_day + timedelta(days=1), placement.last_day + timedelta(days=more)
        if last < self.day or self._goes_on_elsewhere(placement, last):
            return
        can = placement.seat_id in self.ledger.free(place_id, after, last)
        can = can or bool(self.ledger.free(place_id, placement.first_day, last))
        act = lambda: booking.ask_extension(placement.id, last).seat_use_id  # noqa: E731
        use_id = self.attempt("ask longer", self.officer_of(placement), act, can=can)
        if use_id is not None:
            seat = self.uses()[use_id][1]
            self.ledger.reseat(place_id, owner, seat)
            days = self.ledger.days(after, last)
            self.ledger.take(place_id, seat, days, REQUEST, ("longer", placement.id))

    def _goes_on_elsewhere(self, placement: Booked, last: date) -> bool:
        """Whether the participant has another place before then, which is no matter of seats."""
        later = (
            "SELECT id FROM placement WHERE grant_id = :grant AND state IN ('accepted', 'running')"
            " AND first_day > :after AND first_day <= :last"
        )
        return bool(self.ask(later, grant=placement.grant_id, after=placement.last_day, last=last))

    def move(self, which: int, place: int, soon: int, length: int) -> None:
        """Omval: somebody who has a place chooses another, which is requested for later days."""
        placement = self.pick(which, PlacementState.ACCEPTED, PlacementState.RUNNING)
        place_id = self.ids[place]
        if placement is None or placement.is_moved or placement.place_id == place_id:
            return
        if any(
            one.grant_id == placement.grant_id and one.id != placement.id for one in self.placements(*LIVE)
        ):
            return
        to = self.ledger.places[place_id]
        first = max(self.after(to.lead_days + soon), placement.first_day + timedelta(days=1))
        last = first + timedelta(days=length)

        def act() -> tuple[int, int | None]:
            round_id = booking.open_move(placement.id).id
            choice.show_places(round_id, [place_id], SearchCriteria(start_by=first, until=last))
            choice.record_choice(round_id, place_id)
            made = booking.request_placement(round_id, first_day=first, last_day=last)
            return made.id, made.seat_use_id

        can = to.is_open and bool(self.ledger.free(place_id, first, last))
        made = self.attempt("move", self.officer_of(placement), act, can=can)
        if made is not None:
            seat, owner = self.uses()[made[1]][1], ("placement", made[0])
            self.ledger.take(place_id, seat, self.ledger.days(first, last), REQUEST, owner)

    def _left(self, placement: Booked) -> Booked | None:
        """The placement that this one is a move from, as it is now."""
        found = [one for one in self.placements(*PlacementState) if one.id == placement.moved_from_id]
        return found[0] if found else None

    def _change_of(self, placement: Booked) -> int | None:
        with acting_as(system_actor(placement.authority_id, placement.enterprise_id)):
            change = asked_change(placement.id)
            return change.id if change else None

    def answer_longer(self, which: int, how: str) -> None:
        lasting = self.placements(PlacementState.ACCEPTED, PlacementState.RUNNING)
        asked = [(one, change) for one in lasting if (change := self._change_of(one))]
        if not asked:
            return
        placement, change_id = asked[which % len(asked)]
        acts: dict[str, tuple[Actor, Act]] = {
            "agree": (self.market.supervisor, lambda: booking.agree_change(change_id)),
            "decline": (
                self.market.supervisor,
                lambda: booking.decline_change(change_id, DeclineReason.OTHER),
            ),
            "withdraw": (self.officer_of(placement), lambda: booking.withdraw_change(change_id)),
        }
        self.attempt(f"{how} longer", *acts[how], can=True)
        if how == "agree":
            self.ledger.turn_into(("longer", placement.id), PLACEMENT, ("placement", placement.id))
        else:
            self.ledger.give_back(("longer", placement.id))
