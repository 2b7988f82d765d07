"""Slutdokumentation: states, that the participant reads first, and by when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import add_working_days
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions
from placements.booking.rules import PlacementState


class ReportState(StrEnum):
    DRAFT = "draft"
    SHOWN = "shown"
    FILED = "filed"
    RECEIVED = "received"
    REPLACED = "replaced"


REPORT_STATE_SV = {
    ReportState.DRAFT: "Utkast",
    ReportState.SHOWN: "Hos deltagaren",
    ReportState.FILED: "Inlämnad",
    ReportState.RECEIVED: "Mottagen",
    ReportState.REPLACED: "Ersatt",
}
REPORT_EVENT_SV = {
    "draft": "Utkast skrivet",
    "edit": "Utkast ändrat",
    "show": "Framlagd för deltagaren",
    "read_own": "Läst av deltagaren med sin kod",
    "witness": "Läst av deltagaren tillsammans med vittne",
    "file": "Inlämnad",
    "ask_correction": "Rättelse begärd",
    "revise": "Ny version påbörjad",
    "replace": "Ersatt av en ny version",
    "receive": "Mottagen, nästa steg beslutat",
    "discard": "Utkast till en ny version kastat",
}

REPORT_TONE = {
    ReportState.DRAFT: "neutral",
    ReportState.SHOWN: "waits",
    ReportState.FILED: "waits",
    ReportState.RECEIVED: "good",
    ReportState.REPLACED: "muted",
}

OPEN_STATES = (ReportState.DRAFT, ReportState.SHOWN)
FILED_STATES = (ReportState.FILED, ReportState.RECEIVED)
"""On its way, and handed in. A placement has one version of each kind at most; the database holds it."""


class ReportAction(StrEnum):
    EDIT = "edit"
    SHOW = "show"
    READ_OWN = "read_own"
    WITNESS = "witness"
    FILE = "file"
    RECEIVE = "receive"
    ASK_CORRECTION = "ask_correction"
    REVISE = "revise"
    REPLACE = "replace"
    DISCARD = "discard"


_SUPERVISOR = by(Role.SUPERVISOR)
_NEW_VERSION = "Skriv en ny version"
_REVISE_NEEDS = "En ny version utgår från en som deltagaren läser, eller som är inlämnad."
_REVISE_FILED = Transition(
    ReportState.FILED,
    _SUPERVISOR,
    _NEW_VERSION,
    needs_sv=_REVISE_NEEDS,
    causes_sv="Den här versionen gäller tills den nya är inlämnad, och finns sedan kvar att läsa.",
)
_ASK = Transition(
    ReportState.FILED,
    by(Role.COORDINATOR, Role.CASE_OFFICER),
    "Be om rättelse",
    needs_sv="Rättelse begärs av en inlämnad slutdokumentation.",
    causes_sv="Handledaren får veta vad som behöver rättas och skriver en ny version.",
)
_REPLACE = Transition(
    ReportState.REPLACED,
    by(Role.SYSTEM),
    "Ersatt",
    needs_sv="Ersätts när en ny version är inlämnad.",
)

REPORT_TRANSITIONS: TransitionTable = {
    (ReportState.DRAFT, ReportAction.SHOW): Transition(
        ReportState.SHOWN,
        _SUPERVISOR,
        "Lägg fram för deltagaren",
        needs_sv="Bara ett utkast kan läggas fram.",
        causes_sv="Deltagaren läser på sin egen sida eller tillsammans med er, och kan kommentera. Ändrar ni något "
        "efteråt blir det en ny version.",
    ),
    (ReportState.DRAFT, ReportAction.EDIT): Transition(
        ReportState.DRAFT, _SUPERVISOR, "Ändra utkastet", needs_sv="Bara ett utkast kan ändras."
    ),
    (ReportState.DRAFT, ReportAction.DISCARD): Transition(
        ReportState.DRAFT, _SUPERVISOR, "Kasta utkastet", needs_sv="Bara ett utkast kan kastas."
    ),
    (ReportState.SHOWN, ReportAction.WITNESS): Transition(
        ReportState.SHOWN,
        by(Role.SUPERVISOR, Role.CASE_OFFICER),
        "Anteckna att deltagaren har läst",
        needs_sv="Deltagaren läser en framlagd slutdokumentation.",
        causes_sv="Görs när ni sitter tillsammans. Du blir vittne.",
    ),
    (ReportState.SHOWN, ReportAction.READ_OWN): Transition(
        ReportState.SHOWN,
        by(Role.PARTICIPANT),
        "Jag har läst",
        needs_sv="Du kan läsa och kommentera när din handledare har lagt fram den.",
    ),
    (ReportState.SHOWN, ReportAction.FILE): Transition(
        ReportState.FILED,
        _SUPERVISOR,
        "Lämna in",
        needs_sv="Deltagaren läser slutdokumentationen innan den lämnas in.",
        causes_sv="Samordnaren och handläggaren får den. Den kan inte ändras efteråt, bara ersättas av en ny version.",
    ),
    (ReportState.SHOWN, ReportAction.REVISE): Transition(
        ReportState.REPLACED,
        _SUPERVISOR,
        _NEW_VERSION,
        needs_sv=_REVISE_NEEDS,
        causes_sv="Deltagaren läser den nya versionen innan den lämnas in.",
    ),
    (ReportState.FILED, ReportAction.RECEIVE): Transition(
        ReportState.RECEIVED,
        by(Role.COORDINATOR),
        "Ta emot",
        needs_sv="Slutdokumentationen är inte inlämnad, eller är redan mottagen.",
        causes_sv="Du skriver vad nästa steg blir. Beviljandet avslutas.",
    ),
    (ReportState.FILED, ReportAction.ASK_CORRECTION): _ASK,
    (ReportState.RECEIVED, ReportAction.ASK_CORRECTION): replace(_ASK, target=ReportState.RECEIVED),
    (ReportState.FILED, ReportAction.REVISE): _REVISE_FILED,
    (ReportState.RECEIVED, ReportAction.REVISE): replace(_REVISE_FILED, target=ReportState.RECEIVED),
    (ReportState.FILED, ReportAction.REPLACE): _REPLACE,
    (ReportState.RECEIVED, ReportAction.REPLACE): _REPLACE,
}
"""A correction never leaves the authority without a report: what is filed holds until the next version is filed."""

_MENTIONED = {
    ReportState.DRAFT: (ReportAction.SHOW, ReportAction.EDIT, ReportAction.FILE),
    ReportState.SHOWN: (ReportAction.WITNESS, ReportAction.FILE, ReportAction.REVISE),
    ReportState.FILED: (ReportAction.RECEIVE, ReportAction.ASK_CORRECTION, ReportAction.REVISE),
    ReportState.RECEIVED: (ReportAction.ASK_CORRECTION, ReportAction.REVISE),
}
"""Actions worth mentioning in a state: those possible and those that come next."""


def obstacle_to_discard(states: Iterable[ReportState]) -> str:
    """Why a draft is not thrown away, by the states of all versions: another has to go on. Nothing where it may be."""
    if any(state in FILED_STATES for state in states):
        return ""
    return "Det finns ingen inlämnad slutdokumentation. Skriv klart utkastet och lägg fram det."


# Before it is filed the participant reads, or it is said why not.


class UnreadReason(StrEnum):
    """Why a report was filed although the participant has not read it."""

    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    EARLIER = "earlier"  # filed before this was asked; nobody gives it


UNREAD_REASON_SV = {
    UnreadReason.DECLINED: "Deltagaren vill inte läsa",
    UnreadReason.NOT_REACHED: "Vi har inte fått tag på deltagaren",
    UnreadReason.EARLIER: "Lämnades in innan deltagaren skulle läsa först",
}

NOT_REACHED_AFTER = 5
"""Working days that the participant has to read before it can be said that she was not reached."""


def may_be_unreached_from(shown_on: date) -> date:
    return add_working_days(shown_on, NOT_REACHED_AFTER)


def check_read(*, is_read: bool, reason: UnreadReason | None, shown_on: date, today: date) -> None:
    """Raises Invalid unless the participant has read, or the reason why not can be given now."""
    if is_read:
        return
    if reason not in (UnreadReason.DECLINED, UnreadReason.NOT_REACHED):
        raise Invalid(
            "Deltagaren har inte läst än. Gå igenom texten tillsammans, eller säg varför hen inte har läst.",
            field="unread_reason",
        )
    from_day = may_be_unreached_from(shown_on)
    if reason is UnreadReason.NOT_REACHED and today < from_day:
        raise Invalid(
            f"Deltagaren har {NOT_REACHED_AFTER} arbetsdagar på sig att läsa. Det här skälet kan anges från och med "
            f"{from_day.isoformat()}.",
            field="unread_reason",
        )


def check_still_true(*, shown_on: date, ended_on: date) -> None:
    """Raises Conflict when the training has been opened again, and has ended anew, since the participant got the
    text: nothing else ends it on a later day."""
    if ended_on > shown_on:
        raise Conflict(
            "Deltagaren har fortsatt hos er sedan texten lades fram. Skriv en ny version, som säger hur det gick till "
            "slut."
        )


@dataclass(frozen=True)
class Standing:
    """How far one version has come: what the table alone does not know."""

    state: ReportState
    is_over: bool
    """The training has ended, here and at the enterprise."""
    is_read: bool = False
    has_newer: bool = False
    has_asked: bool = False
    """A correction has been asked for."""
    has_filed: bool = False
    """Another version, which goes on when this one is thrown away."""


def report_actions(standing: Standing, role: Role | None) -> list[ActionView]:
    """The table's actions, closed with a reason where something else than the state stands in the way."""
    obstacles: dict[StrEnum, str] = {}
    if standing.is_read:
        obstacles[ReportAction.WITNESS] = "Deltagaren har redan läst."
    if standing.has_newer:
        obstacles[ReportAction.REVISE] = "En nyare version är på väg. Fortsätt med den."
        obstacles[ReportAction.ASK_CORRECTION] = "En nyare version är på väg."
    elif standing.has_asked:
        obstacles[ReportAction.ASK_CORRECTION] = "Rättelse är redan begärd."
    if not standing.is_over:
        for action in (ReportAction.EDIT, ReportAction.SHOW, ReportAction.FILE, ReportAction.REVISE):
            obstacles[action] = NOT_OVER_SV
    is_second = standing.state is ReportState.DRAFT and standing.has_filed
    mentioned = (*_MENTIONED.get(standing.state, ()), *([ReportAction.DISCARD] if is_second else []))
    return [
        view
        for view in possible_actions(REPORT_TRANSITIONS, standing.state, role, obstacles)
        if view.action in mentioned
    ]


