"""Tables: invoices, and what the indicators count."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "indicator_run",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_indicator_run_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_indicator_run")),
    )
    op.create_table(
        "invoice_counter",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_invoice_counter_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_invoice_counter")),
    )
    op.create_table(
        "supplier_indicator",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.CheckConstraint("denominator > 0 AND numerator >= 0", name=op.f("ck_supplier_indicator_counts")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_supplier_indicator_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "month", "indicator", name=op.f("pk_supplier_indicator")),
    )
    op.create_table(
        "capacity_day",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("free_within_14_days", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed + held + booked <= seats", name=op.f("ck_capacity_day_uses_fit_the_seats")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_capacity_day_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_capacity_day_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["kommun_code"], ["kommun.code"], name=op.f("fk_capacity_day_kommun_code")),
        sa.ForeignKeyConstraint(["ssyk"], ["trade.ssyk"], name=op.f("fk_capacity_day_ssyk")),
        sa.PrimaryKeyConstraint(
            "authority_id", "day", "enterprise_id", "kommun_code", "ssyk", name=op.f("pk_capacity_day")
        ),
    )
    op.create_index("ix_capacity_day_enterprise", "capacity_day", ["enterprise_id", "day"], unique=False)
    op.create_table(
        "choice_cell",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "woman", "man", "other", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "step",
            sa.Enum(
                "shown",
                "chosen",
                "started",
                "completed",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("kommun_code", sa.Text(), nullable=False),
        sa.Column("dominance", sa.Text(), nullable=False),
        sa.Column("ssyk", sa.Text(), nullable=False),
        sa.Column("choices", sa.Integer(), nullable=True),
        sa.CheckConstraint("choices >= 5", name=op.f("ck_choice_cell_no_small_cell")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_choice_cell_authority_id")
        ),
        sa.PrimaryKeyConstraint(
            "authority_id",
            "year",
            "sex",
            "step",
            "kommun_code",
            "dominance",
            "ssyk",
            name=op.f("pk_choice_cell"),
        ),
    )
    op.create_table(
        "choice_segregation",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "shown",
                "chosen",
                "started",
                "completed",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("women", sa.Integer(), nullable=False),
        sa.Column("men", sa.Integer(), nullable=False),
        sa.Column("d", sa.Float(), nullable=False),
        sa.Column("km", sa.Float(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("adjusted", sa.Float(), nullable=False),
        sa.Column("chance_low", sa.Float(), nullable=False),
        sa.Column("chance_high", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_choice_segregation_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", "year", "step", name=op.f("pk_choice_segregation")),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "sent",
                "attested",
                "disputed",
                "paid",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("ocr", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("net_ore", sa.Integer(), nullable=False),
        sa.Column("vat_ore", sa.Integer(), nullable=False),
        sa.Column("rounding_ore", sa.Integer(), nullable=False),
        sa.Column("payable_ore", sa.Integer(), nullable=False),
        sa.Column("unpriced_sv", sa.Text(), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attested_on", sa.Date(), nullable=True),
        sa.Column("attested_by", sa.Text(), nullable=False),
        sa.Column("dispute_reason_sv", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'approved') OR (number IS NOT NULL AND issued_on IS NOT NULL AND due_on IS NOT NULL AND xml <> '' AND html <> '' AND sha256 <> '')",
            name=op.f("ck_invoice_sent_is_complete"),
        ),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_invoice_month_is_a_first")),
        sa.CheckConstraint("payable_ore = net_ore + vat_ore + rounding_ore", name=op.f("ck_invoice_sums")),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_invoice_authority_id")),
        sa.ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_invoice_contract_parties",
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_invoice_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("contract_id", "month", name=op.f("uq_invoice_contract_id_month")),
        sa.UniqueConstraint("enterprise_id", "number", name=op.f("uq_invoice_enterprise_id_number")),
    )
    op.create_index("ix_invoice_authority_state", "invoice", ["authority_id", "state"], unique=False)
    op.create_index(op.f("ix_invoice_enterprise_id"), "invoice", ["enterprise_id"], unique=False)
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("name_sv", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=10, scale=4), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("price_ore", sa.Integer(), nullable=False),
        sa.Column("amount_ore", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("basis_sv", sa.Text(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_invoice_line_placement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_line_invoice_id_position")),
    )
    op.create_index(op.f("ix_invoice_line_placement_id"), "invoice_line", ["placement_id"], unique=False)
    op.create_index(
        "uq_invoice_line_fee_once",
        "invoice_line",
        ["placement_id", "component"],
        unique=True,
        postgresql_where=sa.text("component IN ('start_fee', 'report_fee', 'result_fee')"),
    )


def downgrade() -> None:
    op.drop_table("invoice_line")
    op.drop_table("invoice")
    op.drop_table("choice_segregation")
    op.drop_table("choice_cell")
    op.drop_table("capacity_day")
    op.drop_table("supplier_indicator")
    op.drop_table("invoice_counter")
    op.drop_table("indicator_run")
