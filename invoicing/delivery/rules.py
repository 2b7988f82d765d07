"""Handing over an e-invoice: states, and when the next attempt is made."""

from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


DELIVERY_STATE_SV = {
    DeliveryState.WAITING: "Väntar på att lämnas",
    DeliveryState.DELIVERED: "Lämnad",
    DeliveryState.FAILED: "Kunde inte lämnas",
}

DELIVERY_STATE_TONE = {
    DeliveryState.WAITING: "waits",
    DeliveryState.DELIVERED: "good",
    DeliveryState.FAILED: "bad",
}


class DeliveryAction(StrEnum):
    RETRY = "retry"


DELIVERY_TRANSITIONS: TransitionTable = {
    (DeliveryState.FAILED, DeliveryAction.RETRY): Transition(
        DeliveryState.WAITING,
        by(Role.SUPPLIER_MANAGER),
        "Försök igen",
        needs_sv="E-fakturan är redan lämnad, eller så försöker vi igen av oss själva.",
        causes_sv="Samma e-faktura lämnas på nytt. Har mottagaren redan fått den kommer den inte en gång till.",
    ),
}

_PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(days=1),
    timedelta(days=2),
)
"""Until the next attempt: an access point that is restarted is back soon, one that is broken is mended by people."""


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts that came to nothing; None to give up."""
    return now + _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None
