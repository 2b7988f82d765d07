"""Recurring checks of a supplier: planned by the terms, done by the procurement officer."""

from sqlalchemy import delete, select

from enterprises.contracts.check_rules import CheckOutcome, check_problems, next_check
from enterprises.contracts.models import Contract, SupplierCheck
from enterprises.contracts.rules import IN_FORCE
from enterprises.contracts.services.steps import held, require_officer
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import acting_as, current_actor, system_actor


def plan_checks(contract: Contract) -> None:
    """The next check of each kind that the terms in force ask for. What they no longer ask for is dropped.

    Acts as the authority's system: whoever signs last, it is the authority's own list.
    """
    intervals = contract.terms.rules.check_intervals
    with acting_as(system_actor(contract.authority_id)):
        own = SupplierCheck.contract_id == contract.id
        db.session.execute(
            delete(SupplierCheck)
            .where(own, SupplierCheck.done_on.is_(None), SupplierCheck.kind.not_in(list(intervals)))
            .execution_options(synchronize_session=False)
        )
        planned = set(
            db.session.scalars(select(SupplierCheck.kind).where(own, SupplierCheck.done_on.is_(None)))
        )
        for kind, months in intervals.items():
            if kind not in planned:
                db.session.add(
                    SupplierCheck(
                        contract_id=contract.id,
                        authority_id=contract.authority_id,
                        enterprise_id=contract.enterprise_id,
                        kind=kind,
                        due_on=next_check(today(), months),
                    )
                )
        db.session.flush()


def record_check(check_id: int, *, outcome: CheckOutcome | None, evidence_sv: str) -> SupplierCheck:
    """What a check showed today; the next one is planned. Raises Invalid with the field that is missing."""
    require_officer("Bara upphandlaren kontrollerar leverantörer.")
    contract = held(get_or_404(SupplierCheck, check_id).contract_id)
    check = get_or_404(SupplierCheck, check_id, lock=True)
    if check.done_on is not None:
        raise Conflict("Kontrollen är redan gjord.")
    for field, message in check_problems(outcome, evidence_sv).items():
        raise Invalid(message, field=field)
    check.outcome, check.evidence_sv = outcome, evidence_sv.strip()
    check.done_on, check.done_by = today(), current_actor().user_name
    db.session.flush()
    if contract.state in IN_FORCE:
        plan_checks(contract)
    return check


def drop_open_checks(contract: Contract) -> None:
    """Nothing more is looked up about a supplier whose contract is over."""
    with acting_as(system_actor(contract.authority_id)):
        db.session.execute(
            delete(SupplierCheck)
            .where(SupplierCheck.contract_id == contract.id, SupplierCheck.done_on.is_(None))
            .execution_options(synchronize_session=False)
        )
