"""What each actor can read and write when a query forgets to ask whose the rows are."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace import audit
from marketplace.accounts.models import UserSecret
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.attendance.models import attendance_by_number
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.attendance.services import record_attendance
from placements.participants.models import Consent, Participant
from placements.participants.withdrawal import withdraw_consent
from tests.isolation.conftest import PERSON_TABLES, Rollback
from tests.world import BUYERS, ROLES, World

TABLES = Base.metadata.tables
NEVER_SEE_PERSONS = (
    Role.STRATEGIST,
    Role.CONTROLLER,
    Role.PROCUREMENT_OFFICER,
    Role.SUPPLIER_MANAGER,
)
PUBLISHED = frozenset(
    {"organisation", "system_of_choice", "terms_version", "public_answer", "advertisement_contact"}
)
"""Tables with an authority in them of which some rows are for everyone."""


def with_column(name: str) -> Iterator[Table]:
    for table in Base.metadata.sorted_tables:
        if name in table.c:
            yield table


def count(table: str | Table, *conditions: object) -> int:
    found = TABLES[table] if isinstance(table, str) else table
    return db.session.scalar(select(func.count()).select_from(found).where(*conditions)) or 0  # type: ignore[arg-type]


@pytest.mark.parametrize("role", NEVER_SEE_PERSONS)
@pytest.mark.parametrize("table", PERSON_TABLES)
def test_roles_without_persons_see_no_row_of_persons(
    undone: Rollback, world: World, role: Role, table: str
) -> None:
    with undone(), acting_as(world.actor(role)):
        assert count(table) == 0


@pytest.mark.parametrize("role", NEVER_SEE_PERSONS)
def test_roles_without_persons_see_no_event_about_one(undone: Rollback, world: World, role: Role) -> None:
    with undone(), acting_as(world.actor(role)):
        assert count("event", audit.Event.about_person) == 0


def test_strategist_and_procurement_officer_see_no_placement(undone: Rollback, world: World) -> None:
    for role in (Role.STRATEGIST, Role.PROCUREMENT_OFFICER):
        with undone(), acting_as(world.actor(role)):
            assert count("placement") == 0


def test_those_who_work_with_persons_see_their_own(undone: Rollback, world: World) -> None:
    """The tests above would pass if nobody saw anything."""
    for role in (Role.CASE_OFFICER, Role.COORDINATOR, Role.SUPERVISOR):
        with undone(), acting_as(world.actor(role)):
            assert count("participant") > 0
            assert count("activity_plan") > 0


def test_supplier_never_sees_a_personal_number_or_what_was_shown(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.SUPERVISOR)):
        for table in ("participant_identity", "choice_round", "shown_place", "consent"):
            assert count(table) == 0, table


def test_supplier_neither_reads_nor_writes_a_grant(undone: Rollback, world: World) -> None:
    """Level and wished trades are the authority's, whatever has become of the placement."""
    grant = TABLES["training_grant"]
    for role in (Role.SUPERVISOR, Role.SUPPLIER_MANAGER):
        with undone(), acting_as(world.actor(role)):
            assert count("placement") > 0
            assert count("training_grant") == 0
            written = db.session.execute(update(grant).values(support_level="5"))
            assert written.rowcount == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_or_writes_what_a_password_is_checked_against(
    undone: Rollback, world: World, role: Role
) -> None:
    """Neither her own nor that of a colleague whose account she may read."""
    people = [world.actor(one) for one in ROLES]
    with undone():
        with acting_as(system_actor()):
            db.session.add_all(UserSecret(user_id=one.user_id, password_hash="-") for one in people)
        with acting_as(world.actor(role)):
            assert count("user_account") >= 1
            assert count("user_secret") == 0
            written = db.session.execute(update(TABLES["user_secret"]).values(password_hash="mine"))
            assert written.rowcount == 0  # type: ignore[attr-defined]
            with pytest.raises(DBAPIError, match="does not exist"), db.session.begin_nested():
                db.session.execute(text("SELECT password_hash FROM user_account"))
        with acting_as(system_actor()):
            assert count("user_secret") == len(people)


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.SUPPLIER_MANAGER])
def test_hours_are_read_by_number_without_kinds_of_absence(
    undone: Rollback, world: World, role: Role
) -> None:
    days, placement_id = attendance_by_number, int(world.own["placement_id"])
    kinds = (AttendanceKind.ILL, AttendanceKind.LEAVE, AttendanceKind.INVALID)
    entries = [
        AttendanceEntry(placement_id, date(2026, 3, 9 + number), kind, Decimal(4), Decimal(0))
        for number, kind in enumerate(kinds)
    ]
    chosen = select(days.c.kind).where(days.c.placement_id == placement_id, days.c.day >= entries[0].day)
    with undone():
        with acting_as(world.actor(Role.SUPERVISOR)):
            record_attendance(entries)
        with acting_as(world.actor(role)):
            read = db.session.scalars(chosen.order_by(days.c.day)).all()
            assert read == [AttendanceKind.OTHER_VALID, AttendanceKind.OTHER_VALID, AttendanceKind.INVALID]
        by_number = {Role.CONTROLLER, Role.SUPPLIER_MANAGER, Role.SUPERVISOR}
        strangers = [world.actor(other) for other in ROLES if other not in by_number]
        for stranger in (*strangers, world.actor(role, "outside"), ANONYMOUS):
            with acting_as(stranger):
                assert db.session.scalar(select(func.count()).select_from(days)) == 0, stranger.role


