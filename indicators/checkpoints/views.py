"""How participants say that they are, by sex, seen by those who follow the whole."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at, put_right
from indicators.checkpoints import queries
from indicators.checkpoints.forms import PeriodFilterForm
from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.queries import Row
from indicators.checkpoints.rules import SEXES, STEP_SV, Cell, Period
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV
from marketplace.accounts.rules import Role
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.tenancy import current_actor
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("checkpoint_indicators", __name__, url_prefix="/avstamningar-i-tal")

_HEADER = (
    "Fråga",
    "När",
    "Svar",
    "Kön",
    "Svarande",
    "Medelvärde",
    "Median",
    "Antal",
    "Andel",
    "Från",
    "Till",
)


@bp.get("")
@requires(Role.STRATEGIST, Role.COORDINATOR)
def index() -> ResponseReturnValue:
    authority_id, found, period = _asked()
    form = PeriodFilterForm(choices={"period": {one.key: one.name_sv.capitalize() for one in found}})
    return render_template(
        "indicators/checkpoints/index.html",
        form=form,
        period=period,
        tables=queries.tables(authority_id, period) if period else [],
        arguments={"period": period.key} if period else {},
        computed_at=computed_at(authority_id),
        put_right=put_right(authority_id, [CheckpointCell], period.key) if period else None,
        definitions=[INDICATORS[Indicator.CHECKPOINTS], INDICATORS[Indicator.FORWARD]],
        sexes=SEXES,
        sex_columns=[SEX_PLURAL_SV[sex].capitalize() for sex in SEXES],
        step_names=STEP_SV,
        suppressed_sv=SUPPRESSED_SV,
    )


@bp.get(f"/svar.{FILE}")
@requires(Role.STRATEGIST, Role.COORDINATOR)
def answers_file(file_format: str) -> ResponseReturnValue:
    authority_id, _, period = _asked()
    lines = [
        (table.question.swedish.text, STEP_SV[row.step], row.answer_sv, SEX_PLURAL_SV[sex], *_cells(row, sex))
        for table in (queries.tables(authority_id, period) if period else [])
        for row in table.rows
        for sex in SEXES
    ]
    return file_response(file_format, f"avstamningar-{period.key if period else 'tom'}", _HEADER, lines)


def _asked() -> tuple[int, list[Period], Period | None]:
    """The authority, its half-years, and the one of the address, else the latest."""
    authority_id = current_actor().authority_id
    assert authority_id is not None, "whoever may open the page acts for an authority"
    found = queries.periods(authority_id)
    asked = request.args.get("period", "")
    return authority_id, found, next((one for one in found if one.key == asked), found[0] if found else None)


def _cells(row: Row, sex: Sex) -> tuple[object, ...]:
    cell: Cell = row.cells[sex]
    if not row.shares:
        persons = SUPPRESSED_SV if cell.persons is None else cell.persons
        hidden = SUPPRESSED_SV if cell.mean is None else None
        return (persons, hidden or cell.mean, hidden or cell.median, None, None, None, None)
    share = row.shares[sex]
    if share is None:
        return (SUPPRESSED_SV, None, None, SUPPRESSED_SV, SUPPRESSED_SV, None, None)
    low, high = share.interval or (None, None)
    return (share.denominator, None, None, share.numerator, share.value, low, high)
