"""What a participant shortlists, chooses in reserve and declines; what she reads and writes by her code."""

from alembic import op

from migrations.protection import add_policy, app_role

revision = "0019"
down_revision = "0018"

BY = "('participant', 'officer')"
REASONS = "('far_away', 'hours', 'tasks', 'demands', 'workplace', 'starts', 'other')"
OWN = "app_role() = 'participant' AND participant_id = app_participant()"
OWN_SHOWN = (
    "app_role() = 'participant' AND EXISTS (SELECT FROM choice_round r WHERE r.id = choice_round_id"
    " AND r.participant_id = app_participant())"
)
NOT_ANOTHERS = "app_role() IS DISTINCT FROM 'participant' OR participant_id = app_participant()"
OWN_EVENT = (
    "app_role() = 'participant' AND object_type = 'choice_round' AND user_id IS NULL AND enterprise_id IS NULL"
    " AND EXISTS (SELECT FROM choice_round r WHERE r.id = object_id AND r.authority_id = event.authority_id"
    " AND r.participant_id = app_participant())"
)
SHOWN_SITE = (
    "app_role() = 'participant' AND EXISTS (SELECT FROM place p JOIN shown_place s ON s.place_id = p.id"
    " WHERE p.site_id = site.id)"
)
THOUGHT_OF = (
    "is_chosen, reserve_rank, shortlisted_on, shortlisted_by, declined_on, declined_by, decline_reason"
)

COLUMNS = f"""
ALTER TABLE choice_round
    ADD COLUMN chosen_by varchar(40),
    ADD COLUMN wider_wished_at timestamptz,
    ADD CONSTRAINT ck_choice_round_chosen_by CHECK (chosen_by IN {BY}),
    ADD CONSTRAINT ck_choice_round_chosen_by_somebody CHECK (chosen_by IS NULL OR chosen_on IS NOT NULL);
ALTER TABLE shown_place
    ADD COLUMN reserve_rank smallint,
    ADD COLUMN shortlisted_on date,
    ADD COLUMN shortlisted_by varchar(40),
    ADD COLUMN declined_on date,
    ADD COLUMN declined_by varchar(40),
    ADD COLUMN decline_reason varchar(40),
    ADD CONSTRAINT ck_shown_place_reserve_rank CHECK (
        reserve_rank IS NULL OR reserve_rank BETWEEN 1 AND 2 AND NOT is_chosen),
    ADD CONSTRAINT ck_shown_place_shortlisted_by CHECK (shortlisted_by IN {BY}),
    ADD CONSTRAINT ck_shown_place_declined_by CHECK (declined_by IN {BY}),
    ADD CONSTRAINT ck_shown_place_decline_reason CHECK (decline_reason IN {REASONS}),
    ADD CONSTRAINT ck_shown_place_shortlisted_by_somebody
        CHECK ((shortlisted_on IS NULL) = (shortlisted_by IS NULL)),
    ADD CONSTRAINT ck_shown_place_declined_by_somebody CHECK ((declined_on IS NULL) = (declined_by IS NULL)),
    ADD CONSTRAINT ck_shown_place_reason_of_a_decline CHECK (decline_reason IS NULL OR declined_on IS NOT NULL),
    ADD CONSTRAINT ck_shown_place_one_thing_at_a_time CHECK (
        declined_on IS NULL OR NOT is_chosen AND reserve_rank IS NULL AND shortlisted_on IS NULL);
CREATE UNIQUE INDEX uq_shown_place_reserve ON shown_place (choice_round_id, reserve_rank)
    WHERE reserve_rank IS NOT NULL;
"""

