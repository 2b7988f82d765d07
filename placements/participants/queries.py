"""Participants, their consents and grants, and what there is to choose among when one is registered.

Row-level security decides whose participants these are: a case officer's are her unit's, a coordinator's those of her
Resursråd's kommuner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import IN_FORCE
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import is_current
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.audit import Event
from marketplace.clock import today
from marketplace.crypto import key_ring
from marketplace.db import Page, db, get_or_404, paginate, swedish_order
from marketplace.procurement.models import PriceRow, SystemOfChoice, TermsVersion
from marketplace.procurement.rules import TermsState
from marketplace.reference.models import Kommun
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem, told
from placements.booking.models import Placement
from placements.booking.rules import LIVE_STATES, PlacementState
from placements.participants.models import Consent, Grant, Participant, ParticipantIdentity
from placements.participants.rules import (
    DEFAULT_LEVELS,
    LIVE_GRANT_STATES,
    WAITING_LIMIT_DAYS,
    ConsentScope,
    GrantStanding,
    GrantState,
)
from placements.report.models import FinalReport
from placements.report.rules import ReportState


@dataclass(frozen=True)
class ParticipantFilter:
    """What a list of participants is narrowed to; empty means all."""

    standing: str = ""
    """open, placed or none: how it stands with the grant."""
    kommun_code: str = ""
    unit_id: int | None = None
    is_mine: bool = False


@dataclass(frozen=True)
class ParticipantRow:
    participant: Participant
    grant: Grant | None
    """The grant in force, if any."""


def participants(
    wanted: ParticipantFilter, *, sort: str = "name", is_descending: bool = False, page: int = 1
) -> Page[ParticipantRow]:
    """The actor's participants with the grant in force. Masked ones stand together by name and by kommun: their order
    tells nothing."""
    columns: dict[str, list[Any]] = {
        "name": [Participant.is_protected, by_name],
        "kommun": [Participant.is_protected, _if_open(swedish_order(Kommun.name))],
        "until": [func.coalesce(Grant.last_day, date.max)],
    }
    order = [column.desc() if is_descending else column for column in columns.get(sort, columns["name"])]
    statement = _people().where(*_narrowed(wanted)).order_by(*order, Participant.id)
    if sort == "kommun":
        statement = statement.join(Kommun, Kommun.code == Participant.kommun_code)
    if sort == "until" or wanted.standing:
        statement = statement.outerjoin(Grant, _IN_FORCE)
    found = paginate(statement, page, key=Participant.id)
    return Page(_with_grants(found.items), found.total, found.page, found.per_page)


def _if_open(column: ColumnElement[str]) -> ColumnElement[str | None]:
    """The column, but nothing of whoever has protected identity."""
    return case((Participant.is_protected, None), else_=column)


by_name = _if_open(swedish_order(Participant.name))
"""Order of participants; a protected name decides nothing."""


_IN_FORCE = and_(Grant.participant_id == Participant.id, Grant.state.in_(LIVE_GRANT_STATES))


def _people() -> Select[Participant]:
    return select(Participant).options(
        joinedload(Participant.kommun),
        joinedload(Participant.unit),
        selectinload(Participant.case_officer),  # who may see her is found out once for each
    )


def _with_grants(people: Sequence[Participant]) -> list[ParticipantRow]:
    ids = [person.id for person in people]
    in_force = select(Grant).where(Grant.participant_id.in_(ids), Grant.state.in_(LIVE_GRANT_STATES))
    grants = {grant.participant_id: grant for grant in db.session.scalars(in_force)}
    return [ParticipantRow(person, grants.get(person.id)) for person in people]


def _narrowed(wanted: ParticipantFilter) -> list[ColumnElement[bool]]:
    conditions = _reached()
    if wanted.standing == "none":
        conditions.append(Grant.id.is_(None))
    elif wanted.standing in LIVE_GRANT_STATES:
        conditions.append(Grant.state == GrantState(wanted.standing))
    if wanted.kommun_code:
        conditions.append(and_(Participant.kommun_code == wanted.kommun_code, ~Participant.is_protected))
    if wanted.unit_id is not None:
        conditions.append(Participant.unit_id == wanted.unit_id)
    if wanted.is_mine:
        user_id = current_actor().user_id
        conditions.append(Participant.case_officer_id == user_id if user_id is not None else false())
    return conditions


def _reached() -> list[ColumnElement[bool]]:
    """What the policy asks too, in the words that an index answers."""
    actor = current_actor()
    if actor.role is Role.CASE_OFFICER:
        return [Participant.unit_id == actor.organisation_id]
    return [Participant.authority_id == actor.authority_id] if actor.authority_id else []


def participants_named(text: str, limit: int = 25) -> list[ParticipantRow]:
    """Those whose name has the text in it; masked ones are not found by name."""
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    statement = (
        _people()
        .where(*_reached(), Participant.name.ilike(f"%{pattern}%"), ~Participant.is_protected)
        .order_by(swedish_order(Participant.name), Participant.id)
        .limit(limit)
    )
    return _with_grants(db.session.scalars(statement).all())


def participant_by_number(characters: str) -> Participant | None:
    """The actor's participant with that personal number, by its hash under any key of the ring."""
    hashes = key_ring().lookups(characters)
    return db.session.scalar(
        select(Participant)
        .join(ParticipantIdentity, ParticipantIdentity.participant_id == Participant.id)
        .where(or_(ParticipantIdentity.number_hash.in_(hashes), ParticipantIdentity.newest_hash.in_(hashes)))
    )


