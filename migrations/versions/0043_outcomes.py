"""Shares and means of a year, by sex, supplier, trade, kommun and unit, and what they are counted from.

Each view of what is counted is there twice. `visible_` has the reader's own rows. `counted_` is the night job's alone, of
the authority that it acts for: row security asks its questions row by row and hides from the planner how many rows
there are, which makes counting a year a hundred times slower.
"""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0043"
down_revision = "0042"

A = "authority_id = app_authority()"
READS = f"{A} AND app_role() IN ('strategist', 'coordinator', 'case_officer', 'system')"

VIEWS = {
    "placement": """
        SELECT p.id, p.authority_id, p.participant_id, person.sex, p.enterprise_id, place.ssyk, p.kommun_code, p.unit_id,
               p.support_level, p.state, p.requested_on, p.answer_due_on, p.answered_on, p.started_on, p.ended_on, p.is_moved,
               p.is_moved AND EXISTS (
                   SELECT FROM placement later WHERE later.moved_from_id = p.id AND later.enterprise_id = p.enterprise_id
                   AND later.state IN ('accepted', 'running', 'completed', 'ended_early')) AS goes_on_there,
               terms.plan_within, terms.report_within,
               (SELECT min(agreed_on) FROM activity_plan WHERE placement_id = p.id) AS agreed_on,
               (SELECT min(filed_on) FROM final_report WHERE placement_id = p.id) AS filed_on,
               (SELECT exit_reason FROM final_report
                WHERE placement_id = p.id AND state IN ('filed', 'received')) AS exit_reason
        FROM placement p
        JOIN participant person ON person.id = p.participant_id
        JOIN place ON place.id = p.place_id
        JOIN contract ON contract.id = p.contract_id
        JOIN terms_version terms ON terms.id = contract.terms_id
    """,
    "attendance": """
        SELECT contract.authority_id, d.placement_id, d.day, d.planned_hours, d.actual_hours, d.kind
        FROM attendance_day d JOIN contract ON contract.id = d.contract_id
    """,
    "follow_up": """
        SELECT p.authority_id, f.id, f.placement_id, f.kind, f.state, f.planned_on, f.held_on
        FROM follow_up f JOIN placement p ON p.id = f.placement_id
    """,
    "cost": """
        SELECT invoice.authority_id, line.placement_id, invoice.issued_on, line.amount_ore
        FROM invoice_line line JOIN invoice ON invoice.id = line.invoice_id
    """,
    "grant": """
        SELECT g.authority_id, g.id, g.participant_id, person.sex, person.kommun_code, person.unit_id, g.decided_on,
               (SELECT min(chosen_on) FROM choice_round
                WHERE participant_id = g.participant_id AND grant_id = g.id) AS chosen_on,
               (SELECT min(started_on) FROM placement WHERE grant_id = g.id) AS started_on
        FROM training_grant g JOIN participant person ON person.id = g.participant_id
    """,
    "choice": """
        SELECT r.authority_id, r.id AS round_id, r.opened_at, r.chosen_on, r.participant_id, person.sex,
               person.kommun_code, person.unit_id, person.case_officer_id, g.hours_per_week, s.enterprise_id, s.ssyk,
               s.shown_at, s.shortlisted_on, s.is_chosen, s.reserve_rank, p.started_on, p.ended_on, p.state, p.is_moved,
               (SELECT min(held_on) FROM study_visit v
                WHERE v.choice_round_id = r.id AND v.place_id = s.place_id) AS visited_on
        FROM choice_round r
        JOIN participant person ON person.id = r.participant_id
        JOIN training_grant g ON g.id = r.grant_id
        JOIN shown_place s ON s.choice_round_id = r.id
        LEFT JOIN placement p ON p.choice_round_id = r.id AND p.place_id = s.place_id
    """,
    "offer": """
        SELECT c.authority_id, c.day, c.kommun_code, c.ssyk, p.hours_per_week_min, p.hours_per_week_max
        FROM capacity_day c
        JOIN place p ON p.enterprise_id = c.enterprise_id AND p.kommun_code = c.kommun_code AND p.ssyk = c.ssyk
        WHERE c.free_within_14_days > 0
    """,
    "showing": """
        SELECT r.authority_id, r.participant_id, r.grant_id, s.place_id, s.shown_at
        FROM choice_round r JOIN shown_place s ON s.choice_round_id = r.id
    """,
}


def upgrade() -> None:
    op.create_table(
        "measure_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column(
            "by",
            sa.Enum(
                "all",
                "sex",
                "supplier",
                "trade",
                "kommun",
                "unit",
                name="by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(numerator IS NULL) = (denominator IS NULL)", name=op.f("ck_measure_cell_hidden_whole")
        ),
        sa.CheckConstraint("denominator >= 5", name=op.f("ck_measure_cell_no_small_cell")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_measure_cell_authority_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "year", "indicator", "by", "key", name=op.f("pk_measure_cell")
        ),
    )
    protect(
        "measure_cell", [("readers", "SELECT", READS), ("system", "ALL", f"app_role() = 'system' AND {A}")]
    )
    op.drop_table("cost_cell")  # what placements cost is a measure too
    for name, rows in VIEWS.items():
        op.execute(f"CREATE VIEW visible_{name} WITH (security_invoker = true) AS {rows}")
        own = "WHERE app_role() = 'system' AND authority_id = app_authority()"
        op.execute(f"CREATE VIEW counted_{name} AS SELECT every.* FROM ({rows}) AS every {own}")  # noqa: S608
        op.execute(f"GRANT SELECT ON visible_{name}, counted_{name} TO {app_role()}")


def downgrade() -> None:
    for name in VIEWS:
        op.execute(f"DROP VIEW counted_{name}, visible_{name}")
    op.drop_table("measure_cell")
    op.create_table(
        "cost_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "woman", "man", "other", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("placements", sa.Integer(), nullable=True),
        sa.Column("cost_ore", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("placements >= 5", name=op.f("ck_cost_cell_no_small_cell")),
        sa.CheckConstraint(
            "(placements IS NULL) = (cost_ore IS NULL)", name=op.f("ck_cost_cell_hidden_whole")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_cost_cell_authority_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "year", "sex", "enterprise_id", "kommun_code", name=op.f("pk_cost_cell")
        ),
    )
    readers = f"{A} AND app_role() IN ('strategist', 'coordinator', 'system')"
    protect(
        "cost_cell", [("readers", "SELECT", readers), ("system", "ALL", f"app_role() = 'system' AND {A}")]
    )
