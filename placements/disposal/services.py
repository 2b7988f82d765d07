"""Setting rules, proposing, deciding and carrying out a disposal; making exceptions from it."""

from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.audit_chain.services import take_notes
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import current_actor, own_authority
from placements.disposal import queries
from placements.disposal.models import Disposal, DisposalHold, DisposalItem, DisposalRule
from placements.disposal.rules import (
    DISPOSAL_KIND_SV,
    DISPOSAL_TRANSITIONS,
    DisposalAction,
    DisposalKind,
    DisposalState,
    Protocol,
    check_other_person,
    check_years,
)
from placements.participants import queries as participants

DECIDED_TOPIC = "disposal.decided"


def set_rule(kind: DisposalKind, years: int, decision_sv: str) -> None:
    """How many years the authority keeps the kind after the year in which a case ended. Raises Invalid, NotAllowed."""
    actor = current_actor()
    if actor.role is not Role.CONTROLLER:
        raise NotAllowed("Gallringsfrister skrivs in av ekonomen.")
    if not decision_sv:
        raise Invalid("Skriv vilket beslut fristen står i.", field="decision_sv")
    known = queries.rules()
    check_years(kind, years, {one.kind: one.years for one in known.values() if one.kind is not kind})
    rule = known.get(kind) or DisposalRule(authority_id=own_authority(), kind=kind)
    rule.years, rule.decision_sv, rule.set_on, rule.set_by = years, decision_sv, today(), actor.user_name
    db.session.add(rule)
    db.session.flush()
    told = f"{DISPOSAL_KIND_SV[kind]}: {years} år. {decision_sv}"
    audit.record("disposal_rule", rule.authority_id, "set", authority_id=rule.authority_id, note_sv=told)


def propose(kind: DisposalKind) -> Disposal:
    """Everyone who is due by the rule as it is now. Raises NotAllowed, and Conflict when there is no rule or nobody."""
    actor = current_actor()
    if actor.role is not Role.COORDINATOR or actor.user_id is None:
        raise NotAllowed("Gallring föreslås av samordnaren.")
    rule = queries.rules().get(kind)
    if rule is None:
        raise Conflict("Myndigheten har inte skrivit in någon gallringsfrist. Det gör ekonomen.")
    cases = queries.due(rule).cases
    if not cases:
        raise Conflict("Det finns inget att gallra nu.")
    made = Disposal(
        authority_id=own_authority(),
        kind=kind,
        years=rule.years,
        state=DisposalState.PROPOSED,
        rule_sv=rule.decision_sv,
        proposed_at=now(),
        proposed_by=actor.user_name,
        proposed_by_id=actor.user_id,
    )
    db.session.add(made)
    db.session.flush()
    db.session.execute(insert(DisposalItem), [{"disposal_id": made.id, **vars(case)} for case in cases])
    _record(made, "propose", None)
    return made


def decide(disposal_id: int, diary_number: str) -> None:
    """The worker carries it out. Raises NotFound, NotAllowed, Invalid, and Conflict for whoever proposed it, or when
    the rule keeps it longer by now."""
    if not diary_number:
        raise Invalid("Skriv beslutets diarienummer.", field="diary_number")
    found = queries.disposal(disposal_id, lock=True)
    check_other_person(found.proposed_by_id, current_actor().user_id)
    if queries.rules()[found.kind].years > found.years:
        raise Conflict(
            "Uppgifterna sparas nu längre än när förslaget lämnades. Avslå det och be om ett nytt."
        )
    _answer(found, DisposalAction.DECIDE, diary_number)
    emit(DECIDED_TOPIC, authority_id=found.authority_id, disposal_id=found.id)


def decline(disposal_id: int) -> None:
    found = queries.disposal(disposal_id, lock=True)
    check_other_person(found.proposed_by_id, current_actor().user_id)
    _answer(found, DisposalAction.DECLINE)


def withdraw(disposal_id: int) -> None:
    _move(queries.disposal(disposal_id, lock=True), DisposalAction.WITHDRAW)


