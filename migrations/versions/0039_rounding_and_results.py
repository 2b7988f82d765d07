"""A contract may say that its invoices are paid in whole kronor (öresavrundning), and a result fee is earned by work or studies
that somebody has verified."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import add_policy

revision = "0039"
down_revision = "0038"

TABLES = ("contract", "contract_edition")

# As 0013 has it, with the rounding.
AS_SIGNED = """
CREATE OR REPLACE FUNCTION keep_contract_as_signed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    contract_number integer := (to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'contract' THEN 'id' ELSE 'contract_id' END);
    c contract;
    e contract_edition;
    agreed contract_edition;
BEGIN
    SELECT * INTO c FROM contract WHERE id = contract_number;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO e FROM contract_edition WHERE id = c.edition_id;
    SELECT * INTO agreed FROM contract_edition
        WHERE contract_id = c.id AND (state = 'signed' OR id = c.edition_id) ORDER BY number DESC LIMIT 1;
    IF e.id IS NULL
            OR e.state <> (CASE c.state WHEN 'awaiting_signature' THEN 'proposed' WHEN 'withdrawn' THEN 'withdrawn'
                           ELSE 'signed' END)
            OR (e.number = 1 AND e.from_day <> c.starts_on)
            OR c.ends_on IS DISTINCT FROM agreed.ends_on
            OR ({contract}) IS DISTINCT FROM ({edition})
    THEN
        PERFORM refuse('contract_as_signed');
    END IF;
    RETURN NULL;
END $$;
"""
RESULT_IS_WHOLE = (
    "(result_began_on IS NULL) = (result_verified_on IS NULL) AND (result_began_on IS NULL) = (result_evidence_sv = '')"
    " AND coalesce(result_began_on <= result_verified_on, true)"
)
FACTS_BEFORE = (
    "terms_id",
    "vat_category",
    "vat_exemption_reason_sv",
    "buyer_reference",
    "payment_days",
    "capacity_cap",
)


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("is_rounded", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.alter_column(table, "is_rounded", server_default=None)
    _hold_as_signed((*FACTS_BEFORE, "is_rounded"))
    op.create_check_constraint(
        op.f("ck_invoice_rounding"),
        "invoice",
        "rounding_ore = 0 OR (abs(rounding_ore) <= 50 AND payable_ore % 100 = 0)",
    )
    op.add_column("outcome", sa.Column("result_began_on", sa.Date(), nullable=True))
    op.add_column("outcome", sa.Column("result_verified_on", sa.Date(), nullable=True))
    op.add_column(
        "outcome", sa.Column("result_evidence_sv", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.alter_column("outcome", "result_evidence_sv", server_default=None)
    op.create_check_constraint(op.f("ck_outcome_result_is_whole"), "outcome", RESULT_IS_WHOLE)
    # A supplier's own run is to earn what the authority's would.
    add_policy(
        "outcome",
        "suppliers_run",
        "SELECT",
        "app_role() = 'system' AND EXISTS (SELECT FROM placement pl"
        " WHERE pl.id = placement_id AND pl.enterprise_id = app_enterprise())",
    )


def downgrade() -> None:
    op.execute("DROP POLICY suppliers_run ON outcome")
    op.drop_constraint(op.f("ck_outcome_result_is_whole"), "outcome")
    for name in ("result_began_on", "result_verified_on", "result_evidence_sv"):
        op.drop_column("outcome", name)
    op.drop_constraint(op.f("ck_invoice_rounding"), "invoice")
    _hold_as_signed(FACTS_BEFORE)
    for table in TABLES:
        op.drop_column(table, "is_rounded")


def _hold_as_signed(facts: tuple[str, ...]) -> None:
    sides = {
        side: ", ".join(f"{row}.{name}" for name in facts)
        for side, row in (("contract", "c"), ("edition", "e"))
    }
    op.execute(AS_SIGNED.format(**sides))
