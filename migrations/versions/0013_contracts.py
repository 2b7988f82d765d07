"""Contracts: editions that both have signed, a cap on the seats in use, recurring checks."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0013"
down_revision = "0012"

PROCUREMENT = "app_role() IN ('procurement_officer', 'system')"
MANAGER = "app_role() IN ('supplier_manager', 'system')"
AUTHORITY = "authority_id = app_authority()"
ENTERPRISE = "enterprise_id = app_enterprise()"

SIGNATURES = (
    ("authority_signed_at", sa.DateTime(timezone=True), True),
    ("authority_signed_by", sa.Text(), False),
    ("enterprise_signed_at", sa.DateTime(timezone=True), True),
    ("enterprise_signed_by", sa.Text(), False),
)

# What has been agreed so far is each contract's first edition. Its text is composed of the facts, as when it was signed.
FIRST_EDITIONS = """
INSERT INTO contract_edition (
    contract_id, authority_id, enterprise_id, number, state, from_day, reason_sv, terms_id, ends_on, vat_category,
    vat_exemption_reason_sv, buyer_reference, payment_days, text_sha256, authority_signed_at, authority_signed_by,
    enterprise_signed_at, enterprise_signed_by, created_at)
SELECT id, authority_id, enterprise_id, 1, CASE state WHEN 'awaiting_signature' THEN 'proposed' ELSE 'signed' END,
    starts_on, '', terms_id, ends_on, vat_category,
    vat_exemption_reason_sv, buyer_reference, payment_days, text_sha256, authority_signed_at, authority_signed_by,
    enterprise_signed_at, enterprise_signed_by, coalesce(least(authority_signed_at, enterprise_signed_at), now())
FROM contract ORDER BY id
"""
IN_FORCE = "UPDATE contract SET edition_id = e.id FROM contract_edition e WHERE e.contract_id = contract.id"

# The way down keeps the edition in force and forgets the others.
BACK = """
UPDATE contract SET text_sha256 = e.text_sha256,
    authority_signed_at = e.authority_signed_at, authority_signed_by = e.authority_signed_by,
    enterprise_signed_at = e.enterprise_signed_at, enterprise_signed_by = e.enterprise_signed_by
FROM contract_edition e WHERE e.id = contract.edition_id
"""

FUNCTIONS = """
-- What is offered stays as it was offered: only signatures are added. What both have signed never changes again, nor
-- does what was taken back. The text may follow a new name while nobody's signature stands under it, and nobody signs
-- for the other party.
CREATE FUNCTION keep_edition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lasting text[] := ARRAY['state', 'text_sv', 'text_sha256',
        'authority_signed_at', 'authority_signed_by', 'authority_signed_id',
        'enterprise_signed_at', 'enterprise_signed_by', 'enterprise_signed_id'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'proposed' OR to_jsonb(NEW) - lasting <> to_jsonb(OLD) - lasting THEN
        PERFORM refuse('frozen_edition');
    END IF;
    IF NEW.text_sha256 <> OLD.text_sha256
            AND (NEW.authority_signed_at IS NOT NULL OR NEW.enterprise_signed_at IS NOT NULL) THEN
        PERFORM refuse('frozen_edition');
    END IF;
    IF NEW.authority_signed_at IS NOT NULL AND NEW.authority_signed_at IS DISTINCT FROM OLD.authority_signed_at
            AND app_role() = 'supplier_manager'
       OR NEW.enterprise_signed_at IS NOT NULL AND NEW.enterprise_signed_at IS DISTINCT FROM OLD.enterprise_signed_at
            AND app_role() = 'procurement_officer' THEN
        PERFORM refuse('own_signature');
    END IF;
    RETURN NEW;
END $$;

-- A contract says what its edition in force says, and lasts as long as was last agreed. Asked at the end of the
-- transaction, since a contract and its edition point at each other.
CREATE FUNCTION keep_contract_as_signed() RETURNS trigger
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
            OR (c.terms_id, c.vat_category, c.vat_exemption_reason_sv, c.buyer_reference, c.payment_days, c.capacity_cap)
               IS DISTINCT FROM
               (e.terms_id, e.vat_category, e.vat_exemption_reason_sv, e.buyer_reference, e.payment_days, e.capacity_cap)
    THEN
        PERFORM refuse('contract_as_signed');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION keep_shortened_contract() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM placement p WHERE p.contract_id = NEW.id
               AND p.state IN ('accepted', 'running') AND p.last_day > NEW.ends_on) THEN
        PERFORM refuse('contract_shortened');
    END IF;
    RETURN NEW;
