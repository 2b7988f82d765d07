"""What is disposed of, and that nothing is without a decision: one function does it, as the owner.

Two kinds. Of the person's file everything that says who she is, and everything that somebody has written in words, goes;
what is counted and paid by stays, with nobody in it. Of the basis the rest goes, but for what invoices point at.
"""

# ruff: noqa: S608 - statements are composed of texts of ours

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role

revision = "0054"
down_revision = "0053"

FROZEN = (
    ("activity_plan", "frozen"),
    ("plan_step", "frozen"),
    ("plan_goal", "frozen"),
    ("plan_task", "frozen"),
    ("plan_contact", "frozen"),
    ("final_report", "frozen"),
    ("final_report", "by_role"),
    ("report_goal", "frozen"),
    ("checkpoint", "kept"),
    ("checkpoint_answer", "kept"),
    ("follow_up", "kept"),
    ("attendance_day", "frozen"),
    ("no_training_day", "frozen"),
)
"""Triggers that keep what has been agreed, filed or invoiced as it was."""

# Only a function that runs as the owner has another user than the session's, and only disposal's sets the word.
IS_DISPOSING = """
CREATE FUNCTION is_disposing() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.disposing', true) IS NOT DISTINCT FROM 'yes' AND current_user <> session_user $$
"""

# As the owner: whether a case is over hangs on rows that the one who asks may not see. Numbers and days alone.
ENDED_CASES = """
CREATE FUNCTION ended_cases() RETURNS TABLE (participant_id integer, ended_on date, disposed_on date,
        basis_disposed_on date, is_held boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT p.id, greatest((p.created_at AT TIME ZONE 'Europe/Stockholm')::date, granted.until, placed.until,
                              placed.reported),
               p.disposed_on, p.basis_disposed_on,
               EXISTS (SELECT FROM disposal_hold h WHERE h.participant_id = p.id AND h.lifted_on IS NULL)
        FROM participant p
        LEFT JOIN (
            SELECT g.participant_id, max(g.last_day) AS until, bool_or(g.state IN ('open', 'placed')) AS is_live
            FROM training_grant g GROUP BY g.participant_id
        ) granted ON granted.participant_id = p.id
        LEFT JOIN (
            SELECT pl.participant_id, max(coalesce(pl.ended_on, pl.last_day)) AS until,
                   greatest(max(r.filed_on), max(r.received_on), max(o.result_verified_on)) AS reported,
                   bool_or(pl.state IN ('requested', 'accepted', 'running')) AS is_live
            FROM placement pl
            LEFT JOIN final_report r ON r.placement_id = pl.id
            LEFT JOIN outcome o ON o.placement_id = pl.id
            GROUP BY pl.participant_id
        ) placed ON placed.participant_id = p.id
        WHERE p.authority_id = app_authority() AND app_role() IN ('coordinator', 'controller', 'system')
          AND NOT coalesce(granted.is_live, false) AND NOT coalesce(placed.is_live, false)
    $$
"""

COUNTED = """
CREATE FUNCTION count_disposed(which integer, tables text, changed bigint) RETURNS void LANGUAGE sql
    AS $$
        INSERT INTO disposal_count VALUES (which, tables, changed::integer)
        ON CONFLICT (disposal_id, table_name) DO UPDATE SET rows = disposal_count.rows + excluded.rows
    $$
"""

GONE = "Gallrat"

OF_PLACEMENT = "placement_id IN (SELECT id FROM placement WHERE participant_id = ANY (their_ids))"
OF_PLAN = f"plan_id IN (SELECT id FROM activity_plan WHERE {OF_PLACEMENT})"
OF_REPORT = f"report_id IN (SELECT id FROM final_report WHERE {OF_PLACEMENT})"
OF_FOLLOW_UP = f"follow_up_id IN (SELECT id FROM follow_up WHERE {OF_PLACEMENT})"
OF_CHECKPOINT = "checkpoint_id IN (SELECT id FROM checkpoint WHERE participant_id = ANY (their_ids))"
OF_ROUND = "choice_round_id IN (SELECT id FROM choice_round WHERE participant_id = ANY (their_ids))"
OF_ENTRY = "entry_id IN (SELECT id FROM waiting_entry WHERE participant_id = ANY (their_ids))"
OF_LINE = f"line_id IN (SELECT id FROM invoice_line WHERE {OF_PLACEMENT})"
HERS = "participant_id = ANY (their_ids)"

