"""How a person takes letters is hers alone; what has been written and sent is the system's."""

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.letters.models import Letter, LetterDelivery, LetterDigest, LetterPreference
from marketplace.letters.rules import LetterKind, Way
from marketplace.letters.services import choose_ways
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import Side, World

OWNER: tuple[Role, Side] = (Role.CASE_OFFICER, "own")


def test_nobody_reads_or_changes_how_another_takes_letters(undone: Rollback, world: World) -> None:
    owner = world.actors[OWNER]
    with undone():
        with acting_as(owner):
            choose_ways(owner.user_id or 0, {LetterKind.VISIT: Way.NEVER})
        for who, actor in [*world.actors.items(), (None, ANONYMOUS)]:
            with acting_as(actor):
                found = db.session.scalar(select(func.count()).select_from(LetterPreference))
                assert found == (who == OWNER), who
                if who != OWNER:
                    for change in (
                        update(LetterPreference).values(way=Way.AT_ONCE),
                        delete(LetterPreference),
                    ):
                        assert db.session.execute(change).rowcount == 0  # type: ignore[attr-defined]


def test_nobody_chooses_for_another(undone: Rollback, world: World) -> None:
    owner, other = world.actor(Role.CASE_OFFICER), world.actor(Role.COORDINATOR)
    row = {"user_id": owner.user_id, "kind": LetterKind.VISIT, "way": Way.NEVER}
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(other):
        db.session.execute(insert(LetterPreference).values(row))


def test_letters_deliveries_and_digests_are_the_systems(undone: Rollback, world: World) -> None:
    receiver = world.actor(Role.SUPERVISOR)
    with undone():
        with acting_as(system_actor()):
            letter = Letter(
                organisation_id=receiver.organisation_id,
                role=Role.SUPERVISOR,
                kind=LetterKind.VISIT,
                subject_sv="Ämne",
                text_sv="Text",
                endpoint="visits.index",
                arguments={},
                created_at=now(),
            )
            db.session.add(letter)
            db.session.flush()
            db.session.add(LetterDelivery(letter_id=letter.id, user_id=receiver.user_id, sent_at=None))
            db.session.add(LetterDigest(user_id=receiver.user_id, day=today()))
        for actor in (*world.actors.values(), ANONYMOUS):
            with acting_as(actor):
                for model in (Letter, LetterDelivery, LetterDigest):
                    assert db.session.scalar(select(func.count()).select_from(model)) == 0, actor.role


def test_the_database_knows_the_kinds_and_the_ways(undone: Rollback, world: World) -> None:
    user_id = world.actor(Role.SUPERVISOR).user_id
    letter = (
        "INSERT INTO letter (organisation_id, role, kind, subject_sv, text_sv, endpoint, arguments, created_at)"
        f" VALUES ({world.authorities['own']}, 'controller', 'gossip', '', '', '', '{{}}', now())"
    )
    for statement in (
        letter,
        f"INSERT INTO letter_preference (user_id, kind, way) VALUES ({user_id}, 'gossip', 'never')",
        f"INSERT INTO letter_preference (user_id, kind, way) VALUES ({user_id}, 'visit', 'later')",
    ):
        with (
            pytest.raises(DBAPIError, match="violates check constraint"),
            undone(),
            acting_as(system_actor()),
        ):
            db.session.execute(text(statement))