END $$;

-- The most seats in use at once under the contract on any of the days, but for one placement. Nobody's but ours to ask.
CREATE FUNCTION contract_peak(contract integer, first_day date, last_day date, besides integer) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH live AS (
            SELECT p.first_day, p.last_day FROM placement p
            WHERE p.contract_id = $1 AND p.state IN ('requested', 'accepted', 'running')
              AND p.first_day <= $3 AND p.last_day >= $2 AND p.id IS DISTINCT FROM $4)
        SELECT coalesce(max((SELECT count(*) FROM live l WHERE d.day BETWEEN l.first_day AND l.last_day)), 0)
        FROM (SELECT greatest(live.first_day, $2) AS day FROM live) d
    $$;

-- Yes or no, and nothing of how many or whom.
CREATE FUNCTION has_room_under(contract integer, first_day date, last_day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT EXISTS (
            SELECT FROM contract c
            WHERE c.id = $1 AND (c.authority_id = app_authority() OR c.enterprise_id = app_enterprise())
              AND (c.capacity_cap IS NULL OR contract_peak(c.id, $2, $3, NULL) < c.capacity_cap))
    $$;

-- The placements that go on after a day, by number, for the procurement officer who is to end the contract.
CREATE FUNCTION contract_placements(contract integer, day date)
    RETURNS TABLE (id integer, state text, last_day date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT p.id, p.state::text, p.last_day FROM placement p
        WHERE p.contract_id = $1 AND p.state IN ('accepted', 'running') AND p.last_day > $2
          AND p.authority_id = app_authority() AND app_role() = 'procurement_officer'
        ORDER BY p.last_day, p.id
    $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON contract_edition FOR EACH ROW EXECUTE FUNCTION keep_edition();
CREATE CONSTRAINT TRIGGER contract_as_signed AFTER INSERT OR UPDATE ON contract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_contract_as_signed();
CREATE CONSTRAINT TRIGGER contract_as_signed AFTER INSERT OR UPDATE ON contract_edition
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_contract_as_signed();
CREATE TRIGGER shortened BEFORE UPDATE OF ends_on ON contract
    FOR EACH ROW WHEN (NEW.ends_on < coalesce(OLD.ends_on, 'infinity'))
    EXECUTE FUNCTION keep_shortened_contract();
"""

# As 0008 has it, with a cap. Whoever books under a contract waits for whoever else does, so that both are counted.
UNDER_CONTRACT = """
CREATE OR REPLACE FUNCTION keep_placement_under_contract() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    cap integer;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR NEW.state = 'running') AND NEW.last_day <= OLD.last_day THEN
        RETURN NEW;
    END IF;
    SELECT c.capacity_cap INTO cap FROM contract c
        WHERE c.id = NEW.contract_id AND c.state = 'active'
          AND c.starts_on <= NEW.first_day AND coalesce(c.ends_on, 'infinity') >= NEW.last_day
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('contract_in_force');
    END IF;
    IF cap IS NOT NULL
            AND (TG_OP = 'INSERT' OR NEW.last_day > OLD.last_day
                 OR OLD.state NOT IN ('requested', 'accepted', 'running'))
            AND contract_peak(NEW.contract_id, NEW.first_day, NEW.last_day, NEW.id) >= cap THEN
        PERFORM refuse('contract_capacity_cap');
    END IF;
    RETURN NEW;
END $$;
"""
UNDER_CONTRACT_BEFORE = """
CREATE OR REPLACE FUNCTION keep_placement_under_contract() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR NEW.state = 'running') AND NEW.last_day <= OLD.last_day THEN
        RETURN NEW;
    END IF;
    PERFORM FROM contract c
        WHERE c.id = NEW.contract_id AND c.state = 'active'
          AND c.starts_on <= NEW.first_day AND coalesce(c.ends_on, 'infinity') >= NEW.last_day
        FOR SHARE;
    IF NOT FOUND THEN
        PERFORM refuse('contract_in_force');
    END IF;
    RETURN NEW;
