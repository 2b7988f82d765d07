"""Free text, saved searches, the distance between kommuner, and indexes that serve the neutral order.

What is on a place is found through `place_words`, which triggers keep. It has the words of places that are not drafts,
which everyone may read, and its policy is therefore `true`: with any other, PostgreSQL would not use a text index, since
`@@` is not leakproof.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import add_policy, protect

revision = "0017"
down_revision = "0016"

# Folds capital letters by itself: where the database's locale is C, lower() leaves Å, Ä and Ö alone.
FUNCTIONS = """
CREATE FUNCTION words_of(said text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT strip(to_tsvector('pg_catalog.swedish', translate(lower(said), 'ÅÄÖÉÈÜØÆ', 'åäöéèüøæ'))) $$;

CREATE FUNCTION keep_words(numbers integer[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM place_words WHERE place_id = ANY (numbers);
    INSERT INTO place_words (place_id, words)
    SELECT p.id, words_of(concat_ws(' ', p.name, p.tasks_sv, array_to_string(p.tasks, ' '),
                                    t.plain_name, t.name, o.name, s.name))
    FROM place p
    JOIN trade t ON t.ssyk = p.ssyk
    JOIN organisation o ON o.id = p.enterprise_id
    JOIN site s ON s.id = p.site_id
    WHERE p.id = ANY (numbers) AND p.state <> 'draft';
END $$;

CREATE FUNCTION keep_words_of_place() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM keep_words(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

CREATE FUNCTION keep_words_of_others() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    row jsonb := to_jsonb(NEW);
BEGIN
    PERFORM keep_words(array_agg(p.id)) FROM place p
    WHERE CASE TG_TABLE_NAME
        WHEN 'site' THEN p.site_id = (row ->> 'id')::integer
        WHEN 'organisation' THEN p.enterprise_id = (row ->> 'id')::integer
        ELSE p.ssyk = row ->> 'ssyk'
    END;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION keep_words(integer[]) FROM PUBLIC;
"""

TRIGGERS = """
CREATE TRIGGER words AFTER INSERT ON place FOR EACH ROW EXECUTE FUNCTION keep_words_of_place();
CREATE TRIGGER words_changed AFTER UPDATE ON place FOR EACH ROW
    WHEN ((OLD.name, OLD.tasks_sv, OLD.tasks, OLD.ssyk, OLD.site_id, OLD.state = 'draft')
          IS DISTINCT FROM (NEW.name, NEW.tasks_sv, NEW.tasks, NEW.ssyk, NEW.site_id, NEW.state = 'draft'))
    EXECUTE FUNCTION keep_words_of_place();
CREATE TRIGGER words_changed AFTER UPDATE ON site FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION keep_words_of_others();
CREATE TRIGGER words_changed AFTER UPDATE ON organisation FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION keep_words_of_others();
CREATE TRIGGER words_changed AFTER UPDATE ON trade FOR EACH ROW
    WHEN ((OLD.name, OLD.plain_name) IS DISTINCT FROM (NEW.name, NEW.plain_name))
    EXECUTE FUNCTION keep_words_of_others();
"""
TRIGGERED = (
    ("place", "words"),
    ("place", "words_changed"),
    ("site", "words_changed"),
    ("organisation", "words_changed"),
    ("trade", "words_changed"),
)

OWN_PLACE = "EXISTS (SELECT FROM place p WHERE p.id = place_id AND p.enterprise_id = app_enterprise())"
CONTRACTED_PLACE = (
    "app_role() IN ('case_officer', 'coordinator', 'system') AND "
    "EXISTS (SELECT FROM place p JOIN contract c ON c.enterprise_id = p.enterprise_id"
    " WHERE p.id = place_id AND c.authority_id = app_authority())"
)
WRITES = {"adds": "INSERT", "changes": "UPDATE", "removes": "DELETE"}

PUBLISHED = sa.text("state = 'published'")
IN_ORDER = {
    "ix_place_kommun_in_order": ["kommun_code", "order_key"],
    "ix_place_ssyk_in_order": ["ssyk", "order_key"],
    "ix_place_enterprise_in_order": ["enterprise_id", "order_key"],
}


def upgrade() -> None:
    op.add_column("kommun", sa.Column("town", sa.Text(), nullable=False, server_default=""))
    op.add_column("kommun", sa.Column("latitude", sa.Float(), nullable=True))
    op.add_column("kommun", sa.Column("longitude", sa.Float(), nullable=True))
    op.create_check_constraint(
        op.f("ck_kommun_position"),
        "kommun",
        "(latitude IS NULL) = (longitude IS NULL)"
        " AND coalesce(latitude BETWEEN 55 AND 70 AND longitude BETWEEN 10 AND 25, true)",
    )
    _words()
    _saved_searches()
    _reading_of_seat_use()
    for name, columns in IN_ORDER.items():
        op.create_index(name, "place", columns, postgresql_where=PUBLISHED)


def _words() -> None:
    op.create_table(
        "place_words",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_place_words_place_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_place_words")),
    )
    op.execute(FUNCTIONS)
    op.execute("SELECT keep_words(array_agg(id)) FROM place")
    op.create_index("ix_place_words_words", "place_words", ["words"], postgresql_using="gin")
    op.execute(TRIGGERS)
    protect("place_words", [("everyone_reads", "SELECT", "true")])


def _saved_searches() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_in_days", sa.Integer(), nullable=True),
        sa.Column("lasts_days", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_saved_search_name")),
        sa.CheckConstraint("starts_in_days >= 0 AND lasts_days >= 0", name=op.f("ck_saved_search_days")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_search_user_id")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisation.id"], name=op.f("fk_saved_search_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint(
            "user_id", "authority_id", "name", name=op.f("uq_saved_search_user_id_authority_id_name")
        ),
    )
    protect("saved_search", [("own", "ALL", "user_id = app_user() AND authority_id = app_authority()")])


def _reading_of_seat_use() -> None:
    """A policy for ALL is asked at every reading too. Those of who may write cost an EXISTS for each row that a search
    counts, though every buyer may read the row anyhow: they hold for writing only, and nobody reads less or more."""
    op.execute("DROP POLICY authority_writes ON seat_use")
    op.execute("DROP POLICY enterprise_writes ON seat_use")
    for verb, command in WRITES.items():
        add_policy("seat_use", f"authority_{verb}", command, CONTRACTED_PLACE)
        add_policy("seat_use", f"enterprise_{verb}", command, OWN_PLACE)
    add_policy("seat_use", "enterprise", "SELECT", OWN_PLACE)


def downgrade() -> None:
    for name in IN_ORDER:
        op.drop_index(name, "place")
    op.execute("DROP POLICY enterprise ON seat_use")
    for verb in WRITES:
        op.execute(f"DROP POLICY authority_{verb} ON seat_use")
        op.execute(f"DROP POLICY enterprise_{verb} ON seat_use")
    add_policy("seat_use", "enterprise_writes", "ALL", OWN_PLACE)
    add_policy("seat_use", "authority_writes", "ALL", CONTRACTED_PLACE)
    op.drop_table("saved_search")
    for table, name in TRIGGERED:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.drop_table("place_words")
    op.execute("DROP FUNCTION keep_words_of_others, keep_words_of_place, keep_words, words_of")
    op.drop_constraint("ck_kommun_position", "kommun")
    for column in ("longitude", "latitude", "town"):
        op.drop_column("kommun", column)
