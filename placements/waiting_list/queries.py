"""Who waits, what fits them now, and what waits for an answer.

Row-level security decides whose entries these are: a case officer's are her unit's, a coordinator's those of her
Resursråd's kommuner. The line across authorities is known to the system only, as ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload
from sqlalchemy.types import Integer

from enterprises.places.models import Place, Site
from enterprises.places.rules import PlaceState
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, paginate
from marketplace.errors import NotFound
from marketplace.reference.queries import lists
from marketplace.reference.rules import kommuner_within
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem
from placements.booking.contract_queries import contracts_over
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.participants.models import Grant, Participant
from placements.participants.queries import has_live_consent
from placements.participants.rules import GrantState
from placements.search import queries as search
from placements.search.rules import SearchCriteria, criteria_from_json
from placements.waiting_list.models import WaitingEntry, WaitingOffer, WaitingPass
from placements.waiting_list.rules import (
    EntryState,
    OfferState,
    PassReason,
    Standing,
    criteria_now,
    first_day_possible,
    obstacle,
)

# The line, for the system.


@dataclass(frozen=True)
class InLine:
    entry_id: int
    authority_id: int


def line_for(place_id: int) -> list[InLine]:
    """Everyone who waits for such a trade in such a kommun and could be placed with the enterprise, first come first,
    whoever's they are."""
    line = func.waiting_line(place_id).table_valued("entry_id", "authority_id")
    return [InLine(*row) for row in db.session.execute(select(line.c.entry_id, line.c.authority_id))]


def current_criteria(entry: WaitingEntry, grant: Grant) -> SearchCriteria | None:
    """The entry's search with its days as they are today; None when its period is over."""
    return criteria_now(criteria_from_json(entry.criteria), grant.first_day, grant.last_day, today())


def standing(entry: WaitingEntry, grant: Grant) -> Standing:
    """How it stands with the entry now, for its authority. Two queries."""
    rows = db.session.execute(
        select(WaitingOffer.entry_id, WaitingOffer.place_id, WaitingOffer.state).where(
            WaitingOffer.grant_id == grant.id, WaitingOffer.state != OfferState.WITHDRAWN
        )
    ).all()
    return Standing(
        is_grant_open=grant.state is GrantState.OPEN,
        has_consent=has_live_consent(grant.participant_id),
        has_open_offer=any(state is OfferState.OPEN for _, _, state in rows),
        asked=[place_id for entry_id, place_id, _ in rows if entry_id == entry.id],
        seen=entry.seen_place_ids,
    )


def pass_reason(entry: WaitingEntry, grant: Grant, place_id: int) -> PassReason | None:
    """Why the entry cannot be offered a seat at the place now; None when it can."""
    criteria = current_criteria(entry, grant)
    reason = obstacle(standing(entry, grant), criteria, place_id)
    if reason is None and criteria is not None and not search.fits(place_id, criteria):
        reason = PassReason.DOES_NOT_FIT
    return reason


def places_to_offer(entry: WaitingEntry) -> list[int]:
    """Places with a seat that the entry could be offered now, for its authority."""
    grant = db.session.get_one(Grant, entry.grant_id, populate_existing=True)
    criteria = current_criteria(entry, grant)
    known = standing(entry, grant)
    if criteria is None or obstacle(known, criteria) is not None:
        return []
    kept_away = {*known.asked, *known.seen}
    found = search.search_places(criteria)
    place_ids = [option.place.id for option in found.items]
    for number in range(2, found.pages + 1):
        place_ids += [option.place.id for option in search.search_places(criteria, number).items]
    return [place_id for place_id in place_ids if place_id not in kept_away]


def waiting_entries() -> list[WaitingEntry]:
    """The tenant's, first come first."""
    return list(
        db.session.scalars(
            select(WaitingEntry)
            .where(WaitingEntry.state == EntryState.WAITING)
            .order_by(WaitingEntry.joined_at, WaitingEntry.id)
        )
    )


