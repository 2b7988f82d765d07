"""A contract and its placements hold each other: nothing is requested, accepted or prolonged but under a contract in
force, and no contract ends under a placement that goes on.
"""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role

revision = "0008"
down_revision = "0007"

FUNCTIONS = """
-- The functions run as the owner: who books may read the contract but not lock it, and who ends it sees no placement.

-- FOR SHARE: a request and a suspension take turns, and the later one sees what the first has done.
CREATE FUNCTION keep_placement_under_contract() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR NEW.state = 'running') AND NEW.last_day <= OLD.last_day THEN
        RETURN NEW;
    END IF;
    PERFORM FROM contract c
        WHERE c.id = NEW.contract_id AND c.state = 'active'
          AND c.starts_on <= NEW.first_day AND coalesce(c.ends_on, 'infinity') >= NEW.last_day
        FOR SHARE;
    IF NOT FOUND THEN
        PERFORM refuse('contract_in_force');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_contract_with_placements() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM placement p WHERE p.contract_id = NEW.id
               AND p.state IN ('accepted', 'running') AND p.last_day > NEW.ended_on) THEN
        PERFORM refuse('contract_in_use');
    END IF;
    RETURN NEW;
END $$;

-- How many, and nothing of whom, for the procurement officer who is to suspend or end the contract.
CREATE FUNCTION contract_use(contract integer, day date)
    RETURNS TABLE (requested bigint, booked bigint, last_day date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT count(*) FILTER (WHERE p.state = 'requested'),
               count(*) FILTER (WHERE p.state IN ('accepted', 'running') AND p.last_day > $2),
               max(p.last_day) FILTER (WHERE p.state IN ('accepted', 'running') AND p.last_day > $2)
        FROM placement p
        WHERE p.contract_id = $1 AND p.authority_id = app_authority() AND app_role() = 'procurement_officer'
    $$;

CREATE TRIGGER under_contract BEFORE INSERT OR UPDATE OF state, last_day ON placement
    FOR EACH ROW WHEN (NEW.state IN ('requested', 'accepted', 'running'))
    EXECUTE FUNCTION keep_placement_under_contract();
CREATE TRIGGER in_use BEFORE UPDATE OF state, ended_on ON contract
    FOR EACH ROW WHEN (NEW.state = 'ended') EXECUTE FUNCTION keep_contract_with_placements();
"""

# The day it was ended is in its timeline; where that is missing, no later than the day it was to end.
ENDED_ON = """
UPDATE contract SET ended_on = coalesce(
    (SELECT max(e.at AT TIME ZONE 'Europe/Stockholm')::date FROM event e
     WHERE e.object_type = 'contract' AND e.object_id = contract.id AND e.action = 'end'),
    ends_on, current_date)
WHERE state = 'ended'
"""


def upgrade() -> None:
    op.add_column("contract", sa.Column("ended_on", sa.Date(), nullable=True))
    op.execute(ENDED_ON)
    op.create_check_constraint(
        op.f("ck_contract_ended_on_a_day"), "contract", "(state = 'ended') = (ended_on IS NOT NULL)"
    )
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION contract_use FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION contract_use TO {app_role()}")


def downgrade() -> None:
    op.execute("DROP TRIGGER in_use ON contract")
    op.execute("DROP TRIGGER under_contract ON placement")
    for function in ("contract_use", "keep_contract_with_placements", "keep_placement_under_contract"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_constraint(op.f("ck_contract_ended_on_a_day"), "contract")
    op.drop_column("contract", "ended_on")
