"""Counts choice rounds, set by set. What comes out is of persons: the job that hides small numbers reads it, and those
who see the persons."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select, text

from indicators.choices.breadth_rules import MOST_TRADES, OFFER_OF, Breadth, BreadthCell, Fact, Offer, Seen
from indicators.choices.rules import Cell, ChoiceStep, Count, Part, Parts, year_bounds
from marketplace import clock
from marketplace.db import Page, db
from marketplace.reference.queries import lists
from marketplace.reference.rules import DOMINANCE_SV, Dominance, Sex, dominance
from placements.participants.models import Participant

# A trade at a supplier, once in each round that it was shown in. `{rows}` are those that are counted, or the reader's.
_SEEN = """
    WITH kinds AS (
        SELECT * FROM unnest(CAST(:trades AS text[]), CAST(:dominances AS text[])) AS k (ssyk, dominance)
    ), showings AS (
        SELECT choice.*, kinds.dominance,
               is_chosen OR reserve_rank IS NOT NULL AS is_wanted,
               chosen_on < :until AS has_chosen, coalesce(started_on < :until, false) AS has_started
        FROM {rows}_choice AS choice JOIN kinds USING (ssyk)
        WHERE authority_id = :authority_id AND opened_at >= :begins AND opened_at < :ends AND shown_at < :now
    ), seen AS MATERIALIZED (
        SELECT round_id, participant_id, sex, kommun_code, unit_id, case_officer_id, hours_per_week, opened_at,
               dominance, ssyk, enterprise_id, true AS is_shown,
               bool_or(shortlisted_on < :until) AS is_shortlisted,
               bool_or(visited_on < :until) AS is_visited,
               bool_or(has_chosen AND (is_chosen OR is_wanted AND has_started)) AS is_chosen,
               bool_or(has_chosen AND is_wanted AND has_started) AS is_started,
               -- Whoever moves to another place has not dropped out: what becomes of her there is that choice's.
               bool_or(has_chosen AND is_wanted AND has_started AND ended_on < :until
                       AND (state = 'completed' OR state = 'ended_early' AND is_moved)) AS is_completed
        FROM showings
        GROUP BY round_id, participant_id, sex, kommun_code, unit_id, case_officer_id, hours_per_week, opened_at,
                 dominance, ssyk, enterprise_id
    )"""
_KINDS = ", ".join(Dominance)
_EACH_KIND = ", ".join(f"({kind})" for kind in Dominance)
_OFFERED = ", ".join(
    f"CASE WHEN '{kind}' = ANY (rounds.kinds) THEN '{Offer.SHOWN}'"
    f" WHEN '{kind}' = ANY (free.kinds) THEN '{Offer.FREE}' ELSE '{Offer.NONE}' END AS {kind}"
    for kind in Dominance
)
# What became of each kind in a round. A place could have been shown that was free within two weeks of the day that the
# round was opened, in the participant's kommun and for the hours that were granted.
_OFFERED_OF = f""", rounds AS (
        SELECT round_id, participant_id, sex, kommun_code, hours_per_week,
               CAST(opened_at AT TIME ZONE :zone AS date) AS day, array_agg(DISTINCT dominance) AS kinds
        FROM seen GROUP BY round_id, participant_id, sex, kommun_code, hours_per_week, opened_at
    ), asked AS (
        SELECT DISTINCT kommun_code, hours_per_week, day FROM rounds
    ), free AS (
        SELECT asked.*, array_agg(DISTINCT dominance) AS kinds
        FROM asked
        JOIN {{rows}}_offer AS offer ON offer.authority_id = :authority_id AND offer.day = asked.day
            AND offer.kommun_code = asked.kommun_code
            AND asked.hours_per_week BETWEEN hours_per_week_min AND hours_per_week_max
        JOIN kinds USING (ssyk)
        GROUP BY asked.kommun_code, asked.hours_per_week, asked.day
    ), offered AS (
        SELECT round_id, participant_id, sex, day, {_OFFERED}
        FROM rounds LEFT JOIN free USING (kommun_code, hours_per_week, day)
    )"""  # noqa: S608
_REACHED = ", ".join(f"count(*) FILTER (WHERE is_{step}) AS {step}" for step in ChoiceStep)
_COUNTS = ", ".join(
    f"CAST(sum({step}) AS bigint), count(*) FILTER (WHERE {step} > 0),"
    f" count(DISTINCT case_officer_id) FILTER (WHERE {step} > 0)"
    for step in ChoiceStep
)
# The three are counted of the same showings, which are found once. In the funnel participants are counted by first
# adding up each one's own, which takes no sorting of everybody's.
_YEAR = text(
    f"""
    {_SEEN.format(rows="counted")}{_OFFERED_OF.format(rows="counted")}, own AS (
        SELECT participant_id, sex, kommun_code, unit_id, case_officer_id, dominance, ssyk, enterprise_id, {_REACHED}
        FROM seen
        GROUP BY participant_id, sex, kommun_code, unit_id, case_officer_id, GROUPING SETS (
            (), (dominance), (dominance, ssyk), (enterprise_id), (dominance, enterprise_id))
    ), breadth AS (
        SELECT sex, array_agg(DISTINCT dominance) AS kinds, least(count(DISTINCT ssyk), {MOST_TRADES}) AS trades
        FROM seen GROUP BY participant_id, sex
    )
    SELECT 'funnel' AS counted, sex, ARRAY[
               CASE WHEN ssyk IS NOT NULL THEN 'trade' WHEN enterprise_id IS NOT NULL THEN 'supplier'
                    WHEN GROUPING(kommun_code) = 0 THEN 'kommun' WHEN GROUPING(unit_id) = 0 THEN 'unit' ELSE 'all' END,
               coalesce(ssyk, CAST(enterprise_id AS text), kommun_code, CAST(unit_id AS text), ''),
               coalesce(dominance, '')] AS words,
           ARRAY[{_COUNTS}] AS numbers
    FROM own
    GROUP BY sex, dominance, ssyk, enterprise_id, GROUPING SETS ((), (kommun_code), (unit_id))
    HAVING ssyk IS NULL AND enterprise_id IS NULL OR GROUPING(kommun_code, unit_id) = 3
    UNION ALL
    SELECT 'participants', sex, kinds, ARRAY[trades, count(*)] FROM breadth GROUP BY sex, kinds, trades
    UNION ALL
    SELECT 'rounds', sex, ARRAY[{_KINDS}], ARRAY[count(*), count(DISTINCT participant_id)]
    FROM offered
    GROUP BY sex, GROUPING SETS ((), {_EACH_KIND}, ({_KINDS}))
