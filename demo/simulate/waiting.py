"""What waits for the demo's own people: a few participants in the middle of things, and applications to decide.

Everything is dated within the last two weeks, after what the past month's invoices have counted.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from demo.people import personal_number
from demo.simulate import following_up, reporting
from demo.simulate.agenda import Agenda, Phase
from demo.simulate.applying import hand_in
from demo.simulate.foundation import DEMO_AUTHORITY, DEMO_ENTERPRISE, DEMO_MEMBER, Directory
from demo.simulate.market import Published
from demo.simulate.questions import WAITING
from demo.simulate.texts import RECOMMENDED
from demo.simulate.visiting import invite
from demo.story import Story
from enterprises.places.models import Place
from enterprises.places.queries import free_seats_over
from marketplace.accounts.rules import Role
from marketplace.advertising import services as advertising
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.reference.rules import Sex, add_working_days
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access.queries import participant_actor
from placements.booking import services as booking
from placements.booking.models import Placement
from placements.choice import services as choice
from placements.choice.queries import criteria_for
from placements.choice.rules import RefusalReason
from placements.participants import services as participants
from placements.participants.models import Grant
from placements.participants.rules import ConsentScope
from placements.plan import services as plans
from placements.plan.content_rules import Goal
from placements.report.content_rules import ExitReason
from placements.waiting_list import services as waiting_list

AWAY = {
    Role.CASE_OFFICER: 5,
    Role.COORDINATOR: 5,
    Role.CONTROLLER: 10,
    Role.SUPERVISOR: 3,
}
"""For so many working days the demo's people have done nothing of their own accord; a supervisor, no longer than
a request may wait for its answer."""

_HOURS = Decimal(20)
_GRANTED, _LONGER = timedelta(weeks=20), timedelta(weeks=6)
_LEAD_DAYS = 3
_APPLY = ("kretsen", "lagerkraft")
_NAMES = (
    ("Alva Fagerljus", Sex.WOMAN),
    ("Omar Hagstrimma", Sex.MAN),
    ("Ingrid Vasskulla", Sex.WOMAN),
    ("Tage Björkfors", Sex.MAN),
    ("Leyla Sundgren", Sex.WOMAN),
    ("Sixten Rönnmark", Sex.MAN),
    ("Saga Vindtorn", Sex.WOMAN),
    ("Estrid Almgård", Sex.WOMAN),
    ("Jonas Kärrholt", Sex.MAN),
)
EXTRA = len(_NAMES)
"""Of the planned participants of the demo's authority, so many are these."""
_ELDEST = timedelta(days=365 * 63)
"""Born before everyone else in the story, so that no personal number is met twice."""


def away(directory: Directory, story: Story, ends_on: date) -> dict[int, date]:
    """From which day the demo's people are away, by membership."""
    found = {}
    for role, working_days in AWAY.items():
        membership_id = _person(directory, story, role).membership_id
        assert membership_id is not None
        found[membership_id] = add_working_days(ends_on, -working_days)
    return found


def _person(directory: Directory, story: Story, role: Role) -> Actor:
    if role is Role.CASE_OFFICER:
        return directory.one(DEMO_MEMBER, role)
    if role in {Role.SUPERVISOR, Role.SUPPLIER_MANAGER}:
        return directory.one(story.enterprise(DEMO_ENTERPRISE).name, role)
    return directory.one(story.authority(DEMO_AUTHORITY).name, role)


