"""What a case officer and a supervisor leave behind, and how it is taken over."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import func, select, update

from marketplace import audit
from marketplace.accounts.models import Membership
from marketplace.accounts.rules import Role
from marketplace.colleagues.duties import Duty
from marketplace.db import db
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.swedish import counted
from marketplace.tenancy import Actor, acting_as, current_actor, system_actor
from placements.booking.models import Placement
from placements.booking.rules import LIVE_STATES
from placements.participants.models import Participant


def _in_the_name_of_whoever_acts() -> Actor:
    """Whoever lets somebody leave need not be one who sees persons; she is told how many, and no more."""
    actor = current_actor()
    return replace(
        system_actor(actor.authority_id, actor.enterprise_id),
        user_id=actor.user_id,
        user_name=actor.user_name,
        organisation_name=actor.organisation_name,
    )


def _participants_of(unit_ids: Collection[int]) -> dict[tuple[int, int | None], int]:
    with acting_as(_in_the_name_of_whoever_acts()):
        rows = db.session.execute(
            select(Participant.unit_id, Participant.case_officer_id, func.count())
            .where(Participant.unit_id.in_(unit_ids), Participant.disposed_on.is_(None))
            .group_by(Participant.unit_id, Participant.case_officer_id)
        )
        return {(unit_id, user_id): number for unit_id, user_id, number in rows}


def _hand_over_participants(membership: Membership, to: int) -> None:
    unit_id, leaver = membership.organisation_id, membership.user_id
    hers = select(Participant.id).where(
        Participant.unit_id == unit_id,
        Participant.case_officer_id == leaver,
        Participant.disposed_on.is_(None),
    )
    with acting_as(_in_the_name_of_whoever_acts()) as actor:
        ids = db.session.scalars(hers.order_by(Participant.id).with_for_update(key_share=True)).all()
        db.session.execute(update(Participant).where(Participant.id.in_(ids)).values(case_officer_id=to))
        audit.record_many(
            [audit.NewEvent("participant", one, "take_over", actor.authority_id) for one in ids]
        )
    write_letter(
        unit_id,
        Role.CASE_OFFICER,
        kind=LetterKind.PLACEMENT,
        subject_sv="Du har tagit över deltagare",
        text_sv=f"En kollega har slutat, och du ansvarar nu för {counted(len(ids), 'deltagare', 'deltagare')} till.",
        endpoint="participants.index",
        to=to,
    )


def _placements_of(enterprise_ids: Collection[int]) -> dict[tuple[int, int | None], int]:
    with acting_as(_in_the_name_of_whoever_acts()):
        rows = db.session.execute(
            select(Placement.enterprise_id, func.count())
            .where(Placement.enterprise_id.in_(enterprise_ids), Placement.state.in_(LIVE_STATES))
            .group_by(Placement.enterprise_id)
        )
        return {(enterprise_id, None): number for enterprise_id, number in rows}


DUTIES = (
    Duty(Role.CASE_OFFICER, "deltagare", "deltagare", _participants_of, _hand_over_participants),
    Duty(Role.SUPERVISOR, "placering", "placeringar", _placements_of),
)
"""All that a case officer has going hangs on her participants; an enterprise's supervisors share its placements."""
