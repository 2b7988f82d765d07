"""What a placement has cost for women and for men, by supplier and by kommun."""

from decimal import Decimal

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import put_right
from indicators.costs import queries
from indicators.costs.models import CostCell
from indicators.costs.queries import CostRow
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.queries import computed_at
from invoicing.budget.forms import YearFilter
from marketplace.accounts.rules import Role
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.tenancy import current_actor
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
        sexes=queries.SEXES,
        sex_names=SEX_PLURAL_SV,
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        computed_at=computed_at(_authority_id()),
        put_right=put_right(_authority_id(), [CostCell], form.ar.data),
        definitions=[INDICATORS[Indicator.COST]],
    )


@bp.get(f"/lista.{FILE}")
@requires(*READERS)
def index_file(file_format: str) -> Response:
    form, tables = _asked()
    lines = [
        (kind_sv, row.name, SEX_PLURAL_SV[sex], *_cells(row, sex))
        for kind_sv, rows in tables.items()
        for row in rows
        for sex in queries.SEXES
    ]
    header = ("Per", "Namn", "Kön", "Kronor", "Placeringar", "Kronor per placering")
    return file_response(file_format, f"kostnader-{form.ar.data or 'tom'}", header, lines)


def _asked() -> tuple[YearFilter, dict[str, list[CostRow]]]:
    """The latest year, until another is asked for; no tables before anything is counted."""
    years = queries.counted_years(_authority_id())
    form = YearFilter(choices={"ar": {year: str(year) for year in years}})
    if not years:
        return form, {}
    form.ar.data = form.ar.data or years[0]
    return form, queries.cost_year(_authority_id(), form.ar.data)


def _cells(row: CostRow, sex: Sex) -> tuple[object, ...]:
    mean = row.by_sex.get(sex)
    if mean is None:
        return (SUPPRESSED_SV, SUPPRESSED_SV, SUPPRESSED_SV)
    return (Decimal(mean.cost_ore) / 100, mean.placements, Decimal(mean.mean_ore) / 100)


def _authority_id() -> int:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "those who read costs act for an authority"
    return authority_id
