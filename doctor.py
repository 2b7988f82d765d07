"""`platstorget doctor`: is all that the program stands on as it should be? What is not is told with what to do."""

import platform
import shutil
import smtplib
import socket
import ssl
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from flask import Flask
from redis import Redis
from rq import Queue, Worker
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on

import config
import migrations
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.audit_chain.queries import latest_checks
from marketplace.db import db
from marketplace.job_counts import QUEUE
from marketplace.key_rotation import Sealed
from marketplace.letters.transport import connected
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from marketplace.viruses import answer_of

ROOT = Path(__file__).resolve().parent
_OLDEST_POSTGRESQL, _OLDEST_REDIS = 15, (6, 2)
_WITHOUT_ROWS_OF_ANYONE = "alembic_version"
_ONLY_ADDED_TO = ("event", "audit_link", "audit_check", "event_without_note", "look")
_PATIENCE = 5  # seconds
_GIBIBYTE = 1024**3


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    level: Level
    told: str


@dataclass(frozen=True)
class Patient:
    settings: config.Settings
    app: Flask
    redis: Redis
    sealed: tuple[Sealed, ...]


Findings = Iterator[Finding]


def ok(told: str) -> Finding:
    return Finding(Level.OK, told)


def warn(told: str) -> Finding:
    return Finding(Level.WARN, told)


def fail(told: str) -> Finding:
    return Finding(Level.FAIL, told)


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """Every check with what it found. One that breaks is a failure, told by the error's type alone: its text may hold
    an address with a password. What stands on a server that does not answer is not asked."""
    down = set[str]()
    for name, (needs, check) in CHECKS.items():
        if down & set(needs):
            continue
        try:
            with patient.app.app_context(), acting_as(system_actor()):
                found = list(check(patient))
                db.session.rollback()
        except Exception as error:
            found = [fail(f"{type(error).__name__}. {_SERVERS.get(name, 'See the log.')}")]
            down |= {name} & _SERVERS.keys()
        yield from ((name, one) for one in found)


_SERVERS = {
    "database": "PostgreSQL does not answer: is it running, and is DATABASE_URL right?",
    "redis": "Redis does not answer: is it running, and is REDIS_URL right?",
}


def settings(patient: Patient) -> Findings:
    given = patient.settings
    if given.demo:
        yield warn("DEMO is set: anyone signs in as anyone. Never where there are real people")
    elif not given.public_url.startswith("https://"):
        yield fail(f"PUBLIC_URL is {given.public_url}: session cookies are sent over https only")
    elif not given.trusted_proxies:
        yield warn("TRUSTED_PROXIES is 0: behind a proxy everyone seems to come from its address")
    if given.database_owner_url and not given.demo:
        yield warn("DATABASE_OWNER_URL is set: give it to `platstorget migrate` only")
    if not given.metrics_token:
        yield warn("METRICS_TOKEN is not set: nobody is told when something stops")
    yield ok("all that must be set is set")


def versions(patient: Patient) -> Findings:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    other = sorted(name for name, wanted in pinned.items() if _installed(name) not in (None, wanted))
    if other:
        yield warn(f"not the tested versions: {', '.join(other)}. Install with --constraint constraints.txt")
    yield ok(f"Python {platform.python_version()}, {len(pinned) - len(other)} libraries as tested")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def database(patient: Patient) -> Findings:
    number = int(db.session.scalar(text("SHOW server_version_num")) or 0) // 10000
    if number < _OLDEST_POSTGRESQL:
        yield fail(f"PostgreSQL {number}: it must be {_OLDEST_POSTGRESQL} or later")
    loud = [name for name, value in QUIET_LOG.items() if db.session.scalar(text(f"SHOW {name}")) != value]
    if loud:
        wanted = ", ".join(f"{name} = {QUIET_LOG[name]}" for name in loud)
        yield warn(f"PostgreSQL's own log gets statements with names in them: set {wanted}")
    size = db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    yield ok(f"PostgreSQL {number}, {size / _GIBIBYTE:.1f} GiB")


QUIET_LOG = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
"""Values stand in the statements, so PostgreSQL's log has none of them."""


def migrated(patient: Patient) -> Findings:
    wanted, found = migrations.head(), db.session.scalar(text("SELECT version_num FROM alembic_version"))
    if found != wanted:
        yield fail(f"the database is at {found} and the program at {wanted}: run `platstorget migrate`")
    else:
        yield ok(f"at {found}")


