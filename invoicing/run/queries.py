"""Which contracts a run is to invoice, how far it has come, and what could not be priced."""

from datetime import date

from sqlalchemy import Select, exists, func, or_, select, text
from sqlalchemy.orm import joinedload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.contract_rules import looked_back
from invoicing.remuneration.facts import Month
from invoicing.remuneration.queries import FEES_MAY_COME_FOR, ContractInTime
from invoicing.run.models import InvoiceRun, Unpriced
from marketplace.db import db
from marketplace.statements import Prepared
from placements.booking.models import Placement
from placements.report.models import Outcome


def contracts_of(month: Month) -> Select[int]:
    """Ids of the signed contracts that the actor may see and that have begun. Long after its end a contract earns
    nothing more, but for a result that is verified, and gives back what was invoiced lately. Call as the system."""
    oldest = looked_back(month)[-1].first_day
    is_invoiced = exists().where(Invoice.contract_id == Contract.id, Invoice.month >= oldest)
    is_verified = exists().where(
        Placement.contract_id == Contract.id,
        Outcome.placement_id == Placement.id,
        Outcome.result_verified_on >= oldest,
    )
    return (
        select(Contract.id)
        .where(
            Contract.state.not_in((ContractState.AWAITING_SIGNATURE, ContractState.WITHDRAWN)),
            Contract.starts_on <= month.last_day,
            or_(
                func.coalesce(Contract.ended_on, month.last_day) >= month.first_day - FEES_MAY_COME_FOR,
                is_verified,
                is_invoiced,
            ),
        )
        .order_by(Contract.id)
    )


def contracts_to_invoice(month: Month) -> list[int]:
    """Of those, the ones without an invoice for the month."""
    has_invoice = exists().where(
        Invoice.contract_id == Contract.id,
        Invoice.month == month.first_day,
        Invoice.credits_id.is_(None),
        Invoice.state != InvoiceState.CREDITED,
    )
    return list(db.session.scalars(contracts_of(month).where(~has_invoice)))


def count_contracts(month: Month) -> int:
    return (
        db.session.scalar(select(func.count()).select_from(contracts_of(month).order_by(None).subquery()))
        or 0
    )


def held_contracts(ids: list[int], *, waits: bool) -> list[ContractInTime]:
    """Held until the transaction ends; without `waits`, but for those that somebody else holds."""
    return [ContractInTime(*row) for row in (_HOLD if waits else _HOLD_FREE).rows(contracts=ids)]


def have_invoice(ids: list[int], month: Month) -> set[int]:
    return set(_OWN.scalars(contracts=ids, month=month.first_day))


_HELD = """
    SELECT id, authority_id, enterprise_id, starts_on, coalesce(ended_on, ends_on) FROM contract
    WHERE id = ANY (:contracts) ORDER BY id FOR NO KEY UPDATE
"""
_HOLD = Prepared(text(_HELD), is_planned_once=True)
_HOLD_FREE = Prepared(text(f"{_HELD} SKIP LOCKED"), is_planned_once=True)
_OWN = Prepared(
    text("""
        SELECT contract_id FROM invoice
        WHERE contract_id = ANY (:contracts) AND month = :month AND credits_id IS NULL AND state <> 'credited'
    """),
    is_planned_once=True,
)


def latest_runs(limit: int = 12) -> list[InvoiceRun]:
    """The actor's own, the latest first."""
    return list(db.session.scalars(select(InvoiceRun).order_by(InvoiceRun.id.desc()).limit(limit)))


def unpriced() -> Select[Unpriced]:
    """What could not be priced and has not been mended, the latest month first."""
    return (
        select(Unpriced)
        .options(joinedload(Unpriced.contract).joinedload(Contract.enterprise))
        .options(joinedload(Unpriced.contract).joinedload(Contract.authority))
        .order_by(
            Unpriced.month.desc(), Unpriced.contract_id, Unpriced.placement_id.nulls_first(), Unpriced.id
        )
    )


def unpriced_of(contract_id: int, month: date) -> list[Unpriced]:
    """Of one contract and one month."""
    found = unpriced().where(Unpriced.contract_id == contract_id, Unpriced.month == month)
    return list(db.session.scalars(found))
