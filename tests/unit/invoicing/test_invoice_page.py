"""The reading copies of an invoice: a page, and a paper set from the XML."""

import io
from decimal import Decimal

from lxml import html
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from invoicing.invoices.document_rules import InvoiceDocument
from invoicing.invoices.documents import html_of, pdf_of, xml_of
from tests.unit.invoicing.invoice_documents import (
    correction_line,
    credit_note,
    invoice_document,
    line,
    seller,
    standard_line,
)


def text_of(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().replace("\u00a0", " ").split())


def test_says_what_the_buyer_needs() -> None:
    text = text_of(html_of(invoice_document()))
    for words in (
        "Faktura 1042",
        "Fakturadatum2026-04-01",
        "Förfallodatum2026-05-01",
        "30 dagar netto",
        "Er referensÖS-4471",
        "Bankgiro5050-1055",
        "OCR-nummer0010421",
        "Att betala11 844,00 kr",
        "Org.nr769612-3459",
        "Momsreg.nrSE769612345901",
        "Godkänd för F-skatt",
        "Momsfritt: Social omsorg",
        "12 dagar",
        "12 närvarodagar",
    ):
        assert words in text, words


def test_groups_lines_by_placement_with_a_sum() -> None:
    page = html_of(
        invoice_document(
            line(1, placement_number="P000001"),
            line(2, placement_number="P000001", quantity=Decimal(1), price_ore=100, unit_code="C62"),
            line(3, placement_number="P000002"),
        )
    )
    groups = html.fromstring(page).findall(".//tbody")
    heads = [" ".join(group[0].text_content().split()) for group in groups]
    assert heads == ["Placering P000001 11 845,00 kr", "Placering P000002 11 844,00 kr"]
    assert [len(group) for group in groups] == [3, 2]


def test_vat_and_rounding_are_shown() -> None:
    text = text_of(
        html_of(invoice_document(standard_line(price_ore=100_01, quantity=Decimal(1)), is_rounded=True))
    )
    assert "Moms 25 % på 100,01 kr25,00 kr" in text
    assert "Öresavrundning−0,01 kr" in text
    assert "Att betala125,00 kr" in text


def test_names_cannot_become_markup_and_nothing_is_inline() -> None:
    page = html_of(invoice_document(seller=seller(name="<script>alert(1)</script> & Co")))
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in page


def test_a_credit_note_says_so_and_asks_for_nothing() -> None:
    text = text_of(html_of(credit_note()))
    assert "Kreditfaktura 1042" in text
    assert "Gäller faktura1041 av 2026-03-02" in text
    assert "Att kreditera11 844,00 kr" in text
    assert "OCR-nummer" not in text
    assert "Att betala" not in text


def paper_of(document: InvoiceDocument) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_of(xml_of(document))))


def words_of(paper: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in paper.pages).replace("\u00a0", " ").split())


def test_one_day_given_back_is_in_the_singular() -> None:
    document = invoice_document(line(1), correction_line(2, quantity=Decimal(-1)))
    assert "−1 dag 987,00 kr" in words_of(paper_of(document))
    assert "−1 dag<" in html_of(document)


def test_the_paper_says_what_the_xml_says() -> None:
    words = words_of(
        paper_of(
            invoice_document(
                line(1, name_sv='Å & Ö <b> "x" #read("a") $y$'),
                standard_line(2, quantity=Decimal(1), price_ore=1_234_567_89, unit_code="C62"),
                correction_line(3, quantity=Decimal("-1.25"), unit_code="HUR"),
                is_rounded=True,
            )
        )
    )
    for said in (
        "Faktura 1042",
        "30 dagar netto",
        "ÖS-4471",
        'Å & Ö <b> "x" #read("a") $y$',
        "Placering P000012: 12 närvarodagar",
        "12 dagar 987,00 kr Momsfri 11 844,00 kr",
        "1 st 1 234 567,89 kr 25 % 1 234 567,89 kr",
        "−1,25 timmar 987,00 kr Momsfri −1 233,75 kr",
        "Moms 25 % på 1 234 567,89 kr 308 641,97 kr",
        "Öresavrundning −0,11 kr",
        "Att betala 1 553 820,00 kr",
        "Momsfritt Social omsorg",
        "Bankgiro 5050-1055",
        "OCR-nummer 0010421",
        "Org.nr 769612-3459",
        "Momsreg.nr SE769612345901",
        "Godkänd för F-skatt",
        "08-123 456 78",
    ):
        assert said in words, said


def test_the_paper_of_a_credit_note() -> None:
    words = words_of(paper_of(credit_note(seller=seller(vat_number="", email="", phone=""))))
    assert "Gäller faktura 1041 av 2026-03-02" in words
    assert "Att kreditera 11 844,00 kr" in words
    assert "Betalning" not in words.replace("Betalningsvillkor", "")


def test_the_paper_is_set_in_any_script() -> None:
    words = words_of(paper_of(invoice_document(seller=seller(name="Åsa 字 Ж \U0001f331 \U00013000 & Co"))))
    assert "Åsa □ Ж 🌱 □ & Co" in words


def test_the_paper_is_tagged_swedish_and_always_the_same() -> None:
    xml = xml_of(invoice_document())
    assert pdf_of(xml) == pdf_of(xml)
    paper = PdfReader(io.BytesIO(pdf_of(xml)))
    root = paper.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    metadata = root["/Metadata"]
    assert isinstance(metadata, StreamObject)
    assert (str(root["/Lang"]), "/StructTreeRoot" in root) == ("sv", True)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata.get_data()
    assert paper.metadata is not None
    assert paper.metadata.title == "Faktura 1042 från Trädgårdskraft i Haninge ekonomisk förening"
