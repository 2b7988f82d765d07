"""Study visits: times that a supplier offers, who has booked them, and whom a visitor's name is shared with."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import app_role, protect

revision = "0018"
down_revision = "0017"

A = "authority_id = app_authority()"
E = "enterprise_id = app_enterprise()"
OWN = "app_role() = 'participant' AND participant_id = app_participant()"
OFFERS = "app_role() IN ('supplier_manager', 'supervisor', 'system')"
PERSON_SEEN = "EXISTS (SELECT FROM participant p WHERE p.id = participant_id)"
CONTRACTED = (
    "EXISTS (SELECT FROM contract c"
    " WHERE c.enterprise_id = visit_time.enterprise_id AND c.authority_id = app_authority())"
)
SHOWN = "EXISTS (SELECT FROM shown_place s WHERE s.place_id = visit_time.place_id)"
ENDED = ("state", "held_on", "end_reason")
"""What changes of a visit. A time changes its state alone; how many have booked it is the trigger's."""

# The application's own day, which it sets with the actor: without it nothing is shared.
TODAY = """
CREATE FUNCTION app_today() RETURNS date LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.today', true), '')::date $$;
"""

BEFORE = """
    SELECT EXISTS (
        SELECT FROM placement
        WHERE participant_id = person AND enterprise_id = supplier
          AND state IN ('requested', 'accepted', 'running', 'completed', 'ended_early')
    ) AND EXISTS (
        SELECT FROM consent WHERE participant_id = person AND scope = 'supplier' AND withdrawn_at IS NULL
    )
"""
# A visitor is known to whom she visits, until a week after. By day the day in UTC is the day in Sweden.
AND_VISITORS = """
    SELECT (EXISTS (
        SELECT FROM placement
        WHERE participant_id = person AND enterprise_id = supplier
          AND state IN ('requested', 'accepted', 'running', 'completed', 'ended_early')
    ) OR EXISTS (
        SELECT FROM study_visit
        WHERE participant_id = person AND enterprise_id = supplier AND state <> 'cancelled'
          AND (ends_at AT TIME ZONE 'UTC')::date + 7 >= app_today()
    )) AND EXISTS (
        SELECT FROM consent WHERE participant_id = person AND scope = 'supplier' AND withdrawn_at IS NULL
    )
"""

# It runs as the owner: whoever books sees neither other authorities' visits nor, as a participant, the contract, and
# may not write how many have booked. The round is locked before the time, as by those who end rounds.
FUNCTIONS = """
CREATE FUNCTION keep_study_visit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    step integer := 0;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM choice_round r
            WHERE r.id = NEW.choice_round_id AND r.participant_id = NEW.participant_id
              AND r.authority_id = NEW.authority_id AND r.state = 'open'
            FOR SHARE;
        IF NOT FOUND OR NEW.state <> 'booked' THEN
            PERFORM refuse('visit_outside_open_round');
        END IF;
        IF NOT EXISTS (SELECT FROM contract c WHERE c.authority_id = NEW.authority_id
                AND c.enterprise_id = NEW.enterprise_id AND c.state = 'active') THEN
            PERFORM refuse('visit_without_contract');
        END IF;
        IF (NEW.booked_by = 'participant') IS DISTINCT FROM (app_role() = 'participant') THEN
            PERFORM refuse('another_writer');
        END IF;
        step := 1;
    ELSIF OLD.state = 'cancelled' AND NEW.state <> 'cancelled' THEN
        PERFORM refuse('cancelled_visit');
    ELSIF OLD.state <> 'cancelled' AND NEW.state = 'cancelled' THEN
        step := -1;
    END IF;
    IF step <> 0 THEN
        UPDATE visit_time SET taken = taken + step
            WHERE id = NEW.visit_time_id AND (step < 0 OR state = 'offered');
        IF NOT FOUND THEN
            PERFORM refuse('visit_time_withdrawn');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON study_visit
    FOR EACH ROW EXECUTE FUNCTION keep_study_visit();
"""


def share(rule: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION is_shared_with(person integer, supplier integer) RETURNS boolean"
        f" LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$ {rule} $$"
    )


def upgrade() -> None:
    op.execute(TODAY)
    create_times()
    create_visits()
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION keep_study_visit FROM PUBLIC")
    op.execute(f"REVOKE UPDATE, DELETE ON visit_time, study_visit FROM {app_role()}")
    op.execute(f"GRANT UPDATE (state) ON visit_time TO {app_role()}")
    op.execute(f"GRANT UPDATE ({', '.join(ENDED)}) ON study_visit TO {app_role()}")
    share(AND_VISITORS)


def downgrade() -> None:
    share(BEFORE)
    op.drop_table("study_visit")
    op.drop_table("visit_time")
    op.execute("DROP FUNCTION keep_study_visit")
    op.execute("DROP FUNCTION app_today")