def superseded_sv(revision: int, newer: int, role: Role | None) -> str:
    """What someone is told who answers a version that has been replaced. A newer draft is not hers to see."""
    if role is Role.PARTICIPANT:
        return "Texten är gammal. " + (
            "Läs den nya texten." if newer > revision else "Din handledare skriver en ny text."
        )
    if newer <= revision:
        return f"Version {revision} har ersatts: handledaren skriver en ny. Läs den när den kommer."
    return f"Version {revision} har ersatts av version {newer}. Läs den nya versionen."


# When it is written.

ENDED_STATES = frozenset({PlacementState.COMPLETED, PlacementState.ENDED_EARLY})
NOT_OVER_SV = "Slutdokumentationen skrivs när placeringen har avslutats."
GOES_ON_SV = (
    "Deltagaren fortsätter på en annan plats hos er. Slutdokumentationen skrivs när den placeringen har avslutats, och "
    "gäller hela tiden."
)
CORRECT_WITHIN = 5
"""Working days that a correction should take."""
FILL_IN_WITHIN = 5
"""Working days from filing to occupation and support before and after, which receiving needs."""
RECEIVE_WITHIN = 10
"""Working days from filing to the decision on the next step."""


def check_ended(state: PlacementState, *, goes_on: bool = False) -> None:
    """Raises Conflict while the training goes on, here or at another place of the same enterprise, or when it never
    was."""
    if state not in ENDED_STATES:
        raise Conflict(NOT_OVER_SV)
    if goes_on:
        raise Conflict(GOES_ON_SV)


def report_deadline(ended_on: date, report_within: int) -> date:
    """`report_within` working days after the last day of training."""
    return add_working_days(ended_on, report_within)