"""  # noqa: S608 - our own words only, as below
)
_COULD_HAVE = f"'{Offer.FREE}' IN ({_KINDS})"
_ROWS = text(
    f"""
    {_SEEN.format(rows="visible")}{_OFFERED_OF.format(rows="visible")}
    SELECT round_id, participant_id, day, {_KINDS}, count(*) OVER ()
    FROM offered
    WHERE NOT :only_more OR {_COULD_HAVE}
    ORDER BY day DESC, round_id DESC LIMIT :most OFFSET :skipped
"""  # noqa: S608
)
PER_PAGE = 25
_FACT_OF = {offer: fact for fact, offer in OFFER_OF.items()}


def trade_kinds() -> dict[str, Dominance]:
    """The trades that are counted, with the sex that dominates each."""
    found = {ssyk: dominance(trade.women, trade.men) for ssyk, trade in lists().trades.items()}
    return {ssyk: kind for ssyk, kind in found.items() if kind}


@dataclass(frozen=True)
class Counted:
    """A year of an authority's choice rounds, by sex."""

    funnel: Mapping[Sex, Mapping[Cell, Count]]
    breadth: Mapping[Sex, Breadth]
    parts: Parts


def count_year(authority_id: int, year: int, until: date, kinds: Mapping[str, Dominance]) -> Counted:
    """Rounds that were opened in the year before the day, and what came of them before it. Act as the system for
    the authority."""
    funnel: dict[Sex, dict[Cell, Count]] = defaultdict(dict)
    breadth: dict[Sex, Breadth] = defaultdict(Breadth)
    for counted, sex, words, numbers in db.session.execute(_YEAR, _asked(authority_id, year, until, kinds)):
        if counted == "funnel":
            _add_steps(funnel[Sex(sex)], words, numbers)
        elif counted == "participants":
            _add_participants(breadth[Sex(sex)], words, *numbers)
        else:
            _add_rounds(breadth[Sex(sex)], words, *numbers)
    cells = {cell for of_sex in funnel.values() for cell in of_sex}
    keys = {
        by: {cell.key for cell in cells if cell.by is by} for by in (Part.KOMMUN, Part.SUPPLIER, Part.UNIT)
    }
    if len(keys[Part.UNIT]) == 1:
        keys[Part.UNIT] = set()  # the only unit is the whole, which hides nobody's
    parts = Parts({cell.key: kinds[cell.key] for cell in cells if cell.by is Part.TRADE}, keys)
    return Counted(funnel, breadth, parts)


