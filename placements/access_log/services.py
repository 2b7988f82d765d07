"""Keeping who looked at whom, and checking it."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, insert

from marketplace import clock
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict
from marketplace.tenancy import current_actor, own_authority
from placements.access_log import queries
from placements.access_log.models import Look, LookCheck
from placements.access_log.queries import LooksWanted
from placements.access_log.rules import CheckOutcome, check_note, way_of
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


def draw_checks(wanted: LooksWanted, count: int) -> int:
    """Draws looks by chance for the controller to go through; gives how many there were to draw.

    Raises Conflict when all have been drawn already, or there are none.
    """
    actor = current_actor()
    look_ids = queries.undrawn(wanted, count)
    if not look_ids:
        raise Conflict("Det finns inget att dra ur: välj en längre period, eller ta bort ett filter.")
    db.session.add_all(
        LookCheck(
            look_id=look_id,
            authority_id=own_authority(),
            drawn_on=clock.today(),
            drawn_by=actor.user_name,
        )
        for look_id in look_ids
    )
    db.session.flush()
    return len(look_ids)


def settle_check(look_id: int, outcome: CheckOutcome, note_sv: str) -> None:
    """What the controller found. It is not changed afterwards.

    Raises NotFound, Conflict when somebody has settled it already, Invalid when a note is needed.
    """
    note_sv = check_note(outcome, note_sv)
    check = get_or_404(LookCheck, look_id, lock=True)
    if check.outcome is not None:
        raise Conflict("Kontrollen är redan avslutad.")
    check.outcome, check.note_sv = outcome, note_sv
    check.checked_at, check.checked_by = clock.now(), current_actor().user_name
    db.session.flush()