def app_role(patient: Patient) -> Findings:
    role = db.session.execute(_ROLE).one()
    powers = [
        power
        for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb")
        if getattr(role, power)
    ]
    if powers:
        yield fail(
            f"{role.rolname} has {', '.join(powers)}, and passes row security: ALTER ROLE … as in operations.md"
        )
    if role.owned or role.memberships:
        yield fail(
            f"{role.rolname} owns {role.owned} tables and is in {role.memberships} roles: it must own nothing"
        )
    if not powers and not role.owned and not role.memberships:
        yield ok(f"{role.rolname} owns nothing and passes no policy")


_ROLE = text(
    """
    SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
           (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owned,
           (SELECT count(*) FROM pg_auth_members WHERE member = r.oid) AS memberships
    FROM pg_roles r WHERE rolname = current_user
    """
)


def row_security(patient: Patient) -> Findings:
    tables = db.session.execute(_TABLES).all()
    naked = [one.relname for one in tables if not one.is_forced and one.relname != _WITHOUT_ROWS_OF_ANYONE]
    if naked:
        yield fail(f"without forced row security: {', '.join(naked)}. Restore them from a migrated database")
    may = [
        one.relname for one in tables if one.relname in _ONLY_ADDED_TO and (one.may_update or one.may_delete)
    ]
    if may:
        yield fail(f"the app role may change {', '.join(may)}: REVOKE UPDATE, DELETE ON … FROM it")
    if not naked and not may:
        yield ok(f"forced on {len(tables) - 1} tables")


_TABLES = text(
    """
    SELECT relname, relrowsecurity AND relforcerowsecurity AS is_forced,
           has_table_privilege(oid, 'UPDATE') AS may_update, has_table_privilege(oid, 'DELETE') AS may_delete
    FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname
    """
)


def keys(patient: Patient) -> Findings:
    """One row under each key is opened, and not kept."""
    of_kind = select(Organisation.id).where(Organisation.kind == OrganisationKind.AUTHORITY)
    opened, closed = 0, set()
    for authority_id in [None, *db.session.scalars(of_kind)]:
        with acting_as(system_actor(authority_id)):
            for place in patient.sealed:
                samples = select(place.model).ext(distinct_on(place.stamp)).order_by(place.stamp)
                for row in db.session.scalars(samples).all():
                    db.session.expunge(row)
                    try:
                        place.reseal(row)
                    except InvalidToken:
                        closed.add(place.table)
                    opened += 1
    if closed:
        yield fail(
            f"{', '.join(sorted(closed))}: sealed under a key that PERSON_KEYS lacks. Put it back, last"
        )
    else:
        yield ok(f"{opened} samples could be opened")


def outbox(patient: Patient) -> Findings:
    oldest = db.session.scalar(select(func.min(Outbox.created_at)).where(Outbox.processed_at.is_(None)))
    age = datetime.now(UTC) - oldest if oldest else timedelta()
    told = f"the oldest message has waited {int(age.total_seconds() // 60)} minutes"
    if age > timedelta(hours=1):
        yield fail(f"{told}: does a worker run? The log says `job failed` and why")
    elif age > timedelta(minutes=15):
        yield warn(f"{told}: jobs fail or are many")
    else:
        yield ok("nothing is stuck")


def audit(patient: Patient) -> Findings:
    checks = latest_checks()
    for check in checks:
        if check.problem_sv:
            yield fail(check.line())
    late = [check for check in checks if datetime.now(UTC) - check.checked_at > timedelta(hours=30)]
    if late or not checks:
        yield warn("no check since last night: run `platstorget audit verify`, and see that a worker runs")
    else:
        yield ok(f"{len(checks)} chains, checked last night")


def redis(patient: Patient) -> Findings:
    told: Any = patient.redis.info()
    number = tuple(int(part) for part in told["redis_version"].split(".")[:2])
    if number < _OLDEST_REDIS:
        yield fail(f"Redis {told['redis_version']}: it must be 6.2 or later")
    if told.get("maxmemory") and told.get("maxmemory_policy") != "noeviction":
        yield warn("Redis throws keys away when it is full: set maxmemory-policy noeviction")
    yield ok(f"Redis {told['redis_version']}")


