"""Has anything that is pinned a known weakness? `python -m checks.advisories` asks the advisory service by pip-audit.

Where the service cannot be reached it says so and goes on; with AUDIT_REQUIRED=1 that is a failure.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

_PINNED = Path(__file__).resolve().parent.parent / "constraints.txt"
_PATIENCE = 120  # seconds
_ASK = (
    "-m pip_audit --requirement {} --disable-pip --no-deps --format json --progress-spinner off --timeout 5"
)


def main() -> int:
    """1 for a known weakness, or when there is no answer and AUDIT_REQUIRED asks for one."""
    asked = [sys.executable, *_ASK.format(_PINNED).split()]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=_PATIENCE, check=False).stdout  # noqa: S603
        answers: list[dict[str, Any]] = json.loads(told)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        answers = []
    weak = [one for one in answers if one.get("vulns")]
    for one in weak:
        known = ", ".join(f"{found['id']} (mended in {found['fix_versions']})" for found in one["vulns"])
        click.echo(f"{one['name']} {one['version']}: {known}")
    unanswered = [one["name"] for one in answers if "skip_reason" in one]
    if weak:
        return 1
    if not answers or unanswered:
        which = f"{len(unanswered)} libraries" if len(unanswered) < len(answers) else "any library"
        click.echo(f"pip-audit: the advisory service told nothing of {which}.")
        return int(os.environ.get("AUDIT_REQUIRED", "") not in ("", "0"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
