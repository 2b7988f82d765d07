"""An enterprise's own indicators."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.queries import computed_at
from indicators.suppliers.queries import monthly_parts, values_by_month, values_over
from indicators.suppliers.rules import months_back
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("supplier_indicators", __name__, url_prefix="/nyckeltal")

_MONTHS = 12


@bp.get("")
@requires(Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    enterprise_id = _enterprise_id()
    months = months_back(clock.today(), _MONTHS)
    parts = monthly_parts(enterprise_id, months)
    values = values_over(parts)
    return render_template(
        "indicators/suppliers/index.html",
        months=months,
        values=values,
        by_month=values_by_month(parts, months),
        is_empty=all(value.is_empty for value in values),
        computed_at=computed_at(enterprise_id),
        definitions=SUPPLIERS,
        columns=[(definition.name_sv, "num text-wrap") for definition in SUPPLIERS],
    )


@bp.get(f"/manader.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def months_file(file_format: str) -> Response:
    months = months_back(clock.today(), _MONTHS)
    lines = [
        (
            f"{month:%Y-%m}",
            value.definition.name_sv,
            value.numerator,
            value.denominator,
            value.value,
            value.definition.unit_sv,
        )
        for month, values in values_by_month(monthly_parts(_enterprise_id(), months), months)
        for value in values
    ]
    return file_response(
        file_format, "nyckeltal", ("Månad", "Nyckeltal", "Täljare", "Nämnare", "Värde", "Enhet"), lines
    )


def _enterprise_id() -> int:
    enterprise_id = current_actor().enterprise_id
    assert enterprise_id is not None, "a manager acts for an enterprise"
    return enterprise_id
