"""Which system of choice a grant is under, and that its placements are under that system's contracts."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

FUNCTIONS = """
CREATE FUNCTION keep_grant_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('frozen_grant_system');
    RETURN OLD;
END $$;

-- Whoever requests or moves a placement reads both rows.
CREATE FUNCTION keep_placement_in_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM training_grant g JOIN contract c ON c.id = NEW.contract_id
               WHERE g.id = NEW.grant_id AND g.system_id IS NOT NULL AND g.system_id <> c.system_id) THEN
        PERFORM refuse('grant_system');
    END IF;
    RETURN NEW;
END $$;

-- What has been decided stands. A grant from before may be given the system it was meant for, once.
CREATE TRIGGER frozen_system BEFORE UPDATE OF system_id ON training_grant
    FOR EACH ROW WHEN (OLD.system_id IS NOT NULL AND OLD.system_id IS DISTINCT FROM NEW.system_id)
    EXECUTE FUNCTION keep_grant_system();
CREATE TRIGGER in_system BEFORE INSERT OR UPDATE OF contract_id, grant_id ON placement
    FOR EACH ROW EXECUTE FUNCTION keep_placement_in_system();
"""


def upgrade() -> None:
    op.add_column("training_grant", sa.Column("system_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_training_grant_system_id"),
        "training_grant",
        "system_of_choice",
        ["system_id", "authority_id"],
        ["id", "authority_id"],
    )
    op.create_index(op.f("ix_training_grant_system_id"), "training_grant", ["system_id"])
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute("DROP TRIGGER in_system ON placement")
    op.execute("DROP TRIGGER frozen_system ON training_grant")
    op.execute("DROP FUNCTION keep_placement_in_system")
    op.execute("DROP FUNCTION keep_grant_system")
    op.drop_column("training_grant", "system_id")