def live_entries(grant_id: int) -> list[WaitingEntry]:
    """The grant's that wait, held until the transaction ends."""
    return list(
        db.session.scalars(
            select(WaitingEntry)
            .where(WaitingEntry.grant_id == grant_id, WaitingEntry.state == EntryState.WAITING)
            .order_by(WaitingEntry.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def open_offers(entry_id: int) -> list[WaitingOffer]:
    """The entry's unanswered ones."""
    return list(
        db.session.scalars(
            select(WaitingOffer)
            .where(WaitingOffer.entry_id == entry_id, WaitingOffer.state == OfferState.OPEN)
            .order_by(WaitingOffer.id)
        )
    )


def late_offers() -> list[WaitingOffer]:
    """The tenant's offers that nobody answered in time."""
    return list(
        db.session.scalars(
            select(WaitingOffer)
            .where(WaitingOffer.state == OfferState.OPEN, WaitingOffer.due_on < today())
            .order_by(WaitingOffer.id)
        )
    )


def unanswered(entry_id: int) -> int:
    """Offers to the entry that ran out."""
    counted = select(func.count(WaitingOffer.id)).where(
        WaitingOffer.entry_id == entry_id, WaitingOffer.state == OfferState.EXPIRED
    )
    return db.session.scalar(counted) or 0


def has_place(grant_id: int) -> bool:
    """Whether the grant has led to a placement that is accepted or goes on."""
    booked = select(Placement.id).where(
        Placement.grant_id == grant_id,
        Placement.state.in_((PlacementState.ACCEPTED, PlacementState.RUNNING)),
    )
    return db.session.scalar(booked.limit(1)) is not None


def can_be_requested(offer: WaitingOffer, grant: Grant) -> bool:
    """Whether the place takes anyone, under a contract that holds over the days. Two queries."""
    row = db.session.execute(
        select(Place.state, Place.enterprise_id).where(Place.id == offer.place_id)
    ).one_or_none()
    first_day = max(offer.first_day, today())
    return (
        row is not None
        and row.state is PlaceState.PUBLISHED
        and bool(
            contracts_over(offer.authority_id, row.enterprise_id, first_day, offer.last_day, grant.system_id)
        )
    )


# Pages.


def entries(
    *, is_ended: bool = False, user_id: int | None = None, page: int = 1
) -> tuple[Page[WaitingEntry], dict[int, int]]:
    """One page of the entries that the actor may see, first come first, and how many stand before each."""
    statement = (
        select(WaitingEntry)
        .join(Participant, Participant.id == WaitingEntry.participant_id)
        .where(WaitingEntry.state == (EntryState.ENDED if is_ended else EntryState.WAITING))
        .options(joinedload(WaitingEntry.participant), joinedload(WaitingEntry.grant))
        .order_by(
            *(
                (WaitingEntry.ended_at.desc(), WaitingEntry.id.desc())
                if is_ended
                else (WaitingEntry.joined_at, WaitingEntry.id)
            )
        )
    )
    if user_id is not None:
        statement = statement.where(Participant.case_officer_id == user_id)
    found = paginate(statement, page)
    return found, before([entry.id for entry in found.items])


def before(entry_ids: Sequence[int]) -> dict[int, int]:
    """For each that waits: how many of the same authority's participants joined earlier for what overlaps."""
    if not entry_ids:
        return {}
    counted = func.waiting_before(cast(list(entry_ids), ARRAY(Integer))).table_valued("entry_id", "ahead")
    rows = db.session.execute(select(counted.c.entry_id, counted.c.ahead))
    return {row.entry_id: row.ahead for row in rows}


def entry(entry_id: int) -> WaitingEntry:
    """With its participant and grant. Raises NotFound."""
    found = db.session.scalar(
        select(WaitingEntry)
        .where(WaitingEntry.id == entry_id)
        .options(
            joinedload(WaitingEntry.participant).joinedload(Participant.kommun),
            joinedload(WaitingEntry.grant),
        )
    )
    if found is None:
        raise NotFound()
    return found


_WHOLE_PLACE = (
    joinedload(Place.site).joinedload(Site.kommun),
    joinedload(Place.trade),
    joinedload(Place.enterprise),
)


def offer(offer_id: int) -> WaitingOffer:
    """With its place and participant. Raises NotFound."""
    found = db.session.scalar(
        select(WaitingOffer)
        .where(WaitingOffer.id == offer_id)
        .options(
            joinedload(WaitingOffer.participant),
            joinedload(WaitingOffer.entry).joinedload(WaitingEntry.grant),
            joinedload(WaitingOffer.place).options(*_WHOLE_PLACE),
        )
    )
    if found is None:
        raise NotFound()
    return found


def offers_of(entry_id: int) -> list[WaitingOffer]:
    """What the entry has been offered, newest first."""
    return list(
        db.session.scalars(
            select(WaitingOffer)
            .where(WaitingOffer.entry_id == entry_id)
            .options(joinedload(WaitingOffer.place).options(*_WHOLE_PLACE))
            .order_by(WaitingOffer.id.desc())
        )
    )


def open_offers_of(entry_ids: Sequence[int]) -> dict[int, WaitingOffer]:
    """The unanswered offer of each entry that has one."""
    found = db.session.scalars(
        select(WaitingOffer).where(
            WaitingOffer.entry_id.in_(entry_ids), WaitingOffer.state == OfferState.OPEN
        )
    )
    return {offer.entry_id: offer for offer in found}


def passes_of(entry_id: int, page: int = 1) -> Page[WaitingPass]:
    """When the entry was passed over and why, newest first."""
    return paginate(
        select(WaitingPass)
        .where(WaitingPass.entry_id == entry_id)
        .options(joinedload(WaitingPass.place).joinedload(Place.enterprise))
        .order_by(WaitingPass.id.desc()),
        page,
    )


def kommun_codes_of(criteria: SearchCriteria) -> list[str]:
    """The kommuner that a place may be in; none when it does not matter."""
    asked = set(criteria.kommun_codes)
    near: frozenset[str] = frozenset()
    if criteria.near_kommun and criteria.within_km is not None:
        near = kommuner_within(criteria.near_kommun, criteria.within_km, lists().positions)
    return sorted((asked & near) or asked or near)


def ssyks_of(criteria: SearchCriteria) -> list[str]:
    """The trades that a place may be in; none when it does not matter."""
    wanted = set(criteria.ssyks)
    within = {trade.ssyk for trade in lists().trades.values() if trade.field_id in criteria.field_ids}
    return sorted((wanted & within) or wanted or within)


def earliest_of(found: WaitingOffer) -> date:
    """When the placement could begin if the answer were yes today."""
    return first_day_possible(found.first_day, found.last_day, found.place.lead_time_days, today())


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a case officer: freed seats that are held for her participants until she answers."""
    if actor.role is not Role.CASE_OFFICER:
        return []
    rows = db.session.execute(
        select(WaitingOffer, Participant, Place)
        .join(Participant, Participant.id == WaitingOffer.participant_id)
        .join(Place, Place.id == WaitingOffer.place_id)
        .where(WaitingOffer.state == OfferState.OPEN, Participant.case_officer_id == actor.user_id)
        .order_by(WaitingOffer.due_on, WaitingOffer.id)
    )
    return [
        WaitingItem(
            found.due_on,
            f"{place.name} har blivit ledig och hålls för {person.shown_name}: ja eller nej?",
            "waiting_list.offer",
            {"offer_id": found.id},
            "Erbjudanden i väntelistan",
        )
        for found, person, place in rows
    ]
