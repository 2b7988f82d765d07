"""Nothing yet."""

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
