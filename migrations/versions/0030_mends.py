"""What a withdrawn consent ends, and that nothing is requested or accepted without one."""

from collections.abc import Collection

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

CANCELLED = ("plans", "participant", "other_accepted", "contract", "grant_withdrawn")
VISIT_ENDED = (
    "participant",
    "officer",
    "time_withdrawn",
    "placed",
    "round_closed",
    "grant_ended",
    "contract_ended",
    "no_show",
    "supplier_failed",
)
WITHDRAWN = "consent_withdrawn"

# As the owner: a supplier who accepts may not read the consent. Whoever withdraws it holds the grant, as whoever books.
UNDER_CONSENT = """
CREATE FUNCTION keep_placement_under_consent() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM consent c WHERE c.participant_id = NEW.participant_id
                   AND c.scope = 'supplier' AND c.withdrawn_at IS NULL) THEN
        PERFORM refuse('placement_consent');
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION keep_placement_under_consent FROM PUBLIC;
CREATE TRIGGER under_consent BEFORE INSERT OR UPDATE OF state ON placement
    FOR EACH ROW WHEN (NEW.state IN ('requested', 'accepted')) EXECUTE FUNCTION keep_placement_under_consent();
"""


def _one_of(table: str, column: str, allowed: Collection[str]) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, sa.column(column).in_(allowed))


def upgrade() -> None:
    _one_of("placement", "cancel_reason", (*CANCELLED, WITHDRAWN))
    _one_of("study_visit", "end_reason", (*VISIT_ENDED, WITHDRAWN))
    op.execute(UNDER_CONSENT)


def downgrade() -> None:
    op.execute("DROP TRIGGER under_consent ON placement")
    op.execute("DROP FUNCTION keep_placement_under_consent")
    op.execute("UPDATE study_visit SET end_reason = 'grant_ended' WHERE end_reason = 'consent_withdrawn'")
    op.execute("UPDATE placement SET cancel_reason = 'grant_withdrawn' WHERE cancel_reason = 'consent_withdrawn'")
    _one_of("study_visit", "end_reason", VISIT_ENDED)
    _one_of("placement", "cancel_reason", CANCELLED)
