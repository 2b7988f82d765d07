"""The controller's costs: by supplier, kommun and placement number. Nobody's name or sex."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from invoicing.budget.forms import YearFilter
from invoicing.costs import queries
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, paginate
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.booking.rules import placement_number

bp = Blueprint("costs", __name__, url_prefix="/kostnader")


@bp.get("")
@requires(Role.CONTROLLER)
def index() -> ResponseReturnValue:
    form, year, found = _asked()
    return render_template(
        "invoicing/costs/index.html",
        form=form,
        year=year,
        tables=_tables(year),
        page=paginate(found, page_number()),
        placement_number=placement_number,
    )


@bp.get(f"/summor.{FILE}")
@requires(Role.CONTROLLER)
def sums_file(file_format: str) -> Response:
    _, year, _ = _asked()
    rows = [
        (kind_sv, one.name, Decimal(one.cost_ore) / 100, one.placements, Decimal(one.mean_ore) / 100)
        for kind_sv, costs in _tables(year).items()
        for one in costs
    ]
    header = ("Per", "Namn", "Kronor", "Placeringar", "Kronor per placering")
    return file_response(file_format, f"kostnader-{year}", header, rows)


@bp.get(f"/placeringar.{FILE}")
@requires(Role.CONTROLLER)
def placements_file(file_format: str) -> Response:
    _, year, found = _asked()
    rows = [
        (
            placement_number(row.id),
            row.supplier,
            row.kommun,
            row.first_day,
            row.last_day,
            Decimal(row.cost_ore) / 100,
        )
        for row in db.session.execute(found)
    ]
    header = ("Placering", "Leverantör", "Kommun", "Från", "Till", "Kronor")
    return file_response(file_format, f"kostnader-placeringar-{year}", header, rows)


def _asked() -> tuple[YearFilter, int, Select[*tuple[Any, ...]]]:
    """The latest year that has been invoiced, until another is asked for."""
    years = queries.invoiced_years() or [today().year]
    form = YearFilter(choices={"ar": {year: str(year) for year in years}})
    year: int = form.ar.data or years[0]
    form.ar.data = year
    return form, year, queries.placement_costs(year, sort_key(queries.PLACEMENT_SORTS, "-kostnad"))


def _tables(year: int) -> dict[str, list[queries.CostOf]]:
    return {"Leverantör": queries.cost_by_supplier(year), "Kommun": queries.cost_by_kommun(year)}
