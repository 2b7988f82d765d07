"""An extract has every table and column that is about a participant, and all of her rows."""

import pytest
from sqlalchemy import Connection, Enum, func, select, text

from marketplace.accounts.rules import Role
from marketplace.db import Base, db
from marketplace.errors import NotAllowed, NotFound
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.extracts.queries import is_of, table_of
from placements.extracts.rules import NAMED_BY, PARTS, SECRETS, UNSAID, ExtractFormat
from placements.extracts.services import extract_of
from placements.extracts.word_rules import COLUMN_SV, LABELS
from tests.isolation.conftest import Rollback
from tests.world import World

_KEYS = text(
    """
    SELECT child.table_name AS child, parent.table_name AS parent
    FROM information_schema.referential_constraints key
    JOIN information_schema.table_constraints child USING (constraint_schema, constraint_name)
    JOIN information_schema.table_constraints parent
      ON parent.constraint_schema = key.unique_constraint_schema
     AND parent.constraint_name = key.unique_constraint_name
    """
)
_NUMBERED = text(
    "SELECT table_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND column_name = 'participant_id'"
)


NOT_HERS = {"look_check"}
"""What a controller has found of an employee who looked. It goes with the look."""


def tables_about_participants(owner: Connection) -> set[str]:
    """Those that a key leads from to a participant, however far, also from those with her number and no key."""
    keys = owner.execute(_KEYS).all()
    about = {"participant", *owner.scalars(_NUMBERED)}
    while more := {key.child for key in keys if key.parent in about} - about:
        about |= more
    views = set(owner.scalars(text("SELECT viewname FROM pg_views WHERE schemaname = 'public'")))
    return about - views - NOT_HERS


def test_every_table_about_a_participant_is_in_the_extract(owner: Connection) -> None:
    assert {part.table for part in PARTS} == tables_about_participants(owner)


def test_every_column_is_said_or_left_out_for_a_reason() -> None:
    columns = {column.name for part in PARTS for column in table_of(part).columns}
    keys = {name for name in columns if name.endswith("_id")} - NAMED_BY.keys()
    assert columns == (COLUMN_SV.keys() | UNSAID | SECRETS) & columns | keys
    assert not COLUMN_SV.keys() - columns
    assert COLUMN_SV.keys() >= NAMED_BY.keys()


def test_every_value_of_an_enumeration_has_a_name() -> None:
    columns = [column for part in PARTS for column in table_of(part).columns if column.name not in UNSAID]
    kinds = {column.type.enum_class for column in columns if isinstance(column.type, Enum)}
    for kind in kinds - {None}:
        assert kind
        assert LABELS[kind].keys() == set(kind), kind


def test_all_rows_are_in_it(owner: Connection, undone: Rollback, world: World) -> None:
    with undone(), acting_as(system_actor(authority_id=world.authorities["own"])):
        ids = db.session.scalars(
            select(Placement.participant_id).where(Placement.authority_id == world.authorities["own"])
        ).all()
        choosing = world.actor(Role.PARTICIPANT).participant_id
        assert choosing
        for part in PARTS:
            count = select(func.count()).select_from(table_of(part)).where(is_of(part, [*ids, choosing]))
            assert db.session.scalar(count) == owner.scalar(count), part.table


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CASE_OFFICER])
def test_nobody_gets_anothers(undone: Rollback, world: World, role: Role) -> None:
    theirs = int(world.foreign["participant_id"])
    with undone(), acting_as(world.actor(role)), pytest.raises(NotFound):
        extract_of(theirs, ExtractFormat.JSON)
    with undone(), acting_as(world.actor(Role.PARTICIPANT)), pytest.raises(NotFound):
        extract_of(int(world.own["participant_id"]), ExtractFormat.JSON)
    with undone(), acting_as(world.actor(Role.SUPERVISOR)), pytest.raises(NotAllowed):
        extract_of(int(world.own["training_participant_id"]), ExtractFormat.JSON)


def test_models_have_every_column_of_the_database(owner: Connection) -> None:
    """What a model does not know of would not be read."""
    found = owner.execute(
        text("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    )
    known = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    about = {part.table for part in PARTS}
    assert {(table, column) for table, column in found if table in about} <= known
