"""Those who wait counted slowly, grant by grant, in another way than the program does."""

from collections import Counter
from datetime import date

from sqlalchemy import select

from marketplace.audit import Event
from marketplace.clock import STOCKHOLM
from marketplace.db import db
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.waiting_list.models import WaitingEntry


def count_waiting(authority_id: int, until: date) -> Counter[tuple[str, str]]:
    """Who waited when the day began, by kommun and trade, where nothing is all of them. Act as the system."""
    found: Counter[tuple[str, str]] = Counter()
    for grant in db.session.scalars(select(Grant).where(Grant.authority_id == authority_id)):
        state = grant.state
        changes = select(Event).filter_by(object_type="grant", object_id=grant.id).order_by(Event.id)
        for event in db.session.scalars(changes):
            if event.to_state and event.at.astimezone(STOCKHOLM).date() < until:
                state = GrantState(event.to_state)
        if grant.decided_on >= until or grant.last_day < until or state is not GrantState.OPEN:
            continue
        listed = set()
        for entry in db.session.scalars(select(WaitingEntry).where(WaitingEntry.grant_id == grant.id)):
            has_joined = entry.joined_at.astimezone(STOCKHOLM).date() < until
            has_left = entry.ended_at is not None and entry.ended_at.astimezone(STOCKHOLM).date() < until
            if has_joined and not has_left:
                listed |= {*entry.ssyks}
        for ssyk in {"", *grant.wished_trades, *listed}:
            found["", ssyk] += 1
            found[grant.participant.kommun_code, ssyk] += 1
    return found
