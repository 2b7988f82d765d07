"""Counts what women and men were shown and chose, and stores only what may be shown."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import text

from indicators.changes.services import publish
from indicators.choices.models import ChoiceCell, ChoiceSegregation
from indicators.choices.rules import (
    KOMMUN_STEPS,
    Cell,
    ChoiceStep,
    Count,
    comparable,
    counted_until,
    published,
    year_bounds,
)
from indicators.segregation.rules import segregation
from marketplace import clock
from marketplace.db import db
from marketplace.reference.queries import trades as all_trades
from marketplace.reference.rules import Dominance, Sex, dominance

_COUNT = text("""
    WITH kinds AS (
        SELECT * FROM unnest(CAST(:trades AS text[]), CAST(:dominances AS text[])) AS k (ssyk, dominance)
    ), reached AS (
        SELECT participant.sex, participant.kommun_code, kinds.dominance, shown_place.ssyk,
               choice_round.participant_id,
               bool_or(choice_round.chosen_on < :until AND (shown_place.is_chosen
                       OR shown_place.reserve_rank IS NOT NULL AND placement.started_on < :until)) AS is_chosen,
               bool_or((shown_place.is_chosen OR shown_place.reserve_rank IS NOT NULL)
                       AND choice_round.chosen_on < :until AND placement.started_on < :until) AS is_started,
               -- Whoever moves to another place has not dropped out: what becomes of her there is that choice's.
               bool_or((shown_place.is_chosen OR shown_place.reserve_rank IS NOT NULL)
                       AND choice_round.chosen_on < :until AND placement.started_on < :until
                       AND (placement.state = 'completed' OR placement.state = 'ended_early' AND placement.is_moved)
                       AND placement.ended_on < :until) AS is_completed
        FROM choice_round
        JOIN participant ON participant.id = choice_round.participant_id
        JOIN shown_place ON shown_place.choice_round_id = choice_round.id
        JOIN kinds ON kinds.ssyk = shown_place.ssyk
        LEFT JOIN placement ON placement.choice_round_id = choice_round.id
                           AND placement.place_id = shown_place.place_id
        WHERE choice_round.authority_id = :authority_id
          AND choice_round.opened_at >= :begins AND choice_round.opened_at < :ends
        GROUP BY choice_round.id, participant.sex, participant.kommun_code, kinds.dominance, shown_place.ssyk
    )
    SELECT sex, coalesce(kommun_code, '') AS kommun_code, coalesce(dominance, '') AS dominance,
           coalesce(ssyk, '') AS ssyk,
           count(*), count(DISTINCT participant_id),
           count(*) FILTER (WHERE is_chosen), count(DISTINCT participant_id) FILTER (WHERE is_chosen),
           count(*) FILTER (WHERE is_started), count(DISTINCT participant_id) FILTER (WHERE is_started),
           count(*) FILTER (WHERE is_completed), count(DISTINCT participant_id) FILTER (WHERE is_completed)
    FROM reached
    GROUP BY GROUPING SETS (
        (sex), (sex, dominance), (sex, dominance, ssyk), (sex, kommun_code), (sex, kommun_code, dominance)
    )
""")


def compute_choices(authority_id: int, years: Collection[int]) -> None:
    """Counts the years' choice rounds, up to the last whole month, and publishes what may be shown."""
    until = counted_until(clock.today())
    kinds = {
        trade.ssyk: kind for trade in all_trades() if (kind := dominance(trade.women, trade.men)) is not None
    }
    for year in years:
        _compute_year(authority_id, year, until, kinds)


def _compute_year(authority_id: int, year: int, until: date, kinds: Mapping[str, Dominance]) -> None:
    counts = _counts(authority_id, year, until, kinds)
    cells = [cell for of_sex in counts.values() for cell in of_sex]
    kommun_codes = {cell.kommun_code for cell in cells if cell.kommun_code}
    trades = {cell.ssyk: kinds[cell.ssyk] for cell in cells if cell.ssyk}
    # Of both sexes, also when there was nobody of the one: that would tell nobody from somebody.
    tables = {
        sex: published(counts.get(sex, {}), kommun_codes, trades) for sex in (Sex.WOMAN, Sex.MAN) if counts
    }
    rows = [
        {
            "sex": sex,
            "step": cell.step,
            "kommun_code": cell.kommun_code,
            "dominance": cell.dominance,
            "ssyk": cell.ssyk,
            "choices": choices,
        }
        for sex, table in tables.items()
        for cell, choices in table.items()
    ]
    of = {"authority_id": authority_id, "year": year}
    until = year_bounds(year, until)[1]
    publish(ChoiceCell, of, until, rows)
    publish(ChoiceSegregation, of, until, _segregation_rows(tables, trades) if tables else ())


def _counts(
    authority_id: int, year: int, until: date, kinds: Mapping[str, Dominance]
) -> dict[Sex, dict[Cell, Count]]:
    begins, ends = (datetime.combine(day, time(), clock.STOCKHOLM) for day in year_bounds(year, until))
    found: dict[Sex, dict[Cell, Count]] = defaultdict(dict)
    for sex, kommun_code, kind, ssyk, *numbers in db.session.execute(
        _COUNT,
        {
            "authority_id": authority_id,
            "begins": begins,
            "ends": ends,
            "until": until,
            "trades": list(kinds),
            "dominances": [str(kind) for kind in kinds.values()],
        },
    ):
        for position, step in enumerate(ChoiceStep):
            choices, participants = numbers[2 * position : 2 * position + 2]
            if step in KOMMUN_STEPS or not (kommun_code or ssyk):
                found[Sex(sex)][Cell(step, kommun_code, kind, ssyk)] = Count(choices, participants)
    return found


def _segregation_rows(
    tables: Mapping[Sex, Mapping[Cell, int | None]], trades: Mapping[str, Dominance]
) -> Iterator[dict[str, Any]]:
    for step in KOMMUN_STEPS:
        outcome = segregation(comparable(tables[Sex.WOMAN], tables[Sex.MAN], step, trades))
        if outcome is not None:
            yield {
                "step": step,
                "women": outcome.women,
                "men": outcome.men,
                "d": outcome.d,
                "km": outcome.km,
                "expected": outcome.expected,
                "adjusted": outcome.adjusted,
                "chance_low": outcome.chance_low,
                "chance_high": outcome.chance_high,
            }
