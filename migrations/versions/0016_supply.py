"""What a place tells: days, hours, demands, tasks and pictures; how a closure came to be what it is."""

from alembic import op

revision = "0016"
down_revision = "0015"

TOLD = """
ALTER TABLE site ADD COLUMN accessibility text[] NOT NULL DEFAULT '{}';
ALTER TABLE place
    ADD COLUMN weekdays smallint[] NOT NULL DEFAULT '{1,2,3,4,5}',
    ADD COLUMN day_starts time,
    ADD COLUMN day_ends time,
    ADD COLUMN demands text[] NOT NULL DEFAULT '{}',
    ADD COLUMN tasks text[] NOT NULL DEFAULT '{}',
    ADD COLUMN rotates boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT ck_place_weekdays
        CHECK (cardinality(weekdays) > 0 AND weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]),
    ADD CONSTRAINT ck_place_day_in_order
        CHECK ((day_starts IS NULL) = (day_ends IS NULL) AND coalesce(day_starts < day_ends, true));
"""

UNTOLD = """
ALTER TABLE place
    DROP COLUMN weekdays,
    DROP COLUMN day_starts,
    DROP COLUMN day_ends,
    DROP COLUMN demands,
    DROP COLUMN tasks,
    DROP COLUMN rotates;
ALTER TABLE site DROP COLUMN accessibility;
"""


def upgrade() -> None:
    op.execute(TOLD)


def downgrade() -> None:
    op.execute(UNTOLD)
