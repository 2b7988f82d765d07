"""Settings from the environment, typed and checked once, at start.

Anything missing or malformed is named in one line. Outside the demo the program refuses the demo's secrets:
they are printed here for everyone to read.
"""

import os
from base64 import urlsafe_b64encode
from typing import Annotated, Any

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from marketplace.accounts.rules import is_email
from marketplace.pipeline import Connection

DEMO_SECRET_KEY = "platstorget-demo-secret-key-that-everyone-may-read"  # noqa: S105 - public, and refused elsewhere
DEMO_PERSON_KEY = urlsafe_b64encode(b"platstorget-demo-key-not-secret!").decode()
DEMO_LOOKUP_KEY = "platstorget-demo-lookup-key-that-everyone-may-read"
_DEMO_SECRETS = frozenset({DEMO_SECRET_KEY, DEMO_PERSON_KEY, DEMO_LOOKUP_KEY})
_SHORTEST_SECRET = 32


class ConfigError(Exception):
    """The environment does not do; the message is one line that names the setting."""


class Settings(BaseSettings):
    """One field for each environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: str = Field(min_length=1, repr=False)
    """PostgreSQL as the app role: owns nothing and is held by row-level security."""
    database_owner_url: str = Field(default="", repr=False)
    """PostgreSQL as the owner role. Only `platstorget migrate` uses it."""
    redis_url: str = Field(repr=False)
    secret_key: str = Field(repr=False)
    """Signs sessions and forms. At least 32 characters."""
    person_keys: Annotated[tuple[str, ...], NoDecode] = Field(repr=False)
    """Fernet keys for personal numbers, separated by commas, newest first: put a new one in front to rotate."""
    person_lookup_key: Annotated[tuple[str, ...], NoDecode] = Field(repr=False)
    """Keys the hash by which a personal number is found; while it is rotated two, the newer first, with a comma."""
    contact_email: str
    """Where users report what is hard to use: the accessibility statement gives it."""
    demo: bool = False
    """Lists the demo's people on the sign-in page and accepts the demo's secrets. Plain http, loopback only."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of our own stand in front and set X-Forwarded-For and X-Forwarded-Proto."""
    public_url: str = "http://127.0.0.1:8000"
    """Where users reach the site: what links in e-mail begin with."""
    mail_url: str = Field(default="", repr=False)
    """smtp://user:password@host:587, smtps://…, or file:///folder. Empty: no e-mail is sent."""
    mail_from: str = "Platstorget <platstorget@localhost>"
    access_point_url: str = Field(default="", repr=False)
    """https://user:password@host/path of an access point, or file:///folder. Empty: e-invoices are not handed over."""
    metrics_token: str = Field(default="", repr=False)
    """What Prometheus sends to be shown /metrics; at least 32 characters. Empty: there is no such address."""
    otlp_url: str = ""
    """Where traces are sent: http(s)://…/v1/traces of an OpenTelemetry collector. Empty: none are made."""
    clamd_address: str = ""
    """host:port of ClamAV's clamd, which every file is sent to. Empty: none is searched for viruses."""
    log_level: str = "INFO"

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _names_a_driver(cls, value: str) -> str:
        return database_address(value) if value else value

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_url(cls, value: str) -> str:
        if not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_a_web_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return value.rstrip("/")

    @field_validator("mail_url")
    @classmethod
    def _is_a_mail_server(cls, value: str) -> str:
        if value and not value.startswith(("smtp://", "smtps://", "file:///")):
            raise ValueError("must begin with smtp://, smtps:// or file:///")
        return value

    @field_validator("access_point_url")
    @classmethod
    def _is_an_access_point(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://", "file:///")):
            raise ValueError("must begin with https://, http:// or file:///")
        return value

    @field_validator("clamd_address")
    @classmethod
    def _is_a_scanner(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdecimal()):
            raise ValueError("must be host:port")
        return value

    @field_validator("contact_email")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not is_email(value):
            raise ValueError("must be an e-mail address")
        return value

    @field_validator("person_lookup_key", mode="before")
    @classmethod
    def _is_one_or_two(cls, value: object) -> object:
        keys = tuple(key.strip() for key in value.split(",")) if isinstance(value, str) else value
        if not isinstance(keys, tuple):
            return value
        if len(keys) > 2:
            raise ValueError("must hold one key, or two while it is rotated")
        return tuple(cls._is_long_enough(key) for key in keys)

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, value: str) -> str:
        if len(value) < _SHORTEST_SECRET:
            raise ValueError(f"must have at least {_SHORTEST_SECRET} characters")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _is_a_token(cls, value: str) -> str:
        return cls._is_long_enough(value) if value else value

    @field_validator("otlp_url")
    @classmethod
    def _is_a_collector(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return value

    @field_validator("person_keys", mode="before")
    @classmethod
    def _is_a_key_ring(cls, value: object) -> object:
        keys = value.split(",") if isinstance(value, str) else value
        if not isinstance(keys, list | tuple):
            return value
        ring = tuple(key.strip() for key in keys if key.strip())
        if not ring:
            raise ValueError("must hold at least one key")
        for key in ring:
            try:
                Fernet(key)
            except ValueError:
                raise ValueError(
                    "must be Fernet keys (32 bytes in urlsafe base64) separated by commas"
                ) from None
        return ring

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _keeps_demo_secrets_in_the_demo(self) -> "Settings":
        if self.demo:
            return self
        for name, values in (
            ("SECRET_KEY", (self.secret_key,)),
            ("PERSON_KEYS", self.person_keys),
            ("PERSON_LOOKUP_KEY", self.person_lookup_key),
        ):
            if _DEMO_SECRETS.intersection(values):
                raise ValueError(f"{name} is the demo's own, which everyone can read: make a new one")
        return self

    def for_flask(self) -> dict[str, Any]:
        """The settings under the names that Flask and its extensions read."""
        return {
            "DEMO": self.demo,
            "CONTACT_EMAIL": self.contact_email,
            "PUBLIC_URL": self.public_url,
            "MAIL_URL": self.mail_url,
            "MAIL_FROM": self.mail_from,
            "OTLP_URL": self.otlp_url,
            "CLAMD_ADDRESS": self.clamd_address,
            "ACCESS_POINT_URL": self.access_point_url,
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {
                "hide_parameters": True,  # an error's text must not carry a personal number into a log
                # What is planned once (marketplace/statements.py) needs no other plan for other values.
                "connect_args": {
                    "connect_timeout": 5,
                    "options": "-c plan_cache_mode=force_generic_plan",
                    "connection_factory": self._connection_factory(),
                },
                "executemany_mode": "values_plus_batch",  # a week's attendance goes in one round trip, not in fifty
            },
            "RATELIMIT_STORAGE_URI": _limiter_address(self.redis_url),
            "RATELIMIT_STORAGE_OPTIONS": {  # whoever signs in does not wait for a Redis that is away
                "socket_timeout": 1,
                "socket_connect_timeout": 1,
                "retry": Retry(NoBackoff(), 0),
            },
        }

    def _connection_factory(self) -> type[Connection]:
        if not self.otlp_url:
            return Connection
        from marketplace.traces import TracedConnection

        return TracedConnection


def load() -> Settings:
    """The settings of this process. Raises ConfigError with one line that names what is missing or wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError(_one_line(error)) from None


def demo_environment(database_url: str, database_owner_url: str, redis_url: str) -> dict[str, str]:
    """What the demo and the tests set: real servers of their own, and secrets that everyone may read."""
    return {
        "DATABASE_URL": database_url,
        "DATABASE_OWNER_URL": database_owner_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": DEMO_SECRET_KEY,
        "PERSON_KEYS": DEMO_PERSON_KEY,
        "PERSON_LOOKUP_KEY": DEMO_LOOKUP_KEY,
        "CONTACT_EMAIL": "tillganglighet@example.se",
        "DEMO": "1",
    }


def database_address(url: str) -> str:
    """A PostgreSQL address that names our driver, whatever way it was written. Raises ValueError."""
    if url.startswith("postgres://"):  # as many hosts still write it
        url = url.replace("postgres://", "postgresql://", 1)
    try:
        address = make_url(url)
    except ArgumentError:
        raise ValueError("must look like postgresql://user:password@host/database") from None
    if address.get_backend_name() != "postgresql":
        raise ValueError("must be PostgreSQL: row-level security is what keeps organisations apart")
    return address.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def _limiter_address(redis_url: str) -> str:
    """The throttle's library has its own name for a Unix socket."""
    return redis_url.replace("unix://", "redis+unix://", 1)


def _one_line(error: ValidationError) -> str:
    """Names every setting at once, so that a first start does not fail six times."""
    missing, wrong = [], []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"]).upper()
        if problem["type"] == "missing":
            missing.append(name)
        else:
            wrong.append(f"{name} {problem['msg']}".replace("Value error, ", "").strip())
    parts = [f"missing in the environment: {', '.join(missing)}"] if missing else []
    return "Settings: " + "; ".join(parts + wrong) + ". See docs/operations.md."


def migration_target() -> tuple[str, str]:
    """The owner's address and the app role that gets the grants: who migrates needs no other secret.

    The app role is the user of DATABASE_URL where that is set. Raises ConfigError.
    """
    owner_url, app_url = os.environ.get("DATABASE_OWNER_URL", ""), os.environ.get("DATABASE_URL", "")
    if not owner_url:
        raise ConfigError("Settings: missing in the environment: DATABASE_OWNER_URL. See docs/operations.md.")
    try:
        app_role = make_url(database_address(app_url)).username if app_url else None
        return database_address(owner_url), app_role or "platstorget_app"
    except ValueError as error:
        raise ConfigError(
            f"Settings: DATABASE_URL or DATABASE_OWNER_URL {error}. See docs/operations.md."
        ) from None


def offline() -> Settings:
    """Settings for looking at the application without any server. Connecting with them fails."""
    nowhere = "postgresql://nobody@/nothing?host=/nonexistent"
    environment = demo_environment(nowhere, nowhere, "unix:///nonexistent/redis.sock")
    return Settings(**{name.lower(): value for name, value in environment.items()})  # type: ignore[arg-type]
