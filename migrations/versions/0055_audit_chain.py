"""A chain that seals the events, what its checks found, and notes that were taken away with a person's data."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import app_role, protect

revision = "0055"
down_revision = "0054"

SYSTEM = "app_role() = 'system'"
CONTROL = "app_role() = 'controller' AND authority_id = app_authority()"
LETTERS = (
    "decision contract application system placement reminder choice visit waiting_list plan attendance follow_up report"
    " invoice my_work capacity subscription sign_in"
).split()

# The one change that an event may undergo. What is left of it can still be proven by the hash.
TAKE_NOTES = """
CREATE FUNCTION take_notes(event_ids bigint[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE taken bigint;
BEGIN
    INSERT INTO event_without_note (event_id, note_sha256, taken_at)
        SELECT e.id, encode(sha256(convert_to(e.note_sv, 'UTF8')), 'hex'), now() FROM event e
        WHERE e.id = ANY (event_ids) AND e.note_sv <> '' AND app_role() = 'system'
          AND e.authority_id = app_authority();
    GET DIAGNOSTICS taken = ROW_COUNT;
    UPDATE event e SET note_sv = '' FROM event_without_note w
        WHERE w.event_id = e.id AND e.id = ANY (event_ids) AND e.note_sv <> '';
    RETURN taken;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "audit_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_link")),
    )
    op.create_index(
        "uq_audit_link_number",
        "audit_link",
        ["authority_id", "number"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_audit_link_last_event", "audit_link", ["last_event_id"])
    op.create_table(
        "audit_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("problem_sv", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    op.create_index("ix_audit_check_authority", "audit_check", ["authority_id", "id"])
    op.create_table(
        "event_without_note",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("note_sha256", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_without_note_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_without_note")),
    )
    for table in ("audit_link", "audit_check"):
        protect(table, [("system", "ALL", SYSTEM), ("control", "SELECT", CONTROL)])
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {app_role()}")
    protect("event_without_note", [("system", "SELECT", SYSTEM)])
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON event_without_note FROM {app_role()}")
    op.execute(TAKE_NOTES)
    op.execute("REVOKE EXECUTE ON FUNCTION take_notes FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION take_notes TO {app_role()}")
    _letters((*LETTERS, "audit"))


def downgrade() -> None:
    op.execute("DELETE FROM letter_delivery d USING letter l WHERE l.id = d.letter_id AND l.kind = 'audit'")
    for table in ("letter", "letter_preference"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'audit'")  # noqa: S608 - names of ours
    _letters(LETTERS)
    op.execute("DROP FUNCTION take_notes")
    for table in ("event_without_note", "audit_check", "audit_link"):
        op.drop_table(table)


def _letters(kinds: Sequence[str]) -> None:
    for table in ("letter", "letter_preference"):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, f"kind IN {tuple(kinds)}")
