"""The funnel, how broad the choice was, what more could have been shown, and how differently women and men chose."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at, put_right
from indicators.choices import queries
from indicators.choices.models import BreadthNumber, ChoiceCell, ChoiceSegregation
from indicators.choices.rules import CHOICE_STEP_SV, STEPS_WITH_INTERVAL, ChoiceStep
from indicators.choices.table_rules import (
    SexTable,
    found_sv,
    more_sv,
    national_row,
    offer_rows,
    seen_rows,
    sex_table,
    spread_sv,
)
from indicators.choices.views.blueprint import (
    SHARE_HEADER,
    STEP_HEADER,
    Asked,
    asked,
    bp,
    counted_through,
    share_cells,
    step_lines,
)
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.segregation.rules import (
    NATIONAL_D_ALL_TRADES,
    NATIONAL_KM_ALL_TRADES,
    NATIONAL_YEAR_ALL_TRADES,
    duncan_d,
    karmel_maclachlan,
)
from marketplace.accounts.rules import Role
from marketplace.reference.rules import OWN_SEX_DOMINANCE_SV, SEX_PLURAL_SV, OwnSexDominance
from marketplace.web.charts import grouped_shares, share_height, stacked_shares, svg_response
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

_SHORT_SV = {
    OwnSexDominance.OWN: "Eget kön",
    OwnSexDominance.EVEN: "Jämnt",
    OwnSexDominance.OTHER: "Annat kön",
}


@bp.get("")
@requires(Role.STRATEGIST)
def index() -> ResponseReturnValue:
    asking = asked()
    country = queries.national()
    tables = _tables(asking, country)
    bars = _bars(tables)
    is_whole = asking.year is not None and not asking.key
    told = queries.breadth(asking.authority_id, asking.year) if asking.year and is_whole else {}
    offers = offer_rows(told)
    return render_template(
        "indicators/choices/index.html",
        asked=asking,
        form=asking.form,
        year=asking.year,
        through=counted_through(asking.authority_id),
        tables=tables,
        is_whole=is_whole,
        is_funnel=any(_reached(table) for table in tables),
        funnel_height=share_height(len(ChoiceStep) - 1),
        found_sv=found_sv(tables, asking.year) if asking.year else "",
        is_chart=bool(bars),
        chart_height=share_height(len(bars)),
        spread_sv=spread_sv(tables, asking.year) if asking.year else "",
        seen=seen_rows(told),
        offers=offers,
        more_sv=more_sv(offers),
        segregations=queries.segregations(asking.authority_id, asking.year) if asking.year else [],
        national_d=duncan_d(country.counts) if country else None,
        national_km=karmel_maclachlan(country.counts) if country else None,
        national_d_all=NATIONAL_D_ALL_TRADES,
        national_km_all=NATIONAL_KM_ALL_TRADES,
        national_year=country.year if country else None,
        national_year_all=NATIONAL_YEAR_ALL_TRADES,
        steps_with_interval=STEPS_WITH_INTERVAL,
        sex_names=SEX_PLURAL_SV,
        step_names=CHOICE_STEP_SV,
        own_names=OWN_SEX_DOMINANCE_SV,
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        computed_at=computed_at(asking.authority_id),
        put_right=put_right(asking.authority_id, [ChoiceCell, BreadthNumber, ChoiceSegregation], asking.year),
        definitions=INDICATORS,
        keys=Indicator,
    )


@bp.get("/diagram.svg")
@requires(Role.STRATEGIST)
def chart() -> ResponseReturnValue:
    bars = _bars(_tables(asked(), queries.national()))
    series = {
        _SHORT_SV[kind]: [values[position] for _, values in bars]
        for position, kind in enumerate(OwnSexDominance)
    }
    return svg_response(stacked_shares([label for label, _ in bars], series))


@bp.get("/steg.svg")
@requires(Role.STRATEGIST)
def funnel_chart() -> ResponseReturnValue:
    """Of what was shown, how much came to each step."""
    series = {table.name_sv: _reached(table) for table in _tables(asked(), None)}
    labels = [CHOICE_STEP_SV[step] for step in ChoiceStep if step is not ChoiceStep.SHOWN]
    return svg_response(grouped_shares(labels, {name: values for name, values in series.items() if values}))


@bp.get(f"/steg.{FILE}")
@requires(Role.STRATEGIST)
def steps_file(file_format: str) -> Response:
    asking = asked()
    lines = [line for table in _tables(asking, queries.national()) for line in step_lines(table)]
    return file_response(file_format, f"val-{asking.year or 'tom'}", STEP_HEADER, lines)


@bp.get(f"/bredd.{FILE}")
@requires(Role.STRATEGIST)
def breadth_file(file_format: str) -> Response:
    asking = asked()
    told = queries.breadth(asking.authority_id, asking.year) if asking.year else {}
    lines = [
        (SEX_PLURAL_SV[sex].capitalize(), "Deltagare", row.label_sv, *share_cells(share, has_interval=True))
        for row in seen_rows(told)
        for sex, share in zip(told, row.shares, strict=True)
    ]
    lines += [
        (
            SEX_PLURAL_SV[row.sex].capitalize(),
            "Valomgångar",
            f"Yrken: {OWN_SEX_DOMINANCE_SV[row.kind]}, {what}",
            *share_cells(share),
        )
        for row in offer_rows(told)
        for what, share in (
            ("visades", row.shown),
            ("kunde ha visats", row.could_have),
            ("ingen ledig plats", row.could_not),
        )
    ]
    name = f"val-bredd-{asking.year or 'tom'}"
    return file_response(file_format, name, ("Kön", "Räknat", "Vad", *SHARE_HEADER), lines)


@bp.get(f"/konsuppdelning.{FILE}")
@requires(Role.STRATEGIST)
def segregation_file(file_format: str) -> Response:
    asking = asked()
    rows = queries.segregations(asking.authority_id, asking.year) if asking.year else []
    lines: list[tuple[object, ...]] = []
    for row in rows:
        step_sv, has_interval = CHOICE_STEP_SV[row.step], row.step in STEPS_WITH_INTERVAL
        for name, weight, chance in (
            ("D", 1.0, (row.expected, row.chance_low, row.chance_high)),
            ("KM", row.weight, row.chance_of_km),
        ):
            interval = (weight * row.low, weight * row.high) if has_interval else (None, None)
            measured = (weight * row.d, *interval, *chance, row.adjusted)
            lines.append((f"{step_sv}: {name}", row.women, row.men, *measured))
    header = (
        "Mått",
        "För kvinnor",
        "För män",
        "Värde",
        "Intervall från",
        "Intervall till",
        "Av en slump",
        "Slump från",
        "Slump till",
        "Utöver slumpen",
    )
    return file_response(file_format, f"konsuppdelning-{asking.year or 'tom'}", header, lines)


def _tables(asking: Asked, country: queries.National | None) -> list[SexTable]:
    if asking.year is None:
        return []
    numbers = queries.numbers(asking.authority_id, asking.year, asking.by, asking.key)
    return [
        sex_table(
            sex,
            funnel,
            asking.by,
            asking.key,
            national_row(country.year, country.by_sex[sex]) if country else None,
        )
        for sex, funnel in numbers.items()
    ]


def _reached(table: SexTable) -> list[float | None]:
    """Of what was shown, the share that came to each later step; empty where none may be told."""
    shares = [row.of_shown.value if row.of_shown else None for row in table.rows if not row.is_national][1:]
    return shares if any(share is not None for share in shares) else []


def _bars(tables: list[SexTable]) -> list[tuple[str, tuple[float, ...]]]:
    """Rows of the chart: those where every share may be shown. The country alone is no chart of what happened here."""
    rows = [
        (table, row)
        for table in tables
        for row in table.rows
        if row.shares and all(share is not None and not share.is_empty for share in row.shares)
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
