"""Registering participants, their consent, and granting work training."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import cast

from sqlalchemy import Integer, Table, bindparam, select, update

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.crypto import key_ring
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.key_rotation import Sealed
from marketplace.outbox import emit
from marketplace.reference.models import Trade
from marketplace.reference.rules import Sex
from marketplace.rules import advance
from marketplace.statements import Prepared
from marketplace.tenancy import Actor, current_actor
from placements.access_log.seen import note
from placements.participants import queries
from placements.participants.models import Consent, Grant, Participant, ParticipantIdentity
from placements.participants.rules import (
    GRANT_TRANSITIONS,
    LEAVE_REASON_SV,
    ConsentScope,
    GrantAction,
    GrantState,
    LeaveReason,
    PersonalNumber,
    check_consent_date,
    check_diary_number,
    check_extent,
    check_grant_extension,
    check_grant_period,
    check_system,
    consent_text,
    obstacle,
    read_personal_number,
    shown_number,
)

OVER_TOPIC = "grant_over"
"""The grant was concluded or has lapsed: what went on to find another place has come to its end."""


def _acting(*roles: Role) -> Actor:
    actor = current_actor()
    if actor.role not in roles:
        raise NotAllowed("Din roll får inte göra detta.")
    return actor


def register_participant(
    *,
    name: str,
    personal_number: str,
    sex: Sex,
    kommun_code: str,
    unit_id: int,
    case_officer_id: int,
    needs_sv: str = "",
    is_protected: bool = False,
) -> Participant:
    """A new participant of the actor's authority. The personal number is kept encrypted, found by a keyed hash.

    Raises Invalid beside the field that is wrong, Conflict for a number that is already registered.
    """
    actor = _acting(Role.COORDINATOR, Role.CASE_OFFICER)
    if actor.authority_id is None:
        raise NotAllowed("Du arbetar inte för någon myndighet.")
    number = read_personal_number(personal_number, today())
    if not name.strip():
        raise Invalid("Skriv deltagarens namn.", field="name")
    if kommun_code not in {kommun.code for kommun in queries.kommuner()}:
        raise Invalid("Välj en av dina kommuner.", field="kommun_code")
    officers = {(officer.unit_id, officer.user_id) for officer in queries.case_officers()}
    if (unit_id, case_officer_id) not in officers:
        raise Invalid("Välj en handläggare som arbetar på enheten.", field="officer")
    if queries.participant_by_number(number.characters) is not None:
        raise Conflict(
            "Det finns redan en deltagare med det personnumret. Sök fram deltagaren i stället.",
            field="personal_number",
        )
    participant = Participant(
        authority_id=actor.authority_id,
        unit_id=unit_id,
        case_officer_id=case_officer_id,
        kommun_code=kommun_code,
        name=name.strip(),
        sex=sex,
        birth_year=number.birth_year,
        needs_sv=needs_sv.strip(),
        is_protected=is_protected,
        created_at=now(),
    )
    db.session.add(participant)
    db.session.flush()
    db.session.add(_identity(participant, number))
    audit.record("participant", participant.id, "register", authority_id=participant.authority_id)
    db.session.flush()
    return participant


def _identity(participant: Participant, number: PersonalNumber) -> ParticipantIdentity:
    identity = ParticipantIdentity(participant_id=participant.id, authority_id=participant.authority_id)
    identity.seal(number.characters, key_ring())
    return identity


def _reseal(identity: ParticipantIdentity) -> None:
    """Keeps the same number under the newest keys."""
    ring = key_ring()
    identity.seal(ring.decrypt(identity.number_encrypted), ring)


SEALED_IDENTITIES = Sealed(
    ParticipantIdentity,
    stamp=ParticipantIdentity.sealed_with,
    wanted=lambda ring: ring.stamp,
    reseal=_reseal,
)


def find_participants(text: str) -> list[queries.ParticipantRow]:
    """The actor's participants by personal number, or by part of the name.

    Raises Invalid for an empty text, and for digits that make no personal number.
    """
    wanted = text.strip()
    if len(wanted) < 2:
        raise Invalid("Skriv minst två tecken av namnet, eller hela personnumret.", field="text")
    if not wanted[0].isdigit():
        return queries.participants_named(wanted)
    try:
        number = read_personal_number(wanted, today())
    except Invalid as error:
        raise Invalid(error.message_sv, field="text") from None
    found = queries.participant_by_number(number.characters)
    return [] if found is None else [queries.ParticipantRow(found, queries.live_grant(found.id))]


@dataclass(frozen=True)
class RevealedIdentity:
    """What is otherwise masked. Shown once, never kept."""

    name: str = field(repr=False)
    number: str = field(repr=False)


def reveal_identity(participant_id: int) -> RevealedIdentity:
    """The name and personal number, and an event that tells who looked (log control). Raises NotFound."""
    _acting(Role.COORDINATOR, Role.CASE_OFFICER)
    participant = queries.participant(participant_id)
    identity = get_or_404(ParticipantIdentity, participant_id)
    note(participant.as_seen(has_number=True))
    audit.record("participant", participant_id, "reveal", authority_id=participant.authority_id)
    return RevealedIdentity(participant.name, shown_number(key_ring().decrypt(identity.number_encrypted)))


def personal_numbers(participant_ids: Collection[int]) -> dict[int, str]:
    """Twelve characters by participant, of those whom the actor sees: for a file that must name them. Whoever asks
    records who got it, and keeps nothing."""
    _acting(Role.COORDINATOR)
    rows = db.session.execute(
        select(Participant, ParticipantIdentity.number_encrypted)
        .join(ParticipantIdentity, ParticipantIdentity.participant_id == Participant.id)
        .where(Participant.id.in_(participant_ids))
    ).all()
    for participant, _ in rows:
        note(participant.as_seen(has_number=True))
    ring = key_ring()
    return {participant.id: ring.decrypt(encrypted) for participant, encrypted in rows}


def update_needs(participant_id: int, *, needs_sv: str, is_protected: bool) -> Participant:
    """Needs that bear on the work, and whether the identity is protected. Raises NotFound."""
    _acting(Role.COORDINATOR, Role.CASE_OFFICER)
    participant = get_or_404(Participant, participant_id, lock=True)
    participant.needs_sv = needs_sv.strip()
    participant.is_protected = is_protected
    audit.record("participant", participant_id, "update", authority_id=participant.authority_id)
    return participant


def give_consent(participant_id: int, scope: ConsentScope, given_on: date) -> Consent:
    """Records what the participant agrees to share. Raises Conflict when it is already shared, Invalid for the date."""
    _acting(Role.COORDINATOR, Role.CASE_OFFICER)
    check_consent_date(given_on, today())
    participant = get_or_404(Participant, participant_id, lock=True)
    if queries.has_live_consent(participant_id, scope):
        raise Conflict("Deltagaren har redan lämnat det samtycket.")
    consent = Consent(
        participant_id=participant_id,
        scope=scope,
        given_on=given_on,
        text_sv=consent_text(scope),
        given_to=current_actor().user_name,
    )
    db.session.add(consent)
    db.session.flush()
    audit.record("participant", participant_id, "give_consent", authority_id=participant.authority_id)
    return consent


def grant_training(
    participant_id: int,
    *,
    hours_per_week: Decimal,
    days_per_week: int,
    support_level: str,
    first_day: date,
    last_day: date,
    wished_trades: Sequence[str] = (),
    system_id: int | None = None,
    diary_number: str = "",
) -> Grant:
    """The Resursråd's decision: extent a week, support level, period, and under which system of choice. Needs a live
    consent. Where one system covers the participant's kommun it is that one; where none does the grant has none.

    Raises Invalid beside the field that is wrong, Conflict without consent or while another grant is in force.
    """
    actor = _acting(Role.COORDINATOR)
    participant = get_or_404(Participant, participant_id, lock=True)
    check_extent(hours_per_week, days_per_week)
    check_grant_period(first_day, last_day, today())
    system_id = check_system(system_id, [system.id for system in queries.systems_for(participant)])
    if support_level not in queries.support_levels(system_id):
        raise Invalid("Välj en av stödnivåerna i systemets prislista.", field="support_level")
    _check_trades(wished_trades)
    if not queries.has_live_consent(participant_id):
        raise Conflict("Registrera deltagarens samtycke först. Utan det kan ingen plats begäras.")
    if queries.live_grant(participant_id) is not None:
        raise Conflict("Deltagaren har redan ett pågående beviljande. Avsluta det först.")
    grant = Grant(
        participant_id=participant_id,
        authority_id=participant.authority_id,
        system_id=system_id,
        hours_per_week=hours_per_week,
        days_per_week=days_per_week,
        support_level=support_level,
        first_day=first_day,
        last_day=last_day,
        wished_trades=list(wished_trades),
        decided_on=today(),
        decided_by=actor.user_name,
        diary_number=check_diary_number(diary_number),
    )
    db.session.add(grant)
    db.session.flush()
    audit.record("grant", grant.id, "grant", authority_id=grant.authority_id, to_state=GrantState.OPEN)
    return grant


def _check_trades(ssyks: Sequence[str]) -> None:
    if not ssyks:
        return
    known = set(db.session.scalars(select(Trade.ssyk).where(Trade.ssyk.in_(ssyks))))
    if set(ssyks) - known:
        raise Invalid("Välj yrken ur listan.", field="wished_trades")


def extend_grant(grant_id: int, last_day: date) -> Grant:
    """The coordinator lets the training go on longer. Raises NotFound, Conflict when the grant is over, Invalid for a
    day that does not do."""
    grant = get_or_404(Grant, grant_id, lock=True)
    before = grant.last_day
    advance(GRANT_TRANSITIONS, grant.state, GrantAction.EXTEND, current_actor().role)
    check_grant_extension(last_day, first_day=grant.first_day, now_last=before, today=today())
    grant.last_day = last_day
    note = f"Till och med {last_day.isoformat()} i stället för {before.isoformat()}"
    move_grant(grant, GrantAction.EXTEND, note_sv=note)
    return grant


def conclude_grant(grant_id: int) -> Grant:
    """When the final report is received. Raises NotFound, and Conflict unless the grant has led to a place."""
    grant = get_or_404(Grant, grant_id, lock=True)
    move_grant(grant, GrantAction.CONCLUDE)
    return grant


def leave_unreported(grant_id: int, action: GrantAction, reason: LeaveReason) -> Grant:
    """The coordinator closes or opens again a grant whose placement has ended without a final report.

    Raises NotFound, and Conflict while the placement goes on, when a report waits to be received, and for opening a
    grant whose period is over.
    """
    _acting(Role.COORDINATOR)
    grant = get_or_404(Grant, grant_id, lock=True)
    why_not = obstacle(queries.standing_of(grant), action, today())
    if grant.state is GrantState.PLACED and why_not:
        raise Conflict(why_not)
    move_grant(grant, action, note_sv=LEAVE_REASON_SV[reason])
    return grant


def move_grant(grant: Grant, action: GrantAction, *, note_sv: str = "") -> None:
    """Moves a locked grant by its table, as the current actor. Raises Conflict or NotAllowed."""
    before = grant.state
    transition = advance(GRANT_TRANSITIONS, before, action, current_actor().role)
    grant.state = GrantState(transition.target)
    if action is GrantAction.REOPEN:
        grant.reopened_on = today()
    audit.record(
        "grant",
        grant.id,
        action,
        authority_id=grant.authority_id,
        from_state=before,
        to_state=grant.state,
        note_sv=note_sv,
    )
    if grant.state in (GrantState.CONCLUDED, GrantState.LAPSED):
        emit(OVER_TOPIC, authority_id=grant.authority_id, grant_id=grant.id)


def place_grant(grant_id: int, authority_id: int) -> None:
    """As move_grant(), of an open grant whose lock the caller has, for a placement that is requested."""
    target = advance(GRANT_TRANSITIONS, GrantState.OPEN, GrantAction.PLACE, current_actor().role).target
    _MOVE.write(grant=grant_id, state_now=target)
    loaded = db.session.identity_map.get(db.session.identity_key(Grant, grant_id))
    if loaded is not None:
        db.session.expire(loaded, ["state"])
    audit.record(
        "grant",
        grant_id,
        GrantAction.PLACE,
        authority_id=authority_id,
        from_state=GrantState.OPEN,
        to_state=target,
    )


_MOVE = Prepared(
    update(cast(Table, Grant.__table__))
    .where(Grant.id == bindparam("grant", type_=Integer))
    .values(state=bindparam("state_now")),
    is_planned_once=True,
)


def lapse_grants() -> int:
    """Open grants whose period is over lapse. For the system; gives how many."""
    grants = queries.lapsed_grants()
    for grant in grants:
        move_grant(grant, GrantAction.LAPSE)
    return len(grants)
