"""A seat that is held for an answer from the line counts under the contract's cap, once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprises.contracts.models import Contract
from marketplace.clock import now, travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.services import request_placement
from placements.search.queries import how_many
from placements.search.rules import SearchCriteria
from placements.waiting_list.models import WaitingOffer
from placements.waiting_list.rules import OfferState
from tests.factories import amend_contract
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, build_market, chosen, requested
from tests.support.waiting import DUE, cancels, offered_to, offers, says_no, says_yes, waits

ASKED = SearchCriteria(start_by=FIRST_DAY, until=LAST_DAY)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market()
    with travelling(TODAY):
        with acting_as(system_actor(built.north_id, built.farm_id)), transaction():
            contract = db.session.scalars(
                select(Contract).where(Contract.authority_id == built.north_id)
            ).one()
            amend_contract(contract, capacity_cap=1)
        yield built


def test_a_held_seat_takes_room_until_it_is_let_go_or_requested(market: Market) -> None:
    other = chosen(market, 4)
    taken = requested(market, place_id=market.growing_id)
    waiting = [waits(market, 2), waits(market, 3)]
    cancels(market, taken)
    assert offered_to(market) == waiting[:1]
    with acting_as(market.officer):
        assert how_many(ASKED) == 0
        with pytest.raises(Conflict, match="som avtalet tillåter"), transaction():
            request_placement(other, first_day=FIRST_DAY)
    says_no(market, offers(market)[0])
    (offer,) = offers(market)
    assert offer.entry_id == waiting[1]
    placement_id = says_yes(market, offer)
    with acting_as(market.officer):
        assert db.session.get_one(Placement, placement_id).first_day == DUE
        with pytest.raises(Conflict, match="som avtalet tillåter"), transaction():
            request_placement(other, first_day=FIRST_DAY)


def test_the_database_holds_no_seat_past_the_cap(market: Market) -> None:
    taken = requested(market, place_id=market.growing_id)
    waits(market, 2)
    cancels(market, taken)
    (offer,) = offers(market)
    second = offer._asdict() | {"made_at": now(), "state": OfferState.OPEN}
    del second["id"]
    with (
        acting_as(system_actor(market.north_id)),
        pytest.raises(IntegrityError, match="contract_capacity_cap"),
        db.session.begin_nested(),
    ):
        db.session.execute(insert(WaitingOffer).values(**second))
