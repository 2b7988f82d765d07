"""What never changes again, held by triggers: published terms, sent invoices, invoiced attendance.

Each refusal carries a constraint name, so that the application can explain it.
"""

from alembic import context, op

revision = "0006"
down_revision = "0005"

FUNCTIONS = """
CREATE FUNCTION refuse(rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused: %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

CREATE FUNCTION keep_published_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE'
            OR to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
            OR NEW.state = 'draft') THEN
        PERFORM refuse('frozen_terms');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION keep_published_terms_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM terms_version t WHERE t.id IN (OLD.terms_id, NEW.terms_id) AND t.state <> 'draft') THEN
        PERFORM refuse('frozen_terms');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION keep_sent_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION keep_approved_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM invoice i WHERE i.id IN (OLD.invoice_id, NEW.invoice_id) AND i.state <> 'draft') THEN
        PERFORM refuse('frozen_invoice');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- Runs as the owner: a supervisor records days and sees no invoices.
CREATE FUNCTION is_month_approved(contract integer, day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT EXISTS (
            SELECT FROM invoice
            WHERE contract_id = contract AND month = date_trunc('month', day)::date AND state <> 'draft'
        )
    $$;

-- Only the month's job may let go of days, when it makes a draft again; nothing else of the day changes then. Once the
-- supplier has approved the month's invoice no day is added either: nobody would ask for it.
CREATE FUNCTION keep_invoiced_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
"""

TRIGGERS = {
    "terms_version": ("keep_published_terms", "UPDATE OR DELETE"),
    "requirement": ("keep_published_terms_rows", "INSERT OR UPDATE OR DELETE"),
    "price_row": ("keep_published_terms_rows", "INSERT OR UPDATE OR DELETE"),
    "invoice": ("keep_sent_invoice", "UPDATE OR DELETE"),
    "invoice_line": ("keep_approved_lines", "INSERT OR UPDATE OR DELETE"),
    "attendance_day": ("keep_invoiced_attendance", "INSERT OR UPDATE OR DELETE"),
}


def upgrade() -> None:
    op.execute(FUNCTIONS)
    app = '"' + context.config.attributes["app_role"].replace('"', '""') + '"'
    op.execute("REVOKE EXECUTE ON FUNCTION is_month_approved FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION is_month_approved TO {app}")
    for table, (function, events) in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER frozen BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER frozen ON {table}")
    for function in sorted({function for function, _ in TRIGGERS.values()}):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP FUNCTION is_month_approved")
    op.execute("DROP FUNCTION refuse")
