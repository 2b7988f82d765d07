"""A month whose invoice the supplier has approved."""

from datetime import date

from sqlalchemy import update

from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from marketplace.clock import now
from marketplace.db import db, get_or_404, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.booking.models import Placement
from tests.support.placement_market import Market


def march_approved(market: Market, placement_id: int) -> None:
    """Every day on record under the placement's contract has been counted."""
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract_id = get_or_404(Placement, placement_id).contract_id
        counted = update(AttendanceDay).where(AttendanceDay.contract_id == contract_id)
        db.session.execute(counted.values(is_invoiced=True))
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
