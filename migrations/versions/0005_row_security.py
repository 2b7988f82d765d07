"""Row-level security: who sees and writes which rows, in three families, and what holds for tables of persons.

Families: the owner's rows (one organisation's), two-party rows (an authority and an enterprise, each its part), and
published rows. Tables of persons have a restrictive policy on top: the actor may see persons, and is concerned.

Policies hold for the app role. The owner role, which only migrates, has a policy of its own on every table, so that a
migration of data sees the data although row security is forced.
"""

from alembic import context, op

revision = "0005"
down_revision = "0004"

FUNCTIONS = """
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.role', true), '') $$;
CREATE FUNCTION app_user() RETURNS integer LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.user_id', true), '')::integer $$;
CREATE FUNCTION app_organisation() RETURNS integer LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.organisation_id', true), '')::integer $$;
CREATE FUNCTION app_authority() RETURNS integer LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.authority_id', true), '')::integer $$;
CREATE FUNCTION app_enterprise() RETURNS integer LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.enterprise_id', true), '')::integer $$;
CREATE FUNCTION app_kommuner() RETURNS text[] LANGUAGE sql STABLE
    AS $$ SELECT string_to_array(current_setting('app.kommun_codes', true), ',') $$;
CREATE FUNCTION app_sees_persons() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.sees_persons', true) = 'yes' $$;

-- Runs as the owner: the policy on participant may not read consent, whose policy reads participant.
CREATE FUNCTION is_shared_with(person integer, supplier integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT EXISTS (
            SELECT FROM placement
            WHERE participant_id = person AND enterprise_id = supplier
              AND state IN ('requested', 'accepted', 'running', 'completed', 'ended_early')
        ) AND EXISTS (
            SELECT FROM consent WHERE participant_id = person AND scope = 'supplier' AND withdrawn_at IS NULL
        )
    $$;
"""

A = "authority_id = app_authority()"
E = "enterprise_id = app_enterprise()"
SYSTEM = "app_role() = 'system'"
PROCUREMENT = "app_role() IN ('procurement_officer', 'system')"
MANAGER = "app_role() IN ('supplier_manager', 'system')"
PERSON_SEEN = "EXISTS (SELECT FROM participant p WHERE p.id = participant_id)"
PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
PLACED_PERSON_SEEN = (
    "app_role() = 'system' OR EXISTS (SELECT FROM placement pl JOIN participant p ON p.id = pl.participant_id"
    " WHERE pl.id = placement_id)"
)
OWN_PLACE = "EXISTS (SELECT FROM place p WHERE p.id = place_id AND p.enterprise_id = app_enterprise())"
CONTRACTED_PLACE = (
    "EXISTS (SELECT FROM place p JOIN contract c ON c.enterprise_id = p.enterprise_id"
    " WHERE p.id = place_id AND c.authority_id = app_authority())"
)
COLLEAGUE_ORGANISATION = (
    "organisation_id IN (SELECT o.id FROM organisation o"
    " WHERE o.id = app_organisation() OR o.authority_id = app_authority())"
)
PARTY_OR_NOBODY = f"(authority_id IS NULL AND enterprise_id IS NULL) OR {A} OR {E} OR {SYSTEM}"

PUBLISHED = ("kommun", "occupation_field", "trade")

