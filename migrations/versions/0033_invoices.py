"""What is invoiced is what is earned less what has been invoiced: signed lines with the month that earned them, whole
invoices taken back, and what a run has come to and could not price."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import app_role, protect

revision = "0033"
down_revision = "0032"

STATES = ("draft", "approved", "sent", "attested", "disputed", "paid")
FEES = "component IN ('start_fee', 'report_fee', 'result_fee')"
ONE_A_MONTH = "credits_id IS NULL AND state <> 'credited'"
CONTENT = (
    "id contract_id authority_id enterprise_id month credits_id number ocr issued_on due_on net_ore vat_ore rounding_ore"
    " payable_ore xml html sha256 created_at approved_at approved_by sent_at"
).split()
"""What a sent invoice says. Its other columns tell how it is handled and delivered."""

A = "authority_id = app_authority()"
E = "enterprise_id = app_enterprise()"
PARTIES = (
    f"{A} AND app_role() IN ('controller', 'system') OR {E} AND app_role() IN ('supplier_manager', 'system')"
)

KEEP_SENT = """
CREATE OR REPLACE FUNCTION keep_sent_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft', 'approved') AND (TG_OP = 'DELETE' OR NEW.state IN ('draft', 'approved')
            OR ({old}) IS DISTINCT FROM ({new})) THEN
        PERFORM refuse('frozen_invoice');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
"""
KEPT_SENT_BEFORE = """
CREATE OR REPLACE FUNCTION keep_sent_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lasting text[] := ARRAY['state', 'attested_on', 'attested_by', 'dispute_reason_sv', 'paid_on'];
BEGIN
    IF OLD.state NOT IN ('draft', 'approved') AND (TG_OP = 'DELETE'
            OR to_jsonb(NEW) - lasting <> to_jsonb(OLD) - lasting
            OR NEW.state IN ('draft', 'approved')) THEN
        PERFORM refuse('frozen_invoice');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
"""

# Lines are added by the thousand, so what is added is looked at once for the statement.
KEEP_LINES = """
DROP TRIGGER frozen ON invoice_line;
CREATE OR REPLACE FUNCTION keep_approved_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM invoice i WHERE i.id IN (OLD.invoice_id, NEW.invoice_id) AND i.state <> 'draft')
            AND (TG_OP = 'DELETE' OR app_role() IS DISTINCT FROM 'system'
                OR to_jsonb(NEW) - 'is_reversed' <> to_jsonb(OLD) - 'is_reversed') THEN
        PERFORM refuse('frozen_invoice');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION keep_approved_lines_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN invoice i ON i.id = added.invoice_id WHERE i.state <> 'draft') THEN
        PERFORM refuse('frozen_invoice');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON invoice_line
    FOR EACH ROW EXECUTE FUNCTION keep_approved_lines();
CREATE TRIGGER frozen_whole AFTER INSERT ON invoice_line REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keep_approved_lines_whole();
"""
KEPT_LINES_BEFORE = """
DROP TRIGGER frozen ON invoice_line;
DROP TRIGGER frozen_whole ON invoice_line;
DROP FUNCTION keep_approved_lines_whole;
CREATE OR REPLACE FUNCTION keep_approved_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM invoice i WHERE i.id IN (OLD.invoice_id, NEW.invoice_id) AND i.state <> 'draft') THEN
        PERFORM refuse('frozen_invoice');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON invoice_line
    FOR EACH ROW EXECUTE FUNCTION keep_approved_lines();
