"""A final report that the participant has read, with what came before and after."""

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