def workers(patient: Patient) -> Findings:
    beats = [one.last_heartbeat for one in Worker.all(connection=patient.redis) if one.last_heartbeat]
    alive = [beat for beat in beats if datetime.now(UTC) - beat.replace(tzinfo=UTC) < timedelta(minutes=10)]
    if not alive:
        yield fail("no worker has been heard of for ten minutes: start `platstorget worker`")
    elif not patient.redis.exists("platstorget:clock"):
        yield fail("nobody keeps the clock: start `platstorget worker`")
    else:
        yield ok(f"{len(alive)} take jobs, and one keeps the clock")
    failed = Queue(QUEUE, connection=patient.redis).failed_job_registry.count
    if failed:
        yield warn(
            f"{failed} jobs have failed in the last week; their messages are sent again until they are done"
        )


def clocks(patient: Patient) -> Findings:
    here = time.time()
    seconds, microseconds = patient.redis.time()
    there = {
        "Redis": seconds + microseconds / 1e6,
        "PostgreSQL": db.session.scalar(text("SELECT extract(epoch FROM clock_timestamp())::float8")) or 0.0,
    }
    apart = {name: abs(instant - here) for name, instant in there.items()}
    wrong = [f"{name} is {seconds:.0f} s off" for name, seconds in apart.items() if seconds > 5]
    yield fail(f"{', '.join(wrong)}: keep time with NTP on every machine") if wrong else ok("agree")


def disk(patient: Patient) -> Findings:
    free = shutil.disk_usage(tempfile.gettempdir()).free / _GIBIBYTE
    told = f"{free:.1f} GiB free in {tempfile.gettempdir()}"
    yield ok(told) if free > 1 else warn(f"{told}: uploads and PDFs are made there")


def viruses(patient: Patient) -> Findings:
    address = patient.settings.clamd_address
    if not address:
        yield warn("CLAMD_ADDRESS is not set: files are not searched for viruses")
        return
    try:
        told = answer_of(address, b"zVERSION\0")
    except OSError as error:
        yield fail(f"{type(error).__name__}: no file is taken. Is CLAMD_ADDRESS right, and clamd up?")
    else:
        yield ok(told)


def mail(patient: Patient) -> Findings:
    if not patient.settings.mail_url:
        yield warn("MAIL_URL is not set: no letter is sent")
        return
    try:
        told = connected(patient.settings.mail_url)
    except (OSError, smtplib.SMTPException) as error:
        yield fail(f"{type(error).__name__}: letters wait. Is MAIL_URL right, and the server up?")
    else:
        yield ok(told)


def address(patient: Patient) -> Findings:
    """What users reach, as they do: through the proxy and its certificate."""
    url = patient.settings.public_url
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=_PATIENCE) as answer:  # noqa: S310 - http or https
            headers = answer.headers
    except OSError as error:
        yield warn(
            f"{url} does not answer from here ({type(error).__name__}): is the web up, and its name known?"
        )
        return
    if url.startswith("https://"):
        if not headers.get("Strict-Transport-Security"):
            yield warn("no Strict-Transport-Security: let the proxy set it")
        left = _days_of_certificate(url)
        if left < 14:
            yield fail(f"the certificate ends in {left} days: renew it")
    if not headers.get("X-Request-ID"):
        yield fail(f"{url} is answered by something else: where does the proxy send it?")
        return
    yield ok(f"{url} answers")


def _days_of_certificate(url: str) -> int:
    there = urlsplit(url)
    host = there.hostname or ""
    with (
        socket.create_connection((host, there.port or 443), _PATIENCE) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
    ):
        certificate: Any = secure.getpeercert()
    return int((ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) // 86400)


Check = Callable[[Patient], Findings]

CHECKS: dict[str, tuple[tuple[str, ...], Check]] = {
    "settings": ((), settings),
    "versions": ((), versions),
    "disk": ((), disk),
    "database": ((), database),
    "migrations": (("database",), migrated),
    "app role": (("database",), app_role),
    "row security": (("database",), row_security),
    "keys": (("database",), keys),
    "outbox": (("database",), outbox),
    "audit chain": (("database",), audit),
    "redis": ((), redis),
    "workers": (("redis",), workers),
    "clocks": (("database", "redis"), clocks),
    "viruses": ((), viruses),
    "mail": ((), mail),
    "address": ((), address),
}
"""In their order, each with the servers that it stands on."""
