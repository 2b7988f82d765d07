"""What everyone may read of suppliers (LOV 9:1), and default assignment by turn (9:2)."""

from alembic import op

from migrations.protection import add_policy, app_role

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    publish_suppliers()


def downgrade() -> None:
    withdraw_suppliers()


# What is told of suppliers. A view is read with its owner's eyes: it says itself which rows and columns are everyone's.

PUBLIC_SUPPLIERS = """
CREATE VIEW public_supplier WITH (security_barrier = true) AS
    SELECT c.system_id, c.enterprise_id, o.name, o.orgnr,
           coalesce(p.about_sv, '') AS about_sv, coalesce(p.contact_email, '') AS contact_email,
           coalesce(p.phone, '') AS phone, coalesce(p.street, '') AS street,
           coalesce(p.postcode, '') AS postcode, coalesce(p.city, '') AS city,
           c.state = 'suspended' AS is_suspended, c.starts_on, c.ends_on
    FROM contract c
    JOIN organisation o ON o.id = c.enterprise_id
    LEFT JOIN enterprise_profile p ON p.enterprise_id = c.enterprise_id
    WHERE c.state IN ('active', 'suspended');

CREATE VIEW public_site WITH (security_barrier = true) AS
    SELECT s.id, s.enterprise_id, s.name, s.street, s.postcode, s.city, s.kommun_code, s.accessibility_sv
    FROM site s
    WHERE EXISTS (SELECT FROM contract c
                  WHERE c.enterprise_id = s.enterprise_id AND c.state IN ('active', 'suspended'));
"""


def publish_suppliers() -> None:
    op.execute(PUBLIC_SUPPLIERS)
    op.execute(f"GRANT SELECT ON public_supplier, public_site TO {app_role()}")
    # Without them nobody outside could count how many seats a place has. Whether one is taken stays with the buyers.
    add_policy("seat_use", "retired", "SELECT", "kind = 'retired'")


def withdraw_suppliers() -> None:
    op.execute("DROP POLICY retired ON seat_use")
    op.execute("DROP VIEW public_site")
    op.execute("DROP VIEW public_supplier")
