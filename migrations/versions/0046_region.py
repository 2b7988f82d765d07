"""Authorities that share what they publish, and their numbers together."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0046"
down_revision = "0045"

STRATEGIST = "app_role() = 'strategist'"
NIGHT = ("night", "ALL", "app_role() = 'system' AND region_state(region_id) IS NOT NULL")
"""The job that sums, which acts for one of those in the region."""

# Who is in a region is told by rows that only those who are in it may read.
REGION_STATE = """
CREATE FUNCTION region_state(wanted integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
    SELECT state FROM region_member WHERE region_id = wanted AND authority_id = app_authority()
$$
"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _numbers(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("region_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f(f"fk_{table}_region_id")),
    )
    protect(table, [("members", "SELECT", f"{STRATEGIST} AND region_state(region_id) = 'agreed'"), NIGHT])


def upgrade() -> None:
    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("founded_by_id", sa.Integer(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_region_name")),
        sa.ForeignKeyConstraint(["founded_by_id"], ["organisation.id"], name=op.f("fk_region_founded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
    )
    op.create_table(
        "region_member",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("state", _one_of("state", "asked", "agreed", "declined", "left"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_region_member_region_id")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_region_member_authority_id")
        ),
        sa.PrimaryKeyConstraint("region_id", "authority_id", name=op.f("pk_region_member")),
    )
    op.execute(REGION_STATE)
    op.execute("REVOKE ALL ON FUNCTION region_state FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION region_state TO {app_role()}")
    founded = "founded_by_id = app_authority()"
    protect(
        "region",
        [
            ("asked", "SELECT", f"{STRATEGIST} AND ({founded} OR region_state(id) IS NOT NULL)"),
            ("founder", "INSERT", f"{STRATEGIST} AND {founded}"),
            ("night", "ALL", "app_role() = 'system' AND region_state(id) IS NOT NULL"),
        ],
    )
    own = "authority_id = app_authority()"
    protect(
        "region_member",
        [
            ("asked", "SELECT", f"{STRATEGIST} AND region_state(region_id) IS NOT NULL"),
            (
                "founder",
                "INSERT",
                f"{STRATEGIST} AND {own} AND state = 'agreed' AND EXISTS ("
                f"SELECT FROM region r WHERE r.id = region_id AND r.{founded})",
            ),
            (
                "member_asks",
                "INSERT",
                f"{STRATEGIST} AND state = 'asked' AND region_state(region_id) = 'agreed'",
            ),
            ("answers", "UPDATE", f"{STRATEGIST} AND {own}"),
            NIGHT,
        ],
    )
    _numbers(
        "region_measure",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("by", _one_of("by", "all", "sex", "supplier", "trade", "kommun", "unit"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(numerator IS NULL) = (denominator IS NULL)", name=op.f("ck_region_measure_hidden_whole")
        ),
        sa.CheckConstraint("denominator >= 5", name=op.f("ck_region_measure_no_small_cell")),
        sa.PrimaryKeyConstraint(
            "region_id", "year", "indicator", "by", "key", name=op.f("pk_region_measure")
        ),
    )
    _numbers(
        "region_choice",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sex", _one_of("sex", "woman", "man", "other"), nullable=False),
        sa.Column(
            "step",
            _one_of("step", "shown", "shortlisted", "visited", "chosen", "started", "completed"),
            nullable=False,
        ),
        sa.Column("dominance", sa.Text(), nullable=False),
        sa.Column("choices", sa.Integer(), nullable=True),
        sa.CheckConstraint("choices >= 5", name=op.f("ck_region_choice_no_small_cell")),
        sa.PrimaryKeyConstraint(
            "region_id", "year", "sex", "step", "dominance", name=op.f("pk_region_choice")
        ),
    )
    _numbers(
        "region_capacity",
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("seats", "closed", "held", "booked", "free_within_14_days")
        ),
        sa.CheckConstraint(
            "closed + held + booked <= seats", name=op.f("ck_region_capacity_uses_fit_the_seats")
        ),
        sa.ForeignKeyConstraint(
            ["kommun_code"], ["kommun.code"], name=op.f("fk_region_capacity_kommun_code")
        ),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_region_capacity_ssyk")),
        sa.PrimaryKeyConstraint("region_id", "kommun_code", "ssyk", name=op.f("pk_region_capacity")),
    )


def downgrade() -> None:
    for table in ("region_capacity", "region_choice", "region_measure"):
        op.drop_table(table)
    for table, policies in (
        ("region_member", ("asked", "member_asks", "night")),
        ("region", ("asked", "night")),
    ):
        for policy in policies:
            op.execute(f"DROP POLICY {policy} ON {table}")
    op.execute("DROP FUNCTION region_state")
    op.drop_table("region_member")
    op.drop_table("region")