class Waiting:
    """Puts the last days of the demo's own people on an agenda."""

    def __init__(self, story: Story, agenda: Agenda, directory: Directory, published: Published) -> None:
        self.agenda = agenda
        self.directory = directory
        self.story = story
        self.published = published
        self.officer = _person(directory, story, Role.CASE_OFFICER)
        self.coordinator = _person(directory, story, Role.COORDINATOR)
        self.supervisor = _person(directory, story, Role.SUPERVISOR)

    def plan(self, begins_on: date) -> None:
        stops = (
            self._nothing_shown,
            self._choosing,
            self._chosen,
            self._requested,
            self._with_a_plan,
            self._with_a_report,
            self._without_a_report,
            self._in_line,
            self._offered,
        )
        for number, ((name, sex), goes_on) in enumerate(zip(_NAMES, stops, strict=True)):
            born = begins_on - _ELDEST - timedelta(days=number)
            self._register(name, sex, personal_number(born, sex), goes_on)
        for key in _APPLY:
            manager = self.directory.one(self.story.enterprise(key).name, Role.SUPPLIER_MANAGER)
            self.agenda.add(self._ago(4), Phase.SUPPLY, manager, self._apply)
        self.agenda.add(self._ago(2), Phase.SUPPLY, manager, self._ask)

    def _ago(self, working_days: int) -> date:
        last = add_working_days(self.agenda.ends_on + timedelta(days=1), -1)
        return add_working_days(last, -working_days)

    def _register(self, name: str, sex: Sex, number: str, goes_on: Callable[[int], None]) -> None:
        def register() -> None:
            assert self.officer.organisation_id is not None
            assert self.officer.user_id is not None
            participant_id = participants.register_participant(
                name=name,
                personal_number=number,
                sex=sex,
                kommun_code=self.officer.kommun_codes[0],
                unit_id=self.officer.organisation_id,
                case_officer_id=self.officer.user_id,
            ).id
            participants.give_consent(participant_id, ConsentScope.SUPPLIER, today())
            self.agenda.add(self._ago(12), Phase.DECISIONS, self.coordinator, lambda: grant(participant_id))

        def grant(participant_id: int) -> None:
            grant_id = participants.grant_training(
                participant_id,
                hours_per_week=_HOURS,
                days_per_week=4,
                support_level="2",
                first_day=today(),
                last_day=today() + _GRANTED,
            ).id
            goes_on(grant_id)

        self.agenda.add(self._ago(14), Phase.REGISTRATIONS, self.officer, register)

    def _free_places(self) -> list[int]:
        """Those of the demo enterprise's places that are free for the whole of a new grant and begin within days.

        Raises Conflict when there is none.
        """
        found = [place_id for place_id, lead_days, free in self._places() if free and lead_days <= _LEAD_DAYS]
        if not found:
            raise Conflict("Ingen av platserna är ledig.")
        return found[:3]

    def _to_show(self) -> list[tuple[int, int]]:
        """Three of those that are free at all, with the days before a start, the soonest first; or Conflict."""
        found = [
            (place_id, lead_days) for place_id, lead_days, free in self._places() if free and lead_days <= 14
        ]
        if not found:
            raise Conflict("Ingen av platserna är ledig.")
        return found[-3:]

    def _places(self) -> list[tuple[int, int, int]]:
        """The demo enterprise's places for the hours that are granted: days before a start, and free seats."""
        own = [place_id for place_id, key in self.published.places.items() if key == DEMO_ENTERPRISE]
        rows = db.session.execute(
            select(Place.id, Place.lead_time_days, free_seats_over(today(), self.agenda.ends_on + _GRANTED))
            .where(Place.id.in_(own), Place.hours_per_week_max >= _HOURS, Place.hours_per_week_min <= _HOURS)
            .order_by(Place.lead_time_days, Place.id)
        )
        return [(place_id, lead_days, free) for place_id, lead_days, free in rows]

    def _later(self, working_days: int, actor: Actor, act: Callable[[], None]) -> None:
        """What the rules refuse (every seat is in use) is left undone."""
        self.agenda.add(self._ago(working_days), Phase.ANSWERS, actor, act, otherwise=lambda: None)

    # How far each of the participants has come. The case officer has yet to look for a place for the first.

    def _nothing_shown(self, grant_id: int) -> None:
        pass

    def _choosing(self, grant_id: int) -> None:
        self._later(2, self.officer, lambda: self._show(grant_id))

    def _chosen(self, grant_id: int) -> None:
        def act() -> None:
            self._choose(grant_id)

        self._later(1, self.officer, act)

    def _requested(self, grant_id: int) -> None:
        """The chosen place and one in reserve, at once."""

        def act() -> None:
            found = self._to_show()
            choice_round_id = choice.open_round(grant_id).id
            choice.show_places(choice_round_id, [place_id for place_id, _ in found])
            reserves = [place_id for place_id, _ in found[1:2]]
            choice.record_choice(choice_round_id, found[0][0], reserve_ids=reserves)
            for place_id, lead_days in found[:2]:
                first_day = add_working_days(today() + timedelta(days=lead_days), 0)
                booking.request_placement(choice_round_id, first_day=first_day, place_id=place_id)

        self._later(0, self.officer, act)

    def _with_a_plan(self, grant_id: int) -> None:
        """And asked to go on longer, when the grant has been made longer: the supervisor is to answer."""

        def begun(placement_id: int) -> None:
            self._later(3, self.supervisor, lambda: following_up.first_days(placement_id))
            self._later(1, self.supervisor, lambda: _propose(placement_id))
            self._later(1, self.coordinator, lambda: lengthen(self._ago(12) + _GRANTED + _LONGER))
            self._later(0, self.officer, lambda: ask(placement_id))

        def lengthen(last_day: date) -> None:
            participants.extend_grant(grant_id, last_day)

        def ask(placement_id: int) -> None:
            placement = db.session.get_one(Placement, placement_id)
            booking.ask_extension(placement_id, placement.last_day + _LONGER)

        self._train(grant_id, begun)

    def _with_a_report(self, grant_id: int) -> None:
        self._train_and_end(grant_id, is_reported=True)

    def _without_a_report(self, grant_id: int) -> None:
        self._train_and_end(grant_id, is_reported=False)

    def _in_line(self, grant_id: int) -> None:
        """Waits for a trade in which every seat is taken."""

        def join() -> None:
            full = [place_id for place_id, _, free in self._places() if not free]
            if not full:
                raise Conflict("Ingen plats är full.")
            self._wait(grant_id, full[0])

        self._later(4, self.officer, join)

    def _offered(self, grant_id: int) -> None:
        """Waited for a trade, and is offered a seat that has been freed in it."""

        def join() -> None:
            place_id, _ = self._to_show()[-1]
            self._wait(grant_id, place_id)
            self._later(1, system_actor(), lambda: offer(place_id))

        def offer(place_id: int) -> None:
            waiting_list.offer_seat(place_id)

        self._later(3, self.officer, join)

    @staticmethod
    def _wait(grant_id: int, place_id: int) -> None:
        asked = criteria_for(db.session.get_one(Grant, grant_id))
        ssyk = db.session.get_one(Place, place_id).ssyk
        waiting_list.join(grant_id, replace(asked, ssyks=(ssyk,)))

    def _show(self, grant_id: int) -> None:
        """The participant has begun to answer on her own page."""
        choice_round, found = choice.open_round(grant_id), [place_id for place_id, _ in self._to_show()]
        choice.show_places(choice_round.id, found)
        with acting_as(participant_actor(choice_round.participant_id)):
            choice.shortlist_place(choice_round.id, found[0])
            for place_id in found[1:][-1:]:
                choice.decline_place(choice_round.id, place_id, RefusalReason.FAR_AWAY)
        invite(self.supervisor, choice_round.participant_id, choice_round.id, found[0])

    def _choose(self, grant_id: int) -> int:
        found = self._free_places()
        choice_round_id = choice.open_round(grant_id).id
        choice.show_places(choice_round_id, found)
        choice.record_choice(choice_round_id, found[0])
        return choice_round_id

    def _request(self, grant_id: int) -> tuple[int, date]:
        choice_round_id = self._choose(grant_id)
        first_day = add_working_days(today() + timedelta(days=_LEAD_DAYS), 0)
        return booking.request_placement(choice_round_id, first_day=first_day).id, first_day

    def _train_and_end(self, grant_id: int, *, is_reported: bool) -> None:
        def end(placement_id: int) -> None:
            self._later(2, self.supervisor, lambda: _end(placement_id, is_reported=is_reported))

        self._train(grant_id, end)

    def _train(self, grant_id: int, goes_on: Callable[[int], None]) -> None:
        def request() -> None:
            placement_id, first_day = self._request(grant_id)
            self._later(10, self.supervisor, lambda: accept(placement_id))
            self.agenda.add(first_day, Phase.TRAINING, self.supervisor, lambda: start(placement_id))

        def accept(placement_id: int) -> None:
            booking.accept_placement(placement_id)

        def start(placement_id: int) -> None:
            booking.start_placement(placement_id)
            goes_on(placement_id)

        self._later(11, self.officer, request)

    def _ask(self) -> None:
        advertising.ask_question(self.published.systems[DEMO_AUTHORITY], WAITING)

    def _apply(self) -> None:
        hand_in(self.published.systems[DEMO_AUTHORITY])


def _propose(placement_id: int) -> None:
    plan = plans.begin_plan(placement_id)
    goals = (
        Goal("Komma i tid och hålla rutinerna fyra veckor i rad.", "Närvaron visar högst en sen ankomst."),
        Goal("Pröva minst två olika arbetsuppgifter.", "Två uppgifter är provade minst en vecka var."),
    )
    content = replace(
        plan.content, tasks_sv="Sorterar de första två veckorna och prövar sedan butiken.", goals=goals
    )
    plans.save_plan(plan.id, content)
    plans.propose_plan(plan.id)


def _end(placement_id: int, *, is_reported: bool) -> None:
    booking.end_placement_early(placement_id, today())
    if is_reported:
        reporting.write(
            placement_id,
            done_sv="Deltagaren har sorterat varor och prövat butiken under en kort tid.",
            abilities_sv="Lär sig fort och tar gärna emot kunder.",
            recommended_sv=RECOMMENDED[1],
            exit_reason=ExitReason.WORK,
        )
