"""Terms: capacity, default assignment, recurring checks; systems that close, and stay as they were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SYSTEM_KEY = "fk_terms_version_system_id"
CHECKED = ("tax", "debt", "status", "insurance")

FUNCTIONS = """
-- Applicants and contracts rely on what an open system says. Closing it is for good.
CREATE FUNCTION keep_open_system() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lasting text[] := ARRAY['needs_two_deciders']
        || CASE WHEN OLD.closed_on IS NULL THEN ARRAY['closed_on', 'closing_reason_sv'] END;
BEGIN
    IF OLD.is_open AND (TG_OP = 'DELETE' OR to_jsonb(NEW) - lasting <> to_jsonb(OLD) - lasting) THEN
        PERFORM refuse('frozen_system');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- Runs as the owner: who applies may read the system but not lock it. FOR SHARE: applying and closing take turns.
CREATE FUNCTION keep_application_to_open_system() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    closed date;
BEGIN
    SELECT closed_on INTO closed FROM system_of_choice WHERE id = NEW.system_id FOR SHARE;
    IF closed IS NOT NULL THEN
        PERFORM refuse('closed_system');
    END IF;
    RETURN NEW;
END $$;

-- An application is to the authority whose system and terms it is to: else a manager could put one before anyone.
CREATE FUNCTION keep_application_with_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM terms_version t WHERE t.id = NEW.terms_id
                   AND t.system_id = NEW.system_id AND t.authority_id = NEW.authority_id) THEN
        PERFORM refuse('application_with_its_terms');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER with_its_terms BEFORE INSERT OR UPDATE OF terms_id, system_id, authority_id ON application
    FOR EACH ROW EXECUTE FUNCTION keep_application_with_its_terms();

-- Under LOV it is decided beforehand what happens to whoever does not choose (9:2).
CREATE FUNCTION keep_default_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM system_of_choice s WHERE s.id = NEW.system_id AND s.regime = 'lov') THEN
        PERFORM refuse('default_decided');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decided BEFORE INSERT OR UPDATE OF state ON terms_version
    FOR EACH ROW WHEN (NEW.state <> 'draft' AND NEW.default_rule = 'none')
    EXECUTE FUNCTION keep_default_decided();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON system_of_choice
    FOR EACH ROW EXECUTE FUNCTION keep_open_system();
CREATE TRIGGER begun BEFORE INSERT ON application
    FOR EACH ROW EXECUTE FUNCTION keep_application_to_open_system();
CREATE TRIGGER handed_in BEFORE UPDATE OF state ON application
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'submitted')
    EXECUTE FUNCTION keep_application_to_open_system();
"""


def upgrade() -> None:
    for column in (
        sa.Column("needs_two_deciders", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_reason_sv", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("system_of_choice", column)
    op.create_check_constraint(
        op.f("ck_system_of_choice_closed_for_a_reason"),
        "system_of_choice",
        "(closed_on IS NULL) = (closing_reason_sv = '') AND (is_open OR closed_on IS NULL)",
    )
    _keep_terms_with_their_authority()
    _add_rules()
    op.drop_constraint(op.f("ck_requirement_proof"), "requirement")
    op.create_check_constraint(
        op.f("ck_requirement_proof"), "requirement", "proof IN ('answer', 'declaration', 'attachment')"
    )
    op.execute(FUNCTIONS)


def _keep_terms_with_their_authority() -> None:
    """Everyone may see an open system, so nothing else keeps an authority from adding versions to another's."""
    op.create_unique_constraint(
        op.f("uq_system_of_choice_id_authority_id"), "system_of_choice", ["id", "authority_id"]
    )
    op.drop_constraint(SYSTEM_KEY, "terms_version")
    op.create_foreign_key(
        SYSTEM_KEY,
        "terms_version",
        "system_of_choice",
        ["system_id", "authority_id"],
        ["id", "authority_id"],
    )


def _add_rules() -> None:
    """What was published before says nothing of capacity and checks. It has a default all the same, as LOV asks."""
    for name in ("capacity_floor", "capacity_cap", *(f"{kind}_check_months" for kind in CHECKED)):
        op.add_column("terms_version", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column(
        "terms_version", sa.Column("own_provision_sv", sa.Text(), nullable=False, server_default="")
    )
    default_rule = sa.Enum(
        "turn_order",
        "own_provision",
        "none",
        name="default_rule",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.add_column(
        "terms_version", sa.Column("default_rule", default_rule, nullable=False, server_default="turn_order")
    )
    op.execute("ALTER TABLE terms_version DISABLE TRIGGER frozen")
    op.execute(
        "UPDATE terms_version SET default_rule = 'none' FROM system_of_choice s"
        " WHERE s.id = system_id AND s.regime <> 'lov'"
    )
    op.execute("ALTER TABLE terms_version ENABLE TRIGGER frozen")
    for table, name in (
        ("system_of_choice", "needs_two_deciders"),
        ("system_of_choice", "closing_reason_sv"),
        ("terms_version", "own_provision_sv"),
        ("terms_version", "default_rule"),
    ):
        op.alter_column(table, name, server_default=None)
    op.create_check_constraint(
        op.f("ck_terms_version_some_capacity"), "terms_version", "capacity_floor >= 1 AND capacity_cap >= 1"
    )
    months = ", ".join(f"{kind}_check_months" for kind in CHECKED)
    op.create_check_constraint(
        op.f("ck_terms_version_months_between_checks"), "terms_version", f"least({months}) >= 1"
    )
    op.create_check_constraint(
        op.f("ck_terms_version_own_provision_described"),
        "terms_version",
        "state = 'draft' OR default_rule <> 'own_provision' OR own_provision_sv <> ''",
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER handed_in ON application")
    op.execute("DROP TRIGGER begun ON application")
    op.execute("DROP TRIGGER frozen ON system_of_choice")
    op.execute("DROP TRIGGER decided ON terms_version")
    op.execute("DROP FUNCTION keep_default_decided")
    op.execute("DROP TRIGGER with_its_terms ON application")
    op.execute("DROP FUNCTION keep_application_with_its_terms")
    op.execute("DROP FUNCTION keep_application_to_open_system")
    op.execute("DROP FUNCTION keep_open_system")
    op.drop_constraint(SYSTEM_KEY, "terms_version")
    op.create_foreign_key(SYSTEM_KEY, "terms_version", "system_of_choice", ["system_id"], ["id"])
    op.drop_constraint(op.f("uq_system_of_choice_id_authority_id"), "system_of_choice")
    op.execute("ALTER TABLE requirement DISABLE TRIGGER frozen")
    op.execute("UPDATE requirement SET proof = 'answer' WHERE proof = 'attachment'")
    op.execute("ALTER TABLE requirement ENABLE TRIGGER frozen")
    op.drop_constraint(op.f("ck_requirement_proof"), "requirement")
    op.create_check_constraint(
        op.f("ck_requirement_proof"), "requirement", "proof IN ('answer', 'declaration')"
    )
    for name in (
        "default_rule",
        "own_provision_sv",
        *(f"{kind}_check_months" for kind in CHECKED),
        "capacity_cap",
        "capacity_floor",
    ):
        op.drop_column("terms_version", name)
    for name in ("closing_reason_sv", "closed_on", "needs_two_deciders"):
        op.drop_column("system_of_choice", name)
