"""What a place tells: days, hours, demands, tasks and pictures; how a closure came to be what it is."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
