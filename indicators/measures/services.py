"""Counts the measures of a year, and stores only what may be shown."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import text

from indicators.changes.services import publish
from indicators.measures.cohort_queries import COHORTS, COLUMN_OF, Cohort, asked, rows_counted
from indicators.measures.models import MeasureCell
from indicators.measures.rules import (
    CROSSES,
    EVERYONE,
    Count,
    Dimension,
    Group,
    Table,
    counted_until,
    hidden_cells,
    settled_until,
)
from marketplace import clock
from marketplace.db import db
from marketplace.reference.rules import Sex

Sums = dict[str, dict[Group, int]]


def compute_measures(authority_id: int, years: Collection[int]) -> None:
    """Counts the years anew, up to the last whole month. Act as the system for the authority."""
    until = counted_until(clock.today())
    for year in years:
        of = {"authority_id": authority_id, "year": year}
        publish(MeasureCell, of, settled_until(year, until), rows_of_year(authority_id, year, until))


def rows_of_year(authority_id: int, year: int, until: date) -> Iterator[dict[str, Any]]:
    for cohort in COHORTS:
        yield from _rows(cohort, authority_id, year, until)


def _rows(cohort: Cohort, authority_id: int, year: int, until: date) -> Iterator[dict[str, Any]]:
    ends = min(date(year + 1, 1, 1), counted_until(until, cohort.months_late))
    table, sums = _counted(cohort, asked(authority_id, date(year, 1, 1), ends, until))
    if not table.columns["true"][EVERYONE].cases:
        return
    hidden = hidden_cells(table)
    for counting in cohort.countings:
        key = counting.indicator
        for group in (group for group in table.columns["true"] if len(group) < 2):
            denominator = sums.get(f"{key} per", {}).get(group, table.columns[counting.of][group].cases)
            if counting.part:
                numerator, deciding = table.columns[key][group].cases, {(counting.of, group), (key, group)}
            else:
                numerator, deciding = sums.get(key, {}).get(group, denominator), {(counting.of, group)}
            is_shown = not deciding & hidden
            by, value = group[0] if group else (Dimension.ALL, "")
            yield {
                "indicator": key,
                "by": by,
                "key": value,
                "numerator": numerator if is_shown else None,
                "denominator": denominator if is_shown else None,
            }


def _counted(cohort: Cohort, parameters: dict[str, Any]) -> tuple[Table, Sums]:
    """The cohort's conditions and sums, by group, in one statement."""
    conditions: dict[str, str] = {"true": "true"} | {
        counting.of: counting.of for counting in cohort.countings
    }
    cases = tuple(conditions)
    conditions |= {one.indicator: f"{one.of} AND {one.part}" for one in cohort.countings if one.part}
    summed: dict[str, tuple[str, str]] = {
        one.indicator: (one.amount, one.of) for one in cohort.countings if one.amount
    }
    summed |= {f"{one.indicator} per": (one.per, one.of) for one in cohort.countings if one.per != "1"}
    sets = [(), *((dimension,) for dimension in cohort.dimensions)]
    sets += [pair for pair in CROSSES if set(pair) <= set(cohort.dimensions)]
    numbers = [
        part
        for condition in conditions.values()
        for part in (
            f"count(*) FILTER (WHERE {condition})",
            f"count(*) FILTER (WHERE is_first AND {condition})",
        )
    ] + [f"coalesce(sum({amount}) FILTER (WHERE {of}), 0)" for amount, of in summed.values()]
    names = [COLUMN_OF[dimension] for dimension in cohort.dimensions]
    statement = f"""
        WITH {rows_counted(cohort, "counted")}
        SELECT {", ".join(f"CASE WHEN grouping({name}) = 0 THEN {name} :: text END" for name in names)},
               {", ".join(numbers)}
        FROM counted
        GROUP BY GROUPING SETS ({", ".join(f"({', '.join(COLUMN_OF[one] for one in keys)})" for keys in sets)})
    """  # noqa: S608 - made of this package's own words
    columns: dict[str, dict[Group, Count]] = {name: {} for name in conditions}
    sums: Sums = {name: {} for name in summed}
    for row in db.session.execute(text(statement), parameters):
        keys, found = row[: len(names)], iter(row[len(names) :])
        group = tuple(
            (dimension, key)
            for dimension, key in zip(cohort.dimensions, keys, strict=True)
            if key is not None
        )
        for name in conditions:
            columns[name][group] = Count(next(found), next(found))
        for name in summed:
            sums[name][group] = round(next(found))
    if columns["true"][EVERYONE].cases:
        _add_absent_sexes(columns, sums)
    return Table(columns, cases, list(_parts(cohort))), sums


def _add_absent_sexes(columns: dict[str, dict[Group, Count]], sums: Sums) -> None:
    """Both sexes, also where there was nobody of the one: that would tell nobody from somebody."""
    for sex in (Sex.WOMAN, Sex.MAN):
        group = ((Dimension.SEX, sex.value),)
        for counts in columns.values():
            counts.setdefault(group, Count())
        for amounts in sums.values():
            amounts.setdefault(group, 0)


def _parts(cohort: Cohort) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    told = {name for whole, parts in cohort.made_of for name in (whole, *parts)}
    yield from ((whole, parts, False) for whole, parts in cohort.made_of)
    for one in cohort.countings:
        if one.part and one.indicator not in told:
            yield one.of, (one.indicator,), True
    shown = {one.of for one in cohort.countings}
    if "true" in shown:
        yield from (("true", (of,), True) for of in sorted(shown - {"true"}))
