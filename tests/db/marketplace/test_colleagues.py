"""Colleagues are invited by those who may, and leave with somebody to take over."""

import email
import re
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.models import Membership, User, UserSession
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import MemberKind, Role, SignInMeans
from marketplace.accounts.services import add_membership, create_account
from marketplace.accounts.session_services import begin
from marketplace.clock import now, today, travelling
from marketplace.colleagues import jobs, services
from marketplace.colleagues.founding import found_authority, found_member
from marketplace.colleagues.models import Invitation
from marketplace.colleagues.rules import InvitationState
from marketplace.colleagues.services import SEND_TOPIC
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.outbox import Outbox
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.participants.models import Participant
from tests.support.placement_market import TODAY, Market, granted, requested

PASSWORD = "tre ord som glöms"
NEW = "ny@exempel.se"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def letters(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/post")
    return tmp_path / "post"


def invited(who: Actor, role: Role, organisation_id: int, to: str = NEW) -> int:
    with acting_as(who), transaction():
        return services.invite(to, f"{organisation_id}-{role.value}", []).id


def sent(session: Session, letters: Path) -> str:
    """The token of the latest letter, once what waits has been sent."""
    with acting_as(system_actor()):
        waiting = select(Outbox.id).where(Outbox.topic == SEND_TOPIC, Outbox.processed_at.is_(None))
        ids = session.scalars(waiting.order_by(Outbox.id)).all()
    for one in ids:
        jobs.send_invitation(one)
    newest = max(letters.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    body = email.message_from_bytes(newest.read_bytes(), policy=policy.default).get_content()
    found = re.search(r"/inbjudan/(\S+)", body)
    assert found
    return found[1]


def test_who_invites_whom(market: Market, letters: Path) -> None:
    """The authority's coordinator and procurement officer to it and its members, a manager to her enterprise."""
    may = {
        (market.coordinator, Role.CONTROLLER, market.north_id),
        (market.coordinator, Role.CASE_OFFICER, market.other_unit_id),
        (market.procurement_officer, Role.COORDINATOR, market.north_id),
        (market.manager, Role.SUPERVISOR, market.farm_id),
        (market.manager, Role.SUPPLIER_MANAGER, market.farm_id),
    }
    for number, (who, role, organisation_id) in enumerate(may):
        assert invited(who, role, organisation_id, f"nr{number}@exempel.se")
    may_not = [
        (market.coordinator, Role.CASE_OFFICER, market.south_unit_id),
        (market.coordinator, Role.CASE_OFFICER, market.north_id),
        (market.coordinator, Role.SUPERVISOR, market.farm_id),
        (market.manager, Role.SUPERVISOR, market.bakery_id),
        (market.manager, Role.CONTROLLER, market.north_id),
        (market.strategist, Role.CONTROLLER, market.north_id),
        (market.controller, Role.CONTROLLER, market.north_id),
        (market.officer, Role.CASE_OFFICER, market.unit_id),
        (market.supervisor, Role.SUPERVISOR, market.farm_id),
        (ANONYMOUS, Role.CONTROLLER, market.north_id),
    ]
    for who, role, organisation_id in may_not:
        with pytest.raises((NotAllowed, Invalid)):
            invited(who, role, organisation_id)


def test_the_link_makes_an_account_once(market: Market, session: Session, letters: Path) -> None:
    invitation_id = invited(market.coordinator, Role.CASE_OFFICER, market.unit_id, " Ny@Exempel.se ")
    token = sent(session, letters)
    with acting_as(system_actor()):
        stored = session.get_one(Invitation, invitation_id)
        assert stored.token_hash not in {None, token}
        payloads = str(session.scalars(select(Outbox.payload)).all())
    assert token not in payloads
    assert "exempel" not in payloads
    with transaction():
        user_id, membership_id = services.accept_with_new_account(token, "Nya Handläggaren", PASSWORD)
    with acting_as(system_actor()):
        membership = session.get_one(Membership, membership_id)
        assert (membership.user_id, membership.role) == (user_id, Role.CASE_OFFICER)
        assert session.get_one(User, user_id).email == NEW
    with pytest.raises(NotFound, match="gäller inte längre"):
        services.invitation_for(token)


def test_an_old_link_stops_when_another_is_sent_and_all_when_it_is_withdrawn(
    market: Market, session: Session, letters: Path
) -> None:
    invitation_id = invited(market.coordinator, Role.CASE_OFFICER, market.unit_id)
    first = sent(session, letters)
    with acting_as(market.procurement_officer), transaction():
        services.resend(invitation_id)
    with travelling(now() + timedelta(seconds=1)):
        second = sent(session, letters)
    with pytest.raises(NotFound):
        services.invitation_for(first)
    held, _ = services.invitation_for(second)  # as a page has it that is about to accept
    assert held.id == invitation_id
    with acting_as(system_actor()), session.begin_nested() as meanwhile:
        session.execute(
            update(Invitation).values(withdrawn_at=now()), execution_options={"synchronize_session": False}
        )
        with pytest.raises(NotFound):
            services.accept_with_new_account(second, "Nya Handläggaren", PASSWORD)
        meanwhile.rollback()
    for who in (market.south_coordinator, market.manager, market.officer):
        with acting_as(who), pytest.raises((NotFound, NotAllowed)):
            services.withdraw(invitation_id)
    with acting_as(market.coordinator), transaction():
        services.withdraw(invitation_id)
        with pytest.raises(Conflict):
            services.resend(invitation_id)
    with pytest.raises(NotFound):
        services.invitation_for(second)


def test_a_link_lasts_seven_days(market: Market, session: Session, letters: Path) -> None:
    invitation_id = invited(market.coordinator, Role.CASE_OFFICER, market.unit_id)
    token = sent(session, letters)
    with travelling(now() + timedelta(days=7, seconds=-1)):
        services.invitation_for(token)
    with travelling(now() + timedelta(days=7)):
        with pytest.raises(NotFound):
            services.invitation_for(token)
        with acting_as(market.coordinator):
            assert session.get_one(Invitation, invitation_id).state is InvitationState.EXPIRED
    for days, left in ((29, 1), (40, 0)):
        with travelling(now() + timedelta(days=days)), acting_as(system_actor()), transaction():
            services.forget_old_invitations()
            assert session.scalar(select(func.count()).select_from(Invitation)) == left


def test_who_has_an_account_accepts_as_herself(market: Market, session: Session, letters: Path) -> None:
    with acting_as(system_actor()), transaction():
        address = session.get_one(User, market.officer.user_id).email
    invited(market.coordinator, Role.CASE_OFFICER, market.other_unit_id, address)
    token = sent(session, letters)
    with acting_as(market.colleague), transaction(), pytest.raises(NotAllowed):
        services.accept_as_oneself(token)
    with transaction(), pytest.raises(Conflict, match="redan ett konto"):
        services.accept_with_new_account(token, "Någon annan", PASSWORD)
    with acting_as(market.officer), transaction():
        services.accept_as_oneself(token)


@pytest.mark.parametrize("who", ["herself", "nobody", "colleague"])
def test_some_cannot_be_invited(market: Market, session: Session, letters: Path, who: str) -> None:
    with acting_as(system_actor()):
        addresses = {
            "herself": session.get_one(User, market.coordinator.user_id).email,
            "nobody": "inte en adress",
            "colleague": session.get_one(User, market.officer.user_id).email,
        }
    with pytest.raises(DomainError) as refusal:
        invited(market.coordinator, Role.CASE_OFFICER, market.unit_id, addresses[who])
    assert refusal.value.field == "email"


def test_without_mail_nobody_is_invited(market: Market) -> None:
    with pytest.raises(Conflict, match="MAIL_URL"):
        invited(market.coordinator, Role.CASE_OFFICER, market.unit_id)


def test_a_case_officer_leaves_her_participants_to_somebody(market: Market, session: Session) -> None:
    """All in one transaction, and she is out at once: her sessions end, and nothing new can be hers."""
    participant_id = granted(market)[0]
    leaver, heir = market.officer, market.colleague
    with acting_as(leaver), transaction():
        begin(leaver.user_id or 0, SignInMeans.PASSWORD, "Firefox")
    for successor in (None, market.other_unit_officer.user_id, leaver.user_id):
        with acting_as(market.coordinator), pytest.raises(Invalid, match="1 deltagare"), transaction():
            services.end_membership(leaver.membership_id or 0, successor)
    with acting_as(market.procurement_officer), transaction():
        services.end_membership(leaver.membership_id or 0, heir.user_id)
    with acting_as(system_actor()):
        assert session.get_one(Membership, leaver.membership_id).ended_on == today()
        open_sessions = select(UserSession).where(UserSession.ended_at.is_(None))
        assert not session.scalars(open_sessions).all()
    with acting_as(system_actor(market.north_id)):
        participant = session.get_one(Participant, participant_id)
        assert participant.case_officer_id == heir.user_id
        with pytest.raises(IntegrityError, match="officer_at_unit"), session.begin_nested():
            participant.case_officer_id = leaver.user_id or 0
            session.flush()
        session.refresh(participant)


def test_what_was_left_behind_can_be_taken_over_later(market: Market, session: Session) -> None:
    """Where the authority's identity provider has ended the membership."""
    participant_id = granted(market)[0]
    with acting_as(system_actor()), transaction():
        session.get_one(Membership, market.officer.membership_id).ended_on = today() - timedelta(days=3)
    with acting_as(market.coordinator), transaction():
        services.end_membership(market.officer.membership_id or 0, market.colleague.user_id)
    with acting_as(system_actor(market.north_id)):
        assert session.get_one(Participant, participant_id).case_officer_id == market.colleague.user_id


@pytest.mark.parametrize(
    ("who", "whom", "says"),
    [
        ("manager", "manager", "sista som kan bjuda in"),
        ("south_coordinator", "south_coordinator", "sista som kan bjuda in"),
    ],
)
def test_the_last_who_can_invite_cannot_leave(market: Market, who: str, whom: str, says: str) -> None:
    with acting_as(getattr(market, who)), pytest.raises(Conflict, match=says), transaction():
        services.end_membership(getattr(market, whom).membership_id, None)


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("coordinator", "south_officer"),
        ("coordinator", "supervisor"),
        ("manager", "other_supervisor"),
        ("officer", "colleague"),
        ("supervisor", "supervisor"),
    ],
)
def test_nobody_ends_others_than_her_own(market: Market, who: str, whom: str) -> None:
    with acting_as(getattr(market, who)), pytest.raises((NotFound, NotAllowed)), transaction():
        services.end_membership(getattr(market, whom).membership_id, None)


