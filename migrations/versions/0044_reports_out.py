"""Months of hours as they were sent, year tables without small numbers, and who wants to be told of a report."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0044"
down_revision = "0043"

LETTERS = (
    "decision contract application system placement reminder choice visit waiting_list plan attendance follow_up report"
    " invoice my_work capacity"
).split()

A = "authority_id = app_authority()"
SYSTEM = f"{A} AND app_role() = 'system'"
COORDINATOR = f"{A} AND app_role() IN ('coordinator', 'system')"
READERS = f"{A} AND app_role() IN ('strategist', 'coordinator', 'system')"


def upgrade() -> None:
    _hours()
    op.create_table(
        "report_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("sex", _one_of(("woman", "man", "other"), "sex"), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.CheckConstraint("persons >= 5", name=op.f("ck_report_cell_no_small_cell")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_report_cell_authority_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "year", "indicator", "system_id", "sex", name=op.f("pk_report_cell")
        ),
    )
    protect("report_cell", [("readers", "SELECT", READERS), ("system", "ALL", SYSTEM)])
    op.create_table(
        "report_subscription",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", _one_of(("strategist", "coordinator"), "role"), nullable=False),
        sa.Column("report", _one_of(("hours", "year"), "report"), nullable=False),
        sa.Column("told_month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_report_subscription_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_report_subscription_user_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "user_id", "role", "report", name=op.f("pk_report_subscription")
        ),
    )
    protect(
        "report_subscription",
        [("own", "ALL", f"{A} AND user_id = app_user() AND role = app_role()"), ("system", "ALL", SYSTEM)],
    )
    _letters((*LETTERS, "subscription"))


def _hours() -> None:
    op.create_table(
        "hours_file",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("protected", sa.Integer(), nullable=False),
        sa.Column("elsewhere", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_hours_file_month_is_a_first")),
        sa.CheckConstraint(
            "protected >= 0 AND elsewhere >= 0 AND changed >= 0", name=op.f("ck_hours_file_counts")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_hours_file_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_file")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_hours_file_id_authority_id")),
    )
    op.create_index(op.f("ix_hours_file_authority_id_month"), "hours_file", ["authority_id", "month"])
    op.create_table(
        "hours_row",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.Numeric(8, 2), nullable=False),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_hours_row_hours")),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_hours_row_days_in_order")),
        sa.ForeignKeyConstraint(
            ["file_id", "authority_id"],
            ["hours_file.id", "hours_file.authority_id"],
            name=op.f("fk_hours_row_file_id_authority_id"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name=op.f("fk_hours_row_participant_id_authority_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_hours_row_placement_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_hours_row_unit_id")),
        sa.PrimaryKeyConstraint("file_id", "placement_id", name=op.f("pk_hours_row")),
    )
    op.create_index(op.f("ix_hours_row_participant_id"), "hours_row", ["participant_id"])
    protect("hours_file", [("coordinator", "ALL", COORDINATOR)])
    protect(
        "hours_row",
        [
            (
                "coordinator",
                "ALL",
                f"{COORDINATOR} AND EXISTS (SELECT FROM participant p WHERE p.id = participant_id)",
            )
        ],
        restriction="app_sees_persons()",
    )
    # What was sent stands. Only whether it is still so is counted anew.
    for table in ("hours_file", "hours_row"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {app_role()}")
    op.execute(f"GRANT UPDATE (changed) ON hours_file TO {app_role()}")


def downgrade() -> None:
    op.execute(
        "DELETE FROM letter_delivery d USING letter l WHERE l.id = d.letter_id AND l.kind = 'subscription'"
    )
    for table in ("letter", "letter_preference"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'subscription'")  # noqa: S608 - names of ours
    _letters(LETTERS)
    for table in ("report_subscription", "report_cell", "hours_row", "hours_file"):
        op.drop_table(table)


def _letters(kinds: Sequence[str]) -> None:
    for table in ("letter", "letter_preference"):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, f"kind IN {tuple(kinds)}")


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
