"""What a procurement officer does with systems of choice."""

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.outbox import emit
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.rules import (
    DECIDERS_SV,
    SYSTEM_TRANSITIONS,
    Regime,
    SystemAction,
    SystemState,
    check_unopened,
)
from marketplace.reference.models import Kommun
from marketplace.rules import advance
from marketplace.tenancy import current_actor

CLOSED_TOPIC = "system.closed"


def create_system(
    *, name: str, service_sv: str, regime: Regime, kommun_codes: Sequence[str]
) -> SystemOfChoice:
    """A system of the actor's authority, not open until its first terms are published."""
    system = SystemOfChoice(authority_id=_own_authority(), is_open=False, created_at=now())
    _fill(system, name, service_sv, regime, kommun_codes)
    db.session.add(system)
    db.session.flush()
    audit.record("system_of_choice", system.id, "create", authority_id=system.authority_id)
    return system


def update_system(
    system_id: int, *, name: str, service_sv: str, regime: Regime, kommun_codes: Sequence[str]
) -> SystemOfChoice:
    """Changes a system that is not open. Raises Conflict for an open one: applicants and contracts rely on it."""
    system = unopened_system(system_id, lock=True)
    _fill(system, name, service_sv, regime, kommun_codes)
    audit.record("system_of_choice", system.id, "update", authority_id=system.authority_id)
    db.session.flush()
    return system


def set_deciders(system_id: int, *, needs_two: bool) -> SystemOfChoice:
    """Whether two officers are needed for a decision on an application, from now on. Also while the system is open: it
    is the authority's own routine."""
    system = own_system(system_id, lock=True)
    if system.needs_two_deciders != needs_two:
        system.needs_two_deciders = needs_two
        audit.record(
            "system_of_choice",
            system.id,
            "set_deciders",
            authority_id=system.authority_id,
            note_sv=DECIDERS_SV[needs_two],
        )
        db.session.flush()
    return system


def close_system(system_id: int, reason_sv: str) -> SystemOfChoice:
    """Nobody can apply from now on. What is handed in is decided, contracts run on and the page stays.

    Raises Conflict for a system that is not open, Invalid without a reason.
    """
    system = own_system(system_id, lock=True)
    before = system.state
    transition = advance(SYSTEM_TRANSITIONS, before, SystemAction.CLOSE, current_actor().role)
    reason = " ".join(reason_sv.split())
    if not reason:
        raise Invalid("Skriv varför systemet stängs. Skälet visas för alla.", field="reason_sv")
    system.closed_on, system.closing_reason_sv = today(), reason
    db.session.flush()
    audit.record(
        "system_of_choice",
        system.id,
        "close",
        authority_id=system.authority_id,
        from_state=before,
        to_state=SystemState(transition.target),
        note_sv=reason,
    )
    emit(CLOSED_TOPIC, authority_id=system.authority_id, system_id=system.id)
    return system


def own_system(system_id: int, *, lock: bool = False) -> SystemOfChoice:
    """A system of the authority that the actor procures for. Raises NotFound for anyone else's."""
    authority_id = _own_authority()
    system = get_or_404(SystemOfChoice, system_id)
    if system.authority_id != authority_id:
        raise NotFound()
    return get_or_404(SystemOfChoice, system_id, lock=True) if lock else system


def unopened_system(system_id: int, *, lock: bool = False) -> SystemOfChoice:
    """As own_system(), while it can be changed. Raises Conflict for an open one."""
    system = own_system(system_id, lock=lock)
    check_unopened(system.is_open)
    return system


def _own_authority() -> int:
    actor = current_actor()
    if actor.role is not Role.PROCUREMENT_OFFICER or actor.authority_id is None:
        raise NotAllowed("Bara en upphandlare får ändra valfrihetssystem.")
    return actor.authority_id


def _fill(
    system: SystemOfChoice, name: str, service_sv: str, regime: Regime, kommun_codes: Sequence[str]
) -> None:
    if not name.strip():
        raise Invalid("Skriv ett namn på systemet.", field="name")
    if not service_sv.strip():
        raise Invalid("Beskriv vad som köps.", field="service_sv")
    codes = sorted(set(kommun_codes))
    known = db.session.scalar(select(func.count()).select_from(Kommun).where(Kommun.code.in_(codes)))
    if not codes or known != len(codes):
        raise Invalid("Välj minst en kommun ur listan.", field="kommun_codes")
    system.name, system.service_sv = name.strip(), service_sv.strip()
    system.regime, system.kommun_codes = Regime(regime), codes
