"""Narrower reading: a grant is the authority's alone, a password's hash is nobody's to read, and why someone was away
is for those who work with persons.
"""

from alembic import op

from migrations.protection import add_policy, app_role, protect

revision = "0007"
down_revision = "0006"

SECRETS = """
CREATE TABLE user_secret (
    user_id integer NOT NULL CONSTRAINT pk_user_secret PRIMARY KEY
        CONSTRAINT fk_user_secret_user_id REFERENCES user_account (id),
    password_hash text NOT NULL
);
INSERT INTO user_secret (user_id, password_hash) SELECT id, password_hash FROM user_account;
ALTER TABLE user_account DROP COLUMN password_hash;
"""

# A view is read with its owner's eyes, so it asks by itself whose the days are. A controller and a supplier's manager
# read hours by placement number here, with every valid absence alike.
DAYS_BY_NUMBER = """
CREATE VIEW attendance_by_number WITH (security_barrier = true) AS
    SELECT placement_id, day, contract_id, planned_hours, actual_hours,
           CASE WHEN kind IN ('ill', 'leave') THEN 'other_valid' ELSE kind END AS kind,
           is_reported_same_day, is_invoiced
    FROM attendance_day
    WHERE EXISTS (
        SELECT FROM placement p WHERE p.id = placement_id AND (
            (app_role() = 'controller' AND p.authority_id = app_authority())
            OR (app_role() = 'supplier_manager' AND p.enterprise_id = app_enterprise())
        )
    );
"""

WITHOUT_SECRETS = """
ALTER TABLE user_account ADD COLUMN password_hash text;
UPDATE user_account SET password_hash = coalesce(
    (SELECT s.password_hash FROM user_secret s WHERE s.user_id = user_account.id), '!');
ALTER TABLE user_account ALTER COLUMN password_hash SET NOT NULL;
DROP TABLE user_secret;
"""

SUPPLIERS_GRANT = (
    "EXISTS (SELECT FROM placement pl WHERE pl.grant_id = training_grant.id"
    " AND pl.enterprise_id = app_enterprise())"
)


def upgrade() -> None:
    op.execute("DROP POLICY supplier ON training_grant")
    op.execute(SECRETS)
    protect("user_secret", [("system", "ALL", "app_role() = 'system'")])
    op.execute(
        f"CREATE POLICY concerned ON attendance_day AS RESTRICTIVE FOR ALL TO {app_role()} USING (app_sees_persons())"
    )
    op.execute(DAYS_BY_NUMBER)
    op.execute(f"GRANT SELECT ON attendance_by_number TO {app_role()}")


def downgrade() -> None:
    op.execute("DROP VIEW attendance_by_number")
    op.execute("DROP POLICY concerned ON attendance_day")
    op.execute(WITHOUT_SECRETS)
    add_policy("training_grant", "supplier", "ALL", SUPPLIERS_GRANT)
