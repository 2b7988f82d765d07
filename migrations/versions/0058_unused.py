"""Nothing yet."""

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