"""

# Runs as the owner: a run reads a million days, and asking the policies of each takes longer than adding them up. Only
# the system's, of contracts of the party it acts for.
ATTENDED_DAYS = """
CREATE FUNCTION attended_days(contracts integer[], months date[])
    RETURNS TABLE (contract_id integer, placement_id integer, month date, days json)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT alike.contract_id, alike.placement_id, alike.month, json_agg(json_build_array(
            alike.days, alike.kind, alike.planned_hours, alike.actual_hours, alike.is_reported_same_day))
        FROM (
            SELECT a.contract_id, a.placement_id, asked.month, a.kind, a.planned_hours, a.actual_hours,
                   a.is_reported_same_day, bit_or(1 << (a.day - asked.month)) AS days
            FROM unnest(contracts, months) asked (contract_id, month)
            JOIN contract c ON c.id = asked.contract_id
                AND (c.authority_id = app_authority() OR c.enterprise_id = app_enterprise())
            JOIN attendance_day a ON a.contract_id = asked.contract_id
                AND a.day BETWEEN asked.month AND (asked.month + interval '1 month')::date - 1
            WHERE app_role() = 'system'
            GROUP BY 1, 2, 3, 4, 5, 6, 7
        ) alike
        GROUP BY 1, 2, 3
    $$;
REVOKE EXECUTE ON FUNCTION attended_days FROM PUBLIC;
"""

# Runs as the owner, as is_month_approved does. Whoever approves the month's draft holds it and waits for the days that are
# being written; they wait for the approval.
HOLD_MONTH = """
CREATE FUNCTION hold_month(contract integer, day date) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT coalesce(bool_or(held.state <> 'draft'), false) FROM (
            SELECT state FROM invoice
            WHERE contract_id = contract AND month = date_trunc('month', day)::date FOR SHARE
        ) held
    $$;
REVOKE EXECUTE ON FUNCTION hold_month FROM PUBLIC;
CREATE OR REPLACE FUNCTION keep_invoiced_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The only trigger that changes days is the one of attendance_correction.
    IF pg_trigger_depth() > 1 THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF hold_month(coalesce(NEW.contract_id, OLD.contract_id), coalesce(NEW.day, OLD.day)) THEN
        PERFORM refuse('frozen_month');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
"""
KEPT_DAYS_BEFORE = """
CREATE OR REPLACE FUNCTION keep_invoiced_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The only trigger that changes days is the one of attendance_correction.
    IF pg_trigger_depth() > 1 THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        IF OLD.is_invoiced AND (TG_OP = 'DELETE' OR app_role() IS DISTINCT FROM 'system'
                OR to_jsonb(NEW) - 'is_invoiced' <> to_jsonb(OLD) - 'is_invoiced') THEN
            PERFORM refuse('frozen_attendance');
        END IF;
    END IF;
    IF is_month_approved(coalesce(NEW.contract_id, OLD.contract_id), coalesce(NEW.day, OLD.day)) THEN
        PERFORM refuse('frozen_month');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
DROP FUNCTION hold_month;
"""

# As in 0007 and 0026, with and without `is_invoiced`: what is invoiced is told by the lines alone.
DAYS_BY_NUMBER = """
DROP VIEW attendance_by_number;
{column}
CREATE VIEW attendance_by_number WITH (security_barrier = true) AS
    SELECT placement_id, day, contract_id, planned_hours, actual_hours,
           CASE WHEN kind IN ('ill', 'leave') THEN 'other_valid' ELSE kind END AS kind,
           is_reported_same_day{named}
    FROM attendance_day
    WHERE EXISTS (
        SELECT FROM placement p WHERE p.id = placement_id AND (
            (app_role() = 'controller' AND p.authority_id = app_authority())
            OR (app_role() = 'supplier_manager' AND p.enterprise_id = app_enterprise())
        )
    );
