"""Whom suppliers have trained counted slowly, placement by placement, in another way than the program does."""

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import select

from indicators.outcomes.mix_rules import Cell, Count, MixBy
from marketplace.db import db
from marketplace.reference.rules import Sex
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.participants.models import Participant


def count_mix(authority_id: int, year: int, until: date) -> dict[Cell, Count]:
    """Of the year's placements that ended before the day. Act as the system for the authority."""
    placements: Counter[Cell] = Counter()
    people: dict[Cell, set[int]] = defaultdict(set)
    for one in db.session.scalars(select(Placement).filter_by(authority_id=authority_id)):
        sex = db.session.get_one(Participant, one.participant_id).sex
        has_ended = one.state in (PlacementState.COMPLETED, PlacementState.ENDED_EARLY)
        if not has_ended or one.is_moved or one.started_on is None or one.ended_on is None:
            continue
        if one.ended_on.year != year or one.ended_on >= until or sex is Sex.OTHER:
            continue
        for by, key in zip(MixBy, (sex, one.support_level, one.kommun_code), strict=True):
            cell = Cell(by, one.enterprise_id, key)
            placements[cell] += 1
            people[cell].add(one.participant_id)
    return {cell: Count(number, len(people[cell])) for cell, number in placements.items()}
