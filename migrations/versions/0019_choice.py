"""What a participant shortlists, chooses in reserve and declines."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
