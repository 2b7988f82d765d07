"""What waits is found by an index: grants in force and rounds of those who are to move by authority, placements by unit
and state. And two policies no longer go through all participants where they need not."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import replace_policy

revision = "0058"
down_revision = "0057"

CONTACT = "EXISTS (SELECT FROM participant p WHERE p.case_officer_id = user_account.id)"
FIRST = "(SELECT true FROM participant p WHERE p.case_officer_id = user_account.id LIMIT 1)"
"""The same, in words of which PostgreSQL does not make a table of everybody's contacts first."""
SHARED = "app_role() IN ('supervisor', 'system') AND is_shared_with(id, app_enterprise())"
WITH_ENTERPRISE = f"app_enterprise() IS NOT NULL AND {SHARED}"
"""With no enterprise to share with, each participant's placements need not be looked at to say no."""


def upgrade() -> None:
    op.create_index(
        "ix_training_grant_live",
        "training_grant",
        ["authority_id", "state"],
        postgresql_where=sa.text("state IN ('open', 'placed')"),
    )
    op.create_index(
        "ix_choice_round_moves",
        "choice_round",
        ["authority_id"],
        postgresql_where=sa.text("moves_placement_id IS NOT NULL"),
    )
    op.create_index("ix_placement_unit_state", "placement", ["unit_id", "state", "last_day"])
    op.drop_index("ix_placement_unit_id", "placement")
    replace_policy("user_account", "contact", "SELECT", FIRST)
    replace_policy("participant", "supplier_under_consent", "SELECT", WITH_ENTERPRISE)


def downgrade() -> None:
    replace_policy("participant", "supplier_under_consent", "SELECT", SHARED)
    replace_policy("user_account", "contact", "SELECT", CONTACT)
    op.create_index("ix_placement_unit_id", "placement", ["unit_id"])
    op.drop_index("ix_placement_unit_state", "placement")
    op.drop_index("ix_choice_round_moves", "choice_round")
    op.drop_index("ix_training_grant_live", "training_grant")
