"""Follow-ups and what was agreed at them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import add_policy, app_role, protect

revision = "0027"
down_revision = "0026"

PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
FOLLOW_UP_SEEN = "EXISTS (SELECT FROM follow_up f WHERE f.id = follow_up_id)"
READERS = "app_role() IN ('supervisor', 'case_officer', 'coordinator', 'system')"
WRITERS = "app_role() IN ('supervisor', 'case_officer', 'system')"
# Whoever does not see the participant any more sees nothing of what was said about her.
CONCERNED = (
    "app_sees_persons() AND (app_role() = 'system' OR EXISTS (SELECT FROM placement pl"
    " JOIN participant p ON p.id = pl.participant_id WHERE pl.id = placement_id))"
)
OWN = (
    "app_role() = 'participant' AND EXISTS (SELECT FROM placement pl"
    " WHERE pl.id = placement_id AND pl.participant_id = app_participant())"
)
OWN_ACTION = f"app_role() = 'participant' AND who = 'participant' AND {FOLLOW_UP_SEEN}"
OWN_EVENT = (
    "app_role() = 'participant' AND object_type = 'follow_up' AND EXISTS (SELECT FROM follow_up f"
    " JOIN placement p ON p.id = f.placement_id WHERE f.id = object_id AND p.participant_id = app_participant()"
    " AND p.authority_id = event.authority_id AND p.enterprise_id = event.enterprise_id)"
)

FUNCTIONS = """
-- What is over stays over, and of which placement and kind it is never changes.
CREATE FUNCTION keep_follow_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' THEN
            PERFORM refuse('follow_up_over');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.placement_id, NEW.kind) <> (OLD.placement_id, OLD.kind)
            OR OLD.state IN ('missed', 'cancelled') OR (OLD.state = 'held' AND NEW.state <> 'held') THEN
        PERFORM refuse('follow_up_over');
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("kind", "planned", "meeting", "extra"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("state", _enum("state", "planned", "held", "missed", "cancelled"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("took_part", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("notes_sv", sa.Text(), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("reminded_late_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'planned') = (planned_on IS NOT NULL)", name=op.f("ck_follow_up_planned_on")
        ),
        sa.CheckConstraint(
            "(state = 'held') = (held_on IS NOT NULL) AND (state = 'held') = (notes_sv <> '')"
            " AND (state = 'held') = (cardinality(took_part) > 0)",
            name=op.f("ck_follow_up_held"),
        ),
        sa.CheckConstraint(
            "took_part <@ ARRAY['participant', 'supervisor', 'case_officer', 'coordinator']",
            name=op.f("ck_follow_up_took_part"),
        ),
        postgresql.ExcludeConstraint(
            ("placement_id", "="),
            ("due_on", "="),
            name="ex_follow_up_open_day",
            using="btree",
            where=sa.text("state = 'planned'"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_follow_up_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(
        "uq_follow_up_open_meeting",
        "follow_up",
        ["placement_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'meeting' AND state = 'planned'"),
    )
    op.create_index("ix_follow_up_placement_id", "follow_up", ["placement_id", "due_on"])
    op.create_index(
        "ix_follow_up_open", "follow_up", ["due_on"], postgresql_where=sa.text("state = 'planned'")
    )
    op.create_table(
        "follow_up_action",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column(
            "who", _enum("who", "participant", "supervisor", "case_officer", "coordinator"), nullable=False
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "text_sv <> '' AND length(text_sv) <= 300", name=op.f("ck_follow_up_action_text_sv")
        ),
        sa.CheckConstraint("(done_on IS NULL) = (done_by = '')", name=op.f("ck_follow_up_action_done")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_action_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_action")),
    )
    op.create_index(op.f("ix_follow_up_action_follow_up_id"), "follow_up_action", ["follow_up_id"])
    op.create_index(
        "ix_follow_up_action_open",
        "follow_up_action",
        ["due_on"],
        postgresql_where=sa.text("done_on IS NULL"),
    )
    op.execute(FUNCTIONS)
    op.execute(
        "CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON follow_up"
        " FOR EACH ROW EXECUTE FUNCTION keep_follow_up()"
    )
    protect(
        "follow_up",
        [
            ("readers", "SELECT", f"{READERS} AND {PLACEMENT_SEEN}"),
            ("who_adds", "INSERT", f"{WRITERS} AND {PLACEMENT_SEEN}"),
            ("who_writes", "UPDATE", f"{WRITERS} AND {PLACEMENT_SEEN}"),
            ("self", "SELECT", OWN),
        ],
        restriction=CONCERNED,
    )
    op.execute(f"REVOKE DELETE ON follow_up FROM {app_role()}")
    protect(
        "follow_up_action",
        [
            ("readers", "SELECT", f"{READERS} AND {FOLLOW_UP_SEEN}"),
            ("who_adds", "INSERT", f"{WRITERS} AND {FOLLOW_UP_SEEN}"),
            ("who_removes", "DELETE", f"{WRITERS} AND done_on IS NULL AND {FOLLOW_UP_SEEN}"),
            ("who_ticks", "UPDATE", f"{READERS} AND {FOLLOW_UP_SEEN}"),
            ("self", "SELECT", OWN_ACTION),
            ("self_ticks", "UPDATE", OWN_ACTION),
        ],
        restriction="app_sees_persons()",
    )
    op.execute(f"REVOKE UPDATE ON follow_up_action FROM {app_role()}")
    op.execute(f"GRANT UPDATE (done_on, done_by) ON follow_up_action TO {app_role()}")
    add_policy("event", "participant_ticks", "INSERT", OWN_EVENT)


def downgrade() -> None:
    op.execute("DROP POLICY participant_ticks ON event")
    op.drop_table("follow_up_action")
    op.drop_table("follow_up")
    op.execute("DROP FUNCTION keep_follow_up")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
