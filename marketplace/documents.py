"""Composed texts: in parts for a page, as a tagged PDF (PDF/UA-1) for an archive, and by their hash.

A text is plain: a line that begins with "# " is a heading, an empty line ends a paragraph.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "pdf" / "document.typ"
_NO_GLYPH = re.compile(r'the text `"(?:\\u\{([0-9a-f]+)\}|(.))')
_INSTEAD = "□"
_MOST_SCRIPTS = 8
"""Scripts without a font that a paper marks one by one; in a text of more than that everything but Latin is marked."""
_UNSHOWN_SV = f"Tecken som inte går att skriva ut står som {_INSTEAD} här. Hela texten finns i Platstorget."


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
    bytes, so that its hash can be kept. Characters that no font has are marked, and the paper says so."""

    def compiled(text: str) -> bytes:
        return _compiled(text, paper.dated)

    try:
        return compiled(_as_json(paper))
    except typst.TypstError as error:
        return in_any_script(compiled, _marked(_as_json(_with_note(paper)), error))


def in_any_script(compiled: Callable[[str], bytes], text: str) -> bytes:
    """What `compiled` makes of the text, in which characters that no font has are marked."""
    for _ in range(_MOST_SCRIPTS):
        try:
            return compiled(text)
        except typst.TypstError as error:
            text = _marked(text, error)
    return compiled("".join(one if one.isascii() or _script(one) == "LATIN" else _INSTEAD for one in text))


def _as_json(paper: Paper) -> str:
    return json.dumps(asdict(paper) | {"dated": paper.dated.isoformat()}, ensure_ascii=False)


def _with_note(paper: Paper) -> Paper:
    return replace(paper, sections=[*paper.sections, Section("Tecken", (_UNSHOWN_SV,))])


def _marked(text: str, error: typst.TypstError) -> str:
    """The text with a mark for each character of the script that the error is about. Raises it when it is another."""
    found = _NO_GLYPH.search(str(error))
    missing = chr(int(found[1], 16)) if found and found[1] else found[2] if found else ""
    if not missing or missing.isascii() or missing not in text:
        raise error
    script = _script(missing)
    return "".join(
        _INSTEAD
        if one == missing or (not one.isascii() and script != "LATIN" and _script(one) == script)
        else one
        for one in text
    )


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _compiled(text: str, dated: date) -> bytes:
    made = typst.compile(
        _template(),
        font_paths=fonts(),
        sys_inputs={"data": text},
        pdf_standards=["ua-1"],
        timestamp=datetime.combine(dated, time(12), UTC),
    )
    assert isinstance(made, bytes)
    return made


@cache
def fonts() -> typst.Fonts:
    """The same on every machine, so that a paper is."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files("manimgx_fonts"))])


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()
