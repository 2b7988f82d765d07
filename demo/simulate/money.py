"""The months' invoices: the job makes them, suppliers approve and send, controllers attest and pay."""

from datetime import date
from functools import partial

from sqlalchemy import select

from demo.simulate.agenda import Phase
from demo.simulate.chance import rng_for
from demo.simulate.deliver import deliver
from demo.simulate.foundation import DEMO_AUTHORITY, DEMO_ENTERPRISE
from demo.simulate.history import History
from demo.story import Authority
from invoicing.delivery.services import hand_over
from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import acting_as, system_actor

_MADE_ON = 5  # working days after the month: the last week's attendance is in by then
_DISPUTED = 0.02
_LEFT = (DEMO_ENTERPRISE, "varna")
"""The demo's manager has yet to approve the last month's draft to one of the two buyers."""


def plan(history: History, authority: Authority) -> None:
    """Puts every month that is over on the agenda."""
    controller = history.directory.one(authority.name, Role.CONTROLLER)
    month = Month.of(history.begins_on)
    while month.last_day < history.ends_on:
        history.agenda.add(
            _made_on(month),
            Phase.JOBS,
            controller,
            partial(_run_month, history, authority, month),
        )
        month = month.next


def _made_on(month: Month) -> date:
    return add_working_days(month.last_day, _MADE_ON)


def _run_month(history: History, authority: Authority, month: Month) -> None:
    """The run is started, the jobs do their work, and what they made is sent and attested in the weeks after."""
    controller = history.directory.one(authority.name, Role.CONTROLLER)
    assert controller.authority_id is not None
    services.start_month_run(month)
    deliver(controller.authority_id)
    with acting_as(system_actor(controller.authority_id)):
        made = db.session.execute(
            select(Invoice.id, Invoice.enterprise_id)
            .where(Invoice.authority_id == controller.authority_id, Invoice.month == month.first_day)
            .order_by(Invoice.enterprise_id)
        ).all()
    keys = {number: key for key, number in history.published.enterprises.items()}
    for invoice_id, enterprise_id in made:
        history.counts["invoices"] += 1
        _plan_sending(history, authority, invoice_id, keys[enterprise_id], month)


def _plan_sending(
    history: History, authority: Authority, invoice_id: int, enterprise: str, month: Month
) -> None:
    is_last = _made_on(month.next) > history.ends_on
    if is_last and (enterprise, authority.key) == _LEFT:
        return
    rng = rng_for(history.seed, "invoice", authority.key, enterprise, month)
    manager = history.manager(enterprise)
    attested_after, is_disputed = rng.randint(3, 14), rng.random() < _DISPUTED

    def send() -> None:
        services.approve_invoice(invoice_id)
        sent = services.send_invoice(invoice_id)
        with acting_as(system_actor(sent.authority_id, sent.enterprise_id)):
            hand_over(sent.id)
        if not (is_last and authority.key == DEMO_AUTHORITY):  # those wait for the demo's controller
            _plan_attest(history, authority, invoice_id, attested_after, is_disputed=is_disputed)

    history.agenda.add(
        add_working_days(today(), rng.randint(1, 5)),
        Phase.INVOICES,
        manager,
        send,
        otherwise=lambda: None,  # something is to be mended first: it waits in the manager's list
    )


def _plan_attest(
    history: History, authority: Authority, invoice_id: int, attested_after: int, *, is_disputed: bool
) -> None:
    controller = history.directory.one(authority.name, Role.CONTROLLER)
    day = add_working_days(today(), attested_after)

    def dispute() -> None:
        services.dispute_invoice(invoice_id, "Närvaron för en av placeringarna stämmer inte med vår uppgift.")

    def attest() -> None:
        services.attest_invoice(invoice_id)
        history.agenda.add(_paid_on(), Phase.ATTESTS, controller, pay)

    def pay() -> None:
        services.mark_paid(invoice_id)

    if is_disputed:
        history.agenda.add(day, Phase.ATTESTS, controller, dispute)
        day = add_working_days(day, 8)
    history.agenda.add(day, Phase.ATTESTS, controller, attest)


def _paid_on() -> date:
    return add_working_days(today(), 10)