END $$;
"""

_STATES = "'awaiting_signature', 'active', 'suspended', 'ended'"


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _contract()
    _editions()
    op.execute(FIRST_EDITIONS)
    op.execute(IN_FORCE)
    for name in ("text_sha256", *(name for name, _, _ in SIGNATURES)):
        op.drop_column("contract", name)
    _checks()
    op.execute(FUNCTIONS)
    op.execute(UNDER_CONTRACT)
    op.execute("REVOKE EXECUTE ON FUNCTION contract_peak FROM PUBLIC")
    for function in ("has_room_under", "contract_placements"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app_role()}")


def _contract() -> None:
    op.drop_constraint(op.f("ck_contract_state"), "contract")
    op.create_check_constraint(op.f("ck_contract_state"), "contract", f"state IN ({_STATES}, 'withdrawn')")
    op.drop_constraint(op.f("ck_contract_active_when_signed"), "contract")
    # An approval has its contract; one that was called off makes way for another.
    op.drop_constraint(op.f("uq_contract_application_id"), "contract")
    op.create_index(
        "uq_contract_application",
        "contract",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.drop_index("uq_contract_live", "contract")
    op.create_index(
        "uq_contract_live",
        "contract",
        ["enterprise_id", "system_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('ended', 'withdrawn')"),
    )
    op.add_column("contract", sa.Column("edition_id", sa.Integer(), nullable=True))
    op.add_column("contract", sa.Column("capacity_cap", sa.Integer(), nullable=True))
    op.add_column("contract", sa.Column("reminded_days", sa.Integer(), nullable=True))


def _editions() -> None:
    op.create_table(
        "contract_edition",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", _enum("state", "proposed", "signed", "withdrawn"), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("vat_category", _enum("vat_category", "E", "S"), nullable=False),
        sa.Column("vat_exemption_reason_sv", sa.Text(), nullable=False),
        sa.Column("buyer_reference", sa.Text(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("capacity_cap", sa.Integer(), nullable=True),
        sa.Column("text_sv", sa.Text(), nullable=True),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        *(sa.Column(name, kind, nullable=is_nullable) for name, kind, is_nullable in SIGNATURES),
        sa.Column("authority_signed_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_signed_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'signed' OR (authority_signed_at IS NOT NULL AND enterprise_signed_at IS NOT NULL)",
            name=op.f("ck_contract_edition_signed_by_both"),
        ),
        sa.CheckConstraint(
            "number = 1 OR (extract(day FROM from_day) = 1 AND reason_sv <> '')",
            name=op.f("ck_contract_edition_amended_by_the_month"),
        ),
        sa.CheckConstraint("ends_on >= from_day", name=op.f("ck_contract_edition_ends_after_start")),
        sa.CheckConstraint(
            "vat_category = 'S' OR vat_exemption_reason_sv <> ''",
            name=op.f("ck_contract_edition_exemption_has_a_reason"),
        ),
        sa.CheckConstraint("capacity_cap >= 1", name=op.f("ck_contract_edition_some_capacity")),
        sa.CheckConstraint(
            "text_sha256 = encode(sha256(convert_to(text_sv, 'UTF8')), 'hex')",
            name=op.f("ck_contract_edition_hash_of_the_text"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_contract_edition_parties",
        ),
        sa.ForeignKeyConstraint(
            ["terms_id"], ["terms_version.id"], name=op.f("fk_contract_edition_terms_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{party}_signed_id"],
                ["user_account.id"],
                name=op.f(f"fk_contract_edition_{party}_signed_id"),
            )
            for party in ("authority", "enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_edition")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_edition_contract_id_number")),
        sa.UniqueConstraint("id", "contract_id", name=op.f("uq_contract_edition_id_contract_id")),
    )
    for name, where in (("proposed", "state = 'proposed'"), ("signed", "state = 'signed'")):
        columns = ["contract_id"] if name == "proposed" else ["contract_id", "from_day"]
        op.create_index(
            f"uq_contract_edition_{name}",
            "contract_edition",
            columns,
            unique=True,
            postgresql_where=sa.text(where),
        )
    for column in ("authority_id", "enterprise_id"):
        op.create_index(op.f(f"ix_contract_edition_{column}"), "contract_edition", [column])
    op.create_foreign_key(
        "fk_contract_edition", "contract", "contract_edition", ["edition_id", "id"], ["id", "contract_id"]
    )
    protect(
        "contract_edition",
        [
            ("parties", "SELECT", f"{AUTHORITY} OR {ENTERPRISE}"),
            ("authority_writes", "ALL", f"{AUTHORITY} AND {PROCUREMENT}"),
            ("enterprise_signs", "UPDATE", f"{ENTERPRISE} AND {MANAGER}"),
        ],
    )


def _checks() -> None:
    op.create_table(
        "supplier_check",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("kind", "tax", "debt", "status", "insurance"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("outcome", _enum("outcome", "ok", "remark", "failed"), nullable=True),
        sa.Column("evidence_sv", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(done_on IS NULL) = (outcome IS NULL) AND (done_on IS NULL) = (evidence_sv = '')",
            name=op.f("ck_supplier_check_done_with_evidence"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_supplier_check_parties",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_check")),
    )
    op.create_index(
        "uq_supplier_check_open",
        "supplier_check",
        ["contract_id", "kind"],
        unique=True,
        postgresql_where=sa.text("done_on IS NULL"),
    )
    for column in ("authority_id", "contract_id"):
        op.create_index(op.f(f"ix_supplier_check_{column}"), "supplier_check", [column])
    # What an authority looks up about a supplier is the authority's own.
    protect("supplier_check", [("authority", "ALL", f"{AUTHORITY} AND {PROCUREMENT}")])
    op.execute("""
        CREATE FUNCTION keep_done_check() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.done_on IS NOT NULL THEN
                PERFORM refuse('frozen_check');
            END IF;
            RETURN coalesce(NEW, OLD);
        END $$;
        CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON supplier_check
            FOR EACH ROW EXECUTE FUNCTION keep_done_check();
    """)


def downgrade() -> None:
    op.execute(UNDER_CONTRACT_BEFORE)
    for trigger, table in (
        ("shortened", "contract"),
        ("contract_as_signed", "contract"),
        ("contract_as_signed", "contract_edition"),
        ("frozen", "contract_edition"),
        ("frozen", "supplier_check"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in (
        "contract_placements",
        "has_room_under",
        "contract_peak",
        "keep_shortened_contract",
        "keep_contract_as_signed",
        "keep_edition",
        "keep_done_check",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("supplier_check")
    for name, kind, is_nullable in (("text_sha256", sa.Text(), False), *SIGNATURES):
        default = None if is_nullable else ""
        op.add_column("contract", sa.Column(name, kind, nullable=is_nullable, server_default=default))
    op.execute(BACK)
    for name, _, is_nullable in (("text_sha256", None, False), *SIGNATURES):
        if not is_nullable:
            op.alter_column("contract", name, server_default=None)
    op.drop_constraint("fk_contract_edition", "contract")
    op.drop_table("contract_edition")
    for name in ("reminded_days", "capacity_cap", "edition_id"):
        op.drop_column("contract", name)
    op.execute("DELETE FROM contract WHERE state = 'withdrawn'")
    op.drop_index("uq_contract_live", "contract")
    op.create_index(
        "uq_contract_live",
        "contract",
        ["enterprise_id", "system_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.drop_index("uq_contract_application", "contract")
    op.create_unique_constraint(op.f("uq_contract_application_id"), "contract", ["application_id"])
    op.create_check_constraint(
        op.f("ck_contract_active_when_signed"),
        "contract",
        "state = 'awaiting_signature' OR (authority_signed_at IS NOT NULL AND enterprise_signed_at IS NOT NULL)",
    )
    op.drop_constraint(op.f("ck_contract_state"), "contract")
    op.create_check_constraint(op.f("ck_contract_state"), "contract", f"state IN ({_STATES})")
