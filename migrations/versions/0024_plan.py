"""An activity plan with a staircase, tasks, goals and contacts."""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
