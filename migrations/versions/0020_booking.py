"""Competing requests, reminders and escalation; extending, changing and moving a placement."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0020"
down_revision = "0019"

DECLINES = ("no_supervision", "needs_not_met", "hours", "other")
CANCELLED = ("plans", "participant", "other_accepted", "contract", "grant_withdrawn")
PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
WRITERS = "app_role() IN ('case_officer', 'supervisor', 'system')"

# One participant is at one place a day, whoever answers first. As ex_seat_use_one_a_day: without extensions, and across
# suppliers that cannot see each other's rows. Requests are left out: several may wait at once.
ONE_A_DAY = """
DROP INDEX uq_placement_live;
CREATE INDEX ix_placement_grant ON placement (grant_id);
ALTER TABLE placement ADD CONSTRAINT ex_placement_one_a_day EXCLUDE USING gist (
    box(point(grant_id, first_day - DATE '2000-01-01'), point(grant_id, last_day - DATE '2000-01-01')) WITH &&
) WHERE (state IN ('accepted', 'running'));
CREATE UNIQUE INDEX uq_placement_requested ON placement (grant_id, place_id) WHERE state = 'requested';
CREATE INDEX ix_placement_unanswered ON placement (authority_id, answer_due_on) WHERE state = 'requested';
CREATE INDEX ix_placement_moved_from ON placement (moved_from_id) WHERE moved_from_id IS NOT NULL;
"""

# A weekend is passed over; that a holiday may stand in between matters only to what waits at this moment.
HELD_UNTIL = """
UPDATE placement SET held_until = least(
    answer_due_on + CASE extract(isodow FROM answer_due_on) WHEN 5 THEN 3 WHEN 6 THEN 2 ELSE 1 END,
    greatest(last_day, answer_due_on))
