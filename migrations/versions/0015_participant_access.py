"""What a participant reaches with a code and without an account: her own rows, and nobody's else."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import add_policy, app_role, protect

revision = "0015"
down_revision = "0014"

SELF = "app_participant()"
PARTICIPANT = "app_role() = 'participant'"
PLACEMENT_CONCERNED = (
    "app_role() IN ('system', 'controller') OR enterprise_id = app_enterprise()"
    " OR (app_role() = 'case_officer' AND unit_id = app_organisation())"
    " OR (app_role() = 'coordinator' AND kommun_code = ANY (app_kommuner()))"
)

WHOSE_CODE = """
-- Whose a typed code is, is not known before it has been found: then the system goes on as that authority's.
CREATE FUNCTION authority_of_code(hash text) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT authority_id FROM participant_code WHERE code_hash = hash AND app_role() = 'system'
    $$
"""

OWN_ROWS = {"participant": "id", "training_grant": "participant_id", "placement": "participant_id"}
"""Table → the column that says whose the row is. What hangs on a choice or a visit has its own migration."""


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION app_participant() RETURNS integer LANGUAGE sql STABLE"
        " AS $$ SELECT nullif(current_setting('app.participant_id', true), '')::integer $$"
    )
    op.create_table(
        "participant_code",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_opened", sa.Integer(), nullable=False),
        sa.CheckConstraint("times_opened >= 0", name=op.f("ck_participant_code_times_opened")),
        sa.ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_participant_code_participant",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_participant_code_code_hash")),
    )
    op.create_index(
        "uq_participant_code_live",
        "participant_code",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    protect(
        "participant_code",
        [
            (
                "officers",
                "ALL",
                "authority_id = app_authority() AND app_role() IN ('case_officer', 'coordinator', 'system')"
                " AND EXISTS (SELECT FROM participant p WHERE p.id = participant_id)",
            ),
            ("self", "SELECT", f"{PARTICIPANT} AND participant_id = {SELF}"),
        ],
        restriction="app_sees_persons()",
    )
    op.execute(WHOSE_CODE)
    op.execute("REVOKE EXECUTE ON FUNCTION authority_of_code FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION authority_of_code TO {app_role()}")
    for table, column in OWN_ROWS.items():
        add_policy(table, "self", "SELECT", f"{PARTICIPANT} AND {column} = {SELF}")
    op.execute(
        f"ALTER POLICY concerned ON placement USING ({PLACEMENT_CONCERNED}"
        f" OR ({PARTICIPANT} AND participant_id = {SELF}))"
    )


def downgrade() -> None:
    op.execute(f"ALTER POLICY concerned ON placement USING ({PLACEMENT_CONCERNED})")
    for table in OWN_ROWS:
        op.execute(f"DROP POLICY self ON {table}")
    op.execute("DROP FUNCTION authority_of_code")
    op.drop_table("participant_code")
    op.execute("DROP FUNCTION app_participant()")
