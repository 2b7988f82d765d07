"""The strategist's view of capacity: kommuner × trades on a day, and over time."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from indicators.capacity import queries
from indicators.capacity.forms import CapacityFilterForm
from indicators.capacity.queries import CapacityFilter, MonthRow
from indicators.capacity.rules import NUMBER_SV, Capacity, HeatTable, finding_sv, heat_table, number_of
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.queries import computed_at
from indicators.suppliers.rules import months_back
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.errors import NotFound
from marketplace.reference.queries import kommuner, trades
from marketplace.tenancy import current_actor
from marketplace.web.charts import stacked_columns, svg_response
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("capacity", __name__, url_prefix="/kapacitet")

_MONTHS = 13
_HEADER = ("Platser", "Stängda", "Hållna", "Bokade", "Lediga", "Lediga inom 14 dagar")


@dataclass(frozen=True)
class _Asked:
    """The filter form with what it means."""

    form: CapacityFilterForm
    wanted: CapacityFilter
    counted: tuple[date, date] | None

    @property
    def arguments(self) -> dict[str, Any]:
        """The same filter as an address."""
        return {name: value for name, value in request.args.items() if value and name in self.form}


@bp.get("")
@requires(Role.STRATEGIST)
def index() -> ResponseReturnValue:
    authority_id = _authority_id()
    asked = _asked(authority_id)
    table = _table(authority_id, asked.wanted)
    rows = _months(authority_id, asked.wanted)
    lacking = queries.kommun_codes_without_seats(authority_id, asked.wanted.day)
    return render_template(
        "indicators/capacity/index.html",
        form=asked.form,
        wanted=asked.wanted,
        counted=asked.counted,
        arguments=asked.arguments,
        table=table,
        columns=["Yrke", *((name, "text-center") for _, name in table.kommuner), ("Alla", "num")],
        number=asked.form.visa.data,
        number_name=NUMBER_SV[asked.form.visa.data],
        number_of=number_of,
        rows=rows,
        finding=finding_sv([row.free for row in rows]),
        lacking=[kommun.name for kommun in kommuner(lacking)] if lacking else [],
        computed_at=computed_at(authority_id),
        definitions=INDICATORS,
        keys=Indicator,
    )


@bp.get("/diagram.svg")
@requires(Role.STRATEGIST)
def chart() -> ResponseReturnValue:
    authority_id = _authority_id()
    rows = _months(authority_id, _asked(authority_id).wanted)
    series = {
        "Bokade": [row.booked for row in rows],
        "Hållna": [row.held for row in rows],
        "Stängda": [row.closed for row in rows],
        "Lediga": [row.free for row in rows],
    }
    return svg_response(stacked_columns([f"{row.month:%Y-%m}" for row in rows], series))


@bp.get(f"/tabell.{FILE}")
@requires(Role.STRATEGIST)
def table_file(file_format: str) -> Response:
    authority_id = _authority_id()
    wanted = _asked(authority_id).wanted
    table = _table(authority_id, wanted)
    lines = [
        (wanted.day.isoformat(), row.ssyk, row.name, code, name, *_numbers(cell))
        for row in table.rows
        for (code, name), cell in zip(table.kommuner, row.cells, strict=True)
        if cell is not None
    ]
    header = ("Dag", "SSYK", "Yrke", "Kommunkod", "Kommun", *_HEADER)
    return file_response(file_format, f"kapacitet-{wanted.day.isoformat()}", header, lines)


@bp.get(f"/manader.{FILE}")
@requires(Role.STRATEGIST)
def months_file(file_format: str) -> Response:
    authority_id = _authority_id()
    rows = _months(authority_id, _asked(authority_id).wanted)
    lines = [
        (
            f"{row.month:%Y-%m}",
            *(round(n, 1) for n in (row.seats, row.closed, row.held, row.booked, row.free)),
        )
        for row in rows
    ]
    return file_response(file_format, "kapacitet-per-manad", ("Månad", *_HEADER[:5]), lines)


@bp.get("/<kommun_code>/<ssyk>")
@requires(Role.STRATEGIST)
def offers(kommun_code: str, ssyk: str) -> ResponseReturnValue:
    """The enterprises behind one number of the heat table."""
    authority_id = _authority_id()
    asked = _asked(authority_id)
    trade = next((trade for trade in trades() if trade.ssyk == ssyk), None)
    kommun = next(iter(kommuner([kommun_code])), None)
    rows = queries.offers(authority_id, asked.wanted.day, kommun_code, ssyk)
    if trade is None or kommun is None:
        raise NotFound("Det finns inget sådant yrke eller ingen sådan kommun. Gå tillbaka till Kapacitet.")
    return render_template(
        "indicators/capacity/offers.html",
        trade=trade,
        kommun=kommun,
        rows=rows,
        total=sum((row.capacity for row in rows), Capacity()),
        day=asked.wanted.day,
        back=url_for("capacity.index", **asked.arguments),
        computed_at=computed_at(authority_id),
        definitions=INDICATORS,
        keys=Indicator,
    )


@bp.get(f"/<kommun_code>/<ssyk>/tabell.{FILE}")
@requires(Role.STRATEGIST)
def offers_file(kommun_code: str, ssyk: str, file_format: str) -> Response:
    authority_id = _authority_id()
    day = _asked(authority_id).wanted.day
    rows = queries.offers(authority_id, day, kommun_code, ssyk)
    lines = [
        (day.isoformat(), ssyk, kommun_code, row.enterprise_name, *_numbers(row.capacity)) for row in rows
    ]
    header = ("Dag", "SSYK", "Kommunkod", "Företag", *_HEADER)
    return file_response(file_format, f"kapacitet-foretag-{day.isoformat()}", header, lines)


def _authority_id() -> int:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "a strategist acts for an authority"
    return authority_id


def _asked(authority_id: int) -> _Asked:
    codes = queries.kommun_codes_with_seats(authority_id)
    form = CapacityFilterForm(
        choices={
            "kommun": {"": "Alla kommuner"} | {kommun.code: kommun.name for kommun in kommuner(codes)},
            "omrade": {"": "Alla områden"}
            | {field.concept_id: field.name for field in queries.fields_with_seats(authority_id)},
        }
    )
    if form.dag.data is None:
        form.dag.data = clock.today()
    day = form.dag.data
    return _Asked(
        form, CapacityFilter(day, form.kommun.data, form.omrade.data), queries.counted_days(authority_id)
    )


def _table(authority_id: int, wanted: CapacityFilter) -> HeatTable:
    cells = queries.capacity_by_cell(authority_id, wanted)
    return heat_table(
        cells,
        {trade.ssyk: trade.plain_name for trade in trades()},
        {kommun.code: kommun.name for kommun in kommuner()},
    )


def _months(authority_id: int, wanted: CapacityFilter) -> list[MonthRow]:
    """Thirteen months that end with the day's, so that the first and last are the same time of year."""
    last = min(wanted.day, clock.today() - timedelta(days=1))
    return queries.months(authority_id, wanted, months_back(last, _MONTHS)[0], last)


def _numbers(capacity: Capacity) -> tuple[int, ...]:
    return (
        capacity.seats,
        capacity.closed,
        capacity.held,
        capacity.booked,
        capacity.free,
        capacity.free_within,
    )
