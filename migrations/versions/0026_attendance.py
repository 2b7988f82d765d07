"""Absence that is reported the same day, and attendance that is corrected with a reason once it has been invoiced."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0026"
down_revision = "0025"

PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
WRITES = "app_role() IN ('supervisor', 'system')"
OWN = (
    "app_role() = 'participant' AND EXISTS (SELECT FROM placement pl"
    " WHERE pl.id = placement_id AND pl.participant_id = app_participant())"
)
KINDS = "('present', 'ill', 'leave', 'other_valid', 'invalid')"

KEEP_DAYS = """
CREATE OR REPLACE FUNCTION keep_invoiced_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {corrections}IF TG_OP <> 'INSERT' THEN
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
FROM_A_TRIGGER = """-- The only trigger that changes days is the one of attendance_correction.
    IF pg_trigger_depth() > 1 THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    """

CORRECT = """
-- A correction is what changes the day: neither is there without the other, and what the day said is read, not told.
CREATE FUNCTION correct_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
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
                is_reported_same_day, is_invoiced)
            VALUES (NEW.placement_id, NEW.day, NEW.contract_id, NEW.planned_hours, NEW.actual_hours, NEW.kind,
                NEW.is_reported_same_day, false)
            ON CONFLICT (placement_id, day) DO UPDATE SET planned_hours = EXCLUDED.planned_hours,
                actual_hours = EXCLUDED.actual_hours, kind = EXCLUDED.kind,
                is_reported_same_day = EXCLUDED.is_reported_same_day;
    END IF;
    RETURN NEW;
END $$;
"""

# As attendance_by_number: by placement number, every valid absence alike, and without the reason.
BY_NUMBER = """
CREATE VIEW correction_by_number WITH (security_barrier = true) AS
    SELECT id, placement_id, day, contract_id,
           CASE WHEN was_kind IN ('ill', 'leave') THEN 'other_valid' ELSE was_kind END AS was_kind,
           was_planned_hours, was_actual_hours, was_reported_same_day,
           CASE WHEN kind IN ('ill', 'leave') THEN 'other_valid' ELSE kind END AS kind,
           planned_hours, actual_hours, is_reported_same_day, ''::text AS reason_sv, corrected_at, corrected_by
    FROM attendance_correction
    WHERE EXISTS (
        SELECT FROM placement p WHERE p.id = placement_id AND (
            (app_role() = 'controller' AND p.authority_id = app_authority())
            OR (app_role() = 'supplier_manager' AND p.enterprise_id = app_enterprise())
        )
    );
"""


def upgrade() -> None:
    _reports()
    _corrections()
    op.execute(CORRECT)
    op.execute(
        "CREATE TRIGGER corrects BEFORE INSERT ON attendance_correction"
        " FOR EACH ROW EXECUTE FUNCTION correct_attendance()"
    )
    op.execute(KEEP_DAYS.format(corrections=FROM_A_TRIGGER))
    op.execute(BY_NUMBER)
    op.execute(f"GRANT SELECT ON correction_by_number TO {app_role()}")
    for table in ("absence_report", "attendance_correction"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {app_role()}")


def _reports() -> None:
    op.create_table(
        "absence_report",
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("ck_absence_report_kind")),
        sa.CheckConstraint("kind IN ('ill', 'leave', 'other_valid')", name=op.f("ck_absence_report_valid")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_absence_report_placement_id")
        ),
        sa.PrimaryKeyConstraint("placement_id", "day", name=op.f("pk_absence_report")),
    )
    protect(
        "absence_report",
        [
            ("with_placement", "SELECT", f"app_role() <> 'participant' AND {PLACEMENT_SEEN}"),
            # The day is the clock's: nobody reports yesterday today.
            ("supervisor_reports", "INSERT", f"{WRITES} AND day = app_today() AND {PLACEMENT_SEEN}"),
            ("self", "SELECT", OWN),
            ("self_reports", "INSERT", f"{OWN} AND day = app_today() AND kind <> 'leave'"),
        ],
        restriction="app_sees_persons()",
    )


def _said(prefix: str) -> list[sa.Column[object]]:
    flag = "was_reported_same_day" if prefix else "is_reported_same_day"
    return [
        sa.Column(f"{prefix}kind", sa.String(40), nullable=True),
        sa.Column(f"{prefix}planned_hours", sa.Numeric(8, 2), nullable=True),
        sa.Column(f"{prefix}actual_hours", sa.Numeric(8, 2), nullable=True),
        sa.Column(flag, sa.Boolean(), nullable=True),
    ]


def _corrections() -> None:
    op.create_table(
        "attendance_correction",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        *_said("was_"),
        *_said(""),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.CheckConstraint(f"was_kind IN {KINDS}", name=op.f("ck_attendance_correction_was_kind")),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("ck_attendance_correction_kind")),
        sa.CheckConstraint("reason_sv <> ''", name=op.f("ck_attendance_correction_reason")),
        sa.CheckConstraint(
            "(was_kind, was_planned_hours, was_actual_hours, was_reported_same_day)"
            " IS DISTINCT FROM (kind, planned_hours, actual_hours, is_reported_same_day)",
            name=op.f("ck_attendance_correction_changes_something"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_attendance_correction_placement_id")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_attendance_correction_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
    )
    op.create_index("ix_attendance_correction_day", "attendance_correction", ["placement_id", "day"])
    protect(
        "attendance_correction",
        [
            ("with_placement", "SELECT", PLACEMENT_SEEN),
            ("supervisor_corrects", "INSERT", f"{WRITES} AND {PLACEMENT_SEEN}"),
        ],
        restriction="app_sees_persons()",
    )


def downgrade() -> None:
    """The days stay as corrected; what they said before, and who reported what, is lost."""
    op.execute("DROP VIEW correction_by_number")
    op.drop_table("attendance_correction")
    op.execute("DROP FUNCTION correct_attendance")
    op.drop_table("absence_report")
    op.execute(KEEP_DAYS.format(corrections=""))
