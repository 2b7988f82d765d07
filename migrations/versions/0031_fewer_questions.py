"""What every request and every booking asks is asked at once, and what PostgreSQL checked twice it checks once."""

from alembic import op

from migrations.protection import add_policy, app_role

revision = "0031"
down_revision = "0030"

FUNCTIONS = """
-- Whoever acts, in her memberships: asked in every request. The policies of three tables take longer than the answer.
CREATE FUNCTION signed_in(day date) RETURNS TABLE (
    user_name text, membership_id integer, role text, own_kommuner text[],
    organisation_id integer, organisation_name text, kind text, authority_id integer, kommun_codes text[]
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT u.name, m.id, m.role::text, m.kommun_codes, o.id, o.name, o.kind::text, o.authority_id,
        o.kommun_codes
    FROM user_account u
    LEFT JOIN membership m ON m.user_id = u.id AND (m.ended_on IS NULL OR m.ended_on > day)
    LEFT JOIN organisation o ON o.id = m.organisation_id
    WHERE u.id = app_user() AND u.is_active;
END $$;

-- What the round has led to: the place chosen, those in reserve, or the one assigned.
CREATE VIEW requestable WITH (security_invoker = true) AS
    SELECT s.choice_round_id, s.place_id, s.reserve_rank, NULL::integer AS contract_id
    FROM shown_place s JOIN choice_round r ON r.id = s.choice_round_id
    WHERE r.state = 'chosen' AND (s.is_chosen OR s.reserve_rank IS NOT NULL)
    UNION ALL
    SELECT r.id, d.place_id, NULL, d.contract_id
    FROM choice_round r JOIN default_assignment d ON d.id = r.default_assignment_id
    WHERE r.state = 'assigned';

-- Everything that a request asks before it looks at contracts, a row for each place, under the grant's lock. For whom
-- the policies of participant and choice_round show the round to, on the authority's side.
CREATE FUNCTION request_facts(choice_round integer) RETURNS TABLE (
    id integer, moves_placement_id integer, grant_id integer, grant_state text, authority_id integer,
    system_id integer, first_day date, last_day date, hours_per_week numeric, days_per_week integer,
    support_level text, participant_id integer, unit_id integer, kommun_code text, has_consent boolean,
    is_superseded boolean, place_id integer, enterprise_id integer, place_state text, lead_time_days integer,
    hours_per_week_min integer, hours_per_week_max integer, weekdays smallint[], contract_id integer
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    acting text := app_role();
    unit integer := app_organisation();
    authority integer := app_authority();
    kommuner text[] := app_kommuner();
    held integer;
BEGIN
    SELECT g.id INTO held
    FROM choice_round r
    JOIN training_grant g ON g.id = r.grant_id
    JOIN participant p ON p.id = r.participant_id
    WHERE r.id = choice_round AND r.authority_id = authority AND p.authority_id = authority
      AND (acting = 'system' OR acting = 'coordinator' AND p.kommun_code = ANY (kommuner)
           OR acting = 'case_officer' AND p.unit_id = unit)
    FOR UPDATE OF g;
    -- A statement of its own sees what was committed while the lock was waited for.
    RETURN QUERY SELECT r.id, r.moves_placement_id, g.id, g.state::text, g.authority_id, g.system_id, g.first_day,
        g.last_day, g.hours_per_week, g.days_per_week, g.support_level, p.id, p.unit_id, p.kommun_code,
        EXISTS (SELECT FROM consent c
                WHERE c.participant_id = p.id AND c.scope = 'supplier' AND c.withdrawn_at IS NULL),
        EXISTS (SELECT FROM choice_round later
                WHERE later.grant_id = r.grant_id AND later.id > r.id AND later.state IN ('chosen', 'assigned')),
        s.id, s.enterprise_id, s.state::text, s.lead_time_days, s.hours_per_week_min, s.hours_per_week_max,
        s.weekdays, q.contract_id
    FROM choice_round r
    JOIN training_grant g ON g.id = r.grant_id
    JOIN participant p ON p.id = r.participant_id
    LEFT JOIN requestable q ON q.choice_round_id = r.id
    LEFT JOIN place s ON s.id = q.place_id
    WHERE r.id = choice_round AND g.id = held
    ORDER BY q.reserve_rank NULLS FIRST;
END $$;

-- As the policies of 0019, 0024, 0025, 0027 and 0028 had it, asked for participants alone.
CREATE FUNCTION participant_adds_event(
    object_type text, object_id bigint, authority integer, enterprise integer, by integer
) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE object_type
        WHEN 'choice_round' THEN by IS NULL AND enterprise IS NULL AND EXISTS (
            SELECT FROM choice_round r
            WHERE r.id = object_id AND r.authority_id = authority AND r.participant_id = app_participant())
        WHEN 'checkpoint' THEN by IS NULL AND enterprise IS NULL AND EXISTS (
            SELECT FROM checkpoint c
            WHERE c.id = object_id AND c.authority_id = authority AND c.participant_id = app_participant())
        WHEN 'plan' THEN EXISTS (
            SELECT FROM activity_plan a JOIN placement p ON p.id = a.placement_id
            WHERE a.id = object_id AND p.participant_id = app_participant()
              AND p.authority_id = authority AND p.enterprise_id = enterprise)
        WHEN 'follow_up' THEN EXISTS (
            SELECT FROM follow_up f JOIN placement p ON p.id = f.placement_id
            WHERE f.id = object_id AND p.participant_id = app_participant()
              AND p.authority_id = authority AND p.enterprise_id = enterprise)
        WHEN 'report' THEN EXISTS (
            SELECT FROM final_report f JOIN placement p ON p.id = f.placement_id
            WHERE f.id = object_id AND p.participant_id = app_participant()
              AND p.authority_id = authority AND p.enterprise_id = enterprise)
        ELSE false
    END;
END $$;
"""
OWN_EVENTS = {
    "participant_adds": (
        "object_type = 'choice_round' AND user_id IS NULL AND enterprise_id IS NULL AND EXISTS (SELECT FROM"
        " choice_round r WHERE r.id = object_id AND r.authority_id = event.authority_id"
        " AND r.participant_id = app_participant())"
    ),
    "participant_answers": (
        "object_type = 'checkpoint' AND user_id IS NULL AND enterprise_id IS NULL AND EXISTS (SELECT FROM"
        " checkpoint c WHERE c.id = object_id AND c.authority_id = event.authority_id"
        " AND c.participant_id = app_participant())"
    ),
}
OF_A_PLACEMENT = {
    "participant_adds_to_plan": ("plan", "activity_plan"),
    "participant_ticks": ("follow_up", "follow_up"),
    "participant_adds_to_report": ("report", "final_report"),
}
# An event tells by names, and outlasts whom it names; a message lasts as long as it takes to deal with it.
LOG_KEYS = {
    "event": ("authority_id", "enterprise_id", "user_id"),
    "outbox": ("authority_id", "enterprise_id"),
}
# What the placement's contract and grant point at already.
IMPLIED_KEYS = {
    "authority_id": "organisation",
    "enterprise_id": "organisation",
    "participant_id": "participant",
}


