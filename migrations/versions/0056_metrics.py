"""TBD."""

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
