"""The reports that leave the authority: where they are, the year tables, and letters about them."""

from collections.abc import Sequence
from decimal import Decimal

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at, put_right
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.reports import queries, services
from indicators.reports.models import ReportCell
from indicators.reports.queries import YearReport, YearRow
from indicators.reports.rules import ABOUT_SV, COLUMNS, ENDPOINT, REPORT_SV, Report
from invoicing.budget.forms import YearFilter
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import Invalid
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.report.content_rules import EXIT_REASON_SV

bp = Blueprint("reports", __name__, url_prefix="/rapporter")

_READERS = (Role.STRATEGIST, Role.COORDINATOR)
_FIRST_YEAR = 2000
"""None of the address is earlier."""
SEX_COLUMNS = tuple(SEX_PLURAL_SV[sex].capitalize() for sex in Sex)
COLUMN_SV = tuple(INDICATORS[one].name_sv for one in COLUMNS)


@bp.get("")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    actor = current_actor()
    return render_template(
        "indicators/reports/index.html",
        reports=queries.readable(actor),
        subscribed=queries.subscribed(actor),
        REPORT_SV=REPORT_SV,
        ABOUT_SV=ABOUT_SV,
        ENDPOINT=ENDPOINT,
    )


@bp.post("/prenumerera")
@requires(*_READERS)
def subscribe() -> ResponseReturnValue:
    report = _named()
    with transaction():
        services.subscribe(report)
    flash(f"Du får ett brev varje månad: {REPORT_SV[report]}.", "success")
    return redirect(url_for("reports.index"))


@bp.post("/avsluta-prenumeration")
@requires(*_READERS)
def unsubscribe() -> ResponseReturnValue:
    report = _named()
    with transaction():
        services.unsubscribe(report)
    flash(f"Du får inga fler brev: {REPORT_SV[report]}.", "success")
    return redirect(url_for("reports.index"))


def _named() -> Report:
    try:
        return Report(request.form.get("report", ""))
    except ValueError:
        raise Invalid("Välj en rapport.") from None


@bp.get("/ar")
@requires(*_READERS)
def year() -> ResponseReturnValue:
    actor = current_actor()
    form, report = _asked()
    assert actor.authority_id is not None, "whoever reads reports acts for an authority"
    return render_template(
        "indicators/reports/year.html",
        form=form,
        report=report,
        sex_of=_sex_sv,
        columns=COLUMN_SV,
        sex_columns=SEX_COLUMNS,
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        computed_at=computed_at(actor.authority_id),
        put_right=put_right(actor.authority_id, [ReportCell], report.year) if report else None,
        definitions=[INDICATORS[one] for one in COLUMNS],
    )


@bp.get("/ar/deltagare")
@requires(Role.COORDINATOR)
def people() -> ResponseReturnValue:
    """Whom the year's numbers are of, to who may see them."""
    actor = current_actor()
    asked = min(max(request.args.get("ar", type=int) or today().year, _FIRST_YEAR), today().year)
    assert actor.authority_id is not None, "whoever reads reports acts for an authority"
    return render_template(
        "indicators/reports/people.html",
        year=asked,
        page=queries.people_of_year(actor.authority_id, asked, page_number()),
        EXIT_REASON_SV=EXIT_REASON_SV,
    )


@bp.get(f"/ar/insatser.{FILE}")
@requires(*_READERS)
def systems_file(file_format: str) -> Response:
    _, report = _asked()
    name = f"arstabell-{report.year if report else 'tom'}"
    return file_response(
        file_format, name, ("Insats", "Kön", *COLUMN_SV), _lines(report.by_system if report else ())
    )


@bp.get(f"/ar/alla-ar.{FILE}")
@requires(*_READERS)
def years_file(file_format: str) -> Response:
    _, report = _asked()
    return file_response(
        file_format, "ar-for-ar", ("År", "Kön", *COLUMN_SV), _lines(report.by_year if report else ())
    )


@bp.get(f"/ar/finsam.{FILE}")
@requires(*_READERS)
def finsam_file(file_format: str) -> Response:
    _, report = _asked()
    lines = [
        (row.system_name, *map(_shown, row.persons), Decimal(row.cost_ore) / 100)
        for row in (report.finsam if report else ())
    ]
    name = f"uppfoljning-finsam-{report.year if report else 'tom'}"
    return file_response(file_format, name, ("Insats", *SEX_COLUMNS, "Kronor"), lines)


def _asked() -> tuple[YearFilter, YearReport | None]:
    report = queries.year_report(current_actor(), request.args.get("ar", type=int))
    form = YearFilter(choices={"ar": {one: str(one) for one in (report.years if report else ())}})
    if report is not None:
        form.ar.data = report.year
    return form, report


def _lines(rows: Sequence[YearRow]) -> list[tuple[object, ...]]:
    return [(row.name, _sex_sv(row.sex), *map(_shown, row.numbers)) for row in rows]


def _sex_sv(sex: Sex | None) -> str:
    return "alla" if sex is None else SEX_PLURAL_SV[sex]


def _shown(number: int | None) -> object:
    return SUPPRESSED_SV if number is None else number
