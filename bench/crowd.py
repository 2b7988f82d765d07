"""The foundation's rows multiplied by SQL, as a superuser: one INSERT … SELECT a table.

What is not said here is as in the row that is copied, so that a column more needs no word here. Clones have ids from
BASE on.
"""

from typing import Any

from bench.foundation import Foundation
from bench.sizes import Sizes

BASE = 1_000_000
_SITES = 4
"""Of each enterprise."""
_MOST_SEATS = 5
_PLACES_EACH = 100
"""Places of an enterprise, about."""
RUSH_PLACE = 900_000
Cursor = Any


def multiply(cursor: Cursor, table: str, source: str, **said: str) -> int:
    """A row of `table` for each of `source`, like the one whose id is the source's `like_<table>`.

    `said` are the columns that differ, as SQL over the source `s` and the row `t`.
    """
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall()]
    unknown = set(said) - set(columns)
    assert not unknown, f"{table} has no {unknown}"
    key = "id" if "id" in columns else columns[0]
    values = ", ".join(said.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} s JOIN {table} t ON t.{key} = s.like_{table}"
    )
    return int(cursor.rowcount)


def make_market(cursor: Cursor, foundation: Foundation, sizes: Sizes) -> None:
    """Enterprises, contracts, sites, places and seats."""
    _kinds(cursor, foundation)
    buyers = len(foundation.patterns)
    enterprises = max(2 * buyers, sizes.places // _PLACES_EACH)
    cursor.execute(
        f"""
        CREATE TABLE bench.enterprise AS
        SELECT e, {BASE} + e AS id, p.a, p.enterprise AS like_organisation, p.enterprise AS like_enterprise_profile
        FROM generate_series(0, {enterprises} - 1) e JOIN bench.pattern p ON p.a = e % {buyers};

        -- Most sell to one authority; a third of the others also to the first.
        CREATE TABLE bench.deal AS
        SELECT {BASE} + row_number() OVER (ORDER BY d.e, d.a <> d.own)::integer AS id, d.e, d.a, d.own = d.a AS is_main,
               {BASE} + d.e AS enterprise_id, p.contract AS like_contract, p.application AS like_application,
               p.edition AS like_contract_edition,
               CASE WHEN d.e % 20 = 3 THEN current_date + 60 WHEN d.e % 20 = 5 THEN current_date + 1500 END AS ends_on,
               CASE WHEN d.e % 10 = 9 THEN 400 END AS cap
        FROM (SELECT e, a, a AS own FROM bench.enterprise
              UNION ALL SELECT e, 0, a FROM bench.enterprise WHERE a <> 0 AND e % 3 = 1) d
        JOIN bench.pattern p ON p.a = d.a;
        """
    )
    multiply(
        cursor,
        "organisation",
        "bench.enterprise",
        id="s.id",
        name="t.name || ' ' || s.e",
        orgnr="lpad((8000000000 + s.e)::text, 10, '0')",
    )
    multiply(cursor, "enterprise_profile", "bench.enterprise", enterprise_id="s.id")
    party = {"id": "s.id", "enterprise_id": "s.enterprise_id"}
    multiply(cursor, "application", "bench.deal", **party)
    facts = {"ends_on": "s.ends_on", "capacity_cap": "s.cap"}
    multiply(cursor, "contract", "bench.deal", **party, **facts, application_id="s.id", edition_id="NULL")
    multiply(cursor, "contract_edition", "bench.deal", **party, **facts, contract_id="s.id")
    cursor.execute(f"UPDATE contract SET edition_id = id WHERE id >= {BASE}")
    _supply(cursor, sizes, enterprises)


def _supply(cursor: Cursor, sizes: Sizes, enterprises: int) -> None:
    cursor.execute(
        f"""
        CREATE TABLE bench.site AS
        SELECT {BASE} + e.e * {_SITES} + k AS id, e.id AS enterprise_id, p.site AS like_site, k,
               p.kommuner[1 + (e.e / 7 + k) % cardinality(p.kommuner)] AS kommun_code
        FROM bench.enterprise e JOIN bench.pattern p USING (a), generate_series(0, {_SITES} - 1) k;

        CREATE TABLE bench.place AS
        SELECT i, {BASE} + i AS id, e.e, e.id AS enterprise_id, e.a, site.id AS site_id, site.kommun_code,
               1 + (i / {enterprises} * 3 + i) % {_MOST_SEATS} AS seats, kind.*, p.place AS like_place
        FROM generate_series(0, {sizes.places} - 1) i
        JOIN bench.enterprise e ON e.e = i % {enterprises}
        JOIN bench.pattern p USING (a)
        JOIN bench.site site ON site.id = {BASE} + e.e * {_SITES} + (i / {enterprises}) % {_SITES}
        JOIN bench.kind kind ON kind.n = (hashint4(i) & 2147483647) % (SELECT count(*) FROM bench.kind);

        CREATE TABLE bench.seat AS
        SELECT {BASE} + i * {_MOST_SEATS} + k AS id, i * {_MOST_SEATS} + k AS s, k + 1 AS number, id AS place_id, e,
               (SELECT min(id) FROM seat) AS like_seat
        FROM bench.place, generate_series(0, seats - 1) k;
        """
    )
    multiply(
        cursor,
        "site",
        "bench.site",
        id="s.id",
        enterprise_id="s.enterprise_id",
        name="t.name || ' ' || s.k + 1",
        kommun_code="s.kommun_code",
    )
    place = {name: f"s.{name}" for name in ("id", "enterprise_id", "site_id", "kommun_code", *_KIND)}
    multiply(
        cursor,
        "place",
        "bench.place",
        **place,
        name="s.name || ' ' || s.i",
        state="CASE WHEN s.i % 20 = 7 THEN 'paused' ELSE 'published' END",
        confirmed_on="current_date - s.i % 60",
    )
    multiply(cursor, "seat", "bench.seat", id="s.id", place_id="s.place_id", number="s.number")
    multiply(
        cursor,
        "place",
        "(SELECT place AS like_place FROM bench.pattern WHERE a = 0)",
        id=f"{RUSH_PLACE}",
        name="'Platsen som alla vill ha'",
    )
    multiply(
        cursor,
        "seat",
        f"(SELECT k, min(seat.id) AS like_seat FROM seat, generate_series(1, {_MOST_SEATS}) k GROUP BY k)",
        id=f"{RUSH_PLACE} + s.k",
        place_id=f"{RUSH_PLACE}",
        number="s.k",
    )


_KIND = (
    "ssyk",
    "tasks_sv",
    "hours_per_week_min",
    "hours_per_week_max",
    "lead_time_days",
    "adaptations",
    "languages",
)


def mark_patterns(cursor: Cursor, foundation: Foundation) -> None:
    """Which rows are multiplied."""
    cursor.execute(
        """
        CREATE SCHEMA bench;
        CREATE TABLE bench.pattern (a integer, authority_id integer, enterprise integer, application integer,
            contract integer, edition integer, site integer, place integer, running integer, chosen integer,
            kommuner text[]);
        """
    )
    for number, (row, authority) in enumerate(
        zip(foundation.patterns, foundation.story.authorities, strict=True)
    ):
        cursor.execute(
            "INSERT INTO bench.pattern VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                number,
                row.authority_id,
                row.organisation,
                row.application,
                row.contract,
                row.contract_edition,
                row.site,
                row.place,
                row.running,
                row.chosen,
                list(authority.kommuner),
            ],
        )
    cursor.execute(
        """
        CREATE TABLE bench.unit AS
        SELECT p.a, (row_number() OVER (PARTITION BY p.a ORDER BY m.id) - 1)::integer AS n,
               count(*) OVER (PARTITION BY p.a)::integer AS of, o.id AS unit_id, m.user_id AS officer_id,
               o.kommun_codes[1] AS kommun_code
        FROM bench.pattern p
        JOIN organisation o ON o.authority_id = p.authority_id
        JOIN membership m ON m.organisation_id = o.id AND m.role = 'case_officer';

        CREATE TABLE bench.like AS
        SELECT p.a, which, r.id AS like_choice_round, r.participant_id AS like_participant,
               r.participant_id AS like_participant_identity, r.grant_id AS like_training_grant,
               (SELECT id FROM consent c WHERE c.participant_id = r.participant_id) AS like_consent,
               (SELECT id FROM shown_place s WHERE s.choice_round_id = r.id) AS like_shown_place,
               pl.id AS like_placement, pl.seat_use_id AS like_seat_use
        FROM bench.pattern p
        CROSS JOIN LATERAL (VALUES ('running', p.running), ('chosen', p.chosen)) w (which, round_id)
        JOIN choice_round r ON r.id = w.round_id
        LEFT JOIN placement pl ON pl.choice_round_id = r.id;
        """
    )


def _kinds(cursor: Cursor, foundation: Foundation) -> None:
    cursor.execute(
        """
        CREATE TABLE bench.kind (n integer, name text, ssyk text, tasks_sv text, hours_per_week_min integer,
            hours_per_week_max integer, lead_time_days integer, adaptations text[], languages text[])
        """
    )
    rows: list[tuple[Any, ...]] = [
        (
            number,
            kind.name,
            kind.ssyk,
            kind.tasks_sv,
            kind.hours_min,
            kind.hours_max,
            kind.lead_days,
            list(kind.adaptations),
            ["sv", *kind.languages],
        )
        for number, kind in enumerate(foundation.story.places)
    ]
    cursor.executemany("INSERT INTO bench.kind VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)


def move_sequences(cursor: Cursor) -> None:
    """They go on after what was added."""
    cursor.execute(
        """
        SELECT format('%I', c.relname), a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
        WHERE c.relnamespace = 'public'::regnamespace
        """
    )
    for table, column, sequence in cursor.fetchall():
        cursor.execute(f"SELECT setval(%s, coalesce(max({column}), 0) + 1) FROM {table}", [sequence])
