"""The demo's input: who buys, who refers, who trains, and where. Files in demo/data, read and checked.

A bad row is named and kept out; what hangs on it goes with it, and the rest loads.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from stdnum.exceptions import ValidationError
from stdnum.se import orgnr

from marketplace.accounts.rules import MemberKind

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class BadRow:
    """A row that was kept out."""

    file: str
    line: int
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason} ({self.file}, line {self.line})"


@dataclass(frozen=True)
class Authority:
    key: str
    name: str
    orgnr: str | None
    kommuner: tuple[str, ...]
    participants: int
    """Planned for the whole project."""
    price_list: str
    joins_in_month: int
    """Months after the history begins."""


@dataclass(frozen=True)
class Member:
    authority: str
    name: str
    kind: MemberKind
    orgnr: str | None
    kommuner: tuple[str, ...]
    case_officers: int


@dataclass(frozen=True)
class Enterprise:
    key: str
    name: str
    orgnr: str
    bankgiro: str
    authorities: tuple[str, ...]
    """Those that approve it, in the order that it applies."""
    is_vat_registered: bool
    joins_in_month: int
    phone: str
    about_sv: str


@dataclass(frozen=True)
class Site:
    key: str
    enterprise: str
    name: str
    street: str
    postcode: str
    city: str
    kommun: str
    accessibility_sv: str


@dataclass(frozen=True)
class Place:
    site: str
    ssyk: str
    seats: int
    hours_min: int
    hours_max: int
    lead_days: int
    adaptations: tuple[str, ...]
    languages: tuple[str, ...]
    name: str
    tasks_sv: str


@dataclass(frozen=True)
class Story:
    authorities: tuple[Authority, ...]
    members: tuple[Member, ...]
    enterprises: tuple[Enterprise, ...]
    sites: tuple[Site, ...]
    places: tuple[Place, ...]
    bad_rows: tuple[BadRow, ...]

    def authority(self, key: str) -> Authority:
        return next(authority for authority in self.authorities if authority.key == key)

    def enterprise(self, key: str) -> Enterprise:
        return next(enterprise for enterprise in self.enterprises if enterprise.key == key)

    def sites_of(self, enterprise: Enterprise) -> list[Site]:
        return [site for site in self.sites if site.enterprise == enterprise.key]

    def places_at(self, site: Site) -> list[Place]:
        return [place for place in self.places if place.site == site.key]


RowT = TypeVar("RowT")


def read_story(folder: Path = DATA) -> Story:
    """Everything in the folder that holds, and what does not."""
    bad: list[BadRow] = []
    authorities = list(_read(folder / "authorities.csv", _authority, bad))
    known = {authority.key for authority in authorities}
    members = [m for m in _read(folder / "members.csv", _member, bad) if m.authority in known]
    enterprises = list(_read(folder / "enterprises.csv", _enterprise, bad))
    keys = {enterprise.key for enterprise in enterprises}
    sites = [s for s in _read(folder / "sites.csv", _site, bad) if s.enterprise in keys]
    site_keys = {site.key for site in sites}
    places = [p for p in _read(folder / "places.csv", _place, bad) if p.site in site_keys]
    return Story(
        tuple(authorities), tuple(members), tuple(enterprises), tuple(sites), tuple(places), tuple(bad)
    )


def apportioned(total: int, weights: list[int]) -> list[int]:
    """`total` divided as the weights are, in whole numbers, by the largest remainder; the earlier wins a tie."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [(-(total * weight % whole), index) for index, weight in enumerate(weights)]
    for _, index in sorted(remainders)[: total - sum(shares)]:
        shares[index] += 1
    return shares


def _read(path: Path, make: Callable[[dict[str, str]], RowT], bad: list[BadRow]) -> Iterator[RowT]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restval="", restkey="")
        for row in reader:
            values = {name: str(value).strip() for name, value in row.items() if name}
            try:
                yield make(values)
            except ValueError as error:
                name = values.get("name") or values.get("key") or "(no name)"
                bad.append(BadRow(path.name, reader.line_num, name, str(error)))


def _authority(row: dict[str, str]) -> Authority:
    return Authority(
        key=_filled(row, "key"),
        name=_filled(row, "name"),
        orgnr=_orgnr(row["orgnr"]),
        kommuner=_several(row["kommuner"]),
        participants=_whole(row, "participants"),
        price_list=_filled(row, "price_list"),
        joins_in_month=_whole(row, "joins_in_month"),
    )


def _member(row: dict[str, str]) -> Member:
    return Member(
        authority=_filled(row, "authority"),
        name=_filled(row, "name"),
        kind=MemberKind(_filled(row, "kind")),
        orgnr=_orgnr(row["orgnr"]),
        kommuner=_several(row["kommuner"]),
        case_officers=_whole(row, "case_officers"),
    )


def _enterprise(row: dict[str, str]) -> Enterprise:
    number = _orgnr(_filled(row, "orgnr"))
    assert number is not None
    return Enterprise(
        key=_filled(row, "key"),
        name=_filled(row, "name"),
        orgnr=number,
        bankgiro=row["bankgiro"].replace("-", ""),
        authorities=_several(row["authorities"]),
        is_vat_registered=row["vat"] == "S",
        joins_in_month=_whole(row, "joins_in_month"),
        phone=row["phone"],
        about_sv=row["about_sv"],
    )


def _site(row: dict[str, str]) -> Site:
    return Site(**{name: row[name] for name in Site.__dataclass_fields__})


def _place(row: dict[str, str]) -> Place:
    return Place(
        site=_filled(row, "site"),
        ssyk=_filled(row, "ssyk"),
        seats=_whole(row, "seats"),
        hours_min=_whole(row, "hours_min"),
        hours_max=_whole(row, "hours_max"),
        lead_days=_whole(row, "lead_days"),
        adaptations=_several(row["adaptations"]),
        languages=_several(row["languages"]),
        name=_filled(row, "name"),
        tasks_sv=_filled(row, "tasks_sv"),
    )


def _filled(row: dict[str, str], column: str) -> str:
    if not row.get(column):
        raise ValueError(f"the column {column} is empty")
    return row[column]


def _whole(row: dict[str, str], column: str) -> int:
    text = _filled(row, column)
    if not text.isdigit():
        raise ValueError(f"{column} is not a whole number: {text}")
    return int(text)


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _orgnr(text: str) -> str | None:
    """Ten digits; None where the number is not known. Raises ValueError for one that does not hold."""
    if not text:
        return None
    try:
        return str(orgnr.validate(text))
    except ValidationError:
        raise ValueError(f"the check digit of organisation number {text} is wrong") from None