# The participant's words are hers: what she is said to have written by her code, nobody else writes.
FUNCTIONS = """
CREATE FUNCTION keep_shown_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    writer text := CASE app_role() WHEN 'participant' THEN 'participant' ELSE 'officer' END;
BEGIN
    IF (SELECT r.state FROM choice_round r WHERE r.id = OLD.choice_round_id) IS DISTINCT FROM 'open' THEN
        PERFORM refuse('closed_choice');
    END IF;
    IF (NEW.shortlisted_by IS DISTINCT FROM OLD.shortlisted_by AND NEW.shortlisted_by <> writer)
            OR (NEW.declined_by IS DISTINCT FROM OLD.declined_by AND NEW.declined_by <> writer) THEN
        PERFORM refuse('another_writer');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON shown_place FOR EACH ROW EXECUTE FUNCTION keep_shown_place();

CREATE FUNCTION keep_choice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hers text[] := ARRAY['state', 'chosen_on', 'chosen_by', 'wider_wished_at'];
BEGIN
    IF OLD.state <> 'open' AND (NEW.state, NEW.chosen_on, NEW.chosen_by, NEW.wider_wished_at)
            IS DISTINCT FROM (OLD.state, OLD.chosen_on, OLD.chosen_by, OLD.wider_wished_at) THEN
        PERFORM refuse('closed_choice');
    END IF;
    IF OLD.state = 'open' AND NEW.state = 'chosen' AND NOT EXISTS (
            SELECT FROM shown_place s WHERE s.choice_round_id = NEW.id AND s.is_chosen) THEN
        PERFORM refuse('choice_of_nothing');
    END IF;
    IF app_role() = 'participant' THEN
        IF to_jsonb(NEW) - hers <> to_jsonb(OLD) - hers OR NEW.state NOT IN ('open', 'chosen')
                OR coalesce(NEW.chosen_by, 'participant') <> 'participant' THEN
            PERFORM refuse('another_writer');
        END IF;
    ELSIF NEW.chosen_by IS DISTINCT FROM OLD.chosen_by AND NEW.chosen_by = 'participant' THEN
        PERFORM refuse('another_writer');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON choice_round FOR EACH ROW EXECUTE FUNCTION keep_choice();
"""

WITHOUT = """
DROP TRIGGER kept ON shown_place;
DROP TRIGGER kept ON choice_round;
DROP FUNCTION keep_shown_place;
DROP FUNCTION keep_choice;
ALTER TABLE choice_round DROP COLUMN chosen_by, DROP COLUMN wider_wished_at;
ALTER TABLE shown_place
    DROP COLUMN reserve_rank,
    DROP COLUMN shortlisted_on,
    DROP COLUMN shortlisted_by,
    DROP COLUMN decline_reason,
    DROP COLUMN declined_on,
    DROP COLUMN declined_by;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute("UPDATE choice_round SET chosen_by = 'officer' WHERE state = 'chosen'")
    op.execute(FUNCTIONS)
    # What was shown is kept as shown: the app role can change only what is thought of it, and take nothing away.
    op.execute(f"REVOKE UPDATE, DELETE ON shown_place FROM {app_role()}")
    op.execute(f"GRANT UPDATE ({THOUGHT_OF}) ON shown_place TO {app_role()}")
    add_policy("choice_round", "participant_reads", "SELECT", OWN)
    add_policy("choice_round", "participant_chooses", "UPDATE", OWN)
    op.execute(
        f"CREATE POLICY not_anothers ON choice_round AS RESTRICTIVE FOR ALL TO {app_role()} USING ({NOT_ANOTHERS})"
    )
    # The old policy gives whoever sees the round the whole of what was shown in it, which a participant must not have.
    op.execute("DROP POLICY with_round ON shown_place")
    add_policy(
        "shown_place",
        "with_round",
        "ALL",
        "app_role() IS DISTINCT FROM 'participant' AND EXISTS (SELECT FROM choice_round r WHERE r.id = choice_round_id)",
    )
    add_policy("shown_place", "participant_reads", "SELECT", OWN_SHOWN)
    add_policy("shown_place", "participant_answers", "UPDATE", OWN_SHOWN)
    add_policy("site", "participant", "SELECT", SHOWN_SITE)
    add_policy("event", "participant_adds", "INSERT", OWN_EVENT)


def downgrade() -> None:
    op.execute("DROP POLICY participant_adds ON event")
    op.execute("DROP POLICY participant ON site")
    op.execute("DROP POLICY participant_answers ON shown_place")
    op.execute("DROP POLICY participant_reads ON shown_place")
    op.execute("DROP POLICY with_round ON shown_place")
    add_policy(
        "shown_place",
        "with_round",
        "ALL",
        "EXISTS (SELECT FROM choice_round r WHERE r.id = choice_round_id)",
    )
    op.execute("DROP POLICY not_anothers ON choice_round")
    op.execute("DROP POLICY participant_chooses ON choice_round")
    op.execute("DROP POLICY participant_reads ON choice_round")
    op.execute(f"REVOKE UPDATE ({THOUGHT_OF}) ON shown_place FROM {app_role()}")
    op.execute(f"GRANT UPDATE, DELETE ON shown_place TO {app_role()}")
    op.execute(WITHOUT)