def test_supervisor_sees_nobody_who_has_not_asked_for_a_place(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.SUPERVISOR)):
        assert db.session.get(Participant, world.own["participant_id"]) is None


def test_withdrawn_consent_hides_the_person_at_once(undone: Rollback, world: World) -> None:
    supervisor, officer = world.actor(Role.SUPERVISOR), world.actor(Role.CASE_OFFICER)
    placement = TABLES["placement"]
    with undone():
        with acting_as(officer):
            participant_id = db.session.scalar(
                select(placement.c.participant_id).where(placement.c.id == world.own["placement_id"])
            )
        own = TABLES["participant"].c.id == participant_id
        ill = AttendanceEntry(
            int(world.own["placement_id"]), date(2026, 3, 9), AttendanceKind.ILL, Decimal(4), Decimal(0)
        )
        was = select(attendance_by_number.c.kind).where(attendance_by_number.c.day == ill.day)
        with acting_as(supervisor):
            assert count("participant", own) == 1
            plans = count("activity_plan")
            record_attendance([ill])
            assert db.session.scalars(was).one() is AttendanceKind.ILL
        with acting_as(officer):
            consent = db.session.scalars(
                select(Consent).where(Consent.participant_id == participant_id)
            ).one()
            withdraw_consent(consent.id)
        with acting_as(supervisor):
            assert count("participant", own) == 0
            assert count("activity_plan") < plans
            assert db.session.scalars(was).one() is AttendanceKind.OTHER_VALID
            assert count("placement", placement.c.id == world.own["placement_id"]) == 1


@pytest.mark.parametrize("role", BUYERS)
def test_no_row_of_another_authority_in_any_table(undone: Rollback, world: World, role: Role) -> None:
    """A and B share an enterprise; A's people see nothing of B all the same."""
    others = [world.authorities["foreign"], world.authorities["outside"]]
    with undone(), acting_as(world.actor(role)):
        for table in with_column("authority_id"):
            if table.name not in PUBLISHED:
                assert count(table, table.c.authority_id.in_(others)) == 0, table.name


@pytest.mark.parametrize("role", [Role.SUPPLIER_MANAGER, Role.SUPERVISOR])
def test_no_row_of_another_enterprise_that_is_not_published(
    undone: Rollback, world: World, role: Role
) -> None:
    """Of E2 the other enterprise sees published places and nothing else."""
    others = [world.enterprises["foreign"], world.enterprises["outside"]]
    with undone(), acting_as(world.actor(role)):
        for table in with_column("enterprise_id"):
            hidden: list[object] = [table.c.enterprise_id.in_(others)]
            if table.name == "place":
                hidden.append(table.c.state == "draft")
            assert count(table, *hidden) == 0, table.name


def test_shared_enterprise_sees_both_buyers_and_they_not_each_other(undone: Rollback, world: World) -> None:
    placement = TABLES["placement"]
    shared = placement.c.id == world.shared["placement_id"]
    with undone():
        with acting_as(world.actor(Role.SUPERVISOR)):
            assert count("placement", shared) == 1
            assert count("placement", placement.c.id == world.own["placement_id"]) == 1
        with acting_as(world.actor(Role.CASE_OFFICER)):
            assert count("placement", shared) == 0
        with acting_as(world.actor(Role.CASE_OFFICER, "foreign")):
            assert count("placement", shared) == 1
            assert count("placement", placement.c.id == world.own["placement_id"]) == 0


def test_a_booking_by_another_authority_lowers_the_free_seats_and_tells_nothing_else(
    undone: Rollback, world: World
) -> None:
    use = TABLES["seat_use"]
    with undone(), acting_as(world.actor(Role.CASE_OFFICER)):
        own = count("placement", TABLES["placement"].c.place_id == world.own["published_place_id"])
        assert count(use, use.c.place_id == world.own["published_place_id"]) > own
        assert not {"authority_id", "participant_id", "placement_id"} & set(use.c.keys())


