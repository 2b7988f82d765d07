"""Reads the published costs: what may be shown, and nothing else is stored."""

from dataclasses import dataclass

from sqlalchemy import select

from indicators.costs.models import CostCell
from indicators.costs.rules import ALL_KOMMUNER, ALL_SUPPLIERS, Mean
from marketplace.accounts.models import Organisation
from marketplace.db import db
from marketplace.reference.queries import kommun_labels
from marketplace.reference.rules import Sex
from marketplace.swedish import swedish_key

SEXES = (Sex.WOMAN, Sex.MAN)


@dataclass(frozen=True)
class CostRow:
    """All placements, a supplier's or a kommun's, by sex; None where it may not be shown."""

    name: str
    by_sex: dict[Sex, Mean | None]


def counted_years(authority_id: int) -> list[int]:
    """Years that there are numbers for, the latest first."""
    statement = select(CostCell.year).where(CostCell.authority_id == authority_id).distinct()
    return list(db.session.scalars(statement.order_by(CostCell.year.desc())))


def cost_year(authority_id: int, year: int) -> dict[str, list[CostRow]]:
    """The rows by what they are for."""
    cells = db.session.scalars(
        select(CostCell)
        .where(CostCell.authority_id == authority_id, CostCell.year == year)
        .order_by(CostCell.enterprise_id, CostCell.kommun_code, CostCell.sex)
    )
    found: dict[tuple[int, str], dict[Sex, Mean | None]] = {}
    for cell in cells:
        is_hidden = cell.placements is None or cell.cost_ore is None
        mean = None if is_hidden else Mean(cell.cost_ore or 0, cell.placements or 0)
        found.setdefault((cell.enterprise_id, cell.kommun_code), {})[cell.sex] = mean
    sellers = db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_([enterprise_id for enterprise_id, _ in found]))
        .order_by(Organisation.id)
    )
    kommuner = kommun_labels([code for _, code in found])
    return {
        "Alla": [CostRow("Alla placeringar", found[ALL_SUPPLIERS, ALL_KOMMUNER])],
        "Leverantör": _by_name([CostRow(name, found[key, ALL_KOMMUNER]) for key, name in sellers]),
        "Kommun": _by_name([CostRow(name, found[ALL_SUPPLIERS, code]) for code, name in kommuner.items()]),
    }


def _by_name(rows: list[CostRow]) -> list[CostRow]:
    return sorted(rows, key=lambda row: swedish_key(row.name))
