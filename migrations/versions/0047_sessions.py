"""A session is a row, which the server can end; a participant's open pages close together."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0047"
down_revision = "0046"

MEANS = ("password", "code", "recovery_code", "passkey", "identity_provider", "demo")
FUNCTIONS = """
-- Whoever acts, by the token of a session that holds, in her memberships: asked in every request, and no question more
-- than before. The function of one day stays for the processes of the version before; a later version drops it.
CREATE FUNCTION signed_in(day date, token text, seen_after timestamptz, begun_after timestamptz) RETURNS TABLE (
    session_id integer, session_seen_at timestamptz, user_name text, membership_id integer, role text,
    own_kommuner text[], organisation_id integer, organisation_name text, kind text, authority_id integer,
    kommun_codes text[]
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.id, s.seen_at, u.name, m.id, m.role::text, m.kommun_codes, o.id, o.name, o.kind::text,
        o.authority_id, o.kommun_codes
    FROM user_session s
    JOIN user_account u ON u.id = s.user_id
    LEFT JOIN membership m ON m.user_id = u.id AND (m.ended_on IS NULL OR m.ended_on > day)
    LEFT JOIN organisation o ON o.id = m.organisation_id
    WHERE s.token_hash = token AND s.user_id = app_user() AND s.ended_at IS NULL
      AND s.seen_at >= seen_after AND s.begun_at >= begun_after AND u.is_active;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column(
            "means",
            sa.Enum(*MEANS, name="means", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("browser_sv", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"])
    own = [("own", "ALL", "user_id = app_user()"), ("system", "ALL", "app_role() = 'system'")]
    protect("user_session", own)
    op.execute(FUNCTIONS)
    function = "signed_in(date, text, timestamptz, timestamptz)"
    op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app_role()}")
    op.add_column(
        "participant_code",
        sa.Column("times_closed", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("participant_code", "times_closed")
    op.execute("DROP FUNCTION signed_in(date, text, timestamptz, timestamptz)")
    op.drop_table("user_session")
