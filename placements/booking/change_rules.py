"""Changes of a placement that has been accepted: a longer period, another extent, another place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.rules import Transition, TransitionTable, by
from marketplace.swedish import counted, plain_hours


class ChangeKind(StrEnum):
    EXTENSION = "extension"
    EXTENT = "extent"


CHANGE_KIND_SV = {
    ChangeKind.EXTENSION: "Längre period",
    ChangeKind.EXTENT: "Ändrad omfattning",
}


class ChangeState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


CHANGE_STATE_SV = {
    ChangeState.ASKED: "Väntar på svar",
    ChangeState.AGREED: "Gäller",
    ChangeState.DECLINED: "Nekad av leverantören",
    ChangeState.WITHDRAWN: "Återkallad",
    ChangeState.EXPIRED: "Obesvarad i tid",
}

CHANGE_TONE = {
    ChangeState.ASKED: "waits",
    ChangeState.AGREED: "good",
    ChangeState.DECLINED: "bad",
    ChangeState.WITHDRAWN: "muted",
    ChangeState.EXPIRED: "bad",
}


class ChangeAction(StrEnum):
    AGREE = "agree_change"
    DECLINE = "decline_change"
    WITHDRAW = "withdraw_change"
    EXPIRE = "expire_change"


CHANGE_TRANSITIONS: TransitionTable = {
    (ChangeState.ASKED, ChangeAction.AGREE): Transition(
        ChangeState.AGREED,
        by(Role.SUPERVISOR),
        "Godkänn ändringen",
        needs_sv="Ändringen är redan besvarad eller återkallad.",
        causes_sv="Ändringen gäller och handläggaren får besked.",
    ),
    (ChangeState.ASKED, ChangeAction.DECLINE): Transition(
        ChangeState.DECLINED,
        by(Role.SUPERVISOR),
        "Neka ändringen",
        needs_sv="Ändringen är redan besvarad eller återkallad.",
        causes_sv="Placeringen fortsätter som förut och handläggaren får besked.",
    ),
    (ChangeState.ASKED, ChangeAction.WITHDRAW): Transition(
        ChangeState.WITHDRAWN,
        by(Role.CASE_OFFICER, Role.SYSTEM),  # the system when the placement ends first
        "Återkalla ändringen",
        needs_sv="Ändringen är redan besvarad eller återkallad.",
        causes_sv="Placeringen fortsätter som förut.",
    ),
    (ChangeState.ASKED, ChangeAction.EXPIRE): Transition(
        ChangeState.EXPIRED,
        by(Role.SYSTEM),
        "Svarstiden har gått ut",
        needs_sv="Svarstiden har inte gått ut.",
    ),
}


@dataclass(frozen=True)
class Extent:
    """How much a participant trains."""

    hours_per_week: Decimal
    days_per_week: int


def extent_on(day: date, at_first: Extent, changed: Iterable[tuple[date, Extent]]) -> Extent:
    """The extent that holds on the day: the latest change from that day or before, else the first."""
    return max(
        ((from_day, extent) for from_day, extent in changed if from_day <= day),
        key=lambda change: change[0],
        default=(day, at_first),
    )[1]


def check_extension(
    last_day: date, *, planned_last: date, today: date, grant_last: date, contract_last: date | None
) -> None:
    """The new last day of a placement that is to go on longer. Raises Invalid."""
    if last_day <= planned_last:
        raise Invalid(
            f"Placeringen slutar redan {planned_last.isoformat()}. Välj en senare dag.", field="last_day"
        )
    if last_day < today:
        raise Invalid("Dagen har redan passerat. Välj i dag eller en senare dag.", field="last_day")
    if last_day > grant_last:
        raise Invalid(
            f"Beviljandet slutar {grant_last.isoformat()}. Välj den dagen eller tidigare, eller be samordnaren "
            "förlänga beviljandet.",
            field="last_day",
        )
    if contract_last is not None and last_day > contract_last:
        raise Invalid(
            f"Leverantörens avtal gäller till och med {contract_last.isoformat()}. Välj den dagen eller tidigare.",
            field="last_day",
        )


def collision_sv(planned_last: date, free_until: date) -> str:
    """Why a placement cannot go on to the day asked for, and to which it could."""
    if free_until <= planned_last:
        return (
            f"Platsen är bokad för någon annan från {(planned_last + timedelta(days=1)).isoformat()}, så placeringen "
            "kan inte förlängas. Byt till en annan plats om deltagaren ska fortsätta."
        )
    return (
        f"Platsen är bokad för någon annan från {(free_until + timedelta(days=1)).isoformat()}. Placeringen kan "
        f"förlängas till och med {free_until.isoformat()}."
    )


def check_extent_change(
    wanted: Extent,
    from_day: date,
    *,
    first_day: date,
    last_day: date,
    today: date,
    now_agreed: Extent,
    granted_hours: Decimal,
    most_hours: int,
    least_hours: int,
    days_open: int,
) -> None:
    """Another extent from a day on. Raises Invalid beside the field that is wrong."""
    if from_day < today:
        raise Invalid("Dagen har redan passerat. Välj i dag eller en senare dag.", field="from_day")
    if not first_day <= from_day <= last_day:
        raise Invalid(
            f"Placeringen varar från {first_day.isoformat()} till {last_day.isoformat()}. Välj en dag däremellan.",
            field="from_day",
        )
    if wanted == now_agreed:
        raise Invalid("Det är samma omfattning som redan gäller den dagen.", field="hours_per_week")
    hours = wanted.hours_per_week
    if hours > granted_hours:
        raise Invalid(
            f"Beviljandet är på {plain_hours(granted_hours)} timmar i veckan. Välj högst det.",
            field="hours_per_week",
        )
    if hours > most_hours:
        raise Invalid(f"Platsen tar emot högst {most_hours} timmar i veckan.", field="hours_per_week")
    if hours < least_hours:
        raise Invalid(f"Platsen kräver minst {least_hours} timmar i veckan.", field="hours_per_week")
    if wanted.days_per_week > days_open:
        raise Invalid(
            f"Platsen är öppen {counted(days_open, 'dag', 'dagar')} i veckan. Välj högst det.",
            field="days_per_week",
        )


def check_move(
    first_day: date, *, old_first: date, old_last: date, old_is_over: bool, latest_attendance: date | None
) -> None:
    """The first day of a placement that another one gives way to. Raises Invalid."""
    if first_day <= old_first:
        raise Invalid(
            f"Placeringen som deltagaren byter från börjar {old_first.isoformat()}. Den nya måste börja senare. Ska "
            "deltagaren inte börja där alls: återkalla den i stället.",
            field="first_day",
        )
    if latest_attendance is not None and first_day <= latest_attendance:
        raise Invalid(
            f"Det finns närvaro registrerad {latest_attendance.isoformat()} på den nuvarande platsen. Välj en senare "
            "dag.",
            field="first_day",
        )
    if old_is_over and first_day <= old_last:
        raise Invalid(
            f"Den tidigare placeringen varade till {old_last.isoformat()}. Välj en senare dag.",
            field="first_day",
        )


def check_unmoved_yet(is_moved: bool) -> None:
    """Raises Conflict when the participant already has a place to move to."""
    if is_moved:
        raise Conflict(
            "Deltagaren byter redan till en annan plats. Återkalla den nya placeringen först om bytet ska ändras."
        )
