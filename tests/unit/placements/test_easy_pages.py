"""Every sentence of our own on a page for participants is short, and none has words that nobody says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import ROOT
from marketplace.web.guards import CODE_AGAIN_SV
from placements.choice.easy_rules import MOST_WORDS
from placements.own_page import rules

_FOLDERS = ("placements/own_page", "placements/access")
PAGES = [
    *(page for folder in _FOLDERS for page in sorted((ROOT / "templates" / folder).glob("*.html"))),
    ROOT / "templates/placements/choice/_easy.html",
    ROOT / "templates/placements/choice/sheet.html",
]
_OFFICERS = {"given.html"}
_ENDS = re.compile(r"(?<=[.!?:])\s+")
_BLOCK = re.compile(r"</?(?:p|li|h\d|td|th|dt|dd|label|button|div|section|option|a|br)\b[^>]*>")
HARD_WORDS = re.compile(
    r"\b(beviljande|valomgång|placering|leverantör|ickeval|registrera|avse|erhåll|samt|dock|ifråga)", re.I
)


def _said(source: str) -> Iterator[str]:
    """The sentences of a template: between tags, and given to macros. What is filled in counts as one word."""
    source = re.sub(r"\{#.*?#\}|<svg.*?</svg>", " ", source, flags=re.S)
    source = re.sub(r"breadcrumb=\[.*?\)\]", "", source)  # on the sheet it is the officer's
    given = re.findall(r'"([A-ZÅÄÖ][^"{}<>]*[a-zåäö][^"{}<>]*)"', source)
    plain = re.sub(r"\{\{.*?\}\}", " ord ", re.sub(r"\{%.*?%\}", "\n", source, flags=re.S), flags=re.S)
    blocks = _BLOCK.sub("\n", plain)
    for text in [*given, *re.sub(r"<[^>]+>", " ", blocks).splitlines()]:
        yield from (sentence for sentence in _ENDS.split(text.strip()) if sentence)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in _OFFICERS], ids=lambda page: page.name
)
def test_sentences_are_short_and_plain(page: Path) -> None:
    found = list(_said(page.read_text()))
    assert found
    for sentence in found:
        assert len(sentence.split()) <= MOST_WORDS, sentence
        assert not HARD_WORDS.search(sentence), sentence


def test_what_the_page_answers_is_short_and_plain() -> None:
    answers = [
        *rules.LATE_SV.values(),
        *rules.OWN_REFUSAL_SV.values(),
        *rules._NEWS_SV.values(),
        rules.REFUSED_FIRST_SV,
        rules.GONE_TIME_SV,
        CODE_AGAIN_SV,
    ]
    for answer in answers:
        for sentence in _ENDS.split(answer):
            assert len(sentence.split()) <= MOST_WORDS, sentence
            assert not HARD_WORDS.search(sentence), sentence
