"""How many statements it takes to request and to accept: as few as it takes, and no more with more beside."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.booking.services import accept_placement, request_placement
from tests.support.placement_market import FIRST_DAY, TODAY, Market, build_market, chosen
from tests.support.statements import statements_of

REQUEST, ACCEPT = 14, 8


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=5)
    with travelling(TODAY):
        yield built


def test_a_request_and_a_yes(market: Market) -> None:
    for number in (1, 2, 3):
        round_id = chosen(market, number)
        made: list[int] = []

        def request(round_id: int = round_id, made: list[int] = made) -> None:
            with acting_as(market.officer), transaction():
                made.append(request_placement(round_id, first_day=FIRST_DAY).id)

        asked = statements_of(request)
        assert len(asked) <= REQUEST, "\n".join(asked)
        (placement_id,) = made

        def accept(placement_id: int = placement_id) -> None:
            with acting_as(market.supervisor), transaction():
                accept_placement(placement_id)

        asked = statements_of(accept)
        assert len(asked) <= ACCEPT, "\n".join(asked)
