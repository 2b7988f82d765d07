"""Letters have kinds; each person chooses how to take each, and gets a digest of what waits and what is kept for it."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0029"
down_revision = "0028"

SYSTEM = "app_role() = 'system'"
OWN = "user_id = app_user()"
KINDS = (
    "decision",
    "contract",
    "application",
    "system",
    "placement",
    "reminder",
    "choice",
    "visit",
    "waiting_list",
    "plan",
    "attendance",
    "follow_up",
    "report",
    "my_work",
)
WAYS = ("at_once", "digest", "never")


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    # What was written before comes to everyone, as was promised then.
    op.add_column(
        "letter", sa.Column("kind", _one_of(KINDS, "kind"), nullable=False, server_default="decision")
    )
    op.alter_column("letter", "kind", server_default=None)
    op.alter_column("letter_delivery", "sent_at", nullable=True)
    op.create_index(
        "ix_letter_delivery_kept", "letter_delivery", ["user_id"], postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "letter_preference",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of(KINDS, "kind"), nullable=False),
        sa.Column("way", _one_of(WAYS, "way"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_letter_preference_user_id")),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_letter_preference")),
    )
    op.create_table(
        "letter_digest",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_letter_digest_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_letter_digest")),
    )
    protect("letter_preference", [("own", "ALL", OWN), ("system", "ALL", SYSTEM)])
    protect("letter_digest", [("system", "ALL", SYSTEM)])


def downgrade() -> None:
    op.drop_table("letter_digest")
    op.drop_table("letter_preference")
    op.drop_index("ix_letter_delivery_kept", "letter_delivery")
    op.execute("DELETE FROM letter_delivery WHERE sent_at IS NULL")
    op.alter_column("letter_delivery", "sent_at", nullable=False)
    op.drop_column("letter", "kind")
