"""What was found, for people and for programs."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.sizes import Sizes


@dataclass(frozen=True)
class Finding:
    """One thing that is to hold."""

    name: str
    measured: str
    """What it was, with the floor's beside."""
    value: float
    bound: float
    is_least: bool = False
    """Whether the bound is the least that will do; otherwise it is the most."""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.is_least else self.value <= self.bound

    def as_row(self) -> tuple[str, ...]:
        sign = "≥" if self.is_least else "≤"
        return (
            self.name,
            self.measured,
            f"{self.value:.2f}",
            f"{sign} {self.bound:g}",
            "yes" if self.holds else "NO",
        )


def table(findings: list[Finding]) -> str:
    rows = [("measure", "measured", "value", "bound", "holds"), *(finding.as_row() for finding in findings)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, wide, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in wide))
    return "\n".join(lines)


def write(findings: list[Finding], sizes: Sizes, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC)
    told = {
        "at": moment.isoformat(timespec="seconds"),
        "machine": {
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "sizes": asdict(sizes),
        "holds": all(finding.holds for finding in findings),
        "findings": [asdict(finding) | {"holds": finding.holds} for finding in findings],
    }
    file = folder / f"{moment:%Y-%m-%dT%H%M%SZ}.json"
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return file
