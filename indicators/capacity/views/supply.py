"""What supply lacks: trades for those who wait, use of the seats between placements, and fresh information."""

from datetime import date, timedelta

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from enterprises.places.rules import CONFIRM_EVERY_DAYS
from indicators.capacity import queries, supply_queries
from indicators.capacity.forms import GapFilterForm, IdleFilterForm
from indicators.capacity.freshness_rules import EnterpriseFreshness, freshness_finding_sv
from indicators.capacity.gap_rules import ROOM_SV, ROOM_TONE, Gap, gaps, gaps_finding_sv
from indicators.capacity.idle_rules import Idle, idle_by, idle_finding_sv, idle_of
from indicators.capacity.map_rules import by_kommun
from indicators.capacity.models import CapacityGap
from indicators.capacity.queries import CapacityFilter
from indicators.capacity.rules import Capacity
from indicators.capacity.views.blueprint import arguments_of, authority_id, bp
from indicators.changes.queries import computed_at, put_right
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV
from marketplace import clock
from marketplace.accounts.queries import organisation_names
from marketplace.accounts.rules import Role
from marketplace.reference.queries import lists
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires


@bp.get("/luckor")
@requires(Role.STRATEGIST)
def lacking() -> ResponseReturnValue:
    form, month = _month()
    (found, seats), names = _gaps(month), _names()
    kommuner = by_kommun(seats, names, queries.own_kommun_codes(authority_id()))
    return render_template(
        "indicators/capacity/gaps.html",
        form=form,
        month=month,
        day=month and _end_of(month),
        arguments=arguments_of(form),
        whole=next((gap for gap in found if not gap.kommun_code and not gap.ssyk), None),
        kommuner=[gap for gap in found if gap.kommun_code and not gap.ssyk],
        trades=[gap for gap in found if gap.ssyk],
        without_seats=[one.name for one in kommuner if not one.capacity.seats],
        finding=gaps_finding_sv(found),
        names=names,
        room_names=ROOM_SV,
        room_tones=ROOM_TONE,
        suppressed_sv=SUPPRESSED_SV,
        computed_at=computed_at(authority_id()),
        put_right=month and put_right(authority_id(), [CapacityGap], month),
        definitions=[INDICATORS[Indicator.WAITING], INDICATORS[Indicator.FREE_WITHIN]],
    )


@bp.get(f"/luckor/tabell.{FILE}")
@requires(Role.STRATEGIST)
def gaps_file(file_format: str) -> Response:
    """Every cell, also those that may not be shown."""
    _, month = _month()
    shown = {(gap.kommun_code, gap.ssyk): gap for gap in _gaps(month)[0]}
    names = _names()
    lines = []
    for kommun_code, ssyk in supply_queries.waiting_by_cell(authority_id(), month) if month else ():
        gap = shown.get((kommun_code, ssyk))
        beside = (
            (gap.waiting, gap.capacity.seats, gap.capacity.free_within)
            if gap
            else (SUPPRESSED_SV, None, None)
        )
        lines.append((f"{month:%Y-%m}", kommun_code, names[kommun_code], ssyk, names[ssyk], *beside))
    header = ("Månad", "Kommunkod", "Kommun", "SSYK", "Yrke", "Väntar", "Platser", "Lediga inom 14 dagar")
    return file_response(file_format, "luckor", header, lines)


@bp.get("/tomma-dagar")
@requires(Role.STRATEGIST)
def idle() -> ResponseReturnValue:
    form, year, wanted = _idle_asked()
    whole, tables = _idle(year, wanted)
    return render_template(
        "indicators/capacity/idle.html",
        form=form,
        year=year,
        arguments=arguments_of(form),
        tables=tables,
        whole=whole,
        finding=idle_finding_sv(whole, year) if whole and year else "",
        computed_at=computed_at(authority_id()),
        definitions=[INDICATORS[Indicator.IDLE_DAYS]],
    )


