"""What a placement must hold to is asked by one trigger and not by three, a request is made for with its contracts, and keys
that another key implies are gone."""

from alembic import op

from migrations.protection import app_role

revision = "0038"
down_revision = "0037"

LAWFUL = """
-- As 0013, 0022 and 0030 have it: the contract in force, with room under its cap and in the grant's system, and consent.
CREATE FUNCTION keep_placement_lawful() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    agreed record;
BEGIN
    IF NEW.state NOT IN ('requested', 'accepted', 'running')
            OR TG_OP = 'UPDATE' AND NEW.last_day <= OLD.last_day
               AND (NEW.contract_id, NEW.grant_id) = (OLD.contract_id, OLD.grant_id)
               AND (NEW.state = OLD.state OR NEW.state = 'running') THEN
        RETURN NEW;
    END IF;
    SELECT c.capacity_cap, c.system_id, g.system_id AS granted INTO agreed
    FROM contract c, training_grant g
    WHERE c.id = NEW.contract_id AND g.id = NEW.grant_id AND c.state = 'active'
      AND c.starts_on <= NEW.first_day AND coalesce(c.ends_on, 'infinity') >= NEW.last_day
    FOR NO KEY UPDATE OF c;
    IF NOT FOUND THEN
        PERFORM refuse('contract_in_force');
    END IF;
    IF agreed.granted <> agreed.system_id THEN
        PERFORM refuse('grant_system');
    END IF;
    IF agreed.capacity_cap IS NOT NULL
            AND (TG_OP = 'INSERT' OR NEW.last_day > OLD.last_day
                 OR OLD.state NOT IN ('requested', 'accepted', 'running'))
            AND contract_peak(NEW.contract_id, NEW.first_day, NEW.last_day, NEW.id) >= agreed.capacity_cap THEN
        PERFORM refuse('contract_capacity_cap');
    END IF;
    IF NEW.state <> 'running' AND NOT EXISTS (
            SELECT FROM consent c WHERE c.participant_id = NEW.participant_id
              AND c.scope = 'supplier' AND c.withdrawn_at IS NULL) THEN
        PERFORM refuse('placement_consent');
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION keep_placement_lawful FROM PUBLIC;
CREATE TRIGGER lawful BEFORE INSERT OR UPDATE OF state, last_day, contract_id, grant_id ON placement
    FOR EACH ROW WHEN (NEW.state IN ('requested', 'accepted', 'running'))
    EXECUTE FUNCTION keep_placement_lawful();

DROP TRIGGER under_contract ON placement;
DROP TRIGGER in_system ON placement;
DROP TRIGGER under_consent ON placement;
DROP FUNCTION keep_placement_under_contract, keep_placement_in_system, keep_placement_under_consent;
"""
THREE = """
DROP TRIGGER lawful ON placement;
DROP FUNCTION keep_placement_lawful;

CREATE FUNCTION keep_placement_under_contract() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    cap integer;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR NEW.state = 'running') AND NEW.last_day <= OLD.last_day THEN
        RETURN NEW;
    END IF;
    SELECT c.capacity_cap INTO cap FROM contract c
        WHERE c.id = NEW.contract_id AND c.state = 'active'
          AND c.starts_on <= NEW.first_day AND coalesce(c.ends_on, 'infinity') >= NEW.last_day
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('contract_in_force');
    END IF;
    IF cap IS NOT NULL
            AND (TG_OP = 'INSERT' OR NEW.last_day > OLD.last_day
                 OR OLD.state NOT IN ('requested', 'accepted', 'running'))
            AND contract_peak(NEW.contract_id, NEW.first_day, NEW.last_day, NEW.id) >= cap THEN
        PERFORM refuse('contract_capacity_cap');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION keep_placement_in_system() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM training_grant g JOIN contract c ON c.id = NEW.contract_id
               WHERE g.id = NEW.grant_id AND g.system_id IS NOT NULL AND g.system_id <> c.system_id) THEN
        PERFORM refuse('grant_system');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION keep_placement_under_consent() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM consent c WHERE c.participant_id = NEW.participant_id
                   AND c.scope = 'supplier' AND c.withdrawn_at IS NULL) THEN
        PERFORM refuse('placement_consent');
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION keep_placement_under_contract, keep_placement_in_system, keep_placement_under_consent
    FROM PUBLIC;
CREATE TRIGGER under_contract BEFORE INSERT OR UPDATE OF state, last_day ON placement
    FOR EACH ROW WHEN (NEW.state IN ('requested', 'accepted', 'running'))
    EXECUTE FUNCTION keep_placement_under_contract();
CREATE TRIGGER in_system BEFORE INSERT OR UPDATE OF contract_id, grant_id ON placement
    FOR EACH ROW EXECUTE FUNCTION keep_placement_in_system();
CREATE TRIGGER under_consent BEFORE INSERT OR UPDATE OF state ON placement
    FOR EACH ROW WHEN (NEW.state IN ('requested', 'accepted')) EXECUTE FUNCTION keep_placement_under_consent();
"""

