"""The rows behind a number, as far as the reader may see them: counted by the same words as the number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text

from indicators.definitions.keys import Indicator
from indicators.measures.cohort_queries import COLUMN_OF, Cohort, asked, countings, rows_counted
from indicators.measures.rules import Counting, Dimension, counted_until
from marketplace.db import Page, db
from placements.booking.models import Placement
from placements.booking.queries import rows as placement_rows
from placements.participants.models import Participant

# A coordinator reads no invoices, so what placements have cost has its rows with the controller.
WITH_ROWS = tuple(
    counting.indicator for _, counting in countings() if counting.indicator is not Indicator.COST
)
PER_PAGE = 25


@dataclass(frozen=True)
class BehindRow:
    """One case: a placement's, or where there is none a participant's grant."""

    placement: Placement | None
    participant: Participant
    day: date
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Behind:
    page: Page[BehindRow]
    numerator: int
    denominator: int


def counting_of(indicator: Indicator) -> tuple[Cohort, Counting]:
    return next(pair for pair in countings() if pair[1].indicator is indicator)


def behind(
    authority_id: int,
    indicator: Indicator,
    year: int,
    group: tuple[Dimension, str],
    counted_on: date,
    page: int = 1,
) -> Behind:
    """The cases that the reader sees of those that a year's number counts, the latest first, and their sums."""
    cohort, counting = counting_of(indicator)
    until = counted_until(counted_on)
    ends = min(date(year + 1, 1, 1), counted_until(until, cohort.months_late))
    numerator = (
        f"CAST(coalesce({counting.part}, false) AS integer)" if counting.part else counting.amount or "1"
    )
    column = COLUMN_OF.get(group[0]) if group[0] in cohort.dimensions else None
    statement = f"""
        WITH {rows_counted(cohort, "visible")}
        SELECT placement_id, participant_id, day, {numerator} AS numerator, {counting.per} AS denominator,
               count(*) OVER (), sum({numerator}) OVER (), sum({counting.per}) OVER ()
        FROM counted
        WHERE {counting.of} {f"AND CAST({column} AS text) = :key" if column else ""}
        ORDER BY day DESC, id DESC LIMIT {PER_PAGE} OFFSET :skipped
    """  # noqa: S608 - made of this package's own words
    parameters = asked(authority_id, date(year, 1, 1), ends, until)
    skipped = {"skipped": (page - 1) * PER_PAGE, "key": group[1]}
    found = db.session.execute(text(statement), parameters | skipped).all()
    total, numerators, denominators = found[0][5:] if found else (0, 0, 0)
    return Behind(Page(_with_people(found), total, page, PER_PAGE), round(numerators), round(denominators))


def _with_people(cases: Sequence[Any]) -> list[BehindRow]:
    people = {
        one.id: one
        for one in db.session.scalars(
            select(Participant).where(Participant.id.in_({case.participant_id for case in cases}))
        )
    }
    placements = {
        placement.id: placement
        for placement, _ in db.session.execute(
            placement_rows().where(
                Placement.id.in_({case.placement_id for case in cases if case.placement_id})
            )
        )
    }
    return [
        BehindRow(
            placements.get(case.placement_id),
            people[case.participant_id],
            case.day,
            round(case.numerator),
            round(case.denominator),
        )
        for case in cases
    ]
