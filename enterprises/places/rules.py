"""Places and seats: states, code lists, what a seat can be used for, and when a supplier's word is too old."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict
from marketplace.rules import Transition, TransitionTable, by


class PlaceState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"


PLACE_STATE_SV = {
    PlaceState.DRAFT: "Utkast",
    PlaceState.PUBLISHED: "Publicerad",
    PlaceState.PAUSED: "Pausad",
    PlaceState.CLOSED: "Nedlagd",
}

PLACE_STATE_TONE = {
    PlaceState.DRAFT: "neutral",
    PlaceState.PUBLISHED: "good",
    PlaceState.PAUSED: "waits",
    PlaceState.CLOSED: "muted",
}

PLACE_EVENT_SV = {
    "create": "Platsen upplagd",
    "update": "Platsen ändrad",
    "publish": "Publicerad",
    "pause": "Pausad",
    "resume": "Publicerad igen",
    "close": "Nedlagd",
    "confirm": "Bekräftad: stämmer fortfarande",
    "set_seats": "Antalet platser ändrat",
    "close_seats": "Platser stängda",
    "reopen_seats": "Stängd plats öppnad",
    "change_closure": "Stängning ändrad",
    "copy": "Kopierad från en annan plats",
    "import": "Ändrad från fil",
    "add_picture": "Bild upplagd",
    "describe_picture": "Bildens beskrivning ändrad",
    "remove_picture": "Bild borttagen",
}

SITE_EVENT_SV = {"create": "Arbetsstället upplagt", "update": "Arbetsstället ändrat"}


class PlaceAction(StrEnum):
    PUBLISH = "publish"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"


_MANAGER = by(Role.SUPPLIER_MANAGER)

PLACE_TRANSITIONS: TransitionTable = {
    (PlaceState.DRAFT, PlaceAction.PUBLISH): Transition(
        PlaceState.PUBLISHED,
        _MANAGER,
        "Publicera",
        needs_sv="Platsen är redan publicerad.",
        causes_sv="Handläggare hos de myndigheter ni har avtal med kan hitta platsen.",
    ),
    (PlaceState.PUBLISHED, PlaceAction.PAUSE): Transition(
        PlaceState.PAUSED,
        _MANAGER,
        "Pausa",
        needs_sv="Bara en publicerad plats kan pausas.",
        causes_sv="Platsen syns inte i sökningen. Pågående placeringar påverkas inte.",
    ),
    (PlaceState.PAUSED, PlaceAction.RESUME): Transition(
        PlaceState.PUBLISHED, _MANAGER, "Publicera igen", needs_sv="Platsen är inte pausad."
    ),
    (PlaceState.PUBLISHED, PlaceAction.CLOSE): Transition(
        PlaceState.CLOSED,
        _MANAGER,
        "Lägg ned",
        needs_sv="Platsen är redan nedlagd eller inte publicerad.",
        causes_sv="Platsen tas bort ur sökningen för alltid. Går bara när ingen placering pågår eller väntar.",
    ),
    (PlaceState.PAUSED, PlaceAction.CLOSE): Transition(
        PlaceState.CLOSED,
        _MANAGER,
        "Lägg ned",
        needs_sv="Platsen är redan nedlagd eller inte publicerad.",
        causes_sv="Platsen tas bort ur sökningen för alltid. Går bara när ingen placering pågår eller väntar.",
    ),
}


class SeatUseKind(StrEnum):
    """Why a seat is not free for some days. What a neighbour sees is this, and nothing of whom."""

    REQUEST = "request"  # held until the answer is due
    OFFER = "offer"  # freed, and held for the next in line until answered
    PLACEMENT = "placement"
    CLOSURE = "closure"
    RETIRED = "retired"  # capacity lowered: no end


class Adaptation(StrEnum):
    """What a place can adapt to; the supplier's list and the search filter."""

    SEATED = "seated"
    QUIET = "quiet"
    STEP_FREE = "step_free"
    NO_LIFTING = "no_lifting"
    SHORT_DAYS = "short_days"
    PICTURE_SUPPORT = "picture_support"
    SMALL_GROUP = "small_group"
    NO_CUSTOMERS = "no_customers"


ADAPTATION_SV = {
    Adaptation.SEATED: "Sittande arbete",
    Adaptation.QUIET: "Tyst miljö",
    Adaptation.STEP_FREE: "Utan trappor",
    Adaptation.NO_LIFTING: "Utan tunga lyft",
    Adaptation.SHORT_DAYS: "Korta dagar",
    Adaptation.PICTURE_SUPPORT: "Bildstöd",
    Adaptation.SMALL_GROUP: "Liten grupp",
    Adaptation.NO_CUSTOMERS: "Utan kundkontakt",
}

LANGUAGE_SV = {
    "sv": "Svenska",
    "sv-easy": "Enkel svenska",
    "swl": "Svenskt teckenspråk",
    "ar": "Arabiska",
    "ckb": "Kurdiska (sorani)",
    "en": "Engelska",
    "es": "Spanska",
    "fa": "Persiska och dari",
    "fi": "Finska",
    "pl": "Polska",
    "ru": "Ryska",
    "so": "Somaliska",
    "ti": "Tigrinska",
    "tr": "Turkiska",
    "uk": "Ukrainska",
}
"""Languages in which a supervisor can instruct: language codes (BCP 47), and easy Swedish as a private one."""