def upgrade() -> None:
    op.execute(FUNCTIONS)
    for function in ("signed_in", "request_facts"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app_role()}")
    op.execute(f"GRANT SELECT ON requestable TO {app_role()}")
    op.execute("ALTER FUNCTION keep_placement_in_system() SECURITY DEFINER SET search_path = public")
    for name in (*OWN_EVENTS, *OF_A_PLACEMENT):
        op.execute(f"DROP POLICY {name} ON event")
    add_policy(
        "event",
        "participant_adds",
        "INSERT",
        "app_role() = 'participant'"
        " AND participant_adds_event(object_type, object_id, authority_id, enterprise_id, user_id)",
    )
    for table, columns in LOG_KEYS.items():
        for column in columns:
            op.drop_constraint(f"fk_{table}_{column}", table)
    for column in IMPLIED_KEYS:
        op.drop_constraint(f"fk_placement_{column}", "placement")
    op.drop_constraint("fk_seat_use_place_id", "seat_use")
    op.drop_constraint("fk_seat_use_seat_id", "seat_use")
    op.create_foreign_key("fk_seat_use_seat", "seat_use", "seat", ["seat_id", "place_id"], ["id", "place_id"])


def downgrade() -> None:
    op.drop_constraint("fk_seat_use_seat", "seat_use")
    op.create_foreign_key("fk_seat_use_place_id", "seat_use", "place", ["place_id"], ["id"])
    op.create_foreign_key("fk_seat_use_seat_id", "seat_use", "seat", ["seat_id"], ["id"])
    for column, other in IMPLIED_KEYS.items():
        op.create_foreign_key(f"fk_placement_{column}", "placement", other, [column], ["id"])
    for table, columns in LOG_KEYS.items():
        for column in columns:
            other = "user_account" if column == "user_id" else "organisation"
            op.create_foreign_key(f"fk_{table}_{column}", table, other, [column], ["id"])
    op.execute("DROP POLICY participant_adds ON event")
    for name, rule in OWN_EVENTS.items():
        add_policy("event", name, "INSERT", f"app_role() = 'participant' AND {rule}")
    for name, (object_type, table) in OF_A_PLACEMENT.items():
        add_policy(
            "event",
            name,
            "INSERT",
            f"app_role() = 'participant' AND object_type = '{object_type}' AND EXISTS (SELECT FROM {table} f"
            " JOIN placement p ON p.id = f.placement_id WHERE f.id = object_id"
            " AND p.participant_id = app_participant() AND p.authority_id = event.authority_id"
            " AND p.enterprise_id = event.enterprise_id)",
        )
    op.execute("ALTER FUNCTION keep_placement_in_system() SECURITY INVOKER RESET search_path")
    op.execute("DROP FUNCTION participant_adds_event")
    op.execute("DROP FUNCTION request_facts")
    op.execute("DROP VIEW requestable")
    op.execute("DROP FUNCTION signed_in")