def participant(participant_id: int) -> Participant:
    """Raises NotFound."""
    return get_or_404(Participant, participant_id)


def consents_of(participant_id: int) -> list[Consent]:
    """Newest first, withdrawn ones too."""
    return list(
        db.session.scalars(
            select(Consent)
            .where(Consent.participant_id == participant_id)
            .order_by(Consent.given_on.desc(), Consent.id.desc())
        )
    )


@dataclass(frozen=True)
class ConsentsWanted:
    """What the ledger of consents is narrowed to; None means all."""

    is_live: bool | None = None
    scope: ConsentScope | None = None
    participant_id: int | None = None


def consents(wanted: ConsentsWanted, page: int = 1) -> Page[Consent]:
    """Of the actor's participants: given and withdrawn, the newest first."""
    return paginate(_ledger(wanted), page)


def all_consents(wanted: ConsentsWanted) -> list[Consent]:
    """As consents(), for a file."""
    return list(db.session.scalars(_ledger(wanted)))


def _ledger(wanted: ConsentsWanted) -> Select[Consent]:
    statement = (
        select(Consent)
        .options(joinedload(Consent.participant))
        .order_by(Consent.given_on.desc(), Consent.id.desc())
    )
    if wanted.is_live is not None:
        statement = statement.where(Consent.withdrawn_at.is_(None) == wanted.is_live)
    if wanted.scope is not None:
        statement = statement.where(Consent.scope == wanted.scope)
    if wanted.participant_id is not None:
        statement = statement.where(Consent.participant_id == wanted.participant_id)
    return statement


def has_live_consent(participant_id: int, scope: ConsentScope = ConsentScope.SUPPLIER) -> bool:
    live = select(Consent.id).where(
        Consent.participant_id == participant_id, Consent.scope == scope, Consent.withdrawn_at.is_(None)
    )
    return db.session.scalar(live) is not None


def grants_of(participant_id: int) -> list[Grant]:
    """Newest first, with their systems."""
    return list(
        db.session.scalars(
            select(Grant)
            .where(Grant.participant_id == participant_id)
            .options(joinedload(Grant.system))
            .order_by(Grant.id.desc())
        )
    )


def live_grant(participant_id: int) -> Grant | None:
    """The participant's grant in force."""
    return db.session.scalar(
        select(Grant).where(Grant.participant_id == participant_id, Grant.state.in_(LIVE_GRANT_STATES))
    )


def has_live_placement(grant_id: int) -> bool:
    """Whether a placement on the grant is still to end."""
    live = select(Placement.id).where(Placement.grant_id == grant_id, Placement.state.in_(LIVE_STATES))
    return db.session.scalar(live.limit(1)) is not None


def standing_of(grant: Grant) -> GrantStanding:
    """What may stand in the way of closing the grant or opening it again."""
    filed = (
        select(FinalReport.id)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .where(Placement.grant_id == grant.id, FinalReport.state == ReportState.FILED)
    )
    states = set(db.session.scalars(select(Placement.state).where(Placement.grant_id == grant.id).distinct()))
    return GrantStanding(
        grant.state,
        grant.last_day,
        has_live_placement=bool(states.intersection(LIVE_STATES)),
        is_running=PlacementState.RUNNING in states,
        has_ended=bool(states & {PlacementState.COMPLETED, PlacementState.ENDED_EARLY}),
        has_filed_report=db.session.scalar(filed.limit(1)) is not None,
    )


def grant(grant_id: int) -> Grant:
    """Raises NotFound."""
    return get_or_404(Grant, grant_id)


def events_of(objects: Mapping[str, Sequence[int]], limit: int = 100) -> list[Event]:
    """What happened to several objects, as one timeline, newest first."""
    wanted = [
        and_(Event.object_type == kind, Event.object_id.in_(ids)) for kind, ids in objects.items() if ids
    ]
    if not wanted:
        return []
    return list(db.session.scalars(select(Event).where(or_(*wanted)).order_by(Event.id.desc()).limit(limit)))


