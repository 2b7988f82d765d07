"""What everyone may read of suppliers (LOV 9:1), and default assignment by turn (9:2)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import add_policy, app_role, protect

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    publish_suppliers()
    assign_by_default()


def downgrade() -> None:
    stop_assigning()
    withdraw_suppliers()


# What is told of suppliers. A view is read with its owner's eyes: it says itself which rows and columns are everyone's.

PUBLIC_SUPPLIERS = """
CREATE VIEW public_supplier WITH (security_barrier = true) AS
    SELECT c.system_id, c.enterprise_id, o.name, o.orgnr,
           coalesce(p.about_sv, '') AS about_sv, coalesce(p.contact_email, '') AS contact_email,
           coalesce(p.phone, '') AS phone, coalesce(p.street, '') AS street,
           coalesce(p.postcode, '') AS postcode, coalesce(p.city, '') AS city,
           c.state = 'suspended' AS is_suspended, c.starts_on, c.ends_on
    FROM contract c
    JOIN organisation o ON o.id = c.enterprise_id
    LEFT JOIN enterprise_profile p ON p.enterprise_id = c.enterprise_id
    WHERE c.state IN ('active', 'suspended');

CREATE VIEW public_site WITH (security_barrier = true) AS
    SELECT s.id, s.enterprise_id, s.name, s.street, s.postcode, s.city, s.kommun_code, s.accessibility_sv
    FROM site s
    WHERE EXISTS (SELECT FROM contract c
                  WHERE c.enterprise_id = s.enterprise_id AND c.state IN ('active', 'suspended'));
"""


def publish_suppliers() -> None:
    op.execute(PUBLIC_SUPPLIERS)
    op.execute(f"GRANT SELECT ON public_supplier, public_site TO {app_role()}")
    # Without them nobody outside could count how many seats a place has. Whether one is taken stays with the buyers.
    add_policy("seat_use", "retired", "SELECT", "kind = 'retired'")


def withdraw_suppliers() -> None:
    op.execute("DROP POLICY retired ON seat_use")
    op.execute("DROP VIEW public_site")
    op.execute("DROP VIEW public_supplier")


# Turns. The view tells everyone the order and who had the turn last, and nothing of for whom.

PUBLIC_TURNS = """
CREATE VIEW public_turn WITH (security_barrier = true) AS
    SELECT c.system_id, c.id AS contract_id, c.enterprise_id, o.name, c.starts_on, c.ends_on,
           CASE c.state WHEN 'active' THEN false WHEN 'suspended' THEN true END AS is_suspended,
           (SELECT max(d.turn) FROM default_assignment d WHERE d.contract_id = c.id) AS last_turn
    FROM contract c
    JOIN organisation o ON o.id = c.enterprise_id
    WHERE c.state IN ('active', 'suspended', 'ended');

CREATE FUNCTION keep_default_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('frozen_default_assignment');
    RETURN OLD;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON default_assignment
    FOR EACH ROW EXECUTE FUNCTION keep_default_assignment();
"""
OF_THE_SYSTEM = (
    "(contract_id IS NULL OR EXISTS (SELECT FROM contract c JOIN place p ON p.enterprise_id = c.enterprise_id"
    " WHERE c.id = contract_id AND c.system_id = default_assignment.system_id AND p.id = place_id))"
)
ROUND_STATES = "('open', 'chosen', 'assigned', 'closed')"


def assign_by_default() -> None:
    op.create_table(
        "default_assignment",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("passed_over", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("why_sv", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(contract_id IS NULL) = (place_id IS NULL)",
            name=op.f("ck_default_assignment_place_of_a_supplier"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_default_assignment_{column}"))
            for column, table in (
                ("authority_id", "organisation"),
                ("contract_id", "contract"),
                ("place_id", "place"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["system_id", "authority_id"],
            ["system_of_choice.id", "system_of_choice.authority_id"],
            name=op.f("fk_default_assignment_system_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_default_assignment")),
        sa.UniqueConstraint("system_id", "turn", name=op.f("uq_default_assignment_system_id_turn")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_default_assignment_id_authority_id")),
    )
    op.create_index(op.f("ix_default_assignment_authority_id"), "default_assignment", ["authority_id"])
    op.create_index(op.f("ix_default_assignment_contract_id"), "default_assignment", ["contract_id", "turn"])
    protect(
        "default_assignment",
        [
            (
                "authority",
                "SELECT",
                "authority_id = app_authority()"
                " AND app_role() IN ('procurement_officer', 'case_officer', 'coordinator', 'system')",
            ),
            (
                "officer_adds",
                "INSERT",
                f"authority_id = app_authority() AND app_role() IN ('case_officer', 'system') AND {OF_THE_SYSTEM}",
            ),
        ],
    )
    op.execute(PUBLIC_TURNS)
    op.execute(f"GRANT SELECT ON public_turn TO {app_role()}")
    _round_states(ROUND_STATES)
    # The round points at the turn and not the other way: the protocol of turns is read by those who see no persons.
    op.add_column("choice_round", sa.Column("default_assignment_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_choice_round_default_assignment_id"),
        "choice_round",
        "default_assignment",
        ["default_assignment_id", "authority_id"],
        ["id", "authority_id"],
    )
    op.create_unique_constraint(
        op.f("uq_choice_round_default_assignment_id"), "choice_round", ["default_assignment_id"]
    )
    op.create_check_constraint(
        op.f("ck_choice_round_assigned_by_a_turn"),
        "choice_round",
        "(state = 'assigned') = (default_assignment_id IS NOT NULL)",
    )


def stop_assigning() -> None:
    """Rounds that were decided by default become closed ones: the older program knows no other end without choice."""
    op.drop_constraint("ck_choice_round_assigned_by_a_turn", "choice_round")
    op.execute("UPDATE choice_round SET state = 'closed' WHERE state = 'assigned'")
    op.drop_column("choice_round", "default_assignment_id")
    _round_states("('open', 'chosen', 'closed')")
    op.execute("DROP VIEW public_turn")
    op.drop_table("default_assignment")
    op.execute("DROP FUNCTION keep_default_assignment")


def _round_states(states: str) -> None:
    op.execute("ALTER TABLE choice_round DROP CONSTRAINT ck_choice_round_state")
    op.execute(f"ALTER TABLE choice_round ADD CONSTRAINT ck_choice_round_state CHECK (state IN {states})")
