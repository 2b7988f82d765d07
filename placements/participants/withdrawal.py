"""Withdrawing a grant with all that hangs on it, and what that would be. Above the other features of placements: it
asks each of them to end what is its own.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from placements.access.queries import live_code_of
from placements.access.services import revoke_codes_of
from placements.booking.queries import PlacementRow, lives_with_people
from placements.booking.rules import CancelReason
from placements.booking.services import take_back_all
from placements.choice.models import ChoiceRound
from placements.choice.queries import open_round_of
from placements.choice.services import close_round_of
from placements.participants.models import Grant
from placements.participants.queries import standing_of
from placements.participants.rules import GrantAction, obstacle
from placements.participants.services import move_grant
from placements.visits.queries import coming_on_grant
from placements.visits.services import cancel_visits_of
from placements.waiting_list.models import WaitingEntry, WaitingOffer
from placements.waiting_list.rules import EntryState, OfferState
from placements.waiting_list.services import end_entries_of

WITHDRAWN_TOPIC = "grant_withdrawn"


@dataclass(frozen=True)
class Cascade:
    """What would end with the grant."""

    obstacle_sv: str
    """Why it cannot be withdrawn now; empty when it can."""
    open_round: ChoiceRound | None
    has_code: bool
    visits: int
    placements: list[PlacementRow]
    """Requested and accepted."""
    entries: int
    offers: int

    @property
    def is_empty(self) -> bool:
        return not (
            self.open_round or self.has_code or self.visits or self.placements or self.entries or self.offers
        )


def cascade_of(grant: Grant) -> Cascade:
    """What withdrawing the grant would end, as it stands now."""
    entries = select(func.count(WaitingEntry.id)).where(
        WaitingEntry.grant_id == grant.id, WaitingEntry.state == EntryState.WAITING
    )
    offers = select(func.count(WaitingOffer.id)).where(
        WaitingOffer.grant_id == grant.id, WaitingOffer.state == OfferState.OPEN
    )
    return Cascade(
        obstacle_sv=obstacle(standing_of(grant), GrantAction.WITHDRAW, today()),
        open_round=open_round_of(grant.id),
        has_code=live_code_of(grant.participant_id) is not None,
        visits=len(coming_on_grant(grant.id)),
        placements=lives_with_people(grant.id),
        entries=db.session.scalar(entries) or 0,
        offers=db.session.scalar(offers) or 0,
    )


def withdraw_grant(grant_id: int) -> Grant:
    """Ends the grant, its open round and waiting entries, the participant's code, her coming visits, and what has been
    requested or accepted; suppliers are told.

    Raises NotFound, Conflict when a placement has begun: one that goes on is ended first.
    """
    grant = get_or_404(Grant, grant_id, lock=True)
    why_not = obstacle(standing_of(grant), GrantAction.WITHDRAW, today())
    if why_not:
        raise Conflict(why_not)
    move_grant(grant, GrantAction.WITHDRAW)
    db.session.flush()
    revoke_codes_of(grant.participant_id)
    with acting_as(system_actor(grant.authority_id)):
        # The round before its visits, as whoever books one: none is booked in between.
        close_round_of(grant_id)
        cancel_visits_of(grant_id)
        end_entries_of(grant_id)
        take_back_all(grant_id, CancelReason.GRANT_WITHDRAWN)
        emit(WITHDRAWN_TOPIC, authority_id=grant.authority_id, grant_id=grant_id)
    return grant
