"""Contracts: editions, a capacity cap, recurring checks."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
