"""Who may leave, and what an invitation is worth."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.colleagues.rules import (
    INVITERS,
    STATE_SV,
    STATE_TONE,
    InvitationState,
    check_may_leave,
    roles_in,
    state_of,
)
from marketplace.errors import Conflict, Invalid

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, InvitationState.WRITTEN),
        ({"expires_at": NOW + timedelta(seconds=1)}, InvitationState.SENT),
        ({"expires_at": NOW}, InvitationState.EXPIRED),
        ({"expires_at": NOW, "withdrawn_at": NOW}, InvitationState.WITHDRAWN),
        ({"expires_at": NOW, "accepted_at": NOW}, InvitationState.ACCEPTED),
    ],
)
def test_states(facts: dict[str, datetime], state: InvitationState) -> None:
    known: dict[str, datetime | None] = dict.fromkeys(("expires_at", "accepted_at", "withdrawn_at"))
    assert state_of(**(known | facts), moment=NOW) is state
    assert state in STATE_SV
    assert state in STATE_TONE


def leave(role: Role, *others: Role, kind: OrganisationKind, **facts: object) -> None:
    usual: dict[str, object] = {"duty_sv": "", "is_shared": False, "has_successor": False}
    check_may_leave(role, others, kind=kind, **(usual | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", sorted(INVITERS - {Role.SUPPLIER_MANAGER}))
def test_the_last_who_invites_stays(role: Role) -> None:
    with pytest.raises(Conflict):
        leave(role, Role.CONTROLLER, kind=OrganisationKind.AUTHORITY)
    leave(role, Role.PROCUREMENT_OFFICER, kind=OrganisationKind.AUTHORITY)
    leave(Role.CONTROLLER, kind=OrganisationKind.AUTHORITY)


def test_participants_need_a_successor_in_the_role() -> None:
    at = {"kind": OrganisationKind.MEMBER, "duty_sv": "3 deltagare"}
    with pytest.raises(Conflict, match="3 deltagare"):
        leave(Role.CASE_OFFICER, has_successor=True, **at)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refusal:
        leave(Role.CASE_OFFICER, Role.CASE_OFFICER, **at)  # type: ignore[arg-type]
    assert refusal.value.field == "successor"
    leave(Role.CASE_OFFICER, Role.CASE_OFFICER, has_successor=True, **at)  # type: ignore[arg-type]
    leave(Role.CASE_OFFICER, kind=OrganisationKind.MEMBER)


def test_what_is_shared_needs_only_that_somebody_is_left() -> None:
    at = {"kind": OrganisationKind.ENTERPRISE, "duty_sv": "1 placering", "is_shared": True}
    with pytest.raises(Conflict):
        leave(Role.SUPERVISOR, Role.SUPPLIER_MANAGER, **at)  # type: ignore[arg-type]
    leave(Role.SUPERVISOR, Role.SUPERVISOR, **at)  # type: ignore[arg-type]


def test_every_kind_of_organisation_has_roles() -> None:
    found = [role for kind in OrganisationKind for role in roles_in(kind)]
    assert set(found) == set(Role) - {Role.PARTICIPANT, Role.SYSTEM}
    assert len(found) == len(set(found))
