"""Who looked at whom, and the random checks of it."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0051"
down_revision = "0050"

ROLES = (
    "procurement_officer",
    "coordinator",
    "strategist",
    "controller",
    "case_officer",
    "supplier_manager",
    "supervisor",
    "participant",
    "system",
)
OWN = "authority_id = app_authority()"
CONTROL = f"app_role() = 'controller' AND {OWN}"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    # No keys to whom it tells of: they take longer to check than the row to write, and are read just before.
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("has_number", sa.Boolean(), nullable=False),
        sa.Column("among", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("organisation_name", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("role", _one_of("role", *ROLES), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("way", _one_of("way", "page", "file", "paper"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index("ix_look_at", "look", ["authority_id", "at"])
    op.create_index("ix_look_participant", "look", ["participant_id", "at"])
    op.create_index("ix_look_user", "look", ["authority_id", "user_id", "at"])
    protect(
        "look",
        [
            (
                "whoever_looks",
                "INSERT",
                f"user_id = app_user() AND role = app_role() AND ({OWN} OR enterprise_id = app_enterprise())",
            ),
            ("control", "SELECT", f"app_role() IN ('controller', 'system') AND {OWN}"),
            ("self", "SELECT", "app_role() = 'participant' AND participant_id = app_participant()"),
        ],
    )
    op.execute(f"REVOKE UPDATE, DELETE ON look FROM {app_role()}")

    op.create_table(
        "look_check",
        sa.Column("look_id", sa.BigInteger(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("outcome", _one_of("outcome", "expected", "asked", "unjustified"), nullable=True),
        sa.Column("note_sv", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (checked_at IS NULL) AND (outcome IS NULL) = (checked_by IS NULL)",
            name=op.f("ck_look_check_checked_whole"),
        ),
        sa.CheckConstraint(
            "outcome = 'expected' OR note_sv <> ''",
            name=op.f("ck_look_check_told"),
        ),
        sa.ForeignKeyConstraint(["look_id"], ["look.id"], name=op.f("fk_look_check_look_id")),
        sa.PrimaryKeyConstraint("look_id", name=op.f("pk_look_check")),
    )
    op.create_index(
        "ix_look_check_open", "look_check", ["authority_id"], postgresql_where=sa.text("outcome IS NULL")
    )
    protect(
        "look_check", [("control", "SELECT", CONTROL), ("draw", "INSERT", f"{CONTROL} AND outcome IS NULL")]
    )
    op.execute(f"REVOKE DELETE ON look_check FROM {app_role()}")
    # What has been found stays found.
    op.execute(
        f"CREATE POLICY find ON look_check FOR UPDATE TO {app_role()}"
        f" USING ({CONTROL} AND outcome IS NULL) WITH CHECK ({CONTROL})"
    )


def downgrade() -> None:
    op.drop_table("look_check")
    op.drop_table("look")
