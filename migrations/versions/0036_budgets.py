"""What an authority has budgeted for, what is expected, and what placements that are over have cost."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0036"
down_revision = "0035"

A = "authority_id = app_authority()"
SYSTEM = "app_role() = 'system'"
READS_BUDGET = f"{A} AND app_role() IN ('controller', 'strategist', 'coordinator', 'system')"
READS_COSTS = f"{A} AND app_role() IN ('strategist', 'coordinator', 'system')"
TABLES = ("cost_cell", "expected_cost", "budget")


def upgrade() -> None:
    op.create_table(
        "budget",
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("amount_ore", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_budget_month_is_a_first")),
        sa.CheckConstraint("amount_ore >= 0", name=op.f("ck_budget_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["system_id", "authority_id"],
            ["system_of_choice.id", "system_of_choice.authority_id"],
            name=op.f("fk_budget_system_id_authority_id"),
        ),
        sa.PrimaryKeyConstraint("system_id", "month", name=op.f("pk_budget")),
    )
    op.create_index(op.f("ix_budget_authority_id"), "budget", ["authority_id"])
    protect(
        "budget",
        [
            ("readers", "SELECT", READS_BUDGET),
            ("controller", "ALL", f"{A} AND app_role() IN ('controller', 'system')"),
        ],
    )
    op.create_table(
        "expected_cost",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("low_ore", sa.BigInteger(), nullable=False),
        sa.Column("high_ore", sa.BigInteger(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("attended_days", sa.Integer(), nullable=False),
        sa.Column("planned_days", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("low_ore <= high_ore", name=op.f("ck_expected_cost_low_to_high")),
        sa.CheckConstraint("attended_days BETWEEN 0 AND planned_days", name=op.f("ck_expected_cost_share")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_expected_cost_contract_id")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_expected_cost_authority_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "month", name=op.f("pk_expected_cost")),
    )
    op.create_index(op.f("ix_expected_cost_authority_id"), "expected_cost", ["authority_id"])
    protect(
        "expected_cost",
        [("readers", "SELECT", READS_BUDGET), ("system", "ALL", f"{SYSTEM} AND {A}")],
    )
    op.create_table(
        "cost_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "woman", "man", "other", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("placements", sa.Integer(), nullable=True),
        sa.Column("cost_ore", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("placements >= 5", name=op.f("ck_cost_cell_no_small_cell")),
        sa.CheckConstraint(
            "(placements IS NULL) = (cost_ore IS NULL)", name=op.f("ck_cost_cell_hidden_whole")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_cost_cell_authority_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "year", "sex", "enterprise_id", "kommun_code", name=op.f("pk_cost_cell")
        ),
    )
    protect("cost_cell", [("readers", "SELECT", READS_COSTS), ("system", "ALL", f"{SYSTEM} AND {A}")])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
