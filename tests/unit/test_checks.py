"""The checks of our own find what they are for."""

import json
import subprocess

import pytest

from checks import advisories, migrations


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("ALTER TABLE place ADD COLUMN floor integer NOT NULL;", "adding-required-field"),
        ("ALTER TABLE place DROP COLUMN name;", "ban-drop-column"),
        ("ALTER TABLE place RENAME COLUMN name TO title;", "renaming-column"),
        ("CREATE INDEX ix_place_name ON place (name);", "require-concurrent-index-creation"),
    ],
)
def test_what_would_stop_the_version_before_is_found(sql: str, rule: str) -> None:
    timeouts = "SET LOCAL lock_timeout = '10s';\nSET LOCAL statement_timeout = '10min';\n"
    assert [one.partition(":")[0] for one in migrations.findings(timeouts + sql)] == [rule]
    assert migrations.findings(timeouts + sql, [rule]) == []


def test_a_migration_is_read_as_sql() -> None:
    sql = migrations.sql_of("0045", "0046")
    assert "CREATE TABLE region (" in sql
    assert "lock_timeout" in sql


_WEAK = {"name": "some", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
_SOUND = {"name": "other", "version": "1", "vulns": []}
_UNKNOWN = {"name": "third", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("told", "ends", "required", "says"),
    [
        ([_SOUND], 0, 0, ""),
        ([_SOUND, _WEAK], 1, 1, "some 1: PYSEC-1 (mended in ['2'])"),
        ([_SOUND, _UNKNOWN], 0, 1, "told nothing of 1 libraries"),
        ([_UNKNOWN], 0, 1, "told nothing of any library"),
        (None, 0, 1, "told nothing of any library"),
    ],
)
def test_what_is_known_of_libraries(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    told: list[dict[str, object]] | None,
    ends: int,
    required: int,
    says: str,
) -> None:
    text = "ERROR: no route" if told is None else json.dumps({"dependencies": told})
    answer = subprocess.CompletedProcess([], 1, stdout=text)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    monkeypatch.delenv("AUDIT_REQUIRED", raising=False)
    assert advisories.main() == ends
    monkeypatch.setenv("AUDIT_REQUIRED", "1")
    assert advisories.main() == required
    assert says in capsys.readouterr().out
