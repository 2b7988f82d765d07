"""Days on which nobody trained are kept as said."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0032"
down_revision = "0031"

PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
WRITES = "app_role() IN ('supervisor', 'system')"

# A day is either on record or here. Both sides hold the placement while they look, so none misses what the other is
# about to write.
FUNCTIONS = """
CREATE FUNCTION keep_no_training() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    contract integer;
BEGIN
    -- Put here by a correction, or taken away since the day was recorded.
    IF pg_trigger_depth() > 1 THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT p.contract_id INTO contract FROM placement p
        WHERE p.id = coalesce(NEW.placement_id, OLD.placement_id) FOR NO KEY UPDATE;
    IF is_month_approved(contract, coalesce(NEW.day, OLD.day)) THEN
        PERFORM refuse('frozen_month');
    END IF;
    IF EXISTS (SELECT FROM attendance_day a WHERE a.placement_id = NEW.placement_id AND a.day = NEW.day) THEN
        PERFORM refuse('recorded_day');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION forget_no_training() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM placement p WHERE p.id IN (SELECT placement_id FROM recorded) ORDER BY p.id FOR NO KEY UPDATE;
    DELETE FROM no_training_day n USING recorded r WHERE n.placement_id = r.placement_id AND n.day = r.day;
    RETURN NULL;
END $$;

CREATE FUNCTION keep_corrected_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO no_training_day (placement_id, day, planned_hours)
        VALUES (NEW.placement_id, NEW.day, NEW.was_planned_hours);
    RETURN NULL;
END $$;

CREATE TRIGGER frozen BEFORE INSERT OR DELETE ON no_training_day FOR EACH ROW EXECUTE FUNCTION keep_no_training();
CREATE TRIGGER trains AFTER INSERT ON attendance_day REFERENCING NEW TABLE AS recorded
    FOR EACH STATEMENT EXECUTE FUNCTION forget_no_training();
CREATE TRIGGER takes_away AFTER INSERT ON attendance_correction
    FOR EACH ROW WHEN (NEW.kind IS NULL) EXECUTE FUNCTION keep_corrected_away();
"""

# Until now a day without attendance before the week's last recorded one was taken for one without training, and so was a
# day that a correction had taken away.
UNTIL_NOW = """
INSERT INTO no_training_day (placement_id, day, planned_hours)
SELECT week.placement_id, day::date, 0
FROM (
    SELECT placement_id, date_trunc('week', day)::date AS monday, max(day) AS latest
    FROM attendance_day GROUP BY 1, 2
) week
JOIN placement p ON p.id = week.placement_id
CROSS JOIN generate_series(greatest(week.monday, coalesce(p.started_on, p.first_day)), week.latest, '1 day') day
UNION
SELECT placement_id, day, 0 FROM attendance_correction WHERE kind IS NULL
EXCEPT
SELECT placement_id, day, 0 FROM attendance_day;
"""


def upgrade() -> None:
    op.create_table(
        "no_training_day",
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("planned_hours", sa.Numeric(8, 2), nullable=False),
        sa.CheckConstraint(
            "planned_hours >= 0 AND planned_hours <= 24", name=op.f("ck_no_training_day_planned_hours")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_no_training_day_placement_id")
        ),
        sa.PrimaryKeyConstraint("placement_id", "day", name=op.f("pk_no_training_day")),
    )
    protect(
        "no_training_day",
        [
            ("with_placement", "SELECT", PLACEMENT_SEEN),
            ("supervisor_writes", "ALL", f"{WRITES} AND {PLACEMENT_SEEN}"),
        ],
        restriction="app_sees_persons()",
    )
    op.execute(f"REVOKE UPDATE ON no_training_day FROM {app_role()}")
    op.execute(UNTIL_NOW)
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute("DROP TRIGGER takes_away ON attendance_correction")
    op.execute("DROP TRIGGER trains ON attendance_day")
    op.drop_table("no_training_day")
    for function in ("keep_corrected_away", "forget_no_training", "keep_no_training"):
        op.execute(f"DROP FUNCTION {function}")