def test_the_last_supervisor_stays_while_anybody_trains(market: Market, session: Session) -> None:
    """Supervisors have placements together, so that nobody need be chosen."""
    requested(market)
    with acting_as(market.manager), pytest.raises(Conflict, match="ta över 1 placering"), transaction():
        services.end_membership(market.supervisor.membership_id or 0, None)
    with acting_as(system_actor()), transaction():
        add_membership(market.manager.user_id or 0, market.farm_id, Role.SUPERVISOR)
    with acting_as(market.manager), transaction():
        services.end_membership(market.supervisor.membership_id or 0, None)


def test_who_comes_back_has_a_new_membership(market: Market, session: Session, letters: Path) -> None:
    with acting_as(system_actor()):
        address = session.get_one(User, market.controller.user_id).email
    with acting_as(market.coordinator), transaction():
        services.end_membership(market.controller.membership_id or 0, None)
    invited(market.coordinator, Role.CONTROLLER, market.north_id, address)
    token = sent(session, letters)
    with acting_as(market.controller), transaction():
        assert services.accept_as_oneself(token) != market.controller.membership_id


def test_a_closed_account_is_not_opened_by_an_invitation(
    market: Market, session: Session, letters: Path
) -> None:
    with acting_as(system_actor()), transaction():
        create_account(NEW, "Stängd", PASSWORD).is_active = False
    invited(market.coordinator, Role.CASE_OFFICER, market.unit_id)
    with pytest.raises(NotFound, match="stängt"):
        services.invitation_for(sent(session, letters))


