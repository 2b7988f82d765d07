"""Waiting lists: who is next in line for a seat that is freed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import app_role, protect

revision = "0021"
down_revision = "0020"

WORKS_WITH_IT = (
    "authority_id = app_authority() AND app_role() IN ('case_officer', 'coordinator', 'system')"
    " AND EXISTS (SELECT FROM participant p WHERE p.id = participant_id)"
)
ENTRY_SEEN = (
    "authority_id = app_authority() AND app_role() IN ('case_officer', 'coordinator', 'system')"
    " AND EXISTS (SELECT FROM waiting_entry e WHERE e.id = entry_id)"
)
SEAT_USES = "'request', 'placement', 'closure', 'retired'"

FUNCTIONS = """
-- The order of the line for an enterprise's seats: which entry and whose, and nothing else of it. The system asks,
-- before it acts for any authority; everything more it reads as that authority's.
CREATE FUNCTION waiting_line(enterprise integer) RETURNS TABLE (entry_id integer, authority_id integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT e.id, e.authority_id FROM waiting_entry e
        WHERE e.state = 'waiting' AND app_role() = 'system'
          AND EXISTS (SELECT FROM contract c
                      WHERE c.enterprise_id = $1 AND c.authority_id = e.authority_id AND c.state = 'active')
        ORDER BY e.joined_at, e.id
    $$;

-- How many of the same authority's participants joined earlier for kommuner and trades that overlap. An officer may not
-- see those of other units, but where in line her own stands she has to be able to say. Nothing of other authorities'.
CREATE FUNCTION waiting_before(entries integer[]) RETURNS TABLE (entry_id integer, ahead bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT mine.id, count(DISTINCT other.participant_id)
        FROM waiting_entry mine
        LEFT JOIN waiting_entry other
            ON other.authority_id = mine.authority_id AND other.state = 'waiting'
            AND other.participant_id <> mine.participant_id
            AND (other.joined_at, other.id) < (mine.joined_at, mine.id)
            AND (other.kommun_codes = '{}' OR mine.kommun_codes = '{}' OR other.kommun_codes && mine.kommun_codes)
            AND (other.ssyks = '{}' OR mine.ssyks = '{}' OR other.ssyks && mine.ssyks)
        WHERE mine.id = ANY (entries) AND mine.state = 'waiting' AND mine.authority_id = app_authority()
          AND app_role() IN ('case_officer', 'coordinator')
        GROUP BY mine.id
    $$;

-- What has been answered is the protocol of the line.
CREATE FUNCTION keep_waiting_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' THEN
        PERFORM refuse('frozen_waiting_offer');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON waiting_offer FOR EACH ROW EXECUTE FUNCTION keep_waiting_offer();
"""


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _seat_uses(f"{SEAT_USES}, 'offer'")
    _entries()
    _offers()
    _passes()
    protect("waiting_entry", [("those_who_work_with_it", "ALL", WORKS_WITH_IT)], "app_sees_persons()")
    protect("waiting_offer", [("those_who_work_with_it", "ALL", WORKS_WITH_IT)], "app_sees_persons()")
    protect("waiting_pass", [("those_who_work_with_it", "ALL", ENTRY_SEEN)], "app_sees_persons()")
    op.execute(f"REVOKE DELETE ON waiting_entry, waiting_offer FROM {app_role()}")
    op.execute(f"REVOKE UPDATE, DELETE ON waiting_pass FROM {app_role()}")
    op.execute(FUNCTIONS)
    for function in ("waiting_line", "waiting_before"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app_role()}")


def _entries() -> None:
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("state", _enum("state", "waiting", "ended"), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kommun_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ssyks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seen_place_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            _enum("end_reason", "placed", "left", "withdrawn", "grant_over", "unanswered"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (end_reason IS NOT NULL)", name=op.f("ck_waiting_entry_ended_for_a_reason")
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_waiting_entry_ended_at_a_time")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_waiting_entry_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id", "participant_id"],
            ["training_grant.id", "training_grant.participant_id"],
            name="fk_waiting_entry_grant",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_waiting_entry_participant",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
        sa.UniqueConstraint(
            "id",
            "grant_id",
            "participant_id",
            "authority_id",
            name=op.f("uq_waiting_entry_id_grant_id_participant_id_authority_id"),
        ),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_waiting_entry_id_authority_id")),
    )
    for column in ("authority_id", "participant_id"):
        op.create_index(op.f(f"ix_waiting_entry_{column}"), "waiting_entry", [column])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_waiting_entry_line", "waiting_entry", ["joined_at", "id"], postgresql_where=waiting)
    op.create_index(
        "uq_waiting_entry_search",
        "waiting_entry",
        ["grant_id", "criteria"],
        unique=True,
        postgresql_where=waiting,
    )


def _offers() -> None:
    states = ("open", "accepted", "declined", "expired", "withdrawn")
    op.create_table(
        "waiting_offer",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("seat_use_id", sa.Integer(), nullable=True),
        sa.Column("state", _enum("state", *states), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column(
            "no_reason",
            _enum("no_reason", "participant", "not_suitable", "unavailable", "other"),
            nullable=True,
        ),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_waiting_offer_days_in_order")),
        sa.CheckConstraint(
            "(state = 'open') = (seat_use_id IS NOT NULL)", name=op.f("ck_waiting_offer_seat_while_open")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (placement_id IS NOT NULL)",
            name=op.f("ck_waiting_offer_accepted_is_requested"),
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (no_reason IS NOT NULL)",
            name=op.f("ck_waiting_offer_declined_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL)", name=op.f("ck_waiting_offer_open_until_answered")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_waiting_offer_{column}"))
            for column, table in (
                ("authority_id", "organisation"),
                ("participant_id", "participant"),
                ("place_id", "place"),
                ("seat_use_id", "seat_use"),
                ("placement_id", "placement"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["entry_id", "grant_id", "participant_id", "authority_id"],
            [
                "waiting_entry.id",
                "waiting_entry.grant_id",
                "waiting_entry.participant_id",
                "waiting_entry.authority_id",
            ],
            name="fk_waiting_offer_entry",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_offer")),
        sa.UniqueConstraint("seat_use_id", name=op.f("uq_waiting_offer_seat_use_id")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_waiting_offer_placement_id")),
    )
    for column in ("authority_id", "entry_id", "participant_id", "place_id"):
        op.create_index(op.f(f"ix_waiting_offer_{column}"), "waiting_offer", [column])
    op.create_index(
        "uq_waiting_offer_open",
        "waiting_offer",
        ["grant_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_waiting_offer_place",
        "waiting_offer",
        ["entry_id", "place_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )


def _passes() -> None:
    reasons = (
        "period_over",
        "grant_not_open",
        "no_consent",
        "has_offer",
        "asked",
        "seen",
        "does_not_fit",
    )
    op.create_table(
        "waiting_pass",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("reason", _enum("reason", *reasons), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_waiting_pass_{column}"))
            for column, table in (
                ("authority_id", "organisation"),
                ("offer_id", "waiting_offer"),
                ("place_id", "place"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["entry_id", "authority_id"],
            ["waiting_entry.id", "waiting_entry.authority_id"],
            name="fk_waiting_pass_entry",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_pass")),
        sa.UniqueConstraint("offer_id", "entry_id", name=op.f("uq_waiting_pass_offer_id_entry_id")),
    )
    for column in ("authority_id", "entry_id"):
        op.create_index(op.f(f"ix_waiting_pass_{column}"), "waiting_pass", [column])


def downgrade() -> None:
    """What is held for an answer is let go: the older program knows no such use of a seat."""
    op.execute("DROP FUNCTION waiting_before")
    op.execute("DROP FUNCTION waiting_line")
    for table in ("waiting_pass", "waiting_offer", "waiting_entry"):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_waiting_offer")
    op.execute("DELETE FROM seat_use WHERE kind = 'offer'")
    _seat_uses(SEAT_USES)


def _seat_uses(kinds: str) -> None:
    op.execute("ALTER TABLE seat_use DROP CONSTRAINT ck_seat_use_kind")
    op.execute(f"ALTER TABLE seat_use ADD CONSTRAINT ck_seat_use_kind CHECK (kind IN ({kinds}))")
