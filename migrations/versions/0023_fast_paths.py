"""What a search asks of each place, whether a seat is free, is answered from indexes alone."""

from alembic import op

revision = "0023"
down_revision = "0022"

DAYS = ["place_id", "first_day", "last_day"]


def upgrade() -> None:
    op.create_index("ix_seat_place_id_id", "seat", ["place_id", "id"])
    op.drop_index("ix_seat_use_place_days", "seat_use")
    op.create_index("ix_seat_use_place_days", "seat_use", DAYS, postgresql_include=["seat_id", "kind"])


def downgrade() -> None:
    op.drop_index("ix_seat_use_place_days", "seat_use")
    op.create_index("ix_seat_use_place_days", "seat_use", DAYS)
    op.drop_index("ix_seat_place_id_id", "seat")
