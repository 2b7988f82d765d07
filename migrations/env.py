"""How Alembic runs here: one transaction, with timeouts, under a lock, as the owner."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from migrations.metadata import metadata

LOCK_KEY = 7_209_160_512  # any number that nothing else locks

engine = create_engine(context.config.attributes["owner_url"], poolclass=NullPool)

with engine.begin() as connection:
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    connection.execute(text("SET LOCAL statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
