"""Capacity by month and week, so that a year is read without each of its days."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0056"
down_revision = "0055"

SYSTEM = "authority_id = app_authority() AND app_role() = 'system'"
STRATEGIST = "authority_id = app_authority() AND app_role() IN ('strategist', 'system')"
REFERENCES = {
    "authority_id": "organisation.id",
    "enterprise_id": "organisation.id",
    "kommun_code": "kommun.code",
    "ssyk": "trade.ssyk",
}

# Weeks ahead are summed by the next night's count.
MONTHS_BEHIND = """
INSERT INTO capacity_period (authority_id, unit, first_day, enterprise_id, kommun_code, ssyk, days,
                             seats, closed, held, booked)
SELECT authority_id, 'month', month, enterprise_id, kommun_code, ssyk,
       least(current_date - 1, CAST(month + interval '1 month' AS date) - 1) - greatest(month, earliest) + 1,
       sum(seats), sum(closed), sum(held), sum(booked)
FROM (SELECT capacity_day.*, CAST(date_trunc('month', day) AS date) AS month FROM capacity_day) AS counted
JOIN (SELECT authority_id, min(day) AS earliest FROM capacity_day GROUP BY authority_id) AS first USING (authority_id)
WHERE day < current_date
GROUP BY authority_id, month, enterprise_id, kommun_code, ssyk, earliest
"""


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
    op.execute(MONTHS_BEHIND)
    protect("capacity_period", [("strategist", "SELECT", STRATEGIST), ("system", "ALL", SYSTEM)])


def downgrade() -> None:
    op.drop_table("capacity_period")
