"""An enterprise's own indicators, beside what is in the middle of all enterprises, and the placements behind them."""

from datetime import date

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.suppliers import queries
from indicators.suppliers.forms import CaseFilterForm
from indicators.suppliers.peer_rules import ADVICE_SV, Mirrored, to_improve
from indicators.suppliers.rules import OF_PLACEMENTS, months_back
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.booking.rules import placement_number

bp = Blueprint("supplier_indicators", __name__, url_prefix="/nyckeltal")

_MONTHS = 12


@bp.get("")
@requires(Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    enterprise_id = _enterprise_id()
    months = _months()
    parts = queries.monthly_parts(enterprise_id, months)
    medians = queries.medians(months[0])
    mirrored = [Mirrored(value, medians.get(value.definition.key)) for value in queries.values_over(parts)]
    return render_template(
        "indicators/suppliers/index.html",
        mirrored=mirrored,
        to_improve=to_improve(mirrored),
        advice=ADVICE_SV,
        with_cases=OF_PLACEMENTS,
        by_month=queries.values_by_month(parts, months),
        is_empty=all(one.own.is_empty for one in mirrored),
        computed_at=computed_at(enterprise_id),
        definitions=[*SUPPLIERS, INDICATORS[Indicator.SUPPLIER_MEDIAN]],
        columns=[(definition.name_sv, "num text-wrap") for definition in SUPPLIERS],
    )


@bp.get(f"/manader.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def months_file(file_format: str) -> Response:
    months = _months()
    lines = [
        (
            f"{month:%Y-%m}",
            value.definition.name_sv,
            value.numerator,
            value.denominator,
            value.value,
            value.definition.unit_sv,
        )
        for month, values in queries.values_by_month(queries.monthly_parts(_enterprise_id(), months), months)
        for value in values
    ]
    return file_response(
        file_format, "nyckeltal", ("Månad", "Nyckeltal", "Täljare", "Nämnare", "Värde", "Enhet"), lines
    )


@bp.get("/placeringar")
@requires(Role.SUPPLIER_MANAGER)
def cases() -> ResponseReturnValue:
    form = CaseFilterForm()
    definition = INDICATORS[form.tal.data]
    found = queries.cases(_enterprise_id(), definition.key, _months()[0])
    return render_template(
        "indicators/suppliers/cases.html",
        form=form,
        definition=definition,
        advice_sv=ADVICE_SV[definition.key],
        since=_months()[0],
        page=queries.page_of_cases(found, page_number()),
    )


@bp.get(f"/placeringar.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def cases_file(file_format: str) -> Response:
    """By number: a file has no names."""
    definition = INDICATORS[CaseFilterForm().tal.data]
    lines = [
        (
            placement_number(case.placement_id),
            case.value.numerator,
            case.value.denominator,
            definition.unit_sv,
        )
        for case in queries.cases(_enterprise_id(), definition.key, _months()[0])
    ]
    header = ("Placering", "Täljare", "Nämnare", "Enhet")
    return file_response(file_format, f"nyckeltal-{definition.key}", header, lines)


def _months() -> list[date]:
    return months_back(clock.today(), _MONTHS)


def _enterprise_id() -> int:
    enterprise_id = current_actor().enterprise_id
    assert enterprise_id is not None, "a manager acts for an enterprise"
    return enterprise_id
