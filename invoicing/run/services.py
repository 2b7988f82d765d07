"""The month's run: drafts for every contract that has none, a number at a time, each number in one transaction.

There is no state of a run to repair: a contract either has its draft or is found again. Two runs at once pass each
other by, and what one of them holds the other comes back to.
"""

from collections.abc import Sequence

from sqlalchemy import func, update

from invoicing.invoices.queries import authorities
from invoicing.remuneration.facts import Month, Problem
from invoicing.run import queries
from invoicing.run.drafts import list_unpriced, make_drafts
from invoicing.run.models import InvoiceRun
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.errors import Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.tenancy import Actor, acting_as, current_actor, system_actor

RUN_TOPIC = "invoice_run"
"""One message per tenant and month."""


def start_month_run(month: Month) -> None:
    """Queues the month's invoices: a manager's own enterprise, a controller's own authority, the system's all.

    Safe to repeat: what is already made stays. Raises Invalid for a month that is not over.
    """
    _require_over(month)
    actor = current_actor()
    if actor.role is Role.SUPPLIER_MANAGER:
        _start(month, system_actor(enterprise_id=actor.enterprise_id), actor.user_name)
    elif actor.role is Role.CONTROLLER:
        _start(month, system_actor(authority_id=actor.authority_id), actor.user_name)
    elif actor.role is Role.SYSTEM:
        for authority in authorities():
            _start(month, system_actor(authority_id=authority.id), "")
    else:
        raise NotAllowed("Bara verksamhetsledare och ekonomer kan starta månadens fakturor.")


def _start(month: Month, party: Actor, started_by: str) -> None:
    with acting_as(party):
        run = _add_run(month, started_by)
        emit(
            RUN_TOPIC,
            authority_id=party.authority_id,
            enterprise_id=party.enterprise_id,
            month=str(month),
            run_id=run.id,
        )


def _add_run(month: Month, started_by: str) -> InvoiceRun:
    """Of the party that the system acts for."""
    party = current_actor()
    run = InvoiceRun(
        authority_id=party.authority_id,
        enterprise_id=party.enterprise_id,
        month=month.first_day,
        started_at=clock.now(),
        started_by=started_by,
    )
    db.session.add(run)
    db.session.flush()
    return run


def begin_run(run_id: int | None, month: Month) -> tuple[int, list[int]]:
    """The run, and the contracts that have no invoice yet. Without an id, the clock has started it."""
    _require_over(month)
    run = None if run_id is None else db.session.get(InvoiceRun, run_id)
    if run is None:
        run = _add_run(month, "")
    to_do = queries.contracts_to_invoice(month)
    run.contracts_total = queries.count_contracts(month)
    run.contracts_done = run.contracts_total - len(to_do)
    return run.id, to_do


def make_batch(run_id: int, contract_ids: Sequence[int], month: Month, *, waits: bool) -> set[int]:
    """Makes the drafts of these contracts, but without `waits` for those that somebody else holds; gives the others."""
    held = queries.held_contracts(list(contract_ids), waits=waits)
    have = queries.have_invoice([contract.id for contract in held], month)
    make_drafts([contract for contract in held if contract.id not in have], month)
    db.session.execute(
        update(InvoiceRun)
        .where(InvoiceRun.id == run_id)
        .values(contracts_done=func.least(InvoiceRun.contracts_total, InvoiceRun.contracts_done + len(held)))
        .execution_options(synchronize_session=False)
    )
    return {contract.id for contract in held}


def list_failed(contract_id: int, month: Month) -> None:
    """A contract that the program itself failed on: somebody has to read the log."""
    for contract in queries.held_contracts([contract_id], waits=True):
        list_unpriced(
            contract, [(month, Problem("", "Månaden kunde inte räknas. Felet är antecknat i systemet."))]
        )


def finish_run(run_id: int) -> None:
    run = db.session.get_one(InvoiceRun, run_id)
    run.contracts_done = run.contracts_total
    run.finished_at = clock.now()


def _require_over(month: Month) -> None:
    if month.last_day >= clock.today():
        raise Invalid(
            f"{month.text_sv.capitalize()} är inte slut. Välj en månad som har gått.", field="month"
        )
