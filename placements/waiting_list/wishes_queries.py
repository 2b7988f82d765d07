"""What each entry waits for, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, WEEKDAY_SV
from marketplace.reference.queries import Lists, lists
from marketplace.swedish import plain_hours
from placements.search.rules import SearchCriteria, criteria_from_json
from placements.waiting_list.models import WaitingEntry


def wishes_of(entries: Iterable[WaitingEntry]) -> dict[int, list[str]]:
    """For each entry its search as short phrases; no more queries the more entries there are."""
    known = lists()
    return {entry.id: _phrases(criteria_from_json(entry.criteria), known) for entry in entries}


def _phrases(criteria: SearchCriteria, known: Lists) -> list[str]:
    said = [*_where(criteria, known), *_what(criteria, known)]
    if criteria.hours_per_week is not None:
        said.append(f"{plain_hours(criteria.hours_per_week)} timmar i veckan")
    if criteria.weekdays:
        days = _listed(WEEKDAY_SV[day] for day in criteria.weekdays)
        is_all = criteria.days_needed >= len(criteria.weekdays)
        said.append(days if is_all else f"{criteria.days_needed} av dagarna {days}")
    if criteria.language:
        said.append(f"handledning på {_word(LANGUAGE_SV, criteria.language)}")
    said.extend(_word(ADAPTATION_SV, code) for code in criteria.adaptations)
    said.extend(f"inte {_word(DEMAND_SV, code)}" for code in criteria.demands_avoided)
    said.append(f"till och med {criteria.until.isoformat()}")
    return said


def _where(criteria: SearchCriteria, known: Lists) -> list[str]:
    def name(code: str) -> str:
        found = known.kommuner.get(code)
        return found.name if found else code

    said = [_listed(map(name, criteria.kommun_codes), "eller")] if criteria.kommun_codes else []
    if criteria.near_kommun and criteria.within_km is not None:
        said.append(f"inom {criteria.within_km} km från {name(criteria.near_kommun)}")
    return said


def _what(criteria: SearchCriteria, known: Lists) -> list[str]:
    fields = [known.fields.get(key, key) for key in criteria.field_ids]
    trades = [known.trades[key].plain_name if key in known.trades else key for key in criteria.ssyks]
    said = [_listed(names, "eller") for names in (fields, trades) if names]
    return [*said, *([f"”{criteria.text}”"] if criteria.text else [])]


def _word(words: Mapping[Any, str], code: str) -> str:
    return words.get(code, code).lower()


def _listed(names: Iterable[str], word: str = "och") -> str:
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last
