"""A personal number says under which keys it is kept, and is found by two hashes while the lookup key is rotated; a
consent says what was read out, and who wrote it down; kinds of absence are masked for workplaces that it has left."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

# As 0033 and 0026 have them, and for supervisors: to a workplace that may no longer see the person every valid absence is
# alike, also of days before. The training goes on by number.
BY_NUMBER = """
CREATE OR REPLACE VIEW attendance_by_number WITH (security_barrier = true) AS
    SELECT a.placement_id, a.day, a.contract_id, a.planned_hours, a.actual_hours,
           CASE WHEN a.kind IN ('ill', 'leave'){untold} THEN 'other_valid' ELSE a.kind END AS kind,
           a.is_reported_same_day
    FROM attendance_day a JOIN placement p ON p.id = a.placement_id
    WHERE {seen};
CREATE OR REPLACE VIEW correction_by_number WITH (security_barrier = true) AS
    SELECT c.id, c.placement_id, c.day, c.contract_id,
           CASE WHEN c.was_kind IN ('ill', 'leave'){untold} THEN 'other_valid' ELSE c.was_kind END AS was_kind,
           c.was_planned_hours, c.was_actual_hours, c.was_reported_same_day,
           CASE WHEN c.kind IN ('ill', 'leave'){untold} THEN 'other_valid' ELSE c.kind END AS kind,
           c.planned_hours, c.actual_hours, c.is_reported_same_day, {reason} AS reason_sv, c.corrected_at,
           c.corrected_by
    FROM attendance_correction c JOIN placement p ON p.id = c.placement_id
    WHERE {seen};
"""
SEEN = (
    "app_role() = 'controller' AND p.authority_id = app_authority()"
    " OR app_role() IN ({workplace}) AND p.enterprise_id = app_enterprise()"
)
TOLD = "(app_role() = 'supervisor' AND is_shared_with(p.participant_id, p.enterprise_id))"
WITH_SUPERVISORS = {
    "untold": f" AND NOT {TOLD}",
    "reason": f"CASE WHEN {TOLD} THEN c.reason_sv ELSE ''::text END",
    "seen": SEEN.format(workplace="'supplier_manager', 'supervisor'"),
}
BEFORE = {"untold": "", "reason": "''::text", "seen": SEEN.format(workplace="'supplier_manager'")}
CONSENT = ("text_sv", "given_to", "withdrawn_to")


def upgrade() -> None:
    # Empty until `platstorget keys rotate` has been there: what is not stamped is sealed anew.
    op.add_column(
        "participant_identity", sa.Column("sealed_with", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("participant_identity", sa.Column("newest_hash", sa.Text(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_participant_identity_authority_id_newest_hash"),
        "participant_identity",
        ["authority_id", "newest_hash"],
    )
    for column in CONSENT:
        op.add_column("consent", sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.execute(BY_NUMBER.format(**WITH_SUPERVISORS))


def downgrade() -> None:
    op.execute(BY_NUMBER.format(**BEFORE))
    for column in CONSENT:
        op.drop_column("consent", column)
    op.drop_column("participant_identity", "newest_hash")
    op.drop_column("participant_identity", "sealed_with")
