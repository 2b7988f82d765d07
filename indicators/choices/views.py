"""What women and men were shown and chose, seen by the strategist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from indicators.changes.queries import put_right
from indicators.choices import queries
from indicators.choices.forms import ChoicesFilterForm
from indicators.choices.models import ChoiceCell, ChoiceSegregation
from indicators.choices.rules import (
    ALL,
    CHOICE_STEP_SV,
    KOMMUN_STEPS,
    STEPS_WITH_INTERVAL,
    ChoiceStep,
    counted_until,
)
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.queries import computed_at
from indicators.rules import Share
from indicators.segregation.rules import NATIONAL_D_ALL_TRADES, NATIONAL_YEAR_ALL_TRADES, duncan_d
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.reference.queries import kommuner
from marketplace.reference.rules import (
    DOMINANCE_SV,
    OWN_SEX_DOMINANCE_SV,
    SEX_PLURAL_SV,
    OwnSexDominance,
    Sex,
)
from marketplace.tenancy import current_actor
from marketplace.web.charts import share_height, stacked_shares, svg_response
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("choices", __name__, url_prefix="/val-och-kon")

_SHORT_SV = {
    OwnSexDominance.OWN: "Eget kön",
    OwnSexDominance.EVEN: "Jämnt",
    OwnSexDominance.OTHER: "Annat kön",
}
_SHARE_HEADER = ("Antal", "Av", "Andel", "Intervall från", "Intervall till")


@dataclass(frozen=True)
class StepRow:
    """One step for one sex: the shares that may be shown, in the order own, even, other."""

    label_sv: str
    total: int | None
    shares: tuple[Share | None, ...]
    has_interval: bool = False
    is_national: bool = False


@dataclass(frozen=True)
class SexTable:
    sex: Sex
    name_sv: str
    rows: tuple[StepRow, ...]

    @property
    def is_all_hidden(self) -> bool:
        return all(row.total is None for row in self.rows if not row.is_national)


@dataclass(frozen=True)
class _Asked:
    form: ChoicesFilterForm
    year: int | None
    kommun_code: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The same filter as an address."""
        return {name: value for name, value in request.args.items() if value and name in self.form}


@bp.get("")
@requires(Role.STRATEGIST)
def index() -> ResponseReturnValue:
    authority_id = _authority_id()
    asked = _asked(authority_id)
    computed = computed_at(authority_id)
    tables = _tables(authority_id, asked)
    bars = _bars(tables)
    trades = _trades(authority_id, asked)
    country = queries.national()
    return render_template(
        "indicators/choices/index.html",
        form=asked.form,
        year=asked.year,
        through=_counted_through(computed) if computed else None,
        kommun_code=asked.kommun_code,
        arguments=asked.arguments,
        tables=tables,
        is_chart=bool(bars),
        chart_height=share_height(len(bars)),
        finding=_finding(tables, asked.year),
        trades=[row for row in trades if row.is_any_shown],
        hidden_trades=[row.name for row in trades if not row.is_any_shown],
        segregations=queries.segregations(authority_id, asked.year) if asked.year else [],
        national_d=duncan_d(country.counts) if country else None,
        national_d_all=NATIONAL_D_ALL_TRADES,
        national_year=country.year if country else None,
        national_year_all=NATIONAL_YEAR_ALL_TRADES,
        steps_with_interval=STEPS_WITH_INTERVAL,
        sexes=queries.SEXES,
        sex_names=SEX_PLURAL_SV,
        step_names=CHOICE_STEP_SV,
        dominance_names=DOMINANCE_SV,
        own_names=OWN_SEX_DOMINANCE_SV,
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        computed_at=computed,
        put_right=put_right(authority_id, [ChoiceCell, ChoiceSegregation], asked.year),
        definitions=INDICATORS,
        keys=Indicator,
    )


@bp.get("/diagram.svg")
@requires(Role.STRATEGIST)
def chart() -> ResponseReturnValue:
    authority_id = _authority_id()
    bars = _bars(_tables(authority_id, _asked(authority_id)))
    series = {
        _SHORT_SV[kind]: [values[position] for _, values in bars]
        for position, kind in enumerate(OwnSexDominance)
    }
    return svg_response(stacked_shares([label for label, _ in bars], series))


@bp.get(f"/steg.{FILE}")
@requires(Role.STRATEGIST)
def steps_file(file_format: str) -> Response:
    authority_id = _authority_id()
    asked = _asked(authority_id)
    lines = [
        (table.name_sv, row.label_sv, OWN_SEX_DOMINANCE_SV[kind], *_share_cells(share, row))
        for table in _tables(authority_id, asked)
        for row in table.rows
        for kind, share in zip(OwnSexDominance, row.shares, strict=True)
    ]
    return file_response(
        file_format, f"val-{asked.year or 'tom'}", ("Kön", "Steg", "Yrken", *_SHARE_HEADER), lines
    )


