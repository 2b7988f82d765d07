"""Capacity over time: thirteen months behind, and eight weeks ahead from what is booked now."""

from datetime import date, timedelta
from typing import Final, Literal

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from indicators.capacity import queries
from indicators.capacity.forms import OverTimeFilterForm
from indicators.capacity.queries import AverageRow, CapacityFilter
from indicators.capacity.rules import PeriodUnit, finding_sv, forecast_sv
from indicators.capacity.views.blueprint import HEADER, arguments_of, authority_id, bp
from indicators.changes.queries import computed_at
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.suppliers.rules import months_back
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.web.charts import stacked_columns, svg_response
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_MONTHS: Final = 13
"""So that the first and the last are the same time of year."""
_HEADER: Final = HEADER[:5]
_PERIODS: Final = "<any(manader, veckor):period>"
Period = Literal["manader", "veckor"]


@bp.get("/over-tid")
@requires(Role.STRATEGIST)
def over_time() -> ResponseReturnValue:
    form, wanted = _asked()
    months, weeks = _rows(wanted, "manader"), _rows(wanted, "veckor")
    return render_template(
        "indicators/capacity/over_time.html",
        form=form,
        arguments=arguments_of(form),
        header=_HEADER,
        parts=[
            ("manader", finding_sv([row.free for row in months]), "Månad", months),
            ("veckor", forecast_sv([row.free for row in weeks]), "Vecka", weeks),
        ],
        label=_label,
        cells=_cells,
        computed_at=computed_at(authority_id()),
        definitions=[INDICATORS[key] for key in (Indicator.SEATS, Indicator.FORECAST)],
    )


@bp.get(f"/over-tid/{_PERIODS}.svg")
@requires(Role.STRATEGIST)
def over_time_chart(period: Period) -> ResponseReturnValue:
    rows = _rows(_asked()[1], period)
    series = {
        "Bokade": [row.booked for row in rows],
        "Hållna": [row.held for row in rows],
        "Stängda": [row.closed for row in rows],
        "Lediga": [row.free for row in rows],
    }
    return svg_response(stacked_columns([_label(row, period) for row in rows], series))


@bp.get(f"/over-tid/{_PERIODS}.{FILE}")
@requires(Role.STRATEGIST)
def over_time_file(period: Period, file_format: str) -> Response:
    lines = [(_label(row, period), *_cells(row)) for row in _rows(_asked()[1], period)]
    name = "Månad" if period == "manader" else "Vecka"
    return file_response(file_format, f"kapacitet-{period}", (name, *_HEADER), lines)


def _asked() -> tuple[OverTimeFilterForm, CapacityFilter]:
    there = queries.offered(authority_id())
    form = OverTimeFilterForm(
        choices={
            "kommun": {"": "Alla kommuner"} | there.kommuner,
            "omrade": {"": "Alla områden"} | there.fields,
            "yrke": {"": "Alla yrken"} | there.trades,
            "foretag": {"": "Alla företag"} | there.enterprises,
        }
    )
    return form, CapacityFilter(
        clock.today(), form.kommun.data, form.omrade.data, form.yrke.data, form.foretag.data
    )


def _rows(wanted: CapacityFilter, period: Period) -> list[AverageRow]:
    """Months up to yesterday; weeks from this one's Monday, as long ahead as is counted."""
    today = wanted.day
    if period == "manader":
        first = months_back(today - timedelta(days=1), _MONTHS)[0]
        return queries.averages(authority_id(), wanted, PeriodUnit.MONTH, first)
    monday = today - timedelta(days=today.weekday())
    return queries.averages(authority_id(), wanted, PeriodUnit.WEEK, monday)


def _label(row: AverageRow, period: Period) -> str:
    day: date = row.first_day
    return f"{day:%Y-%m}" if period == "manader" else f"v. {day.isocalendar().week}"


def _cells(row: AverageRow) -> tuple[float, ...]:
    return tuple(round(number, 1) for number in (row.seats, row.closed, row.held, row.booked, row.free))