# table: [(policy, command, rule)]; a rule of ALL, INSERT and UPDATE holds for the rows written too
POLICIES: dict[str, list[tuple[str, str, str]]] = {
    **{table: [("everyone_reads", "SELECT", "true"), ("system", "ALL", SYSTEM)] for table in PUBLISHED},
    "organisation": [
        ("directory", "SELECT", "true"),
        ("system", "ALL", SYSTEM),
    ],
    "user_account": [
        ("self", "SELECT", "id = app_user()"),
        ("self_changes", "UPDATE", "id = app_user()"),
        (
            "colleagues",
            "SELECT",
            f"EXISTS (SELECT FROM membership m WHERE m.user_id = user_account.id AND m.{COLLEAGUE_ORGANISATION})",
        ),
        ("contact", "SELECT", "EXISTS (SELECT FROM participant p WHERE p.case_officer_id = user_account.id)"),
        ("system", "ALL", SYSTEM),
    ],
    "membership": [
        ("own", "SELECT", "user_id = app_user()"),
        ("colleagues", "SELECT", COLLEAGUE_ORGANISATION),
        ("system", "ALL", SYSTEM),
    ],
    "system_of_choice": [
        ("published", "SELECT", "is_open"),
        ("authority", "SELECT", A),
        ("authority_writes", "ALL", f"{A} AND {PROCUREMENT}"),
    ],
    "terms_version": [
        ("published", "SELECT", "state <> 'draft'"),
        ("authority", "SELECT", A),
        ("authority_writes", "ALL", f"{A} AND {PROCUREMENT}"),
    ],
    **{
        table: [
            ("with_terms", "SELECT", "EXISTS (SELECT FROM terms_version t WHERE t.id = terms_id)"),
            (
                "authority_writes",
                "ALL",
                "EXISTS (SELECT FROM terms_version t WHERE t.id = terms_id AND t.authority_id = app_authority())"
                f" AND {PROCUREMENT}",
            ),
        ]
        for table in ("requirement", "price_row")
    },
    "event": [
        ("parties", "SELECT", f"{A} OR {E} OR {SYSTEM}"),
        ("actor_adds", "INSERT", PARTY_OR_NOBODY),
    ],
    "outbox": [("actor_adds", "INSERT", PARTY_OR_NOBODY), ("system", "ALL", SYSTEM)],
    "enterprise_profile": [
        ("buyers", "SELECT", "app_authority() IS NOT NULL"),
        ("enterprise", "SELECT", E),
        ("enterprise_writes", "ALL", f"{E} AND {MANAGER}"),
    ],
    "application": [
        ("enterprise", "ALL", f"{E} AND {MANAGER}"),
        ("authority", "ALL", f"{A} AND {PROCUREMENT} AND submitted_on IS NOT NULL"),
        # The contract, which a controller reads, names the decision.
        ("decided", "SELECT", f"{A} AND app_role() = 'controller' AND decided_on IS NOT NULL"),
    ],
    "application_answer": [
        ("parties", "ALL", "EXISTS (SELECT FROM application a WHERE a.id = application_id)"),
    ],
    "contract": [
        ("parties", "SELECT", f"{A} OR {E}"),
        ("authority_writes", "ALL", f"{A} AND {PROCUREMENT}"),
        ("enterprise_writes", "ALL", f"{E} AND {MANAGER}"),
    ],
    "site": [
        ("buyers", "SELECT", "app_authority() IS NOT NULL"),
        ("enterprise", "SELECT", E),
        ("enterprise_writes", "ALL", f"{E} AND {MANAGER}"),
    ],
    "place": [
        ("published", "SELECT", "state <> 'draft'"),
        ("enterprise", "SELECT", E),
        ("enterprise_writes", "ALL", f"{E} AND {MANAGER}"),
    ],
    "seat": [
        ("everyone_reads", "SELECT", "true"),
        ("enterprise_writes", "ALL", f"{OWN_PLACE} AND {MANAGER}"),
    ],
    "seat_use": [
        ("buyers", "SELECT", "app_authority() IS NOT NULL"),
        ("enterprise_writes", "ALL", OWN_PLACE),
        (
            "authority_writes",
            "ALL",
            f"app_role() IN ('case_officer', 'coordinator', 'system') AND {CONTRACTED_PLACE}",
        ),
    ],
    "closure": [("enterprise", "SELECT", E), ("enterprise_writes", "ALL", f"{E} AND {MANAGER}")],
    "participant": [
        (
            "authority",
            "ALL",
            f"{A} AND (app_role() = 'system'"
            " OR (app_role() = 'coordinator' AND kommun_code = ANY (app_kommuner()))"
            " OR (app_role() = 'case_officer' AND unit_id = app_organisation()))",
        ),
        (
            "supplier_under_consent",
            "SELECT",
            "app_role() IN ('supervisor', 'system') AND is_shared_with(id, app_enterprise())",
        ),
    ],
    "participant_identity": [("authority", "ALL", f"{A} AND {PERSON_SEEN}")],
    "consent": [("authority", "ALL", f"app_authority() IS NOT NULL AND {PERSON_SEEN}")],
    "training_grant": [
        ("authority", "ALL", f"{A} AND {PERSON_SEEN}"),
        (
            "supplier",
            "ALL",
            "EXISTS (SELECT FROM placement pl WHERE pl.grant_id = training_grant.id"
            " AND pl.enterprise_id = app_enterprise())",
        ),
    ],
    "choice_round": [("authority", "ALL", f"{A} AND {PERSON_SEEN}")],
    "shown_place": [
        ("with_round", "ALL", "EXISTS (SELECT FROM choice_round r WHERE r.id = choice_round_id)"),
    ],
    "placement": [
        ("parties", "SELECT", f"{A} OR {E}"),
        (
            "those_who_work_with_it",
            "ALL",
            f"({A} OR {E}) AND app_role() IN ('case_officer', 'coordinator', 'supervisor', 'system')",
        ),
    ],
    "activity_plan": [("with_placement", "ALL", PLACEMENT_SEEN)],
    "final_report": [("with_placement", "ALL", PLACEMENT_SEEN)],
    "attendance_day": [
        ("with_placement", "SELECT", PLACEMENT_SEEN),
        ("supervisor_writes", "ALL", f"app_role() IN ('supervisor', 'system') AND {PLACEMENT_SEEN}"),
    ],
    "invoice": [
        ("enterprise", "ALL", f"{E} AND {MANAGER}"),
        (
            "authority",
            "ALL",
            f"{A} AND (app_role() = 'system'"
            " OR (app_role() = 'controller' AND state NOT IN ('draft', 'approved')))",
        ),
    ],
    "invoice_line": [("with_invoice", "ALL", "EXISTS (SELECT FROM invoice i WHERE i.id = invoice_id)")],
    "invoice_counter": [("enterprise", "ALL", f"{E} AND {MANAGER}")],
    "capacity_day": [
        ("parties", "SELECT", f"{A} OR {E}"),
        ("system", "ALL", f"{SYSTEM} AND ({A} OR {E})"),
    ],
    **{
        table: [("authority", "SELECT", A), ("system", "ALL", f"{SYSTEM} AND {A}")]
        for table in ("choice_cell", "choice_segregation")
    },
    "supplier_indicator": [("enterprise", "SELECT", E), ("system", "ALL", f"{SYSTEM} AND {E}")],
    "indicator_run": [
        ("own", "SELECT", "organisation_id IN (app_authority(), app_enterprise())"),
        ("system", "ALL", f"{SYSTEM} AND organisation_id IN (app_authority(), app_enterprise())"),
    ],
}

