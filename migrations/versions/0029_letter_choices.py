"""Which letters somebody wants at once, once a day or not at all."""

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
