"""Nothing yet."""

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
