"""How Alembic runs here: one transaction, with timeouts, under a lock, as the owner; or, offline, as SQL to be read."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from migrations.metadata import metadata

LOCK_KEY = 7_209_160_512  # any number that nothing else locks
_TIMEOUTS = ("SET LOCAL lock_timeout = '10s'", "SET LOCAL statement_timeout = '10min'")


def _migrate() -> None:
    engine = create_engine(context.config.attributes["owner_url"], poolclass=NullPool)
    with engine.begin() as connection:
        for timeout in _TIMEOUTS:
            connection.execute(text(timeout))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _write() -> None:
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        for timeout in _TIMEOUTS:
            context.execute(timeout)
        context.run_migrations()


if context.is_offline_mode():
    _write()
else:
    _migrate()
