"""Participants, consent and grants: states, personal numbers, and what a grant may say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from personnummer import personnummer

from marketplace.accounts.rules import MEMBER_KIND_SV, MemberKind, Role
from marketplace.errors import Invalid
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions


class ConsentScope(StrEnum):
    """What the participant agrees that others may see."""

    SUPPLIER = "supplier"  # name and needs, to the supplier where a place is asked for
    # The final report, to the authority's member organisations of the kind in the participant's kommun.
    EMPLOYMENT_SERVICE = MemberKind.EMPLOYMENT_SERVICE.value
    SOCIAL_INSURANCE = MemberKind.SOCIAL_INSURANCE.value
    REGION = MemberKind.REGION.value
    MUNICIPALITY = MemberKind.MUNICIPALITY.value


CONSENT_SCOPE_SV = {
    ConsentScope.SUPPLIER: "Namn och behov i arbetet, till den leverantör jag söker plats hos"
} | {
    ConsentScope(kind.value): f"Slutdokumentationen från min arbetsträning, till {name}"
    for kind, name in MEMBER_KIND_SV.items()
}

CONSENT_WORDS_SV = (
    "Jag samtycker till att det som står nedan lämnas ut. Jag kan när som helst ta tillbaka samtycket. Då slutar "
    "uppgifterna att visas direkt."
)


def consent_text(scope: ConsentScope) -> str:
    """What is read out to the participant before she says yes, and kept with her consent."""
    return f"{CONSENT_WORDS_SV} {CONSENT_SCOPE_SV[scope]}."


class GrantState(StrEnum):
    OPEN = "open"
    PLACED = "placed"
    CONCLUDED = "concluded"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


GRANT_STATE_SV = {
    GrantState.OPEN: "Väntar på plats",
    GrantState.PLACED: "Har fått plats",
    GrantState.CONCLUDED: "Avslutad",
    GrantState.WITHDRAWN: "Återkallad",
    GrantState.LAPSED: "Förfallen",
}


LIVE_GRANT_STATES = (GrantState.OPEN, GrantState.PLACED)
"""A participant has at most one grant in these states; the database holds the same list."""


class GrantAction(StrEnum):
    PLACE = "place"
    REOPEN = "reopen"
    EXTEND = "extend_grant"
    CONCLUDE = "conclude"
    CLOSE = "close_unreported"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


_COORDINATOR = by(Role.COORDINATOR)
_WITHDRAW = Transition(
    GrantState.WITHDRAWN,
    _COORDINATOR,
    "Återkalla",
    needs_sv="Bara ett beviljande där ingen placering har startat kan återkallas.",
    causes_sv="Deltagaren kan inte längre få en plats på beviljandet. Det som väntar på svar tas tillbaka.",
)
_EXTEND = Transition(
    GrantState.OPEN,
    _COORDINATOR,
    "Förläng perioden",
    needs_sv="Bara ett beviljande som gäller kan förlängas.",
    causes_sv="Handläggaren kan sedan förlänga placeringen, om leverantören kan.",
)

GRANT_TRANSITIONS: TransitionTable = {
    (GrantState.OPEN, GrantAction.PLACE): Transition(
        GrantState.PLACED,
        by(Role.CASE_OFFICER),
        "Har fått plats",
        needs_sv="Beviljandet har redan lett till en plats.",
    ),
    (GrantState.PLACED, GrantAction.REOPEN): Transition(
        GrantState.OPEN,
        by(Role.COORDINATOR, Role.SYSTEM),
        "Öppna igen",
        needs_sv="Bara ett beviljande som har lett till en plats kan öppnas igen.",
        causes_sv="Handläggaren kan söka en ny plats på samma beviljande.",
    ),
    (GrantState.PLACED, GrantAction.CLOSE): Transition(
        GrantState.CONCLUDED,
        _COORDINATOR,
        "Avsluta utan slutdokumentation",
        needs_sv="Bara ett beviljande som har lett till en plats kan avslutas så.",
        causes_sv="Ett nytt beviljande kan ges. Att slutdokumentationen saknas syns i statistiken.",
    ),
    (GrantState.PLACED, GrantAction.CONCLUDE): Transition(
        GrantState.CONCLUDED,
        by(Role.COORDINATOR, Role.SYSTEM),
        "Avsluta",
        needs_sv="Avslutas när slutdokumentationen är mottagen.",
    ),
    (GrantState.OPEN, GrantAction.WITHDRAW): _WITHDRAW,
    (GrantState.PLACED, GrantAction.WITHDRAW): _WITHDRAW,
    (GrantState.OPEN, GrantAction.EXTEND): _EXTEND,
    (GrantState.PLACED, GrantAction.EXTEND): replace(_EXTEND, target=GrantState.PLACED),
    (GrantState.OPEN, GrantAction.LAPSE): Transition(
        GrantState.LAPSED, by(Role.SYSTEM), "Förfaller", needs_sv="Perioden har inte gått ut."
    ),
}


class LeaveReason(StrEnum):
    """Why a grant is closed or opened again although no final report has been received."""

    NO_REPORT = "no_report"
    NEW_WORKPLACE = "new_workplace"
    OTHER_PATH = "other_path"
    OTHER = "other"


LEAVE_REASON_SV = {
    LeaveReason.NO_REPORT: "Leverantören har inte lämnat någon slutdokumentation",
    LeaveReason.NEW_WORKPLACE: "Deltagaren ska byta arbetsplats",
    LeaveReason.OTHER_PATH: "Deltagaren går vidare på annat sätt",
    LeaveReason.OTHER: "Annat skäl",
}


@dataclass(frozen=True)
class GrantStanding:
    """What the table alone does not know of a grant that has led to a place."""

    state: GrantState
    last_day: date
    has_live_placement: bool = False
    is_running: bool = False
    has_ended: bool = False
    """A placement has started and is over."""
    has_filed_report: bool = False
    """A final report waits to be received; receiving it concludes the grant."""


def obstacle(standing: GrantStanding, action: GrantAction, today: date) -> str:
    """Why a coordinator cannot act on the grant although its state allows it; empty when she can."""
    if action is GrantAction.WITHDRAW and standing.state is GrantState.PLACED:
        return _why_not_withdraw(standing)
    if action not in (GrantAction.CLOSE, GrantAction.REOPEN):
        return ""
    if standing.has_live_placement:
        return "Placeringen är inte avslutad. Den avslutas på sin egen sida."
    if standing.has_filed_report:
        return "Slutdokumentationen är inlämnad. Ta emot den, så avslutas beviljandet."
    if action is GrantAction.REOPEN and standing.last_day < today:
        return f"Perioden gick ut {standing.last_day}. Avsluta beviljandet och bevilja ett nytt."
    return ""


def _why_not_withdraw(standing: GrantStanding) -> str:
    if standing.is_running:
        return "Deltagaren är på en arbetsplats. Avbryt placeringen först."
    if standing.has_ended:
        return "Deltagaren har varit på en arbetsplats. Avsluta beviljandet i stället."
    return ""


_MENTIONED = {
    GrantState.OPEN: frozenset({GrantAction.WITHDRAW, GrantAction.EXTEND}),
    GrantState.PLACED: frozenset(
        {GrantAction.CLOSE, GrantAction.REOPEN, GrantAction.EXTEND, GrantAction.WITHDRAW}
    ),
}
"""Actions worth mentioning in a state."""


def grant_actions(standing: GrantStanding, role: Role | None, today: date) -> list[ActionView]:
    """What the role can do with the grant now, and why not."""
    mentioned = _MENTIONED.get(standing.state, frozenset())
    views = [
        view for view in possible_actions(GRANT_TRANSITIONS, standing.state, role) if view.action in mentioned
    ]
    return [
        replace(view, is_possible=False, reason_sv=why)
        if (why := obstacle(standing, GrantAction(view.action), today))
        else view
        for view in views
    ]


GRANT_TONE = {
    GrantState.OPEN: "waits",
    GrantState.PLACED: "active",
    GrantState.CONCLUDED: "muted",
    GrantState.WITHDRAWN: "muted",
    GrantState.LAPSED: "muted",
}

WAITING_LIMIT_DAYS = 14
"""Calendar days that a granted participant should wait for a place, at most."""

PROTECTED_SV = "Skyddade personuppgifter"
"""What stands instead of the name of whoever has protected identity."""


def participant_number(participant_id: int) -> str:
    """How a participant is told from another where the name is masked: D000123."""
    return f"D{participant_id:06d}"


_NUMBER = re.compile(r"D?0*(\d{1,9})", re.ASCII | re.IGNORECASE)


def participant_id_of(text: str) -> int | None:
    """Whom D000123, or 123, is; 0 is nobody, for what is no number, and None for nothing at all."""
    if not text.strip():
        return None
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else 0


# Personal numbers.

_TWELVE = re.compile(r"(\d{8})[-+]?(\d{4})", re.ASCII)
_TEMPORARY = re.compile(r"(\d{8})[-+]?([A-Z][A-Z0-9]\d{2})", re.ASCII)
_COORDINATION_DAYS = 60  # a coordination number has the day of birth plus 60
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class PersonalNumber:
    """A personal, coordination or temporary number that holds. It is kept out of logs: its repr says nothing."""

    characters: str = field(repr=False)
    """Twelve, without hyphen."""
    birth_year: int = field(repr=False)
    is_temporary: bool

    @property
    def shown(self) -> str:
        return shown_number(self.characters)


def shown_number(characters: str) -> str:
    """Twelve characters as ÅÅÅÅMMDD-NNNN."""
    return f"{characters[:8]}-{characters[8:]}"


def read_personal_number(typed: str, today: date) -> PersonalNumber:
    """A personal or coordination number with its check digit, or a temporary number with letters and without one.

    Raises Invalid, without repeating what was typed.
    """
    bare = re.sub(r"[\s\u00a0]", "", typed).upper()
    temporary = _TEMPORARY.fullmatch(bare)
    ordinary = _TWELVE.fullmatch(bare)
    match = temporary or ordinary
    if match is None:
        raise _wrong_number("Skriv personnumret med tolv tecken: ÅÅÅÅMMDD-NNNN.")
    born = _birth_date(match[1])
    if born is None or born > today or born.year < _FIRST_YEAR:
        raise _wrong_number("Personnumrets datum finns inte. Kontrollera de åtta första siffrorna.")
    if ordinary is not None and not personnummer.valid(f"{match[1]}-{match[2]}"):
        raise _wrong_number("Personnumrets sista siffra stämmer inte med de andra. Kontrollera numret.")
    return PersonalNumber(match[1] + match[2], born.year, temporary is not None)


def _birth_date(eight: str) -> date | None:
    day = int(eight[6:])
    try:
        return date(
            int(eight[:4]), int(eight[4:6]), day - _COORDINATION_DAYS if day > _COORDINATION_DAYS else day
        )
    except ValueError:
        return None


def _wrong_number(message_sv: str) -> Invalid:
    return Invalid(message_sv, field="personal_number")


# Support levels and what a grant may say.

_LEVEL_SV = {
    "bas": "Grundnivå",
    "basic": "Grundnivå",
    "förstärkt": "Förstärkt nivå",
    "reinforced": "Förstärkt nivå",
}
DEFAULT_LEVELS = ("1", "2", "3", "4", "5")
"""Levels to choose among where no published price list names any."""


def support_level_sv(level: str) -> str:
    """A price list's support level in words."""
    return _LEVEL_SV.get(level, f"Nivå {level}")