# On top of the above, for tables of persons and what hangs on them: every one must hold.
RESTRICTIONS = {
    "participant": "app_sees_persons()",
    "participant_identity": "app_sees_persons()",
    "consent": "app_sees_persons()",
    "training_grant": "app_sees_persons()",
    "choice_round": "app_sees_persons()",
    "shown_place": "app_sees_persons()",
    "activity_plan": f"app_sees_persons() AND ({PLACED_PERSON_SEEN})",
    "final_report": f"app_sees_persons() AND ({PLACED_PERSON_SEEN})",
    "placement": (
        f"app_role() IN ('system', 'controller') OR {E}"
        " OR (app_role() = 'case_officer' AND unit_id = app_organisation())"
        " OR (app_role() = 'coordinator' AND kommun_code = ANY (app_kommuner()))"
    ),
    "event": "NOT about_person OR app_sees_persons()",
}


def upgrade() -> None:
    app = '"' + context.config.attributes["app_role"].replace('"', '""') + '"'
    op.execute(FUNCTIONS)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {app}")
    op.execute(f"GRANT SELECT ON alembic_version TO {app}")
    op.execute("REVOKE EXECUTE ON FUNCTION is_shared_with FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION is_shared_with TO {app}")
    for table, policies in POLICIES.items():
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        for name, command, rule in policies:
            held = {"SELECT": f"USING ({rule})", "INSERT": f"WITH CHECK ({rule})"}.get(
                command, f"USING ({rule}) WITH CHECK ({rule})"
            )
            op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {app} {held}")
    for table, rule in RESTRICTIONS.items():
        op.execute(f"CREATE POLICY concerned ON {table} AS RESTRICTIVE FOR ALL TO {app} USING ({rule})")
    op.execute(f"REVOKE UPDATE, DELETE ON event FROM {app}")


def downgrade() -> None:
    for table, policies in POLICIES.items():
        for name in ["owner_all", *(policy[0] for policy in policies)]:
            op.execute(f"DROP POLICY {name} ON {table}")
        if table in RESTRICTIONS:
            op.execute(f"DROP POLICY concerned ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for function in (
        "is_shared_with",
        "app_sees_persons",
        "app_kommuner",
        "app_enterprise",
        "app_authority",
        "app_organisation",
        "app_user",
        "app_role",
    ):
        op.execute(f"DROP FUNCTION {function}")
