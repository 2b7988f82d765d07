"""Surveys in versions and languages, and a participant's answers over time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import add_policy, app_role, protect

revision = "0025"
down_revision = "0024"

A = "authority_id = app_authority()"
EDITS = "app_role() IN ('coordinator', 'strategist', 'system')"
PARTICIPANT = "app_role() = 'participant'"
OWN = f"{PARTICIPANT} AND participant_id = app_participant()"
OFFICERS = f"{A} AND app_role() IN ('case_officer', 'coordinator', 'system')"
PERSON_SEEN = "EXISTS (SELECT FROM participant p WHERE p.id = participant_id)"
CHECKPOINT_SEEN = "EXISTS (SELECT FROM checkpoint c WHERE c.id = checkpoint_id)"
# A workplace has nothing to do with how she says that she is, so the supervisor is not among them.
CONCERNED = "app_sees_persons() AND app_role() IN ('case_officer', 'coordinator', 'participant', 'system')"
VERSION_SEEN = "EXISTS (SELECT FROM survey_version v WHERE v.id = version_id)"
VERSION_EDITED = f"EXISTS (SELECT FROM survey_version v WHERE v.id = version_id AND v.{A}) AND {EDITS}"
HER_SURVEY = "EXISTS (SELECT FROM survey_version v WHERE v.survey_id = survey.id)"
HER_VERSION = "EXISTS (SELECT FROM checkpoint c WHERE c.version_id = survey_version.id)"
QUESTION_SEEN = "EXISTS (SELECT FROM survey_question q WHERE q.id = question_id)"
OWN_EVENT = (
    f"{PARTICIPANT} AND object_type = 'checkpoint' AND user_id IS NULL AND enterprise_id IS NULL"
    " AND EXISTS (SELECT FROM checkpoint c WHERE c.id = object_id AND c.authority_id = event.authority_id"
    " AND c.participant_id = app_participant())"
)
CLOSED = ("state", "language", "closed_at", "closed_by", "witness")
"""What changes of a checkpoint, while it is open."""

FUNCTIONS = """
CREATE FUNCTION keep_survey_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lasting text[] := ARRAY['state', 'replaced_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM refuse('frozen_survey');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE'
            OR to_jsonb(NEW) - lasting <> to_jsonb(OLD) - lasting
            OR (OLD.state, NEW.state) NOT IN (('published', 'published'), ('published', 'replaced'), ('replaced', 'replaced'))
            OR (OLD.state = 'replaced' AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at)) THEN
        PERFORM refuse('frozen_survey');
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'draft' AND NEW.state <> 'draft' THEN
        IF NOT EXISTS (SELECT FROM survey_question q WHERE q.version_id = NEW.id)
                OR EXISTS (SELECT FROM survey_question q WHERE q.version_id = NEW.id AND NOT EXISTS (
                    SELECT FROM survey_wording w WHERE w.question_id = q.id AND w.language = 'sv' AND w.text <> '')) THEN
            PERFORM refuse('survey_wording');
        END IF;
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- The version is held, so that it is not published in the same moment.
CREATE FUNCTION keep_survey_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM survey_version v WHERE v.id IN (OLD.version_id, NEW.version_id) FOR SHARE;
    IF EXISTS (SELECT FROM survey_version v
            WHERE v.id IN (OLD.version_id, NEW.version_id) AND v.state <> 'draft') THEN
        PERFORM refuse('frozen_survey');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION keep_survey_wording() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM survey_version v JOIN survey_question q ON q.version_id = v.id
        WHERE q.id IN (OLD.question_id, NEW.question_id) FOR SHARE OF v;
    IF EXISTS (SELECT FROM survey_version v JOIN survey_question q ON q.version_id = v.id
            WHERE q.id IN (OLD.question_id, NEW.question_id) AND v.state <> 'draft') THEN
        PERFORM refuse('frozen_survey');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION keep_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NOT EXISTS (SELECT FROM placement p WHERE p.id = NEW.placement_id
                AND p.participant_id = NEW.participant_id AND p.authority_id = NEW.authority_id)
            OR NOT EXISTS (SELECT FROM survey_version v WHERE v.id = NEW.version_id AND v.state = 'published') THEN
            PERFORM refuse('checkpoint_of_placement');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'open' THEN
        PERFORM refuse('closed_checkpoint');
    END IF;
    IF NEW.state <> 'open'
            AND NEW.closed_by IS DISTINCT FROM (CASE app_role() WHEN 'participant' THEN 'participant'
                                                                WHEN 'system' THEN 'system' ELSE 'officer' END) THEN
        PERFORM refuse('another_writer');
    END IF;
    IF NEW.state = 'submitted' AND NOT EXISTS (
            SELECT FROM checkpoint_answer a WHERE a.checkpoint_id = NEW.id) THEN
        PERFORM refuse('checkpoint_empty');
    END IF;
    RETURN NEW;
