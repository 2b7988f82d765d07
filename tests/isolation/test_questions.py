"""A question's own words and who asked: the asker's and the officer's, whoever else looks, and however."""

import pytest
from sqlalchemy import func, select, text

from marketplace.accounts.rules import Role
from marketplace.advertising.models import AdvertisementContact, PublicAnswer, Question
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from tests.isolation.conftest import ClientFor, Rollback
from tests.world import ROLES, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
PARTIES = {
    (Role.SUPPLIER_MANAGER, "own"),
    (Role.PROCUREMENT_OFFICER, "own"),
}


def own_questions(world: World) -> int:
    ids = (world.own["question_id"], world.own["answered_question_id"])
    return db.session.scalar(select(func.count()).where(Question.id.in_(ids))) or 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_only_the_asker_and_the_officer_read_a_question(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    with undone(), acting_as(world.actor(role, side)):
        assert own_questions(world) == (2 if (role, side) in PARTIES else 0)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_reads_a_question(undone: Rollback, world: World, actor: Actor) -> None:
    with undone(), acting_as(actor):
        assert own_questions(world) == 0


def test_everyone_reads_the_answers_and_whom_to_turn_to(undone: Rollback, world: World) -> None:
    """The tests above would pass if nobody saw anything."""
    everyone = [world.actor(role, side) for role in ROLES for side in SIDES]
    for actor in [ANONYMOUS, *everyone]:
        with undone(), acting_as(actor):
            assert db.session.scalar(select(func.count()).select_from(PublicAnswer)) == 2
            assert db.session.scalar(select(func.count()).select_from(AdvertisementContact)) == 2


def test_no_page_shows_an_outsider_what_was_asked(
    undone: Rollback, world: World, fresh_client: ClientFor
) -> None:
    system = world.own["open_system_id"]
    paths = [f"/valfrihetssystem/{system}/{page}" for page in ("fragor", "annons", "annons.txt", "nytt.atom")]
    paths += [f"/valfrihetssystem/{system}", "/valfrihetssystem/nytt.atom"]
    for role in (None, *(role for role in ROLES if (role, "own") not in PARTIES)):
        client = fresh_client(role)
        secrets = ["Hemlig fråga", "Besvarad fråga"]
        if role is not Role.SUPERVISOR:  # whose own enterprise it is, as the masthead says
            secrets.append("Företaget A")
        for path in paths:
            with undone():
                answer = client.get(path)
            assert answer.status_code == 200
            for secret in secrets:
                assert secret not in answer.get_data(as_text=True), (role, path)


def test_an_answer_can_only_belong_to_its_authoritys_system(undone: Rollback, world: World) -> None:
    """B's officer cannot put words into A's system, nor take A's question over."""
    officer = world.actor(Role.PROCUREMENT_OFFICER, "foreign")
    with undone(), acting_as(officer):
        taken = db.session.execute(
            text("UPDATE question SET state = 'answered', public_answer_id = 1 WHERE id = :id"),
            {"id": world.own["question_id"]},
        )
        assert taken.rowcount == 0  # type: ignore[attr-defined]
