"""Disposal (gallring): how long what is kept, who is left out, what has been proposed, decided and done."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0053"
down_revision = "0052"

AUTHORITY = "authority_id = app_authority()"
READERS = f"{AUTHORITY} AND app_role() IN ('coordinator', 'controller', 'system')"
WITH_DISPOSAL = "EXISTS (SELECT FROM disposal d WHERE d.id = disposal_id)"
PERSON_SEEN = "EXISTS (SELECT FROM participant p WHERE p.id = participant_id)"

STEPS = """
-- Who proposes, who decides and that another does, whatever a program does.
CREATE FUNCTION keep_disposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving text[] := ARRAY['state', 'decided_at', 'decided_by', 'decided_by_id', 'diary_number', 'executed_at', 'seal'];
BEGIN
    IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
        PERFORM refuse('disposal_steps');
    END IF;
    IF (OLD.state, NEW.state, app_role()) NOT IN (
            ('proposed', 'decided', 'controller'), ('proposed', 'declined', 'controller'),
            ('proposed', 'withdrawn', 'coordinator'), ('decided', 'executed', 'system')) THEN
        PERFORM refuse('disposal_steps');
    END IF;
    IF NEW.state IN ('decided', 'declined') AND NEW.decided_by_id IS DISTINCT FROM app_user() THEN
        PERFORM refuse('disposal_steps');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON disposal FOR EACH ROW EXECUTE FUNCTION keep_disposal();
"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _kind() -> sa.Enum:
    return _one_of("kind", "person", "basis")


def upgrade() -> None:
    _rules()
    _disposals()
    _holds()
    op.create_table(
        "closed_year",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_closed_year_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_closed_year")),
    )
    protect("closed_year", [("own", "SELECT", "organisation_id IN (app_authority(), app_enterprise())")])
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON closed_year FROM {app_role()}")
    op.execute(STEPS)


def _rules() -> None:
    op.create_table(
        "disposal_rule",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("decision_sv", sa.Text(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        # Bokföringslagen (1999:1078) 7 kap. 2 §.
        sa.CheckConstraint(
            "years BETWEEN CASE kind WHEN 'basis' THEN 7 ELSE 1 END AND 50",
            name=op.f("ck_disposal_rule_years"),
        ),
        sa.CheckConstraint("decision_sv <> ''", name=op.f("ck_disposal_rule_decision_sv")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_disposal_rule_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", "kind", name=op.f("pk_disposal_rule")),
    )
    protect(
        "disposal_rule",
        [
            ("readers", "SELECT", AUTHORITY),
            ("controller_writes", "ALL", f"{AUTHORITY} AND app_role() = 'controller'"),
        ],
    )


def _disposals() -> None:
    op.create_table(
        "disposal",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _one_of("state", "proposed", "decided", "declined", "withdrawn", "executed"),
            nullable=False,
        ),
        sa.Column("rule_sv", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("diary_number", sa.Text(), nullable=False),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_disposal_four_eyes")),
        sa.CheckConstraint(
            "(state IN ('decided', 'declined', 'executed')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_disposal_decided"),
        ),
        sa.CheckConstraint(
            "(state = 'executed') = (executed_at IS NOT NULL) AND (state = 'executed') = (seal <> '')",
            name=op.f("ck_disposal_executed"),
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_disposal_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    op.create_index(
        "uq_disposal_open",
        "disposal",
        ["authority_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'decided')"),
    )
    protect(
        "disposal",
        [
            ("readers", "SELECT", READERS),
            (
                "coordinator_proposes",
                "INSERT",
                f"{AUTHORITY} AND app_role() = 'coordinator' AND state = 'proposed' AND proposed_by_id = app_user()",
            ),
            ("steps", "UPDATE", READERS),
        ],
    )
    op.execute(f"REVOKE DELETE ON disposal FROM {app_role()}")
    # By number, without a key: the record outlasts whom it tells of, and a controller who sees no persons decides.
    op.create_table(
        "disposal_item",
        sa.Column("disposal_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("outcome", _one_of("outcome", "disposed", "kept"), nullable=True),
        sa.ForeignKeyConstraint(["disposal_id"], ["disposal.id"], name=op.f("fk_disposal_item_disposal_id")),
        sa.PrimaryKeyConstraint("disposal_id", "participant_id", name=op.f("pk_disposal_item")),
    )
    protect(
        "disposal_item",
        [
            ("readers", "SELECT", WITH_DISPOSAL),
            (
                "coordinator_proposes",
                "INSERT",
                "app_role() = 'coordinator' AND outcome IS NULL AND EXISTS"
                " (SELECT FROM disposal d WHERE d.id = disposal_id AND d.state = 'proposed')",
            ),
        ],
    )
    op.execute(f"REVOKE UPDATE, DELETE ON disposal_item FROM {app_role()}")
    op.create_table(
        "disposal_count",
        sa.Column("disposal_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["disposal_id"], ["disposal.id"], name=op.f("fk_disposal_count_disposal_id")),
        sa.PrimaryKeyConstraint("disposal_id", "table_name", name=op.f("pk_disposal_count")),
    )
    protect("disposal_count", [("readers", "SELECT", WITH_DISPOSAL)])
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON disposal_count FROM {app_role()}")


def _holds() -> None:
    op.create_table(
        "disposal_hold",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("since_by", sa.Text(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("reason_sv <> ''", name=op.f("ck_disposal_hold_reason_sv")),
        sa.CheckConstraint("(lifted_on IS NULL) = (lifted_by = '')", name=op.f("ck_disposal_hold_lifted")),
        sa.ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name=op.f("fk_disposal_hold_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_hold")),
    )
    op.create_index(
        "uq_disposal_hold_live",
        "disposal_hold",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("lifted_on IS NULL"),
    )
    protect(
        "disposal_hold",
        [
            ("officers", "SELECT", f"{AUTHORITY} AND {PERSON_SEEN}"),
            ("coordinator_writes", "ALL", f"{AUTHORITY} AND app_role() = 'coordinator' AND {PERSON_SEEN}"),
        ],
        restriction="app_sees_persons()",
    )
    op.execute(f"REVOKE DELETE ON disposal_hold FROM {app_role()}")


def downgrade() -> None:
    op.execute("DROP FUNCTION keep_disposal CASCADE")
    for table in (
        "closed_year",
        "disposal_hold",
        "disposal_count",
        "disposal_item",
        "disposal",
        "disposal_rule",
    ):
        op.drop_table(table)
