"""What the tests of placements begin with."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from tests.support.placement_market import TODAY, Market, requested


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    """On the Monday TODAY."""
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def taken(market: Market) -> int:
    """A request that holds the only seat at the growing place; gives its id."""
    return requested(market, 90, place_id=market.growing_id)
