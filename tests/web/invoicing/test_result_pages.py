"""Work or studies that last: verified by whoever follows the participant, and paid once by whoever's run."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from tests.support.clients import ClientFor
from tests.support.drafting import approve, run
from tests.support.invoicing_market import APRIL_FIRST, PRICES, RESULT_FEE, Market, build_market
from tests.web.reading import text_of

DECEMBER, JANUARY = Month(2026, 12), Month(2027, 1)
OUTCOME = {
    "occupation_before": "none",
    "support_before": ["social_assistance"],
    "years_in_support": "up_to_3",
    "education": "compulsory",
    "occupation_after": "work",
    "support_after": ["none"],
}
WORKS = OUTCOME | {"result_began_on": "2026-06-08", "result_evidence_sv": "Lönebesked för november"}


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    """The training ended in March and the contract soon after."""
    with travelling(APRIL_FIRST):
        market = build_market(placements=1, prices=(*PRICES, RESULT_FEE))
        with acting_as(market.system), transaction():
            ended = {"state": PlacementState.COMPLETED, "ended_on": date(2026, 3, 6)}
            db.session.execute(update(Placement).values(ended))
            contract = db.session.get_one(Contract, market.contract_id)
            contract.state, contract.ended_on = ContractState.ENDED, date(2026, 3, 31)
        yield market


def fees(market: Market, month: Month) -> list[tuple[str, int, str]]:
    with acting_as(market.manager):
        lines = select(InvoiceLine).join(Invoice).where(Invoice.month == month.first_day)
        return [(line.component, line.amount_ore, line.basis_sv) for line in db.session.scalars(lines)]


def test_it_is_verified_when_it_has_lasted_and_paid_by_the_suppliers_run(
    market: Market, client_for: ClientFor
) -> None:
    path = f"/placeringar/{market.placement_ids[0]}/fore-och-efter"
    with travelling(date(2026, 12, 7)):
        officer = client_for(market.officer)
        assert "Avtalet betalar en resultatersättning när det är styrkt." in text_of(officer.get(path))
        early = officer.post(path, data=WORKS)
        assert early.status_code == 422
        assert "i 6 månader. Det kan styrkas tidigast 2026-12-08." in text_of(early)
    with travelling(date(2026, 12, 8)):
        officer = client_for(market.officer)
        assert officer.post(path, data=WORKS).status_code == 302
        for other in (market.manager, market.controller, market.outsiders[Role.SUPPLIER_MANAGER]):
            assert client_for(other).get(path).status_code == 403
        assert "Intjänat hittills 10 000,00 kr" in text_of(
            client_for(market.manager).get(f"/fakturor/hittills/{market.contract_id}")
        )
    with travelling(date(2027, 1, 4)):
        run(market.manager, DECEMBER)
        basis = "Arbete eller studier sedan 2026-06-08, styrkt 2026-12-08"
        assert fees(market, DECEMBER) == [("result_fee", 10_000_00, basis)]
        with acting_as(market.manager):
            approve(market, db.session.scalars(select(Invoice.id)).one())
    with travelling(date(2027, 2, 1)):
        officer = client_for(market.officer)
        assert officer.post(path, data=WORKS | {"result_evidence_sv": "Lönebesked"}).status_code == 302
        run(market.controller, JANUARY)
        assert fees(market, JANUARY) == [], "paid once"
        assert officer.post(path, data=OUTCOME).status_code == 302
        run(market.manager, JANUARY)
        ((component, amount_ore, said),) = fees(market, JANUARY)
        assert (component, amount_ore) == ("result_fee", -10_000_00)
        assert said == f"{basis}, har fakturerats men ska inte betalas"
