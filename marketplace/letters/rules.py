"""What letters are about, to whom each kind goes, and how a person may take it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.accounts.rules import Role


class LetterKind(StrEnum):
    DECISION = "decision"
    CONTRACT = "contract"
    APPLICATION = "application"
    SYSTEM = "system"
    PLACEMENT = "placement"
    REMINDER = "reminder"
    CHOICE = "choice"
    VISIT = "visit"
    WAITING_LIST = "waiting_list"
    PLAN = "plan"
    ATTENDANCE = "attendance"
    FOLLOW_UP = "follow_up"
    REPORT = "report"
    INVOICE = "invoice"
    CAPACITY = "capacity"
    SUBSCRIPTION = "subscription"
    SIGN_IN = "sign_in"
    AUDIT = "audit"
    MY_WORK = "my_work"  # what waits, told in the digest alone


class Way(StrEnum):
    """How somebody takes letters of a kind."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NEVER = "never"


WAY_SV: Final = {
    Way.AT_ONCE: "Direkt",
    Way.DIGEST: "I dagens sammanfattning",
    Way.NEVER: "Aldrig",
}


@dataclass(frozen=True)
class KindAbout:
    """`must_sv` says why a kind comes at once to everyone; empty where the reader chooses."""

    label_sv: str
    about_sv: str
    roles: frozenset[Role]
    must_sv: str = ""


_TRAINING = frozenset({Role.CASE_OFFICER, Role.SUPERVISOR})
_EVERYONE = frozenset(Role) - {Role.PARTICIPANT, Role.SYSTEM}

KINDS: Final[Mapping[LetterKind, KindAbout]] = {
    LetterKind.MY_WORK: KindAbout(
        "Det som väntar på dig",
        "Hur många saker som väntar i Mitt arbete och hur många som är försenade.",
        _EVERYONE,
    ),
    LetterKind.DECISION: KindAbout(
        "Beslut och kompletteringar",
        "Beslut om era ansökningar, och när de behöver kompletteras.",
        frozenset({Role.SUPPLIER_MANAGER}),
        "Tiden för att ansöka om rättelse börjar när ni har fått beslutet, så det kommer alltid direkt.",
    ),
    LetterKind.CONTRACT: KindAbout(
        "Avtal",
        "Underskrifter, ändringar, kontroller, vila och avtal som går ut.",
        frozenset({Role.SUPPLIER_MANAGER, Role.PROCUREMENT_OFFICER}),
        "Den som är part i ett avtal ska få veta vad som händer med det, så de breven kommer alltid direkt.",
    ),
    LetterKind.APPLICATION: KindAbout(
        "Ansökningar",
        "När en ansökan har kommit in.",
        frozenset({Role.PROCUREMENT_OFFICER}),
    ),
    LetterKind.SYSTEM: KindAbout(
        "Valfrihetssystem",
        "Svar på frågor, nya förfrågningsunderlag och system som stängs.",
        frozenset({Role.SUPPLIER_MANAGER}),
    ),
    LetterKind.PLACEMENT: KindAbout(
        "Placeringar",
        "Förfrågningar, svar och ändringar.",
        frozenset({Role.CASE_OFFICER, Role.SUPERVISOR, Role.COORDINATOR}),
    ),
    LetterKind.REMINDER: KindAbout(
        "Påminnelser",
        "När något ska vara klart snart.",
        _TRAINING,
    ),
    LetterKind.CHOICE: KindAbout(
        "Deltagares val",
        "När en deltagare har valt plats på sin egen sida.",
        frozenset({Role.CASE_OFFICER}),
    ),
    LetterKind.VISIT: KindAbout("Studiebesök", "Bokningar och avbokningar.", _TRAINING),
    LetterKind.WAITING_LIST: KindAbout(
        "Väntelistan",
        "När en plats hålls för en av enhetens deltagare.",
        frozenset({Role.CASE_OFFICER}),
    ),
    LetterKind.PLAN: KindAbout(
        "Aktivitetsplaner", "När en deltagare vill ändra något i sin plan.", _TRAINING
    ),
    LetterKind.ATTENDANCE: KindAbout(
        "Frånvaro", "När en deltagare har anmält frånvaro på sin egen sida.", frozenset({Role.SUPERVISOR})
    ),
    LetterKind.FOLLOW_UP: KindAbout(
        "Uppföljningar", "Möten som ska hållas, och vad som är bestämt.", _TRAINING
    ),
    LetterKind.REPORT: KindAbout(
        "Slutdokumentationer",
        "När en slutdokumentation är läst, inlämnad eller behöver rättas.",
        frozenset({Role.CASE_OFFICER, Role.SUPERVISOR, Role.COORDINATOR}),
    ),
    LetterKind.INVOICE: KindAbout(
        "Fakturor",
        "När en faktura har förfallit, bestridits eller krediterats, och svar på det.",
        frozenset({Role.CONTROLLER, Role.SUPPLIER_MANAGER}),
    ),
    LetterKind.CAPACITY: KindAbout(
        "Bevakningar",
        "När något som ni bevakar av kapaciteten har passerat sin gräns.",
        frozenset({Role.STRATEGIST}),
    ),
    LetterKind.SUBSCRIPTION: KindAbout(
        "Rapporter",
        "När en rapport som du prenumererar på har fått en ny månad.",
        frozenset({Role.STRATEGIST, Role.COORDINATOR}),
    ),
    LetterKind.SIGN_IN: KindAbout(
        "Din inloggning",
        "När ett sätt att logga in läggs till, tas bort eller nollställs.",
        _EVERYONE,
        "Den som inte själv har ändrat sin inloggning ska få veta det, så de breven kommer alltid direkt.",
    ),
    LetterKind.AUDIT: KindAbout(
        "Händelseloggen",
        "Loggens fingeravtryck varje månad, och när en kontroll har funnit fel i den.",
        frozenset({Role.CONTROLLER}),
        "Breven visar att loggen inte har skrivits om, så de kommer alltid direkt.",
    ),
}
"""In the order of the settings page."""


def ways_for(kind: LetterKind) -> tuple[Way, ...]:
    """The ways to choose between; the first is how the kind is taken by whoever has not chosen."""
    if KINDS[kind].must_sv:
        return (Way.AT_ONCE,)
    return (Way.DIGEST, Way.NEVER) if kind is LetterKind.MY_WORK else tuple(Way)


def way_of(kind: LetterKind, chosen: Mapping[LetterKind, Way]) -> Way:
    """How the kind is taken by somebody who has chosen so."""
    ways = ways_for(kind)
    way = chosen.get(kind, ways[0])
    return way if way in ways else ways[0]


def kinds_to(roles: Collection[Role]) -> list[LetterKind]:
    """The kinds that somebody with the roles may get, in the order of the settings page."""
    return [kind for kind, about in KINDS.items() if about.roles & set(roles)]
