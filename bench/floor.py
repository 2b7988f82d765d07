"""The floor: the same answers by hand. One SQL statement through psycopg2, a bare Jinja2 template, a bare Flask view.

No session, guard, row security, form, menu or log. `python -m bench.floor` serves it with gunicorn as the product is.
"""

import os
import sys
import threading
from datetime import date, timedelta
from typing import Any

import psycopg2
from flask import Flask, request
from jinja2 import Environment

from bench.floor_sql import SEARCH, TAKE_SEAT
from enterprises.directory.rules import order_start
from marketplace.clock import today
from marketplace.reference.rules import add_working_days
from marketplace.web.server import serve
from placements.search.rules import MOST_COUNTED, default_period
from placements.search.seat_rules import Use, in_service, last_taken, weeks_free

PER_PAGE = 24
_PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>Sök plats</title></head><body><h1>Sök plats</h1>
<p>{% if total > most %}Fler än {{ most }}{% else %}{{ total }}{% endif %} platser passar</p>
{% for one in rows %}<article class="option" data-place="{{ one.id }}">
<h2>{{ one.name }}</h2>
<p>{{ one.enterprise }}, {{ one.site }} i {{ one.kommun }}</p>
<dl><dt>Kan börja</dt><dd>{{ one.start or "inte i tid" }}</dd>
<dt>Lediga platser</dt><dd>{{ one.free }} av {{ one.seats }}</dd></dl>
<ol>{% for week, free in one.weeks %}<li>v. {{ week }}: {{ free }}</li>{% endfor %}</ol>
<p>{{ one.tasks_sv }}</p>
<dl><dt>Yrke</dt><dd>{{ one.trade }}</dd>
<dt>Omfattning</dt><dd>{{ one.hours_per_week_min }}–{{ one.hours_per_week_max }} timmar i veckan</dd>
<dt>Kan anpassas</dt><dd>{{ one.adaptations | join(", ") or "Inget angivet" }}</dd>
<dt>Handledning på</dt><dd>{{ one.languages | join(", ") or "Inget angivet" }}</dd></dl>
<p>Leverantören bekräftade uppgifterna {{ one.confirmed_on }}.</p>
</article>
{% endfor %}</body></html>
""")
_COLUMNS = (
    "total id name enterprise site kommun tasks_sv trade hours_per_week_min hours_per_week_max lead_time_days"
    " adaptations languages confirmed_on uses"
).split()
_local = threading.local()


def _connection() -> Any:
    """One for each thread."""
    if not hasattr(_local, "connection"):
        _local.connection = psycopg2.connect(os.environ["BENCH_DSN"])
    return _local.connection


def _search(authority_id: int) -> str:
    start_by, until = default_period(today())
    hours = request.args.get("timmar", type=int)
    with _connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            SEARCH,
            {
                "authority": authority_id,
                "start_by": start_by,
                "until": until,
                "today": today(),
                "point": order_start(today()),
                "kommuner": request.args.getlist("kommun") or None,
                "field": request.args.get("omrade"),
                "ssyk": request.args.get("yrke"),
                "hours": hours,
                "most": MOST_COUNTED + 1,
                "per_page": PER_PAGE,
            },
        )
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row.update(_seats(row["uses"], row["lead_time_days"], start_by, until))
    return _PAGE.render(rows=rows, total=rows[0]["total"] if rows else 0, most=MOST_COUNTED)


def _seats(uses: list[Any], lead_days: int, start_by: date, until: date) -> dict[str, Any]:
    """What a card says of the place's seats, from all uses of them."""
    by_seat: dict[int, list[Use]] = {}
    for seat_id, first_day, last_day, is_retired in uses:
        taken = by_seat.setdefault(seat_id, [])
        if first_day:
            taken.append(Use(date.fromisoformat(first_day), date.fromisoformat(last_day), is_retired))
    seats, now = list(by_seat.values()), today()
    possible = now + timedelta(days=lead_days)
    last_days = last_taken(seats, start_by, until, now)
    first = min(possible if day is None else max(possible, day + timedelta(days=1)) for day in last_days)
    working = add_working_days(first, 0)
    return {
        "free": len(last_days),
        "seats": in_service(seats, start_by),
        "start": working if working <= start_by else first,
        "weeks": [(monday.isocalendar().week, free) for monday, free, _ in weeks_free(seats, now)],
    }


def _book() -> tuple[str, int]:
    """Locks the place, looks for a free seat, takes it."""
    asked = {name: request.form[name] for name in ("place_id", "first_day", "last_day")}
    with _connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM place WHERE id = %(place_id)s FOR NO KEY UPDATE", asked)
        cursor.execute(TAKE_SEAT, asked)
        taken = cursor.fetchone()
    return ("Bokad", 200) if taken else ("Fullt", 409)


def make_app(authority_id: int) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.get("/sok/")(lambda: _search(authority_id))
    app.post("/boka")(_book)
    app.get("/readyz", endpoint="ready")(lambda: "ok")
    return app


if __name__ == "__main__":
    serve(make_app(int(sys.argv[2])), sys.argv[1], workers=2, threads=4)
