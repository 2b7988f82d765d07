"""What is to be disposed of is found among the few cases that are old enough, and not among all that there are: the
start page asks."""

from alembic import op

from migrations.protection import app_role

revision = "0057"
down_revision = "0056"

# As ended_cases() of 0054, which disposal itself goes on to ask of those whom it is about. As the owner: whether a case is
# over hangs on rows that the one who asks may not see. Numbers and days alone.
DUE = """
CREATE FUNCTION due_cases(of_kind text, before date) RETURNS TABLE (participant_id integer, ended_on date, is_held boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT p.id, finished.on_day, EXISTS (
            SELECT FROM disposal_hold h WHERE h.participant_id = p.id AND h.lifted_on IS NULL
        )
        FROM participant p
        CROSS JOIN LATERAL (
            SELECT max(g.last_day) AS until, bool_or(g.state IN ('open', 'placed')) AS is_live
            FROM training_grant g WHERE g.participant_id = p.id
        ) granted
        CROSS JOIN LATERAL (
            SELECT max(coalesce(pl.ended_on, pl.last_day)) AS until,
                   greatest(max(r.filed_on), max(r.received_on), max(o.result_verified_on)) AS reported,
                   bool_or(pl.state IN ('requested', 'accepted', 'running')) AS is_live
            FROM placement pl
            LEFT JOIN final_report r ON r.placement_id = pl.id
            LEFT JOIN outcome o ON o.placement_id = pl.id
            WHERE pl.participant_id = p.id
        ) placed
        CROSS JOIN LATERAL (
            SELECT greatest((p.created_at AT TIME ZONE 'Europe/Stockholm')::date, granted.until, placed.until,
                            placed.reported) AS on_day
        ) finished
        WHERE p.authority_id = app_authority() AND app_role() IN ('coordinator', 'controller', 'system')
          AND CASE of_kind WHEN 'person' THEN p.disposed_on IS NULL
              ELSE p.disposed_on IS NOT NULL AND p.basis_disposed_on IS NULL END
          AND (p.created_at AT TIME ZONE 'Europe/Stockholm')::date < before
          AND NOT coalesce(granted.is_live, false) AND NOT coalesce(placed.is_live, false)
          AND finished.on_day < before
    $$
"""


def upgrade() -> None:
    op.execute(DUE)
    op.execute("REVOKE EXECUTE ON FUNCTION due_cases FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION due_cases TO {app_role()}")


def downgrade() -> None:
    op.execute("DROP FUNCTION due_cases")
