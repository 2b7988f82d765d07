"""What a move and another extent mean for attendance, the final report, the invoice and the figures."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from indicators.choices.count_queries import count_year
from indicators.choices.rules import ChoiceStep, Part
from invoicing.remuneration.facts import Month
from invoicing.remuneration.queries import contract_facts
from invoicing.run.queries import held_contracts
from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.errors import Conflict
from marketplace.reference.rules import Dominance, Sex
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.week_queries import week_grid
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.booking.services import (
    accept_placement,
    agree_change,
    ask_extent,
    complete_placement,
    open_move,
    start_placement,
)
from placements.choice.services import record_choice, show_places
from placements.report.services import begin_report
from placements.report.waiting_queries import waiting
from tests.factories import GARDEN, TEXTILE
from tests.support.bookings import do, request_each, running, seen
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market

NOW = FIRST_DAY + timedelta(days=14)
MOVES_ON = date(2026, 4, 15)


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def moved(market: Market) -> tuple[int, int]:
    """From one place at the farm to another, where the participant is now."""
    left = running(market, place_id=market.growing_id)
    with acting_as(market.officer), travelling(NOW), transaction():
        round_id = open_move(left).id
        show_places(round_id, [market.sewing_id])
        record_choice(round_id, market.sewing_id)
    with travelling(NOW):
        (new,) = request_each(round_id, [market.sewing_id], market.officer, first_day=MOVES_ON)
    do(market.supervisor, accept_placement, new, on=NOW)
    do(market.supervisor, start_placement, new, on=MOVES_ON)
    return left, new


def test_one_report_for_both_places_of_an_enterprise(market: Market, moved: tuple[int, int]) -> None:
    left, new = moved
    assert seen(left, market).state is PlacementState.ENDED_EARLY
    with acting_as(market.supervisor), travelling(MOVES_ON):
        assert waiting(market.supervisor) == []
        with pytest.raises(Conflict, match="fortsätter på en annan plats hos er"), transaction():
            begin_report(left)
    do(market.supervisor, complete_placement, new, on=LAST_DAY)
    with acting_as(market.supervisor), travelling(LAST_DAY):
        (item,) = waiting(market.supervisor)
        assert item.url_args == {"placement_id": new}
    with acting_as(market.coordinator), travelling(LAST_DAY + timedelta(days=60)):
        assert [one.text_sv for one in waiting(market.coordinator)] == [
            "Slutdokumentation saknas för Maja Öberg1 från Gården & Co"
        ]


def test_the_invoice_sees_one_training(market: Market, moved: tuple[int, int]) -> None:
    left, new = (seen(placement_id, market).number for placement_id in moved)
    contract_id = seen(moved[0], market).contract_id
    with acting_as(system_actor(market.north_id, market.farm_id)):
        held = held_contracts([contract_id], waits=True)
        april, may = (
            {one.number: one for one in contract_facts(held, Month(2026, month))[contract_id].placements}
            for month in (4, 5)
        )
    assert april[left].is_continued
    assert april[left].last_day == MOVES_ON - timedelta(days=1)
    assert (april[new].began_on, april[new].is_continued) == (FIRST_DAY, False)
    assert may[new].began_on == FIRST_DAY


def test_a_move_is_not_counted_as_broken_off(market: Market, moved: tuple[int, int]) -> None:
    kinds = {GARDEN: Dominance.EVEN, TEXTILE: Dominance.WOMEN}
    with acting_as(system_actor(market.north_id)):
        counts = count_year(market.north_id, 2026, date(2026, 7, 1), kinds).funnel[Sex.WOMAN]
    found = {
        (cell.dominance, cell.step): count.choices for cell, count in counts.items() if cell.by is Part.ALL
    }
    assert found[Dominance.EVEN, ChoiceStep.STARTED] == found[Dominance.EVEN, ChoiceStep.COMPLETED] == 1
    assert found[Dominance.WOMEN, ChoiceStep.STARTED] == 1
    assert found[Dominance.WOMEN, ChoiceStep.COMPLETED] == 0, "it goes on"


def test_the_week_is_planned_by_the_extent_of_each_day(market: Market) -> None:
    placement_id = running(market)
    change: Any = do(
        market.officer,
        ask_extent,
        placement_id,
        from_day=date(2026, 4, 22),
        hours_per_week=Decimal(15),
        days_per_week=3,
        on=NOW,
    )
    do(market.supervisor, agree_change, change.id, on=NOW)
    with acting_as(market.supervisor), travelling(date(2026, 4, 30)):
        weeks = [
            week_grid(monday).rows[0] for monday in (date(2026, 4, 13), date(2026, 4, 20), date(2026, 4, 27))
        ]
        assert get_or_404(Placement, placement_id).most_hours_from(date(2026, 3, 1)) == 20
    planned = [[day.planned_hours for day in row.days] for row in weeks]
    assert planned[0] == [5, 5, 5, 5, 0]
    assert planned[1] == [5, 5, 5, 0, 0], "changed on the Wednesday"
    assert planned[2] == [5, 5, 5, 0, 0]
    assert weeks[2].planned_hours == 15
