"""What a placement has cost and how many hours it has given: by sex, supplier, trade, kommun and unit."""

from decimal import Decimal

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at, put_right
from indicators.costs.queries import INDICATORS_SHOWN, CostRow, cost_year
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.measures.models import MeasureCell
from indicators.measures.queries import Parts, counted_years
from indicators.measures.rules import DIMENSION_SV, Dimension
from invoicing.budget.forms import YearFilter
from marketplace.accounts.rules import Role
from marketplace.tenancy import own_authority
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("cost_indicators", __name__, url_prefix="/kostnader-och-kon")

READERS = (Role.STRATEGIST, Role.COORDINATOR)


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    form, tables = _asked()
    return render_template(
        "indicators/costs/index.html",
        form=form,
        tables=tables,
        DIMENSION_SV=DIMENSION_SV,
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        computed_at=computed_at(own_authority()),
        put_right=put_right(own_authority(), [MeasureCell], form.ar.data),
        definitions=[INDICATORS[indicator] for indicator in INDICATORS_SHOWN],
    )


@bp.get(f"/lista.{FILE}")
@requires(*READERS)
def index_file(file_format: str) -> Response:
    form, tables = _asked()
    lines = [
        (DIMENSION_SV[by], row.name, *_values(row.cost, Decimal(100)), *_values(row.hours))
        for by, rows in tables.items()
        for row in rows
    ]
    header = (
        "Per",
        "Namn",
        "Kronor",
        "Placeringar",
        "Kronor per placering",
        "Timmar",
        "Månader",
        "Timmar per månad",
    )
    return file_response(file_format, f"kostnader-{form.ar.data or 'tom'}", header, lines)


def _asked() -> tuple[YearFilter, dict[Dimension, list[CostRow]]]:
    """The latest year, until another is asked for; no tables before anything is counted."""
    years = counted_years(own_authority(), INDICATORS_SHOWN)
    form = YearFilter(choices={"ar": {year: str(year) for year in years}})
    if not years:
        return form, {}
    form.ar.data = form.ar.data or years[0]
    return form, cost_year(own_authority(), form.ar.data)


def _values(parts: Parts, unit: Decimal = Decimal(1)) -> tuple[object, ...]:
    if parts is None:
        return (SUPPRESSED_SV,) * 3
    whole = parts[0] / unit
    return (whole, parts[1], round(whole / parts[1], 2))
