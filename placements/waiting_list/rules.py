"""The waiting list: first come first served, across authorities; every seat that is freed is offered in order.

An entry stands where it joined until it ends. What it asks for is the search as it was then; only the days follow the
calendar. Whoever is passed over for a seat is passed over for a reason that is kept.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import add_working_days
from marketplace.rules import Transition, TransitionTable, by
from placements.search.rules import START_WITHIN_DAYS, SearchCriteria

ANSWER_WITHIN = 2
"""Working days that a freed seat is held for whoever is next."""

MOST_ENTRIES = 3
"""Searches that one grant may wait on at a time."""

MOST_UNANSWERED = 2
"""Offers that nobody answered, after which an entry ends: seats are not held for those who have left."""

MOST_SEEN = 200
"""Hits of a search that are remembered as seen by whoever joins; a search counts no more."""


class EntryState(StrEnum):
    WAITING = "waiting"
    ENDED = "ended"


ENTRY_STATE_SV = {EntryState.WAITING: "Väntar", EntryState.ENDED: "Avslutad"}
ENTRY_TONE = {EntryState.WAITING: "waits", EntryState.ENDED: "muted"}


class EndReason(StrEnum):
    PLACED = "placed"
    LEFT = "left"
    WITHDRAWN = "withdrawn"
    GRANT_OVER = "grant_over"
    UNANSWERED = "unanswered"


END_REASON_SV = {
    EndReason.PLACED: "Deltagaren har fått en plats",
    EndReason.LEFT: "Handläggaren lämnade väntelistan",
    EndReason.WITHDRAWN: "Beviljandet återkallades",
    EndReason.GRANT_OVER: "Perioden är slut",
    EndReason.UNANSWERED: "Två erbjudanden i väntelistan blev obesvarade",
}


class EntryAction(StrEnum):
    LEAVE = "leave"
    END = "end"


ENTRY_TRANSITIONS: TransitionTable = {
    (EntryState.WAITING, EntryAction.LEAVE): Transition(
        EntryState.ENDED,
        by(Role.CASE_OFFICER),
        "Lämna väntelistan",
        needs_sv="Väntan är redan avslutad.",
        causes_sv="Deltagarens plats i ordningen går förlorad. En plats som hålls går vidare till nästa.",
    ),
    (EntryState.WAITING, EntryAction.END): Transition(
        EntryState.ENDED,
        by(Role.CASE_OFFICER, Role.COORDINATOR, Role.SYSTEM),
        "Väntan är slut",
        needs_sv="Väntan är redan avslutad.",
    ),
}


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OFFER_STATE_SV = {
    OfferState.OPEN: "Väntar på svar",
    OfferState.ACCEPTED: "Ja, platsen begärdes",
    OfferState.DECLINED: "Nej",
    OfferState.EXPIRED: "Obesvarat i tid",
    OfferState.WITHDRAWN: "Återtaget",
}
OFFER_TONE = {
    OfferState.OPEN: "waits",
    OfferState.ACCEPTED: "good",
    OfferState.DECLINED: "neutral",
    OfferState.EXPIRED: "bad",
    OfferState.WITHDRAWN: "muted",
}


class OfferAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


_ANSWERED_SV = "Erbjudandet är redan besvarat, eller så gäller det inte längre."

OFFER_TRANSITIONS: TransitionTable = {
    (OfferState.OPEN, OfferAction.ACCEPT): Transition(
        OfferState.ACCEPTED,
        by(Role.CASE_OFFICER),
        "Ja, begär platsen",
        needs_sv=_ANSWERED_SV,
        causes_sv="Platsen registreras som visad och som deltagarens val, och begärs av leverantören.",
    ),
    (OfferState.OPEN, OfferAction.DECLINE): Transition(
        OfferState.DECLINED,
        by(Role.CASE_OFFICER),
        "Tacka nej",
        needs_sv=_ANSWERED_SV,
        causes_sv="Platsen går genast vidare till nästa. Deltagaren står kvar i väntelistan.",
    ),
    (OfferState.OPEN, OfferAction.EXPIRE): Transition(
        OfferState.EXPIRED, by(Role.SYSTEM), "Svarstiden har gått ut", needs_sv="Svarstiden har inte gått ut."
    ),
    (OfferState.OPEN, OfferAction.WITHDRAW): Transition(
        OfferState.WITHDRAWN,
        by(Role.CASE_OFFICER, Role.COORDINATOR, Role.SYSTEM),
        "Återtas",
        needs_sv=_ANSWERED_SV,
    ),
}


class NoReason(StrEnum):
    """Why an offer is turned down, by code so that it can be counted."""

    PARTICIPANT = "participant"
    NOT_SUITABLE = "not_suitable"
    UNAVAILABLE = "unavailable"
    OTHER = "other"


NO_REASON_SV = {
    NoReason.PARTICIPANT: "Deltagaren vill inte ha platsen",
    NoReason.NOT_SUITABLE: "Platsen passar inte deltagarens behov",
    NoReason.UNAVAILABLE: "Platsen går inte att begära längre",
    NoReason.OTHER: "Annat skäl",
}


class PassReason(StrEnum):
    """Why an entry that stood earlier was not offered a seat that a later one was."""

    PERIOD_OVER = "period_over"
    GRANT_NOT_OPEN = "grant_not_open"
    NO_CONSENT = "no_consent"
    HAS_OFFER = "has_offer"
    ASKED = "asked"
    SEEN = "seen"
    DOES_NOT_FIT = "does_not_fit"


PASS_REASON_SV = {
    PassReason.PERIOD_OVER: "perioden var slut",
    PassReason.GRANT_NOT_OPEN: "beviljandet var inte öppet",
    PassReason.NO_CONSENT: "samtycket var återkallat",
    PassReason.HAS_OFFER: "deltagaren hade redan ett erbjudande att svara på",
    PassReason.ASKED: "deltagaren hade redan erbjudits platsen",
    PassReason.SEEN: "platsen var ledig och sågs i sökningen när deltagaren ställdes i väntelistan",
    PassReason.DOES_NOT_FIT: "platsen passade inte sökningen",
}


WAITING_EVENT_SV = {
    "join": "Ställdes i väntelistan",
    "offer": "En ledig plats erbjöds",
    "offer_accept": "Ja, platsen begärdes",
    "offer_decline": "Nej, platsen gick vidare",
    "offer_expire": "Erbjudandet blev obesvarat",
    "offer_withdraw": "Erbjudandet återtogs",
    **{reason.value: text for reason, text in END_REASON_SV.items()},
}


@dataclass(frozen=True)
class Standing:
    """What decides whether an entry can be offered anything at all."""

    is_grant_open: bool
    has_consent: bool
    has_open_offer: bool
    asked: Collection[int]
    """Places that the entry has been offered."""
    seen: Collection[int]
    """Places that were free in the search when it joined."""


def obstacle(
    standing: Standing, criteria: SearchCriteria | None, place_id: int | None = None
) -> PassReason | None:
    """Why nothing, or not that place, can be offered now; None when it only has to fit."""
    found: PassReason | None = None
    if criteria is None:
        found = PassReason.PERIOD_OVER
    elif not standing.is_grant_open:
        found = PassReason.GRANT_NOT_OPEN
    elif not standing.has_consent:
        found = PassReason.NO_CONSENT
    elif standing.has_open_offer:
        found = PassReason.HAS_OFFER
    elif place_id in standing.asked:
        found = PassReason.ASKED
    elif place_id in standing.seen:
        found = PassReason.SEEN
    return found


def criteria_now(
    criteria: SearchCriteria, grant_first: date, grant_last: date, today: date
) -> SearchCriteria | None:
    """The search with its days as they are today; None when its period, or the grant's, is over.

    Whoever waits wants to begin as soon as there is a seat, so the latest start is two weeks on whenever it is asked.
    """
    from_day = max(criteria.from_day or grant_first, grant_first, today)
    until = min(criteria.until, grant_last)
    if until < from_day:
        return None
    soon = add_working_days(from_day + timedelta(days=START_WITHIN_DAYS), 0)
    start_by = min(max(criteria.start_by, soon), until)
    return replace(criteria, from_day=from_day, start_by=start_by, until=until)


def due_on(today: date) -> date:
    """The last day to answer an offer made today."""
    return add_working_days(today, ANSWER_WITHIN)


def first_day_possible(held_from: date, held_to: date, lead_time_days: int, today: date) -> date:
    """When the placement can begin at the earliest if the answer is yes today: a working day where there is one."""
    day = max(held_from, today + timedelta(days=lead_time_days))
    return min(add_working_days(day, 0), max(day, held_to))


def check_in_time(last_answer: date, today: date) -> None:
    """Raises Conflict when the seat is no longer held."""
    if today > last_answer:
        raise Conflict(
            f"Svarstiden gick ut {last_answer.isoformat()}, så platsen hålls inte längre. "
            "Deltagaren står kvar i väntelistan."
        )


def check_within(first_day: date, held_from: date, held_to: date) -> None:
    """Raises Invalid for a start outside the days that the seat is held."""
    if not held_from <= first_day <= held_to:
        raise Invalid(
            f"Platsen hålls från {held_from.isoformat()} till {held_to.isoformat()}. Välj en av de dagarna.",
            field="first_day",
        )
