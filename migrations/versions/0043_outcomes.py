"""Shares and means of a year, by sex, supplier, trade, kommun and unit."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0043"
down_revision = "0042"

A = "authority_id = app_authority()"
READS = f"{A} AND app_role() IN ('strategist', 'coordinator', 'system')"


def upgrade() -> None:
    op.create_table(
        "measure_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column(
            "by",
            sa.Enum(
                "all",
                "sex",
                "supplier",
                "trade",
                "kommun",
                "unit",
                name="by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(numerator IS NULL) = (denominator IS NULL)", name=op.f("ck_measure_cell_hidden_whole")
        ),
        sa.CheckConstraint("denominator >= 5", name=op.f("ck_measure_cell_no_small_cell")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_measure_cell_authority_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "year", "indicator", "by", "key", name=op.f("pk_measure_cell")
        ),
    )
    protect(
        "measure_cell", [("readers", "SELECT", READS), ("system", "ALL", f"app_role() = 'system' AND {A}")]
    )


def downgrade() -> None:
    op.drop_table("measure_cell")
