"""The people of the invoicing market at their browsers."""

import pytest

from tests.support.clients import Client, ClientFor
from tests.support.invoicing_market import Market


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    return invoicing_market


@pytest.fixture
def manager(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.manager)


@pytest.fixture
def controller(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.controller)
