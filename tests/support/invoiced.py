"""Invoices as tests need them: a contract's draft, and a month whose invoice the supplier has approved."""

from datetime import date

from sqlalchemy import select

from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.facts import Month
from invoicing.run.drafts import make_drafts
from invoicing.run.queries import have_invoice, held_contracts
from marketplace.clock import now
from marketplace.db import db, get_or_404, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from tests.support.placement_market import Market


def make_invoice(contract_id: int, month: Month) -> Invoice | None:
    """The contract's own of the month, made now unless it is there. Call as the system, in a transaction."""
    contracts = held_contracts([contract_id], waits=True)
    if not have_invoice([contract_id], month):
        make_drafts(contracts, month)
    own = select(Invoice).where(
        Invoice.contract_id == contract_id,
        Invoice.month == month.first_day,
        Invoice.credits_id.is_(None),
        Invoice.state != InvoiceState.CREDITED,
    )
    return db.session.scalar(own)


def march_approved(market: Market, placement_id: int) -> None:
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract_id = get_or_404(Placement, placement_id).contract_id
        db.session.add(
            Invoice(
                authority_id=market.north_id,
                enterprise_id=market.farm_id,
                contract_id=contract_id,
                month=date(2026, 3, 1),
                state=InvoiceState.APPROVED,
                net_ore=0,
                vat_ore=0,
                rounding_ore=0,
                payable_ore=0,
                created_at=now(),
            )
        )
