"""An authority's own identity provider: where it is, which groups give which memberships, whose account an identity is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0049"
down_revision = "0048"

MEANS = ("password", "code", "recovery_code", "passkey", "identity_provider", "demo")
ROLES = (
    "procurement_officer coordinator strategist controller case_officer supplier_manager supervisor participant system"
).split()
SYSTEM = ("system", "ALL", "app_role() = 'system'")
OWN = "authority_id = app_authority() AND app_role() = 'coordinator'"
OWN_ORGANISATION = (
    "EXISTS (SELECT FROM organisation o WHERE o.id = organisation_id"
    " AND (o.id = app_authority() OR o.authority_id = app_authority()))"
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("issuer", "client_id")),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.Column("domains", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("group_claim", sa.Text(), nullable=False),
        sa.Column("second_factor_values", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("allows_password", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("issuer ~ '^https?://'", name=op.f("ck_identity_provider_issuer")),
        sa.CheckConstraint("cardinality(domains) > 0", name=op.f("ck_identity_provider_domains")),
        sa.CheckConstraint(
            "NOT is_on OR tried_at IS NOT NULL", name=op.f("ck_identity_provider_tried_first")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_identity_provider_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", name=op.f("pk_identity_provider")),
    )
    op.create_table(
        "group_rule",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", _one_of("role", *ROLES), nullable=False),
        sa.Column("kommun_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("group_name <> ''", name=op.f("ck_group_rule_group_name")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["identity_provider.authority_id"], name=op.f("fk_group_rule_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_group_rule_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_rule")),
        sa.UniqueConstraint(
            "authority_id",
            "group_name",
            "organisation_id",
            "role",
            name=op.f("uq_group_rule_group_and_post"),
        ),
    )
    op.create_table(
        "bound_identity",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["identity_provider.authority_id"], name=op.f("fk_bound_identity_authority_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_bound_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bound_identity")),
        sa.UniqueConstraint("authority_id", "subject", name=op.f("uq_bound_identity_subject")),
        sa.UniqueConstraint("authority_id", "user_id", name=op.f("uq_bound_identity_user")),
    )
    op.create_index("ix_bound_identity_user_id", "bound_identity", ["user_id"])
    protect("identity_provider", [("coordinator", "ALL", OWN), SYSTEM])
    protect("group_rule", [("coordinator", "ALL", f"{OWN} AND {OWN_ORGANISATION}"), SYSTEM])
    protect(
        "bound_identity",
        [("coordinator", "SELECT", OWN), ("coordinator_unbinds", "DELETE", OWN), SYSTEM],
    )
    op.add_column("membership", sa.Column("provided", sa.String(40), nullable=True))
    op.create_check_constraint(op.f("ck_membership_provided"), "membership", "provided IN ('given', 'taken')")
    _means(*MEANS, "identity_provider_factor")


def downgrade() -> None:
    op.execute("UPDATE user_session SET means = 'identity_provider' WHERE means = 'identity_provider_factor'")
    _means(*MEANS)
    op.drop_column("membership", "provided")
    for table in ("bound_identity", "group_rule", "identity_provider"):
        op.drop_table(table)


def _means(*values: str) -> None:
    op.drop_constraint(op.f("ck_user_session_means"), "user_session", type_="check")
    op.create_check_constraint(op.f("ck_user_session_means"), "user_session", f"means IN {values}")
