"""Waiting lists: who is next in line for a seat that is freed."""

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
