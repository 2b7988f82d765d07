"""Reading copies that are kept and hashed, and how far the handing over of each invoice has come."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0034"
down_revision = "0033"

A = "authority_id = app_authority()"
E = "enterprise_id = app_enterprise()"
SYSTEM = "app_role() = 'system'"
WITH_INVOICE = "EXISTS (SELECT FROM invoice i WHERE i.id = invoice_id)"
HASH = "encode(sha256({}), 'hex')"

SENT_BEFORE = (
    "state IN ('draft', 'approved') OR (number IS NOT NULL AND issued_on IS NOT NULL AND due_on IS NOT NULL"
    " AND xml <> '' AND html <> '' AND sha256 <> '')"
)
IS_CREDIT_NOTE = "(credits_id IS NOT NULL OR payable_ore < 0)"
SENT = (
    "state IN ('draft', 'approved') OR (number IS NOT NULL AND issued_on IS NOT NULL"
    f" AND (due_on IS NOT NULL OR {IS_CREDIT_NOTE}) AND xml <> '' AND html <> '' AND sha256 <> '')"
)

KEEP_DELIVERED = """
CREATE FUNCTION keep_delivered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'delivered' THEN
        PERFORM refuse('frozen_delivery');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON delivery FOR EACH ROW EXECUTE FUNCTION keep_delivered();
"""


def upgrade() -> None:
    _invoices(SENT)
    op.add_column("invoice", sa.Column("sha256_html", sa.Text(), nullable=False, server_default=""))
    of_html = HASH.format("convert_to(html, 'UTF8')")
    op.execute(f"UPDATE invoice SET sha256_html = {of_html} WHERE html <> ''")  # noqa: S608 - our own words
    op.create_check_constraint(
        op.f("ck_invoice_html_hash"), "invoice", f"html = '' OR sha256_html = {of_html}"
    )
    op.create_table(
        "invoice_paper",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint(f"sha256 = {HASH.format('pdf')}", name=op.f("ck_invoice_paper_hash")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_paper_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_invoice_paper")),
    )
    protect(
        "invoice_paper",
        [("with_invoice", "SELECT", WITH_INVOICE), ("system", "INSERT", f"{SYSTEM} AND {WITH_INVOICE}")],
    )
    op.execute(f"REVOKE UPDATE, DELETE ON invoice_paper FROM {app_role()}")
    op.create_table(
        "delivery",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem_sv", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name=op.f("ck_delivery_state")),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_delivery_delivered_is_dated")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (next_attempt_at IS NOT NULL)", name=op.f("ck_delivery_waiting_is_due")
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_delivery_authority_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_delivery_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_delivery_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_enterprise_id"), "delivery", ["enterprise_id"])
    op.create_index(
        "ix_delivery_due", "delivery", ["next_attempt_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    protect(
        "delivery",
        [
            ("supplier", "SELECT", f"{E} AND app_role() = 'supplier_manager'"),
            ("retry", "UPDATE", f"{E} AND app_role() = 'supplier_manager'"),
            ("buyer", "SELECT", f"{A} AND app_role() = 'controller'"),
            ("system", "ALL", f"{SYSTEM} AND ({A} OR {E})"),
        ],
    )
    op.execute(KEEP_DELIVERED)


def _invoices(sent: str) -> None:
    op.drop_constraint(op.f("ck_invoice_sent_is_complete"), "invoice", type_="check")
    op.create_check_constraint(op.f("ck_invoice_sent_is_complete"), "invoice", sent)


def downgrade() -> None:
    """Refused where credit notes have been sent: they have no due day."""
    op.drop_table("delivery")
    op.execute("DROP FUNCTION keep_delivered")
    op.drop_table("invoice_paper")
    op.drop_constraint(op.f("ck_invoice_html_hash"), "invoice", type_="check")
    op.drop_column("invoice", "sha256_html")
    _invoices(SENT_BEFORE)
