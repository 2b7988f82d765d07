"""The months' invoices: the job makes them, suppliers approve and send. What becomes of them is for attesting.py."""

from datetime import date
from functools import partial

from flask import current_app
from sqlalchemy import select

from demo.simulate.agenda import Phase
from demo.simulate.attesting import plan_handling, plan_limits
from demo.simulate.chance import rng_for
from demo.simulate.deliver import deliver
from demo.simulate.foundation import DEMO_AUTHORITY, DEMO_ENTERPRISE
from demo.simulate.history import History
from demo.story import Authority
from invoicing.delivery.access_points import EInvoice, Refused, access_point
from invoicing.delivery.services import hand_over
from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.remuneration.facts import Month
from invoicing.run.services import start_month_run
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import acting_as, system_actor

_MADE_ON = 5  # working days after the month: the last week's attendance is in by then
_FORGOTTEN = 0.3
"""Of the invoices of the last months: nobody at the demo's authority has looked at them, and some are overdue. So it is
with those of the demo's manager, for her to remind of."""
_LEFT = (DEMO_ENTERPRISE, "varna")
"""The demo's manager has yet to approve the last month's draft to one of the two buyers."""


class _Refuses:
    """An access point as each authority's first invoice of the last month met it: the supplier's to try again."""

    def hand_over(self, invoice: EInvoice) -> str:
        raise Refused("Accesspunkten avvisade fakturan (422): köparen finns inte i Peppols register")


def plan(history: History, authority: Authority) -> None:
    """Puts every month that is over on the agenda."""
    plan_limits(history, authority)
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
    start_month_run(month)
    deliver(controller.authority_id)
    with acting_as(system_actor(controller.authority_id)):
        made = db.session.execute(
            select(Invoice.id, Invoice.enterprise_id)
            .where(Invoice.authority_id == controller.authority_id, Invoice.month == month.first_day)
            .order_by(Invoice.enterprise_id)
        ).all()
    keys = {number: key for key, number in history.published.enterprises.items()}
    is_last = _made_on(month.next) > history.ends_on
    for number, (invoice_id, enterprise_id) in enumerate(made):
        history.counts["invoices"] += 1
        enterprise = keys[enterprise_id]
        if not is_last or (enterprise, authority.key) != _LEFT:
            is_refused = is_last and number == 0
            _plan_sending(history, authority, invoice_id, enterprise, month, is_refused=is_refused)


def _plan_sending(
    history: History,
    authority: Authority,
    invoice_id: int,
    enterprise: str,
    month: Month,
    *,
    is_refused: bool,
) -> None:
    rng = rng_for(history.seed, "invoice", authority.key, enterprise, month)
    manager = history.manager(enterprise)
    is_late = _made_on(month.next.next) > history.ends_on
    is_forgotten = (
        is_late
        and authority.key == DEMO_AUTHORITY
        and (enterprise == DEMO_ENTERPRISE or rng.random() < _FORGOTTEN)
    )

    def send() -> None:
        services.approve_invoice(invoice_id)
        sent = services.send_invoice(invoice_id)
        with acting_as(system_actor(sent.authority_id, sent.enterprise_id)):
            if point := _Refuses() if is_refused else access_point(current_app.config["ACCESS_POINT_URL"]):
                hand_over(sent.id, point)
        if not is_forgotten and not is_refused:
            plan_handling(history, authority, enterprise, invoice_id, month)

    history.agenda.add(
        add_working_days(today(), rng.randint(1, 5)),
        Phase.INVOICES,
        manager,
        send,
        otherwise=lambda: None,  # something is to be mended first: it waits in the manager's list
    )
