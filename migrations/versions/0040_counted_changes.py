"""Up to which event an organisation's indicators are computed, and what a later count has put right.

What is counted by year is found by authority and day. Three indexes take the place of three; two are of days that a
booking does not have yet."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0040"
down_revision = "0039"

A = "authority_id = app_authority()"
DAYS = (
    ("placement", "requested", "requested_on"),
    ("choice_round", "opened", "opened_at"),
    ("training_grant", "decided", "decided_on"),
)
LATER = (("started", "started_on"), ("ended", "ended_on"))


def upgrade() -> None:
    op.add_column(
        "indicator_run",
        sa.Column("last_event_id", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("indicator_run", "last_event_id", server_default=None)
    op.create_table(
        "counted_period",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_of", sa.Text(), nullable=False),
        sa.Column("changed_cells", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(changed_cells IS NULL) = (changed_at IS NULL)", name=op.f("ck_counted_period_changed_at")
        ),
        sa.CheckConstraint("changed_cells > 0", name=op.f("ck_counted_period_changed_cells")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_counted_period_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", "cells", "period", name=op.f("pk_counted_period")),
    )
    protect(
        "counted_period",
        [("authority", "SELECT", A), ("system", "ALL", f"app_role() = 'system' AND {A}")],
    )

    for table, done, day in DAYS:
        op.create_index(f"ix_{table}_{done}", table, ["authority_id", day])
        op.drop_index(f"ix_{table}_authority_id", table)
    for done, day in LATER:
        op.create_index(
            f"ix_placement_{done}",
            "placement",
            ["authority_id", day],
            postgresql_where=sa.text(f"{day} IS NOT NULL"),
        )


def downgrade() -> None:
    for done, _ in LATER:
        op.drop_index(f"ix_placement_{done}", "placement")
    for table, done, _ in DAYS:
        op.create_index(f"ix_{table}_authority_id", table, ["authority_id"])
        op.drop_index(f"ix_{table}_{done}", table)
    op.drop_table("counted_period")
    op.drop_column("indicator_run", "last_event_id")
