"""What the tests of contracts begin with."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from tests.support import supply
from tests.support.amending import TODAY, open_system
from tests.support.supply import Supply


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def june() -> Iterator[None]:
    """The month that contracts are amended in."""
    with travelling(TODAY):
        yield


@pytest.fixture
def contract_id(june: None, world: Supply) -> int:
    """Signed by both."""
    return supply.signed(world.officer, world.manager, open_system(world))
