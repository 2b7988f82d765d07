"""An activity plan with a staircase, tasks, goals and contacts; what has been proposed never changes again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import add_policy, app_role, protect

revision = "0024"
down_revision = "0023"

PARTS = ("plan_step", "plan_goal", "plan_task", "plan_contact")
PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
PLAN_SEEN = "EXISTS (SELECT FROM activity_plan a WHERE a.id = plan_id)"
WRITES = "app_role() IN ('supervisor', 'system')"
OWN = (
    "app_role() = 'participant' AND state <> 'draft' AND EXISTS (SELECT FROM placement pl"
    " WHERE pl.id = placement_id AND pl.participant_id = app_participant())"
)

OWN_EVENT = (
    "app_role() = 'participant' AND object_type = 'plan' AND EXISTS (SELECT FROM activity_plan a"
    " JOIN placement p ON p.id = a.placement_id WHERE a.id = object_id AND p.participant_id = app_participant()"
    " AND p.authority_id = event.authority_id AND p.enterprise_id = event.enterprise_id)"
)

FUNCTIONS = """
-- What a plan says is settled once it is proposed. After that each of the three signs once, and it goes on in order.
CREATE FUNCTION keep_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hers text[] := ARRAY['participant_agreed_at', 'participant_witness', 'participant_by_code'];
    officers text[] := ARRAY['case_officer_agreed_at', 'case_officer_name'];
    signed text[] := ARRAY['state', 'agreed_on'] || hers || officers;
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'UPDATE' AND NEW.state NOT IN ('draft', 'proposed') THEN
            PERFORM refuse('plan_steps');
        END IF;
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - signed <> to_jsonb(OLD) - signed
            OR (OLD.agreed_on IS NOT NULL AND NEW.agreed_on IS DISTINCT FROM OLD.agreed_on)
            OR (OLD.participant_agreed_at IS NOT NULL AND (NEW.participant_agreed_at, NEW.participant_witness,
                NEW.participant_by_code) IS DISTINCT FROM (OLD.participant_agreed_at, OLD.participant_witness,
                OLD.participant_by_code))
            OR (OLD.case_officer_agreed_at IS NOT NULL AND (NEW.case_officer_agreed_at, NEW.case_officer_name)
                IS DISTINCT FROM (OLD.case_officer_agreed_at, OLD.case_officer_name)) THEN
        PERFORM refuse('frozen_plan');
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('proposed', 'proposed'), ('proposed', 'agreed'), ('proposed', 'replaced'),
            ('agreed', 'agreed'), ('agreed', 'replaced'), ('replaced', 'replaced')) THEN
        PERFORM refuse('plan_steps');
    END IF;
    IF to_jsonb(NEW) - ARRAY['state'] <> to_jsonb(OLD) - ARRAY['state'] AND OLD.state <> 'proposed' THEN
        PERFORM refuse('plan_steps');
    END IF;
    IF app_role() NOT IN ('case_officer', 'system') AND (NEW.case_officer_agreed_at, NEW.case_officer_name)
            IS DISTINCT FROM (OLD.case_officer_agreed_at, OLD.case_officer_name) THEN
        PERFORM refuse('plan_signer');
    END IF;
    IF NEW.participant_by_code AND NOT OLD.participant_by_code AND app_role() NOT IN ('participant', 'system') THEN
        PERFORM refuse('plan_signer');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_plan_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM activity_plan a WHERE a.id IN (OLD.plan_id, NEW.plan_id) AND a.state <> 'draft') THEN
        PERFORM refuse('frozen_plan');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- As the owner: a supplier's plan and report carry the decision's diary number, and the grant is the authority's alone.
CREATE FUNCTION diary_number_of(placement integer) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT g.diary_number FROM training_grant g JOIN placement p ON p.grant_id = g.id
        WHERE p.id = $1 AND app_sees_persons() AND (
            p.authority_id = app_authority()
            OR (p.enterprise_id = app_enterprise() AND is_shared_with(p.participant_id, p.enterprise_id))
            OR (app_role() = 'participant' AND p.participant_id = app_participant()))
    $$;
