"""What the doctor finds when something is not well, and that it says what to do."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from click.testing import CliRunner
from cryptography.fernet import Fernet
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import create_engine, text, update
from sqlalchemy.pool import NullPool

import migrations
from app import SEALED, create_app
from commands import cli
from doctor import CHECKS, Level, Patient, examine
from marketplace import clock
from marketplace.audit_chain import jobs
from marketplace.db import db, transaction
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import acting_as, system_actor
from tests.support.application import Database
from tests.support.placement_market import build_market, register

_NOWHERE = "postgresql+psycopg2://someone:hidden-word@/nothing?host=/nonexistent"


def _patient(database: Database, redis: Redis, **changed: object) -> Patient:
    settings = database.settings.model_copy(update=changed)
    return Patient(settings, create_app(settings) if changed else database.app, redis, tuple(SEALED))


def _found(patient: Patient, level: Level) -> Mapping[str, str]:
    db.session.remove()
    return {name: one.told for name, one in examine(patient) if one.level is level}


def test_what_is_well_and_what_the_demo_lacks(database: Database, redis: Redis) -> None:
    register(build_market())
    jobs.seal()
    jobs.check()
    patient = _patient(database, redis)
    ill = {"workers", "outbox"}  # the market's messages are of its own day, and nobody takes them
    assert _found(patient, Level.FAIL).keys() == ill
    well = _found(patient, Level.OK)
    assert well.keys() == CHECKS.keys() - {*ill, "viruses", "mail", "address"}
    assert well["migrations"] == f"at {migrations.head()}"
    assert well["keys"] != "0 samples could be opened"
    told = _found(patient, Level.WARN)
    assert told.keys() == {"settings", "database", "viruses", "mail", "address"}
    assert told["database"].endswith("log_min_error_statement = panic, log_error_verbosity = terse")


def test_what_is_wrong_in_the_database_is_told_with_what_to_do(database: Database, redis: Redis) -> None:
    register(build_market())
    jobs.seal()
    jobs.check()
    with acting_as(system_actor()), transaction():
        emit("one")
        db.session.execute(update(Outbox).values(created_at=clock.now() - timedelta(hours=2)))
    owner = create_engine(database.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for statement in (
            "ALTER TABLE participant NO FORCE ROW LEVEL SECURITY",
            "GRANT DELETE ON event TO platstorget_app",
            "UPDATE alembic_version SET version_num = '0001'",
            "UPDATE event SET action = 'reject'",
        ):
            connection.execute(text(statement))
    jobs.check()
    other = _patient(database, redis, person_keys=(Fernet.generate_key().decode(),))
    found = [(name, one.told) for name, one in examine(other) if one.level is Level.FAIL]
    told = "\n".join(f"{name}: {one}" for name, one in found)
    for expected in (
        "migrations: the database is at 0001",
        "row security: without forced row security: participant",
        "row security: the app role may change event",
        "keys: participant_identity: sealed under a key that PERSON_KEYS lacks",
        "outbox: the oldest message has waited 120 minutes",
        "audit chain: Authority",
    ):
        assert expected in told


def test_servers_that_do_not_answer_are_told_once_and_without_secrets(
    database: Database, redis: Redis
) -> None:
    nowhere = Redis(unix_socket_path="/nonexistent/redis.sock", retry=Retry(NoBackoff(), 0))
    patient = replace(_patient(database, redis, database_url=_NOWHERE), redis=nowhere)
    failed = _found(patient, Level.FAIL)
    assert failed.keys() == {"database", "redis"}
    assert "PostgreSQL does not answer" in failed["database"]
    assert "hidden-word" not in "".join(failed.values())


def test_settings_for_real_people(database: Database, redis: Redis) -> None:
    patient = _patient(database, redis)
    asked = {"demo": False, "public_url": "http://plats.example", "mail_url": "smtp://127.0.0.1:1"}
    asked |= {"clamd_address": "127.0.0.1:1"}
    patient = replace(patient, settings=patient.settings.model_copy(update=asked))
    failed = _found(patient, Level.FAIL)
    assert "https only" in failed["settings"]
    assert "ConnectionRefusedError" in failed["mail"]
    assert "no file is taken" in failed["viruses"]


def test_the_command_fails_when_something_is_wrong(database: Database, redis: Redis) -> None:
    answer = CliRunner().invoke(cli, ["doctor"])
    assert answer.exit_code == 1
    assert "fail  workers" in answer.output
    assert "start `platstorget worker`" in answer.output
