"""Choice rounds counted slowly, one showing at a time, in another way than the program does."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from enterprises.places.models import Place
from indicators.capacity.models import CapacityDay
from indicators.choices.breadth_rules import BreadthCell, Fact
from indicators.choices.rules import ALL, ChoiceStep, Part
from marketplace.db import db
from marketplace.reference.models import Trade
from marketplace.reference.rules import Dominance, Sex, dominance
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice.models import ChoiceRound, ShownPlace
from placements.participants.models import Grant, Participant
from placements.visits.models import StudyVisit

STOCKHOLM = ZoneInfo("Europe/Stockholm")
Key = tuple[int, Sex, ChoiceStep, Part, str, str]
"""Year, sex, step, what it is counted by and of, and who dominates the trades."""


@dataclass
class SlowChoices:
    """Counted one showing at a time."""

    choices: Counter[Key] = field(default_factory=Counter)
    people: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    officers: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    trades: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    rounds: Counter[tuple[int, Sex, BreadthCell]] = field(default_factory=Counter)
    sexes: dict[int, Sex] = field(default_factory=dict)
    kinds: dict[str, Dominance] = field(default_factory=dict)

    def add(self, key: Key, person: Participant) -> None:
        self.choices[key] += 1
        self.people[key].add(person.id)
        self.officers[key].add(person.case_officer_id)

    def may_be_told(self, key: Key) -> bool:
        return len(self.people[key]) >= 5 and (key[3] is not Part.UNIT or len(self.officers[key]) >= 2)

    def facts(self, year: int, sex: Sex) -> dict[BreadthCell, int]:
        """Of the participants of the sex who were shown anything, and of the rounds."""
        found = Counter(
            {cell: n for (its, of_sex, cell), n in self.rounds.items() if (its, of_sex) == (year, sex)}
        )
        for (its, person), trades in self.trades.items():
            if its == year and self.sexes[person] is sex:
                kinds = {self.kinds[ssyk] for ssyk in trades}
                found[BreadthCell(Fact.PARTICIPANTS)] += 1
                found[BreadthCell(Fact(f"trades_{min(4, len(trades))}"))] += 1
                found[BreadthCell(Fact(f"kinds_{len(kinds)}"))] += 1
                for kind in kinds:
                    found[BreadthCell(Fact.SAW, kind)] += 1
        return found


def count_choices(authority_id: int, until: date) -> SlowChoices:
    """The authority's rounds that were opened before the day. Act as the system for it."""
    slow = SlowChoices()
    people = {
        row.id: row for row in db.session.scalars(select(Participant).filter_by(authority_id=authority_id))
    }
    slow.sexes = {row.id: row.sex for row in people.values()}
    for row in db.session.scalars(select(Trade)):
        if kind := dominance(row.women, row.men):
            slow.kinds[row.ssyk] = kind
    shown: dict[int, list[ShownPlace]] = defaultdict(list)
    for place in db.session.scalars(select(ShownPlace)):
        if place.shown_at.astimezone(STOCKHOLM).date() < until:
            shown[place.choice_round_id].append(place)
    for choice_round in db.session.scalars(select(ChoiceRound).filter_by(authority_id=authority_id)):
        opened_on = choice_round.opened_at.astimezone(STOCKHOLM).date()
        if opened_on < until and shown[choice_round.id]:
            person = people[choice_round.participant_id]
            _count_round(slow, choice_round, shown[choice_round.id], person, opened_on, until)
    return slow


def _count_round(
    slow: SlowChoices,
    row: ChoiceRound,
    shown: list[ShownPlace],
    person: Participant,
    opened_on: date,
    until: date,
) -> None:
    year = opened_on.year
    slow.trades[year, person.id] |= {place.ssyk for place in shown}
    for ssyk, enterprise_id in {(place.ssyk, place.enterprise_id) for place in shown}:
        kind = slow.kinds[ssyk]
        its = [place for place in shown if (place.ssyk, place.enterprise_id) == (ssyk, enterprise_id)]
        for step in {step for place in its for step in _steps(row, place, until)}:
            slow.add((year, person.sex, step, Part.TRADE, ssyk, kind), person)
            for by, key in (
                (Part.ALL, ""),
                (Part.KOMMUN, person.kommun_code),
                (Part.SUPPLIER, str(enterprise_id)),
                (Part.UNIT, str(person.unit_id)),
            ):
                slow.add((year, person.sex, step, by, key, kind), person)
                slow.add((year, person.sex, step, by, key, ALL), person)
    slow.rounds[year, person.sex, BreadthCell(Fact.ROUNDS)] += 1
    free = _free(person, db.session.get_one(Grant, row.grant_id), opened_on)
    for kind in Dominance:
        was_shown = kind in {slow.kinds[place.ssyk] for place in shown}
        could = kind in {slow.kinds[ssyk] for ssyk in free}
        fact = Fact.ROUND_SAW if was_shown else Fact.COULD_HAVE if could else Fact.COULD_NOT
        slow.rounds[year, person.sex, BreadthCell(fact, kind)] += 1


def _steps(row: ChoiceRound, place: ShownPlace, until: date) -> Iterator[ChoiceStep]:
    yield ChoiceStep.SHOWN
    if place.shortlisted_on and place.shortlisted_on < until:
        yield ChoiceStep.SHORTLISTED
    visits = select(StudyVisit).filter_by(choice_round_id=row.id, place_id=place.place_id)
    if any(visit.held_on and visit.held_on < until for visit in db.session.scalars(visits)):
        yield ChoiceStep.VISITED
    if not (row.chosen_on and row.chosen_on < until):
        return
    stays = db.session.scalars(select(Placement).filter_by(choice_round_id=row.id, place_id=place.place_id))
    started = [stay for stay in stays if stay.started_on and stay.started_on < until]
    is_taken = bool(started) and (place.is_chosen or place.reserve_rank is not None)
    if place.is_chosen or is_taken:
        yield ChoiceStep.CHOSEN
    if is_taken:
        yield ChoiceStep.STARTED
        # Whoever moves to another place has not dropped out.
        if any(
            stay.ended_on
            and stay.ended_on < until
            and (stay.is_moved or stay.state is PlacementState.COMPLETED)
            for stay in started
        ):
            yield ChoiceStep.COMPLETED


def _free(person: Participant, grant: Grant, day: date) -> set[str]:
    """Trades that there was a place in, as the capacity of that day tells."""
    found = set()
    for row in db.session.scalars(
        select(CapacityDay).filter_by(
            authority_id=person.authority_id, day=day, kommun_code=person.kommun_code
        )
    ):
        places = db.session.scalars(
            select(Place).filter_by(
                enterprise_id=row.enterprise_id, kommun_code=row.kommun_code, ssyk=row.ssyk
            )
        )
        hours = grant.hours_per_week
        if row.free_within_14_days and any(
            one.hours_per_week_min <= hours <= one.hours_per_week_max for one in places
        ):
            found.add(row.ssyk)
    return found