_LONGEST_GRANT = timedelta(days=2 * 366)
_LONGEST_WEEK = Decimal(40)
_LONGEST_DAY = Decimal(8)
_LONGEST_DIARY_NUMBER = 40
_DAYS_A_WEEK = 5


def check_extent(hours_per_week: Decimal, days_per_week: int) -> None:
    """Hours and days a week that a grant may have. Raises Invalid."""
    if not 1 <= days_per_week <= _DAYS_A_WEEK:
        raise Invalid("Ange mellan en och fem dagar i veckan.", field="days_per_week")
    if not 0 < hours_per_week <= _LONGEST_WEEK:
        raise Invalid("Ange mer än 0 och högst 40 timmar i veckan.", field="hours_per_week")
    if hours_per_week > _LONGEST_DAY * days_per_week:
        raise Invalid(
            "Det blir mer än åtta timmar om dagen. Ange fler dagar eller färre timmar.", field="days_per_week"
        )


def check_diary_number(text: str) -> str:
    """A diary number as one line; it may be left out. Raises Invalid."""
    number = " ".join(text.replace("\x00", "").split())
    if len(number) > _LONGEST_DIARY_NUMBER:
        raise Invalid(f"Ett diarienummer har högst {_LONGEST_DIARY_NUMBER} tecken.", field="diary_number")
    return number


