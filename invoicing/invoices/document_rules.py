"""The invoice or credit note as a document: what it says, what it sums to, and what must be right before it is sent.

Amounts are integer öre. VAT is rounded once per category and rate, never per line (EN 16931, BR-CO-17). A credit note
says in positive amounts what it takes back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.payment_numbers import is_bankgiro, is_ocr_number, is_orgnr, is_vat_number
from invoicing.remuneration.price_rules import whole_ore

VAT_PERCENT = {VatCategory.EXEMPT: 0, VatCategory.STANDARD: 25}

_ROUNDED_ORE = 1
"""A line that corrects is the difference of two amounts, each rounded by at most half an öre."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer. `orgnr` is ten digits without hyphen."""

    name: str
    orgnr: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Seller(Party):
    """`bankgiro` is digits only; `vat_number` is empty for a seller that is not registered for VAT."""

    bankgiro: str = ""
    vat_number: str = ""
    has_f_tax: bool = False


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """`quantity` × `price_ore` is `amount_ore`, which is whole öre. No name of a person: a placement number."""

    position: int
    placement_number: str
    name_sv: str
    basis_sv: str
    quantity: Decimal
    unit_code: str
    price_ore: int
    amount_ore: int
    first_day: dt.date
    last_day: dt.date
    vat_category: VatCategory
    is_correction: bool = False
    """Of an earlier month, which its name says: the XML can give a line no days outside the document's period."""

    @property
    def vat_percent(self) -> int:
        return VAT_PERCENT[self.vat_category]


@dataclass(frozen=True, slots=True)
class BillingReference:
    """An earlier invoice that this document credits or corrects."""

    number: str
    issued_on: dt.date


@dataclass(frozen=True, slots=True)
class VatSubtotal:
    category: VatCategory
    percent: int
    taxable_ore: int
    vat_ore: int


@dataclass(frozen=True, slots=True)
class Totals:
    net_ore: int
    vat: tuple[VatSubtotal, ...]
    vat_ore: int
    rounding_ore: int

    @property
    def gross_ore(self) -> int:
        return self.net_ore + self.vat_ore

    @property
    def payable_ore(self) -> int:
        return self.gross_ore + self.rounding_ore


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """Everything that the XML and the page say. `number`, `ocr` and the dates are given when it is sent; a credit note
    is not paid, and has no due day.
    """

    number: str
    issued_on: dt.date
    due_on: dt.date | None
    first_day: dt.date
    last_day: dt.date
    seller: Seller
    buyer: Party
    lines: tuple[DocumentLine, ...]
    ocr: str
    buyer_reference: str = ""
    order_reference: str = ""
    contract_reference: str = ""
    vat_exemption_reason_sv: str = ""
    note_sv: str = ""
    is_rounded: bool = False
    is_credit_note: bool = False
    billing_references: tuple[BillingReference, ...] = ()

    @property
    def name_sv(self) -> str:
        return "Kreditfaktura" if self.is_credit_note else "Faktura"

    @property
    def totals(self) -> Totals:
        return totals(self.lines, is_rounded=self.is_rounded)

    @property
    def payment_terms_sv(self) -> str:
        if self.due_on is None:
            return "Beloppet krediteras"
        return f"{(self.due_on - self.issued_on).days} dagar netto"


def totals(lines: Iterable[DocumentLine], *, is_rounded: bool = False) -> Totals:
    """Sums per VAT category. With `is_rounded`, what is left of öre is rounded off (öresavrundning)."""
    taxable: dict[VatCategory, int] = defaultdict(int)
    for line in lines:
        taxable[line.vat_category] += line.amount_ore
    return totals_of(taxable, is_rounded=is_rounded)


def totals_of(taxable: Mapping[VatCategory, int], *, is_rounded: bool = False) -> Totals:
    """By the öre without VAT of each category."""
    vat = tuple(
        VatSubtotal(
            category, VAT_PERCENT[category], ore, whole_ore(Decimal(ore * VAT_PERCENT[category]) / 100)
        )
        for category, ore in sorted(taxable.items())
    )
    net_ore = sum(taxable.values())
    vat_ore = sum(one.vat_ore for one in vat)
    return Totals(net_ore, vat, vat_ore, ore_rounding(net_ore + vat_ore) if is_rounded else 0)


def ore_rounding(amount_ore: int) -> int:
    """What to add for whole kronor, signed; 50 öre goes up in size (lag 1970:1029 and the habit after it)."""
    return whole_ore(Decimal(amount_ore) / 100) * 100 - amount_ore


