"""Applications: attachments, completions, two deciders, exclusion."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
