"""Who acts is asked once for a statement that reads many published numbers, not for each of them; and surveys are read
without planning how a participant's checkpoints may be seen."""

import re

from alembic import op

from migrations.protection import app_role, replace_policy

revision = "0059"
down_revision = "0058"

A = "authority_id = app_authority()"
PARTY = f"({A} OR enterprise_id = app_enterprise())"
STRATEGIST = f"{A} AND app_role() IN ('strategist', 'system')"
READERS = f"{A} AND app_role() IN ('strategist', 'coordinator', 'case_officer', 'system')"
SYSTEM = "app_role() = 'system'"

POLICIES = (
    ("capacity_day", "parties", PARTY, f"{SYSTEM} AND {PARTY}"),
    ("capacity_gap", "strategist", STRATEGIST, f"{SYSTEM} AND {A}"),
    ("capacity_idle", "strategist", STRATEGIST, f"{SYSTEM} AND {A}"),
    ("capacity_period", "strategist", STRATEGIST, f"{SYSTEM} AND {A}"),
    ("choice_cell", "authority", A, f"{SYSTEM} AND {A}"),
    ("measure_cell", "readers", READERS, f"{SYSTEM} AND {A}"),
)
"""Table, the policy of those who read, its rule, and the rule of the system, which writes."""

# Runs as the owner: what planning needs of the policies on checkpoint takes longer than any page's statements.
ASKED = """
CREATE FUNCTION is_asked_by(version integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM checkpoint WHERE version_id = version AND participant_id = app_participant()) $$
"""
PARTICIPANT = "app_role() = 'participant' AND"
HER_VERSION = "EXISTS (SELECT FROM checkpoint c WHERE c.version_id = survey_version.id)"


def upgrade() -> None:
    op.execute(ASKED)
    op.execute("REVOKE EXECUTE ON FUNCTION is_asked_by FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION is_asked_by TO {app_role()}")
    replace_policy("survey_version", "participant", "SELECT", f"{PARTICIPANT} is_asked_by(id)")
    for table, name, rule, system in POLICIES:
        replace_policy(table, name, "SELECT", _once(rule))
        replace_policy(table, "system", "ALL", _once(system))


def downgrade() -> None:
    for table, name, rule, system in POLICIES:
        replace_policy(table, name, "SELECT", rule)
        replace_policy(table, "system", "ALL", system)
    replace_policy("survey_version", "participant", "SELECT", f"{PARTICIPANT} {HER_VERSION}")
    op.execute("DROP FUNCTION is_asked_by")


def _once(rule: str) -> str:
    """A subselect that looks at no row is run once."""
    return re.sub(r"app_\w+\(\)", r"(SELECT \g<0>)", rule)
