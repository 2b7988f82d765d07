"""One examines an invoice and another attests it within a limit; lines are disputed and answered; payments come out of
the bank's file; letters about invoices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0035"
down_revision = "0034"

STATES = ("draft", "approved", "sent", "attested", "disputed", "paid", "credited")
LETTERS = (
    "decision contract application system placement reminder choice visit waiting_list plan attendance follow_up report"
    " my_work"
).split()
PROBLEMS = ("unknown", "not_attested", "credited", "double", "partial", "over")
FOUR_EYES = "attested_by_id IS NULL OR (examined_by_id IS NOT NULL AND examined_by_id <> attested_by_id)"

A = "authority_id = app_authority()"
E = "enterprise_id = app_enterprise()"
INVOICE_SEEN = "EXISTS (SELECT FROM invoice i WHERE i.id = invoice_id)"
DISPUTE_SEEN = "EXISTS (SELECT FROM dispute d WHERE d.id = dispute_id)"
BUYER = "app_role() IN ('controller', 'system')"

# A dispute had one reason for the whole invoice, and was over when the invoice was attested.
DISPUTES_BEFORE = """
    INSERT INTO dispute (invoice_id, made_at, made_by, answer_by, outcome, answer_sv, ended_at, ended_by)
    SELECT i.id, coalesce(e.at, i.sent_at), coalesce(e.user_name, ''), coalesce(e.at, i.sent_at)::date + 14,
           CASE WHEN i.state <> 'disputed' THEN 'withdrawn' END, '',
           CASE WHEN i.state <> 'disputed' THEN coalesce(i.attested_on, i.due_on)::timestamptz END, i.attested_by
    FROM invoice i LEFT JOIN LATERAL (
        SELECT at, user_name FROM event WHERE object_type = 'invoice' AND object_id = i.id AND action = 'dispute'
        ORDER BY id DESC LIMIT 1) e ON true
    WHERE i.dispute_reason_sv <> '';
    INSERT INTO disputed_line (dispute_id, line_id, reason_sv)
    SELECT d.id, l.id, i.dispute_reason_sv
    FROM dispute d JOIN invoice i ON i.id = d.invoice_id JOIN invoice_line l ON l.invoice_id = i.id
"""
REASONS_AFTER = """
    UPDATE invoice i SET dispute_reason_sv = (
        SELECT string_agg(DISTINCT l.reason_sv, ' ') FROM dispute d JOIN disputed_line l ON l.dispute_id = d.id
        WHERE d.invoice_id = i.id)
    WHERE EXISTS (SELECT FROM dispute d WHERE d.invoice_id = i.id)
