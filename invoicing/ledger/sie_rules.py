"""Bookkeeping in SIE 4I: vouchers that balance to the öre, in the characters and lines that the format asks for."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from invoicing.ledger.rules import Document, EntryKind, entries_of

ENCODING: Final = "cp437"
_PROGRAM: Final = '"Platstorget" "1"'
_INSTEAD: Final = str.maketrans(
    {"–": "-", "—": "-", "’": "'", "‘": "'", "”": '"', "“": '"', "…": "...", "€": "EUR", "\u00a0": " "}
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Numbers in the seller's chart of accounts; those of BAS until she says otherwise."""

    receivable: str = "1510"
    taxed_sales: str = "3001"
    exempt_sales: str = "3004"
    vat: str = "2611"
    rounding: str = "3740"
    bank: str = "1930"


ACCOUNT_SV: Final = {
    "receivable": "Kundfordringar",
    "taxed_sales": "Försäljning med 25 % moms",
    "exempt_sales": "Försäljning utan moms",
    "vat": "Utgående moms 25 %",
    "rounding": "Öresavrundning",
    "bank": "Bankkonto",
}


@dataclass(frozen=True, slots=True)
class Voucher:
    """Debit above zero, credit below; together nothing."""

    day: date
    text_sv: str
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Seller:
    name: str
    orgnr: str
    """Ten digits."""


def vouchers_of(
    documents: Iterable[Document], first_day: date, last_day: date, accounts: Accounts
) -> list[Voucher]:
    """What was sent and what was paid in the period, by day."""
    found = []
    for entry in entries_of(documents):
        if not first_day <= entry.day <= last_day:
            continue
        one = entry.document
        what = "Kreditfaktura" if one.kind is EntryKind.CREDIT_NOTE else "Faktura"
        named = f"{what} {one.number}, {one.month_sv}, {one.buyer_name}"
        if entry.kind is EntryKind.PAYMENT:
            rows = [(accounts.bank, -entry.amount_ore), (accounts.receivable, entry.amount_ore)]
            found.append(_voucher(entry.day, f"Betalning av {named[0].lower()}{named[1:]}", rows))
        else:
            rows = [
                (accounts.receivable, one.payable_ore),
                (accounts.taxed_sales, -one.taxed_ore),
                (accounts.exempt_sales, -one.exempt_ore),
                (accounts.vat, -one.vat_ore),
                (accounts.rounding, -one.rounding_ore),
            ]
            found.append(_voucher(entry.day, named, rows))
    return found


def _voucher(day: date, text_sv: str, rows: Iterable[tuple[str, int]]) -> Voucher:
    kept = tuple((account, ore) for account, ore in rows if ore)
    if sum(ore for _, ore in kept):
        raise ValueError(f"{text_sv} does not balance")
    return Voucher(day, text_sv, kept)


def sie_file(seller: Seller, made_on: date, vouchers: Iterable[Voucher], accounts: Accounts) -> bytes:
    listed = list(vouchers)
    used = {account for voucher in listed for account, _ in voucher.rows}
    lines = [
        "#FLAGGA 0",
        f"#PROGRAM {_PROGRAM}",
        "#FORMAT PC8",
        f"#GEN {made_on:%Y%m%d}",
        "#SIETYP 4",
        f"#ORGNR {seller.orgnr[:6]}-{seller.orgnr[6:]}",
        f"#FNAMN {_quoted(seller.name)}",
    ]
    for one in fields(accounts):
        number = getattr(accounts, one.name)
        if number in used:
            used.remove(number)
            lines.append(f"#KONTO {number} {_quoted(ACCOUNT_SV[one.name])}")
    for voucher in listed:
        lines += [f'#VER "" "" {voucher.day:%Y%m%d} {_quoted(voucher.text_sv)}', "{"]
        lines += [f"#TRANS {account} {{}} {_amount(ore)}" for account, ore in voucher.rows]
        lines.append("}")
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def _amount(ore: int) -> str:
    kronor, rest = divmod(abs(ore), 100)
    return f"{'-' if ore < 0 else ''}{kronor}.{rest:02d}"


def _quoted(text: str) -> str:
    bare = "".join(map(_lawful, text.translate(_INSTEAD)))
    return '"' + bare.replace("\\", "/").replace('"', '\\"') + '"'


def _lawful(character: str) -> str:
    """The character, the letter without its mark where CP437 has only that, or a question mark."""
    if unicodedata.category(character).startswith("C"):
        return " "
    for candidate in (character, unicodedata.normalize("NFKD", character)[0]):
        try:
            candidate.encode(ENCODING)
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"
