"""Tables: participants, choice, placements, plans, attendance, reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("case_officer_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "woman", "man", "other", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("needs_sv", sa.Text(), nullable=False),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("birth_year BETWEEN 1900 AND 2100", name=op.f("ck_participant_birth_year")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_participant_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_officer_id"], ["user_account.id"], name=op.f("fk_participant_case_officer_id")
        ),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_participant_kommun_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_participant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_participant_id_authority_id")),
    )
    op.create_index(op.f("ix_participant_authority_id"), "participant", ["authority_id"], unique=False)
    op.create_index(op.f("ix_participant_case_officer_id"), "participant", ["case_officer_id"], unique=False)
    op.create_index(op.f("ix_participant_kommun_code"), "participant", ["kommun_code"], unique=False)
    op.create_index(op.f("ix_participant_unit_id"), "participant", ["unit_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("supplier", name="scope", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_consent_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_participant_id"), "consent", ["participant_id"], unique=False)
    op.create_index(
        "uq_consent_live",
        "consent",
        ["participant_id", "scope"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "participant_identity",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("number_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_participant_identity_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_participant_identity_participant_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant_identity")),
        sa.UniqueConstraint(
            "authority_id", "number_hash", name=op.f("uq_participant_identity_authority_id_number_hash")
        ),
    )
    op.create_table(
        "training_grant",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "placed",
                "concluded",
                "withdrawn",
                "lapsed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hours_per_week", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.Column("support_level", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("wished_trades", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.CheckConstraint("days_per_week BETWEEN 1 AND 5", name=op.f("ck_training_grant_days")),
        sa.CheckConstraint(
            "hours_per_week > 0 AND hours_per_week <= 40", name=op.f("ck_training_grant_hours")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_training_grant_days_in_order")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_training_grant_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_training_grant_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_grant")),
        sa.UniqueConstraint("id", "participant_id", name=op.f("uq_training_grant_id_participant_id")),
    )
    op.create_index(op.f("ix_training_grant_authority_id"), "training_grant", ["authority_id"], unique=False)
    op.create_index(
        op.f("ix_training_grant_participant_id"), "training_grant", ["participant_id"], unique=False
    )
    op.create_index(
        "uq_training_grant_live",
        "training_grant",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'placed')"),
    )
    op.create_table(
        "choice_round",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "chosen", "closed", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'chosen') = (chosen_on IS NOT NULL)", name=op.f("ck_choice_round_chosen_has_a_date")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_choice_round_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id", "participant_id"],
            ["training_grant.id", "training_grant.participant_id"],
            name="fk_choice_round_grant",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_choice_round_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_round")),
    )
    op.create_index(op.f("ix_choice_round_authority_id"), "choice_round", ["authority_id"], unique=False)
    op.create_index(op.f("ix_choice_round_grant_id"), "choice_round", ["grant_id"], unique=False)
    op.create_index(op.f("ix_choice_round_participant_id"), "choice_round", ["participant_id"], unique=False)
    op.create_index(
        "uq_choice_round_open",
        "choice_round",
        ["grant_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "shown_place",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("choice_round_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_seats", sa.Integer(), nullable=False),
        sa.Column("earliest_start", sa.Date(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_round_id"], ["choice_round.id"], name=op.f("fk_shown_place_choice_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_shown_place_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_shown_place_place_id")),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_shown_place_ssyk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_place")),
        sa.UniqueConstraint(
            "choice_round_id", "place_id", name=op.f("uq_shown_place_choice_round_id_place_id")
        ),
    )
    op.create_index(op.f("ix_shown_place_place_id"), "shown_place", ["place_id"], unique=False)
    op.create_index(
        "uq_shown_place_chosen",
        "shown_place",
        ["choice_round_id"],
        unique=True,
        postgresql_where=sa.text("is_chosen"),
    )
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("choice_round_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("seat_use_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "accepted",
                "running",
                "completed",
                "ended_early",
                "declined",
                "expired",
                "cancelled",
                "never_started",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("hours_per_week", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.Column("support_level", sa.Text(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "no_supervision",
                "needs_not_met",
                "hours",
                "other",
                name="decline_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state IN ('accepted', 'completed', 'ended_early', 'requested', 'running')) = (seat_use_id IS NOT NULL)",
            name=op.f("ck_placement_seat_while_holding"),
        ),
        sa.CheckConstraint("hours_per_week > 0 AND hours_per_week <= 40", name=op.f("ck_placement_hours")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_placement_days_in_order")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_placement_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["choice_round_id"], ["choice_round.id"], name=op.f("fk_placement_choice_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_placement_contract_parties",
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_placement_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id", "participant_id"],
            ["training_grant.id", "training_grant.participant_id"],
            name="fk_placement_grant",
        ),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_placement_kommun_code")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_placement_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "enterprise_id"],
            ["place.id", "place.enterprise_id"],
            name="fk_placement_place_owner",
        ),
        sa.ForeignKeyConstraint(
            ["seat_use_id", "seat_id", "place_id", "first_day", "last_day"],
            [
                "seat_use.id",
                "seat_use.seat_id",
                "seat_use.place_id",
                "seat_use.first_day",
                "seat_use.last_day",
            ],
            name="fk_placement_seat_use",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_placement_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("seat_use_id", name=op.f("uq_placement_seat_use_id")),
    )
    op.create_index(op.f("ix_placement_authority_id"), "placement", ["authority_id"], unique=False)
    op.create_index(op.f("ix_placement_choice_round_id"), "placement", ["choice_round_id"], unique=False)
    op.create_index(op.f("ix_placement_contract_id"), "placement", ["contract_id"], unique=False)
    op.create_index("ix_placement_enterprise_state", "placement", ["enterprise_id", "state"], unique=False)
    op.create_index(
        "ix_placement_participant", "placement", ["participant_id", "enterprise_id"], unique=False
    )
    op.create_index(op.f("ix_placement_place_id"), "placement", ["place_id"], unique=False)
    op.create_index(op.f("ix_placement_unit_id"), "placement", ["unit_id"], unique=False)
    op.create_index(
        "uq_placement_live",
        "placement",
        ["grant_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'accepted', 'running')"),
    )
    op.create_table(
        "activity_plan",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "proposed",
                "agreed",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hours_per_week", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.Column("tasks_sv", sa.Text(), nullable=False),
        sa.Column("goals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("adaptations_sv", sa.Text(), nullable=False),
        sa.Column("follow_up_dates", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("supervisor_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supervisor_name", sa.Text(), nullable=False),
        sa.Column("case_officer_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_officer_name", sa.Text(), nullable=False),
        sa.Column("participant_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("participant_witness", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'agreed' AND participant_agreed_at IS NOT NULL AND case_officer_agreed_at IS NOT NULL AND supervisor_agreed_at IS NOT NULL) OR state <> 'agreed'",
            name=op.f("ck_activity_plan_agreed_by_three"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_activity_plan_placement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_plan")),
        sa.UniqueConstraint("placement_id", "revision", name=op.f("uq_activity_plan_placement_id_revision")),
    )
    op.create_index(op.f("ix_activity_plan_placement_id"), "activity_plan", ["placement_id"], unique=False)
    op.create_index(
        "uq_activity_plan_current",
        "activity_plan",
        ["placement_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'proposed')"),
    )
    op.create_table(
        "attendance_day",
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("planned_hours", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("actual_hours", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "present",
                "ill",
                "leave",
                "other_valid",
                "invalid",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_reported_same_day", sa.Boolean(), nullable=False),
        sa.Column("is_invoiced", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'present') = (actual_hours > 0)", name=op.f("ck_attendance_day_present_has_hours")
        ),
        sa.CheckConstraint(
            "actual_hours >= 0 AND actual_hours <= 24", name=op.f("ck_attendance_day_actual_hours")
        ),
        sa.CheckConstraint(
            "planned_hours >= 0 AND planned_hours <= 24", name=op.f("ck_attendance_day_planned_hours")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_attendance_day_contract_id")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_attendance_day_placement_id")
        ),
        sa.PrimaryKeyConstraint("placement_id", "day", name=op.f("pk_attendance_day")),
    )
    op.create_index("ix_attendance_day_contract_day", "attendance_day", ["contract_id", "day"], unique=False)
    op.create_table(
        "final_report",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "filed",
                "received",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_sv", sa.Text(), nullable=False),
        sa.Column("reached_sv", sa.Text(), nullable=False),
        sa.Column("adaptations_sv", sa.Text(), nullable=False),
        sa.Column("recommended_sv", sa.Text(), nullable=False),
        sa.Column(
            "exit_reason",
            sa.Enum(
                "work",
                "studies",
                "job_seeking",
                "ordinary_programme",
                "rehabilitation",
                "illness",
                "parental_leave",
                "moved",
                "other",
                name="exit_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("next_step_sv", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state = 'draft' OR exit_reason IS NOT NULL", name=op.f("ck_final_report_filed_has_a_reason")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR filed_on IS NOT NULL", name=op.f("ck_final_report_filed_has_a_date")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_final_report_placement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_report")),
        sa.UniqueConstraint("placement_id", "revision", name=op.f("uq_final_report_placement_id_revision")),
    )
    op.create_index(op.f("ix_final_report_placement_id"), "final_report", ["placement_id"], unique=False)


def downgrade() -> None:
    op.drop_table("final_report")
    op.drop_table("attendance_day")
    op.drop_table("activity_plan")
    op.drop_table("placement")
    op.drop_table("shown_place")
    op.drop_table("choice_round")
    op.drop_table("training_grant")
    op.drop_table("participant_identity")
    op.drop_table("consent")
    op.drop_table("participant")
