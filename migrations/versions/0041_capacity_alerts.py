"""Days that seats stood empty, how many wait for what, what a strategist asks to be told of, and letters about it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0041"
down_revision = "0040"

LETTERS = (
    "decision contract application system placement reminder choice visit waiting_list plan attendance follow_up report"
    " invoice my_work"
).split()

A = "authority_id = app_authority()"
SYSTEM = f"{A} AND app_role() = 'system'"
STRATEGIST = f"{A} AND app_role() IN ('strategist', 'system')"


def upgrade() -> None:
    op.create_table(
        "capacity_idle",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.CheckConstraint("days >= 0 AND gaps > 0", name=op.f("ck_capacity_idle_counted")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_capacity_idle_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_capacity_idle_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_capacity_idle_kommun_code")),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_capacity_idle_ssyk")),
        sa.PrimaryKeyConstraint(
            "authority_id",
            "year",
            "enterprise_id",
            "kommun_code",
            "ssyk",
            "days",
            name=op.f("pk_capacity_idle"),
        ),
    )
    op.create_table(
        "capacity_gap",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.CheckConstraint("waiting >= 5", name=op.f("ck_capacity_gap_no_small_cell")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_capacity_gap_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", "month", "kommun_code", "ssyk", name=op.f("pk_capacity_gap")),
    )
    op.create_table(
        "capacity_alert",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "free",
                "free_within",
                "unconfirmed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("kommun_code", sa.Text(), nullable=True),
        sa.Column("ssyk", sa.Text(), nullable=True),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=True),
        sa.CheckConstraint("threshold > 0", name=op.f("ck_capacity_alert_threshold")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_capacity_alert_authority_id")
        ),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_capacity_alert_kommun_code")),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_capacity_alert_ssyk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_alert")),
        sa.UniqueConstraint(
            "authority_id",
            "kind",
            "kommun_code",
            "ssyk",
            name="uq_capacity_alert_watch",
            postgresql_nulls_not_distinct=True,
        ),
    )
    for table in ("capacity_idle", "capacity_gap"):
        protect(table, [("strategist", "SELECT", STRATEGIST), ("system", "ALL", SYSTEM)])
    protect("capacity_alert", [("strategist", "ALL", STRATEGIST)])
    _letters((*LETTERS, "capacity"))


def downgrade() -> None:
    op.execute(
        "DELETE FROM letter_delivery d USING letter l WHERE l.id = d.letter_id AND l.kind = 'capacity'"
    )
    for table in ("letter", "letter_preference"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'capacity'")  # noqa: S608 - names of ours
    _letters(LETTERS)
    for table in ("capacity_alert", "capacity_gap", "capacity_idle"):
        op.drop_table(table)


def _letters(kinds: Sequence[str]) -> None:
    for table in ("letter", "letter_preference"):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, f"kind IN {tuple(kinds)}")