# As 0031 has it, with the contracts that carry each place over the days.
REQUEST_FACTS = """
CREATE FUNCTION request_facts({given}) RETURNS TABLE (
    id integer, moves_placement_id integer, grant_id integer, grant_state text, authority_id integer,
    system_id integer, first_day date, last_day date, hours_per_week numeric, days_per_week integer,
    support_level text, participant_id integer, unit_id integer, kommun_code text, has_consent boolean,
    is_superseded boolean, place_id integer, enterprise_id integer, place_state text, lead_time_days integer,
    hours_per_week_min integer, hours_per_week_max integer, weekdays smallint[], {columns}
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
        s.weekdays, q.contract_id{chosen}
    FROM choice_round r
    JOIN training_grant g ON g.id = r.grant_id
    JOIN participant p ON p.id = r.participant_id
    LEFT JOIN requestable q ON q.choice_round_id = r.id
    LEFT JOIN place s ON s.id = q.place_id
{contracts}    WHERE r.id = choice_round AND g.id = held
    ORDER BY q.reserve_rank NULLS FIRST{then};
END $$;
REVOKE EXECUTE ON FUNCTION request_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_facts TO {app_role};
"""
WITHOUT_CONTRACTS = {
    "given": "choice_round integer",
    "columns": "contract_id integer",
    "chosen": "",
    "contracts": "",
    "then": "",
}
WITH_CONTRACTS = {
    "given": "choice_round integer, from_day date, until date",
    "columns": (
        "only_contract integer,\n    contract_id integer, ends_on date, capacity_cap integer, answer_within integer,"
        " component text, level text"
    ),
    "chosen": ", c.*",
    "contracts": (
        "    LEFT JOIN LATERAL contracts_over(\n"
        "        g.authority_id, s.enterprise_id, from_day, coalesce(until, g.last_day), g.system_id\n"
        "    ) c ON true\n"
    ),
    "then": ", c.contract_id",
}

# Contracts between the two that are in force and last over the days, in the system if there is one, with a row for each
# component and support level that they have a price for, oldest first.
CONTRACTS_OVER = """
CREATE FUNCTION contracts_over(
    authority integer, enterprise integer, first_day date, last_day date, system integer
) RETURNS TABLE (
    contract_id integer, ends_on date, capacity_cap integer, answer_within integer, component text, level text
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT c.id, c.ends_on, c.capacity_cap, t.answer_within, p.component, p.support_level
    FROM contract c
    JOIN terms_version t ON t.id = c.terms_id
    LEFT JOIN price_row p ON p.terms_id = t.id AND p.component IN ('day_rate', 'hourly_rate', 'monthly_rate')
    WHERE c.authority_id = $1 AND c.enterprise_id = $2 AND c.state = 'active'
      AND c.starts_on <= $3 AND coalesce(c.ends_on, 'infinity') >= $4 AND ($5 IS NULL OR c.system_id = $5)
    ORDER BY c.id
$$;
"""

# The participant has both, and neither is ever removed.
IMPLIED_KEYS = {"kommun_code": ("kommun", "code"), "unit_id": ("organisation", "id")}


def upgrade() -> None:
    op.execute(LAWFUL)
    op.execute(CONTRACTS_OVER)
    op.execute("DROP FUNCTION request_facts")
    op.execute(REQUEST_FACTS.format(**WITH_CONTRACTS, app_role=app_role()))
    for column in IMPLIED_KEYS:
        op.drop_constraint(f"fk_placement_{column}", "placement")


def downgrade() -> None:
    op.execute("DROP FUNCTION request_facts")
    op.execute(REQUEST_FACTS.format(**WITHOUT_CONTRACTS, app_role=app_role()))
    op.execute("DROP FUNCTION contracts_over")
    for column, (table, key) in IMPLIED_KEYS.items():
        op.create_foreign_key(f"fk_placement_{column}", "placement", table, [column], [key])
    op.execute(THREE)