WORDS = (
    ("activity_plan", OF_PLACEMENT, ("tasks_sv", "adaptations_sv", "absence_sv", "participant_witness")),
    ("plan_goal", OF_PLAN, ("text_sv", "sign_sv")),
    ("plan_task", OF_PLAN, ("text_sv",)),
    (
        "final_report",
        OF_PLACEMENT,
        (
            "done_sv",
            "abilities_sv",
            "adaptations_sv",
            "recommended_sv",
            "read_witness",
            "comment_sv",
            "correction_sv",
            "next_step_sv",
        ),
    ),
    ("report_goal", OF_REPORT, ("text_sv", "sign_sv", "words_sv")),
    ("follow_up", OF_PLACEMENT, ("notes_sv",)),
    ("follow_up_action", OF_FOLLOW_UP, ("text_sv",)),
    ("checkpoint", HERS, ("witness",)),
    ("checkpoint_answer", OF_CHECKPOINT, ("words",)),
    ("attendance_correction", OF_PLACEMENT, ("reason_sv",)),
    ("outcome", OF_PLACEMENT, ("result_evidence_sv",)),
    ("training_grant", HERS, ("diary_number",)),
)
"""What has been written in words: a word stands instead, where something stood."""

FILE_ROWS = (
    ("participant_identity", HERS),
    ("participant_code", HERS),
    ("consent", HERS),
    ("disposal_hold", HERS),
    ("plan_contact", OF_PLAN),
    ("plan_wish", OF_PLAN),
)

BASIS_ROWS = (
    ("plan_step", OF_PLAN),
    ("plan_goal", OF_PLAN),
    ("plan_task", OF_PLAN),
    ("activity_plan", OF_PLACEMENT),
    ("report_goal", OF_REPORT),
    ("final_report", OF_PLACEMENT),
    ("outcome", OF_PLACEMENT),
    ("follow_up_action", OF_FOLLOW_UP),
    ("follow_up", OF_PLACEMENT),
    ("checkpoint_answer", OF_CHECKPOINT),
    ("checkpoint", HERS),
    ("attendance_correction", OF_PLACEMENT),
    ("absence_report", OF_PLACEMENT),
    ("no_training_day", OF_PLACEMENT),
    ("attendance_day", OF_PLACEMENT),
    ("placement_change", OF_PLACEMENT),
    ("placement_extent", OF_PLACEMENT),
    ("waiting_pass", f"{OF_ENTRY} OR offer_id IN (SELECT id FROM waiting_offer WHERE {HERS})"),
    ("waiting_offer", HERS),
    ("waiting_entry", HERS),
    ("study_visit", HERS),
    ("shown_place", OF_ROUND),
    ("hours_row", HERS),
    ("look_check", f"look_id IN (SELECT id FROM look WHERE {HERS})"),
    ("look", HERS),
)
"""In an order in which nothing is left pointing at what has gone."""


def _counting(table: str, statement: str) -> str:
    return (
        f"{statement};\n        GET DIAGNOSTICS changed = ROW_COUNT;\n"
        f"        PERFORM count_disposed(which, '{table}', changed);\n        "
    )


def _without_words(table: str, whose: str, columns: tuple[str, ...]) -> str:
    emptied = ", ".join(f"{one} = CASE WHEN {one} <> '' THEN '{GONE}' ELSE {one} END" for one in columns)
    some = " OR ".join(f"{one} <> ''" for one in columns)
    return _counting(table, f"UPDATE {table} SET {emptied} WHERE ({whose}) AND ({some})")


def _without_rows(table: str, whose: str) -> str:
    return _counting(table, f"DELETE FROM {table} WHERE {whose}")


