"""The reading copy of an invoice."""

from decimal import Decimal

from lxml import html

from invoicing.invoices.documents import html_of
from tests.unit.invoicing.invoice_documents import invoice_document, line, seller, standard_line


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
