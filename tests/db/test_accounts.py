import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from marketplace.accounts.models import Membership, Organisation, UserSecret
from marketplace.accounts.queries import demo_people, memberships_of, user_by_email
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.accounts.services import add_membership, create_account, user_with_password
from marketplace.clock import now
from marketplace.db import transaction
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor

PASSWORD = "tre ord som glöms"


@pytest.fixture
def authority_id(session: Session) -> int:
    with acting_as(system_actor()):
        authority = Organisation(
            kind=OrganisationKind.AUTHORITY, name="Öst", kommun_codes=["0180"], created_at=now()
        )
        session.add(authority)
        session.flush()
        return authority.id


@pytest.mark.parametrize(
    ("email", "name", "password", "field"),
    [
        ("inte en adress", "Maria", PASSWORD, "email"),
        ("maria@exempel.se", "  ", PASSWORD, "name"),
        ("maria@exempel.se", "Maria", "kort", "password"),
    ],
)
def test_an_account_needs_an_address_a_name_and_a_long_password(
    session: Session, email: str, name: str, password: str, field: str
) -> None:
    with acting_as(system_actor()), pytest.raises(Invalid) as refusal:
        create_account(email, name, password)
    assert refusal.value.field == field


def test_two_accounts_cannot_share_an_address(session: Session) -> None:
    with acting_as(system_actor()):
        with transaction():
            create_account("maria@exempel.se", "Maria", PASSWORD)
        with pytest.raises(Conflict, match="används redan"), transaction():
            create_account("MARIA@exempel.se", "En annan Maria", PASSWORD)


def test_a_role_belongs_to_its_kind_of_organisation(session: Session, authority_id: int) -> None:
    with acting_as(system_actor()):
        user = create_account("maria@exempel.se", "Maria", PASSWORD)
        with pytest.raises(Invalid, match="Rollen"):
            add_membership(user.id, authority_id, Role.SUPERVISOR)
        with pytest.raises(NotFound):
            add_membership(user.id, 999_999, Role.CONTROLLER)


def test_the_hash_is_argon2id_and_the_password_nowhere(session: Session) -> None:
    with acting_as(system_actor()):
        user = create_account("maria@exempel.se", "Maria", PASSWORD)
        kept = session.get_one(UserSecret, user.id).password_hash
        assert kept.startswith("$argon2id$")
        assert PASSWORD not in kept


def test_accounts_are_not_seen_by_who_has_not_signed_in(session: Session) -> None:
    with acting_as(system_actor()):
        maria = create_account("maria@exempel.se", "Maria", PASSWORD).id
    session.expunge_all()
    with acting_as(ANONYMOUS):
        assert user_by_email("maria@exempel.se") is None
        found = user_with_password("maria@exempel.se", PASSWORD)
        assert found is not None
        assert found.id == maria


def test_nobody_makes_themselves_a_member(session: Session, authority_id: int) -> None:
    with acting_as(system_actor()):
        maria = create_account("maria@exempel.se", "Maria", PASSWORD).id
    itself = Actor(
        user_id=maria, role=Role.COORDINATOR, organisation_id=authority_id, authority_id=authority_id
    )
    with acting_as(itself):
        session.add(
            Membership(user_id=maria, organisation_id=authority_id, role=Role.CONTROLLER, kommun_codes=[])
        )
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.flush()
        session.rollback()


def test_a_refusal_inside_a_switch_of_actor_keeps_its_words(session: Session) -> None:
    with acting_as(system_actor()), transaction():
        create_account("maria@exempel.se", "Maria", PASSWORD)
    with pytest.raises(Conflict, match="används redan"), transaction(), acting_as(system_actor()):
        create_account("maria@exempel.se", "En annan Maria", PASSWORD)


def test_memberships_and_the_demos_people_come_in_a_steady_order(session: Session, authority_id: int) -> None:
    with acting_as(system_actor()):
        made = []
        for number, name in enumerate(["Åsa", "Zara", "Örjan", "Anna"]):
            user = create_account(f"n{number}@exempel.se", name, PASSWORD)
            made.append(add_membership(user.id, authority_id, Role.STRATEGIST))
            add_membership(user.id, authority_id, Role.CONTROLLER)
        people = [(person.name, person.role) for person in demo_people() if person.organisation_name == "Öst"]
        names = ["Anna", "Zara", "Åsa", "Örjan"]
        assert people == [(name, Role.STRATEGIST) for name in names] + [
            (name, Role.CONTROLLER) for name in names
        ]
        roles = [membership.role for membership in memberships_of(made[0].user_id)]
        assert roles == [Role.CONTROLLER, Role.STRATEGIST]
