"""A month of attendance for many contracts, and its run: the product's against the same by hand."""

import hashlib
import multiprocessing
import resource
import time
from itertools import groupby
from multiprocessing.connection import Connection
from operator import itemgetter

from jinja2 import Environment
from psycopg2.extras import execute_values
from sqlalchemy import select

from bench.crowd import BASE, Cursor, move_sequences, multiply
from bench.data import FOUNDATION, MONTH, Ground
from bench.report import Finding
from invoicing.remuneration.facts import Month
from invoicing.run.jobs import run_month
from invoicing.run.services import RUN_TOPIC, start_month_run
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor

RUN_AT_FLOOR, MONTH_GROWTH, MONTH_MEMORY = 4.0, 1.3, 1.3
_DAYS_EACH = 500
"""Days of a contract: so many that an invoice has about 25 lines."""
_DAYS_OF_PLACEMENT = 20
_AUTHORITIES = 2
"""Each has a run and a worker of its own."""


def month_findings(ground: Ground, days: int) -> list[Finding]:
    """The whole month, and one of a hundredth."""
    few = _measured(ground, days // 100)
    many = _measured(ground, days)
    growth = many["seconds"] / few["seconds"] / 100
    memory = many["memory"] / few["memory"]
    done = f"{many['invoices']} invoices with {many['lines']} lines"
    shown = f"{done} in {many['seconds']:.2f} s, by hand in {many['floor']:.2f} s"
    return [
        Finding("month's run / floor", shown, many["seconds"] / many["floor"], RUN_AT_FLOOR, details=many),
        Finding(
            "month's run, growth", f"{few['seconds']:.2f} s → {many['seconds']:.2f} s", growth, MONTH_GROWTH
        ),
        Finding(
            "month's run, memory",
            f"{few['memory'] / 1024:.0f} → {many['memory'] / 1024:.0f} MB",
            memory,
            MONTH_MEMORY,
        ),
    ]


def _measured(ground: Ground, days: int) -> dict[str, float]:
    ground.cluster.drop_database(MONTH)
    ground.cluster.make_database(MONTH, template=FOUNDATION)
    with ground.cursor(MONTH, checked=False) as cursor:
        _make_month(cursor, max(_AUTHORITIES, days // _DAYS_EACH))
        move_sequences(cursor)
    floor = _by_hand(ground)
    seconds, memory = _run(ground)
    with ground.cursor(MONTH, tidy=False) as cursor:
        cursor.execute("SELECT count(*), (SELECT count(*) FROM invoice_line), sum(net_ore) FROM invoice")
        invoices, lines, net_ore = cursor.fetchone()
    if net_ore != floor["net_ore"]:
        raise ValueError(f"The run asks for {net_ore} öre and the floor for {floor['net_ore']}.")
    return {
        "seconds": seconds,
        "floor": floor["seconds"],
        "memory": memory,
        "invoices": invoices,
        "lines": lines,
    }


def _make_month(cursor: Cursor, contracts: int) -> None:
    """Contracts like the foundation's with two of the authorities, and the month before this one for each."""
    month = Month.of(today()).previous
    cursor.execute(
        f"""
        CREATE TABLE bench.by_the_day AS
        SELECT p.*, row_number() OVER (ORDER BY p.a) - 1 AS n FROM bench.pattern p JOIN contract c ON c.id = p.contract
        WHERE EXISTS (SELECT FROM price_row r WHERE r.terms_id = c.terms_id AND r.component = 'day_rate');

        CREATE TABLE bench.deal AS
        SELECT {BASE} + g AS id, p.contract AS like_contract, p.application AS like_application,
               p.edition AS like_contract_edition, p.enterprise AS like_organisation,
               p.enterprise AS like_enterprise_profile, p.running AS round_id
        FROM generate_series(0, {contracts} - 1) g JOIN bench.by_the_day p ON p.n = g % {_AUTHORITIES};

        CREATE TABLE bench.stay AS
        SELECT {BASE} + row_number() OVER ()::integer AS id, d.id AS contract_id, pl.id AS like_placement, k
        FROM bench.deal d JOIN placement pl ON pl.choice_round_id = d.round_id
        CROSS JOIN generate_series(1, {_DAYS_EACH // _DAYS_OF_PLACEMENT}) k
        """
    )
    multiply(
        cursor,
        "organisation",
        "bench.deal",
        id="s.id",
        name="t.name || ' ' || s.id",
        orgnr="lpad((8000000000 + s.id)::text, 10, '0')",
    )
    multiply(cursor, "enterprise_profile", "bench.deal", enterprise_id="s.id")
    party = {"id": "s.id", "enterprise_id": "s.id"}
    multiply(cursor, "application", "bench.deal", **party)
    multiply(cursor, "contract", "bench.deal", **party, application_id="s.id", edition_id="NULL")
    multiply(cursor, "contract_edition", "bench.deal", **party, contract_id="s.id")
    cursor.execute(f"UPDATE contract SET edition_id = id WHERE id >= {BASE}")
    multiply(
        cursor,
        "placement",
        "bench.stay",
        id="s.id",
        contract_id="s.contract_id",
        enterprise_id="s.contract_id",
        seat_use_id="s.id",
        state="'completed'",
        first_day=f"'{month.first_day}'",
        last_day=f"'{month.last_day}'",
        started_on=f"'{month.first_day}'",
        ended_on=f"'{month.last_day}'",
    )
    # Most days are whole, for some placements half; one of twenty is an absence.
    cursor.execute(
        f"""
        INSERT INTO attendance_day (placement_id, day, contract_id, planned_hours, actual_hours, kind,
                                    is_reported_same_day)
        SELECT s.id, '{month.first_day}'::date + n, s.contract_id, h.hours, CASE WHEN away THEN 0 ELSE h.hours END,
               CASE WHEN away THEN 'ill' ELSE 'present' END, false
        FROM bench.stay s CROSS JOIN generate_series(0, {_DAYS_OF_PLACEMENT} - 1) n
        CROSS JOIN LATERAL (SELECT CASE WHEN s.k % 3 = 0 THEN 4.0 ELSE 7.0 END AS hours) h
        CROSS JOIN LATERAL (SELECT (s.id + n) % 20 = 7 AS away) a
        """
    )


_SUMS = """
SELECT a.contract_id, a.placement_id, r.amount_ore, count(*), min(a.day), max(a.day)
FROM attendance_day a
JOIN placement p ON p.id = a.placement_id
JOIN contract c ON c.id = a.contract_id
JOIN price_row r ON r.terms_id = c.terms_id AND r.component = 'day_rate' AND r.support_level = p.support_level
     AND r.day_part = CASE WHEN a.actual_hours >= 6 THEN 'whole' WHEN a.actual_hours >= 3 THEN 'half' ELSE 'part' END
WHERE a.day BETWEEN %(first)s AND %(last)s AND a.kind = 'present'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_XML = Environment(autoescape=True).from_string("""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>{{ number }}</ID>
<LegalMonetaryTotal><PayableAmount currencyID="SEK">{{ net }}</PayableAmount></LegalMonetaryTotal>
{% for placement, price, quantity, first, last in lines %}<InvoiceLine><ID>{{ loop.index }}</ID>
<InvoicedQuantity unitCode="DAY">{{ quantity }}</InvoicedQuantity>
<LineExtensionAmount currencyID="SEK">{{ price * quantity }}</LineExtensionAmount>
<InvoicePeriod><StartDate>{{ first }}</StartDate><EndDate>{{ last }}</EndDate></InvoicePeriod>
<Item><Description>{{ quantity }} närvarodagar</Description><Name>Dagersättning, P{{ placement }}</Name>
<ClassifiedTaxCategory><ID>S</ID><Percent>25</Percent><TaxScheme><ID>VAT</ID></TaxScheme></ClassifiedTaxCategory></Item>
<Price><PriceAmount currencyID="SEK">{{ price }}</PriceAmount></Price></InvoiceLine>
{% endfor %}</Invoice>
""")


def _by_hand(ground: Ground) -> dict[str, float]:
    """One aggregate, a bare template, a hash and a row for each invoice."""
    month = Month.of(today()).previous
    with ground.cursor(MONTH, tidy=False) as cursor:
        cursor.execute(
            "CREATE TABLE bench.by_hand (id integer, month date, net_ore bigint, xml text, sha256 text)"
        )
        started, net_ore, rows = time.monotonic(), 0, []
        cursor.execute(_SUMS, {"first": month.first_day, "last": month.last_day})
        for contract_id, lines in groupby(cursor.fetchall(), key=itemgetter(0)):
            found = [line[1:] for line in lines]
            net = sum(price * quantity for _, price, quantity, *_ in found)
            xml = _XML.render(number=contract_id, net=net, lines=found)
            rows.append((contract_id, month.first_day, net, xml, hashlib.sha256(xml.encode()).hexdigest()))
            net_ore += net
        execute_values(cursor, "INSERT INTO bench.by_hand VALUES %s", rows)
        return {"seconds": time.monotonic() - started, "net_ore": net_ore}


def _run(ground: Ground) -> tuple[float, float]:
    """Seconds until all runs are done, each in a worker of its own, and the most memory that one of them took."""
    with ground.cursor(MONTH, tidy=False) as cursor:
        cursor.execute("SELECT authority_id FROM bench.by_the_day WHERE n < %s", [_AUTHORITIES])
        authorities = [authority_id for (authority_id,) in cursor.fetchall()]
    with ground.app(MONTH).app_context():
        with acting_as(system_actor()), transaction():
            start_month_run(Month.of(today()).previous)
            runs = select(Outbox.id).where(Outbox.topic == RUN_TOPIC, Outbox.authority_id.in_(authorities))
            messages = list(db.session.scalars(runs.order_by(Outbox.id)))
        db.session.remove()
        db.engine.dispose()
    forks = multiprocessing.get_context("fork")
    workers = []
    for share in range(_AUTHORITIES):
        here, there = forks.Pipe()
        process = forks.Process(target=_work, args=(ground, messages[share::_AUTHORITIES], there))
        process.start()
        here.recv()
        workers.append((here, process))
    started = time.monotonic()
    for here, _ in workers:
        here.send("go")
    memory = max(here.recv() for here, _ in workers)
    seconds = time.monotonic() - started
    for _, process in workers:
        process.join()
    return seconds, memory


def _work(ground: Ground, messages: list[int], told: Connection) -> None:
    with ground.app(MONTH).app_context():
        told.send("ready")
        told.recv()
        for message in messages:
            run_month(message)
        told.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
