"""What PostgreSQL's own catalogue says of row-level security. A new table without it fails here."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from demo.cluster import APP
from marketplace.db import Base, db
from marketplace.tenancy import acting_as, system_actor
from tests.isolation.conftest import PERSON_TABLES, Rollback
from tests.world import World

WITHOUT_POLICY = frozenset({"alembic_version"})
"""Holds one revision and nobody's data."""

PERSONS = frozenset({*PERSON_TABLES, "placement", "event"})

_TABLES = text(
    """
    SELECT c.relname AS name, c.relrowsecurity AS is_enabled, c.relforcerowsecurity AS is_forced,
           pg_get_userbyid(c.relowner) AS owner,
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
                AND (SELECT oid FROM pg_roles WHERE rolname = :app) = ANY (p.polroles)) AS permissive,
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive
                AND (SELECT oid FROM pg_roles WHERE rolname = :app) = ANY (p.polroles)) AS restrictive
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
    ORDER BY c.relname
    """
)


def test_every_table_has_forced_row_security_and_a_policy(owner: Connection) -> None:
    rows = owner.execute(_TABLES, {"app": APP}).all()
    names = {row.name for row in rows}
    assert set(Base.metadata.tables) <= names
    for row in rows:
        if row.name in WITHOUT_POLICY:
            continue
        assert row.is_enabled, f"{row.name}: ENABLE ROW LEVEL SECURITY is missing"
        assert row.is_forced, f"{row.name}: FORCE ROW LEVEL SECURITY is missing"
        assert row.permissive, f"{row.name}: no policy lets the app role in, so nobody can use the table"


def test_tables_of_persons_have_a_restrictive_policy(owner: Connection) -> None:
    restricted = {row.name for row in owner.execute(_TABLES, {"app": APP}) if row.restrictive}
    assert restricted == PERSONS


def test_every_table_that_points_at_a_person_is_listed(owner: Connection) -> None:
    """A table with a participant in it is a table of persons, whatever it is called."""
    pointing = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in {"participant", "choice_round", "training_grant"}
    }
    assert pointing <= PERSONS


def test_app_role_owns_nothing_and_passes_no_policy(owner: Connection) -> None:
    role = owner.execute(
        text(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, oid FROM pg_roles WHERE rolname = :app"
        ),
        {"app": APP},
    ).one()
    assert not any((role.rolsuper, role.rolbypassrls, role.rolcreaterole, role.rolcreatedb))
    for catalogue, column in (
        ("pg_class", "relowner"),
        ("pg_proc", "proowner"),
        ("pg_namespace", "nspowner"),
        ("pg_database", "datdba"),
    ):
        owned = owner.scalar(
            text(f"SELECT count(*) FROM {catalogue} WHERE {column} = :oid"), {"oid": role.oid}
        )
        assert owned == 0, f"the app role owns something in {catalogue}"
    member_of = owner.scalar(
        text("SELECT count(*) FROM pg_auth_members WHERE member = :oid"), {"oid": role.oid}
    )
    assert member_of == 0


def test_functions_that_run_as_the_owner_are_the_known_ones(owner: Connection) -> None:
    """Such a function passes every policy, so each is a decision."""
    found = owner.scalars(
        text(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace"
            " WHERE prosecdef AND n.nspname = 'public' ORDER BY proname"
        )
    ).all()
    assert found == [
        "attended_days",
        "authority_of_code",
        "contract_peak",
        "contract_placements",
        "contract_use",
        "diary_number_of",
        "dispose_some",
        "due_cases",
        "ended_cases",
        "given_placements",
        "has_room_under",
        "hold_grant_of",
        "hold_month",
        "is_asked_by",
        "is_month_approved",
        "is_shared_with",
        "keep_application",
        "keep_application_to_open_system",
        "keep_contract_as_signed",
        "keep_contract_with_placements",
        "keep_offer_under_contract",
        "keep_officer",
        "keep_placement_lawful",
        "keep_shortened_contract",
        "keep_study_visit",
        "keep_words",
        "keep_words_of_others",
        "keep_words_of_place",
        "region_state",
        "request_facts",
        "sign_in_rules",
        "signed_in",
        "signed_in",  # of one day, for the version before
        "supplier_medians",
        "take_notes",
        "waiting_before",
        "waiting_line",
    ]


def test_views_are_the_known_ones(owner: Connection) -> None:
    """A view is read with its owner's eyes and passes every policy, so it asks by itself whose the rows are; one that
    is read as whoever asks does not."""
    found = owner.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
            " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false) ORDER BY relname"
        )
    )
    by_number = ["attendance_by_number", "correction_by_number"]
    of = ("attendance", "choice", "cost", "follow_up", "grant", "offer", "placement", "showing")
    counted = [f"counted_{one}" for one in of]
    assert found.all() == sorted([*by_number, *counted, "public_site", "public_supplier", "public_turn"])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE event SET note_sv = 'annat'", "DELETE FROM event", "TRUNCATE event"],
)
def test_events_are_append_only(undone: Rollback, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), undone(), acting_as(system_actor()):
        db.session.execute(text(statement))


def test_app_role_cannot_turn_row_security_off(undone: Rollback, world: World) -> None:
    for statement in (
        "ALTER TABLE participant DISABLE ROW LEVEL SECURITY",
        "DROP POLICY concerned ON participant",
        "SET ROLE platstorget_owner",
    ):
        with pytest.raises(DBAPIError), undone(), acting_as(system_actor()):
            db.session.execute(text(statement))
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(system_actor()):
        db.session.execute(text("SET LOCAL row_security = off"))
        db.session.execute(text("SELECT * FROM participant"))
