"""Codes as officers see them, and who a participant's session is for."""

from sqlalchemy import func, select

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import Actor, acting_as
from placements.access.models import ParticipantCode


def live_code_of(participant_id: int) -> ParticipantCode | None:
    """The participant's code, if she has one that has not been taken back. It may have expired."""
    return db.session.scalar(
        select(ParticipantCode).where(
            ParticipantCode.participant_id == participant_id, ParticipantCode.revoked_at.is_(None)
        )
    )


def authority_of_code(code_hash: str) -> int | None:
    """Whose participant the code is for. For the system, which reads what somebody has typed."""
    return db.session.scalar(select(func.authority_of_code(code_hash)))


def code_by_hash(code_hash: str) -> ParticipantCode:
    """For the system of its authority."""
    return db.session.scalars(select(ParticipantCode).where(ParticipantCode.code_hash == code_hash)).one()


def participant_actor(participant_id: int) -> Actor:
    """The participant herself. Without organisation: no authority's or enterprise's rows are hers.

    Her name is not in it, since what she does is written down where a name must not be.
    """
    return Actor(user_name="Deltagaren", role=Role.PARTICIPANT, participant_id=participant_id)


def actor_of_session(code_id: int, participant_id: int, opening: int) -> Actor | None:
    """Who acts in a session that the code's opening began; None from the moment when the code no longer holds, or she
    has closed her page."""
    actor = participant_actor(participant_id)
    with acting_as(actor):
        holds = select(ParticipantCode.id).where(
            ParticipantCode.id == code_id,
            ParticipantCode.revoked_at.is_(None),
            ParticipantCode.expires_on >= today(),
            ParticipantCode.times_closed < opening,
        )
        return actor if db.session.scalar(holds) is not None else None