def test_outsiders_see_nothing_of_either(undone: Rollback, world: World) -> None:
    """C's people, in every role, see no row that has an authority or an enterprise other than C in it."""
    for role in ROLES:
        with undone(), acting_as(world.actor(role, "outside")):
            for table in with_column("authority_id"):
                if table.name not in PUBLISHED:
                    others = [world.authorities["own"], world.authorities["foreign"]]
                    assert count(table, table.c.authority_id.in_(others)) == 0, (role, table.name)
            for name in PERSON_TABLES:
                assert count(name) == 0, (role, name)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_without_a_tenant_there_is_no_tenants_row(undone: Rollback, world: World, actor: Actor) -> None:
    # What the system reads of providers while it finds out for whom somebody signs in.
    signs_in = {"bound_identity", "group_rule", "identity_provider"} if actor.role is Role.SYSTEM else set()
    open_to_all = {*PUBLISHED, *signs_in, "place", "event", "outbox"}
    with undone(), acting_as(actor):
        for column in ("authority_id", "enterprise_id"):
            for table in with_column(column):
                if table.name not in open_to_all:
                    assert count(table) == 0, table.name
        assert count("place", TABLES["place"].c.state == "draft") == 0
        assert count("system_of_choice", TABLES["system_of_choice"].c.is_open.is_(False)) == 0
        assert count("terms_version", TABLES["terms_version"].c.state == "draft") == 0


def test_anonymous_sees_no_event_and_no_account(undone: Rollback, world: World) -> None:
    with undone(), acting_as(ANONYMOUS):
        for table in ("event", "outbox", "user_account", "user_secret", "membership", "seat_use"):
            assert count(table) == 0, table


def test_leftover_settings_do_not_reach_the_next_transaction(undone: Rollback, world: World) -> None:
    with acting_as(world.actor(Role.CASE_OFFICER)):
        assert count("participant") > 0
        db.session.rollback()
    assert count("participant") == 0
    db.session.rollback()


# Writing.


def refused(statement: object) -> None:
    with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
        db.session.execute(statement)  # type: ignore[call-overload]


def forged_participant(world: World, authority_id: int | None) -> object:
    officer = world.actor(Role.CASE_OFFICER, "foreign")
    return insert(TABLES["participant"]).values(
        authority_id=authority_id,
        unit_id=officer.organisation_id,
        case_officer_id=officer.user_id,
        kommun_code="0126",
        name="Förfalskad",
        sex="woman",
        birth_year=1980,
        needs_sv="",
        is_protected=False,
        created_at=now(),
    )


@pytest.mark.parametrize("role", [role for role in ROLES if role not in NEVER_SEE_PERSONS])
def test_a_participant_cannot_be_forged_into_another_authority(
    undone: Rollback, world: World, role: Role
) -> None:
    with undone(), acting_as(world.actor(role)):
        refused(forged_participant(world, world.authorities["foreign"]))


def test_an_event_cannot_be_forged_for_another_organisation(undone: Rollback, world: World) -> None:
    values = {
        "object_type": "contract",
        "object_id": 1,
        "about_person": False,
        "action": "end",
        "note_sv": "",
        "at": now(),
        "user_name": "",
        "organisation_name": "",
    }
    for column, ids in (("authority_id", world.authorities), ("enterprise_id", world.enterprises)):
        with undone(), acting_as(world.actor(Role.CASE_OFFICER)):
            refused(insert(TABLES["event"]).values(**values, **{column: ids["foreign"]}))


def test_a_place_cannot_be_put_under_another_enterprise(undone: Rollback, world: World) -> None:
    site = TABLES["site"]
    with undone(), acting_as(world.actor(Role.SUPPLIER_MANAGER)):
        refused(
            insert(site).values(
                enterprise_id=world.enterprises["foreign"],
                name="Förfalskad",
                street="",
                postcode="",
                city="",
                kommun_code="0126",
                accessibility_sv="",
            )
        )


def test_a_seat_of_another_enterprise_cannot_be_taken(undone: Rollback, world: World) -> None:
    """A has no contract with E2, and E1 is not E2."""
    seat = TABLES["seat"]
    for role in (Role.CASE_OFFICER, Role.SUPERVISOR):
        with undone(), acting_as(world.actor(role)):
            place_id = world.foreign["published_place_id"]
            seat_id = db.session.scalar(select(seat.c.id).where(seat.c.place_id == place_id).limit(1))
            refused(
                insert(TABLES["seat_use"]).values(
                    seat_id=seat_id,
                    place_id=place_id,
                    first_day=date(2030, 1, 1),
                    last_day=date(2030, 1, 2),
                    kind="request",
                )
            )


def test_own_rows_cannot_be_given_away(undone: Rollback, world: World) -> None:
    """An update that would move a row to another tenant is refused like a forged one."""
    participant = TABLES["participant"]
    with undone(), acting_as(world.actor(Role.CASE_OFFICER)):
        refused(update(participant).values(authority_id=world.authorities["foreign"]))


def test_updates_and_deletes_pass_by_what_is_foreign(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.CASE_OFFICER)):
        changed = db.session.execute(
            text("UPDATE placement SET days_per_week = 1 WHERE id = :id"),
            {"id": world.foreign["placement_id"]},
        )
        deleted = db.session.execute(
            text("DELETE FROM placement WHERE id = :id"), {"id": world.foreign["placement_id"]}
        )
        assert (changed.rowcount, deleted.rowcount) == (0, 0)  # type: ignore[attr-defined]


def test_the_worlds_day_is_used(world: World) -> None:
    """The matrix relies on it: what waits today waits in the world."""
    assert today().year == 2026
