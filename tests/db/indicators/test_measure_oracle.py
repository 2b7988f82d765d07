"""Every measure of every year against a slow count, row by row; and what is stored is of five people at least."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from indicators.definitions.keys import Indicator
from indicators.measures import services
from indicators.measures.cohort_queries import countings
from indicators.measures.models import MeasureCell
from indicators.measures.queries import Cells, cells
from indicators.measures.row_queries import WITH_ROWS, behind
from indicators.measures.rules import Dimension
from indicators.measures.services import compute_measures
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.followup.models import FollowUp
from placements.followup.rules import FollowUpKind, FollowUpState
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import Market, build_market
from tests.support.slow_measures import SlowMeasures

UNTIL = NOW.replace(day=1)
YEARS = (2025, 2026)


def story(seed: int) -> Market:
    """Whoever ended for another place, and follow-ups that were held, late and missed, beside what the story has."""
    market = build_story(seed, rounds=90)
    random = Random(seed)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        for placement in list(db.session.scalars(select(Placement).order_by(Placement.id))):
            if not placement.started_on:
                continue
            if placement.ended_on and random.random() < 0.2:
                ended = {"state": PlacementState.ENDED_EARLY, "is_moved": random.random() < 0.5}
                db.session.execute(update(Placement).where(Placement.id == placement.id).values(**ended))
            day = placement.started_on + timedelta(days=random.randrange(30))
            is_held = random.random() < 0.6
            follow_up = FollowUp(
                placement_id=placement.id, kind=FollowUpKind.PLANNED, due_on=day, planned_on=day
            )
            db.session.add(follow_up)
            db.session.flush()
            if is_held:
                follow_up.state, follow_up.held_on = (
                    FollowUpState.HELD,
                    day + timedelta(days=random.randrange(12)),
                )
                follow_up.took_part, follow_up.notes_sv = ["participant"], "Det går bra."
            else:
                states = (FollowUpState.PLANNED, FollowUpState.MISSED, FollowUpState.CANCELLED)
                follow_up.state = random.choice(states)
    return market


def compute(market: Market) -> None:
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_measures(market.north_id, YEARS)


def test_every_number_agrees_with_the_slow_count(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    market = story(4)
    slowly = SlowMeasures(market.north_id, UNTIL)
    with acting_as(system_actor(market.north_id, market.farm_id)):
        slowly.count()
    with monkeypatch.context() as patch, acting_as(system_actor(authority_id=market.north_id)):
        patch.setattr(services, "hidden_cells", lambda table: frozenset())
        counted = {
            (year, row["indicator"], row["by"], row["key"]): [row["numerator"], row["denominator"]]
            for year in YEARS
            for row in services.rows_of_year(market.north_id, year, UNTIL)
        }
    assert {key: sums for key, sums in counted.items() if sums[1]} == slowly.sums
    assert {indicator for _, indicator, _, _ in counted} == {
        counting.indicator for _, counting in countings()
    }

    compute(market)
    with acting_as(market.strategist):
        stored = list(db.session.scalars(select(MeasureCell)))
    shares = {counting.indicator for _, counting in countings() if counting.part}
    shown = [cell for cell in stored if cell.numerator is not None]
    assert len(stored) == len(counted)
    assert len(shown) > 50
    for cell in shown:
        key = (cell.year, Indicator(cell.indicator), cell.by, cell.key)
        assert [cell.numerator, cell.denominator] == counted[key]
        everyone, part = slowly.people[key]
        assert len(everyone) >= 5, key
        assert cell.indicator not in shares or len(part) >= 5, key


def test_the_rows_behind_a_number_are_the_number(session: Session) -> None:
    market = story(4)
    compute(market)
    with travelling(NOW), acting_as(market.strategist):
        found: dict[int, Cells] = {year: cells(market.north_id, year, list(WITH_ROWS)) for year in YEARS}
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)):
        for year, indicators in found.items():
            for indicator, by_dimension in indicators.items():
                for by in (Dimension.ALL, Dimension.SEX):
                    for key, parts in by_dimension.get(by, {}).items():
                        rows = behind(market.north_id, indicator, year, (by, key), NOW)
                        if parts:
                            assert (rows.numerator, rows.denominator) == parts, (year, indicator, by, key)


def test_a_second_run_gives_the_same_and_other_years_stand(session: Session) -> None:
    market = build_story(2, rounds=20)
    compute(market)

    def numbers() -> list[Cells]:
        with acting_as(market.strategist):
            return [cells(market.north_id, year, list(Indicator)) for year in YEARS]

    once = numbers()
    compute(market)
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_measures(market.north_id, [2026])
    assert numbers() == once


def test_nothing_at_all_is_no_number(session: Session) -> None:
    market = build_market()
    compute(market)
    with acting_as(market.strategist):
        assert list(db.session.scalars(select(MeasureCell))) == []
