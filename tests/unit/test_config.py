"""Settings: what is missing is named, and the demo's secrets stay in the demo."""

import pytest
from cryptography.fernet import Fernet

import config

_REQUIRED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PERSON_KEYS", "PERSON_LOOKUP_KEY", "CONTACT_EMAIL")
_URL = "postgresql://app:secret-word@db.example/platstorget"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_REQUIRED, "DATABASE_OWNER_URL", "DEMO", "LOG_LEVEL", "TRUSTED_PROXIES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that does, outside the demo."""
    values = (_URL, "redis://cache/0", "s" * 40, Fernet.generate_key().decode(), "l" * 40, "post@example.org")
    for name, value in zip(_REQUIRED, values, strict=True):
        monkeypatch.setenv(name, value)


def _problem() -> str:
    with pytest.raises(config.ConfigError) as caught:
        config.load()
    return str(caught.value)


def test_everything_missing_is_named_in_one_line() -> None:
    problem = _problem()
    assert all(name in problem for name in _REQUIRED)
    assert "\n" not in problem


@pytest.mark.usefixtures("installed")
def test_a_whole_environment_loads() -> None:
    settings = config.load()
    assert settings.database_url.startswith("postgresql+psycopg2://")
    assert not settings.demo


@pytest.mark.usefixtures("installed")
def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(config.load())
    assert "secret-word" not in shown
    assert "ssss" not in shown
    assert "llll" not in shown


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", config.DEMO_SECRET_KEY),
        ("PERSON_KEYS", config.DEMO_PERSON_KEY),
        ("PERSON_KEYS", f"{Fernet.generate_key().decode()},{config.DEMO_PERSON_KEY}"),
        ("PERSON_LOOKUP_KEY", config.DEMO_LOOKUP_KEY),
    ],
    ids=["secret key", "person key", "demo's person key behind a new one", "lookup key"],
)
def test_demo_secrets_are_refused_outside_the_demo(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert name in _problem()
    monkeypatch.setenv("DEMO", "1")
    assert config.load().demo


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://somewhere"),
        ("DATABASE_URL", "not an address"),
        ("REDIS_URL", "http://cache"),
        ("SECRET_KEY", "short"),
        ("PERSON_KEYS", ""),
        ("PERSON_KEYS", "not-a-fernet-key"),
        ("PERSON_LOOKUP_KEY", "short"),
        ("PERSON_LOOKUP_KEY", f"{'long' * 8},short"),
        ("PERSON_LOOKUP_KEY", ",".join(one * 32 for one in "abc")),
        ("CONTACT_EMAIL", "the town hall"),
        ("LOG_LEVEL", "loud"),
        ("METRICS_TOKEN", "short"),
        ("OTLP_URL", "collector:4318"),
        ("CLAMD_ADDRESS", "clamd"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "many"),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    problem = _problem()
    assert name in problem
    assert not value or value not in problem.replace(name, "")


@pytest.mark.usefixtures("installed")
def test_keys_come_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    newer, older = (Fernet.generate_key().decode() for _ in range(2))
    monkeypatch.setenv("PERSON_KEYS", f" {newer}, {older} ,")
    assert config.load().person_keys == (newer, older)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+asyncpg"])
def test_any_way_to_write_postgresql_means_our_driver(scheme: str) -> None:
    written = config.database_address(f"{scheme}://me:p%40ss@host:5433/base?sslmode=require")
    assert written == "postgresql+psycopg2://me:p%40ss@host:5433/base?sslmode=require"


def test_migrating_needs_the_owner_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(config.ConfigError, match="DATABASE_OWNER_URL"):
        config.migration_target()
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://boss@host/base")
    assert config.migration_target() == ("postgresql+psycopg2://boss@host/base", "platstorget_app")
    monkeypatch.setenv("DATABASE_URL", "postgresql://servant@host/base")
    assert config.migration_target()[1] == "servant"


def test_throttling_finds_redis_on_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in config.demo_environment(_URL, _URL, "unix:///run/redis.sock").items():
        monkeypatch.setenv(name, value)
    assert config.load().for_flask()["RATELIMIT_STORAGE_URI"] == "redis+unix:///run/redis.sock"
