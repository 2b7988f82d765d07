"""What the two parties see of an invoice's paper and of its way to the buyer."""

import hashlib
from collections.abc import Iterator

import pytest

from invoicing.delivery import services
from invoicing.delivery.access_points import HttpAccessPoint
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from tests.support.access_point import MockAccessPoint, mock_access_point
from tests.support.clients import ClientFor
from tests.support.invoicing_market import Market, sent_invoice
from tests.support.statements import statements_of
from tests.web.reading import text_of


@pytest.fixture
def invoice_id(market: Market) -> int:
    return sent_invoice(market)


@pytest.fixture
def mock() -> Iterator[MockAccessPoint]:
    with mock_access_point() as mock:
        yield mock


def hand_over(market: Market, invoice_id: int, mock: MockAccessPoint) -> None:
    with acting_as(market.system), transaction():
        services.hand_over(invoice_id, HttpAccessPoint(mock.url, ""))


def test_both_parties_get_the_paper_also_before_the_job_has_kept_it(
    market: Market, invoice_id: int, client_for: ClientFor
) -> None:
    manager, controller = client_for(market.manager), client_for(market.controller)
    for client in (manager, controller):
        answer = client.get(f"/fakturor/{invoice_id}.pdf")
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        assert hashlib.sha256(answer.data).hexdigest() in text_of(client.get(f"/fakturor/{invoice_id}"))
    for outsider in market.outsiders.values():
        assert client_for(outsider).get(f"/fakturor/{invoice_id}.pdf").status_code in {403, 404}


def test_a_refused_invoice_is_listed_and_tried_again_by_the_supplier(
    market: Market, invoice_id: int, mock: MockAccessPoint, client_for: ClientFor
) -> None:
    manager, controller = client_for(market.manager), client_for(market.controller)
    mock.answers = ["422"]
    hand_over(market, invoice_id, mock)
    for client in (manager, controller):
        shown = text_of(client.get(f"/fakturor/{invoice_id}"))
        assert "Leverans Kunde inte lämnas Accesspunkten avvisade fakturan (422): mottagaren finns" in shown
        assert ("Försök igen" in shown) == (client is manager)
    listed = text_of(manager.get("/fakturor/inte-lamnade"))
    assert "1, mars 2026 Samordningsförbundet Åsen Kunde inte lämnas" in listed
    assert "Försök igen" in listed
    assert controller.get("/fakturor/inte-lamnade").status_code == 403
    assert controller.post(f"/fakturor/{invoice_id}/lamna-igen").status_code == 403

    answer = manager.post(f"/fakturor/{invoice_id}/lamna-igen")
    assert answer.headers["Location"] == f"/fakturor/{invoice_id}"
    hand_over(market, invoice_id, mock)
    for client in (manager, controller):
        assert "Leverans Lämnad Lämnad 2026-04-01" in text_of(client.get(f"/fakturor/{invoice_id}"))
    assert "Alla e-fakturor är lämnade" in text_of(manager.get("/fakturor/inte-lamnade"))
    assert manager.post(f"/fakturor/{invoice_id}/lamna-igen").status_code == 409


def test_the_list_asks_as_much_whatever_its_length(
    market: Market, invoice_id: int, mock: MockAccessPoint, client_for: ClientFor
) -> None:
    manager = client_for(market.manager)
    empty = len(statements_of(lambda: manager.get("/fakturor/inte-lamnade")))
    mock.answers = ["500"]
    hand_over(market, invoice_id, mock)
    assert len(statements_of(lambda: manager.get("/fakturor/inte-lamnade"))) <= empty + 1
