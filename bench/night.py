"""A night's count of all indicators, and the strategist's pages over it: the product's against the same by hand."""

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
from flask import Flask, template_rendered
from jinja2 import Template
from sqlalchemy import event

from bench.data import YEAR, YEARS, Ground
from bench.night_sql import BY_HAND
from bench.report import Finding
from indicators.services import compute_all
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.web.guards import guard_of, requires

NIGHT_AT_FLOOR, NIGHT_GROWTH, PAGES_AT_FLOOR = 3.0, 1.3, 2.0
_COUNTED = "bench_counted"
_BARE = "/bench"
"""A page without anything on it, behind the same guard."""
_LOOKS = 15

# What happens in a day: the next day of every tenth placement that runs, and a request each for some.
_A_DAY = """
INSERT INTO attendance_day (placement_id, day, contract_id, planned_hours, actual_hours, kind, is_reported_same_day)
SELECT id, current_date - 1, contract_id, 6, 6, 'present', false FROM placement WHERE state = 'running' AND id % 5 = 0
ON CONFLICT DO NOTHING;
INSERT INTO event (object_type, object_id, about_person, action, note_sv, at, user_name, organisation_name,
                   authority_id, enterprise_id)
SELECT 'attendance', id, false, 'record', '', now(), '', '', authority_id, enterprise_id
FROM placement WHERE state = 'running' AND id % 5 = 0;
"""


def indicator_findings(ground: Ground) -> list[Finding]:
    floor, night, whole = _counted(ground, YEAR)
    pages = _pages(ground)
    floor_later, later, _ = _counted(ground, YEARS)
    return [
        Finding(
            "night's indicators / floor",
            f"{night:.2f} s, by hand {floor:.2f} s; counted from nothing {whole:.2f} s",
            night / floor,
            NIGHT_AT_FLOOR,
        ),
        # A night counts this year and the last, of which the one year has little: so both are held against by hand.
        Finding(
            "night's indicators / floor, after three years and after one",
            f"{night:.2f} s / {floor:.2f} s → {later:.2f} s / {floor_later:.2f} s",
            (later / floor_later) / (night / floor),
            NIGHT_GROWTH,
        ),
        *pages,
    ]


def _counted(ground: Ground, template: str) -> tuple[float, float, float]:
    """Seconds by hand, of the night after a day, and of all days."""
    ground.cluster.drop_database(_COUNTED)
    ground.cluster.make_database(_COUNTED, template=template)
    whole = _computed(ground, is_whole=True)
    with ground.cursor(_COUNTED, checked=False) as cursor:
        cursor.execute(_A_DAY)
    night = _computed(ground, is_whole=False)
    return _by_hand(ground), night, whole


def _computed(ground: Ground, *, is_whole: bool) -> float:
    with ground.app(_COUNTED).app_context():
        started = time.monotonic()
        compute_all(is_whole=is_whole)
        seconds = time.monotonic() - started
        db.session.remove()
        db.engine.dispose()
    return seconds


def _by_hand(ground: Ground) -> float:
    with ground.cursor(_COUNTED, tidy=False) as cursor:
        started = time.monotonic()
        for name, statement in BY_HAND.items():
            cursor.execute(f"CREATE TABLE bench.counted_{name} AS {statement}")
        return time.monotonic() - started


def _pages(ground: Ground) -> list[Finding]:
    """Each of the strategist's pages, against what any page takes, and its statements past row security and its
    template with nothing around them."""
    app = ground.app(_COUNTED)
    app.add_url_rule(_BARE, view_func=requires(Role.STRATEGIST)(lambda: ""), endpoint="bare")
    with ground.cursor(_COUNTED, tidy=False) as cursor:
        cursor.execute(
            "SELECT m.id FROM membership m JOIN bench.pattern p ON p.a = 0 AND m.organisation_id = p.authority_id"
            " WHERE m.role = 'strategist'"
        )
        membership_id = cursor.fetchone()[0]
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/demo/logga-in", data={"membership_id": membership_id})
    found = [_page(ground, app, client, path) for path in _paths(app)]
    with app.app_context():
        db.engine.dispose()
    return found


def _paths(app: Flask) -> list[str]:
    """Pages of indicators that a strategist opens without saying of what."""
    paths = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        guard = guard_of(view)
        is_page = "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.endswith(".svg")
        if is_page and view.__module__.startswith("indicators.") and guard and Role.STRATEGIST in guard.roles:
            paths.append(rule.rule)
    return sorted(paths)


def _page(ground: Ground, app: Flask, client: Any, path: str) -> Finding:
    guards = {statement for statement, _ in _opened(app, client, _BARE)[0]}
    statements, (template, context) = _opened(app, client, path)
    own_statements = [one for one in statements if one[0] not in guards]
    with (
        app.test_request_context(path),
        closing(psycopg2.connect(ground.dsn("postgres", _COUNTED))) as connection,
        connection.cursor() as cursor,
    ):

        def by_hand() -> None:
            for statement, parameters in own_statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()
            template.render(context)

        own, bare, alone = _medians(lambda: client.get(path), lambda: client.get(_BARE), by_hand)
    floor = bare + alone
    return Finding(
        f"page {path}",
        f"{1000 * own:.1f} ms, floor {1000 * floor:.1f} ms",
        own / floor,
        PAGES_AT_FLOOR,
        details={"queries": len(own_statements)},
    )


def _opened(
    app: Flask, client: Any, path: str
) -> tuple[list[tuple[str, Any]], tuple[Template, dict[str, Any]]]:
    """The statements that the page sends, and its template with what is put into it."""
    shown: list[tuple[Template, dict[str, Any]]] = [(Template(""), {})]
    sent: list[tuple[str, Any]] = []

    def note_page(_: Flask, template: Template, context: dict[str, Any], **__: Any) -> None:
        shown.append((template, context))

    def note_statement(*said: Any) -> None:
        sent.append((said[2], said[3]))

    client.get(path)
    with app.app_context():
        engine = db.engine
    with template_rendered.connected_to(note_page, app):
        event.listen(engine, "before_cursor_execute", note_statement)
        answer = client.get(path)
        event.remove(engine, "before_cursor_execute", note_statement)
    if answer.status_code != 200:
        raise ValueError(f"{path} answers {answer.status_code}")
    return sent, shown[-1]


def _medians(*looks: Callable[[], object]) -> list[float]:
    """Seconds of each; they take turns, so that what else the machine does falls on all of them."""
    times: list[list[float]] = [[] for _ in looks]
    for _ in range(_LOOKS):
        for look, taken in zip(looks, times, strict=True):
            started = time.monotonic()
            look()
            taken.append(time.monotonic() - started)
    return [statistics.median(taken) for taken in times]
