"""The supplier's ledger: documents and payments as entries with a running balance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate


class EntryKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"


ENTRY_SV = {
    EntryKind.INVOICE: "Faktura",
    EntryKind.CREDIT_NOTE: "Kreditfaktura",
    EntryKind.PAYMENT: "Betalning av faktura",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A sent invoice or credit note. What is owed the other way is below zero."""

    invoice_id: int
    number: int
    buyer_id: int
    buyer_name: str
    month_sv: str
    issued_on: date
    due_on: date
    taxed_ore: int
    exempt_ore: int
    vat_ore: int
    rounding_ore: int
    payable_ore: int
    is_open: bool
    """Neither paid, nor credited, nor set off."""
    payments: tuple[tuple[date, int], ...] = ()

    @property
    def kind(self) -> EntryKind:
        return EntryKind.CREDIT_NOTE if self.payable_ore < 0 else EntryKind.INVOICE

    def overdue_ore(self, today: date) -> int:
        """What ought to have been paid before today and has not been."""
        if not self.is_open or self.payable_ore < 0 or self.due_on >= today:
            return 0
        return self.payable_ore - sum(ore for _, ore in self.payments)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document when it was sent, or a payment of it: what it adds to what the buyer owes."""

    day: date
    kind: EntryKind
    document: Document
    amount_ore: int


def entries_of(documents: Iterable[Document]) -> list[Entry]:
    """In the order of the days; on the same day by number, and what was sent before what was paid."""
    found = []
    for one in documents:
        found.append(Entry(one.issued_on, one.kind, one, one.payable_ore))
        found += [Entry(day, EntryKind.PAYMENT, one, -ore) for day, ore in one.payments]
    return sorted(
        found, key=lambda entry: (entry.day, entry.kind is EntryKind.PAYMENT, entry.document.number)
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of the account with one buyer."""

    opening_ore: int
    rows: Sequence[tuple[Entry, int]]
    """Each with the balance after it."""

    @property
    def closing_ore(self) -> int:
        return self.rows[-1][1] if self.rows else self.opening_ore


def statement(entries: Iterable[Entry], first_day: date, last_day: date) -> Statement:
    """`entries` in order."""
    until = [entry for entry in entries if entry.day <= last_day]
    opening_ore = sum(entry.amount_ore for entry in until if entry.day < first_day)
    inside = [entry for entry in until if entry.day >= first_day]
    balances = accumulate((entry.amount_ore for entry in inside), initial=opening_ore)
    next(balances)
    return Statement(opening_ore, list(zip(inside, balances, strict=True)))


@dataclass(frozen=True, slots=True)
class Account:
    """What stands between the parties today."""

    buyer_id: int
    buyer_name: str
    balance_ore: int
    overdue_ore: int
    overdue: int
    """How many documents."""


def accounts_of(documents: Iterable[Document], today: date) -> list[Account]:
    """One for each buyer, in the order that the buyers come."""
    by_buyer: dict[int, list[Document]] = {}
    for one in documents:
        by_buyer.setdefault(one.buyer_id, []).append(one)
    found = []
    for buyer_id, of_buyer in by_buyer.items():
        late = [ore for one in of_buyer if (ore := one.overdue_ore(today))]
        balance_ore = sum(entry.amount_ore for entry in entries_of(of_buyer))
        found.append(Account(buyer_id, of_buyer[0].buyer_name, balance_ore, sum(late), len(late)))
    return found