"""


def upgrade() -> None:
    op.add_column("training_grant", sa.Column("diary_number", sa.Text(), nullable=False, server_default=""))
    op.alter_column("training_grant", "diary_number", server_default=None)
    _plan_columns()
    _parts()
    _wishes_and_defaults()
    op.execute("""
        INSERT INTO plan_step (plan_id, from_day, hours_per_week, days_per_week, weekdays)
            SELECT a.id, p.first_day, a.hours_per_week, a.days_per_week, '{}'
            FROM activity_plan a JOIN placement p ON p.id = a.placement_id;
        INSERT INTO plan_goal (plan_id, position, text_sv, sign_sv)
            SELECT a.id, g.position, g.text_sv, ''
            FROM activity_plan a, unnest(a.goals) WITH ORDINALITY AS g (text_sv, position);
    """)
    for column in ("hours_per_week", "days_per_week", "goals"):
        op.drop_column("activity_plan", column)
    op.execute("DROP POLICY with_placement ON activity_plan")
    add_policy(
        "activity_plan",
        "readers",
        "SELECT",
        f"app_role() <> 'participant' AND (state <> 'draft' OR {WRITES}) AND {PLACEMENT_SEEN}",
    )
    add_policy("activity_plan", "who_writes", "ALL", f"{WRITES} AND {PLACEMENT_SEEN}")
    add_policy(
        "activity_plan",
        "officer_signs",
        "UPDATE",
        f"app_role() = 'case_officer' AND state <> 'draft' AND {PLACEMENT_SEEN}",
    )
    add_policy("activity_plan", "self", "SELECT", OWN)
    add_policy("activity_plan", "self_signs", "UPDATE", OWN)
    add_policy("event", "participant_adds_to_plan", "INSERT", OWN_EVENT)
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION diary_number_of FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION diary_number_of TO {app_role()}")
    op.execute(
        "CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON activity_plan FOR EACH ROW EXECUTE FUNCTION keep_plan()"
    )
    for table in PARTS:
        op.execute(
            f"CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_plan_rows()"
        )


def _plan_columns() -> None:
    for column, default in (
        (sa.Column("absence_sv", sa.Text(), nullable=False, server_default=""), True),
        (sa.Column("participant_by_code", sa.Boolean(), nullable=False, server_default=sa.false()), True),
        (sa.Column("saves", sa.Integer(), nullable=False, server_default="0"), True),
        (sa.Column("typed", postgresql.JSONB(none_as_null=True), nullable=True), False),
    ):
        op.add_column("activity_plan", column)
        if default:
            op.alter_column("activity_plan", column.name, server_default=None)
    op.create_check_constraint(
        op.f("ck_activity_plan_typed_in_draft"), "activity_plan", "typed IS NULL OR state = 'draft'"
    )


def _part(table: str, *columns: sa.schema.SchemaItem, key: str = "position") -> None:
    op.create_table(
        table,
        sa.Column("plan_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["plan_id"], ["activity_plan.id"], name=op.f(f"fk_{table}_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", key, name=op.f(f"pk_{table}")),
    )
    protect(
        table,
        [("with_plan", "SELECT", PLAN_SEEN), ("who_writes", "ALL", f"{WRITES} AND {PLAN_SEEN}")],
        restriction="app_sees_persons()",
    )


def _parts() -> None:
    _part(
        "plan_step",
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("hours_per_week", sa.Numeric(8, 2), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.CheckConstraint("hours_per_week > 0 AND hours_per_week <= 40", name=op.f("ck_plan_step_hours")),
        sa.CheckConstraint("days_per_week BETWEEN 1 AND 5", name=op.f("ck_plan_step_days")),
        sa.CheckConstraint(
            "weekdays <@ '{1,2,3,4,5,6,7}'::smallint[] AND cardinality(weekdays) IN (0, days_per_week)",
            name=op.f("ck_plan_step_weekdays"),
        ),
        key="from_day",
    )
    _part(
        "plan_goal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("sign_sv", sa.Text(), nullable=False),
    )
    _part(
        "plan_task",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_plan_task_ssyk")),
    )
    _part(
        "plan_contact",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role_sv", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
    )


def _wishes_and_defaults() -> None:
    op.create_table(
        "plan_wish",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["activity_plan.id"], name=op.f("fk_plan_wish_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_wish")),
    )
    op.create_index(op.f("ix_plan_wish_plan_id"), "plan_wish", ["plan_id"])
    protect(
        "plan_wish",
        [
            ("with_plan", "SELECT", PLAN_SEEN),
            (
                "who_sits_at_the_table",
                "INSERT",
                f"app_role() IN ('participant', 'supervisor', 'case_officer', 'system') AND {PLAN_SEEN}",
            ),
        ],
        restriction="app_sees_persons()",
    )
    op.create_table(
        "plan_default",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("absence_sv", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_plan_default_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_plan_default")),
    )
    protect("plan_default", [("own", "ALL", f"{WRITES} AND enterprise_id = app_enterprise()")])


def downgrade() -> None:
    """The first step and the goals' words are kept; what the older program has no place for is lost."""
    op.execute("DROP TRIGGER frozen ON activity_plan")
    for table in PARTS:
        op.execute(f"DROP TRIGGER frozen ON {table}")
    for function in ("keep_plan", "keep_plan_rows", "diary_number_of"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP POLICY participant_adds_to_plan ON event")
    for policy in ("readers", "who_writes", "officer_signs", "self", "self_signs"):
        op.execute(f"DROP POLICY {policy} ON activity_plan")
    add_policy("activity_plan", "with_placement", "ALL", PLACEMENT_SEEN)
    op.add_column("activity_plan", sa.Column("hours_per_week", sa.Numeric(8, 2), nullable=True))
    op.add_column("activity_plan", sa.Column("days_per_week", sa.Integer(), nullable=True))
    op.add_column("activity_plan", sa.Column("goals", postgresql.ARRAY(sa.Text()), nullable=True))
    op.execute("""
        UPDATE activity_plan a SET
            (hours_per_week, days_per_week) = (SELECT coalesce(s.hours_per_week, p.hours_per_week),
                    coalesce(s.days_per_week, p.days_per_week)
                FROM placement p LEFT JOIN plan_step s ON s.plan_id = a.id
                WHERE p.id = a.placement_id ORDER BY s.from_day LIMIT 1),
            goals = ARRAY(SELECT trim(g.text_sv || ' ' || g.sign_sv) FROM plan_goal g
                WHERE g.plan_id = a.id ORDER BY g.position);
    """)
    for column in ("hours_per_week", "days_per_week", "goals"):
        op.alter_column("activity_plan", column, nullable=False)
    op.drop_table("plan_default")
    op.drop_table("plan_wish")
    for table in PARTS:
        op.drop_table(table)
    op.drop_constraint(op.f("ck_activity_plan_typed_in_draft"), "activity_plan", type_="check")
    for column in ("typed", "saves", "participant_by_code", "absence_sv"):
        op.drop_column("activity_plan", column)
    op.drop_column("training_grant", "diary_number")