def _answer(found: Disposal, action: DisposalAction, diary_number: str = "") -> None:
    actor = current_actor()
    answer = {"decided_by": actor.user_name, "decided_by_id": actor.user_id, "diary_number": diary_number}
    _move(found, action, decided_at=now(), **answer)


def _move(found: Disposal, action: DisposalAction, **facts: object) -> None:
    """One statement: the database lets nothing else of it change."""
    before = found.state
    found.state = DisposalState(advance(DISPOSAL_TRANSITIONS, before, action, current_actor().role).target)
    for name, value in facts.items():
        setattr(found, name, value)
    db.session.flush()
    _record(found, action, before)


def _record(found: Disposal, action: str, before: DisposalState | None) -> None:
    audit.record(
        "disposal",
        found.id,
        action,
        authority_id=found.authority_id,
        from_state=before,
        to_state=found.state,
        note_sv=found.seal,
    )


def dispose_some(disposal_id: int, most: int) -> int:
    """Disposes of some of those that the decision is about; gives how many are left. For the system.

    The database does it, and refuses what has not been decided.
    """
    if queries.disposal(disposal_id, lock=True).state is DisposalState.EXECUTED:
        return 0
    return db.session.scalar(select(func.dispose_some(disposal_id, most))) or 0


def finish(disposal_id: int) -> None:
    """Takes the notes of what happened, of all of them at once, and seals the protocol. Done already, it does nothing.
    For the system."""
    found = queries.disposal(disposal_id, lock=True)
    if found.state is DisposalState.EXECUTED:
        return
    take_notes(queries.events_with_notes(disposal_id))
    executed_at = now()
    seal = protocol_of(found, executed_at).seal
    _move(found, DisposalAction.EXECUTE, executed_at=executed_at, seal=seal)


def protocol_of(found: Disposal, executed_at: datetime) -> Protocol:
    """Its instants are in UTC, wherever the server is: or the seal would be another."""
    assert found.decided_at
    items = db.session.scalars(queries.items_of(found.id))
    return Protocol(
        kind=found.kind,
        years=found.years,
        rule_sv=found.rule_sv,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at.astimezone(UTC).isoformat(),
        decided_by=found.decided_by,
        decided_at=found.decided_at.astimezone(UTC).isoformat(),
        diary_number=found.diary_number,
        executed_at=executed_at.astimezone(UTC).isoformat(),
        numbers=sorted((one.participant_id, str(one.outcome)) for one in items),
        rows=[(one.table_name, one.rows) for one in queries.counts_of(found.id)],
    )


def hold(participant_id: int, reason_sv: str) -> None:
    """The participant is left out of disposal until it is lifted. Raises NotFound, NotAllowed, Invalid, Conflict."""
    actor = current_actor()
    if actor.role is not Role.COORDINATOR:
        raise NotAllowed("Undantag från gallring beslutas av samordnaren.")
    if not reason_sv:
        raise Invalid("Skriv varför uppgifterna behövs.", field="reason_sv")
    participant = participants.participant(participant_id)
    db.session.add(
        DisposalHold(
            participant_id=participant.id,
            authority_id=participant.authority_id,
            reason_sv=reason_sv,
            since=today(),
            since_by=actor.user_name,
        )
    )
    db.session.flush()
    audit.record("participant", participant.id, "hold", authority_id=participant.authority_id)


def lift(participant_id: int) -> None:
    """Raises NotFound, NotAllowed, and Conflict when there is no exception."""
    actor = current_actor()
    if actor.role is not Role.COORDINATOR:
        raise NotAllowed("Undantag från gallring beslutas av samordnaren.")
    participant = participants.participant(participant_id)
    held = queries.hold_of(participant_id, lock=True)
    if held is None:
        raise Conflict("Deltagaren är inte undantagen från gallring.")
    held.lifted_on, held.lifted_by = today(), actor.user_name
    db.session.flush()
    audit.record("participant", participant.id, "lift_hold", authority_id=participant.authority_id)
