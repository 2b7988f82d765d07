"""Migrations: run as the owner role, forward only once landed. `upgrade` is all that the rest of the house calls."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

_FOLDER = Path(__file__).parent


def config(owner_url: str, app_role: str) -> Config:
    """Alembic's configuration for a database reached as its owner; `app_role` is who gets the grants."""
    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER))
    settings.attributes["owner_url"] = owner_url
    settings.attributes["app_role"] = app_role
    return settings


def upgrade(owner_url: str, app_role: str, revision: str = "head") -> None:
    """Brings the database up to `revision`. Two at once: the second waits, and finds nothing to do."""
    command.upgrade(config(owner_url, app_role), revision)


def head() -> str:
    """The newest revision that this program knows."""
    revision = ScriptDirectory(str(_FOLDER)).get_current_head()
    assert revision is not None
    return revision


def too_old() -> frozenset[str | None]:
    """The revisions at which a database must be brought up to date before this program runs on it."""
    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    return frozenset({None, *known} - {head()})