END $$;

-- The checkpoint is held, so that it is not handed in in the same moment.
CREATE FUNCTION keep_checkpoint_answer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held checkpoint;
    asked survey_question;
BEGIN
    SELECT * INTO held FROM checkpoint c WHERE c.id = coalesce(NEW.checkpoint_id, OLD.checkpoint_id) FOR SHARE;
    IF held.state IS DISTINCT FROM 'open' THEN
        PERFORM refuse('closed_checkpoint');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.checkpoint_id, NEW.question_id) <> (OLD.checkpoint_id, OLD.question_id) THEN
        PERFORM refuse('answer_fits');
    END IF;
    SELECT * INTO asked FROM survey_question q
        WHERE q.id = NEW.question_id AND q.version_id = held.version_id AND held.occasion = ANY (q.occasions);
    IF asked.id IS NULL OR (asked.kind = 'text') <> (NEW.words IS NOT NULL)
            OR (asked.kind = 'scale' AND NEW.number NOT BETWEEN 1 AND asked.points)
            OR (asked.kind = 'yes_no' AND NEW.number NOT IN (0, 1))
            OR (asked.kind = 'choice' AND NOT EXISTS (SELECT FROM survey_wording w WHERE w.question_id = asked.id
                AND w.language = 'sv' AND NEW.number >= 0 AND NEW.number < cardinality(w.choices))) THEN
        PERFORM refuse('answer_fits');
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = {
    "survey_version": "INSERT OR UPDATE OR DELETE",
    "survey_question": "INSERT OR UPDATE OR DELETE",
    "survey_wording": "INSERT OR UPDATE OR DELETE",
    "checkpoint": "INSERT OR UPDATE",
    "checkpoint_answer": "INSERT OR UPDATE OR DELETE",
}
SURVEYS = ("survey_wording", "survey_question", "survey_version", "survey")
TABLES = ("checkpoint_cell", "checkpoint_answer", "checkpoint", *SURVEYS)


def upgrade() -> None:
    create_surveys()
    create_checkpoints()
    create_cells()
    op.execute(FUNCTIONS)
    for table, events in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER kept BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION keep_{table}()"
        )
    protect_surveys()
    protect_answers()
    add_policy("event", "participant_answers", "INSERT", OWN_EVENT)


def downgrade() -> None:
    op.execute("DROP POLICY participant_answers ON event")
    # Policies look from one table to another.
    for table in TABLES:
        op.execute(f"DROP TABLE {table} CASCADE")
    for table in TRIGGERS:
        op.execute(f"DROP FUNCTION keep_{table}")


