"""Authorities that share: who is asked, who answers, and what their numbers are together."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from indicators.capacity.rules import Capacity
from indicators.measures.rules import Dimension
from indicators.region import queries, services
from indicators.region.jobs import compute, dispatch_night
from indicators.region.models import RegionMeasure
from indicators.region.rules import MemberAction, MemberState
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.outbox import Outbox
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support.placement_market import Market
from tests.support.sharing import WORK, YEAR, answered, count, founded, shared, strategist_of_south


@pytest.fixture
def south(ready_market: Market) -> Actor:
    return strategist_of_south(ready_market)


@pytest.fixture
def region_id(ready_market: Market, south: Actor) -> int:
    return shared(ready_market, south)


def test_what_members_publish_is_summed_and_what_one_hides_is_hidden(
    ready_market: Market, south: Actor, region_id: int
) -> None:
    for strategist in (ready_market.strategist, south):
        with acting_as(strategist):
            found = queries.measures(region_id, YEAR, [WORK])[WORK]
            assert found[Dimension.ALL][""] == (30, 100)
            assert found[Dimension.SEX] == {Sex.WOMAN.value: (12, 30), Sex.MAN.value: None}
            assert Dimension.KOMMUN not in found, "a kommun's number is one member's own"
            (shown,) = queries.choices(region_id, YEAR)
            assert shown.by_dominance == {"": 57}
            assert queries.counted_years(region_id) == [YEAR]


def test_seats_that_both_may_book_are_there_once(ready_market: Market, south: Actor, region_id: int) -> None:
    with acting_as(ready_market.strategist):
        (row,) = queries.capacity(region_id)
        assert row.name == "Haninge"
        assert row.capacity == Capacity(4, 1, 0, 2, 1)


def test_whoever_leaves_takes_the_numbers_along(ready_market: Market, south: Actor, region_id: int) -> None:
    answered(region_id, south, MemberAction.LEAVE)
    with acting_as(south):
        assert queries.measures(region_id, YEAR, [WORK]) == {WORK: {}}, "at once"
    with acting_as(system_actor()):
        waits = db.session.scalars(
            select(Outbox).where(Outbox.topic == services.TOPIC).order_by(Outbox.id)
        ).all()
    compute(waits[-1].id)
    with acting_as(ready_market.strategist):
        assert queries.measures(region_id, YEAR, [WORK]) == {WORK: {}}, "one is no region"
        assert queries.capacity(region_id) == []


def test_only_whoever_is_asked_finds_it_and_answers_for_itself(ready_market: Market, south: Actor) -> None:
    region_id = founded(ready_market)
    with acting_as(south):
        assert [one.id for one in queries.regions()] == [region_id]
        assert [item.text_sv for item in queries.waiting(south)]
        with pytest.raises(NotAllowed), transaction():
            services.ask(region_id, [ready_market.north_id])
    answered(region_id, south, MemberAction.DECLINE)
    with pytest.raises(Conflict):
        answered(region_id, south, MemberAction.LEAVE)
    stranger = replace(ready_market.strategist, authority_id=ready_market.farm_id)
    with acting_as(stranger):
        assert queries.regions() == []
        with pytest.raises(NotFound):
            queries.region(region_id)


def test_who_cannot_be_asked(ready_market: Market) -> None:
    for asked in ([ready_market.farm_id], [ready_market.north_id], [0]):
        with acting_as(ready_market.strategist), pytest.raises(Invalid), transaction():
            services.found_region("Mälardalen", asked)


def test_counting_again_gives_the_same(ready_market: Market, south: Actor, region_id: int) -> None:
    def rows() -> list[tuple[object, ...]]:
        with acting_as(system_actor(ready_market.north_id)):
            return sorted(map(tuple, db.session.execute(select(RegionMeasure.__table__))), key=repr)

    before = rows()
    dispatch_night()
    count(ready_market, region_id)
    assert before
    assert rows() == before


def test_members_are_in_the_order_of_their_names(ready_market: Market, south: Actor, region_id: int) -> None:
    with acting_as(ready_market.strategist):
        members = queries.members_of(queries.region(region_id))
        assert [one.state for one in members] == [MemberState.AGREED] * 2
        assert [one.authority_id for one in members] == [ready_market.north_id, ready_market.south_id]
