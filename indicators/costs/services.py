"""Counts what placements that are over have cost, and stores only what may be shown."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import text

from indicators.changes.services import publish
from indicators.costs.models import CostCell
from indicators.costs.rules import Cell, Cost, ended_before, published
from marketplace import clock
from marketplace.db import db
from marketplace.reference.rules import Sex

_COUNT = text("""
    WITH over AS (
        SELECT placement.id, placement.participant_id, placement.enterprise_id, placement.kommun_code,
               participant.sex, extract(year FROM placement.ended_on)::integer AS year
        FROM placement JOIN participant ON participant.id = placement.participant_id
        WHERE placement.authority_id = :authority_id AND placement.state IN ('completed', 'ended_early')
          AND placement.ended_on < :ended_before
          AND extract(year FROM placement.ended_on) = ANY (:years)
    ), cost AS (
        SELECT invoice_line.placement_id, sum(invoice_line.amount_ore) AS ore
        FROM invoice_line JOIN invoice ON invoice.id = invoice_line.invoice_id
        WHERE invoice.authority_id = :authority_id AND invoice.issued_on < :issued_before
        GROUP BY invoice_line.placement_id
    )
    SELECT over.year, over.sex, coalesce(over.enterprise_id, 0), coalesce(over.kommun_code, ''),
           coalesce(sum(cost.ore), 0), count(*), count(DISTINCT over.participant_id)
    FROM over LEFT JOIN cost ON cost.placement_id = over.id
    GROUP BY over.year, over.sex, GROUPING SETS ((), (over.enterprise_id), (over.kommun_code))
""")


def compute_costs(authority_id: int, years: Collection[int]) -> None:
    """Counts what placements that ended in the years have cost, up to the last month that has had its time to be
    invoiced. Act as the system for the authority."""
    today = clock.today()
    until = ended_before(today)
    counted: dict[int, dict[Sex, dict[Cell, Cost]]] = defaultdict(lambda: defaultdict(dict))
    asked = {
        "authority_id": authority_id,
        "years": list(years),
        "ended_before": until,
        "issued_before": today.replace(day=1),
    }
    for year, sex, enterprise_id, kommun_code, ore, placements, participants in db.session.execute(
        _COUNT, asked
    ):
        cell = Cell(enterprise_id, kommun_code)
        counted[year][Sex(sex)][cell] = Cost(int(ore), placements, participants)
    for year in years:
        of = {"authority_id": authority_id, "year": year}
        publish(CostCell, of, min(until, date(year + 1, 1, 1)), _rows(counted.get(year, {})))


def _rows(by_sex: Mapping[Sex, Mapping[Cell, Cost]]) -> list[dict[str, Any]]:
    cells = {cell for costs in by_sex.values() for cell in costs}
    if not cells:
        return []
    sellers = sorted({cell.enterprise_id for cell in cells if cell.enterprise_id})
    kommun_codes = sorted({cell.kommun_code for cell in cells if cell.kommun_code})
    return [
        {
            "sex": sex,
            "enterprise_id": cell.enterprise_id,
            "kommun_code": cell.kommun_code,
            "placements": cost and cost.placements,
            "cost_ore": cost and cost.cost_ore,
        }
        for sex in (Sex.WOMAN, Sex.MAN)
        for cell, cost in published(by_sex.get(sex, {}), sellers, kommun_codes).items()
    ]
