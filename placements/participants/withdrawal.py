"""Withdrawing a grant or a consent with all that hangs on it, and what that would be. Above the other features of
placements: it asks each of them to end what is its own.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotAllowed
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.access.queries import live_code_of
from placements.access.services import revoke_codes_of
from placements.booking.queries import PlacementRow, lives_on, lives_with_people
from placements.booking.rules import CancelReason, PlacementState
from placements.booking.services import take_back_all
from placements.booking.services.moving import tell
from placements.choice.models import ChoiceRound
from placements.choice.queries import open_round_of
from placements.choice.services import close_round_of
from placements.participants.models import Consent, Grant, Participant
from placements.participants.queries import live_grant, standing_of
from placements.participants.rules import ConsentScope, GrantAction, obstacle
from placements.participants.services import move_grant
from placements.visits.queries import coming_on_grant
from placements.visits.rules import EndReason as VisitEnd
from placements.visits.services import cancel_visits_of
from placements.waiting_list.models import WaitingEntry, WaitingOffer
from placements.waiting_list.rules import EntryState, OfferState
from placements.waiting_list.services import end_entries_of, take_back_offers_of

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


def withdraw_consent(consent_id: int) -> Consent:
    """Stops the sharing at once: policies read the row. With the one to suppliers ends what waits for a supplier:
    requests, offers from the line and coming visits; of a placement that is accepted or runs, the coordinator is told.

    Raises NotFound, and Conflict when it is already withdrawn.
    """
    if current_actor().role not in (Role.COORDINATOR, Role.CASE_OFFICER):
        raise NotAllowed("Din roll får inte göra detta.")
    consent = get_or_404(Consent, consent_id)
    participant_id = consent.participant_id
    # The grant before the consent, as whoever requests and accepts.
    grant = live_grant(participant_id) if consent.scope is ConsentScope.SUPPLIER else None
    if grant is not None:
        grant = get_or_404(Grant, grant.id, lock=True)
    consent = get_or_404(Consent, consent_id, lock=True)
    if consent.withdrawn_at is not None:
        raise Conflict("Samtycket är redan återkallat.")
    consent.withdrawn_at, consent.withdrawn_to = now(), current_actor().user_name
    authority_id = get_or_404(Participant, participant_id).authority_id
    audit.record("participant", participant_id, "withdraw_consent", authority_id=authority_id)
    db.session.flush()
    if grant is not None:
        with acting_as(system_actor(authority_id)):
            _end_what_needed_consent(grant.id)
    return consent


def _end_what_needed_consent(grant_id: int) -> None:
    cancel_visits_of(grant_id, VisitEnd.CONSENT_WITHDRAWN)
    take_back_offers_of(grant_id)
    take_back_all(grant_id, CancelReason.CONSENT_WITHDRAWN, [PlacementState.REQUESTED])
    for placement in lives_on(grant_id):
        tell(placement, "consent_withdrawn")
