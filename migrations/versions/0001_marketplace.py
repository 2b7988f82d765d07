"""Tables: the ground: organisations, users, reference data, procurement, events, outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "kommun",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{4}$'", name=op.f("ck_kommun_code_digits")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kommun")),
    )
    op.create_table(
        "occupation_field",
        sa.Column("concept_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("concept_id", name=op.f("pk_occupation_field")),
        sa.UniqueConstraint("name", name=op.f("uq_occupation_field_name")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "authority",
                "member",
                "enterprise",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("orgnr", sa.Text(), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("kommun_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'member') = (authority_id IS NOT NULL)",
            name=op.f("ck_organisation_member_of_an_authority"),
        ),
        sa.CheckConstraint("orgnr ~ '^[0-9]{10}$'", name=op.f("ck_organisation_orgnr_digits")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_organisation_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index(
        "uq_organisation_orgnr",
        "organisation",
        ["orgnr"],
        unique=True,
        postgresql_where=sa.text("kind <> 'member'"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("about_person", sa.Boolean(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("note_sv", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("organisation_name", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_event_authority_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["organisation.id"], name=op.f("fk_event_enterprise_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_event_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_object", "event", ["object_type", "object_id", "id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "procurement_officer",
                "coordinator",
                "strategist",
                "controller",
                "case_officer",
                "supplier_manager",
                "supervisor",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("kommun_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "user_id", "organisation_id", "role", name=op.f("uq_membership_user_id_organisation_id_role")
        ),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_outbox_authority_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["organisation.id"], name=op.f("fk_outbox_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_unprocessed",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.create_table(
        "system_of_choice",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service_sv", sa.Text(), nullable=False),
        sa.Column(
            "regime",
            sa.Enum(
                "lov",
                "lou_framework",
                "reserved_contract",
                name="regime",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("kommun_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_system_of_choice_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_of_choice")),
    )
    op.create_index(
        op.f("ix_system_of_choice_authority_id"), "system_of_choice", ["authority_id"], unique=False
    )
    op.create_table(
        "trade",
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plain_name", sa.Text(), nullable=False),
        sa.Column("field_id", sa.Text(), nullable=False),
        sa.Column("women", sa.Integer(), nullable=False),
        sa.Column("men", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.CheckConstraint("ssyk ~ '^[0-9]{4}$'", name=op.f("ck_trade_ssyk_digits")),
        sa.CheckConstraint(
            "women >= 0 AND men >= 0 AND women + men > 0", name=op.f("ck_trade_someone_employed")
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["occupation_field.concept_id"], name=op.f("fk_trade_field_id")
        ),
        sa.PrimaryKeyConstraint("ssyk", name=op.f("pk_trade")),
    )
    op.create_index(op.f("ix_trade_field_id"), "trade", ["field_id"], unique=False)
    op.create_table(
        "terms_version",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("contract_text_sv", sa.Text(), nullable=False),
        sa.Column("start_within_days", sa.Integer(), nullable=False),
        sa.Column("answer_within", sa.Integer(), nullable=False),
        sa.Column("plan_within", sa.Integer(), nullable=False),
        sa.Column("report_within", sa.Integer(), nullable=False),
        sa.Column("decision_within", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_terms_version_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system_of_choice.id"], name=op.f("fk_terms_version_system_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_version")),
        sa.UniqueConstraint("system_id", "version", name=op.f("uq_terms_version_system_id_version")),
    )
    op.create_index(op.f("ix_terms_version_authority_id"), "terms_version", ["authority_id"], unique=False)
    op.create_index(op.f("ix_terms_version_system_id"), "terms_version", ["system_id"], unique=False)
    op.create_index(
        "uq_terms_version_published",
        "terms_version",
        ["system_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "price_row",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("support_level", sa.Text(), nullable=True),
        sa.Column("day_part", sa.Text(), nullable=True),
        sa.Column("amount_ore", sa.Integer(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("amount_ore >= 0", name=op.f("ck_price_row_amount_not_negative")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms_version.id"], name=op.f("fk_price_row_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_row")),
        sa.UniqueConstraint("terms_id", "position", name=op.f("uq_price_row_terms_id_position")),
    )
    op.create_index(op.f("ix_price_row_terms_id"), "price_row", ["terms_id"], unique=False)
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column(
            "proof",
            sa.Enum(
                "answer", "declaration", name="proof", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["terms_id"], ["terms_version.id"], name=op.f("fk_requirement_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("terms_id", "position", name=op.f("uq_requirement_terms_id_position")),
    )
    op.create_index(op.f("ix_requirement_terms_id"), "requirement", ["terms_id"], unique=False)


def downgrade() -> None:
    op.drop_table("requirement")
    op.drop_table("price_row")
    op.drop_table("terms_version")
    op.drop_table("trade")
    op.drop_table("system_of_choice")
    op.drop_table("outbox")
    op.drop_table("membership")
    op.drop_table("event")
    op.drop_table("user_account")
    op.drop_table("organisation")
    op.drop_table("occupation_field")
    op.drop_table("kommun")
