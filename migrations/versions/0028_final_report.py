"""The final report with goals: the participant reads it first, corrections are new versions, and member organisations
read it under her consent. Occupation and support before and after are the authority's alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import add_policy, app_role, protect

revision = "0028"
down_revision = "0027"

PLACEMENT_SEEN = "EXISTS (SELECT FROM placement pl WHERE pl.id = placement_id)"
REPORT_SEEN = "EXISTS (SELECT FROM final_report r WHERE r.id = report_id)"
WRITES = "app_role() IN ('supervisor', 'system')"
PARTICIPANT = "app_role() = 'participant'"
OWN = (
    f"{PARTICIPANT} AND state <> 'draft' AND EXISTS (SELECT FROM placement pl"
    " WHERE pl.id = placement_id AND pl.participant_id = app_participant())"
)
OWN_EVENT = (
    f"{PARTICIPANT} AND object_type = 'report' AND EXISTS (SELECT FROM final_report r"
    " JOIN placement p ON p.id = r.placement_id WHERE r.id = object_id AND p.participant_id = app_participant()"
    " AND p.authority_id = event.authority_id AND p.enterprise_id = event.enterprise_id)"
)
PLACED_PERSON_SEEN = (
    "app_role() = 'system' OR EXISTS (SELECT FROM placement pl JOIN participant p ON p.id = pl.participant_id"
    " WHERE pl.id = placement_id)"
)
GIVEN = "state IN ('filed', 'received') AND placement_id IN (SELECT g.placement_id FROM given_placements() g)"

SCOPES = ("supplier", "employment_service", "social_insurance", "region", "municipality")
MEMBER_KINDS = SCOPES[1:]
STATES = ("draft", "shown", "filed", "received", "replaced")

FUNCTIONS = """
-- What a report says is settled once the participant has it before her. She answers once, and it goes on in order.
CREATE FUNCTION keep_report() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hers text[] := ARRAY['read_at', 'read_by_code', 'read_witness', 'comment_sv'];
    filing text[] := ARRAY['filed_on', 'filed_by', 'unread_reason'];
    asking text[] := ARRAY['correction_sv', 'correction_on', 'correction_by'];
    receiving text[] := ARRAY['received_on', 'received_by', 'next_step_sv'];
    was jsonb := to_jsonb(OLD);
    is_now jsonb := to_jsonb(NEW);
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'UPDATE' AND NEW.state NOT IN ('draft', 'shown') THEN
            PERFORM refuse('report_steps');
        END IF;
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR is_now - ARRAY['state'] - hers - filing - asking - receiving
            <> was - ARRAY['state'] - hers - filing - asking - receiving THEN
        PERFORM refuse('frozen_report');
    END IF;
    IF is_now - ARRAY['state'] - filing - asking - receiving <> was - ARRAY['state'] - filing - asking - receiving
            AND (OLD.state <> 'shown' OR OLD.read_at IS NOT NULL OR NEW.read_at IS NULL) THEN
        PERFORM refuse('frozen_report');
    END IF;
    IF is_now - ARRAY['state'] - hers - asking - receiving <> was - ARRAY['state'] - hers - asking - receiving
            AND (OLD.state, NEW.state) <> ('shown', 'filed') THEN
        PERFORM refuse('frozen_report');
    END IF;
    IF is_now - ARRAY['state'] - hers - filing - receiving <> was - ARRAY['state'] - hers - filing - receiving
            AND (OLD.correction_on IS NOT NULL OR OLD.state NOT IN ('filed', 'received')) THEN
        PERFORM refuse('frozen_report');
    END IF;
    IF is_now - ARRAY['state'] - hers - filing - asking <> was - ARRAY['state'] - hers - filing - asking
            AND (OLD.state, NEW.state) <> ('filed', 'received') THEN
        PERFORM refuse('frozen_report');
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('shown', 'filed'), ('shown', 'replaced'),
            ('filed', 'received'), ('filed', 'replaced'), ('received', 'replaced')) THEN
        PERFORM refuse('report_steps');
    END IF;
    IF NEW.read_by_code AND NOT OLD.read_by_code AND app_role() NOT IN ('participant', 'system') THEN
        PERFORM refuse('report_reader');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_report_goal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM final_report r WHERE r.id IN (OLD.report_id, NEW.report_id) AND r.state <> 'draft') THEN
        PERFORM refuse('frozen_report');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- As the owner: an organisation that reads under consent sees neither the placement nor the person. What it is told here
