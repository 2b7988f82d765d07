"""How a migration puts row-level security on a new table, and replaces a policy. For migrations from 0007 on.

Part of what landed migrations do: a change here changes history, so add beside it instead.
"""

from collections.abc import Sequence

from alembic import context, op


def app_role() -> str:
    """The app role's name, quoted."""
    name = str(context.config.attributes["app_role"])
    return '"' + name.replace('"', '""') + '"'


def protect(table: str, policies: Sequence[tuple[str, str, str]], restriction: str = "") -> None:
    """Grants the app role the table under forced row security.

    `policies` are (name, command, rule); `restriction` is a rule that must hold on top of them, for tables of persons.
    """
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app_role()}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for name, command, rule in policies:
        add_policy(table, name, command, rule)
    if restriction:
        op.execute(
            f"CREATE POLICY concerned ON {table} AS RESTRICTIVE FOR ALL TO {app_role()} USING ({restriction})"
        )


def add_policy(table: str, name: str, command: str, rule: str) -> None:
    """A permissive policy; a rule of ALL, INSERT and UPDATE holds for the rows written too."""
    using, check = f"USING ({rule})", f"WITH CHECK ({rule})"
    held = {"SELECT": using, "DELETE": using, "INSERT": check}.get(command, f"{using} {check}")
    op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {app_role()} {held}")


def replace_policy(table: str, name: str, command: str, rule: str) -> None:
    op.execute(f"DROP POLICY {name} ON {table}")
    add_policy(table, name, command, rule)