CREATE OR REPLACE FUNCTION correct_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands attendance_day;
BEGIN
    SELECT * INTO stands FROM attendance_day a
        WHERE a.placement_id = NEW.placement_id AND a.day = NEW.day FOR UPDATE;
    SELECT p.contract_id INTO NEW.contract_id FROM placement p WHERE p.id = NEW.placement_id;
    NEW.was_kind := stands.kind;
    NEW.was_planned_hours := stands.planned_hours;
    NEW.was_actual_hours := stands.actual_hours;
    NEW.was_reported_same_day := stands.is_reported_same_day;
    IF NOT is_month_approved(NEW.contract_id, NEW.day) THEN
        PERFORM refuse('correction_of_open_day');
    END IF;
    IF NEW.kind IS NULL THEN
        DELETE FROM attendance_day a WHERE a.placement_id = NEW.placement_id AND a.day = NEW.day;
    ELSE
        INSERT INTO attendance_day (placement_id, day, contract_id, planned_hours, actual_hours, kind,
                is_reported_same_day{named})
            VALUES (NEW.placement_id, NEW.day, NEW.contract_id, NEW.planned_hours, NEW.actual_hours, NEW.kind,
                NEW.is_reported_same_day{value})
            ON CONFLICT (placement_id, day) DO UPDATE SET planned_hours = EXCLUDED.planned_hours,
                actual_hours = EXCLUDED.actual_hours, kind = EXCLUDED.kind,
                is_reported_same_day = EXCLUDED.is_reported_same_day;
    END IF;
    RETURN NEW;
