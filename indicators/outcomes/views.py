"""What came of training, how well and how fast, for those who plan; and every number of it compared."""

from collections.abc import Iterable

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at, put_right
from indicators.definitions.keys import Definition, Indicator, Measure
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.measures.models import MeasureCell
from indicators.measures.queries import counted_years
from indicators.measures.rules import DIMENSION_SV, Dimension
from indicators.outcomes import queries
from indicators.outcomes.forms import CompareForm
from indicators.outcomes.funnel_rules import DIFFERENCE_SV, funnel
from indicators.outcomes.models import MixCell
from indicators.outcomes.queries import Comparison, Row
from indicators.suppliers.rules import Value
from invoicing.budget.forms import YearFilter
from marketplace.accounts.rules import Role
from marketplace.reference.rules import SEX_PLURAL_SV
from marketplace.tenancy import current_actor, own_authority
from marketplace.web import charts
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("outcomes", __name__, url_prefix="/resultat")

READERS = (Role.STRATEGIST, Role.COORDINATOR)
_HIDDEN = {"suppressed_sv": SUPPRESSED_SV, "why_suppressed_sv": WHY_SUPPRESSED_SV}
_PARTS = ("Täljare", "Nämnare", "Värde", "Intervall från", "Intervall till", "Räknas i")


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    authority_id = own_authority()
    form = asked_year()
    year = form.ar.data
    sections = queries.overview(authority_id, year) if year else {}
    return render_template(
        "indicators/outcomes/index.html",
        form=form,
        year=year,
        sections=sections,
        sexes=queries.SEXES,
        sex_names=SEX_PLURAL_SV,
        computed_at=computed_at(authority_id),
        put_right=put_right(authority_id, [MeasureCell], year) if year else None,
        sees_rows=_sees_rows(),
        **_HIDDEN,
    )


@bp.get(f"/tal.{FILE}")
@requires(*READERS)
def index_file(file_format: str) -> Response:
    year = asked_year().ar.data
    lines = [
        (title_sv, row.definition.name_sv, name_sv, *_parts(row.definition, value))
        for title_sv, rows in (queries.overview(own_authority(), year) if year else {}).items()
        for row in rows
        for name_sv, value in _columns(row)
    ]
    return file_response(file_format, f"resultat-{year or 'tom'}", ("Del", "Tal", "Kön", *_PARTS), lines)


def _columns(row: Row) -> Iterable[tuple[str, Value | None]]:
    yield "alla", row.whole
    for sex, value in row.by_sex.items():
        yield SEX_PLURAL_SV[sex], value


@bp.get("/jamfor")
@requires(*READERS)
def compare() -> ResponseReturnValue:
    authority_id = own_authority()
    form, compared = _asked()
    year, by, definition = form.ar.data, form.per.data, INDICATORS[form.tal.data]
    is_funnel = compared is not None and _is_funnel(compared)
    is_supplier = by is Dimension.SUPPLIER
    mix = queries.mix(authority_id, year if is_supplier else None)
    return render_template(
        "indicators/outcomes/compare.html",
        form=form,
        year=year,
        compared=compared,
        definition=definition,
        by_sv=DIMENSION_SV[by].lower(),
        sees_rows=_sees_rows(),
        is_counted_by=by in queries.DIMENSIONS_OF[definition.key],
        arguments={"ar": year, "tal": definition.key.value, "per": by.value},
        is_funnel=is_funnel,
        chart_height=charts.FUNNEL_HEIGHT
        if is_funnel
        else charts.share_height(len(compared.told) if compared else 0),
        difference_names=DIFFERENCE_SV,
        mix=mix,
        mix_columns=["Leverantör", *((label, "num") for label in mix.labels)],
        computed_at=computed_at(authority_id),
        put_right=put_right(authority_id, [MeasureCell, *([MixCell] if is_supplier else [])], year)
        if year
        else None,
        definitions=[definition, INDICATORS[Indicator.COMPARED]]
        + ([INDICATORS[Indicator.CASE_MIX]] if is_supplier else []),
        **_HIDDEN,
    )


