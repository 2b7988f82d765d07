"""Study visits: times that a supplier offers, and who has booked them."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
