"""Competing requests, reminders and escalation; extending, changing and moving a placement."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
