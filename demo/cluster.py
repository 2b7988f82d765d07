"""The two roles and the databases of the application in a PostgreSQL cluster that we are superuser of."""

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

OWNER = "platstorget_owner"
APP = "platstorget_app"
DATABASE = "platstorget"


class Cluster:
    """A running PostgreSQL. `password`, where given, is that of both roles: a socket of our own needs none."""

    def __init__(self, superuser_url: str, password: str | None = None) -> None:
        self._superuser = make_url(superuser_url)
        self._password = password
        self._engine = create_engine(self._superuser, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def address(self, role: str, database: str = DATABASE) -> str:
        """A database's address for one of the roles."""
        url = self._superuser.set(username=role, password=self._password, database=database)
        return url.render_as_string(hide_password=False)

    def check(self) -> None:
        """Raises sqlalchemy.exc.OperationalError when the server does not answer."""
        with self._engine.connect():
            pass

    def make_roles(self) -> None:
        """The owner migrates; the app runs, owns nothing and is held by row-level security."""
        with self._engine.connect() as connection:
            for role in (OWNER, APP):
                if not _has_role(connection, role):
                    login = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
                    password = f" PASSWORD '{self._password}'" if self._password else ""
                    connection.execute(text(f"CREATE ROLE {role} {login}{password}"))

    def has_database(self, name: str = DATABASE) -> bool:
        with self._engine.connect() as connection:
            found = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
            return found is not None

    def make_database(self, name: str = DATABASE, template: str = "template0") -> None:
        """A database that the owner role owns and the app role may enter."""
        with self._engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}"))
            connection.execute(text(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
            connection.execute(text(f"GRANT CONNECT ON DATABASE {name} TO {APP}"))

    def drop_database(self, name: str = DATABASE) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _has_role(connection: Connection, role: str) -> bool:
    return connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is not None
