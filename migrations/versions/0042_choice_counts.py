"""What was shown and chosen also by supplier, unit and step, how broad the choice was, and an interval for D.

The rows are counted anew the first night.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0042"
down_revision = "0041"

A = "authority_id = app_authority()"
POLICIES = (("authority", "SELECT", A), ("system", "ALL", f"{A} AND app_role() = 'system'"))
STEPS = ("shown", "shortlisted", "visited", "chosen", "started", "completed")
STEPS_BEFORE = ("shown", "chosen", "started", "completed")
PARTS = ("all", "kommun", "supplier", "unit", "trade")
FACTS = (
    "participants saw trades_1 trades_2 trades_3 trades_4 kinds_1 kinds_2 kinds_3"
    " rounds round_saw could_have could_not"
).split()


def upgrade() -> None:
    op.drop_table("choice_cell")
    _create(
        "choice_cell",
        (_enum("by", PARTS), _text("key"), _enum("step", STEPS), _text("dominance")),
        "choices",
        "no_small_cell",
    )
    _create("choice_breadth", (_enum("fact", FACTS), _text("dominance")), "number", "no_small_number")
    op.execute("DELETE FROM choice_segregation")
    for name in ("low", "high"):
        op.add_column("choice_segregation", sa.Column(name, sa.Float(), nullable=False))


def downgrade() -> None:
    for name in ("low", "high"):
        op.drop_column("choice_segregation", name)
    op.drop_table("choice_breadth")
    op.drop_table("choice_cell")
    before = (_enum("step", STEPS_BEFORE), _text("kommun_code"), _text("dominance"), _text("ssyk"))
    _create("choice_cell", before, "choices", "no_small_cell")


def _create(table: str, of: tuple[sa.Column[str], ...], number: str, check: str) -> None:
    """A table of published numbers, each of so much and never a small one."""
    keys: list[sa.Column[Any]] = [
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        _enum("sex", ("woman", "man", "other")),
        *of,
    ]
    op.create_table(
        table,
        *keys,
        sa.Column(number, sa.Integer(), nullable=True),
        sa.CheckConstraint(f"{number} >= 5", name=op.f(f"ck_{table}_{check}")),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f(f"fk_{table}_authority_id")),
        sa.PrimaryKeyConstraint(*(column.name for column in keys), name=op.f(f"pk_{table}")),
    )
    protect(table, POLICIES)


def _enum(name: str, values: tuple[str, ...] | list[str]) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
