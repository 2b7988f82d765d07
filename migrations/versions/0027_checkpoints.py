"""Surveys in versions and languages, and a participant's answers over time."""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