@dataclass(frozen=True)
class RoundRow:
    """A choice round that is counted: what became of each kind of trades."""

    choice_round_id: int
    participant: Participant
    day: date
    offers: Mapping[Dominance, Offer]

    def kinds_sv(self, offer: Offer) -> str:
        return ", ".join(DOMINANCE_SV[kind] for kind, its in self.offers.items() if its is offer)


def rounds_behind(
    authority_id: int, year: int, until: date, kinds: Mapping[str, Dominance], page: int, *, only_more: bool
) -> Page[RoundRow]:
    """Those of the year's rounds that the reader sees, the latest first; or only where more could have been shown."""
    paging = {"only_more": only_more, "most": PER_PAGE, "skipped": (page - 1) * PER_PAGE}
    found = db.session.execute(_ROWS, _asked(authority_id, year, until, kinds) | paging).all()
    people = {
        person.id: person
        for person in db.session.scalars(
            select(Participant).where(Participant.id.in_({row.participant_id for row in found}))
        )
    }
    rows = [
        RoundRow(round_id, people[participant_id], day, dict(zip(Dominance, map(Offer, offers), strict=True)))
        for round_id, participant_id, day, *offers, _ in found
    ]
    return Page(rows, found[0][-1] if found else 0, page, PER_PAGE)


def _asked(authority_id: int, year: int, until: date, kinds: Mapping[str, Dominance]) -> dict[str, Any]:
    begins, ends = (_midnight(day) for day in year_bounds(year, until))
    return {
        "authority_id": authority_id,
        "begins": begins,
        "ends": ends,
        "until": until,
        "now": _midnight(until),
        "zone": clock.STOCKHOLM.key,
        "trades": list(kinds),
        "dominances": [str(kind) for kind in kinds.values()],
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.STOCKHOLM)


def _add_steps(funnel: dict[Cell, Count], words: Sequence[str], numbers: Sequence[int]) -> None:
    by, key, kind = words
    for position, step in enumerate(ChoiceStep):
        funnel[Cell(step, kind, Part(by), key)] = Count(*numbers[3 * position : 3 * position + 3])


def _add_participants(breadth: Breadth, kinds: Sequence[str], trades: int, participants: int) -> None:
    breadth.participants[Seen(tuple(kind for kind in Dominance if kind in kinds), trades)] = participants


def _add_rounds(breadth: Breadth, offers: Sequence[str | None], rounds: int, participants: int) -> None:
    """What became of every kind, of one kind alone, or of none: all rounds."""
    told = {kind: Offer(offer) for kind, offer in zip(Dominance, offers, strict=True) if offer}
    if len(told) == len(Dominance):
        breadth.rounds[tuple(told.values())] = rounds
        return
    cells = [BreadthCell(_FACT_OF[offer], kind) for kind, offer in told.items()]
    breadth.in_rounds[cells[0] if cells else BreadthCell(Fact.ROUNDS)] = participants
