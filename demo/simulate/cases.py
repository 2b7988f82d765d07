"""The participants as the history knows them: who they are, and what chance has in store for them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from demo.people import NEEDS, personal_numbers, unique_names
from demo.simulate.chance import rng_for
from demo.story import Authority, Member, Story, apportioned
from demo.terms import SUPPORT_LEVELS
from marketplace.reference.rules import Sex, add_working_days
from marketplace.tenancy import Actor

WOMEN_OF_TEN = 6
"""1 500 women and 1 000 men of 2 500 are planned."""
_TAKES_PART = 0.35
_IS_SHOWN_ONLY = 0.12
"""Of the others: they are shown places and choose none."""
_PROTECTED = 0.004
_EXTENTS = ((10, 2), (12, 3), (15, 3), (16, 4), (20, 4), (20, 5), (25, 5), (30, 5))
"""Hours and days a week."""
_EXTENT_WEIGHTS = (2, 2, 3, 3, 4, 3, 2, 1)


@dataclass
class Case:
    """One participant. Ids are filled in as they come to be."""

    authority: Authority
    unit: Member
    kommun: str
    number: int
    sex: Sex
    name: str
    personal_number: str = field(repr=False)
    rng: Random = field(repr=False)
    registered_on: date
    takes_part: bool
    is_shown_only: bool
    is_protected: bool
    needs_sv: str
    hours_per_week: Decimal
    days_per_week: int
    support_level: str
    weeks: int
    """Weeks of training that the grant is for."""
    attendance_rate: float
    officer: Actor | None = None
    participant_id: int = 0
    grant_id: int = 0
    grant_ends_on: date = date.max
    choice_round_id: int = 0
    placement_id: int = 0
    enterprise: str = ""
    first_day: date = date.max
    last_day: date = date.max
    attends_until: date = date.max
    tries: int = 0
    has_moved: bool = False
    """Goes on at another place, as a case of its own."""

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability


def draw_cases(
    story: Story, authority: Authority, how_many: int, begins_on: date, ends_on: date, seed: str
) -> list[Case]:
    """An authority's participants in the order that they are registered."""
    rng = rng_for(seed, "cases", authority.key)
    women = apportioned(how_many, [WOMEN_OF_TEN, 10 - WOMEN_OF_TEN])[0]
    sexes = [Sex.WOMAN] * women + [Sex.MAN] * (how_many - women)
    rng.shuffle(sexes)
    numbers = {
        sex: iter(personal_numbers(rng, sex, begins_on, sexes.count(sex))) for sex in (Sex.WOMAN, Sex.MAN)
    }
    names = list(unique_names(rng, iter(sexes)))
    opens_on = begins_on + timedelta(days=30 * authority.joins_in_month + 20)
    last = add_working_days(ends_on + timedelta(days=1), -1)
    days = sorted(_registration_day(rng, opens_on, last) for _ in range(how_many))
    members = [member for member in story.members if member.authority == authority.key]
    cases = []
    for number, (day, sex, name) in enumerate(zip(days, sexes, names, strict=True)):
        own = rng_for(seed, "case", authority.key, number)
        kommun, unit = _kommun_and_unit(own, authority, members)
        hours, days_per_week = own.choices(_EXTENTS, _EXTENT_WEIGHTS)[0]
        takes_part = own.random() < _TAKES_PART
        cases.append(
            Case(
                authority=authority,
                unit=unit,
                kommun=kommun,
                number=number,
                sex=sex,
                name=name,
                personal_number=next(numbers[sex]),
                rng=own,
                registered_on=day,
                takes_part=takes_part,
                is_shown_only=not takes_part and own.random() < _IS_SHOWN_ONLY,
                is_protected=own.random() < _PROTECTED,
                needs_sv=own.choice(NEEDS),
                hours_per_week=Decimal(hours),
                days_per_week=days_per_week,
                support_level=_level(own, authority.price_list),
                weeks=min(30, max(6, round(own.gauss(15, 5)))),
                attendance_rate=min(0.99, max(0.55, own.gauss(0.86, 0.09))),
            )
        )
    return cases


def _registration_day(rng: Random, opens_on: date, ends_on: date) -> date:
    """Evenly over the time, with fewer in July and at Christmas."""
    while True:
        day = opens_on + timedelta(days=rng.randint(0, (ends_on - opens_on).days))
        is_quiet = day.month == 7 or (day.month, day.day // 10) in {(12, 2), (12, 3), (1, 0)}
        if not is_quiet or rng.random() < 0.35:
            return day


def _kommun_and_unit(rng: Random, authority: Authority, members: list[Member]) -> tuple[str, Member]:
    """Kommuner weigh as their unit's staff does; two of three come through the kommun's own unit, where it has one."""
    own = {member.kommuner[0]: member for member in members if len(member.kommuner) == 1}
    weights = [own[kommun].case_officers if kommun in own else 1 for kommun in authority.kommuner]
    kommun = rng.choices(authority.kommuner, weights)[0]
    others = [member for member in members if kommun in member.kommuner and member is not own.get(kommun)]
    if kommun in own and (not others or rng.random() < 2 / 3):
        return kommun, own[kommun]
    return kommun, rng.choice(others)


def _level(rng: Random, kind: str) -> str:
    levels = SUPPORT_LEVELS[kind]
    return rng.choices(levels, [3, 4, 3, 2, 1][: len(levels)])[0]
