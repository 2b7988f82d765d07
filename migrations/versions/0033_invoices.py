"""What is invoiced is what is earned less what has been invoiced."""

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
