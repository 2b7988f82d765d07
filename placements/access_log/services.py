"""Keeping who looked at whom."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, insert

from marketplace import clock
from marketplace.db import db, transaction
from marketplace.tenancy import current_actor
from placements.access_log.models import Look
from placements.access_log.rules import way_of
from placements.access_log.seen import Seen


def keep_looks(everyone: Sequence[Seen], page: str, mimetype: str) -> None:
    """One statement, in a transaction of its own after the answer is made: what the view has left unwritten stays so.

    A participant who sees herself is no look, and a job has nobody who looks.
    """
    actor = current_actor()
    if not everyone or actor.user_id is None:
        return
    seen_now = {
        "at": clock.now(),
        "among": len(everyone),
        "user_id": actor.user_id,
        "user_name": actor.user_name,
        "organisation_name": actor.organisation_name,
        "enterprise_id": actor.enterprise_id,
        "role": actor.role,
        "page": page,
        "way": way_of(mimetype),
    }
    rows = [
        {
            **seen_now,
            "authority_id": seen.authority_id,
            "participant_id": seen.participant_id,
            "is_protected": seen.is_protected,
            "is_own": seen.case_officer_id == actor.user_id,
            "has_number": seen.has_number,
        }
        for seen in everyone
    ]
    db.session.rollback()
    with transaction():
        db.session.execute(insert(cast(Table, Look.__table__)).inline(), rows)
