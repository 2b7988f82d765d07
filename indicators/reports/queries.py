"""Reads the year tables: what may be shown to all, or everything to whoever sees every person; and subscriptions."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select, text

from indicators.definitions.keys import Indicator
from indicators.hours.queries import sees_everyone
from indicators.reports.models import ReportCell, ReportSubscription
from indicators.reports.rules import (
    ALL_SYSTEMS,
    COLUMNS,
    READERS,
    Cell,
    Report,
    YearTable,
    filled,
    months_end,
    together,
)
from invoicing.budget.queries import invoiced
from marketplace.clock import today
from marketplace.db import Page, db, paginate
from marketplace.reference.rules import Sex
from marketplace.statements import Prepared
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.participants.models import Participant
from placements.participants.queries import by_name
from placements.report.content_rules import ExitReason

# A person is counted among all (0) and in each of her systems of choice, and has ended where her last placement has.
_PERSON = """
    WITH placed AS (
        SELECT one.id, one.participant_id, one.sex, contract.system_id, one.is_moved, one.ended_on,
               coalesce(one.started_on, placement.first_day) AS began_on, one.exit_reason
        FROM counted_placement one JOIN placement USING (id)
        JOIN contract ON contract.id = placement.contract_id
        WHERE one.authority_id = :authority_id AND one.state IN ('running', 'completed', 'ended_early')
    ), asked AS (
        SELECT year, make_date(year, 1, 1) AS first_day, least(make_date(year + 1, 1, 1), :until) AS after
        FROM unnest(CAST(:years AS integer[])) AS year
    ), person AS (
        SELECT year, counted.system_id, participant_id, sex, min(began_on) >= first_day AS is_new,
               (array_agg(coalesce(ended_on < after, false) AND NOT is_moved ORDER BY began_on DESC, id DESC))[1]
                   AS has_ended,
               (array_agg(exit_reason ORDER BY began_on DESC, id DESC))[1] AS exit_reason
        FROM asked JOIN placed ON began_on < after
        CROSS JOIN LATERAL (VALUES (0), (placed.system_id)) AS counted(system_id)
        GROUP BY year, first_day, counted.system_id, participant_id, sex
        HAVING bool_or(coalesce(ended_on >= first_day, true))
    )
"""
_COUNT = text(f"""
    {_PERSON}
    SELECT year, sex, system_id, count(*), count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE has_ended),
           count(*) FILTER (WHERE has_ended AND exit_reason IN ('work', 'studies')),
           count(*) FILTER (WHERE has_ended AND exit_reason = 'job_seeking')
    FROM person GROUP BY year, sex, system_id
""")  # noqa: S608 - texts of ours
_PEOPLE = text(f"""
    {_PERSON}
    SELECT participant_id, is_new, has_ended, CASE WHEN has_ended THEN exit_reason END
    FROM person WHERE system_id = 0
""")  # noqa: S608 - texts of ours
ALL_ROW: Final = {ALL_SYSTEMS: "Alla insatser"}


def counts(authority_id: int, years: Collection[int]) -> dict[int, dict[Sex, dict[Cell, int]]]:
    """Everything, by year and sex. For the system."""
    found: dict[int, dict[Sex, dict[Cell, int]]] = defaultdict(lambda: defaultdict(dict))
    asked = {"authority_id": authority_id, "years": list(years), "until": months_end(today())}
    for year, sex, system_id, *numbers in db.session.execute(_COUNT, asked):
        found[year][Sex(sex)] |= {
            (one, system_id): number for one, number in zip(COLUMNS, numbers, strict=True)
        }
    return found


@dataclass(frozen=True)
class CountedPerson:
    """Whom a year's numbers are of."""

    participant: Participant
    is_new: bool
    has_ended: bool
    exit_reason: ExitReason | None


