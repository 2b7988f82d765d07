"""However many come at once, an invoice is handed over once and its paper is kept once."""

from functools import partial

import pytest
from sqlalchemy import func, select

from invoicing.delivery import services
from invoicing.delivery.access_points import HttpAccessPoint
from invoicing.delivery.models import Delivery, InvoicePaper
from invoicing.delivery.rules import DeliveryState
from marketplace.db import db
from marketplace.tenancy import acting_as
from tests.support.access_point import mock_access_point
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.invoicing_market import Market, build_market, sent_invoice


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def test_workers_and_readers_at_once(database: Database, market: Market) -> None:
    invoice_id = sent_invoice(market)
    with mock_access_point() as mock:
        point = HttpAccessPoint(mock.url, "")
        workers = [by(market.system, partial(services.hand_over, invoice_id, point)) for _ in range(4)]
        readers = [by(market.controller, partial(services.keep_paper, invoice_id)) for _ in range(4)]
        assert refusals(all_at_once(database, [*workers, *readers])) == []
        assert len(mock.asked) == 1
    with acting_as(market.controller):
        assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.DELIVERED]
        assert db.session.scalar(select(func.count()).select_from(InvoicePaper)) == 1
        db.session.rollback()
