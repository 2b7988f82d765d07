"""Capacity on a day: kommuner × trades, on a map, and the enterprises behind a number."""

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from indicators.capacity import queries
from indicators.capacity.forms import DayFilterForm
from indicators.capacity.map_rules import KommunSeats, by_kommun, map_finding_sv, map_series
from indicators.capacity.queries import CapacityFilter
from indicators.capacity.rules import NUMBER_SV, Capacity, HeatTable, heat_table, number_of
from indicators.capacity.views.blueprint import HEADER, arguments_of, authority_id, bp, numbers
from indicators.changes.queries import computed_at
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.errors import NotFound
from marketplace.reference.queries import lists
from marketplace.web.charts import MAP_HEIGHT, bubble_map, svg_response
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires


@bp.get("")
@requires(Role.STRATEGIST)
def index() -> ResponseReturnValue:
    form, wanted = _asked()
    cells = queries.capacity_by_cell(authority_id(), wanted)
    table, found, positions = _table(cells), _kommuner(cells, wanted), lists().positions
    return render_template(
        "indicators/capacity/index.html",
        form=form,
        wanted=wanted,
        counted=queries.counted_days(authority_id()),
        arguments=arguments_of(form),
        table=table,
        columns=["Yrke", *((name, "text-center") for _, name in table.kommuner), ("Alla", "num")],
        number=form.visa.data,
        number_name=NUMBER_SV[form.visa.data],
        number_of=number_of,
        kommuner=found,
        finding=map_finding_sv(found),
        header=HEADER,
        numbers=numbers,
        has_map=any(one.code in positions for one in found),
        height=MAP_HEIGHT,
        computed_at=computed_at(authority_id()),
        definitions=[
            INDICATORS[key] for key in (Indicator.SEATS, Indicator.FREE_SEATS, Indicator.FREE_WITHIN)
        ],
    )


@bp.get("/karta.svg")
@requires(Role.STRATEGIST)
def chart() -> ResponseReturnValue:
    _, wanted = _asked()
    found = _kommuner(queries.capacity_by_cell(authority_id(), wanted), wanted)
    return svg_response(bubble_map(map_series(found, lists().positions)))


@bp.get(f"/tabell.{FILE}")
@requires(Role.STRATEGIST)
def table_file(file_format: str) -> Response:
    _, wanted = _asked()
    table = _table(queries.capacity_by_cell(authority_id(), wanted))
    lines = [
        (wanted.day.isoformat(), row.ssyk, row.name, code, name, *numbers(cell))
        for row in table.rows
        for (code, name), cell in zip(table.kommuner, row.cells, strict=True)
        if cell is not None
    ]
    header = ("Dag", "SSYK", "Yrke", "Kommunkod", "Kommun", *HEADER)
    return file_response(file_format, f"kapacitet-{wanted.day.isoformat()}", header, lines)


@bp.get(f"/kommuner.{FILE}")
@requires(Role.STRATEGIST)
def kommuner_file(file_format: str) -> Response:
    _, wanted = _asked()
    found = _kommuner(queries.capacity_by_cell(authority_id(), wanted), wanted)
    lines = [(wanted.day.isoformat(), one.code, one.name, *numbers(one.capacity)) for one in found]
    header = ("Dag", "Kommunkod", "Kommun", *HEADER)
    return file_response(file_format, f"kapacitet-kommuner-{wanted.day.isoformat()}", header, lines)


@bp.get("/<kommun_code>/<ssyk>")
@requires(Role.STRATEGIST)
def offers(kommun_code: str, ssyk: str) -> ResponseReturnValue:
    """The enterprises behind one number of the heat table."""
    form, wanted = _asked()
    trade, kommun = lists().trades.get(ssyk), lists().kommuner.get(kommun_code)
    if trade is None or kommun is None:
        raise NotFound("Det finns inget sådant yrke eller ingen sådan kommun. Gå tillbaka till Kapacitet.")
    rows = queries.offers(authority_id(), wanted.day, kommun_code, ssyk)
    return render_template(
        "indicators/capacity/offers.html",
        trade=trade,
        kommun=kommun,
        rows=rows,
        total=sum((row.capacity for row in rows), Capacity()),
        day=wanted.day,
        back=url_for("capacity.index", **arguments_of(form)),
        header=HEADER,
        numbers=numbers,
        computed_at=computed_at(authority_id()),
        definitions=[INDICATORS[key] for key in (Indicator.SEATS, Indicator.FREE_WITHIN)],
    )


@bp.get(f"/<kommun_code>/<ssyk>/tabell.{FILE}")
@requires(Role.STRATEGIST)
def offers_file(kommun_code: str, ssyk: str, file_format: str) -> Response:
    _, wanted = _asked()
    lines = [
        (wanted.day.isoformat(), ssyk, kommun_code, row.enterprise_name, *numbers(row.capacity))
        for row in queries.offers(authority_id(), wanted.day, kommun_code, ssyk)
    ]
    header = ("Dag", "SSYK", "Kommunkod", "Företag", *HEADER)
    return file_response(file_format, f"kapacitet-foretag-{wanted.day.isoformat()}", header, lines)


def _asked() -> tuple[DayFilterForm, CapacityFilter]:
    """Today, until another day is asked for."""
    there = queries.offered(authority_id())
    form = DayFilterForm(
        choices={
            "kommun": {"": "Alla kommuner"} | there.kommuner,
            "omrade": {"": "Alla områden"} | there.fields,
        }
    )
    if form.dag.data is None:
        form.dag.data = clock.today()
    return form, CapacityFilter(form.dag.data, form.kommun.data, form.omrade.data)


def _table(cells: dict[tuple[str, str], Capacity]) -> HeatTable:
    known = lists()
    return heat_table(
        cells,
        {ssyk: trade.plain_name for ssyk, trade in known.trades.items()},
        {code: kommun.name for code, kommun in known.kommuner.items()},
    )


def _kommuner(cells: dict[tuple[str, str], Capacity], wanted: CapacityFilter) -> list[KommunSeats]:
    """With those that the authority answers for and that have no seats, unless one kommun is asked for."""
    own = () if wanted.kommun_code else queries.own_kommun_codes(authority_id())
    return by_kommun(cells, {code: one.name for code, one in lists().kommuner.items()}, own)
