"""The XML of invoices and credit notes, held to the checks that each passes before it is sent, and read back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_rules import (
    DocumentLine,
    InvoiceDocument,
    problems_before_sending,
)
from invoicing.invoices.documents import amount, quantity, xml_of
from invoicing.invoices.xml_checks import problems_in_xml
from tests.unit.invoicing.invoice_documents import (
    CORRECTED,
    buyer,
    correction_line,
    credit_note,
    invoice_document,
    line,
    seller,
    standard_line,
)

NS = {
    "i": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def texts(xml: str, path: str) -> list[str]:
    return [element.text for element in etree.fromstring(xml.encode()).findall(path, NS)]


def test_exempt_invoice_passes() -> None:
    xml = xml_of(invoice_document())
    assert problems_in_xml(xml) == []
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
    assert problems_in_xml(xml) == []
    assert texts(xml, "cac:TaxTotal/cbc:TaxAmount") == ["2961.00"]
    assert "fel plats" not in xml


def test_both_categories_pass() -> None:
    xml = xml_of(invoice_document(line(1), standard_line(2)))
    assert problems_in_xml(xml) == []
    assert texts(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent") == ["0", "25"]


def test_seller_without_vat_number_passes_with_f_tax_alone() -> None:
    xml = xml_of(invoice_document(seller=seller(vat_number="")))
    assert problems_in_xml(xml) == []
    assert texts(xml, "cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID") == [
        "Godkänd för F-skatt"
    ]


def test_least_and_most_of_what_may_be_known() -> None:
    least = invoice_document(
        seller=seller(email="", phone=""), buyer_reference="", order_reference="PO-1", contract_reference=""
    )
    assert problems_in_xml(xml_of(least)) == []
    most = invoice_document(
        buyer=buyer(street="Storgatan 1", postcode="136 81", city="Haninge", email="e@x.example", phone="08"),
        order_reference="PO-1",
        note_sv="En anmärkning",
    )
    assert problems_in_xml(xml_of(most)) == []


def test_five_hundred_lines() -> None:
    lines = [line(n, placement_number=f"P{n:06d}") for n in range(1, 501)]
    xml = xml_of(invoice_document(*lines))
    assert problems_in_xml(xml) == []
    assert texts(xml, "cac:InvoiceLine/cbc:ID") == [str(n) for n in range(1, 501)]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["5922000.00"]


def test_ore_rounding_is_signed_and_summed() -> None:
    document = invoice_document(line(quantity=Decimal("9.75"), price_ore=181_01), is_rounded=True)
    xml = xml_of(document)
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount") == ["1764.85"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount") == ["0.15"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["1765.00"]
    assert problems_in_xml(xml) == []


def test_names_with_every_awkward_character() -> None:
    name = "Åsa & Örjans <Ätbara> \"Trädgård\" 'n' Co ]]> {{ 7*7 }} é ß 字 🌱"
    xml = xml_of(
        invoice_document(line(name_sv=name, basis_sv=name), seller=seller(name=name), buyer=buyer(name=name))
    )
    assert problems_in_xml(xml) == []
    assert texts(xml, "cac:AccountingSupplierParty//cbc:RegistrationName") == [name]
    assert texts(xml, ".//cac:Item/cbc:Name") == [name]


def test_a_credit_note_says_what_it_credits_and_asks_for_no_payment() -> None:
    document = credit_note(line(1), standard_line(2))
    xml = xml_of(document)
    assert problems_before_sending(document) == []
    assert problems_in_xml(xml) == []
    assert etree.fromstring(xml.encode()).tag.endswith("CreditNote-2}CreditNote")
    assert texts(xml, "cbc:CreditNoteTypeCode") == ["381"]
    assert texts(xml, "cac:BillingReference/cac:InvoiceDocumentReference/*") == ["1041", "2026-03-02"]
    assert texts(xml, "cac:CreditNoteLine/cbc:CreditedQuantity") == ["12", "12"]
    assert texts(xml, "cac:PaymentTerms/cbc:Note") == ["Beloppet krediteras"]
    for paid in ("cbc:DueDate", "cac:PaymentMeans"):
        assert texts(xml, paid) == []


def test_a_correction_of_an_earlier_month_has_no_days_of_its_own_in_the_xml() -> None:
    document = invoice_document(
        line(1), correction_line(2, quantity=Decimal(-2)), billing_references=(CORRECTED,)
    )
    xml = xml_of(document)
    assert problems_before_sending(document) == []
    assert problems_in_xml(xml) == []
    assert texts(xml, "cac:InvoiceLine/cac:InvoicePeriod/cbc:StartDate") == ["2026-03-01"]
    assert texts(xml, "cac:InvoiceLine/cbc:LineExtensionAmount") == ["11844.00", "-1974.00"]
    assert texts(xml, "cac:BillingReference//cbc:ID") == ["1041"]


readable = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"),
    min_size=1,
).map(lambda text: f"x{text}".strip())
extreme_lines = st.lists(
    st.builds(
        line,
        quantity=st.integers(-9_999, 40_000).map(lambda parts: Decimal(parts) / 100),
        price_ore=st.integers(0, 10_000_000),
        vat_category=st.sampled_from(VatCategory),
        unit_code=st.sampled_from(["DAY", "HUR", "MON", "C62"]),
        is_correction=st.booleans(),
        name_sv=readable,
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(extreme_lines, readable, st.booleans(), st.booleans())
def test_whatever_may_be_sent_passes(
    rows: list[DocumentLine], text: str, is_credit_note: bool, is_rounded: bool
) -> None:
    """A sum below zero is turned round, as the services do it."""
    lines = [replace(row, position=position) for position, row in enumerate(rows, 1)]
    make = credit_note if is_credit_note else invoice_document
    document = make(*lines, seller=seller(name=text, street=text), note_sv=text * 40, is_rounded=is_rounded)
    if document.totals.payable_ore < 0:
        turned = (replace(row, quantity=-row.quantity, amount_ore=-row.amount_ore) for row in lines)
        document = replace(document, lines=tuple(turned))
    assert problems_before_sending(document) == []
    assert problems_in_xml(xml_of(document)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("<cbc:ID>1042</cbc:ID>", "<cbc:ID> </cbc:ID>", "tomt fält (ID)"),
        ("<cbc:IssueDate>", "<cbc:IssueDate>x", "schema"),
        (">11844.00</cbc:PayableAmount>", ">1.00</cbc:PayableAmount>", "BR-CO-16"),
        ("</Invoice>", "", "är inte XML"),
    ],
)
def test_an_xml_that_is_wrong_is_not_sent_and_it_is_said_why(right: str, wrong: str, words: str) -> None:
    problems = problems_in_xml(xml_of(invoice_document()).replace(right, wrong))
    assert any(words in problem for problem in problems)


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
