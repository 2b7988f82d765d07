"""What a withdrawn consent ends, and that nothing is requested or accepted without one; a seat that is held for the
waiting list counts under the contract's cap, and its line is of those who ask for such a place."""

from collections.abc import Collection

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role

revision = "0030"
down_revision = "0029"

CANCELLED = ("plans", "participant", "other_accepted", "contract", "grant_withdrawn")
VISIT_ENDED = (
    "participant",
    "officer",
    "time_withdrawn",
    "placed",
    "round_closed",
    "grant_ended",
    "contract_ended",
    "no_show",
    "supplier_failed",
)
WITHDRAWN = "consent_withdrawn"

# As the owner: a supplier who accepts may not read the consent. Whoever withdraws it holds the grant, as whoever books.
UNDER_CONSENT = """
CREATE FUNCTION keep_placement_under_consent() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM consent c WHERE c.participant_id = NEW.participant_id
                   AND c.scope = 'supplier' AND c.withdrawn_at IS NULL) THEN
        PERFORM refuse('placement_consent');
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION keep_placement_under_consent FROM PUBLIC;
CREATE TRIGGER under_consent BEFORE INSERT OR UPDATE OF state ON placement
    FOR EACH ROW WHEN (NEW.state IN ('requested', 'accepted')) EXECUTE FUNCTION keep_placement_under_consent();
"""

# As 0013 has it, with seats that are held for an answer from the waiting list.
PEAK = """
CREATE OR REPLACE FUNCTION contract_peak(contract integer, first_day date, last_day date, besides integer)
    RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH live AS (
            SELECT p.first_day, p.last_day FROM placement p
            WHERE p.contract_id = $1 AND p.state IN ('requested', 'accepted', 'running')
              AND p.first_day <= $3 AND p.last_day >= $2 AND p.id IS DISTINCT FROM $4
            {offers})
        SELECT coalesce(max((SELECT count(*) FROM live l WHERE d.day BETWEEN l.first_day AND l.last_day)), 0)
        FROM (SELECT greatest(live.first_day, $2) AS day FROM live) d
    $$;
"""
OFFERS = """
            UNION ALL
            SELECT o.first_day, o.last_day FROM waiting_offer o
            WHERE o.contract_id = $1 AND o.state = 'open' AND o.first_day <= $3 AND o.last_day >= $2"""

# As a placement is held: whoever takes room under a contract waits for whoever else does.
OFFER_UNDER_CONTRACT = """
CREATE FUNCTION keep_offer_under_contract() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    cap integer;
BEGIN
    SELECT c.capacity_cap INTO cap FROM contract c
        WHERE c.id = NEW.contract_id AND c.authority_id = NEW.authority_id AND c.state = 'active'
          AND c.starts_on <= NEW.first_day AND coalesce(c.ends_on, 'infinity') >= NEW.last_day
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('contract_in_force');
    END IF;
    IF contract_peak(NEW.contract_id, NEW.first_day, NEW.last_day, NULL) >= cap THEN
        PERFORM refuse('contract_capacity_cap');
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION keep_offer_under_contract FROM PUBLIC;
CREATE TRIGGER under_contract BEFORE INSERT ON waiting_offer
    FOR EACH ROW EXECUTE FUNCTION keep_offer_under_contract();
"""
OFFERED_UNDER = """
UPDATE waiting_offer o SET contract_id = (
    SELECT min(c.id) FROM contract c JOIN place p ON p.enterprise_id = c.enterprise_id
        JOIN training_grant g ON g.id = o.grant_id
    WHERE p.id = o.place_id AND c.authority_id = o.authority_id AND c.state = 'active'
      AND c.starts_on <= o.first_day AND coalesce(c.ends_on, 'infinity') >= o.last_day
      AND (g.system_id IS NULL OR g.system_id = c.system_id))
WHERE o.state = 'open'
"""

LINE_BEFORE = """
DROP FUNCTION waiting_line(integer);
CREATE FUNCTION waiting_line(enterprise integer) RETURNS TABLE (entry_id integer, authority_id integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT e.id, e.authority_id FROM waiting_entry e
        WHERE e.state = 'waiting' AND app_role() = 'system'
          AND EXISTS (SELECT FROM contract c
                      WHERE c.enterprise_id = $1 AND c.authority_id = e.authority_id AND c.state = 'active')
        ORDER BY e.joined_at, e.id
    $$;
"""
# Only those who ask for a place like this one at this time: the others are not in its line.
LINE = """
DROP FUNCTION waiting_line(integer);
CREATE FUNCTION waiting_line(place integer) RETURNS TABLE (entry_id integer, authority_id integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT e.id, e.authority_id FROM place p, waiting_entry e JOIN training_grant g ON g.id = e.grant_id
        WHERE p.id = $1 AND e.state = 'waiting' AND app_role() = 'system'
          AND (e.ssyks = '{}' OR p.ssyk = ANY (e.ssyks))
          AND (e.kommun_codes = '{}' OR p.kommun_code = ANY (e.kommun_codes))
          AND least((e.criteria ->> 'until')::date, g.last_day)
              >= greatest((e.criteria ->> 'from_day')::date, g.first_day, app_today())
          AND EXISTS (SELECT FROM contract c WHERE c.enterprise_id = p.enterprise_id
                      AND c.authority_id = e.authority_id AND c.state = 'active')
        ORDER BY e.joined_at, e.id
    $$;
"""
LINE_FOR_THE_APP = """
REVOKE EXECUTE ON FUNCTION waiting_line FROM PUBLIC;
GRANT EXECUTE ON FUNCTION waiting_line TO {app};
"""