@bp.get(f"/tomma-dagar/tabell.{FILE}")
@requires(Role.STRATEGIST)
def idle_file(file_format: str) -> Response:
    _, year, wanted = _idle_asked()
    lines = [
        (year, kind, name, one.gaps, one.mean, one.median)
        for kind, rows in _idle(year, wanted)[1].items()
        for name, one in rows.items()
    ]
    header = ("År", "Per", "Namn", "Mellanrum", "Medelvärde, dagar", "Median, dagar")
    return file_response(file_format, "tomma-dagar", header, lines)


@bp.get("/aktualitet")
@requires(Role.STRATEGIST)
def freshness() -> ResponseReturnValue:
    found = _fresh()
    return render_template(
        "indicators/capacity/freshness.html",
        rows=found,
        finding=freshness_finding_sv(found, CONFIRM_EVERY_DAYS),
        days=CONFIRM_EVERY_DAYS,
        today=clock.today(),
        definition=INDICATORS[Indicator.FRESHNESS],
    )


@bp.get(f"/aktualitet/tabell.{FILE}")
@requires(Role.STRATEGIST)
def freshness_file(file_format: str) -> Response:
    lines = [(one.name, one.places, one.unconfirmed, one.oldest) for one in _fresh()]
    header = (
        "Företag",
        "Arbetsträningsplatser",
        f"Obekräftade i {CONFIRM_EVERY_DAYS} dagar",
        "Äldsta bekräftelsen",
    )
    return file_response(file_format, "aktualitet", header, lines)


def _month() -> tuple[GapFilterForm, date | None]:
    """The newest, until another is asked for."""
    months = supply_queries.gap_months(authority_id())
    form = GapFilterForm(choices={"manad": {f"{month:%Y-%m}": f"{month:%Y-%m}" for month in months}})
    newest = months[0] if months else None
    return form, next((month for month in months if f"{month:%Y-%m}" == form.manad.data), newest)


def _gaps(month: date | None) -> tuple[list[Gap], dict[tuple[str, str], Capacity]]:
    """With the seats that there were on the month's last day."""
    if month is None:
        return [], {}
    seats = queries.capacity_by_cell(authority_id(), CapacityFilter(_end_of(month)))
    return gaps(supply_queries.waiting_by_cell(authority_id(), month), seats), seats


def _end_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _names() -> dict[str, str]:
    """Of kommuner and trades by code; '' is all."""
    known = lists()
    kommuner = {code: kommun.name for code, kommun in known.kommuner.items()}
    return {"": "Alla"} | kommuner | {ssyk: trade.plain_name for ssyk, trade in known.trades.items()}


def _idle_asked() -> tuple[IdleFilterForm, int | None, CapacityFilter]:
    """The newest year, until another is asked for."""
    there, years = queries.offered(authority_id()), supply_queries.idle_years(authority_id())
    form = IdleFilterForm(
        choices={
            "ar": {year: str(year) for year in years},
            "kommun": {"": "Alla kommuner"} | there.kommuner,
            "omrade": {"": "Alla områden"} | there.fields,
        }
    )
    form.ar.data = form.ar.data or (years[0] if years else None)
    return form, form.ar.data, CapacityFilter(clock.today(), form.kommun.data, form.omrade.data)


def _idle(year: int | None, wanted: CapacityFilter) -> tuple[Idle | None, dict[str, dict[str, Idle]]]:
    """All of them together, and by enterprise, kommun and trade."""
    if not year:
        return None, {}
    found = supply_queries.idle(authority_id(), year, wanted)
    codes = _names()
    return idle_of(found.all), {
        "Företag": idle_by(organisation_names(found.by_enterprise), found.by_enterprise),
        "Kommun": idle_by(codes, found.by_kommun),
        "Yrke": idle_by(codes, found.by_trade),
    }


def _fresh() -> list[EnterpriseFreshness]:
    return supply_queries.freshness(authority_id(), clock.today() - timedelta(days=CONFIRM_EVERY_DAYS))