"""


def upgrade() -> None:
    _states((*STATES, "examined", "settled"))
    _letters((*LETTERS, "invoice"))
    for name in ("examined_on", "payment_sent_on", "reminded_on"):
        op.add_column("invoice", sa.Column(name, sa.Date(), nullable=True))
    for name in ("examined_by_id", "attested_by_id"):
        op.add_column("invoice", sa.Column(name, sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(f"fk_invoice_{name}"), "invoice", "user_account", [name], ["id"])
    _add_text("invoice", "examined_by")
    op.create_check_constraint(op.f("ck_invoice_four_eyes"), "invoice", FOUR_EYES)
    _limits()
    _disputes()
    op.execute(DISPUTES_BEFORE)
    op.drop_column("invoice", "dispute_reason_sv")
    _payments()


def _states(states: Sequence[str]) -> None:
    _one_of("invoice", "state", states)


def _letters(kinds: Sequence[str]) -> None:
    for table in ("letter", "letter_preference"):
        _one_of(table, "kind", kinds)


def _one_of(table: str, column: str, values: Sequence[str]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN {tuple(values)}")


def _add_text(table: str, name: str) -> None:
    op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.alter_column(table, name, server_default=None)


def _limits() -> None:
    op.create_table(
        "attest_limit",
        sa.Column("membership_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("limit_ore", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("limit_ore > 0", name=op.f("ck_attest_limit_limit")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_attest_limit_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_attest_limit_authority_id")
        ),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_attest_limit")),
    )
    op.create_index(op.f("ix_attest_limit_authority_id"), "attest_limit", ["authority_id"])
    # Whoever attests does not say how much.
    protect(
        "attest_limit",
        [
            ("authority", "SELECT", f"{A} AND app_role() IN ('controller', 'procurement_officer', 'system')"),
            ("authority_sets", "ALL", f"{A} AND app_role() IN ('procurement_officer', 'system')"),
        ],
    )


def _disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("outcome", _enum("outcome", "kept", "credited", "withdrawn"), nullable=True),
        sa.Column("answer_sv", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS DISTINCT FROM 'kept' OR answer_sv <> '')",
            name=op.f("ck_dispute_ended_in_words"),
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_dispute_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_invoice_id"), "dispute", ["invoice_id"])
    op.create_index(
        "uq_dispute_open",
        "dispute",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    protect(
        "dispute",
        [
            ("with_invoice", "SELECT", INVOICE_SEEN),
            ("buyer_makes", "INSERT", f"{BUYER} AND {INVOICE_SEEN}"),
            ("parties_end", "UPDATE", INVOICE_SEEN),
        ],
    )
    op.create_table(
        "disputed_line",
        sa.Column("dispute_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("suggested_quantity", sa.Numeric(10, 4), nullable=True),
        sa.Column("suggested_ore", sa.Integer(), nullable=True),
        sa.CheckConstraint("reason_sv <> ''", name=op.f("ck_disputed_line_reason")),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_disputed_line_dispute_id")),
        sa.ForeignKeyConstraint(["line_id"], ["invoice_line.id"], name=op.f("fk_disputed_line_line_id")),
        sa.PrimaryKeyConstraint("dispute_id", "line_id", name=op.f("pk_disputed_line")),
    )
    op.create_index(op.f("ix_disputed_line_line_id"), "disputed_line", ["line_id"])
    protect(
        "disputed_line",
        [
            ("with_dispute", "SELECT", DISPUTE_SEEN),
            ("buyer_makes", "INSERT", f"{BUYER} AND {DISPUTE_SEEN}"),
        ],
    )


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("ocr", sa.Text(), nullable=False),
        sa.Column("amount_ore", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("problem", _enum("problem", *PROBLEMS), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("mended_on", sa.Date(), nullable=True),
        sa.Column("mended_by", sa.Text(), nullable=False),
        sa.Column("note_sv", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_ore > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint(
            "invoice_id IS NOT NULL OR problem IS NOT NULL", name=op.f("ck_payment_matched_or_listed")
        ),
        sa.CheckConstraint(
            "mended_on IS NULL OR (problem IS NOT NULL AND mended_by <> ''"
            " AND (invoice_id IS NOT NULL OR note_sv <> ''))",
            name=op.f("ck_payment_mended_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_payment_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("enterprise_id", "bank_id", name=op.f("uq_payment_enterprise_id_bank_id")),
    )
    op.create_index("ix_payment_invoice", "payment", ["invoice_id"])
    op.create_index(
        "ix_payment_to_mend",
        "payment",
        ["enterprise_id"],
        postgresql_where=sa.text("problem IS NOT NULL AND mended_on IS NULL"),
    )
    protect("payment", [("enterprise", "ALL", f"{E} AND app_role() IN ('supplier_manager', 'system')")])


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    """What was examined is sent again; a credit note that was set off counts as paid; payments are lost, not that
    invoices are paid."""
    op.drop_table("payment")
    _add_text("invoice", "dispute_reason_sv")
    op.execute(REASONS_AFTER)
    op.drop_table("disputed_line")
    op.drop_table("dispute")
    op.drop_table("attest_limit")
    op.drop_constraint(op.f("ck_invoice_four_eyes"), "invoice", type_="check")
    for name in (
        "examined_on",
        "examined_by_id",
        "examined_by",
        "attested_by_id",
        "payment_sent_on",
        "reminded_on",
    ):
        op.drop_column("invoice", name)
    op.execute("UPDATE invoice SET state = 'sent' WHERE state = 'examined'")
    op.execute("UPDATE invoice SET state = 'paid' WHERE state = 'settled'")
    _states(STATES)
    op.execute("DELETE FROM letter_delivery d USING letter l WHERE l.id = d.letter_id AND l.kind = 'invoice'")
    for table in ("letter", "letter_preference"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'invoice'")  # noqa: S608 - names of ours
    _letters(LETTERS)
