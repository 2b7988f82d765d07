"""Sets targets, and counts whom suppliers have trained."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import delete, insert, text

from indicators.changes.services import publish
from indicators.measures.rules import counted_until, settled_until
from indicators.outcomes.mix_rules import Cell, Count, MixBy, published
from indicators.outcomes.models import MixCell, Target
from indicators.outcomes.target_queries import levels
from indicators.outcomes.target_rules import AIM_SV, MOST_PARTICIPANTS, Level
from marketplace import audit, clock
from marketplace.db import db
from marketplace.errors import Invalid
from marketplace.tenancy import current_actor

_MONTHS_LATE = 1
"""As the outcomes that it stands beside."""

_COUNT = text("""
    SELECT CAST(extract(year FROM ended_on) AS integer), enterprise_id, sex, support_level, kommun_code,
           count(*), count(DISTINCT participant_id)
    FROM counted_placement
    WHERE authority_id = :authority_id AND state IN ('completed', 'ended_early') AND started_on IS NOT NULL
      AND NOT is_moved AND ended_on >= :begins AND ended_on < :until AND sex IN ('woman', 'man')
    GROUP BY 1, 2, GROUPING SETS ((sex), (support_level), (kommun_code))
""")


def compute_mix(authority_id: int, years: Collection[int]) -> None:
    """Counts the years anew, up to the last month that has had a month to be put on paper. Act as the system for the
    authority."""
    until = counted_until(clock.today(), _MONTHS_LATE)
    counts: dict[int, dict[Cell, Count]] = defaultdict(dict)
    asked = {
        "authority_id": authority_id,
        "begins": date(min(years, default=until.year), 1, 1),
        "until": until,
    }
    for year, enterprise_id, *keys, placements, participants in db.session.execute(_COUNT, asked):
        by, key = next((by, key) for by, key in zip(MixBy, keys, strict=True) if key is not None)
        counts[year][Cell(by, enterprise_id, key)] = Count(placements, participants)
    for year in years:
        rows = [
            {"enterprise_id": cell.enterprise_id, "by": cell.by, "key": cell.key, "placements": placements}
            for cell, placements in published(counts[year]).items()
        ]
        publish(MixCell, {"authority_id": authority_id, "year": year}, settled_until(year, until), rows)


def set_targets(wanted: Collection[Level]) -> None:
    """The authority's levels from now on. Raises Invalid where one cannot be reached."""
    authority_id = current_actor().authority_id
    assert authority_id is not None, "whoever sets targets acts for an authority"
    before = levels(authority_id)
    if before == list(wanted):
        return
    for level in wanted:
        most = 100 if level.is_share else MOST_PARTICIPANTS
        if not 0 < level.value <= most:
            raise Invalid(f"Skriv ett tal från 1 till {most}.", field=level.aim)
    db.session.execute(delete(Target).where(Target.authority_id == authority_id))
    rows = [
        {"authority_id": authority_id, "aim": one.aim, "value": one.value, "series": one.series}
        for one in wanted
    ]
    db.session.execute(insert(Target), rows)
    told = ", ".join(f"{AIM_SV[level.aim]} {level.value_sv}" for level in wanted if level not in before)
    audit.record("targets", authority_id, "set", authority_id=authority_id, note_sv=told)
