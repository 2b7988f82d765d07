"""What is published of choices against a slow count of the rounds."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from indicators.choices.breadth_rules import BreadthCell, Fact
from indicators.choices.count_queries import count_year
from indicators.choices.models import BreadthNumber, ChoiceCell, ChoiceSegregation
from indicators.choices.rules import ALL, KIND_STEPS, WITHIN, Cell, ChoiceStep, Part
from indicators.choices.services import compute_choices
from indicators.segregation.rules import duncan_d, expected_d
from marketplace.accounts.rules import Role
from marketplace.accounts.services import add_membership
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Dominance, Sex
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.choice.models import ChoiceRound, ShownPlace
from placements.participants.models import Participant
from placements.visits.services import mark_held
from tests.support.indicator_story import NOW
from tests.support.placement_market import TODAY, Market
from tests.support.slow_choices import Key, SlowChoices, count_choices
from tests.support.visiting import TUESDAY, booked, choosing, offered

UNTIL = date(2026, 9, 1)  # NOW is in September: only whole months count


@pytest.fixture
def market(indicator_market: Market) -> Market:
    """With capacity and choices counted."""
    return indicator_market


def compute(market: Market, on: date = NOW) -> None:
    with travelling(on), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_choices(market.north_id, [2025, 2026])


def stored(market: Market) -> dict[Key, int | None]:
    with acting_as(market.strategist):
        return {
            (row.year, row.sex, row.step, row.by, row.key, row.dominance): row.choices
            for row in db.session.scalars(select(ChoiceCell))
        }


def counted_slowly(market: Market, until: date = UNTIL) -> SlowChoices:
    with acting_as(system_actor(market.north_id, market.farm_id)):
        return count_choices(market.north_id, until)


def varied(market: Market) -> Market:
    """Two case officers in the one unit, another unit with a single one."""
    unit, south_unit = market.officer.organisation_id, market.south_officer.organisation_id
    officers = (market.officer, market.coordinator)
    assert unit
    assert south_unit
    assert market.officer.user_id
    assert market.coordinator.user_id
    with acting_as(system_actor()), transaction():
        add_membership(market.coordinator.user_id, unit, Role.CASE_OFFICER)
        add_membership(market.officer.user_id, south_unit, Role.CASE_OFFICER)
    with acting_as(system_actor(market.north_id)), transaction():
        for person in db.session.scalars(select(Participant)):
            person.case_officer_id = officers[person.id % 2].user_id or 0
            if person.id % 4 == 0:
                person.unit_id, person.case_officer_id = south_unit, market.officer.user_id or 0
    return market


def test_what_is_published_is_right_and_small_numbers_are_not(market: Market) -> None:
    varied(market)
    compute(market)
    published, slow = stored(market), counted_slowly(market)
    for key, value in published.items():
        assert value is None or (value == slow.choices[key] and slow.may_be_told(key)), key
    assert {key[0] for key in published} == {2025, 2026}
    visible = {key for key, value in published.items() if value is not None}
    assert len(visible) > 40
    assert len(visible) < len(published)
    assert max(slow.choices.values()) in published.values()
    assert {key[3] for key in visible} >= set(Part) - {Part.UNIT}
    single = str(market.south_officer.organisation_id)
    assert single in {key[4] for key in published}
    assert single not in {key[4] for key in visible}, "its numbers are one officer's"


def test_everything_counted_is_as_the_slow_count_says(market: Market) -> None:
    varied(market)
    slow = counted_slowly(market)
    for year in (2025, 2026):
        with acting_as(system_actor(market.north_id)):
            counted = count_year(market.north_id, year, UNTIL, slow.kinds)
        found = {
            (year, sex, cell.step, cell.by, cell.key, cell.dominance): count
            for sex, cells in counted.funnel.items()
            for cell, count in cells.items()
        }
        for key in {*found, *(key for key in slow.choices if key[0] == year)}:
            count = found[key]
            told = (count.choices, count.participants, count.officers)
            assert told == (slow.choices[key], len(slow.people[key]), len(slow.officers[key])), key


def test_how_broad_it_was_is_as_the_slow_count_says(market: Market) -> None:
    slow = counted_slowly(market)
    with acting_as(market.strategist):
        rows = list(db.session.scalars(select(BreadthNumber)))
    for row in rows:
        number = slow.facts(row.year, row.sex)[BreadthCell(row.fact, row.dominance)]
        assert row.number in (None, number), (row.year, row.sex, row.fact, row.dominance)
        assert number >= 5 or row.number is None
    told = {row.fact for row in rows if row.number is not None}
    assert {Fact.PARTICIPANTS, Fact.SAW, Fact.ROUNDS, Fact.ROUND_SAW, Fact.COULD_HAVE} <= told


def test_a_visit_that_was_held_is_a_step(ready_market: Market) -> None:
    market = ready_market
    with travelling(TODAY):
        _, round_id = choosing(market)
        visit_id = booked(offered(market)[0], round_id, market.officer)
    with travelling(TUESDAY + timedelta(days=1)), acting_as(market.supervisor), transaction():
        mark_held(visit_id)
    kinds = counted_slowly(market).kinds
    for until, found in ((TODAY.replace(day=1) + timedelta(days=31), 1), (TUESDAY, 0)):
        with acting_as(system_actor(market.north_id)):
            counted = count_year(market.north_id, 2026, until, kinds).funnel
        (cells,) = counted.values()
        assert cells[Cell(ChoiceStep.VISITED)].choices == found
        assert cells[Cell(ChoiceStep.SHOWN)].choices == 1


def test_no_total_gives_a_hidden_part_back(market: Market) -> None:
    varied(market)
    compute(market)
    published = stored(market)
    for (year, sex, step, by, key, kind), total in published.items():
        if total is None:
            continue
        if kind == ALL and (by is Part.ALL or step in KIND_STEPS):
            parts = [published[year, sex, step, by, key, part] for part in Dominance]
            assert parts.count(None) != 1
            assert None not in parts or total - sum(part or 0 for part in parts) >= 5
        if by is Part.ALL and step in KIND_STEPS:
            for part in (Part.KOMMUN, Part.SUPPLIER, Part.UNIT):
                parts = [
                    value
                    for its, value in published.items()
                    if its[:4] == (year, sex, step, part) and its[5] == kind
                ]
                assert parts.count(None) != 1
        outer = (year, sex, WITHIN.get(step, step), by, key, kind)
        assert total <= (published[outer] or total)


def test_the_index_can_be_computed_from_what_is_published(market: Market) -> None:
    published = stored(market)
    choices = counted_slowly(market).choices
    with acting_as(market.strategist):
        rows = list(db.session.scalars(select(ChoiceSegregation)))
    assert {(row.year, row.step) for row in rows} >= {(2026, ChoiceStep.SHOWN), (2026, ChoiceStep.CHOSEN)}
    for row in rows:
        trades = {(key[5], key[4]) for key in choices if key[0] == row.year and key[3] is Part.TRADE}

        def both(kind: str, ssyk: str, row: ChoiceSegregation = row) -> tuple[int | None, ...]:
            by = Part.TRADE if ssyk else Part.ALL
            return tuple(published[row.year, sex, row.step, by, ssyk, kind] for sex in (Sex.WOMAN, Sex.MAN))

        totals = both(ALL, ALL)
        told = [pair for trade in sorted(trades) if None not in (pair := both(*trade))]
        rest = tuple(total - sum(parts) for total, parts in zip(totals, zip(*told, strict=True), strict=True))
        counts = [*told, rest]
        assert row.d == pytest.approx(duncan_d(counts))
        assert row.expected == pytest.approx(expected_d(counts))
        assert (row.women, row.men) == totals


def test_numbers_stand_still_until_the_month_is_over(market: Market) -> None:
    compute(market, date(2026, 9, 2))
    early = stored(market)
    compute(market, date(2026, 9, 29))
    assert stored(market) == early
    compute(market, date(2026, 10, 1))
    assert stored(market) != early


def test_a_sex_that_nobody_has_looks_like_one_that_few_have(market: Market) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        for person in db.session.scalars(select(Participant)):
            person.sex = Sex.WOMAN if person.id % 5 else Sex.OTHER
    compute(market)
    published = stored(market)
    assert {key[1] for key in published} == {Sex.WOMAN, Sex.MAN}, "others are never shown, so not stored"
    assert {key[2:] for key in published if key[1] is Sex.MAN} == {
        key[2:] for key in published if key[1] is Sex.WOMAN
    }
    assert {value for key, value in published.items() if key[1] is Sex.MAN} == {None}


def test_no_rounds_leave_no_rows(ready_market: Market) -> None:
    market = ready_market
    compute(market)
    assert stored(market) == {}


def test_another_authority_and_a_supplier_see_nothing(market: Market) -> None:
    compute(market)
    for actor in (market.south_officer, market.manager, system_actor(authority_id=market.south_id)):
        with acting_as(actor):
            assert list(db.session.scalars(select(ChoiceCell))) == []
            assert list(db.session.scalars(select(ChoiceSegregation))) == []
            assert list(db.session.scalars(select(BreadthNumber))) == []


def test_the_strategist_herself_cannot_read_the_rounds(market: Market) -> None:
    with acting_as(market.strategist):
        for model in (ChoiceRound, ShownPlace, Participant, Placement):
            assert list(db.session.scalars(select(model))) == []


def test_midnight_in_sweden_decides_the_year(market: Market) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        for row in db.session.scalars(select(ChoiceRound)):
            row.opened_at = datetime(2025, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC"))
    compute(market)
    assert {key[0] for key in stored(market)} == {2026}
