"""Study visits: the times that a supplier offers, who books and cancels, and whether the visit was held.

A time is given as a day and a clock time in Sweden and kept as an instant. Visits are by day, so no time falls in the
hour that a change of summer time skips or repeats.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM
from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import free_weekdays, spoken_day
from marketplace.rules import Transition, TransitionTable, by
from marketplace.swedish import counted

EARLIEST, LATEST = time(6), time(21)
"""A visit begins and ends between these, on the clock in Sweden."""
SHORTEST_MINUTES, LONGEST_MINUTES = 15, 8 * 60
MOST_VISITORS = 20
MOST_WEEKS = 12
"""Times offered at once, one a week."""
MOST_DAYS_AHEAD = 180
MOST_COMING_TIMES = 60
"""Coming times at one place."""
MOST_COMING_VISITS = 5
"""Coming visits of one participant, so that nobody books up what others need."""
MOST_BOOKED_A_DAY = 10
"""Bookings for one participant in a day, cancelled ones too: each tells the supplier, by e-mail."""
SHARED_DAYS = 7
"""Calendar days after a visit during which the supplier still sees who came. is_shared_with() holds the same."""
OFFICER_ASKED_AFTER_DAYS = 3
"""Calendar days after a visit that nobody has marked, before the case officer is asked too."""
LONGEST_MEETING = 500


class VisitTimeState(StrEnum):
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


VISIT_TIME_STATE_SV = {VisitTimeState.OFFERED: "Erbjuds", VisitTimeState.WITHDRAWN: "Tillbakadragen"}
VISIT_TIME_TONE = {VisitTimeState.OFFERED: "good", VisitTimeState.WITHDRAWN: "muted"}


class VisitTimeAction(StrEnum):
    WITHDRAW = "withdraw"


VISIT_TIME_TRANSITIONS: TransitionTable = {
    (VisitTimeState.OFFERED, VisitTimeAction.WITHDRAW): Transition(
        VisitTimeState.WITHDRAWN,
        by(Role.SUPPLIER_MANAGER, Role.SUPERVISOR, Role.SYSTEM),
        "Dra tillbaka tiden",
        needs_sv="Tiden är redan tillbakadragen.",
        causes_sv="Den går inte att boka längre. Besök som är bokade på tiden avbokas.",
    ),
}


class VisitState(StrEnum):
    BOOKED = "booked"
    HELD = "held"
    NOT_HELD = "not_held"
    CANCELLED = "cancelled"


VISIT_STATE_SV = {
    VisitState.BOOKED: "Bokat",
    VisitState.HELD: "Blev av",
    VisitState.NOT_HELD: "Blev inte av",
    VisitState.CANCELLED: "Avbokat",
}
VISIT_TONE = {
    VisitState.BOOKED: "active",
    VisitState.HELD: "good",
    VisitState.NOT_HELD: "bad",
    VisitState.CANCELLED: "muted",
}


class VisitAction(StrEnum):
    CANCEL = "cancel"
    MARK_HELD = "mark_held"
    MARK_NOT_HELD = "mark_not_held"


_MARKS = by(Role.SUPERVISOR, Role.CASE_OFFICER)

VISIT_TRANSITIONS: TransitionTable = {
    (VisitState.BOOKED, VisitAction.MARK_HELD): Transition(
        VisitState.HELD, _MARKS, "Besöket blev av", needs_sv="Det är redan markerat, eller avbokat."
    ),
    (VisitState.BOOKED, VisitAction.MARK_NOT_HELD): Transition(
        VisitState.NOT_HELD,
        _MARKS,
        "Besöket blev inte av",
        needs_sv="Det är redan markerat, eller avbokat.",
    ),
    # A slip is put right.
    (VisitState.HELD, VisitAction.MARK_NOT_HELD): Transition(
        VisitState.NOT_HELD, _MARKS, "Besöket blev inte av"
    ),
    (VisitState.NOT_HELD, VisitAction.MARK_HELD): Transition(VisitState.HELD, _MARKS, "Besöket blev av"),
    (VisitState.BOOKED, VisitAction.CANCEL): Transition(
        VisitState.CANCELLED,
        by(Role.CASE_OFFICER, Role.PARTICIPANT, Role.SYSTEM),
        "Avboka besöket",
        needs_sv="Besöket är redan avbokat, eller har varit.",
        causes_sv="Tiden blir ledig för andra. Leverantören får veta det.",
    ),
}


class BookedBy(StrEnum):
    OFFICER = "officer"
    PARTICIPANT = "participant"


BOOKED_BY_SV = {BookedBy.OFFICER: "Handläggaren", BookedBy.PARTICIPANT: "Deltagaren"}


class EndReason(StrEnum):
    """Why a visit was cancelled or not held: by the participant's side, by the supplier, or by what came between."""

    PARTICIPANT = "participant"
    OFFICER = "officer"
    TIME_WITHDRAWN = "time_withdrawn"
    PLACED = "placed"
    ROUND_CLOSED = "round_closed"
    GRANT_ENDED = "grant_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONTRACT_ENDED = "contract_ended"
    NO_SHOW = "no_show"
    SUPPLIER_FAILED = "supplier_failed"


