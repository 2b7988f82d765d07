"""Composed texts in parts, and as a PDF that a reader and an archive can take."""

import io
from dataclasses import replace
from datetime import date

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from marketplace.documents import Paper, Section, pdf, sections, text_hash

_TEXT = "# Beslut\n\nDatum: 2026-11-02\nSökande: Åsö Väv\n\n# Skäl\n\nFörsta stycket.\n\nAndra stycket."
_PAPER = Paper(
    "Beslut om ansökan", "Samordningsförbundet Södra", "SF 2026/12", date(2026, 11, 2), sections(_TEXT)
)


def test_a_text_in_parts() -> None:
    assert sections(_TEXT) == [
        Section("Beslut", ("Datum: 2026-11-02\nSökande: Åsö Väv",)),
        Section("Skäl", ("Första stycket.", "Andra stycket.")),
    ]


def test_a_text_that_begins_without_a_heading() -> None:
    assert sections("Hej.\n\n# Mer\n\nDå så.") == [Section("", ("Hej.",)), Section("Mer", ("Då så.",))]


def test_the_hash_is_of_every_letter() -> None:
    assert text_hash("Å") != text_hash("A")
    assert text_hash("Å") == "0a94dc9d420d1142d6b71de60f9bf7e2f345a4d62c9f141b091539769ddf3075"


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert pdf(_PAPER) == pdf(_PAPER)
    assert pdf(_PAPER) != pdf(replace(_PAPER, diary_number="SF 2026/13"))


def test_the_pdf_says_what_the_paper_says() -> None:
    reader = PdfReader(io.BytesIO(pdf(_PAPER)))
    text = reader.pages[0].extract_text()
    for said in (
        "Beslut om ansökan",
        "Samordningsförbundet Södra",
        "SF 2026/12",
        "Åsö Väv",
        "Andra stycket.",
    ):
        assert said in text
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (
        "Beslut om ansökan",
        "Samordningsförbundet Södra",
    )


def test_the_pdf_is_tagged_swedish_and_says_that_it_is_accessible() -> None:
    root = PdfReader(io.BytesIO(pdf(_PAPER))).trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    marks, metadata = root["/MarkInfo"], root["/Metadata"]
    assert isinstance(marks, DictionaryObject)
    assert isinstance(metadata, StreamObject)
    assert str(root["/Lang"]) == "sv"
    assert str(marks["/Marked"]) == "True"
    assert "/StructTreeRoot" in root
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata.get_data()


def test_typed_text_is_never_markup() -> None:
    typed = '#read("/etc/passwd") $x$ *a* _b_ <c> @d [e] \\ `f` // g'
    paper = replace(_PAPER, sections=[Section(typed, (typed,))])
    text = " ".join(PdfReader(io.BytesIO(pdf(paper))).pages[0].extract_text().split())
    assert text.count('#read("/etc/passwd") $x$ *a* _b_ <c> @d [e] \\ `f` // g') == 2


def _said(text: str) -> str:
    paper = replace(_PAPER, sections=[Section("Skäl", (text,))])
    return " ".join(PdfReader(io.BytesIO(pdf(paper))).pages[0].extract_text().split())


def test_a_paper_is_set_in_any_script() -> None:
    said = _said("ትግርኛ ไทย தமிழ் Олена 🪑")
    for words in ("ትግርኛ", "ไทย", "Олена", "🪑"):
        assert words in said
    assert "□" not in said


def test_a_character_without_a_font_is_marked_and_the_paper_says_so() -> None:
    said = _said("Åsa 学ぶ \U000f0000 ትግርኛ")
    assert "Åsa □□ □ ትግርኛ" in said
    assert "Hela texten finns i Platstorget." in said
    many = "".join(chr(first) for first in range(0x10280, 0x11000, 0x20))  # one of each of many old scripts
    assert "Åsa" in _said(f"Åsa {many}")