# As 0020 and 0018 have them, for the roles alone whose work it is.
HOLD_GRANT = """
CREATE OR REPLACE FUNCTION hold_grant_of(placement integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    held integer;
BEGIN
    SELECT g.id INTO held FROM training_grant g JOIN placement p ON p.grant_id = g.id
        WHERE p.id = $1 AND {concerned}
        FOR UPDATE OF g;
    RETURN EXISTS (SELECT FROM placement p WHERE p.grant_id = held AND p.id <> $1
                   AND p.state IN ('requested', 'accepted', 'running'));
END $$;
"""
PARTY = "(p.authority_id = app_authority() OR p.enterprise_id = app_enterprise())"
BY_ROLE = """
    CASE app_role()
        WHEN 'system' THEN p.authority_id = app_authority() OR p.enterprise_id = app_enterprise()
        WHEN 'supervisor' THEN p.enterprise_id = app_enterprise()
        WHEN 'case_officer' THEN p.authority_id = app_authority() AND p.unit_id = app_organisation()
        WHEN 'coordinator' THEN p.authority_id = app_authority() AND p.kommun_code = ANY (app_kommuner())
    END
"""
SHARED = """
CREATE OR REPLACE FUNCTION is_shared_with(person integer, supplier integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT {by_role} (EXISTS (
        SELECT FROM placement
        WHERE participant_id = person AND enterprise_id = supplier
          AND state IN ('requested', 'accepted', 'running', 'completed', 'ended_early')
    ) OR EXISTS (
        SELECT FROM study_visit
        WHERE participant_id = person AND enterprise_id = supplier AND state <> 'cancelled'
          AND (ends_at AT TIME ZONE 'UTC')::date + 7 >= app_today()
    )) AND EXISTS (
        SELECT FROM consent WHERE participant_id = person AND scope = 'supplier' AND withdrawn_at IS NULL
    )
    $$;
"""
OF_THE_SUPPLIER = "app_role() IN ('supervisor', 'system') AND supplier = app_enterprise() AND"


def _one_of(table: str, column: str, allowed: Collection[str]) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, sa.column(column).in_(allowed))


def upgrade() -> None:
    _one_of("placement", "cancel_reason", (*CANCELLED, WITHDRAWN))
    _one_of("study_visit", "end_reason", (*VISIT_ENDED, WITHDRAWN))
    op.execute(UNDER_CONSENT)
    op.add_column("waiting_offer", sa.Column("contract_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_waiting_offer_contract_id"), "waiting_offer", "contract", ["contract_id"], ["id"]
    )
    op.create_index(
        "ix_waiting_offer_contract",
        "waiting_offer",
        ["contract_id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.execute(OFFERED_UNDER)
    op.execute(PEAK.format(offers=OFFERS))
    op.execute(OFFER_UNDER_CONTRACT)
    op.execute(LINE + LINE_FOR_THE_APP.format(app=app_role()))
    op.execute(HOLD_GRANT.format(concerned=BY_ROLE))
    op.execute(SHARED.format(by_role=OF_THE_SUPPLIER))


def downgrade() -> None:
    op.execute(SHARED.format(by_role=""))
    op.execute(HOLD_GRANT.format(concerned=PARTY))
    op.execute(LINE_BEFORE + LINE_FOR_THE_APP.format(app=app_role()))
    op.execute("DROP TRIGGER under_contract ON waiting_offer")
    op.execute("DROP FUNCTION keep_offer_under_contract")
    op.execute(PEAK.format(offers=""))
    op.drop_column("waiting_offer", "contract_id")
    op.execute("DROP TRIGGER under_consent ON placement")
    op.execute("DROP FUNCTION keep_placement_under_consent")
    op.execute("UPDATE study_visit SET end_reason = 'grant_ended' WHERE end_reason = 'consent_withdrawn'")
    op.execute(
        "UPDATE placement SET cancel_reason = 'grant_withdrawn' WHERE cancel_reason = 'consent_withdrawn'"
    )
    _one_of("study_visit", "end_reason", VISIT_ENDED)
    _one_of("placement", "cancel_reason", CANCELLED)
