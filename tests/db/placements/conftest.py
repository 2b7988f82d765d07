"""What the tests of placements begin with."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from tests.support.placement_market import TODAY, Market, build_market, requested


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    """On the Monday TODAY."""
    with travelling(TODAY):
        yield build_market()


@pytest.fixture
def taken(market: Market) -> int:
    """A request that holds the only seat at the growing place; gives its id."""
    return requested(market, 90, place_id=market.growing_id)