class Demand(StrEnum):
    """What the work asks of whoever does it; told beforehand, and the search filter for what to avoid."""

    STANDING = "standing"
    HEAVY_LIFTING = "heavy_lifting"
    OUTDOORS = "outdoors"
    CUSTOMERS = "customers"
    READS_SWEDISH = "reads_swedish"
    SPEAKS_SWEDISH = "speaks_swedish"
    NUMBERS = "numbers"
    COMPUTER = "computer"
    EARLY_MORNINGS = "early_mornings"
    NOISE = "noise"
    DUST = "dust"
    HEIGHTS = "heights"
    MACHINES = "machines"
    DRIVING_LICENCE = "driving_licence"
    POLICE_RECORD = "police_record"


DEMAND_SV = {
    Demand.STANDING: "Stå och gå hela dagen",
    Demand.HEAVY_LIFTING: "Tunga lyft",
    Demand.OUTDOORS: "Arbete utomhus",
    Demand.CUSTOMERS: "Möta kunder",
    Demand.READS_SWEDISH: "Läsa svenska",
    Demand.SPEAKS_SWEDISH: "Tala svenska",
    Demand.NUMBERS: "Räkna",
    Demand.COMPUTER: "Använda dator",
    Demand.EARLY_MORNINGS: "Börja före kl. 7",
    Demand.NOISE: "Buller",
    Demand.DUST: "Damm eller ämnen som kan ge allergi",
    Demand.HEIGHTS: "Arbete på höjd",
    Demand.MACHINES: "Maskiner med risk för skada",
    Demand.DRIVING_LICENCE: "Körkort",
    Demand.POLICE_RECORD: "Utdrag ur belastningsregistret",
}


class SiteAccess(StrEnum):
    """What there is at a site for whoever has a disability; the supplier's list."""

    STEP_FREE_ENTRANCE = "step_free_entrance"
    LIFT = "lift"
    ACCESSIBLE_TOILET = "accessible_toilet"
    HEARING_LOOP = "hearing_loop"
    QUIET_ROOM = "quiet_room"
    DISABLED_PARKING = "disabled_parking"
    PUBLIC_TRANSPORT = "public_transport"


SITE_ACCESS_SV = {
    SiteAccess.STEP_FREE_ENTRANCE: "Entré utan trappsteg",
    SiteAccess.LIFT: "Hiss, eller allt på samma plan",
    SiteAccess.ACCESSIBLE_TOILET: "Tillgänglig toalett",
    SiteAccess.HEARING_LOOP: "Hörslinga",
    SiteAccess.QUIET_ROOM: "Rum att vila i",
    SiteAccess.DISABLED_PARKING: "Parkering för rörelsehindrade",
    SiteAccess.PUBLIC_TRANSPORT: "Hållplats inom 500 meter",
}

WEEKDAY_SV = {
    1: "måndag",
    2: "tisdag",
    3: "onsdag",
    4: "torsdag",
    5: "fredag",
    6: "lördag",
    7: "söndag",
}
"""ISO weekdays."""

WORKWEEK = (1, 2, 3, 4, 5)

MAX_SEATS = 60
MAX_HOURS_PER_WEEK = 40
MAX_LEAD_TIME_DAYS = 180
MAX_TASKS, MAX_TASK_LENGTH = 12, 120
BEGINNING = date(2000, 1, 1)
FOREVER = date(9999, 12, 31)
"""A retired seat has no last day; one that was added later is retired from the beginning until then."""

CONFIRM_EVERY_DAYS = 90
"""Calendar days after which a supplier is asked whether a place is still right."""


def confirm_by(confirmed_on: date) -> date:
    """The day when a place confirmed on `confirmed_on` needs to be confirmed again."""
    return confirmed_on + timedelta(days=CONFIRM_EVERY_DAYS)


def in_use_sv(used: int) -> str:
    """Why a place cannot be closed, as sentences; empty when nothing is in the way."""
    if not used:
        return ""
    if used == 1:
        return "En förfrågan eller placering använder platsen i dag eller senare. Pausa platsen tills den är avslutad."
    return (
        f"{used} förfrågningar eller placeringar använder platsen i dag eller senare. "
        "Pausa platsen tills de är avslutade."
    )


def check_lasting(state: PlaceState) -> None:
    """Raises Conflict for a place that has been closed for good."""
    if state is PlaceState.CLOSED:
        raise Conflict("Platsen är nedlagd och kan inte ändras. Lägg upp en ny plats.")


def no_seat_sv(taken: Iterable[tuple[date, date]], first_day: date, last_day: date) -> str:
    """Why no seat can be had over the days, and which days could.

    `taken`: for each seat in the way, the first and the last of the days asked for on which it is taken. Every day may
    have a free seat although no seat is free on all of them.
    """
    spans = list(taken)
    until = max((first for first, _ in spans), default=first_day)
    since = min((last for _, last in spans), default=last_day)
    ways = []
    if until > first_day:
        ways.append(f"sätt sista dagen till senast {(until - timedelta(days=1)).isoformat()}")
    if since < last_day:
        ways.append(f"sätt första dagen till tidigast {(since + timedelta(days=1)).isoformat()}")
    if not ways:
        return "Ingen plats är ledig alla de dagarna. Välj andra dagar eller en annan plats."
    return f"Ingen plats är ledig hela perioden. Gör något av detta: {', '.join(ways)} eller välj en annan plats."