END_REASON_SV = {
    EndReason.PARTICIPANT: "Deltagaren avbokade",
    EndReason.OFFICER: "Handläggaren avbokade",
    EndReason.TIME_WITHDRAWN: "Leverantören drog tillbaka tiden",
    EndReason.PLACED: "Deltagaren har fått en plats",
    EndReason.ROUND_CLOSED: "Valomgången avslutades",
    EndReason.GRANT_ENDED: "Beviljandet gäller inte längre",
    EndReason.CONSENT_WITHDRAWN: "Samtycket är återkallat",
    EndReason.CONTRACT_ENDED: "Leverantörens avtal har upphört",
    EndReason.NO_SHOW: "Deltagaren kom inte",
    EndReason.SUPPLIER_FAILED: "Leverantören fick ställa in",
}
NOT_HELD_REASONS = (EndReason.NO_SHOW, EndReason.SUPPLIER_FAILED)

STANDING_SV = {"": "Kommande", "markera": "Att markera", "varit": "Har varit", "avbokade": "Avbokade"}
"""What a list of visits is narrowed to."""

VISIT_EVENT_SV = {
    "book": "Studiebesöket bokades",
    "cancel": "Studiebesöket avbokades",
    "mark_held": "Studiebesöket blev av",
    "mark_not_held": "Studiebesöket blev inte av",
}


def visit_number(study_visit_id: int) -> str:
    """How a visit is named where the visitor's name is not shown: B000123."""
    return f"B{study_visit_id:06d}"


# Times.

_CLOCK = re.compile(r"([01]?\d|2[0-3])(?:[.:]([0-5]\d))?", re.ASCII)


def read_clock(typed: str) -> time:
    """A clock time as typed: 10, 10.30 or 10:30. Raises Invalid."""
    found = _CLOCK.fullmatch(typed.strip())
    if found is None:
        raise Invalid("Skriv klockslaget som 10.00.", field="clock")
    return time(int(found[1]), int(found[2] or 0))


def instant_of(day: date, clock: time) -> datetime:
    """The instant (UTC) of a clock time in Sweden, whatever the season's distance to UTC."""
    return datetime.combine(day, clock, STOCKHOLM).astimezone(UTC)


def local_day(instant: datetime) -> date:
    """The day in Sweden of an instant."""
    return instant.astimezone(STOCKHOLM).date()


def clock_sv(starts_at: datetime, ends_at: datetime) -> str:
    """From and to on the clock in Sweden: "10.00–11.00"."""
    start, end = starts_at.astimezone(STOCKHOLM), ends_at.astimezone(STOCKHOLM)
    return f"{start:%H.%M}–{end:%H.%M}"


def spoken_when(starts_at: datetime, ends_at: datetime) -> str:
    """When, as it is said: "måndag 9 mars kl. 10.00–11.00"."""
    return f"{spoken_day(local_day(starts_at))} kl. {clock_sv(starts_at, ends_at)}"


def series(first_day: date, weeks: int) -> list[date]:
    """The days of a time that returns each week: the first, and the weeks after but for public holidays."""
    days = [first_day + timedelta(weeks=number) for number in range(weeks)]
    free = set(free_weekdays(days[0], days[-1])) - {first_day}
    return [day for day in days if day not in free]


def is_in_series(start: datetime, other: datetime) -> bool:
    """Whether `other` is a later time that begins on the same weekday at the same clock in Sweden."""
    one, later = start.astimezone(STOCKHOLM), other.astimezone(STOCKHOLM)
    return other > start and (one.weekday(), one.time()) == (later.weekday(), later.time())


@dataclass(frozen=True)
class OfferDraft:
    """What a supplier has typed to offer times at a place."""

    first_day: date
    clock: time
    minutes: int
    most_visitors: int
    meeting_sv: str
    weeks: int = 1

    def spans(self) -> list[tuple[datetime, datetime]]:
        """Start and end (UTC) of each time: the same clock time every week, also over a change of summer time."""
        starts = [instant_of(day, self.clock) for day in series(self.first_day, self.weeks)]
        return [(start, start + timedelta(minutes=self.minutes)) for start in starts]


