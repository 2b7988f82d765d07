"""The XML, read back and held to the real UBL 2.1 schema and to the rules of the validator package.

The package's rule checker knows no PayableRoundingAmount, so a rounded invoice is told apart there and its sum is
checked here.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from peppol import check_rules, validate_xsd

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_rules import InvoiceDocument, problems_before_sending
from invoicing.invoices.documents import amount, quantity, xml_of
from tests.unit.invoicing.invoice_documents import buyer, invoice_document, line, seller, standard_line

NS = {
    "i": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def findings(xml: str) -> list[str]:
    """Everything that the schema and the rules find, and every empty element (PEPPOL-EN16931-R008)."""
    _, errors = validate_xsd(xml)
    empty = [
        f"empty: {element.tag}"
        for element in etree.fromstring(xml.encode()).iter(etree.Element)
        if len(element) == 0 and not (element.text or "").strip()
    ]
    return [*errors, *(str(finding) for finding in check_rules(xml)), *empty]


def texts(xml: str, path: str) -> list[str]:
    return [element.text for element in etree.fromstring(xml.encode()).findall(path, NS)]


def test_exempt_invoice_passes() -> None:
    xml = xml_of(invoice_document())
    assert findings(xml) == []
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["11844.00"]
    assert texts(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == ["E"]
    assert texts(xml, ".//cbc:TaxExemptionReason") == [
        "Social omsorg, 10 kap. 6 § mervärdesskattelagen (2023:200)"
    ]
    assert texts(xml, "cac:PaymentMeans/cbc:PaymentID") == ["0010421"]
    assert texts(xml, ".//cac:PayeeFinancialAccount//cbc:ID") == ["50501055", "SE:BANKGIRO"]
    assert texts(xml, "cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID") == [
        "SE769612345901",
        "Godkänd för F-skatt",
    ]
    assert texts(xml, "cac:AccountingCustomerParty//cbc:EndpointID") == ["2220002162"]


def test_standard_rate_passes_and_has_no_exemption() -> None:
    xml = xml_of(invoice_document(standard_line(), vat_exemption_reason_sv="fel plats"))
    assert findings(xml) == []
    assert texts(xml, "cac:TaxTotal/cbc:TaxAmount") == ["2961.00"]
    assert "fel plats" not in xml


def test_both_categories_pass() -> None:
    xml = xml_of(invoice_document(line(1), standard_line(2)))
    assert findings(xml) == []
    assert texts(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent") == ["0", "25"]


def test_seller_without_vat_number_passes_with_f_tax_alone() -> None:
    xml = xml_of(invoice_document(seller=seller(vat_number="")))
    assert findings(xml) == []
    assert texts(xml, "cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID") == [
        "Godkänd för F-skatt"
    ]


def test_least_and_most_of_what_may_be_known() -> None:
    least = invoice_document(
        seller=seller(email="", phone=""), buyer_reference="", order_reference="PO-1", contract_reference=""
    )
    assert findings(xml_of(least)) == []
    most = invoice_document(
        buyer=buyer(street="Storgatan 1", postcode="136 81", city="Haninge", email="e@x.example", phone="08"),
        order_reference="PO-1",
        note_sv="En anmärkning",
    )
    assert findings(xml_of(most)) == []


def test_five_hundred_lines() -> None:
    lines = [line(n, placement_number=f"P{n:06d}") for n in range(1, 501)]
    xml = xml_of(invoice_document(*lines))
    assert findings(xml) == []
    assert texts(xml, "cac:InvoiceLine/cbc:ID") == [str(n) for n in range(1, 501)]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["5922000.00"]


def test_ore_rounding_is_signed_and_summed() -> None:
    document = invoice_document(line(quantity=Decimal("9.75"), price_ore=181_01), is_rounded=True)
    xml = xml_of(document)
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount") == ["1764.85"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount") == ["0.15"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["1765.00"]
    assert [found for found in findings(xml) if "BR-CO-16" not in found] == []


def test_names_with_every_awkward_character() -> None:
    name = "Åsa & Örjans <Ätbara> \"Trädgård\" 'n' Co ]]> {{ 7*7 }} é ß 字 🌱"
    xml = xml_of(
        invoice_document(line(name_sv=name, basis_sv=name), seller=seller(name=name), buyer=buyer(name=name))
    )
    assert findings(xml) == []
    assert texts(xml, "cac:AccountingSupplierParty//cbc:RegistrationName") == [name]
    assert texts(xml, ".//cac:Item/cbc:Name") == [name]


readable = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"),
    min_size=1,
).map(lambda text: f"x{text}".strip())


@settings(max_examples=60)
@given(
    readable,
    st.lists(
        st.tuples(
            st.integers(1, 40_000).map(lambda hundredths: Decimal(hundredths) / 100),
            st.integers(1, 1_000_000),
            st.sampled_from(VatCategory),
            st.sampled_from(["DAY", "HUR", "MON", "C62"]),
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_whatever_may_be_sent_passes(text: str, rows: list[tuple[Decimal, int, VatCategory, str]]) -> None:
    lines = [
        line(n, quantity=number, price_ore=price, vat_category=category, unit_code=unit, name_sv=text)
        for n, (number, price, category, unit) in enumerate(rows, 1)
    ]
    document = invoice_document(*lines, seller=seller(name=text, street=text), note_sv=text)
    if problems_before_sending(document) == []:
        assert findings(xml_of(document)) == []


def test_the_same_document_gives_the_same_bytes() -> None:
    assert xml_of(invoice_document()) == xml_of(replace(invoice_document()))


@pytest.mark.parametrize(
    ("ore", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123456, "1234.56"), (-150, "-1.50")]
)
def test_amounts(ore: int, text: str) -> None:
    assert amount(ore) == text


@pytest.mark.parametrize(
    ("value", "text"), [("12.0000", "12"), ("9.7500", "9.75"), ("100", "100"), ("1E+2", "100")]
)
def test_quantities(value: str, text: str) -> None:
    assert quantity(Decimal(value)) == text


def test_no_person_is_named() -> None:
    assert set(InvoiceDocument.__slots__) & {"participant", "person", "personnummer"} == set()