DISPOSE = f"""
-- Some of those that a decision is about; gives how many are left. Whoever has got an exception since, or a new case, is
-- kept. Without a decision, for another authority or for anyone but the system it does nothing.
CREATE FUNCTION dispose_some(which integer, most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    decided disposal;
    their_ids integer[];
    changed bigint;
BEGIN
    SELECT * INTO decided FROM disposal d
        WHERE d.id = which AND d.authority_id = app_authority() AND d.state = 'decided' AND app_role() = 'system'
        FOR UPDATE;
    IF decided.id IS NULL THEN
        PERFORM refuse('disposal_undecided');
    END IF;
    SELECT array_agg(taken.participant_id) INTO their_ids FROM (
        SELECT i.participant_id FROM disposal_item i WHERE i.disposal_id = which AND i.outcome IS NULL
        ORDER BY i.participant_id LIMIT most
    ) taken;
    PERFORM FROM participant p WHERE p.id = ANY (their_ids) ORDER BY p.id FOR UPDATE;
    UPDATE disposal_item i SET outcome = CASE WHEN EXISTS (
            SELECT FROM ended_cases() c WHERE c.participant_id = i.participant_id AND NOT c.is_held
                AND c.ended_on < make_date(extract(year FROM app_today())::integer - decided.years, 1, 1)
                AND CASE decided.kind WHEN 'person' THEN c.disposed_on IS NULL
                    ELSE c.disposed_on IS NOT NULL AND c.basis_disposed_on IS NULL END
        ) THEN 'disposed' ELSE 'kept' END
        WHERE i.disposal_id = which AND i.participant_id = ANY (their_ids);
    SELECT array_agg(i.participant_id) INTO their_ids FROM disposal_item i
        WHERE i.disposal_id = which AND i.participant_id = ANY (their_ids) AND i.outcome = 'disposed';
    PERFORM set_config('app.disposing', 'yes', true);
    IF decided.kind = 'person' THEN
        {"".join(_without_words(*one) for one in WORDS)}
        UPDATE activity_plan SET typed = NULL WHERE {OF_PLACEMENT} AND typed IS NOT NULL;
        UPDATE waiting_entry SET criteria = '{{}}' WHERE {HERS};
        {"".join(_without_rows(*one) for one in FILE_ROWS)}
        {
    _counting(
        "participant",
        f'''UPDATE participant SET name = '{GONE}', needs_sv = '', birth_year = NULL,
            is_protected = false, disposed_on = app_today() WHERE id = ANY (their_ids)''',
    )
}
    ELSE
        INSERT INTO closed_year
            SELECT organisation_id, extract(year FROM max(ended_on))::integer FROM (
                SELECT decided.authority_id, i.ended_on FROM disposal_item i
                    WHERE i.disposal_id = which AND i.participant_id = ANY (their_ids)
                UNION ALL
                SELECT pl.enterprise_id, i.ended_on FROM disposal_item i JOIN placement pl USING (participant_id)
                    WHERE i.disposal_id = which AND i.participant_id = ANY (their_ids)
            ) AS of (organisation_id, ended_on) GROUP BY organisation_id
            ON CONFLICT (organisation_id) DO UPDATE SET through = greatest(closed_year.through, excluded.through);
        {"".join(_without_rows(*one) for one in BASIS_ROWS)}
        UPDATE disputed_line SET reason_sv = '{GONE}' WHERE {OF_LINE};
        {
    _counting(
        "training_grant",
        f"UPDATE training_grant SET wished_trades = '{{}}', decided_by = '{GONE}' WHERE {HERS}",
    )
}
        UPDATE participant SET basis_disposed_on = app_today() WHERE id = ANY (their_ids);
    END IF;
    PERFORM set_config('app.disposing', '', true);
    RETURN (SELECT count(*) FROM disposal_item i WHERE i.disposal_id = which AND i.outcome IS NULL);
END $$;
"""

HELD = " WHEN ((NOT is_disposing()))"


def upgrade() -> None:
    op.add_column("participant", sa.Column("disposed_on", sa.Date(), nullable=True))
    op.add_column("participant", sa.Column("basis_disposed_on", sa.Date(), nullable=True))
    op.alter_column("participant", "birth_year", nullable=True)
    op.create_check_constraint(
        op.f("ck_participant_disposed"), "participant", "(disposed_on IS NULL) = (birth_year IS NOT NULL)"
    )
    # Whoever has been disposed of is nobody's to see; the system goes on counting her.
    op.execute(
        f"CREATE POLICY not_disposed ON participant AS RESTRICTIVE FOR ALL TO {app_role()}"
        " USING (disposed_on IS NULL OR app_role() = 'system')"
    )
    op.execute(IS_DISPOSING)
    op.execute(ENDED_CASES)
    op.execute(COUNTED)
    op.execute(DISPOSE)
    for function in ("ended_cases", "dispose_some"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app_role()}")
    _triggers_again(" EXECUTE FUNCTION", f"{HELD} EXECUTE FUNCTION")


def _triggers_again(was: str, becomes: str) -> None:
    for table, trigger in FROZEN:
        op.execute(f"""
            DO $$ DECLARE
                definition text := (SELECT pg_get_triggerdef(oid) FROM pg_trigger
                    WHERE tgrelid = '{table}'::regclass AND tgname = '{trigger}');
            BEGIN
                DROP TRIGGER {trigger} ON {table};
                EXECUTE replace(definition, '{was}', '{becomes}');
            END $$
        """)


def downgrade() -> None:
    _triggers_again(HELD, "")
    for function in ("dispose_some", "count_disposed", "ended_cases", "is_disposing"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP POLICY not_disposed ON participant")
    op.drop_constraint(op.f("ck_participant_disposed"), "participant", type_="check")
    # Of whoever has been disposed of nobody knows it any more.
    op.execute("UPDATE participant SET birth_year = 1900 WHERE birth_year IS NULL")
    op.alter_column("participant", "birth_year", nullable=False)
    op.drop_column("participant", "basis_disposed_on")
    op.drop_column("participant", "disposed_on")