def protect_surveys() -> None:
    protect(
        "survey",
        [
            ("authority", "SELECT", f"{A} AND (app_role() = 'case_officer' OR {EDITS})"),
            ("editors", "ALL", f"{A} AND {EDITS}"),
            ("participant", "SELECT", f"{PARTICIPANT} AND {HER_SURVEY}"),
        ],
    )
    protect(
        "survey_version",
        [
            (
                "authority",
                "SELECT",
                f"{A} AND ({EDITS} OR (app_role() = 'case_officer' AND state <> 'draft'))",
            ),
            ("editors", "ALL", f"{A} AND {EDITS}"),
            ("participant", "SELECT", f"{PARTICIPANT} AND {HER_VERSION}"),
        ],
    )
    whose = [("with_version", "SELECT", VERSION_SEEN), ("editors", "ALL", VERSION_EDITED)]
    protect("survey_question", whose)
    whose = [("with_question", "SELECT", QUESTION_SEEN), ("editors", "ALL", f"{QUESTION_SEEN} AND {EDITS}")]
    protect("survey_wording", whose)


def protect_answers() -> None:
    app = app_role()
    protect(
        "checkpoint",
        [
            ("system_makes", "INSERT", f"{A} AND app_role() = 'system' AND {PERSON_SEEN}"),
            ("officers", "SELECT", f"{OFFICERS} AND {PERSON_SEEN}"),
            ("officers_close", "UPDATE", f"{OFFICERS} AND {PERSON_SEEN}"),
            ("self", "SELECT", OWN),
            ("self_answers", "UPDATE", OWN),
        ],
        restriction=CONCERNED,
    )
    op.execute(f"REVOKE UPDATE, DELETE ON checkpoint FROM {app}")
    op.execute(f"GRANT UPDATE ({', '.join(CLOSED)}) ON checkpoint TO {app}")
    protect(
        "checkpoint_answer",
        [
            ("with_checkpoint", "SELECT", CHECKPOINT_SEEN),
            ("answerers", "ALL", f"app_role() <> 'system' AND {CHECKPOINT_SEEN}"),
        ],
        restriction=CONCERNED,
    )
    protect(
        "checkpoint_cell",
        [
            ("authority", "SELECT", f"{A} AND app_role() IN ('coordinator', 'strategist')"),
            ("system", "ALL", f"app_role() = 'system' AND {A}"),
        ],
    )


def create_surveys() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("name_sv", sa.Text(), nullable=False),
        *_keys("survey", authority_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_survey_id_authority_id")),
    )
    op.create_index(op.f("ix_survey_authority_id"), "survey", ["authority_id"])
    op.create_table(
        "survey_version",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        *_integers("survey_id", "authority_id", "number"),
        sa.Column("state", _enum("state", "draft", "published", "replaced"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        *_checks(
            "survey_version",
            published_at="(state = 'draft') = (published_at IS NULL)",
            replaced_at="(state = 'replaced') = (replaced_at IS NOT NULL)",
        ),
        _pair("survey", "survey_id", op.f("fk_survey_version_survey_id_authority_id")),
        *_keys("survey_version", authority_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_version_survey_id_number")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_survey_version_id_authority_id")),
    )
    for name, column, state in (("draft", "survey_id", "draft"), ("published", "authority_id", "published")):
        _index_where(f"uq_survey_version_{name}", "survey_version", [column], state, unique=True)
    op.create_table(
        "survey_question",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("kind", "scale", "yes_no", "choice", "text"), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("occasions", postgresql.ARRAY(sa.Text()), nullable=False),
        *_checks(
            "survey_question",
            points="(kind = 'scale') = (points IS NOT NULL) AND coalesce(points BETWEEN 3 AND 7, true)",
            occasions="cardinality(occasions) > 0 AND occasions <@ '{start,quarter,end}'::text[]",
        ),
        *_keys("survey_question", version_id="survey_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_question")),
        sa.UniqueConstraint("version_id", "series", name=op.f("uq_survey_question_version_id_series")),
    )
    op.create_index(op.f("ix_survey_question_version_id"), "survey_question", ["version_id"])
    op.create_table(
        "survey_wording",
        sa.Column("question_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("language", "text", "easy_text", "low_label", "high_label")
        ),
        sa.Column("choices", postgresql.ARRAY(sa.Text()), nullable=False),
        *_keys("survey_wording", question_id="survey_question"),
        sa.PrimaryKeyConstraint("question_id", "language", name=op.f("pk_survey_wording")),
    )


