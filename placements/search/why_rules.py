"""Why a place is not offered, in words: the same conditions as the search asks for in the database.

A place that a search finds has no reasons, and one that it does not find has at least one: a test holds them together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from enterprises.places.rules import (
    ADAPTATION_SV,
    DEMAND_SV,
    LANGUAGE_SV,
    WEEKDAY_SV,
    PlaceState,
)
from marketplace.reference.rules import Position, distance_km
from marketplace.swedish import counted, plain_number
from placements.booking.request_rules import too_few_days_sv
from placements.search.rules import SearchCriteria
from placements.search.seat_rules import Uses, free_from, free_over, free_until


@dataclass(frozen=True)
class Standing:
    """A place and what decides whether it is offered."""

    state: PlaceState
    kommun_code: str
    kommun_name: str
    ssyk: str
    trade_name: str
    field_id: str
    hours_per_week_min: int
    hours_per_week_max: int
    lead_time_days: int
    weekdays: Sequence[int]
    demands: Sequence[str]
    adaptations: Sequence[str]
    languages: Sequence[str]
    is_said: bool
    """Whether the words searched for are said of it."""
    contract_sv: str
    """What of the enterprise's contract is in the way; empty when nothing is."""
    seats: Sequence[Uses]


def no_contract_sv(criteria: SearchCriteria) -> str:
    where = "i det valfrihetssystem som beviljandet gäller " if criteria.system_id is not None else ""
    return f"Leverantören har inget avtal {where}med myndigheten som gäller {criteria.start_by.isoformat()}."


def contract_ends_sv(ends_on: date, criteria: SearchCriteria) -> str:
    return f"Leverantörens avtal slutar {ends_on.isoformat()}, före {criteria.until.isoformat()}."


UNPRICED_SV = "Leverantörens avtal saknar pris för deltagarens nivå av stöd."
CAPPED_SV = "Leverantörens avtal tillåter inte fler deltagare under de dagarna."

_STATE_SV = {
    PlaceState.DRAFT: "Leverantören har inte publicerat platsen.",
    PlaceState.PAUSED: "Leverantören har pausat platsen.",
    PlaceState.CLOSED: "Platsen är nedlagd.",
}


def reasons(
    standing: Standing, criteria: SearchCriteria, positions: Mapping[str, Position], today: date
) -> list[str]:
    """Every reason, what cannot be changed by searching otherwise first; empty when the place is offered."""
    return [*_unavailable(standing, criteria, today), *unmet(standing, criteria, positions)]


def _unavailable(standing: Standing, criteria: SearchCriteria, today: date) -> Iterator[str]:
    if standing.state in _STATE_SV:
        yield _STATE_SV[standing.state]
    if standing.contract_sv:
        yield standing.contract_sv
    earliest = today + timedelta(days=standing.lead_time_days)
    if earliest > criteria.start_by:
        ahead = counted(standing.lead_time_days, "dag", "dagar")
        yield f"Platsen kan börja tidigast {earliest.isoformat()}: leverantören behöver {ahead} på sig."
    if not free_over(standing.seats, criteria.start_by, criteria.until):
        yield full_sv(standing.seats, criteria)


def full_sv(seats: Sequence[Uses], criteria: SearchCriteria) -> str:
    """From when a seat is free for as long as is asked for, and how long one is free from the asked start."""
    days = (criteria.until - criteria.start_by).days + 1
    starts = [start for uses in seats if (start := free_from(uses, criteria.start_by, days)) is not None]
    ends = [end for uses in seats if (end := free_until(uses, criteria.start_by)) is not None]
    if not seats:
        return "Platsen har inga platser."
    if not starts and not ends:
        return "Fullt: inget slut är bestämt."
    whole = min(starts, default=None)
    if whole is None:
        return f"Ledigt bara till och med {max(ends).isoformat()}."
    if ends:
        return (
            f"Ledigt bara till och med {max(ends).isoformat()}. Hela perioden är ledig tidigast från "
            f"{whole.isoformat()}."
        )
    return (
        f"Fullt till v. {whole.isocalendar().week}: hela perioden är ledig tidigast från {whole.isoformat()}."
    )


def unmet(standing: Standing, criteria: SearchCriteria, positions: Mapping[str, Position]) -> Iterator[str]:
    """What of the place itself is not as wished."""
    if criteria.kommun_codes and standing.kommun_code not in criteria.kommun_codes:
        yield f"Platsen ligger i {standing.kommun_name}."
    yield from _too_far(standing, criteria, positions)
    if (criteria.ssyks and standing.ssyk not in criteria.ssyks) or (
        criteria.field_ids and standing.field_id not in criteria.field_ids
    ):
        yield f"Yrket är ett annat: {standing.trade_name.lower()}."
    hours = criteria.hours_per_week
    if hours is not None and not standing.hours_per_week_min <= hours <= standing.hours_per_week_max:
        yield (
            f"Platsen tar emot {_hours_sv(standing)} i veckan, inte {plain_number(hours, 2, is_trimmed=True)}."
        )
    if criteria.weekdays:
        common = sorted(set(criteria.weekdays) & set(standing.weekdays))
        if len(common) < criteria.days_needed:
            named = ", ".join(WEEKDAY_SV[day] for day in sorted(standing.weekdays))
            yield f"Platsen är öppen {named}: {len(common)} av de {criteria.days_needed} dagar som behövs."
    if len(standing.weekdays) < (criteria.days_per_week or 0):
        yield too_few_days_sv(criteria.days_per_week or 0, standing.weekdays)
    yield from _support(standing, criteria)
    if not standing.is_said:
        yield f"Sökorden ”{criteria.text.strip()}” finns inte i det som står om platsen."


def _too_far(
    standing: Standing, criteria: SearchCriteria, positions: Mapping[str, Position]
) -> Iterator[str]:
    within, near = criteria.within_km, criteria.near_kommun
    if not near or within is None or standing.kommun_code == near:
        return
    here, there = positions.get(near), positions.get(standing.kommun_code)
    if here is None or there is None:
        yield f"Det är inte känt hur långt bort {standing.kommun_name} ligger."
    elif (away := distance_km(here, there)) > within:
        yield f"Platsen ligger i {standing.kommun_name}, {round(away)} km bort."


def _support(standing: Standing, criteria: SearchCriteria) -> Iterator[str]:
    lacking = [code for code in criteria.adaptations if code not in standing.adaptations]
    if lacking:
        yield f"Leverantören har inte angett: {_listed(lacking, ADAPTATION_SV)}."
    if criteria.language and criteria.language not in standing.languages:
        yield f"Ingen handledare har angett {LANGUAGE_SV.get(criteria.language, 'språket').lower()}."
    asked = [code for code in criteria.demands_avoided if code in standing.demands]
    if asked:
        yield f"Arbetet ställer krav: {_listed(asked, DEMAND_SV)}."


def _hours_sv(standing: Standing) -> str:
    fewest, most = standing.hours_per_week_min, standing.hours_per_week_max
    return f"{most} timmar" if fewest == most else f"{fewest}–{most} timmar"


def _listed(codes: Sequence[str], words: Mapping[Any, str]) -> str:
    return ", ".join(words.get(code, code).lower() for code in codes)
