"""What a search says of a place, as plain facts: a page of them is read in one statement, without ORM rows."""

from dataclasses import dataclass
from datetime import date, time

from enterprises.directory.rules import hours_sv
from enterprises.places.offer_rules import day_sv, labels_of, says_more, weekdays_sv
from enterprises.places.queries import WeekFree
from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, SITE_ACCESS_SV, PlaceState
from marketplace.reference.queries import KommunFacts, TradeFacts


@dataclass(frozen=True, slots=True)
class SiteFacts:
    name: str
    street: str
    postcode: str
    city: str
    kommun: KommunFacts
    accessibility: list[str]
    accessibility_sv: str

    @property
    def access_sv(self) -> str:
        """What is ticked, and what is told beside it."""
        ticked = ", ".join(labels_of(self.accessibility, SITE_ACCESS_SV))
        return ". ".join(part for part in (ticked, self.accessibility_sv) if part)


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The first picture of a place."""

    id: int
    alt_sv: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    id: int
    enterprise_id: int
    kommun_code: str
    ssyk: str
    name: str
    tasks_sv: str
    tasks: list[str]
    rotates: bool
    hours_per_week_min: int
    hours_per_week_max: int
    lead_time_days: int
    weekdays: list[int]
    day_starts: time | None
    day_ends: time | None
    demands: list[str]
    adaptations: list[str]
    languages: list[str]
    state: PlaceState
    confirmed_on: date
    site: SiteFacts
    trade: TradeFacts
    enterprise: EnterpriseFacts
    picture: Thumbnail | None

    @property
    def hours_sv(self) -> str:
        return f"{hours_sv(self.hours_per_week_min, self.hours_per_week_max)} i veckan"

    @property
    def description_sv(self) -> str:
        """In the supplier's own words; nothing where the list of tasks says it all."""
        return self.tasks_sv if says_more(self.tasks, self.tasks_sv) else ""

    @property
    def days_sv(self) -> str:
        """ "måndag till fredag, kl. 8.00–15.30"."""
        return ", ".join(
            part for part in (weekdays_sv(self.weekdays), day_sv(self.day_starts, self.day_ends)) if part
        )

    @property
    def demands_sv(self) -> str:
        return ", ".join(labels_of(self.demands, DEMAND_SV))

    @property
    def adaptations_sv(self) -> str:
        return ", ".join(labels_of(self.adaptations, ADAPTATION_SV))

    @property
    def languages_sv(self) -> str:
        return ", ".join(labels_of(self.languages, LANGUAGE_SV))


@dataclass(frozen=True)
class PlaceOption:
    """A place as it can be offered over the asked days."""

    place: PlaceFacts
    free_seats: int
    seats: int
    earliest_start: date | None
    """None when it cannot start in time."""
    weeks: list[WeekFree]

    @property
    def week_pairs(self) -> list[tuple[date, int]]:
        """Monday and free seats, for the strip."""
        return [week.pair for week in self.weeks]

    @property
    def enterprise_name(self) -> str:
        return self.place.enterprise.name

    @property
    def kommun_name(self) -> str:
        return self.place.site.kommun.name

    @property
    def trade(self) -> TradeFacts:
        return self.place.trade

    @property
    def is_available(self) -> bool:
        return self.free_seats > 0 and self.earliest_start is not None