@bp.get("/jamfor/diagram.svg")
@requires(*READERS)
def chart() -> ResponseReturnValue:
    _, compared = _asked()
    if compared is None:
        return charts.svg_response(charts.bars([], []))
    names, values = [name for name, _ in compared.told], [value for _, value in compared.told]
    if _is_funnel(compared):
        return charts.svg_response(_funnel(compared))
    bounds = [value.interval for value in values]
    if all(bounds):
        shares = [value.value or 0.0 for value in values]
        return charts.svg_response(charts.intervals(names, shares, [one for one in bounds if one]))
    hundreds = 100 if compared.definition.measure is Measure.SHARE else 1
    return charts.svg_response(charts.bars(names, [(value.value or 0.0) * hundreds for value in values]))


def _is_funnel(compared: Comparison) -> bool:
    return compared.by is Dimension.SUPPLIER and bool(compared.differences)


def _funnel(compared: Comparison) -> bytes:
    points = [(float(value.denominator), value.value or 0.0) for _, value in compared.told]
    most = max(value.denominator for _, value in compared.told)
    mean = compared.whole.value if compared.whole else None
    assert mean is not None, "a difference is from the whole"
    limits = funnel(most, mean)
    return charts.funnel(
        {
            "Alla tillsammans": [[(1, mean), (most, mean)]],
            "Slumpen, 95 %": [
                [(one.cases, one.low_95) for one in limits],
                [(one.cases, one.high_95) for one in limits],
            ],
            "Slumpen, 99,8 %": [
                [(one.cases, one.low_998) for one in limits],
                [(one.cases, one.high_998) for one in limits],
            ],
        },
        "En leverantör",
        points,
    )


@bp.get(f"/jamfor/tal.{FILE}")
@requires(*READERS)
def compare_file(file_format: str) -> Response:
    form, compared = _asked()
    lines = [
        (
            group.name,
            *_parts(INDICATORS[form.tal.data], group.value),
            group.difference and DIFFERENCE_SV[group.difference],
        )
        for group in (compared.groups if compared else [])
    ]
    header = (DIMENSION_SV[form.per.data], *_PARTS, "Jämfört med alla")
    return file_response(file_format, f"jamfort-{form.tal.data}-{form.ar.data or 'tom'}", header, lines)


@bp.get(f"/jamfor/deltagare.{FILE}")
@requires(*READERS)
def mix_file(file_format: str) -> Response:
    year = _asked()[0].ar.data
    mix = queries.mix(own_authority(), year)
    lines = [
        (name, label, SUPPRESSED_SV if (number := mix.placements[supplier, by, key]) is None else number)
        for supplier, name in mix.suppliers.items()
        for by, columns in mix.columns.items()
        for key, label in columns.items()
    ]
    return file_response(
        file_format, f"deltagare-{year or 'tom'}", ("Leverantör", "Deltagare", "Placeringar"), lines
    )


def _asked() -> tuple[CompareForm, Comparison | None]:
    """The latest year, until another is asked for; nothing before anything is counted."""
    years = counted_years(own_authority())
    form = CompareForm(choices={"ar": {year: str(year) for year in years}})
    if not years:
        return form, None
    form.ar.data = form.ar.data or years[0]
    return form, queries.comparison(own_authority(), form.ar.data, form.tal.data, form.per.data)


def asked_year() -> YearFilter:
    years = counted_years(own_authority())
    form = YearFilter(choices={"ar": {year: str(year) for year in years}})
    form.ar.data = form.ar.data or (years[0] if years else None)
    return form


def _parts(definition: Definition, value: Value | None) -> tuple[object, ...]:
    if value is None:
        return (*[SUPPRESSED_SV] * 3, None, None, definition.unit_sv)
    low, high = value.interval or (None, None)
    is_count = definition.measure is Measure.COUNT
    numbers = (value.numerator, None, None) if is_count else (value.numerator, value.denominator, value.value)
    return (*numbers, low, high, definition.unit_sv)


def _sees_rows() -> bool:
    """Whether the reader may open the rows behind a number: she sees the persons."""
    return current_actor().role is Role.COORDINATOR
