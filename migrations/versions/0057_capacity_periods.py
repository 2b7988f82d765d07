"""Capacity by month and week, so that a year is read without each of its days."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0057"
down_revision = "0056"

SYSTEM = "authority_id = app_authority() AND app_role() = 'system'"
STRATEGIST = "authority_id = app_authority() AND app_role() IN ('strategist', 'system')"
REFERENCES = {
    "authority_id": "organisation.id",
    "enterprise_id": "organisation.id",
    "kommun_code": "kommun.code",
    "ssyk": "trade.ssyk",
}


def upgrade() -> None:
    op.create_table(
        "capacity_period",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("month", "week", name="unit", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in "days seats closed held booked".split()),
        sa.CheckConstraint("days > 0", name=op.f("ck_capacity_period_counted")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_capacity_period_{column}"))
            for column, target in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint(
            "authority_id",
            "unit",
            "first_day",
            "enterprise_id",
            "kommun_code",
            "ssyk",
            name=op.f("pk_capacity_period"),
        ),
    )
    protect("capacity_period", [("strategist", "SELECT", STRATEGIST), ("system", "ALL", SYSTEM)])


def downgrade() -> None:
    op.drop_table("capacity_period")
