"""A second proof of who signs in: an authenticator application, passkeys, recovery codes; and what authorities ask."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0048"
down_revision = "0047"

LETTERS = (
    "decision contract application system placement reminder choice visit waiting_list plan attendance follow_up report"
    " invoice capacity subscription my_work"
).split()
OWN = [("own", "ALL", "user_id = app_user()"), ("system", "ALL", "app_role() = 'system'")]

# An enterprise is held to what each authority that it has a contract with asks, which it may not read itself.
SIGN_IN_RULES = """
CREATE FUNCTION sign_in_rules(day date) RETURNS TABLE (role text, required_of text, proof_minutes integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.role::text, p.required_of::text, p.proof_minutes
    FROM membership m
    JOIN organisation o ON o.id = m.organisation_id
    JOIN LATERAL (
        SELECT coalesce(o.authority_id, o.id) AS id WHERE o.kind <> 'enterprise'
        UNION
        SELECT c.authority_id FROM contract c WHERE c.enterprise_id = o.id
    ) a ON true
    LEFT JOIN sign_in_policy p ON p.authority_id = a.id
    WHERE m.user_id = app_user() AND (m.ended_on IS NULL OR m.ended_on > day)
$$
"""


def upgrade() -> None:
    op.create_table(
        "authenticator_app",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_authenticator_app_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticator_app")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_passkey_name")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_passkey_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_user_id", "passkey", ["user_id"])
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    for table in ("authenticator_app", "passkey", "recovery_code"):
        protect(table, OWN)
    op.create_table(
        "sign_in_policy",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column(
            "required_of",
            sa.Enum(
                "nobody",
                "persons",
                "everyone",
                name="required_of",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proof_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("proof_minutes BETWEEN 1 AND 720", name=op.f("ck_sign_in_policy_proof_minutes")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_sign_in_policy_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", name=op.f("pk_sign_in_policy")),
    )
    own = "authority_id = app_authority()"
    protect("sign_in_policy", [("coordinator", "ALL", f"app_role() IN ('coordinator', 'system') AND {own}")])
    op.execute(SIGN_IN_RULES)
    op.execute("REVOKE ALL ON FUNCTION sign_in_rules FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION sign_in_rules TO {app_role()}")
    _letters((*LETTERS, "sign_in"))


def downgrade() -> None:
    op.execute("DELETE FROM letter_delivery d USING letter l WHERE l.id = d.letter_id AND l.kind = 'sign_in'")
    for table in ("letter", "letter_preference"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'sign_in'")  # noqa: S608 - names of ours
    _letters(LETTERS)
    op.execute("DROP FUNCTION sign_in_rules")
    for table in ("sign_in_policy", "recovery_code", "passkey", "authenticator_app"):
        op.drop_table(table)


def _letters(kinds: Sequence[str]) -> None:
    for table in ("letter", "letter_preference"):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, f"kind IN {tuple(kinds)}")