def create_checkpoints() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        *_integers("placement_id", "participant_id", "authority_id", "version_id"),
        sa.Column("occasion", _enum("occasion", "start", "quarter", "end"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", _enum("state", "open", "submitted", "declined", "lapsed"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", _enum("closed_by", "participant", "officer", "system"), nullable=True),
        sa.Column("witness", sa.Text(), nullable=False),
        *_checks(
            "checkpoint",
            number="(occasion = 'quarter') = (number > 0) AND number >= 0",
            closed="(state = 'open') = (closed_at IS NULL) AND (state = 'open') = (closed_by IS NULL)",
            witness="(closed_by IS NOT DISTINCT FROM 'officer') = (witness <> '')",
            lapsed="(state = 'lapsed') = (closed_by IS NOT DISTINCT FROM 'system')",
        ),
        _pair("participant", "participant_id", "fk_checkpoint_participant"),
        _pair("survey_version", "version_id", "fk_checkpoint_version"),
        *_keys("checkpoint", placement_id="placement", authority_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint(
            "placement_id", "occasion", "number", name=op.f("uq_checkpoint_placement_id_occasion_number")
        ),
        sa.UniqueConstraint("id", "participant_id", name=op.f("uq_checkpoint_id_participant_id")),
    )
    op.create_index("ix_checkpoint_participant", "checkpoint", ["participant_id"])
    op.create_index("ix_checkpoint_version", "checkpoint", ["version_id"])
    _index_where("ix_checkpoint_open", "checkpoint", ["authority_id", "due_on"], "open")
    op.create_table(
        "checkpoint_answer",
        *_integers("checkpoint_id", "question_id", "participant_id"),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        *_checks(
            "checkpoint_answer",
            one_of_both="(number IS NULL) <> (words IS NULL)",
            words="length(words) <= 4000",
        ),
        sa.ForeignKeyConstraint(
            ["checkpoint_id", "participant_id"],
            ["checkpoint.id", "checkpoint.participant_id"],
            name="fk_checkpoint_answer_checkpoint",
        ),
        *_keys("checkpoint_answer", question_id="survey_question", participant_id="participant"),
        sa.PrimaryKeyConstraint("checkpoint_id", "question_id", name=op.f("pk_checkpoint_answer")),
    )
    op.create_index(op.f("ix_checkpoint_answer_participant_id"), "checkpoint_answer", ["participant_id"])


def create_cells() -> None:
    """What is published of the answers, which names nobody."""
    key = ("authority_id", "question_id", "period", "step", "sex", "option")
    op.create_table(
        "checkpoint_cell",
        *_integers("authority_id", "question_id", "option"),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("step", _enum("step", "start", "quarter", "end", "forward"), nullable=False),
        sa.Column("sex", _enum("sex", "woman", "man", "other"), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("median", sa.Float(), nullable=True),
        *_checks(
            "checkpoint_cell",
            no_small_cell="persons >= 5",
            mean_of_persons="(mean IS NULL) = (median IS NULL) AND (mean IS NULL OR persons IS NOT NULL)",
        ),
        *_keys("checkpoint_cell", authority_id="organisation", question_id="survey_question"),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_checkpoint_cell")),
    )


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]


def _keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    """Each column to the id of another table."""
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def _pair(target: str, column: str, name: str) -> sa.ForeignKeyConstraint:
    """The column together with the authority."""
    return sa.ForeignKeyConstraint(
        [column, "authority_id"], [f"{target}.id", f"{target}.authority_id"], name=name
    )


def _index_where(name: str, table: str, columns: list[str], state: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(f"state = '{state}'"))
