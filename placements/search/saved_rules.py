"""Saved searches: what of an address is kept, and the address that it becomes on another day.

A search is kept as the query of its address. A participant's round is never a part of it, so that no person is in a
search that is saved or shared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.errors import Invalid

LONGEST_NAME = 80
MOST_SAVED = 30
LONGEST_VALUE = 200
MOST_VALUES = 60
FIRST, LAST = "senast", "till"
"""The days in the address."""


@dataclass(frozen=True)
class Kept:
    """A search as it is saved."""

    address: dict[str, list[str]]
    starts_in_days: int | None = None
    """Calendar days from the day when it is made to the latest start."""
    lasts_days: int | None = None
    """Calendar days from the latest start to the last day."""


def shared_address(arguments: Mapping[str, Sequence[str]], allowed: Iterable[str]) -> dict[str, list[str]]:
    """The parts of a query that are a search: without a participant's round, the page and whatever else is there."""
    kept = {
        name: [value[:LONGEST_VALUE] for value in arguments.get(name, ()) if value.strip()][:MOST_VALUES]
        for name in allowed
    }
    return {name: values for name, values in kept.items() if values}


def kept(
    address: Mapping[str, Sequence[str]], start_by: date, until: date, *, moves: bool, today: date
) -> Kept:
    """What is saved of a search made on `today`. One that moves has its days as far ahead whenever it is made."""
    whole = {name: list(values) for name, values in address.items()}
    if not moves:
        return Kept(whole | {FIRST: [start_by.isoformat()], LAST: [until.isoformat()]})
    rest = {name: values for name, values in whole.items() if name not in (FIRST, LAST)}
    return Kept(rest, max(0, (start_by - today).days), max(0, (until - start_by).days))


def address_on(saved: Kept, today: date) -> dict[str, list[str]]:
    """The query of the search when it is made on `today`."""
    if saved.starts_in_days is None or saved.lasts_days is None:
        return saved.address
    start_by = today + timedelta(days=saved.starts_in_days)
    until = start_by + timedelta(days=saved.lasts_days)
    return saved.address | {FIRST: [start_by.isoformat()], LAST: [until.isoformat()]}


def checked_name(name: str) -> str:
    """Raises Invalid for one that cannot be used."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("Skriv ett namn på sökningen.", field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"Skriv ett namn med högst {LONGEST_NAME} tecken.", field="name")
    return name
