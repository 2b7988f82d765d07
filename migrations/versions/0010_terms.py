"""Terms: capacity, default assignment, recurring checks; systems that close."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
