"""A controller draws for checking only what concerns the own authority."""

from migrations.protection import replace_policy

revision = "0060"
down_revision = "0059"

DRAW = "app_role() = 'controller' AND authority_id = app_authority() AND outcome IS NULL"
OF_ITS_LOOK = (
    "EXISTS (SELECT FROM look WHERE look.id = look_id AND look.authority_id = look_check.authority_id)"
)


def upgrade() -> None:
    replace_policy("look_check", "draw", "INSERT", f"{DRAW} AND {OF_ITS_LOOK}")


def downgrade() -> None:
    replace_policy("look_check", "draw", "INSERT", DRAW)
