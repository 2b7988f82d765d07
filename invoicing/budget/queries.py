"""Budgets with outcome and forecast. Invoices are the controller's; whoever reads a budget is told sums by system and
month."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from enterprises.contracts.models import Contract
from invoicing.budget.models import Budget, ExpectedCost
from invoicing.budget.rules import Figures, months_of, together
from invoicing.forecast.rules import Attended
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.rules import SENT_STATES, InvoiceState
from invoicing.remuneration.facts import Month
from marketplace.db import db, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice
from marketplace.statements import Prepared
from marketplace.tenancy import acting_as, system_actor


def _is(*states: InvoiceState) -> ColumnElement[bool]:
    return or_(*(Invoice.state == state for state in states))


_TAKEN_BACK = or_(Invoice.state == InvoiceState.CREDITED, Invoice.credits_id.is_not(None))
_PAID = and_(_is(InvoiceState.PAID, InvoiceState.SETTLED), ~_TAKEN_BACK)
_ATTESTED = and_(_is(InvoiceState.ATTESTED, InvoiceState.PAID, InvoiceState.SETTLED), ~_TAKEN_BACK)


@dataclass(frozen=True)
class SystemYear:
    """A system's year, month by month."""

    system: SystemOfChoice
    months: Mapping[Month, Figures]
    unpriced: int = 0
    attended: Attended = field(default_factory=lambda: Attended(0, 0))
    computed_at: datetime | None = None
    """Of the forecast; None before the first night."""

    @property
    def total(self) -> Figures:
        return together(self.months.values())


def years(authority_id: int, year: int, system_id: int | None = None) -> list[SystemYear]:
    """The authority's systems that are open, have been, or are budgeted for, by name; or the one that is asked for.
    Four queries. Raises NotFound where that one is not the authority's."""
    statement = _systems(authority_id)
    if system_id is not None:
        statement = statement.where(SystemOfChoice.id == system_id)
    systems = db.session.scalars(statement).all()
    if system_id is not None and not systems:
        raise NotFound()
    with acting_as(system_actor(authority_id=authority_id)):
        return _with_figures(systems, year)


def invoiced(authority_id: int, year: int) -> list[tuple[SystemOfChoice, int]]:
    """The authority's systems by name, each with the öre that are invoiced for the year's months."""
    systems = db.session.scalars(_systems(authority_id)).all()
    found: dict[int, int] = defaultdict(int)
    with acting_as(system_actor(authority_id=authority_id)):
        ids = [system.id for system in systems]
        for row in _INVOICED.rows(system_ids=ids, first=date(year, 1, 1), last=date(year, 12, 1)):
            found[row.system_id] += int(row.invoiced)
    return [(system, found[system.id]) for system in systems]


def _systems(authority_id: int) -> Select[SystemOfChoice]:
    return (
        select(SystemOfChoice)
        .where(SystemOfChoice.authority_id == authority_id)
        .order_by(swedish_order(SystemOfChoice.name), SystemOfChoice.id)
    )


def _with_figures(systems: Sequence[SystemOfChoice], year: int) -> list[SystemYear]:
    ids = [system.id for system in systems]
    first, last = date(year, 1, 1), date(year, 12, 1)
    figures: dict[tuple[int, date], Figures] = defaultdict(Figures)
    for row in _INVOICED.rows(system_ids=ids, first=first, last=last):
        figures[row.system_id, row.month] = Figures(None, int(row.invoiced), int(row.attested), int(row.paid))
    budgets = select(Budget).where(Budget.system_id.in_(ids), Budget.month.between(first, last))
    for budget in db.session.scalars(budgets.order_by(Budget.system_id, Budget.month)):
        key = (budget.system_id, budget.month)
        figures[key] = replace(figures[key], budget_ore=budget.amount_ore)
    about: dict[int, Any] = {}
    for row in _expected(ids, first, last):
        key = (row.system_id, row.month)
        figures[key] = replace(figures[key], to_come_low_ore=int(row.low), to_come_high_ore=int(row.high))
        known = about.setdefault(row.system_id, {"unpriced": 0})
        known["unpriced"] = max(known["unpriced"], int(row.unpriced))
        known |= {"attended": Attended(row.days, row.planned), "computed_at": row.computed_at}
    return [
        SystemYear(
            system,
            {month: figures[system.id, month.first_day] for month in months_of(year)},
            **about.get(system.id, {}),
        )
        for system in systems
    ]


_NET = func.sum(InvoiceLine.amount_ore)
_INVOICED = Prepared(
    select(
        Contract.system_id,
        InvoiceLine.earned_month.label("month"),
        _NET.label("invoiced"),
        func.coalesce(_NET.filter(_ATTESTED), 0).label("attested"),
        func.coalesce(_NET.filter(_PAID), 0).label("paid"),
    )
    .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
    .join(Contract, Contract.id == Invoice.contract_id)
    .where(
        Contract.system_id == func.any(bindparam("system_ids")),
        _is(*sorted(SENT_STATES)),
        InvoiceLine.earned_month.between(bindparam("first"), bindparam("last")),
    )
    .group_by(Contract.system_id, InvoiceLine.earned_month)
    .order_by(Contract.system_id, InvoiceLine.earned_month),
    is_planned_once=True,
)


def _expected(system_ids: Sequence[int], first: date, last: date) -> Sequence[Any]:
    """What is still to be invoiced: a contract's month that has a sent invoice is told by that."""
    is_sent = exists().where(
        Invoice.contract_id == ExpectedCost.contract_id,
        Invoice.month == ExpectedCost.month,
        Invoice.state.in_(SENT_STATES),
        ~_TAKEN_BACK,
    )
    return db.session.execute(
        select(
            Contract.system_id,
            ExpectedCost.month,
            func.sum(ExpectedCost.low_ore).label("low"),
            func.sum(ExpectedCost.high_ore).label("high"),
            func.sum(ExpectedCost.unpriced).label("unpriced"),
            func.max(ExpectedCost.attended_days).label("days"),
            func.max(ExpectedCost.planned_days).label("planned"),
            func.max(ExpectedCost.computed_at).label("computed_at"),
        )
        .join(Contract, Contract.id == ExpectedCost.contract_id)
        .where(Contract.system_id.in_(system_ids), ExpectedCost.month.between(first, last), ~is_sent)
        .group_by(Contract.system_id, ExpectedCost.month)
        .order_by(Contract.system_id, ExpectedCost.month)
    ).all()
