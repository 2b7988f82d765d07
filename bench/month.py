"""A month of attendance for many contracts, and its run: the product's against the same by hand.

Both end with the same XML of each invoice, hashed; the product has made drafts with their lines on the way. To approve
and send them, with checks of what is sent, is for their suppliers, one by one: see documents.py.
"""

import gc
import hashlib
import multiprocessing
import resource
import time
from collections import ChainMap
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import bindparam, select

from bench.crowd import BASE, Cursor, move_sequences, multiply
from bench.data import FOUNDATION, MONTH, Ground
from bench.documents import document_findings
from bench.month_floor import by_hand
from bench.report import Finding
from invoicing.invoices.document_queries import invoice_document
from invoicing.invoices.documents import xml_of
from invoicing.invoices.models import Invoice
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
    shown = f"{done} in {many['seconds']:.2f} s ({many['drafts']:.2f} until drafts), by hand in {many['floor']:.2f} s"
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
        *document_findings(ground),
    ]


def _measured(ground: Ground, days: int) -> dict[str, float]:
    ground.cluster.drop_database(MONTH)
    ground.cluster.make_database(MONTH, template=FOUNDATION)
    with ground.cursor(MONTH, checked=False) as cursor:
        _make_month(cursor, max(_AUTHORITIES, days // _DAYS_EACH))
        move_sequences(cursor)
    floor, run = by_hand(ground), _run(ground)
    if run["hashes"] != floor["hashes"]:
        raise ValueError("The run's documents are others than the floor's.")
    with ground.cursor(MONTH) as cursor:
        cursor.execute("SELECT count(*) FROM invoice_line")
        (lines,) = cursor.fetchone()
    return {
        **{name: run[name] for name in ("seconds", "drafts", "memory")},
        "floor": floor["seconds"],
        "invoices": len(run["hashes"]),
        "lines": lines,
    }


def _make_month(cursor: Cursor, contracts: int) -> None:
    """Contracts like the foundation's with two of the authorities, and the month before this one for each."""
    month = Month.of(today()).previous
    cursor.execute(
        f"""
        CREATE FUNCTION bench.orgnr(digits text) RETURNS text BEGIN ATOMIC
            SELECT digits || ((-sum(doubled / 10 + doubled % 10)) % 10 + 10) % 10
            FROM (SELECT substr(digits, n, 1)::integer * (1 + n % 2) AS doubled FROM generate_series(1, 9) n) d;
        END;

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
        orgnr="bench.orgnr((800000000 + s.id)::text)",
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


def _run(ground: Ground) -> dict[str, Any]:
    """How long it takes until all runs are done and each document is rendered, each authority in a worker of its own;
    the most memory that one of them took."""
    with ground.cursor(MONTH, tidy=False) as cursor:
        cursor.execute("SELECT authority_id FROM bench.by_the_day WHERE n < %s", [_AUTHORITIES])
        authorities = [authority_id for (authority_id,) in cursor.fetchall()]
    with ground.app(MONTH).app_context():
        with acting_as(system_actor()), transaction():
            start_month_run(Month.of(today()).previous)
            runs = select(Outbox.id).where(Outbox.topic == RUN_TOPIC, Outbox.authority_id == bindparam("of"))
            messages = [db.session.scalars(runs, {"of": one}).one() for one in authorities]
        db.session.remove()
        db.engine.dispose()
    forks = multiprocessing.get_context("fork")
    workers = []
    for authority_id, message in zip(authorities, messages, strict=True):
        here, there = forks.Pipe()
        process = forks.Process(target=_work, args=(ground, authority_id, message, there))
        process.start()
        here.recv()
        workers.append((here, process))
    started = time.monotonic()
    for here, _ in workers:
        here.send("go")
    told = [here.recv() for here, _ in workers]
    seconds = time.monotonic() - started
    for _, process in workers:
        process.join()
    drafts, hashes, memory = zip(*told, strict=True)
    return {
        "seconds": seconds,
        "drafts": max(drafts),
        "hashes": dict(ChainMap(*hashes)),
        "memory": max(memory),
    }


def _work(ground: Ground, authority_id: int, message: int, told: Connection) -> None:
    with ground.app(MONTH).app_context():
        gc.freeze()  # as the worker does
        told.send("ready")
        told.recv()
        started = time.monotonic()
        run_month(message)
        drafts = time.monotonic() - started
        with acting_as(system_actor(authority_id)), transaction():
            hashes = {
                invoice.contract_id: hashlib.sha256(
                    xml_of(invoice_document(invoice, 1, today())).encode()
                ).hexdigest()
                for invoice in db.session.scalars(select(Invoice))
            }
        told.send((drafts, hashes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
