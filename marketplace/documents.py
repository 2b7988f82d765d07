"""Composed texts: in parts for a page, as a tagged PDF (PDF/UA-1) for an archive, and by their hash.

A text is plain: a line that begins with "# " is a heading, an empty line ends a paragraph.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "pdf" / "document.typ"


@dataclass(frozen=True)
class Section:
    """A part of a composed text."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """What a PDF says: whose it is and what it is called, above the sections."""

    title_sv: str
    sender: str
    diary_number: str
    dated: date
    sections: Sequence[Section]


def sections(text: str) -> list[Section]:
    """A composed text in parts."""
    found: list[Section] = []
    for block in text.split("\n\n"):
        if block.startswith("# "):
            found.append(Section(block.removeprefix("# "), ()))
        elif found:
            found[-1] = Section(found[-1].heading, (*found[-1].paragraphs, block))
        elif block.strip():
            found.append(Section("", (block,)))
    return found


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def pdf(paper: Paper) -> bytes:
    """The paper as PDF/UA-1 in Swedish: tagged, with title, sender and diary number. The same paper gives the same
    bytes, so that its hash can be kept."""
    data = asdict(paper) | {"dated": paper.dated.isoformat()}
    made = typst.compile(
        _template(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=datetime.combine(paper.dated, time(12), UTC),
    )
    assert isinstance(made, bytes)
    return made


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()