def test_an_installation_begins_with_an_authority_whose_coordinator_invites_the_rest(
    market: Market, session: Session, letters: Path
) -> None:
    with acting_as(system_actor()), transaction():
        authority_id = found_authority("Östra förbundet", "222000-3079", ["0136"], NEW).id
    with acting_as(system_actor()), transaction():
        unit_id = found_member("Enheten", "2220003079", ["0136"], MemberKind.MUNICIPALITY).id
    _, membership_id = services.accept_with_new_account(sent(session, letters), "Siv", PASSWORD)
    with acting_as(system_actor()):
        membership = session.get_one(Membership, membership_id)
        coordinator = actor_in(membership, membership.user)
    assert (coordinator.authority_id, coordinator.role) == (authority_id, Role.COORDINATOR)
    assert invited(coordinator, Role.CASE_OFFICER, unit_id, "annan@exempel.se")
    for number, kommuner, says in (("123", ["0136"], "tio siffror"), ("2220003087", ["9999"], "finns inte")):
        with acting_as(system_actor()), pytest.raises(Invalid, match=says):
            found_authority("Ingen", number, kommuner, NEW)
    with acting_as(system_actor()), pytest.raises(NotFound):
        found_member("Ingen", "2220009999", ["0136"], MemberKind.REGION)