END $$;
"""
WITHOUT_MARK = {"column": "ALTER TABLE attendance_day DROP COLUMN is_invoiced;", "named": "", "value": ""}
WITH_MARK = {
    "column": "ALTER TABLE attendance_day ADD COLUMN is_invoiced boolean NOT NULL DEFAULT false;"
    " ALTER TABLE attendance_day ALTER COLUMN is_invoiced DROP DEFAULT;",
    "named": ", is_invoiced",
    "value": ", false",
}


def upgrade() -> None:
    _invoices()
    _lines()
    _runs()
    op.execute(
        KEEP_SENT.format(
            old=", ".join(f"OLD.{name}" for name in CONTENT), new=", ".join(f"NEW.{name}" for name in CONTENT)
        )
    )
    op.execute(KEEP_LINES)
    op.execute(ATTENDED_DAYS)
    op.execute(HOLD_MONTH)
    op.execute(DAYS_BY_NUMBER.format(**WITHOUT_MARK))
    op.execute(f"GRANT SELECT ON attendance_by_number TO {app_role()}")
    for function in ("attended_days", "hold_month"):
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app_role()}")
    op.create_index(
        "ix_attendance_correction_contract", "attendance_correction", ["contract_id", "corrected_at"]
    )


def _invoices() -> None:
    _states((*STATES, "credited"))
    op.drop_column("invoice", "unpriced_sv")
    op.add_column("invoice", sa.Column("credits_id", sa.Integer(), nullable=True))
    op.add_column("invoice", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_invoice_credits_id"), "invoice", "invoice", ["credits_id"], ["id"])
    op.create_unique_constraint(op.f("uq_invoice_credits_id"), "invoice", ["credits_id"])
    op.drop_constraint(op.f("uq_invoice_contract_id_month"), "invoice", type_="unique")
    op.create_index(
        "uq_invoice_one_a_month",
        "invoice",
        ["contract_id", "month"],
        unique=True,
        postgresql_where=sa.text(ONE_A_MONTH),
    )
    op.create_index("ix_invoice_contract_month", "invoice", ["contract_id", "month"])


def _states(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_invoice_state"), "invoice", type_="check")
    op.create_check_constraint(op.f("ck_invoice_state"), "invoice", f"state IN {states}")


def _lines() -> None:
    op.execute("ALTER TABLE invoice_line DISABLE TRIGGER frozen")
    op.add_column("invoice_line", sa.Column("earned_month", sa.Date(), nullable=True))
    op.add_column("invoice_line", sa.Column("vat_category", sa.String(40), nullable=True))
    op.execute("""
        UPDATE invoice_line l SET earned_month = i.month, vat_category = (
            SELECT e.vat_category FROM contract_edition e WHERE e.contract_id = i.contract_id AND e.state = 'signed'
            ORDER BY (e.from_day <= (i.month + interval '1 month')::date - 1) DESC, e.number DESC LIMIT 1)
        FROM invoice i WHERE i.id = l.invoice_id
    """)
    op.execute("ALTER TABLE invoice_line ENABLE TRIGGER frozen")
    for name in ("earned_month", "vat_category"):
        op.alter_column("invoice_line", name, nullable=False)
    op.create_check_constraint(
        op.f("ck_invoice_line_vat_category"), "invoice_line", "vat_category IN ('E', 'S')"
    )
    op.create_check_constraint(
        op.f("ck_invoice_line_earned_month_is_a_first"), "invoice_line", "extract(day FROM earned_month) = 1"
    )
    op.add_column(
        "invoice_line",
        sa.Column("hours", postgresql.ARRAY(sa.Numeric(8, 2)), nullable=False, server_default="{}"),
    )
    op.add_column(
        "invoice_line", sa.Column("is_reversed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in ("hours", "is_reversed"):
        op.alter_column("invoice_line", name, server_default=None)
    op.drop_index("uq_invoice_line_fee_once", "invoice_line")
    op.create_index(
        "uq_invoice_line_fee_once",
        "invoice_line",
        ["placement_id", "component"],
        unique=True,
        postgresql_where=sa.text(f"{FEES} AND quantity > 0 AND NOT is_reversed"),
    )


def _runs() -> None:
    op.create_table(
        "invoice_run",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("contracts_total", sa.Integer(), nullable=False),
        sa.Column("contracts_done", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(authority_id, enterprise_id) = 1", name=op.f("ck_invoice_run_of_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_invoice_run_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_invoice_run_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_run")),
    )
    protect("invoice_run", [("party", "ALL", PARTIES)])
    op.create_table(
        "unpriced",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_unpriced_contract_parties",
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_unpriced_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unpriced")),
    )
    op.create_index(
        "uq_unpriced_once",
        "unpriced",
        ["contract_id", "month", "placement_id", "reason_sv"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    protect("unpriced", [("party", "ALL", PARTIES)])


def downgrade() -> None:
    """Refused where lines have been taken back or a month has been invoiced again: the old rules have no room for it."""
    op.drop_index("ix_attendance_correction_contract", "attendance_correction")
    op.execute(DAYS_BY_NUMBER.format(**WITH_MARK))
    op.execute(f"GRANT SELECT ON attendance_by_number TO {app_role()}")
    op.execute(KEPT_DAYS_BEFORE)
    op.execute("DROP FUNCTION attended_days")
    op.execute(KEPT_LINES_BEFORE)
    op.execute(KEPT_SENT_BEFORE)
    op.drop_table("unpriced")
    op.drop_table("invoice_run")
    op.drop_index("uq_invoice_line_fee_once", "invoice_line")
    op.create_index(
        "uq_invoice_line_fee_once",
        "invoice_line",
        ["placement_id", "component"],
        unique=True,
        postgresql_where=sa.text(FEES),
    )
    for name in ("earned_month", "vat_category", "hours", "is_reversed"):
        op.drop_column("invoice_line", name)
    op.drop_index("ix_invoice_contract_month", "invoice")
    op.drop_index("uq_invoice_one_a_month", "invoice")
    op.create_unique_constraint(op.f("uq_invoice_contract_id_month"), "invoice", ["contract_id", "month"])
    op.drop_constraint(op.f("uq_invoice_credits_id"), "invoice", type_="unique")
    op.drop_constraint(op.f("fk_invoice_credits_id"), "invoice", type_="foreignkey")
    op.drop_column("invoice", "approved_at")
    op.drop_column("invoice", "credits_id")
    op.add_column("invoice", sa.Column("unpriced_sv", sa.Text(), nullable=False, server_default=""))
    op.alter_column("invoice", "unpriced_sv", server_default=None)
    _states(STATES)