def people_of_year(authority_id: int, year: int, page: int) -> Page[CountedPerson]:
    """Those among them whom the actor sees, by name."""
    asked = {"authority_id": authority_id, "years": [year], "until": months_end(today())}
    with acting_as(system_actor(authority_id=authority_id)):
        rows = {participant_id: facts for participant_id, *facts in db.session.execute(_PEOPLE, asked)}
    found = paginate(select(Participant).where(Participant.id.in_(rows)).order_by(by_name), page)
    people = [
        CountedPerson(one, is_new, has_ended, ExitReason(reason) if reason else None)
        for one in found.items
        for is_new, has_ended, reason in [rows[one.id]]
    ]
    return Page(people, found.total, found.page, found.per_page)


@dataclass(frozen=True)
class YearRow:
    """One year or system of choice, of one sex or (None) all; None where a number may not be shown."""

    name: str
    sex: Sex | None
    numbers: tuple[int | None, ...]


@dataclass(frozen=True)
class FinsamRow:
    system_name: str
    persons: tuple[int | None, ...]
    """By sex."""
    cost_ore: int


@dataclass(frozen=True)
class YearReport:
    year: int
    years: list[int]
    """That there are numbers for, the latest first."""
    by_system: list[YearRow]
    by_year: list[YearRow]
    finsam: list[FinsamRow]
    is_whole: bool
    """Nothing is hidden: the reader sees the persons."""

    @property
    def is_all_hidden(self) -> bool:
        return all(number is None for row in self.by_system for number in row.numbers)


def year_report(actor: Actor, year: int | None) -> YearReport | None:
    """The year that is asked for, else the latest; None before anything is counted."""
    authority_id = actor.authority_id
    assert authority_id is not None, "whoever reads reports acts for an authority"
    tables = _published(authority_id)
    if not tables:
        return None
    years = sorted(tables, reverse=True)
    chosen = year if year is not None and year in tables else years[0]
    is_whole = sees_everyone(actor)
    if is_whole:
        with acting_as(system_actor(authority_id=authority_id)):
            counted = counts(authority_id, years)
        tables = {one: filled(counted[one]) for one in years}
    of_year = tables[chosen]
    with_persons = {key for cells in of_year.values() for _, key in cells}
    spent = {
        system.id: (system.name, ore)
        for system, ore in invoiced(authority_id, chosen)
        if system.id in with_persons or ore
    }
    names = {key: name for key, (name, _) in spent.items()}
    return YearReport(
        chosen,
        years,
        [row for key, name in (ALL_ROW | names).items() for row in _rows(name, of_year, key)],
        [row for one in years for row in _rows(str(one), tables[one], ALL_SYSTEMS)],
        [
            FinsamRow(name, tuple(of_year[sex].get((COLUMNS[0], key), 0) for sex in Sex), ore)
            for key, (name, ore) in spent.items()
        ],
        is_whole,
    )


_PUBLISHED = Prepared(
    select(
        ReportCell.year, ReportCell.sex, ReportCell.indicator, ReportCell.system_id, ReportCell.persons
    ).where(ReportCell.authority_id == bindparam("authority_id")),
    is_planned_once=True,
)


def _published(authority_id: int) -> Mapping[int, YearTable]:
    found: dict[int, dict[Sex, dict[Cell, int | None]]] = {}
    for year, sex, indicator, system_id, persons in _PUBLISHED.rows(authority_id=authority_id):
        of_year = found.setdefault(year, {sex: {} for sex in Sex})
        of_year[Sex(sex)][Indicator(indicator), system_id] = persons
    return found


def _rows(name: str, table: YearTable, key: int) -> list[YearRow]:
    """One for each sex, and all of them together."""
    by_sex = [YearRow(name, sex, tuple(table[sex].get((one, key), 0) for one in COLUMNS)) for sex in Sex]
    return [*by_sex, YearRow(name, None, tuple(together(table, (one, key)) for one in COLUMNS))]


def subscribed(actor: Actor) -> set[Report]:
    """What the actor is told of."""
    return set(
        db.session.scalars(
            select(ReportSubscription.report).where(
                ReportSubscription.authority_id == actor.authority_id,
                ReportSubscription.user_id == actor.user_id,
                ReportSubscription.role == actor.role,
            )
        )
    )


def readable(actor: Actor) -> list[Report]:
    return [report for report in Report if actor.role in READERS[report]]
