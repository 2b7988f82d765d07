"""Letters: e-mail to those who act for an organisation, and when it was sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0009"
down_revision = "0008"

SYSTEM = "app_role() = 'system'"


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "procurement_officer",
                "coordinator",
                "strategist",
                "controller",
                "case_officer",
                "supplier_manager",
                "supervisor",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_sv", sa.Text(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_letter_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_organisation_id"), "letter", ["organisation_id"])
    op.create_table(
        "letter_delivery",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_delivery_letter_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_letter_delivery_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_delivery")),
        sa.UniqueConstraint("letter_id", "user_id", name=op.f("uq_letter_delivery_letter_id_user_id")),
    )
    # Written and sent by the system for whoever acts: to whom is not for the writer to know.
    protect("letter", [("system", "ALL", SYSTEM)])
    protect("letter_delivery", [("system", "ALL", SYSTEM)])


def downgrade() -> None:
    op.drop_table("letter_delivery")
    op.drop_table("letter")
