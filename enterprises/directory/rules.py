"""What is told of suppliers, the same of each, and in which order (LOV 9:1: factual, relevant, comparable)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from enterprises.places.offer_rules import day_sv, labels_of, says_more, weekdays_sv
from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, SITE_ACCESS_SV, WORKWEEK
from marketplace.swedish import swedish_key

MAX_COMPARED = 4
"""Suppliers side by side: more cannot be read on a sheet of paper."""

ORDER_RULE_SV = (
    "Leverantörerna står i en blandad ordning. Den är lika för alla och börjar på ett nytt ställe varje dag. "
    "Ingen leverantör kan betala för att stå först."
)

FIELD_SV = {
    "about": "Om leverantören",
    "sites": "Här är det",
    "trades": "Det här kan du göra",
    "seats": "Antal platser",
    "hours": "Timmar i veckan",
    "days": "Dagar",
    "demands": "Alla platser kräver",
    "languages": "Handledare kan prata",
    "adaptations": "Någon plats passar dig som behöver",
    "accessibility": "Så är lokalerna",
    "contact": "Kontakt",
    "contract": "Avtal",
    "confirmed": "Uppgifterna bekräftades",
}
"""What is told of every supplier, in this order, on cards, side by side and on paper."""

BRIEF_FIELDS = ("about", "sites", "trades", "seats", "hours", "days", "languages", "adaptations")
"""What a card shows on a screen; the rest is on the supplier's page, side by side and on paper."""

NOT_TOLD_SV = "Inget angivet"


def order_start(day: date) -> int:
    """Where a scattered order begins that day: a signed 32-bit number.

    It follows from the date alone, so it is the same for everybody and moves by itself.
    """
    digest = hashlib.sha256(day.isoformat().encode()).digest()
    return int.from_bytes(digest[:4], "big", signed=True)


@dataclass(frozen=True)
class Kommun:
    code: str
    name: str


@dataclass(frozen=True)
class Picture:
    id: int
    alt_sv: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True)
class Place:
    """Work in one trade at one site, as it is offered."""

    id: int
    site_id: int
    enterprise_id: int
    name: str
    ssyk: str
    trade_name: str
    plain_name: str
    field_id: str
    field_name: str
    tasks_sv: str
    hours_per_week_min: int
    hours_per_week_max: int
    lead_time_days: int
    """Calendar days from a request to the earliest start."""
    adaptations: Sequence[str]
    languages: Sequence[str]
    confirmed_on: date
    seats: int
    """In service, taken or not."""
    weekdays: Sequence[int] = WORKWEEK
    day_starts: time | None = None
    day_ends: time | None = None
    demands: Sequence[str] = ()
    tasks: Sequence[str] = ()
    rotates: bool = False
    pictures: Sequence[Picture] = ()

    @property
    def hours_sv(self) -> str:
        return hours_sv(self.hours_per_week_min, self.hours_per_week_max)

    @property
    def description_sv(self) -> str:
        """In the supplier's own words; nothing where the list of tasks says it all."""
        return self.tasks_sv if says_more(self.tasks, self.tasks_sv) else ""

    @property
    def days_sv(self) -> str:
        day = day_sv(self.day_starts, self.day_ends)
        return weekdays_sv(self.weekdays) + (f", {day}" if day else "")

    @property
    def demands_sv(self) -> list[str]:
        return labels_of(self.demands, DEMAND_SV)

    @property
    def adaptations_sv(self) -> list[str]:
        return labels_of(self.adaptations, ADAPTATION_SV)

    @property
    def languages_sv(self) -> list[str]:
        return labels_of(self.languages, LANGUAGE_SV)


@dataclass(frozen=True)
class Site:
    id: int
    enterprise_id: int
    name: str
    street: str
    postcode: str
    city: str
    accessibility_sv: str
    kommun: Kommun
    accessibility: Sequence[str] = ()

    @property
    def accessible_sv(self) -> list[str]:
        return labels_of(self.accessibility, SITE_ACCESS_SV)


@dataclass(frozen=True)
class Supplier:
    """An enterprise under contract in one system, with all that it offers."""

    id: int
    name: str
    orgnr: str | None
    """None for a sole trader, whose number is that of a person."""
    about_sv: str
    contact_email: str
    phone: str
    street: str
    postcode: str
    city: str
    is_suspended: bool
    """The contract rests: nobody new is received."""
    starts_on: date
    ends_on: date | None
    sites: Sequence[Site] = ()
    places: Sequence[Place] = ()

    def places_at(self, site_id: int) -> list[Place]:
        return [place for place in self.places if place.site_id == site_id]

    @property
    def kommuner(self) -> list[Kommun]:
        return sorted({site.kommun for site in self.sites}, key=lambda kommun: swedish_key(kommun.name))

    @property
    def trades(self) -> list[str]:
        """In plain words, each once."""
        return sorted({place.plain_name for place in self.places}, key=swedish_key)

    @property
    def seats(self) -> int:
        return sum(place.seats for place in self.places)

    @property
    def hours_sv(self) -> str:
        """From the fewest to the most hours a week that some place has."""
        if not self.places:
            return ""
        return hours_sv(
            min(place.hours_per_week_min for place in self.places),
            max(place.hours_per_week_max for place in self.places),
        )

    @property
    def days_sv(self) -> str:
        """Days on which some place is open."""
        return weekdays_sv({day for place in self.places for day in place.weekdays}) if self.places else ""

    @property
    def demands_sv(self) -> list[str]:
        """What every place asks: whoever cannot do it has nothing to choose here."""
        asked = [set(place.demands) for place in self.places]
        return labels_of(set.intersection(*asked), DEMAND_SV) if asked else []

    @property
    def adaptations_sv(self) -> list[str]:
        """What at least one place can adapt to."""
        return labels_of({code for place in self.places for code in place.adaptations}, ADAPTATION_SV)

    @property
    def languages_sv(self) -> list[str]:
        """Languages that a supervisor at some place has."""
        return labels_of({code for place in self.places for code in place.languages}, LANGUAGE_SV)

    @property
    def confirmed_on(self) -> date | None:
        """When the oldest of what it says of its places was confirmed."""
        return min((place.confirmed_on for place in self.places), default=None)


def in_neutral_order(suppliers: Iterable[Supplier], day: date) -> list[Supplier]:
    """All of them, scattered by their numbers, from the day's starting point round to it.

    The point is a position in the list, so that each has the same chance of a day as the first.
    """
    scattered = sorted(suppliers, key=lambda one: hashlib.sha256(str(one.id).encode()).digest())
    start = order_start(day) % len(scattered) if scattered else 0
    return scattered[start:] + scattered[:start]


def hours_sv(fewest: int, most: int) -> str:
    return f"{most} timmar" if fewest == most else f"{fewest}–{most} timmar"


def offering(suppliers: Iterable[Supplier], kommun_code: str | None, field_id: str | None) -> list[Supplier]:
    """Those with a place in the kommun and in the field, in the order given; with neither, all."""

    def has_place(supplier: Supplier) -> bool:
        there = {site.id for site in supplier.sites if kommun_code in (None, site.kommun.code)}
        return any(place.site_id in there and field_id in (None, place.field_id) for place in supplier.places)

    if kommun_code is None and field_id is None:
        return list(suppliers)
    return [supplier for supplier in suppliers if has_place(supplier)]


def publishable_orgnr(orgnr: str | None) -> str | None:
    """The organisation number, unless it is a person's: that of a legal person has at least 2 in the third place."""
    return orgnr if orgnr and len(orgnr) == 10 and orgnr[2] >= "2" else None
