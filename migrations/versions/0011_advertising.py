"""Questions about a system, their public answers, and whom an advertisement names."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0011"
down_revision = "0010"

PROCUREMENT = "app_role() IN ('procurement_officer', 'system')"
MANAGER = "app_role() IN ('supplier_manager', 'system')"
AUTHORITY = f"authority_id = app_authority() AND {PROCUREMENT}"
ENTERPRISE = f"enterprise_id = app_enterprise() AND {MANAGER}"

SYSTEM_SEEN = "EXISTS (SELECT FROM system_of_choice s WHERE s.id = system_id)"
OF_THE_SYSTEMS_AUTHORITY = (
    "EXISTS (SELECT FROM system_of_choice s WHERE s.id = system_id AND s.authority_id = {table}.authority_id)"
)

FUNCTIONS = """
-- What has been asked stays as it was asked, what has been answered stays answered, and a public answer stays.
CREATE FUNCTION keep_question() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lasting text[] := ARRAY['state', 'public_answer_id'];
BEGIN
    IF TG_OP = 'DELETE' OR TG_TABLE_NAME = 'public_answer' OR to_jsonb(OLD)->>'state' <> 'asked'
            OR to_jsonb(NEW) - lasting <> to_jsonb(OLD) - lasting THEN
        PERFORM refuse('frozen_question');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON question FOR EACH ROW EXECUTE FUNCTION keep_question();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON public_answer FOR EACH ROW EXECUTE FUNCTION keep_question();
"""


def upgrade() -> None:
    op.create_table(
        "public_answer",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question_sv", sa.Text(), nullable=False),
        sa.Column("answer_sv", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "question_sv <> '' AND answer_sv <> ''", name=op.f("ck_public_answer_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system_of_choice.id"], name=op.f("fk_public_answer_system_id")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_public_answer_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_answer")),
        sa.UniqueConstraint("system_id", "number", name=op.f("uq_public_answer_system_id_number")),
        sa.UniqueConstraint("id", "system_id", name=op.f("uq_public_answer_id_system_id")),
    )
    op.create_index(op.f("ix_public_answer_authority_id"), "public_answer", ["authority_id"])
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "answered",
                "duplicate",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_answer_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'asked') = (public_answer_id IS NULL)", name=op.f("ck_question_answered_by_an_answer")
        ),
        sa.CheckConstraint("text_sv <> ''", name=op.f("ck_question_says_something")),
        sa.ForeignKeyConstraint(["system_id"], ["system_of_choice.id"], name=op.f("fk_question_system_id")),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_question_authority_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_question_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["public_answer_id", "system_id"],
            ["public_answer.id", "public_answer.system_id"],
            name=op.f("fk_question_public_answer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    for column in ("system_id", "authority_id", "enterprise_id"):
        op.create_index(op.f(f"ix_question_{column}"), "question", [column])
    op.create_table(
        "advertisement_contact",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("unit_sv", "email", "phone", "street", "postcode", "city")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_advertisement_contact_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", name=op.f("pk_advertisement_contact")),
    )
    op.execute(FUNCTIONS)
    own_system = OF_THE_SYSTEMS_AUTHORITY.format(table="public_answer")
    protect(
        "public_answer",
        [("with_system", "SELECT", SYSTEM_SEEN), ("authority", "ALL", f"{AUTHORITY} AND {own_system}")],
    )
    asked_system = OF_THE_SYSTEMS_AUTHORITY.format(table="question")
    protect(
        "question",
        [
            ("asker", "SELECT", ENTERPRISE),
            ("asker_asks", "INSERT", f"{ENTERPRISE} AND state = 'asked' AND {asked_system}"),
            ("authority", "SELECT", AUTHORITY),
            ("authority_answers", "UPDATE", AUTHORITY),
        ],
    )
    protect("advertisement_contact", [("everyone_reads", "SELECT", "true"), ("authority", "ALL", AUTHORITY)])


def downgrade() -> None:
    for table in ("advertisement_contact", "question", "public_answer"):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_question")