def create_times() -> None:
    op.create_table(
        "visit_time",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("most_visitors", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("meeting_sv", sa.Text(), nullable=False),
        sa.Column("state", _enum("state", "offered", "withdrawn"), nullable=False),
        sa.CheckConstraint(
            "ends_at - starts_at BETWEEN interval '15 minutes' AND interval '8 hours'",
            name=op.f("ck_visit_time_length"),
        ),
        sa.CheckConstraint("most_visitors BETWEEN 1 AND 20", name=op.f("ck_visit_time_most_visitors")),
        sa.CheckConstraint("taken BETWEEN 0 AND most_visitors", name=op.f("ck_visit_time_room")),
        sa.ForeignKeyConstraint(
            ["place_id", "enterprise_id"],
            ["place.id", "place.enterprise_id"],
            name="fk_visit_time_place_owner",
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["organisation.id"], name=op.f("fk_visit_time_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_time")),
        sa.UniqueConstraint(
            "id",
            "place_id",
            "enterprise_id",
            "starts_at",
            "ends_at",
            name=op.f("uq_visit_time_id_place_id_enterprise_id_starts_at_ends_at"),
        ),
    )
    op.create_index(
        "uq_visit_time_offered",
        "visit_time",
        ["place_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index("ix_visit_time_enterprise", "visit_time", ["enterprise_id", "starts_at"])
    protect(
        "visit_time",
        [
            ("enterprise", "SELECT", E),
            ("enterprise_offers", "INSERT", f"{E} AND {OFFERS} AND state = 'offered' AND taken = 0"),
            ("enterprise_withdraws", "UPDATE", f"{E} AND {OFFERS}"),
            ("buyers", "SELECT", f"app_role() IN ('case_officer', 'coordinator', 'system') AND {CONTRACTED}"),
            ("participant", "SELECT", f"app_role() = 'participant' AND {SHOWN}"),
        ],
    )


def create_visits() -> None:
    op.create_table(
        "study_visit",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("visit_time_id", sa.Integer(), nullable=False),
        sa.Column("choice_round_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", _enum("state", "booked", "held", "not_held", "cancelled"), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", _enum("booked_by", "officer", "participant"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column(
            "end_reason",
            _enum(
                "end_reason",
                "participant",
                "officer",
                "time_withdrawn",
                "placed",
                "round_closed",
                "grant_ended",
                "contract_ended",
                "no_show",
                "supplier_failed",
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(state = 'held') = (held_on IS NOT NULL)", name=op.f("ck_study_visit_held_has_a_day")
        ),
        sa.CheckConstraint(
            "(state IN ('cancelled', 'not_held')) = (end_reason IS NOT NULL)",
            name=op.f("ck_study_visit_ended_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'not_held') = coalesce(end_reason IN ('no_show', 'supplier_failed'), false)",
            name=op.f("ck_study_visit_reason_of_its_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_time_id", "place_id", "enterprise_id", "starts_at", "ends_at"],
            [
                "visit_time.id",
                "visit_time.place_id",
                "visit_time.enterprise_id",
                "visit_time.starts_at",
                "visit_time.ends_at",
            ],
            name="fk_study_visit_time",
        ),
        sa.ForeignKeyConstraint(
            ["choice_round_id", "place_id"],
            ["shown_place.choice_round_id", "shown_place.place_id"],
            name="fk_study_visit_shown_place",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_study_visit_participant",
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_study_visit_{column}"))
            for column, table in (
                ("choice_round_id", "choice_round"),
                ("authority_id", "organisation"),
                ("unit_id", "organisation"),
                ("enterprise_id", "organisation"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_visit")),
    )
    live = "state <> 'cancelled'"
    op.create_index(
        "uq_study_visit_live",
        "study_visit",
        ["visit_time_id", "participant_id"],
        unique=True,
        postgresql_where=sa.text(live),
    )
    for name, columns in (
        ("round", ["choice_round_id"]),
        ("participant", ["participant_id", "enterprise_id"]),
        ("authority", ["authority_id", "starts_at"]),
        ("enterprise", ["enterprise_id", "starts_at"]),
    ):
        op.create_index(f"ix_study_visit_{name}", "study_visit", columns)
    op.create_index(
        "ix_study_visit_booked", "study_visit", ["ends_at"], postgresql_where=sa.text("state = 'booked'")
    )
    # Ranges of whole numbers and of instants have a gist of their own: no extension is needed.
    op.execute(
        "ALTER TABLE study_visit ADD CONSTRAINT ex_study_visit_one_at_a_time EXCLUDE USING gist ("
        "int4range(participant_id, participant_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        f" WHERE ({live})"
    )
    protect(
        "study_visit",
        [
            ("authority", "SELECT", f"{A} AND {PERSON_SEEN}"),
            (
                "officer_writes",
                "ALL",
                f"{A} AND app_role() IN ('case_officer', 'system') AND {PERSON_SEEN}",
            ),
            # By number: whether the supplier sees the person too is is_shared_with's to say.
            ("supplier", "SELECT", f"{E} AND app_role() IN ('supervisor', 'system')"),
            ("supplier_marks", "UPDATE", f"{E} AND app_role() IN ('supervisor', 'system')"),
            ("participant_reads", "SELECT", OWN),
            ("participant_books", "INSERT", OWN),
            ("participant_cancels", "UPDATE", OWN),
        ],
        restriction="app_sees_persons()",
    )


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
