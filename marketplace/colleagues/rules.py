"""Who invites whom, how long a link holds, and when nobody may leave yet."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.accounts.rules import ROLE_BELONGS_TO, OrganisationKind, Role
from marketplace.errors import Conflict, Invalid

INVITERS = frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER})

LINK_DAYS = timedelta(days=7)
KEPT = timedelta(days=30)
"""How long an invitation that nothing came of, or that has been accepted, can be read."""


class InvitationState(StrEnum):
    WRITTEN = "written"  # the letter has not left yet
    SENT = "sent"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


STATE_SV = {
    InvitationState.WRITTEN: "Skickas snart",
    InvitationState.SENT: "Skickad",
    InvitationState.EXPIRED: "Tiden har gått ut",
    InvitationState.ACCEPTED: "Tackat ja",
    InvitationState.WITHDRAWN: "Återkallad",
}
STATE_TONE = {
    InvitationState.WRITTEN: "neutral",
    InvitationState.SENT: "waits",
    InvitationState.EXPIRED: "bad",
    InvitationState.ACCEPTED: "good",
    InvitationState.WITHDRAWN: "muted",
}
OPEN_STATES = frozenset({InvitationState.WRITTEN, InvitationState.SENT, InvitationState.EXPIRED})
"""In which it can be sent again, or withdrawn."""


def state_of(
    *,
    expires_at: datetime | None,
    accepted_at: datetime | None,
    withdrawn_at: datetime | None,
    moment: datetime,
) -> InvitationState:
    if accepted_at is not None:
        return InvitationState.ACCEPTED
    if withdrawn_at is not None:
        return InvitationState.WITHDRAWN
    if expires_at is None:
        return InvitationState.WRITTEN
    return InvitationState.SENT if moment < expires_at else InvitationState.EXPIRED


def roles_in(kind: OrganisationKind) -> list[Role]:
    """The roles that somebody can be invited to, in an organisation of the kind."""
    return [role for role in Role if ROLE_BELONGS_TO.get(role) is kind]


def check_may_leave(
    role: Role,
    others: Collection[Role],
    *,
    kind: OrganisationKind,
    duty_sv: str,
    is_shared: bool,
    has_successor: bool,
) -> None:
    """`others`: the roles of those who remain in the organisation. `duty_sv`: what she leaves behind, in words; where
    it `is_shared` those who remain in the role have it already, else it needs a successor. Raises Conflict, Invalid.
    """
    if kind is not OrganisationKind.MEMBER and role in INVITERS and not INVITERS.intersection(others):
        raise Conflict(
            "Det är den sista som kan bjuda in medarbetare hos er. Bjud först in någon som tar över det."
        )
    if duty_sv and role not in others:
        raise Conflict(f"Det finns ingen annan som kan ta över {duty_sv}. Bjud först in någon i samma roll.")
    if duty_sv and not is_shared and not has_successor:
        raise Invalid(f"Välj vem som tar över {duty_sv}.", field="successor")
