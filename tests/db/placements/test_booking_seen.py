"""Who finds a placement, by name or by number, and whom it waits for."""

from datetime import date

import pytest

from marketplace.clock import travelling
from marketplace.errors import NotFound
from marketplace.tenancy import acting_as
from placements.booking import queries
from placements.booking.waiting_queries import waiting
from tests.support.placement_market import (
    Market,
    requested,
)


def test_a_late_request_says_so_to_both(market: Market) -> None:
    requested(market)
    with travelling(date(2026, 3, 6)):
        with acting_as(market.supervisor):
            (item,) = waiting(market.supervisor)
            assert item.text_sv.startswith("Svarstiden har gått ut för förfrågan om Maja Öberg1")
        with acting_as(market.officer):
            (item,) = waiting(market.officer)
            assert item.text_sv == "Gården & Co svarade inte i tid om Maja Öberg1"


def test_outsiders_do_not_find_the_placement(market: Market) -> None:
    placement_id = requested(market)
    strangers = [
        market.other_unit_officer,
        market.other_coordinator,
        market.strategist,
        market.procurement_officer,
        market.south_officer,
        market.south_coordinator,
        market.other_manager,
        market.other_supervisor,
    ]
    for stranger in strangers:
        with acting_as(stranger):
            with pytest.raises(NotFound):
                queries.placement(placement_id)
            assert queries.placements(queries.PlacementFilter()).total == 0


def test_manager_and_controller_see_a_number_and_no_name(market: Market) -> None:
    placement_id = requested(market)
    for actor in (market.manager, market.controller):
        with acting_as(actor):
            row = queries.placement(placement_id)
            assert row.participant is None
            assert row.who_sv == row.placement.number


def test_what_waits(market: Market) -> None:
    requested(market)
    with acting_as(market.supervisor):
        (item,) = waiting(market.supervisor)
        assert item.deadline == date(2026, 3, 5)
        assert "Maja Öberg1" in item.text_sv
    with acting_as(market.officer):
        (item,) = waiting(market.officer)
        assert "Gården & Co ska svara" in item.text_sv
    for stranger in (market.colleague, market.other_supervisor, market.strategist, market.south_officer):
        with acting_as(stranger):
            assert waiting(stranger) == []
