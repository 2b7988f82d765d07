"""What a year has cost by placement number, supplier and kommun, out of the invoices that the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.rules import SENT_STATES
from marketplace.accounts.models import Organisation
from marketplace.db import db, swedish_order
from marketplace.reference.models import Kommun
from placements.booking.models import Placement

_COST = func.sum(InvoiceLine.amount_ore)
_PLACEMENTS = func.count(InvoiceLine.placement_id.distinct())

PLACEMENT_SORTS: dict[str, list[Any]] = {
    "placering": [Placement.id],
    "leverantor": [swedish_order(Organisation.name)],
    "kommun": [swedish_order(Kommun.name)],
    "kostnad": [_COST],
}


@dataclass(frozen=True)
class CostOf:
    """What so many placements have cost together."""

    name: str
    cost_ore: int
    placements: int

    @property
    def mean_ore(self) -> int:
        return round(self.cost_ore / self.placements)


def invoiced_years() -> list[int]:
    """Years that something has been invoiced for, the latest first."""
    year = func.extract("year", InvoiceLine.earned_month)
    return [int(one) for one in db.session.scalars(select(year).distinct().order_by(year.desc()))]


def cost_by_supplier(year: int) -> list[CostOf]:
    name = swedish_order(Organisation.name)
    return _costs(select(Organisation.name, _COST, _PLACEMENTS), year, Organisation.id, name)


def cost_by_kommun(year: int) -> list[CostOf]:
    """The participants' kommuner."""
    return _costs(select(Kommun.name, _COST, _PLACEMENTS), year, Kommun.code, swedish_order(Kommun.name))


def placement_costs(year: int, sort: tuple[str, bool]) -> Select[*tuple[Any, ...]]:
    """Each placement with supplier, kommun and what has been invoiced for the year."""
    key, is_descending = sort
    order = [column.desc() if is_descending else column.asc() for column in PLACEMENT_SORTS[key]]
    statement = select(
        Placement.id,
        Placement.first_day,
        func.coalesce(Placement.ended_on, Placement.last_day).label("last_day"),
        Organisation.name.label("supplier"),
        Kommun.name.label("kommun"),
        _COST.label("cost_ore"),
    )
    grouped = _of_year(statement, year).group_by(Placement.id, Organisation.id, Kommun.code)
    return grouped.order_by(*order, Placement.id)


def _costs(statement: Select[*tuple[Any, ...]], year: int, key: Any, order: Any) -> list[CostOf]:
    rows: Sequence[Any] = db.session.execute(
        _of_year(statement, year).group_by(key).order_by(order, key)
    ).all()
    return [CostOf(name, int(ore), placements) for name, ore, placements in rows]


def _of_year(statement: Select[*tuple[Any, ...]], year: int) -> Select[*tuple[Any, ...]]:
    """The year that earned it. An invoice that is taken back and what takes it back are nothing together."""
    return (
        statement.select_from(InvoiceLine)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(Placement, Placement.id == InvoiceLine.placement_id)
        .join(Organisation, Organisation.id == Placement.enterprise_id)
        .join(Kommun, Kommun.code == Placement.kommun_code)
        .where(
            Invoice.state.in_(SENT_STATES),
            InvoiceLine.earned_month.between(date(year, 1, 1), date(year, 12, 1)),
        )
    )
