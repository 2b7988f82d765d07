"""Absence reported the same day, and corrections that say why."""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