"""

# As the owner: a supplier answers without reading the grant, which is the authority's alone. It takes the grant's lock,
# and says whether something else on the grant is requested, accepted or running, and nothing of what.
HOLD_GRANT = """
CREATE FUNCTION hold_grant_of(placement integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    held integer;
BEGIN
    SELECT g.id INTO held FROM training_grant g JOIN placement p ON p.grant_id = g.id
        WHERE p.id = $1 AND (p.authority_id = app_authority() OR p.enterprise_id = app_enterprise())
        FOR UPDATE OF g;
    RETURN EXISTS (SELECT FROM placement p WHERE p.grant_id = held AND p.id <> $1
                   AND p.state IN ('requested', 'accepted', 'running'));
END $$;
"""


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _placement()
    _changes()
    _extents()
    op.add_column("choice_round", sa.Column("moves_placement_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_choice_round_moves_placement_id"),
        "choice_round",
        "placement",
        ["moves_placement_id"],
        ["id"],
    )
    op.execute(HOLD_GRANT)
    op.execute("REVOKE EXECUTE ON FUNCTION hold_grant_of FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION hold_grant_of TO {app_role()}")


def _placement() -> None:
    op.add_column("placement", sa.Column("held_until", sa.Date(), nullable=True))
    op.execute(HELD_UNTIL)
    op.alter_column("placement", "held_until", nullable=False)
    op.create_check_constraint(
        op.f("ck_placement_held_until_due"), "placement", "held_until >= answer_due_on"
    )
    for name in ("reminded_on", "escalated_on"):
        op.add_column("placement", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("placement", sa.Column("cancel_reason", _enum("cancel_reason", *CANCELLED), nullable=True))
    op.add_column("placement", sa.Column("moved_from_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_placement_moved_from_id"), "placement", "placement", ["moved_from_id"], ["id"]
    )
    op.add_column("placement", sa.Column("is_moved", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("placement", "is_moved", server_default=None)
    op.execute(ONE_A_DAY)


def _changes() -> None:
    op.create_table(
        "placement_change",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("kind", "extension", "extent"), nullable=False),
        sa.Column(
            "state", _enum("state", "asked", "agreed", "declined", "withdrawn", "expired"), nullable=False
        ),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("hours_per_week", sa.Numeric(8, 2), nullable=True),
        sa.Column("days_per_week", sa.Integer(), nullable=True),
        sa.Column("seat_use_id", sa.Integer(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("decline_reason", _enum("decline_reason", *DECLINES), nullable=True),
        sa.CheckConstraint(
            "(kind = 'extension') = (last_day IS NOT NULL)",
            name=op.f("ck_placement_change_extension_to_a_day"),
        ),
        sa.CheckConstraint(
            "(kind = 'extent') = (from_day IS NOT NULL) AND (kind = 'extent') = (hours_per_week IS NOT NULL)"
            " AND (kind = 'extent') = (days_per_week IS NOT NULL)",
            name=op.f("ck_placement_change_extent_from_a_day"),
        ),
        sa.CheckConstraint(
            "(kind = 'extension' AND state = 'asked') = (seat_use_id IS NOT NULL)",
            name=op.f("ck_placement_change_held_while_asked"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_placement_change_placement_id")
        ),
        sa.ForeignKeyConstraint(
            ["seat_use_id"], ["seat_use.id"], name=op.f("fk_placement_change_seat_use_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_change")),
        sa.UniqueConstraint("seat_use_id", name=op.f("uq_placement_change_seat_use_id")),
    )
    op.create_index(op.f("ix_placement_change_placement_id"), "placement_change", ["placement_id"])
    op.create_index(
        "uq_placement_change_asked",
        "placement_change",
        ["placement_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
    protect(
        "placement_change",
        [
            ("parties", "SELECT", PLACEMENT_SEEN),
            ("who_asks_and_answers", "ALL", f"{WRITERS} AND {PLACEMENT_SEEN}"),
        ],
    )


def _extents() -> None:
    op.create_table(
        "placement_extent",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("hours_per_week", sa.Numeric(8, 2), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "hours_per_week > 0 AND hours_per_week <= 40", name=op.f("ck_placement_extent_hours")
        ),
        sa.CheckConstraint("days_per_week BETWEEN 1 AND 5", name=op.f("ck_placement_extent_days")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_placement_extent_placement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_extent")),
        sa.UniqueConstraint(
            "placement_id", "from_day", name=op.f("uq_placement_extent_placement_id_from_day")
        ),
    )
    protect(
        "placement_extent",
        [
            ("parties", "SELECT", PLACEMENT_SEEN),
            ("who_agrees", "INSERT", f"app_role() IN ('supervisor', 'system') AND {PLACEMENT_SEEN}"),
        ],
    )


def downgrade() -> None:
    """What lives beside another placement on the same grant is taken back: the older program holds one at a time."""
    op.execute("DROP FUNCTION hold_grant_of")
    op.drop_column("choice_round", "moves_placement_id")
    op.drop_table("placement_extent")
    op.execute("""
        CREATE TEMPORARY TABLE freed ON COMMIT DROP AS
            SELECT seat_use_id AS id FROM placement_change WHERE seat_use_id IS NOT NULL
            UNION ALL
            SELECT p.seat_use_id FROM placement p WHERE p.state = 'requested' AND EXISTS (
                SELECT FROM placement o WHERE o.grant_id = p.grant_id
                AND (o.state IN ('accepted', 'running') OR o.state = 'requested' AND o.id < p.id))
            UNION ALL
            SELECT seat_use_id FROM placement WHERE state = 'accepted' AND is_moved;
        UPDATE placement SET state = 'cancelled', seat_use_id = NULL, seat_id = NULL
            WHERE seat_use_id IN (SELECT id FROM freed);
        UPDATE placement SET state = 'ended_early', ended_on = last_day
            WHERE state = 'running' AND is_moved;
    """)
    op.drop_table("placement_change")
    op.execute("DELETE FROM seat_use WHERE id IN (SELECT id FROM freed)")
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for index in (
        "ix_placement_moved_from",
        "ix_placement_unanswered",
        "uq_placement_requested",
        "ix_placement_grant",
    ):
        op.execute(f"DROP INDEX {index}")
    op.execute("ALTER TABLE placement DROP CONSTRAINT ex_placement_one_a_day")
    for column in (
        "is_moved",
        "moved_from_id",
        "cancel_reason",
        "escalated_on",
        "reminded_on",
        "held_until",
    ):
        op.drop_column("placement", column)
    op.execute(
        "CREATE UNIQUE INDEX uq_placement_live ON placement (grant_id)"
        " WHERE state IN ('requested', 'accepted', 'running')"
    )
