"""Loads the demo's story: what an operator sets up, two years of history, and what waits today."""

import gc
import multiprocessing
import os
import queue
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing.queues import Queue
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from demo.problems import DemoProblem
from demo.simulate.agenda import Agenda
from demo.simulate.aiming import set_aims
from demo.simulate.budgeting import write_budgets
from demo.simulate.chance import rng_for
from demo.simulate.deliver import deliver, forget_letters
from demo.simulate.foundation import Directory, Staff, lay
from demo.simulate.market import Market
from demo.simulate.run import SEED, Part, parts, run_part
from demo.simulate.sharing import share
from demo.simulate.waiting import EXTRA, Waiting
from demo.simulate.watching import set_alerts
from demo.story import read_story
from indicators.services import compute_all
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.db import db, transaction
from marketplace.processes import die_with_parent
from marketplace.reference.services import load_reference
from marketplace.tenancy import acting_as, system_actor

PARTICIPANTS = 2500
_YEARS = timedelta(days=730)
_SIDE_BY_SIDE_FROM = 400
"""Fewer participants than this are done in one process: starting another takes longer."""


def load(
    participants: int | None, progress: Callable[[str], None], *, processes: int | None = None
) -> Counter[str]:
    """Fills an empty database. Needs an application context; gives what came to be, by name.

    Raises DemoProblem when there is something in the database already.
    """
    started = time.monotonic()
    _collect_seldom()
    how_many = participants or PARTICIPANTS
    _commit_lazily(db.engine)
    ends_on = clock.today() - timedelta(days=1)
    begins_on = ends_on - _YEARS
    begins_on += timedelta(days=-begins_on.weekday() % 7)
    story = read_story()
    for bad in story.bad_rows:
        progress(f"Left out: {bad}")
    _refuse_filled()

    progress("Organisations, their staff and reference data …")
    with clock.travelling(begins_on), acting_as(system_actor()), transaction():
        load_reference()
        staff = Staff(rng_for(SEED, "staff"))
        authority_ids = lay(story, staff)
        directory = Directory()
    progress("Terms, applications, contracts and places …")
    agenda = Agenda(ends_on)
    market = Market(story, agenda, directory, staff, begins_on, SEED)
    market.plan()
    agenda.run()
    progress(f"Two years for {how_many} participants, from {begins_on} …")
    work = [
        Part(keys, market.published, authority_ids, how_many, begins_on, ends_on) for keys in parts(story)
    ]
    counts = _run(work, progress, processes or (1 if how_many < _SIDE_BY_SIDE_FROM else _cores()))
    progress("What waits today, and the indicators …")
    with acting_as(system_actor()), transaction():
        directory = Directory()
    agenda = Agenda(ends_on)
    Waiting(story, agenda, directory, market.published).plan(begins_on)
    agenda.run()
    counts["participants"] += EXTRA
    for authority_id in authority_ids.values():
        deliver(authority_id)
    set_alerts(story.authorities, directory)
    compute_all(is_whole=True)
    share(story.authorities, directory)
    forget_letters()
    write_budgets(story.authorities, directory)
    set_aims(story.authorities, directory)
    progress(_summary(counts, time.monotonic() - started))
    return counts


def _refuse_filled() -> None:
    if db.session.scalar(select(func.count(Organisation.id))):
        raise DemoProblem("The database is not empty: the story is loaded into an empty one only.")
    db.session.rollback()


def _commit_lazily(engine: Engine) -> None:
    """A history that is lost in a power cut can be made again, so its commits need not wait for the disk."""

    @event.listens_for(engine, "connect")
    def _lazily(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        connection.commit()

    engine.dispose()


def _collect_seldom() -> None:
    """What is made here is freed by its own count; looking for cycles as often as usual takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(work: Sequence[Part], progress: Callable[[str], None], processes: int) -> Counter[str]:
    """The parts one after the other, or side by side in processes of their own."""
    if processes == 1 or len(work) == 1:
        return sum((run_part(part, progress) for part in work), Counter())
    db.session.remove()
    context = multiprocessing.get_context("spawn")
    told: Queue[Any] = context.Queue()
    children = [context.Process(target=_child, args=(part, told)) for part in work]
    for child in children:
        child.start()
    try:
        return _listen(told, children, progress)
    finally:
        for child in children:
            if child.is_alive():
                child.terminate()
            child.join()


def _listen(told: "Queue[Any]", children: Sequence[Any], progress: Callable[[str], None]) -> Counter[str]:
    counts: Counter[str] = Counter()
    left = len(children)
    while left:
        try:
            kind, what = told.get(timeout=1)
        except queue.Empty:
            if any(child.exitcode not in {None, 0} for child in children):
                raise DemoProblem("A process that made the history stopped: see the log.") from None
            continue
        if kind == "line":
            progress(what)
        else:
            counts += what
            left -= 1
    return counts


def _child(part: Part, told: "Queue[Any]") -> None:
    import config
    from app import create_app

    die_with_parent(signal.SIGTERM)
    _collect_seldom()
    with create_app(config.load()).app_context():
        _commit_lazily(db.engine)
        told.put(("counts", run_part(part, lambda line: told.put(("line", line)))))
    told.close()
    told.join_thread()


def _summary(counts: Counter[str], seconds: float) -> str:
    told = ("participants", "choice rounds", "placements begun", "days of attendance", "invoices")
    listed = ", ".join(f"{counts[name]} {name}" for name in told)
    return f"Done in {seconds:.0f} seconds: {listed}."
