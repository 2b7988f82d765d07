"""What a placement must hold to is asked by one trigger and not by three; keys that another key implies are gone."""

from alembic import op

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

# The participant has both, and neither is ever removed.
IMPLIED_KEYS = {"kommun_code": ("kommun", "code"), "unit_id": ("organisation", "id")}


def upgrade() -> None:
    op.execute(LAWFUL)
    for column in IMPLIED_KEYS:
        op.drop_constraint(f"fk_placement_{column}", "placement")


def downgrade() -> None:
    for column, (table, key) in IMPLIED_KEYS.items():
        op.create_foreign_key(f"fk_placement_{column}", "placement", table, [column], [key])
    op.execute(THREE)
