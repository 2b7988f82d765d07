"""What an authority aims for, whom its suppliers have trained, and what enterprises' indicators are in the middle."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0045"
down_revision = "0044"

A = "authority_id = app_authority()"
SYSTEM = "app_role() = 'system'"
READERS = f"{A} AND app_role() IN ('strategist', 'coordinator', 'system')"

# Read with the owner's eyes, for enterprises do not see each other's. Nobody is told of fewer than five, nor of an
# enterprise with fewer than five cases, and the middle one's number is rounded.
SUPPLIER_MEDIANS = """
CREATE FUNCTION supplier_medians(since date) RETURNS TABLE (indicator text, median double precision, enterprises bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT own.indicator, round(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY own.value) AS numeric), 2),
           count(*)
    FROM (
        SELECT i.indicator, CAST(sum(i.numerator) AS double precision) / sum(i.denominator) AS value
        FROM supplier_indicator i
        WHERE i.month >= since
        GROUP BY i.enterprise_id, i.indicator
        HAVING sum(i.denominator) >= 5
    ) AS own
    WHERE app_role() = 'supplier_manager'
    GROUP BY own.indicator
    HAVING count(*) >= 5
$$
"""
AIMS = ("work_or_studies", "ordinary_programme", "influence", "closer", "participants", "women")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "target",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("aim", _one_of("aim", AIMS), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("series", sa.Text(), nullable=True),
        sa.CheckConstraint("value > 0", name=op.f("ck_target_value")),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_target_authority_id")),
        sa.PrimaryKeyConstraint("authority_id", "aim", name=op.f("pk_target")),
    )
    protect(
        "target",
        [
            ("readers", "SELECT", READERS),
            ("strategist", "ALL", f"{A} AND app_role() IN ('strategist', 'system')"),
        ],
    )
    op.create_table(
        "mix_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("by", _one_of("by", ("sex", "level", "kommun")), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("placements", sa.Integer(), nullable=True),
        sa.CheckConstraint("placements >= 5", name=op.f("ck_mix_cell_no_small_cell")),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_mix_cell_authority_id")),
        sa.PrimaryKeyConstraint(
            "authority_id", "year", "enterprise_id", "by", "key", name=op.f("pk_mix_cell")
        ),
    )
    protect("mix_cell", [("readers", "SELECT", READERS), ("system", "ALL", f"{SYSTEM} AND {A}")])
    op.execute(SUPPLIER_MEDIANS)
    op.execute("REVOKE EXECUTE ON FUNCTION supplier_medians FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION supplier_medians TO {app_role()}")


def downgrade() -> None:
    op.execute("DROP FUNCTION supplier_medians")
    op.drop_table("mix_cell")
    op.drop_table("target")