@bp.get(f"/yrken.{FILE}")
@requires(Role.STRATEGIST)
def trades_file(file_format: str) -> Response:
    authority_id = _authority_id()
    asked = _asked(authority_id)
    rows = [row for row in _trades(authority_id, asked) if row.is_any_shown]
    lines = [
        (
            row.ssyk,
            row.name,
            DOMINANCE_SV[row.dominance],
            *(_or_hidden(of_step.get(sex)) for of_step in (row.shown, row.chosen) for sex in queries.SEXES),
        )
        for row in rows
    ]
    header = (
        "SSYK",
        "Yrke",
        "I landet",
        "Visades kvinnor",
        "Visades män",
        "Valdes av kvinnor",
        "Valdes av män",
    )
    return file_response(file_format, f"val-yrken-{asked.year or 'tom'}", header, lines)


def _authority_id() -> int:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "a strategist acts for an authority"
    return authority_id


def _asked(authority_id: int) -> _Asked:
    years = queries.counted_years(authority_id)
    asked_year = request.args.get("ar", type=int)
    year = asked_year if asked_year in years else (years[0] if years else None)
    codes = queries.counted_kommun_codes(authority_id, year) if year else []
    form = ChoicesFilterForm(
        choices={
            "ar": {year: str(year) for year in years},
            "kommun": {"": "Alla kommuner"} | {kommun.code: kommun.name for kommun in kommuner(codes)},
        }
    )
    return _Asked(form, year, form.kommun.data or ALL)


def _tables(authority_id: int, asked: _Asked) -> list[SexTable]:
    if asked.year is None:
        return []
    found = queries.steps_by_own_sex(authority_id, asked.year, asked.kommun_code)
    country = queries.national()
    tables = []
    for sex in queries.SEXES:
        rows = [
            _row(CHOICE_STEP_SV[step], found[sex][step], has_interval=step in STEPS_WITH_INTERVAL)
            for step in (KOMMUN_STEPS if asked.kommun_code else ChoiceStep)
            if step in found.get(sex, {})
        ]
        if rows and country:
            employed = country.by_sex[sex]
            numbers: dict[Any, int] = {None: sum(employed.values()), **employed}
            rows.append(_row(f"Anställda i landet {country.year}", numbers, is_national=True))
        if rows:
            tables.append(SexTable(sex, SEX_PLURAL_SV[sex].capitalize(), tuple(rows)))
    return tables


def _row(label_sv: str, numbers: Mapping[Any, int | None], **marks: bool) -> StepRow:
    total = numbers.get(None)
    shares = tuple(
        None if total is None or (part := numbers.get(kind, 0)) is None else Share(part, total)
        for kind in OwnSexDominance
    )
    return StepRow(label_sv, total, shares, **marks)


def _trades(authority_id: int, asked: _Asked) -> list[queries.TradeRow]:
    """Trade by trade, which is published for all kommuner together only."""
    if asked.year is None or asked.kommun_code:
        return []
    return queries.trade_rows(authority_id, asked.year)


def _bars(tables: list[SexTable]) -> list[tuple[str, tuple[float, ...]]]:
    """Rows of the chart: those where every share may be shown. The country alone is no chart of what happened here."""
    rows = [
        (table, row)
        for table in tables
        for row in table.rows
        if all(share is not None and not share.is_empty for share in row.shares)
    ]
    if all(row.is_national for _, row in rows):
        return []
    return [
        (
            f"{table.name_sv}: {row.label_sv.lower()}",
            tuple(share.value or 0.0 for share in row.shares if share is not None),
        )
        for table, row in rows
    ]


def _finding(tables: list[SexTable], year: int | None) -> str:
    """The chart's heading: what was shown of trades dominated by the own sex, as far as it may be told."""
    told = [
        f"{share.percent_sv} ({table.name_sv.lower()})"
        for table in tables
        if (share := table.rows[0].shares[0]) is not None and not share.is_empty
    ]
    if not told:
        return f"Fördelningen över yrken {year}"
    return f"Av det som visades {year} var {' och '.join(told)} yrken dominerade av det egna könet"


def _counted_through(computed: datetime) -> date:
    return counted_until(computed.astimezone(clock.STOCKHOLM).date()) - timedelta(days=1)


def _share_cells(share: Share | None, row: StepRow) -> tuple[object, ...]:
    if share is None:
        return (SUPPRESSED_SV, _or_hidden(row.total), SUPPRESSED_SV, None, None)
    low, high = (row.has_interval and share.interval) or (None, None)
    return (share.numerator, share.denominator, share.value, low, high)


def _or_hidden(number: int | None) -> object:
    return SUPPRESSED_SV if number is None else number
