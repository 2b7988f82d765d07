"""Invoices are the same after a disposal, and no later run takes anything back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.remuneration.facts import Month
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.disposal.rules import DisposalKind
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from tests.factories import HANINGE, make_actor
from tests.support.disposing import LATER, MUCH_LATER, disposed
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import Market, sent_invoice


@dataclass(frozen=True)
class Two:
    coordinator: Actor
    controller: Actor


def test_what_was_invoiced_stays(invoicing_market: Market) -> None:
    market = invoicing_market
    sent_invoice(market)
    before = lines(market)
    assert before
    system = system_actor(market.authority_id, market.enterprise_id)
    with acting_as(system), transaction():
        ended = {"state": PlacementState.COMPLETED, "ended_on": date(2026, 3, 31)}
        db.session.execute(update(Placement).values(**ended))
        db.session.execute(update(Grant).values(state=GrantState.CONCLUDED))
    with acting_as(system_actor()), transaction():
        authority = get_or_404(Organisation, market.authority_id)
        coordinator = make_actor("Sara Samordnare", authority, Role.COORDINATOR, HANINGE)
    for day, kind in ((LATER, DisposalKind.PERSON), (MUCH_LATER, DisposalKind.BASIS)):
        with travelling(day):
            disposed(Two(coordinator, market.attester), kind)
            with acting_as(system), transaction():
                assert make_invoice(market.contract_id, Month.of(day).previous) is None
        assert lines(market) == before
    with acting_as(system):
        assert db.session.scalars(select(AttendanceDay.day)).first() is None


def lines(market: Market) -> list[tuple[object, ...]]:
    with acting_as(system_actor(market.authority_id, market.enterprise_id)):
        rows = db.session.execute(
            select(Invoice.net_ore, Invoice.payable_ore, *InvoiceLine.__table__.columns)
            .join(InvoiceLine)
            .order_by(InvoiceLine.id)
        )
        return [tuple(row) for row in rows]
