"""A personal number says under which keys it is kept, and is found by two hashes while the lookup key is rotated; a
consent says what was read out, and who wrote it down."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

CONSENT = ("text_sv", "given_to", "withdrawn_to")


def upgrade() -> None:
    # Empty until `platstorget keys rotate` has been there: what is not stamped is sealed anew.
    op.add_column(
        "participant_identity", sa.Column("sealed_with", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("participant_identity", sa.Column("newest_hash", sa.Text(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_participant_identity_authority_id_newest_hash"),
        "participant_identity",
        ["authority_id", "newest_hash"],
    )
    for column in CONSENT:
        op.add_column("consent", sa.Column(column, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for column in CONSENT:
        op.drop_column("consent", column)
    op.drop_column("participant_identity", "newest_hash")
    op.drop_column("participant_identity", "sealed_with")
