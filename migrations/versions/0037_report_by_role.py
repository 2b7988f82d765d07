"""Each step of a final report is its own role's, also in the database."""

from alembic import op

revision = "0037"
down_revision = "0036"

BY_ROLE = """
CREATE FUNCTION report_by_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state
            AND app_role() NOT IN ('system', CASE NEW.state WHEN 'received' THEN 'coordinator' ELSE 'supervisor' END)
            OR NEW.correction_on IS DISTINCT FROM OLD.correction_on
            AND app_role() NOT IN ('system', 'coordinator', 'case_officer')
            OR NEW.read_at IS DISTINCT FROM OLD.read_at
            AND app_role() NOT IN ('system', 'participant', 'supervisor', 'case_officer') THEN
        PERFORM refuse('report_role');
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.execute(BY_ROLE)
    op.execute(
        "CREATE TRIGGER by_role BEFORE UPDATE ON final_report FOR EACH ROW EXECUTE FUNCTION report_by_role()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER by_role ON final_report")
    op.execute("DROP FUNCTION report_by_role")