# What there is to choose among.


def kommuner() -> list[Kommun]:
    """The kommuner whose participants the actor may register: a coordinator's own, a case officer's unit's."""
    return list(
        db.session.scalars(
            select(Kommun)
            .where(Kommun.code.in_(current_actor().kommun_codes))
            .order_by(swedish_order(Kommun.name))
        )
    )


def units() -> list[Organisation]:
    """Member organisations of the actor's authority; for a case officer her own."""
    actor = current_actor()
    statement = select(Organisation).where(
        Organisation.kind == OrganisationKind.MEMBER, Organisation.authority_id == actor.authority_id
    )
    if actor.role is Role.CASE_OFFICER:
        statement = statement.where(Organisation.id == actor.organisation_id)
    return list(db.session.scalars(statement.order_by(swedish_order(Organisation.name), Organisation.id)))


@dataclass(frozen=True)
class CaseOfficer:
    user_id: int
    name: str
    unit_id: int
    unit_name: str


def case_officers() -> list[CaseOfficer]:
    """Who can be responsible for a participant: the case officers of the units, by unit and name."""
    wanted = [unit.id for unit in units()]
    rows = db.session.execute(
        select(User.id, User.name, Organisation.id, Organisation.name)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.role == Role.CASE_OFFICER,
            Membership.organisation_id.in_(wanted),
            is_current(today()),
            User.is_active,
        )
        .order_by(swedish_order(Organisation.name), swedish_order(User.name), User.id)
    )
    return [CaseOfficer(*row) for row in rows]


def systems_for(participant: Participant) -> list[SystemOfChoice]:
    """The systems of choice that a grant can be under, by name: the authority's that cover the participant's kommun and
    are open, or closed for applications while contracts run on."""
    runs_on = exists().where(Contract.system_id == SystemOfChoice.id, Contract.state.in_(IN_FORCE))
    statement = (
        select(SystemOfChoice)
        .where(
            SystemOfChoice.authority_id == participant.authority_id,
            SystemOfChoice.is_open,
            SystemOfChoice.kommun_codes.contains([participant.kommun_code]),
            or_(SystemOfChoice.closed_on.is_(None), runs_on),
        )
        .order_by(swedish_order(SystemOfChoice.name), SystemOfChoice.id)
    )
    return list(db.session.scalars(statement))


def support_levels(system_id: int | None = None) -> list[str]:
    """The levels that the published price lists name, in order: the system's, or all of the authority's."""
    named = db.session.scalars(
        select(PriceRow.support_level)
        .join(TermsVersion, TermsVersion.id == PriceRow.terms_id)
        .where(
            TermsVersion.authority_id == current_actor().authority_id,
            TermsVersion.state != TermsState.DRAFT,
            PriceRow.support_level.is_not(None),
            *([TermsVersion.system_id == system_id] if system_id is not None else []),
        )
        .distinct()
    )
    return sorted(level for level in named if level) or list(DEFAULT_LEVELS)


def lapsed_grants() -> list[Grant]:
    """Open grants whose period is over."""
    return list(
        db.session.scalars(
            select(Grant)
            .where(Grant.state == GrantState.OPEN, Grant.last_day < today())
            .order_by(Grant.id)
            .with_for_update()
        )
    )


def authority_ids() -> list[int]:
    """Every authority of the installation."""
    return list(
        db.session.scalars(
            select(Organisation.id)
            .where(Organisation.kind == OrganisationKind.AUTHORITY)
            .order_by(Organisation.id)
        )
    )


# What waits.


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a coordinator: granted participants who have waited for a place as long as anyone should, or longer."""
    if actor.role is not Role.COORDINATOR:
        return []
    since = func.coalesce(Grant.reopened_on, Grant.decided_on)
    soon = today() - timedelta(days=WAITING_LIMIT_DAYS - 3)
    statement = (
        select(Participant, since)
        .join(Grant, Grant.participant_id == Participant.id)
        .where(Grant.authority_id == actor.authority_id, Grant.state == GrantState.OPEN, since <= soon)
        .order_by(since, Participant.id)
    )
    return told(statement, _waiting_item, "Väntar på plats", "participants.index", lage=GrantState.OPEN)


def _waiting_item(person: Participant, waited_from: date) -> WaitingItem:
    return WaitingItem(
        deadline=waited_from + timedelta(days=WAITING_LIMIT_DAYS),
        text_sv=f"{person.shown_name} väntar på en plats sedan {waited_from.isoformat()}",
        url_endpoint="participants.show",
        url_args={"participant_id": person.id},
        kind_sv="Väntar på plats",
    )
