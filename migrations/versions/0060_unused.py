"""Nothing yet."""

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
