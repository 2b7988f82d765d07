"""Payments into a supplier's account: read out of the bank's file, and held against invoices. Nothing is guessed: what
does not fit exactly is listed for someone to mend."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from invoicing.invoices.rules import InvoiceState
from marketplace.csv_files import csv_rows
from marketplace.errors import Invalid

COLUMNS_SV = ("Betalnings-id", "Datum", "OCR", "Belopp")
"""The headings of the bank's file, in any order; other columns are left unread."""
MOST_LINES = 2000
MEND_WITHIN_WORKING_DAYS = 5
_FAULTS_TOLD = 20
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?", re.ASCII)
_OCR = re.compile(r"\d{2,25}", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f']+")


class PaymentProblem(StrEnum):
    """Why a payment is listed instead of being taken for an invoice's."""

    UNKNOWN = "unknown"
    NOT_ATTESTED = "not_attested"
    CREDITED = "credited"
    DOUBLE = "double"
    PARTIAL = "partial"
    OVER = "over"


PROBLEM_SV = {
    PaymentProblem.UNKNOWN: "Okänt OCR-nummer",
    PaymentProblem.NOT_ATTESTED: "Inte attesterad",
    PaymentProblem.CREDITED: "Krediterad",
    PaymentProblem.DOUBLE: "Betald två gånger",
    PaymentProblem.PARTIAL: "För lite",
    PaymentProblem.OVER: "För mycket",
}
PROBLEM_HELP_SV = {
    PaymentProblem.UNKNOWN: "Ingen av era fakturor har OCR-numret. Fråga betalaren vad betalningen avser.",
    PaymentProblem.NOT_ATTESTED: "Fakturan är betald innan köparen har attesterat den. Koppla betalningen när den är "
    "attesterad.",
    PaymentProblem.CREDITED: "Fakturan är krediterad, så ingenting ska betalas. Betala tillbaka.",
    PaymentProblem.DOUBLE: "Fakturan är redan betald. Betala tillbaka, eller koppla till den faktura som avses.",
    PaymentProblem.PARTIAL: "Beloppet är mindre än det som återstår. Koppla till fakturan, så är resten obetald. "
    "Har köparen dragit av en kreditfaktura registrerar ni sedan fakturan som betald.",
    PaymentProblem.OVER: "Beloppet är större än det som återstår. Kom överens med köparen om det som är för mycket.",
}


@dataclass(frozen=True)
class BankRow:
    """A payment as the bank tells of it. `bank_id` is the bank's own, and never the same for two payments."""

    bank_id: str
    paid_on: date
    ocr: str
    amount_ore: int


@dataclass(frozen=True)
class Claim:
    """What an invoice asks for, less what has been paid of it."""

    state: InvoiceState
    outstanding_ore: int


def problem_of(amount_ore: int, claim: Claim | None) -> PaymentProblem | None:
    """Why a payment is not this invoice's to the last öre; None when it is."""
    match claim:
        case None:
            return PaymentProblem.UNKNOWN
        case Claim(state=InvoiceState.CREDITED):
            return PaymentProblem.CREDITED
        case Claim(state=InvoiceState.PAID):
            return PaymentProblem.DOUBLE
        case Claim(state=state) if state is not InvoiceState.ATTESTED:
            return PaymentProblem.NOT_ATTESTED
    if amount_ore == claim.outstanding_ore:
        return None
    return PaymentProblem.PARTIAL if amount_ore < claim.outstanding_ore else PaymentProblem.OVER


def read_bank_file(content: bytes) -> list[BankRow]:
    """The payments of a file, by the bank's id. Raises Invalid, with every line that cannot be read: then nothing of
    the file is taken."""
    head, *lines = csv_rows(content)
    labels = [" ".join(label.split()).casefold() for label in head]
    missing = [label for label in COLUMNS_SV if labels.count(label.casefold()) != 1]
    if missing:
        raise Invalid(
            f"Filen saknar rubriker på första raden, eller har dem två gånger: {', '.join(missing)}.",
            field="file",
        )
    if len(lines) > MOST_LINES:
        raise Invalid(f"Filen har {len(lines)} rader. Dela den: högst {MOST_LINES} åt gången.", field="file")
    places = {label: labels.index(label.casefold()) for label in COLUMNS_SV}
    rows, faults = [], []
    for number, line in enumerate(lines, start=2):
        if any(map(str.strip, line)):
            try:
                rows.append(_row({label: _cell(line, place) for label, place in places.items()}))
            except ValueError as error:
                faults.append(f"Rad {number}: {error}")
    faults += _told_twice(rows)
    if faults:
        more = f" Och {len(faults) - _FAULTS_TOLD} fel till." if len(faults) > _FAULTS_TOLD else ""
        raise Invalid(
            f"Inget i filen är inläst. Rätta den och skicka in den igen. {' '.join(faults[:_FAULTS_TOLD])}{more}",
            field="file",
        )
    if not rows:
        raise Invalid("Filen har rubriker men inga rader.", field="file")
    return sorted(rows, key=lambda row: row.bank_id)


def _cell(line: list[str], place: int) -> str:
    """Without the apostrophe that a spreadsheet puts before a text."""
    return line[place].strip().removeprefix("'") if place < len(line) else ""


def _row(cells: Mapping[str, str]) -> BankRow:
    """Raises ValueError, which says what is wrong with the line."""
    bank_id, day, ocr, amount = (cells[label] for label in COLUMNS_SV)
    if not bank_id or len(bank_id) > 60:
        raise ValueError("betalnings-id saknas eller är för långt.")
    try:
        paid_on = date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"datumet ”{day}” går inte att läsa. Skriv det som 2026-03-31.") from None
    reference = _SPACES.sub("", ocr)
    if not _OCR.fullmatch(reference):
        raise ValueError("OCR-numret ska vara 2–25 siffror.")
    number = _SPACES.sub("", amount).replace(",", ".")
    if not _AMOUNT.fullmatch(number) or not Decimal(number):
        raise ValueError(f"beloppet ”{amount}” går inte att läsa. Skriv kronor, större än noll.")
    return BankRow(bank_id, paid_on, reference, int(Decimal(number) * 100))


def _told_twice(rows: Iterable[BankRow]) -> list[str]:
    times = Counter(row.bank_id for row in rows)
    return [f"Betalnings-id {bank_id} står på flera rader." for bank_id, count in times.items() if count > 1]
