"""Tables: suppliers, their applications and contracts, sites, places and seats."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "enterprise_profile",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("about_sv", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("bankgiro", sa.Text(), nullable=True),
        sa.Column("has_f_tax", sa.Boolean(), nullable=False),
        sa.Column("is_vat_registered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_enterprise_profile_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_enterprise_profile")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("accessibility_sv", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["organisation.id"], name=op.f("fk_site_enterprise_id")),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_site_kommun_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("id", "enterprise_id", name=op.f("uq_site_id_enterprise_id")),
    )
    op.create_index(op.f("ix_site_enterprise_id"), "site", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_site_kommun_code"), "site", ["kommun_code"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tasks_sv", sa.Text(), nullable=False),
        sa.Column("hours_per_week_min", sa.Integer(), nullable=False),
        sa.Column("hours_per_week_max", sa.Integer(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("adaptations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "paused",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("order_key", sa.Integer(), sa.Computed("hashint4(id)", persisted=True), nullable=False),
        sa.CheckConstraint(
            "hours_per_week_max BETWEEN hours_per_week_min AND 40", name=op.f("ck_place_hours_in_order")
        ),
        sa.CheckConstraint("hours_per_week_min > 0", name=op.f("ck_place_hours_positive")),
        sa.CheckConstraint("lead_time_days BETWEEN 0 AND 180", name=op.f("ck_place_lead_time")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["organisation.id"], name=op.f("fk_place_enterprise_id")),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_place_kommun_code")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_place_site_id")),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_place_ssyk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("id", "enterprise_id", name=op.f("uq_place_id_enterprise_id")),
    )
    op.create_index(op.f("ix_place_enterprise_id"), "place", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_place_order_key"), "place", ["order_key"], unique=False)
    op.create_index(
        "ix_place_published",
        "place",
        ["kommun_code", "ssyk"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(op.f("ix_place_site_id"), "place", ["site_id"], unique=False)
    op.create_index(op.f("ix_place_ssyk"), "place", ["ssyk"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "completion_requested",
                "approved",
                "rejected",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_sv", sa.Text(), nullable=False),
        sa.Column("diary_number", sa.Text(), nullable=True),
        sa.Column("completion_request_sv", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR (decided_on IS NOT NULL AND decision_sv <> '')",
            name=op.f("ck_application_decision_in_writing"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_application_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_application_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system_of_choice.id"], name=op.f("fk_application_system_id")
        ),
        sa.ForeignKeyConstraint(["terms_id"], ["terms_version.id"], name=op.f("fk_application_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_authority_id"), "application", ["authority_id"], unique=False)
    op.create_index(op.f("ix_application_enterprise_id"), "application", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_application_system_id"), "application", ["system_id"], unique=False)
    op.create_index(
        "uq_application_live",
        "application",
        ["enterprise_id", "system_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'completion_requested')"),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_seat_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("id", "place_id", name=op.f("uq_seat_id_place_id")),
        sa.UniqueConstraint("place_id", "number", name=op.f("uq_seat_place_id_number")),
    )
    op.create_table(
        "application_answer",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("answer_sv", sa.Text(), nullable=False),
        sa.Column("is_declared", sa.Boolean(), nullable=False),
        sa.Column(
            "judgement",
            sa.Enum("met", "not_met", name="judgement", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("judgement_reason_sv", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_answer_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_application_answer_requirement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_answer")),
        sa.UniqueConstraint(
            "application_id",
            "requirement_id",
            name=op.f("uq_application_answer_application_id_requirement_id"),
        ),
    )
    op.create_index(
        op.f("ix_application_answer_application_id"), "application_answer", ["application_id"], unique=False
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "awaiting_signature",
                "active",
                "suspended",
                "ended",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "vat_category",
            sa.Enum("E", "S", name="vat_category", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("vat_exemption_reason_sv", sa.Text(), nullable=False),
        sa.Column("buyer_reference", sa.Text(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("authority_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority_signed_by", sa.Text(), nullable=False),
        sa.Column("enterprise_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enterprise_signed_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state = 'awaiting_signature' OR (authority_signed_at IS NOT NULL AND enterprise_signed_at IS NOT NULL)",
            name=op.f("ck_contract_active_when_signed"),
        ),
        sa.CheckConstraint(
            "vat_category = 'S' OR vat_exemption_reason_sv <> ''",
            name=op.f("ck_contract_exemption_has_a_reason"),
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_contract_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_contract_application_id")
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_contract_authority_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_contract_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system_of_choice.id"], name=op.f("fk_contract_system_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms_version.id"], name=op.f("fk_contract_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("application_id", name=op.f("uq_contract_application_id")),
        sa.UniqueConstraint(
            "id", "authority_id", "enterprise_id", name=op.f("uq_contract_id_authority_id_enterprise_id")
        ),
    )
    op.create_index(op.f("ix_contract_authority_id"), "contract", ["authority_id"], unique=False)
    op.create_index(op.f("ix_contract_enterprise_id"), "contract", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_contract_system_id"), "contract", ["system_id"], unique=False)
    op.create_index(
        "uq_contract_live",
        "contract",
        ["enterprise_id", "system_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "seat_use",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "request",
                "placement",
                "closure",
                "retired",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (
                sa.text(
                    "box(point(seat_id, first_day - DATE '2000-01-01'), point(seat_id, last_day - DATE '2000-01-01'))"
                ),
                "&&",
            ),
            using="gist",
            name="ex_seat_use_one_a_day",
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_seat_use_days_in_order")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_seat_use_place_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_seat_use_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_use")),
        sa.UniqueConstraint(
            "id",
            "seat_id",
            "place_id",
            "first_day",
            "last_day",
            name=op.f("uq_seat_use_id_seat_id_place_id_first_day_last_day"),
        ),
    )
    op.create_index("ix_seat_use_place_days", "seat_use", ["place_id", "first_day", "last_day"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("seat_use_id", sa.Integer(), nullable=False),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_closure_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_closure_place_id")),
        sa.ForeignKeyConstraint(["seat_use_id"], ["seat_use.id"], name=op.f("fk_closure_seat_use_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("seat_use_id", name=op.f("uq_closure_seat_use_id")),
    )
    op.create_index(op.f("ix_closure_enterprise_id"), "closure", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_closure_place_id"), "closure", ["place_id"], unique=False)


def downgrade() -> None:
    op.drop_table("closure")
    op.drop_table("seat_use")
    op.drop_table("contract")
    op.drop_table("application_answer")
    op.drop_table("seat")
    op.drop_table("application")
    op.drop_table("place")
    op.drop_table("site")
    op.drop_table("enterprise_profile")
