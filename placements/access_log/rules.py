"""Log control: how somebody was seen, what makes a look worth asking about, and what a check can come to."""

from datetime import time
from enum import StrEnum

from marketplace.errors import Invalid


class LookWay(StrEnum):
    """In what the participant was shown."""

    PAGE = "page"
    FILE = "file"
    PAPER = "paper"


LOOK_WAY_SV = {LookWay.PAGE: "Sida", LookWay.FILE: "Fil", LookWay.PAPER: "Utskrift"}


ROOM_SV = {
    "access": "Kod till deltagarens sida",
    "assignment": "Ickeval",
    "attendance": "Närvaro",
    "booking": "Placering",
    "checkpoints": "Avstämning",
    "choice": "Valomgång",
    "choices": "Nyckeltal om val",
    "consents": "Samtycke",
    "extracts": "Registerutdrag",
    "followup": "Uppföljning",
    "hours": "Timmar till ESF",
    "measures": "Raderna bakom nyckeltal",
    "outcomes": "Resultat",
    "participants": "Deltagare",
    "places": "Platser",
    "plan": "Aktivitetsplan",
    "report": "Slutdokumentation",
    "reports": "Rapporter",
    "search": "Sök plats",
    "start": "Mitt arbete",
    "visits": "Studiebesök",
    "waiting_list": "Väntelista",
}
"""What a look's page is about, by the first part of its endpoint."""


def room_sv(page: str) -> str:
    return ROOM_SV.get(page.partition(".")[0], "Annan sida")


def way_of(mimetype: str) -> LookWay:
    if mimetype == "text/html":
        return LookWay.PAGE
    return LookWay.PAPER if mimetype == "application/pdf" else LookWay.FILE


class Sign(StrEnum):
    """What makes a look worth asking about. It proves nothing: there may be good reasons for each."""

    PROTECTED = "protected"
    NUMBER = "number"
    ANOTHERS = "anothers"
    OFF_HOURS = "off_hours"
    MANY = "many"


SIGN_SV = {
    Sign.PROTECTED: "Skyddade personuppgifter",
    Sign.NUMBER: "Personnummer visat",
    Sign.ANOTHERS: "En kollegas deltagare",
    Sign.OFF_HOURS: "Kväll, natt eller helg",
    Sign.MANY: "Öppnade många samma dag",
}

WORKDAY = (time(6), time(19))
"""On the clock in Sweden, Monday to Friday: outside it a look is off hours."""
MANY_A_DAY = 30
"""Participants that one person opens one by one in a day before it is called many."""


class CheckOutcome(StrEnum):
    EXPECTED = "expected"
    ASKED = "asked"
    UNJUSTIFIED = "unjustified"


CHECK_OUTCOME_SV = {
    CheckOutcome.EXPECTED: "Hör till arbetet",
    CheckOutcome.ASKED: "Förklarad på fråga",
    CheckOutcome.UNJUSTIFIED: "Obehörig: utreds vidare",
}
CHECK_OUTCOME_TONE = {
    CheckOutcome.EXPECTED: "good",
    CheckOutcome.ASKED: "neutral",
    CheckOutcome.UNJUSTIFIED: "bad",
}

SAMPLE_SIZES = (5, 10, 25, 50)
DAYS_SHOWN = 30
"""Of the log, where no other period is asked for."""
CHECK_WITHIN = 10
"""Working days from a look is drawn until it should have been gone through."""


def check_note(outcome: CheckOutcome, note_sv: str) -> str:
    """The note, stripped. Raises Invalid when the outcome needs one: what was asked, or what happens now."""
    note_sv = note_sv.strip()
    if outcome is not CheckOutcome.EXPECTED and not note_sv:
        raise Invalid("Skriv vad som framkom, eller vad som görs nu.", field="note_sv")
    return note_sv
