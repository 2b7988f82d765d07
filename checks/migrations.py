"""Would a migration stop what runs? `python -m checks.migrations` has squawk read the SQL of those after 0046.

The web of the version before runs while a migration does, and waits for each lock that it takes (ADR 0048). What squawk
finds is mended, or stands in KNOWN with the reason why it does no harm; a reason that is no longer needed is taken out.
"""

import io
import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import click
from alembic import command
from alembic.script import ScriptDirectory

import migrations

_LANDED = "0046"
"""Ran everywhere before there was a linter."""
_OLDEST = "15"
_NOT_HERE = (
    "prefer-bigint-over-int",  # what grows without end (events, looks, messages) has big ones
    "prefer-text-field",  # words of a list are 40 characters and held by a check
    "transaction-nesting",  # the SQL is written with the transaction around it that Alembic makes
)
_WORDS = (
    "a list of words is made longer: what is there passes, and what the version before writes is still in it"
)
_FEW = "a few thousand rows at most: scanned in milliseconds, and the lock is waited for no longer than ten seconds"
_A_SECOND = "a million rows are gone through in a second"
_LETTERS = {"ban-drop-constraint": _WORDS, "constraint-missing-not-valid": _WORDS}
KNOWN: Mapping[str, Mapping[str, str]] = {
    "0048": _LETTERS,
    "0049": {"ban-drop-constraint": _WORDS, "constraint-missing-not-valid": _FEW},
    "0050": {
        "ban-drop-constraint": "another index holds the same for memberships that are not over",
        "require-concurrent-index-creation": _FEW,
    },
    "0052": {"constraint-missing-not-valid": _FEW, "disallowed-unique-constraint": _FEW},
    "0054": {
        "ban-drop-not-null": "only rows that are disposed of are without, and those the version before does not show",
        "constraint-missing-not-valid": _FEW,
    },
    "0055": _LETTERS,
    "0058": {
        "require-concurrent-index-creation": _A_SECOND,
        "require-concurrent-index-deletion": _A_SECOND,
    },
}
"""By migration and squawk's rule."""


def sql_of(down: str, revision: str) -> str:
    """What a migration sends, as it would be read by whoever runs it by hand."""
    written = io.StringIO()
    config = migrations.config("", "platstorget_app")
    config.output_buffer = written
    command.upgrade(config, f"{down}:{revision}", sql=True)
    return written.getvalue()


def findings(sql: str, left_out: Collection[str] = ()) -> list[str]:
    """What squawk says, a line each, beginning with its rule."""
    squawk = [str(Path(sys.executable).with_name("squawk")), "--reporter", "json", "--pg-version", _OLDEST]
    asked = [*squawk, "--assume-in-transaction", "--exclude", ",".join((*_NOT_HERE, *left_out))]
    told = subprocess.run(asked, input=sql, capture_output=True, text=True, check=False).stdout  # noqa: S603 - ours
    lines = sql.splitlines()
    return [
        f"{one['rule_name']}: {one['message']} {' '.join(lines[one['line'] : one['line_end'] + 1])[:200]}"
        for one in json.loads(told)
    ]


def main() -> int:
    """1 when something would stop what runs, or a reason is not needed."""
    script = ScriptDirectory.from_config(migrations.config("", ""))
    wrong = []
    for revision in reversed(list(script.iterate_revisions("head", _LANDED))):
        known = KNOWN.get(revision.revision, {})
        sql = sql_of(str(revision.down_revision), revision.revision)
        wrong += [f"{revision.revision} {one}" for one in findings(sql, known)]
        said = {one.partition(":")[0] for one in findings(sql)} if known else set()
        wrong += [f"{revision.revision} needs no reason for {rule}" for rule in known if rule not in said]
    for one in wrong:
        click.echo(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