def check_offer(draft: OfferDraft, *, now: datetime) -> None:
    """Raises Invalid beside the field that is wrong."""
    if not SHORTEST_MINUTES <= draft.minutes <= LONGEST_MINUTES:
        raise Invalid(f"Besöket ska vara {SHORTEST_MINUTES} till {LONGEST_MINUTES} minuter.", field="minutes")
    ends = datetime.combine(draft.first_day, draft.clock) + timedelta(minutes=draft.minutes)
    if draft.clock < EARLIEST or ends > datetime.combine(draft.first_day, LATEST):
        raise Invalid(
            f"Besöket ska börja och sluta mellan kl. {EARLIEST:%H.%M} och {LATEST:%H.%M}.", field="clock"
        )
    if not 1 <= draft.most_visitors <= MOST_VISITORS:
        raise Invalid(f"Antalet besökare ska vara 1 till {MOST_VISITORS}.", field="most_visitors")
    if not 1 <= draft.weeks <= MOST_WEEKS:
        raise Invalid(f"Upprepa tiden 1 till {MOST_WEEKS} veckor.", field="weeks")
    if not draft.meeting_sv.strip():
        raise Invalid("Skriv var ni möts.", field="meeting_sv")
    if len(draft.meeting_sv) > LONGEST_MEETING:
        raise Invalid(f"Skriv högst {LONGEST_MEETING} tecken.", field="meeting_sv")
    if instant_of(draft.first_day, draft.clock) <= now:
        is_today = draft.first_day == local_day(now)
        raise Invalid(
            "Klockslaget har redan varit. Välj ett senare." if is_today else "Dagen har redan varit.",
            field="clock" if is_today else "first_day",
        )
    if (draft.first_day - local_day(now)).days > MOST_DAYS_AHEAD:
        raise Invalid(f"Erbjud tider högst {MOST_DAYS_AHEAD} dagar framåt.", field="first_day")


def withdrawal_sv(booked: int) -> str:
    """What withdrawing a time causes to those who have booked it."""
    if not booked:
        return "Ingen har bokat tiden, så ingen berörs."
    if booked == 1:
        return "Ett bokat studiebesök avbokas. Handläggarens enhet får e-post om det, utan namn."
    return f"{booked} bokade studiebesök avbokas. Handläggarnas enheter får e-post om det, utan namn."


def later_withdrawal_sv(times: int, booked: int) -> str:
    """What it causes to take the later times of the series too."""
    offered = counted(times, "senare tid", "senare tider")
    if not booked:
        return (
            f"Markerar du rutan gäller det också {offered} samma veckodag och klockslag. Ingen har bokat där."
        )
    return (
        f"Markerar du rutan gäller det också {offered} samma veckodag och klockslag, "
        f"med {counted(booked, 'bokat besök', 'bokade besök')}."
    )


# Booking.


def check_bookable(
    state: VisitTimeState, *, starts_at: datetime, free: int, grant_last_day: date, now: datetime
) -> None:
    """Raises Conflict when the time cannot be booked."""
    if state is not VisitTimeState.OFFERED:
        raise Conflict("Leverantören har dragit tillbaka tiden. Välj en annan tid.")
    if starts_at <= now:
        raise Conflict("Tiden har redan varit. Välj en annan tid.")
    if free < 1:
        raise Conflict("Tiden är fullbokad. Välj en annan tid.")
    if local_day(starts_at) > grant_last_day:
        raise Conflict("Tiden är efter den sista dagen som är beviljad. Välj en tidigare tid.")


@dataclass(frozen=True)
class BookedSpan:
    """A coming visit of the same participant."""

    visit_time_id: int
    place_name: str
    starts_at: datetime
    ends_at: datetime


def check_beside(
    visit_time_id: int, starts_at: datetime, ends_at: datetime, others: Iterable[BookedSpan]
) -> None:
    """Raises Conflict when the participant has booked the time, another at the same hour, or too many."""
    coming = list(others)
    for other in coming:
        if other.visit_time_id == visit_time_id:
            raise Conflict("Tiden är redan bokad.")
        if other.starts_at < ends_at and starts_at < other.ends_at:
            when = spoken_when(other.starts_at, other.ends_at)
            raise Conflict(f"Ett annat studiebesök är redan bokat då: {other.place_name}, {when}.")
    if len(coming) >= MOST_COMING_VISITS:
        raise Conflict(f"Högst {MOST_COMING_VISITS} studiebesök kan vara bokade samtidigt. Avboka ett först.")


def check_booked_today(booked: int) -> None:
    """Raises Conflict when as many visits have been booked in the day as may."""
    if booked >= MOST_BOOKED_A_DAY:
        raise Conflict("Många besök har bokats i dag. Boka fler i morgon.")


def check_not_begun(starts_at: datetime, now: datetime, *, otherwise_sv: str) -> None:
    """Raises Conflict once the visit has begun."""
    if starts_at <= now:
        raise Conflict(f"Tiden har redan börjat. {otherwise_sv}")


def check_begun(starts_at: datetime, now: datetime) -> None:
    """Raises Conflict before the visit has begun."""
    if starts_at > now:
        raise Conflict("Besöket har inte varit än. Markera det efteråt.")


def is_name_shared(ends_at: datetime, today: date) -> bool:
    """Whether the supplier may still see who the visitor was, under consent."""
    return local_day(ends_at) + timedelta(days=SHARED_DAYS) >= today