def check_grant_period(first_day: date, last_day: date, today: date) -> None:
    """The period of a new grant. Raises Invalid."""
    if last_day < first_day:
        raise Invalid("Sista dagen måste vara samma dag som den första eller senare.", field="last_day")
    if first_day < today:
        raise Invalid("Perioden kan inte börja före i dag.", field="first_day")
    if last_day - first_day > _LONGEST_GRANT:
        raise Invalid("Ett beviljande kan gälla i högst två år.", field="last_day")


def check_system(wanted: int | None, covering: Sequence[int]) -> int | None:
    """The system of choice that a grant is under, of those that cover the participant's kommun: the one that there is,
    else the one that was chosen. None where there is none. Raises Invalid."""
    if wanted is None and len(covering) > 1:
        raise Invalid("Välj vilket valfrihetssystem beviljandet gäller.", field="system_id")
    if wanted is not None and wanted not in covering:
        raise Invalid("Välj ett av valfrihetssystemen för deltagarens kommun.", field="system_id")
    return wanted if wanted is not None else next(iter(covering), None)


def check_grant_extension(last_day: date, *, first_day: date, now_last: date, today: date) -> None:
    """A longer period of a grant. Raises Invalid."""
    if last_day <= now_last:
        raise Invalid(f"Beviljandet slutar redan {now_last}. Välj en senare dag.", field="last_day")
    if last_day < today:
        raise Invalid("Dagen har redan passerat. Välj en senare dag.", field="last_day")
    if last_day - first_day > _LONGEST_GRANT:
        raise Invalid("Ett beviljande kan gälla i högst två år.", field="last_day")


def check_consent_date(given_on: date, today: date) -> None:
    """Raises Invalid for a day that has not come."""
    if given_on > today:
        raise Invalid("Samtycket kan inte ha lämnats i framtiden.", field="given_on")
