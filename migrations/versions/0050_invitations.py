"""Colleagues are invited and leave; a forgotten password is replaced by a link; a participant's officer works there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0050"
down_revision = "0049"

ROLES = (
    "procurement_officer coordinator strategist controller case_officer supplier_manager supervisor participant system"
).split()
SYSTEM = ("system", "ALL", "app_role() = 'system'")
OF_WHO_INVITES = (
    "app_role() = 'supplier_manager' AND organisation_id = app_enterprise()"
    " OR app_role() IN ('coordinator', 'procurement_officer') AND EXISTS (SELECT FROM organisation o"
    " WHERE o.id = organisation_id AND (o.id = app_authority() OR o.authority_id = app_authority()))"
)
KEEP_OFFICER = """
-- Waits for whoever is ending the membership, and then does not find it: nobody's participants are left behind.
CREATE FUNCTION keep_officer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM membership
    WHERE user_id = NEW.case_officer_id AND organisation_id = NEW.unit_id AND role = 'case_officer'
      AND ended_on IS NULL
    FOR SHARE;
    IF NOT FOUND THEN
        PERFORM refuse('officer_at_unit');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_officer BEFORE INSERT OR UPDATE OF case_officer_id, unit_id ON participant
    FOR EACH ROW EXECUTE FUNCTION keep_officer();
"""


def _moment(name: str, *, is_always: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_always)


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("kommun_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        _moment("invited_at", is_always=True),
        sa.Column("token_hash", sa.Text(), nullable=True),
        _moment("sent_at"),
        _moment("expires_at"),
        _moment("accepted_at"),
        _moment("withdrawn_at"),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_invitation_email_lower")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["organisation_id", "email", "role"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    protect("invitation", [("who_invites", "ALL", OF_WHO_INVITES), SYSTEM])
    op.create_table(
        "password_link",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        _moment("asked_at", is_always=True),
        sa.Column("token_hash", sa.Text(), nullable=True),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_password_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_link_token_hash")),
    )
    op.create_index("ix_password_link_user_id", "password_link", ["user_id"])
    protect("password_link", [SYSTEM])
    op.drop_constraint(op.f("uq_membership_user_id_organisation_id_role"), "membership")
    op.create_index(
        "uq_membership_current",
        "membership",
        ["user_id", "organisation_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.execute(KEEP_OFFICER)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_officer ON participant")
    op.execute("DROP FUNCTION keep_officer")
    op.drop_index("uq_membership_current", "membership")
    # Of those who came back, the latest time is left.
    op.execute(
        "DELETE FROM membership m USING membership later WHERE later.user_id = m.user_id"
        " AND later.organisation_id = m.organisation_id AND later.role = m.role AND later.id > m.id"
    )
    op.create_unique_constraint(
        op.f("uq_membership_user_id_organisation_id_role"),
        "membership",
        ["user_id", "organisation_id", "role"],
    )
    op.drop_table("password_link")
    op.drop_table("invitation")