-- heads the report. It is asked each time, so that nothing is left of a consent that has been withdrawn.
CREATE FUNCTION given_placements() RETURNS TABLE (placement_id integer, participant_id integer, name text,
        workplace text, first_day date, last_day date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT pl.id, p.id, CASE WHEN p.is_protected THEN NULL ELSE p.name END, e.name,
               coalesce(pl.started_on, pl.first_day), pl.last_day
        FROM organisation o
        JOIN consent c ON c.scope = o.member_kind AND c.withdrawn_at IS NULL
        JOIN participant p ON p.id = c.participant_id AND p.authority_id = o.authority_id
            AND p.kommun_code = ANY (o.kommun_codes) AND p.unit_id <> o.id
        JOIN placement pl ON pl.participant_id = p.id
        JOIN organisation e ON e.id = pl.enterprise_id
        WHERE o.id = app_organisation() AND app_role() = 'case_officer' AND app_sees_persons()
          AND EXISTS (SELECT FROM final_report r WHERE r.placement_id = pl.id AND r.state IN ('filed', 'received'))
    $$;
"""

MEMBERS = """
UPDATE organisation SET member_kind = CASE
    WHEN name ILIKE 'Arbetsförmedlingen%' THEN 'employment_service'
    WHEN name ILIKE 'Försäkringskassan%' THEN 'social_insurance'
    WHEN name ILIKE 'Region %' THEN 'region'
    WHEN name ILIKE '% kommun%' OR name ILIKE '% stad%' THEN 'municipality' END
WHERE kind = 'member'
"""


def upgrade() -> None:
    op.add_column("organisation", sa.Column("member_kind", sa.String(40), nullable=True))
    op.create_check_constraint(
        op.f("ck_organisation_member_kind"), "organisation", _one_of("member_kind", MEMBER_KINDS)
    )
    op.create_check_constraint(
        op.f("ck_organisation_kind_of_member"), "organisation", "member_kind IS NULL OR kind = 'member'"
    )
    op.execute(MEMBERS)
    _replace_check("consent", "scope", _one_of("scope", SCOPES))
    add_policy("consent", "self", "SELECT", f"{PARTICIPANT} AND participant_id = app_participant()")
    _report_columns()
    _goals()
    _outcome()
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION given_placements FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION given_placements TO {app_role()}")
    _report_policies()
    for table, function in (("final_report", "keep_report"), ("report_goal", "keep_report_goal")):
        when = "UPDATE OR DELETE" if table == "final_report" else "INSERT OR UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER frozen BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    add_policy("event", "participant_adds_to_report", "INSERT", OWN_EVENT)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _replace_check(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def _report_columns() -> None:
    op.alter_column("final_report", "reached_sv", new_column_name="abilities_sv")
    for name, kind, default in (
        ("saves", sa.Integer(), "0"),
        ("read_by_code", sa.Boolean(), "false"),
        ("read_witness", sa.Text(), ""),
        ("comment_sv", sa.Text(), ""),
        ("correction_sv", sa.Text(), ""),
        ("correction_by", sa.Text(), ""),
        ("received_by", sa.Text(), ""),
    ):
        op.add_column("final_report", sa.Column(name, kind, nullable=False, server_default=default))
        op.alter_column("final_report", name, server_default=None)
    for name, nullable in (
        ("shown_on", sa.Date()),
        ("read_at", sa.DateTime(timezone=True)),
        ("unread_reason", sa.String(40)),
        ("correction_on", sa.Date()),
    ):
        op.add_column("final_report", sa.Column(name, nullable, nullable=True))
    op.execute("UPDATE final_report SET unread_reason = 'earlier' WHERE filed_on IS NOT NULL")
    _replace_check("final_report", "state", _one_of("state", STATES))
    _replace_check(
        "final_report", "filed_has_a_date", "state NOT IN ('filed', 'received') OR filed_on IS NOT NULL"
    )
    for name, rule in (
        ("unread_reason", _one_of("unread_reason", ("declined", "not_reached", "earlier"))),
        ("shown_on_a_day", "state <> 'shown' OR shown_on IS NOT NULL"),
        ("read_first", "filed_on IS NULL OR read_at IS NOT NULL OR unread_reason IS NOT NULL"),
    ):
        op.create_check_constraint(op.f(f"ck_final_report_{name}"), "final_report", rule)
    for name, states in (("open", "'draft', 'shown'"), ("filed", "'filed', 'received'")):
        op.create_index(
            f"uq_final_report_{name}",
            "final_report",
            ["placement_id"],
            unique=True,
            postgresql_where=sa.text(f"state IN ({states})"),
        )


def _goals() -> None:
    op.create_table(
        "report_goal",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("sign_sv", sa.Text(), nullable=False),
        sa.Column("result", _enum("result", "met", "partly", "not"), nullable=True),
        sa.Column("words_sv", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["final_report.id"], name=op.f("fk_report_goal_report_id")),
        sa.PrimaryKeyConstraint("report_id", "position", name=op.f("pk_report_goal")),
    )
    protect(
        "report_goal",
        [("with_report", "SELECT", REPORT_SEEN), ("who_writes", "ALL", f"{WRITES} AND {REPORT_SEEN}")],
        restriction="app_sees_persons()",
    )


def _outcome() -> None:
    occupations = (
        "work",
        "supported_work",
        "studies",
        "job_seeking",
        "programme",
        "rehabilitation",
        "illness",
        "parental_leave",
        "none",
        "unknown",
    )
    years = ("up_to_1", "up_to_3", "up_to_6", "up_to_9", "over_9", "not_applicable")
    schools = ("shorter", "compulsory", "secondary", "higher", "unknown")
    texts = postgresql.ARRAY(sa.Text())
    op.create_table(
        "outcome",
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("occupation_before", _enum("occupation_before", *occupations), nullable=False),
        sa.Column("support_before", texts, nullable=False),
        sa.Column("years_in_support", _enum("years_in_support", *years), nullable=False),
        sa.Column("education", _enum("education", *schools), nullable=False),
        sa.Column("occupation_after", _enum("occupation_after", *occupations), nullable=False),
        sa.Column("support_after", texts, nullable=False),
        sa.CheckConstraint(
            "cardinality(support_before) > 0 AND cardinality(support_after) > 0",
            name=op.f("ck_outcome_support"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_outcome_placement_id")),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_outcome")),
    )
    # A supplier sees nothing of a participant's support or background.
    protect(
        "outcome",
        [
            (
                "authority",
                "ALL",
                "app_role() IN ('case_officer', 'coordinator', 'system') AND EXISTS (SELECT FROM placement pl"
                " JOIN participant p ON p.id = pl.participant_id"
                " WHERE pl.id = placement_id AND pl.authority_id = app_authority())",
            )
        ],
        restriction="app_sees_persons()",
    )


def _report_policies() -> None:
    op.execute("DROP POLICY with_placement ON final_report")
    add_policy(
        "final_report",
        "readers",
        "SELECT",
        f"NOT {PARTICIPANT} AND (state <> 'draft' OR {WRITES}) AND {PLACEMENT_SEEN}",
    )
    add_policy("final_report", "who_writes", "ALL", f"{WRITES} AND {PLACEMENT_SEEN}")
    add_policy(
        "final_report",
        "officers_answer",
        "UPDATE",
        f"app_role() IN ('case_officer', 'coordinator') AND state <> 'draft' AND {PLACEMENT_SEEN}",
    )
    add_policy("final_report", "self", "SELECT", OWN)
    add_policy("final_report", "self_answers", "UPDATE", OWN)
    add_policy("final_report", "under_consent", "SELECT", f"app_role() = 'case_officer' AND {GIVEN}")
    op.execute(
        f"ALTER POLICY concerned ON final_report USING (app_sees_persons() AND ({PLACED_PERSON_SEEN} OR ({GIVEN})))"
    )


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    """The newest version of each report is kept, and one that the participant was reading is a draft again; consents
    that the older program does not know are lost."""
    op.execute("DROP POLICY participant_adds_to_report ON event")
    for table in ("final_report", "report_goal"):
        op.execute(f"DROP TRIGGER frozen ON {table}")
    op.execute(
        f"ALTER POLICY concerned ON final_report USING (app_sees_persons() AND ({PLACED_PERSON_SEEN}))"
    )
    for policy in ("readers", "who_writes", "officers_answer", "self", "self_answers", "under_consent"):
        op.execute(f"DROP POLICY {policy} ON final_report")
    add_policy("final_report", "with_placement", "ALL", PLACEMENT_SEEN)
    for function in ("keep_report", "keep_report_goal", "given_placements"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("outcome")
    op.drop_table("report_goal")
    for name in ("open", "filed"):
        op.drop_index(f"uq_final_report_{name}", "final_report")
    for name in ("unread_reason", "shown_on_a_day", "read_first", "filed_has_a_date"):
        op.drop_constraint(op.f(f"ck_final_report_{name}"), "final_report", type_="check")
    op.execute("DELETE FROM final_report WHERE state = 'replaced'")
    op.execute("UPDATE final_report SET state = 'draft' WHERE state = 'shown'")
    _replace_check("final_report", "state", _one_of("state", ("draft", "filed", "received")))
    op.create_check_constraint(
        op.f("ck_final_report_filed_has_a_date"), "final_report", "state = 'draft' OR filed_on IS NOT NULL"
    )
    for name in (
        "correction_on",
        "unread_reason",
        "read_at",
        "shown_on",
        "received_by",
        "correction_by",
        "correction_sv",
        "comment_sv",
        "read_witness",
        "read_by_code",
        "saves",
    ):
        op.drop_column("final_report", name)
    op.alter_column("final_report", "abilities_sv", new_column_name="reached_sv")
    op.execute("DROP POLICY self ON consent")
    op.execute("DELETE FROM consent WHERE scope <> 'supplier'")
    _replace_check("consent", "scope", _one_of("scope", ("supplier",)))
    for name in ("member_kind", "kind_of_member"):
        op.drop_constraint(op.f(f"ck_organisation_{name}"), "organisation", type_="check")
    op.drop_column("organisation", "member_kind")
