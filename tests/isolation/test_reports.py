"""Final reports, their goals and what came before and after: read by those who work with the participant, and by those
whom she lets, as long as she does."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import MemberKind, Role
from marketplace.db import Base, db, transaction
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent
from placements.participants.withdrawal import withdraw_consent
from placements.report.models import FinalReport
from placements.report.services import record_outcome
from tests.factories import make_actor, make_member
from tests.isolation.conftest import Rollback
from tests.support.training import OUTCOME
from tests.world import ROLES, TODAY, World

TABLES: Mapping[str, Table] = Base.metadata.tables
REPORTS = ("final_report", "report_goal", "outcome")


def count(name: str) -> int:
    return db.session.scalar(select(func.count()).select_from(TABLES[name])) or 0


def placement_of(world: World) -> Placement:
    """The placement of the filed report. Ask as one who sees it."""
    report = db.session.get_one(FinalReport, world.own["report_id"])
    return db.session.get_one(Placement, report.placement_id)


def fill_in(world: World) -> None:
    with acting_as(world.actor(Role.CASE_OFFICER)), transaction():
        record_outcome(placement_of(world).id, OUTCOME)


def test_those_who_work_with_her_read_and_no_others(undone: Rollback, world: World) -> None:
    with undone():
        fill_in(world)
        for role in ROLES:
            db.session.expire_all()
            with acting_as(world.actor(role)):
                found = [bool(count(name)) for name in REPORTS]
            officers = role in (Role.CASE_OFFICER, Role.COORDINATOR)
            assert found == [officers or role is Role.SUPERVISOR] * 2 + [officers], role
            with acting_as(world.actor(role, "outside")):
                assert [count(name) for name in REPORTS] == [0, 0, 0], role
            with acting_as(world.actor(role, "foreign")):
                own = select(func.count(FinalReport.id)).where(FinalReport.id == world.own["report_id"])
                assert db.session.scalar(own) == 0, role
        seen: list[int] = []
        for she in (world.actor(Role.PARTICIPANT), world.trainees["own"]):
            with acting_as(she):
                seen += db.session.scalars(select(FinalReport.id)).all()
        assert seen == [world.own["own_report_id"]], "a participant reads her own and no other's"


def test_a_member_organisation_reads_while_there_is_consent_and_changes_nothing(
    undone: Rollback, world: World
) -> None:
    officer = world.actor(Role.CASE_OFFICER)
    with undone():
        fill_in(world)
        with acting_as(officer):
            participant_id = placement_of(world).participant_id
            kommun_code = placement_of(world).kommun_code
        with acting_as(system_actor()), transaction():
            same, foreign = (
                _office(authority_id, kommun_code)
                for authority_id in (world.authorities["own"], world.authorities["foreign"])
            )
        with acting_as(officer), transaction():
            consent_id = give_consent(participant_id, ConsentScope.SOCIAL_INSURANCE, TODAY).id
        db.session.expire_all()
        with acting_as(same), transaction():
            assert [count(name) for name in REPORTS] == [1, 1, 0]
            assert [count(name) for name in ("participant", "placement", "consent", "activity_plan")] == [
                0
            ] * 4
            changed = db.session.execute(text("UPDATE final_report SET correction_sv = 'x'"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
        with acting_as(foreign):
            assert [count(name) for name in REPORTS] == [0, 0, 0]
        with acting_as(officer), transaction():
            withdraw_consent(consent_id)
        db.session.expire_all()
        with acting_as(same):
            assert [count(name) for name in REPORTS] == [0, 0, 0]
            assert db.session.execute(text("SELECT * FROM given_placements()")).all() == []


def _office(authority_id: int, kommun_code: str) -> Actor:
    unit: Organisation = make_member(
        "Försäkringskassan", authority_id, [kommun_code], MemberKind.SOCIAL_INSURANCE
    )
    return make_actor("Fia Försäkring", unit, Role.CASE_OFFICER)


def test_either_partys_run_reads_what_a_result_fee_is_earned_by(undone: Rollback, world: World) -> None:
    with undone():
        fill_in(world)
        db.session.expire_all()
        for side, found in (("own", 1), ("foreign", 0), ("outside", 0)):
            enterprise, authority = world.enterprises[side], world.authorities[side]  # type: ignore[index]
            for party in (system_actor(enterprise_id=enterprise), system_actor(authority)):
                with acting_as(party):
                    assert count("outcome") == found, party
        with acting_as(system_actor(enterprise_id=world.enterprises["own"])):
            assert db.session.execute(text("UPDATE outcome SET education = 'higher'")).rowcount == 0  # type: ignore[attr-defined]


def test_what_was_filed_cannot_be_changed_past_the_services(undone: Rollback, world: World) -> None:
    for role, words in (
        (Role.SUPERVISOR, "done_sv = 'annat'"),
        (Role.SUPERVISOR, "comment_sv = ''"),
        (Role.SUPERVISOR, "state = 'draft'"),
        (Role.COORDINATOR, "abilities_sv = 'annat'"),
        (Role.CASE_OFFICER, "read_by_code = true"),
    ):
        with pytest.raises(DBAPIError, match="refused"), undone(), acting_as(world.actor(role)):
            statement = text(f"UPDATE final_report SET {words} WHERE id = :id")
            db.session.execute(statement, {"id": world.own["report_id"]})
