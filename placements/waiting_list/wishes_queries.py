"""What each entry waits for, in words. Bounded, however many entries."""

from collections.abc import Iterable

from sqlalchemy import select

from enterprises.places.rules import ADAPTATION_SV, LANGUAGE_SV
from marketplace.db import db
from marketplace.reference.models import Kommun, OccupationField, Trade
from placements.search.rules import SearchCriteria
from placements.waiting_list.models import WaitingEntry
from placements.waiting_list.rules import criteria_from_json

_Names = dict[str, str]


def wishes_of(entries: Iterable[WaitingEntry]) -> dict[int, list[str]]:
    """For each entry its search as short phrases. Three queries."""
    asked = {entry.id: criteria_from_json(entry.criteria) for entry in entries}
    kommuner = _names(Kommun.code, Kommun.name, {k for c in asked.values() for k in c.kommun_codes})
    fields = _names(
        OccupationField.concept_id, OccupationField.name, {f for c in asked.values() for f in c.field_ids}
    )
    trades = {
        trade.ssyk: trade.plain_name
        for trade in db.session.scalars(
            select(Trade).where(Trade.ssyk.in_({s for c in asked.values() for s in c.ssyks}))
        )
    }
    return {entry_id: _phrases(criteria, kommuner, fields | trades) for entry_id, criteria in asked.items()}


def _names(key: object, name: object, wanted: set[str]) -> _Names:
    rows = db.session.execute(select(key, name).where(key.in_(wanted)))  # type: ignore[call-overload, attr-defined]
    return dict(rows.tuples())


def _phrases(criteria: SearchCriteria, kommuner: _Names, occupations: _Names) -> list[str]:
    said = []
    if criteria.kommun_codes:
        said.append(_either(kommuner.get(code, code) for code in criteria.kommun_codes))
    wanted = [*criteria.field_ids, *criteria.ssyks]
    if wanted:
        said.append(_either(occupations.get(key, key) for key in wanted))
    if criteria.hours_per_week is not None:
        hours = f"{criteria.hours_per_week.normalize():f}".replace(".", ",")
        said.append(f"{hours} timmar i veckan")
    if criteria.language:
        said.append(f"handledning på {LANGUAGE_SV.get(criteria.language, criteria.language).lower()}")
    said.extend(ADAPTATION_SV.get(code, code).lower() for code in criteria.adaptations)  # type: ignore[call-overload]
    said.append(f"till och med {criteria.until.isoformat()}")
    return said


def _either(names: Iterable[str]) -> str:
    *others, last = sorted(names)
    return f"{', '.join(others)} eller {last}" if others else last
