"""TBD."""

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