def problems_before_sending(document: InvoiceDocument) -> list[str]:
    """What would make the invoice wrong, in Swedish with what to do; empty when it may be sent."""
    return [
        *_party_problems(document),
        *(_credit_problems(document) if document.is_credit_note else _payment_problems(document)),
        *_vat_problems(document),
        *_line_problems(document),
        *_text_problems(document),
    ]


def _party_problems(document: InvoiceDocument) -> Iterator[str]:
    if not document.number:
        yield "Fakturan saknar nummer."
    for party, whose in ((document.seller, "Säljarens"), (document.buyer, "Köparens")):
        if not party.name:
            yield f"{whose} namn saknas."
        if not is_orgnr(party.orgnr):
            yield f"{whose} organisationsnummer saknas eller har fel kontrollsiffra. Rätta det hos organisationen."
    if not (document.seller.street and document.seller.postcode and document.seller.city):
        yield "Säljarens postadress är inte komplett. Fyll i den i företagets uppgifter."
    if not (document.buyer_reference or document.order_reference):
        yield "Köparens referens saknas. Be myndigheten ange den i avtalet."


def _credit_problems(document: InvoiceDocument) -> Iterator[str]:
    if not document.billing_references:
        yield "Kreditfakturan säger inte vilken faktura den gäller. Skicka den fakturan först."
    if document.due_on is not None:
        yield "En kreditfaktura betalas inte och har inget förfallodatum."


def _payment_problems(document: InvoiceDocument) -> Iterator[str]:
    if document.due_on is None:
        yield "Förfallodatum saknas."
    elif document.due_on < document.issued_on:
        yield "Förfallodatum ligger före fakturadatum."
    if not document.seller.bankgiro:
        yield "Bankgiro saknas. Fyll i det i företagets uppgifter."
    elif not is_bankgiro(document.seller.bankgiro):
        yield "Bankgironumret har fel längd eller fel kontrollsiffra. Rätta det i företagets uppgifter."
    if not is_ocr_number(document.ocr):
        yield "OCR-numret har fel kontrollsiffra."


def _vat_problems(document: InvoiceDocument) -> Iterator[str]:
    seller = document.seller
    categories = {line.vat_category for line in document.lines}
    if seller.vat_number and not is_vat_number(seller.vat_number):
        yield "Säljarens momsregistreringsnummer är fel. Det ska vara SE, organisationsnumret och 01."
    if VatCategory.STANDARD in categories and not seller.vat_number:
        yield "Fakturan har moms, men säljaren har inget momsregistreringsnummer. Ange det eller ändra avtalets moms."
    if VatCategory.EXEMPT in categories:
        if not document.vat_exemption_reason_sv:
            yield "Fakturan är momsfri, men avtalet anger inget skäl. Be myndigheten ange skälet i avtalet."
        if not (seller.vat_number or seller.has_f_tax):
            yield "Säljaren har varken momsregistreringsnummer eller F-skatt. Ange det i företagets uppgifter."


def _line_problems(document: InvoiceDocument) -> Iterator[str]:
    if not document.lines:
        yield "Fakturan har inga rader."
    elif document.totals.payable_ore < 0:
        yield "Fakturans summa är mindre än noll. En kreditfaktura görs i stället."
    if [line.position for line in document.lines] != list(range(1, len(document.lines) + 1)):
        yield "Fakturans rader är inte numrerade i följd."
    for line in document.lines:
        if abs(line.quantity * line.price_ore - line.amount_ore) > _ROUNDED_ORE:
            yield f"Rad {line.position}: antal gånger pris är inte radens belopp."
        if line.price_ore < 0:
            yield f"Rad {line.position}: priset är mindre än noll."
        earliest = dt.date.min if line.is_correction else document.first_day
        if not earliest <= line.first_day <= line.last_day <= document.last_day:
            yield f"Rad {line.position}: dagarna ligger utanför fakturans period."
        if not line.name_sv:
            yield f"Rad {line.position}: benämning saknas."


def _text_problems(document: InvoiceDocument) -> Iterator[str]:
    texts = {
        "säljarens uppgifter": (*_party_texts(document.seller),),
        "köparens uppgifter": (*_party_texts(document.buyer),),
        "referenserna": (document.buyer_reference, document.order_reference, document.contract_reference),
        "fakturans text": (document.note_sv, document.vat_exemption_reason_sv),
        "raderna": tuple(text for line in document.lines for text in (line.name_sv, line.basis_sv)),
    }
    for where, values in texts.items():
        if any(_NOT_XML.search(value) for value in values):
            yield f"Det finns tecken i {where} som inte kan skickas i en e-faktura. Skriv om texten."


def _party_texts(party: Party) -> tuple[str, ...]:
    return (party.name, party.street, party.postcode, party.city, party.email, party.phone)
