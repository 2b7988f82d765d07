"""The rows behind a number, for those who see the persons."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV
from indicators.measures import queries
from indicators.measures.forms import BehindForm
from indicators.measures.row_queries import WITH_ROWS, behind, counting_of
from indicators.measures.rules import DIMENSION_SV, Dimension
from indicators.suppliers.rules import Value
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.guards import requires

bp = Blueprint("measures", __name__, url_prefix="/nyckeltal/rader")


@bp.get("")
@requires(Role.COORDINATOR, Role.CASE_OFFICER)
def index() -> ResponseReturnValue:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "those who place act for an authority"
    years = queries.counted_years(authority_id, WITH_ROWS)
    names = {indicator: INDICATORS[indicator].name_sv for indicator in WITH_ROWS}
    asked = BehindForm(choices={"tal": names, "ar": {year: str(year) for year in years}, "urval": {}})
    indicator, year = asked.tal.data or WITH_ROWS[0], asked.ar.data or next(iter(years), None)
    published = queries.cells(authority_id, year, [indicator]) if year else {indicator: {}}
    groups = {
        f"{by}:{key}": "Alla" if by is Dimension.ALL else f"{DIMENSION_SV[by]}: {name}"
        for by in Dimension
        for key, name in queries.key_names(published, by).items()
    }
    form = BehindForm(choices={"tal": names, "ar": {one: str(one) for one in years}, "urval": groups})
    form.tal.data, form.ar.data = indicator, year
    by, _, key = (form.urval.data or f"{Dimension.ALL}:").partition(":")
    definition = INDICATORS[indicator]
    parts = published[indicator].get(Dimension(by), {}).get(key)
    counted_at, found = computed_at(authority_id), None
    if year and counted_at:
        counted_on = counted_at.astimezone(clock.STOCKHOLM).date()
        found = behind(authority_id, indicator, year, (Dimension(by), key), counted_on, page_number())
    return render_template(
        "indicators/measures/index.html",
        form=form,
        definition=definition,
        has_part=bool(counting_of(indicator)[1].part),
        number=Value(definition, *parts) if parts else None,
        own=Value(definition, found.numerator, found.denominator) if found else None,
        page=found.page if found else None,
        day_sv=counting_of(indicator)[0].day_sv,
        suppressed_sv=SUPPRESSED_SV,
        has_supplier=Dimension.SUPPLIER in counting_of(indicator)[0].dimensions,
        computed_at=counted_at,
    )
