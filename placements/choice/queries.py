"""Choice rounds: what was shown, and whether it was a choice across the trades that the sexes divide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, func, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload, selectinload

from enterprises.places.models import Place, Site
from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM, today
from marketplace.db import db
from marketplace.errors import NotFound
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem, told
from placements.booking.models import Placement
from placements.choice.models import ChoiceRound, ShownPlace
from placements.choice.rules import ChoiceState, wish_waits
from placements.participants.models import Grant, Participant
from placements.participants.rules import WAITING_LIMIT_DAYS, GrantState
from placements.search.facts import PlaceFacts
from placements.search.queries import PlaceOption, beyond_own_sex, is_own_sex, options_of
from placements.search.rules import SearchCriteria, period_for_grant

CHOICE_DAYS = 7
"""Calendar days after which an open round is called to mind."""


def choice_round(choice_round_id: int, *, is_fresh: bool = False) -> ChoiceRound:
    """The round with what was shown, its participant and grant; read anew when `is_fresh`. Raises NotFound."""
    found = db.session.scalar(
        select(ChoiceRound)
        .where(ChoiceRound.id == choice_round_id)
        .options(
            joinedload(ChoiceRound.participant).joinedload(Participant.kommun),
            joinedload(ChoiceRound.grant),
            selectinload(ChoiceRound.shown)
            .joinedload(ShownPlace.place)
            .options(
                joinedload(Place.site).joinedload(Site.kommun),
                joinedload(Place.trade),
                joinedload(Place.enterprise),
            ),
        )
        .execution_options(populate_existing=is_fresh)
    )
    if found is None:
        raise NotFound()
    return found


def round_alone(choice_round_id: int) -> ChoiceRound:
    """The round with its participant and grant, for a page about something else. Raises NotFound."""
    found = db.session.scalar(_ALONE, {"choice_round": choice_round_id})
    if found is None:
        raise NotFound()
    return found


_ALONE = (
    select(ChoiceRound)
    .where(ChoiceRound.id == bindparam("choice_round"))
    .options(joinedload(ChoiceRound.participant), joinedload(ChoiceRound.grant))
)


def rounds_of(participant_id: int) -> list[ChoiceRound]:
    """The participant's rounds with what was shown, newest first."""
    return list(
        db.session.scalars(
            select(ChoiceRound)
            .where(ChoiceRound.participant_id == participant_id)
            .options(
                selectinload(ChoiceRound.shown)
                .joinedload(ShownPlace.place)
                .options(joinedload(Place.trade), joinedload(Place.enterprise))
            )
            .order_by(ChoiceRound.id.desc())
        )
    )


def open_round_of(grant_id: int) -> ChoiceRound | None:
    return db.session.scalar(
        select(ChoiceRound).where(ChoiceRound.grant_id == grant_id, ChoiceRound.state == ChoiceState.OPEN)
    )


def chosen_place(choice_round: ChoiceRound) -> ShownPlace | None:
    return next((shown for shown in choice_round.shown if shown.is_chosen), None)


def shown_in(choice_round: ChoiceRound, place_id: int) -> ShownPlace:
    """The place as it was shown in the round. Raises NotFound when it was not."""
    found = next((shown for shown in choice_round.shown if shown.place_id == place_id), None)
    if found is None:
        raise NotFound()
    return found


def as_now(choice_round: ChoiceRound) -> dict[int, PlaceOption]:
    """What was shown, as it can be offered now, by place."""
    ids = [shown.place_id for shown in choice_round.shown]
    return {
        option.place.id: option
        for option in options_of(ids, criteria_for(choice_round.grant), has_weeks=False)
    }


def reserves(choice_round: ChoiceRound) -> list[ShownPlace]:
    """What the participant wants if the chosen place cannot be had, best first."""
    ranked = [(shown.reserve_rank, shown) for shown in choice_round.shown if shown.reserve_rank is not None]
    return [shown for _, shown in sorted(ranked, key=lambda pair: pair[0])]


def is_all_declined(choice_round: ChoiceRound) -> bool:
    """Whether the participant has said no to everything that was shown. That is an answer."""
    return bool(choice_round.shown) and all(shown.is_declined for shown in choice_round.shown)


def declined_places(grant_id: int) -> set[int]:
    """Places that the participant has said no to, where the latest round on the grant that showed each one counts."""
    latest = (
        select(ShownPlace.place_id, ShownPlace.declined_on)
        .join(ChoiceRound, ChoiceRound.id == ShownPlace.choice_round_id)
        .ext(distinct_on(ShownPlace.place_id))
        .where(ChoiceRound.grant_id == grant_id)
        .order_by(ShownPlace.place_id, ChoiceRound.id.desc())
        .subquery()
    )
    return set(db.session.scalars(select(latest.c.place_id).where(latest.c.declined_on.is_not(None))))


def has_wider_wish(choice_round: ChoiceRound) -> bool:
    """Whether the participant waits to see more kinds of places."""
    last = max((shown.shown_at for shown in choice_round.shown), default=None)
    return wish_waits(choice_round.wider_wished_at, last)


def criteria_for(grant: Grant, kommun_codes: Sequence[str] = ()) -> SearchCriteria:
    """What a place must meet to be shown to the participant of the grant."""
    from_day, start_by, until = period_for_grant(grant.first_day, grant.last_day, today())
    return SearchCriteria(
        start_by=start_by,
        until=until,
        from_day=from_day,
        kommun_codes=tuple(kommun_codes),
        hours_per_week=grant.hours_per_week,
        support_level=grant.support_level,
        system_id=grant.system_id,
        days_per_week=grant.days_per_week,
    )


@dataclass(frozen=True)
class NarrowChoice:
    """All that was shown lies in trades that the participant's own sex dominates, though others fit."""

    options: list[PlaceOption]


def narrow_choice(choice_round: ChoiceRound) -> NarrowChoice | None:
    """Other places to offer when nothing across the divide was shown; None when something was, or nothing fits."""
    return _beyond(choice_round, [shown.place for shown in choice_round.shown])


def narrow_list(
    choice_round: ChoiceRound,
    options: Sequence[PlaceOption],
    criteria: SearchCriteria,
    *,
    is_whole: bool,
) -> NarrowChoice | None:
    """As narrow_choice(), before anything is shown: for what a search gives, beside what has been shown already.

    `options` are a page of hits; when they are not the whole, only a search for one trade is known to be of one sort.
    """
    if not options or not (is_whole or len(criteria.ssyks) == 1):
        return None
    found = [option.place for option in options]
    return _beyond(choice_round, [*found, *(shown.place for shown in choice_round.shown)])


def _beyond(choice_round: ChoiceRound, places: Sequence[Place | PlaceFacts]) -> NarrowChoice | None:
    sex = choice_round.participant.sex
    if not places or sex is Sex.OTHER or not all(is_own_sex(place.trade, sex) for place in places):
        return None
    kommuner = sorted({place.kommun_code for place in places})
    options = beyond_own_sex(criteria_for(choice_round.grant, kommuner), sex)
    options = options or beyond_own_sex(criteria_for(choice_round.grant), sex)
    return NarrowChoice(options) if options else None


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a case officer: grants without a round, open rounds, and choices that have not led to a request."""
    if actor.role is not Role.CASE_OFFICER:
        return []
    latest = aliased(
        ChoiceRound,
        # Not by a condition on its id: PostgreSQL would then go through the authority's rounds for each grant.
        select(ChoiceRound)
        .where(ChoiceRound.grant_id == Grant.id)
        .order_by(ChoiceRound.id.desc())
        .limit(1)
        .lateral(),
    )
    opened, moving = aliased(Grant), aliased(ChoiceRound)
    waits = union_all(
        select(opened.id).where(opened.authority_id == actor.authority_id, opened.state == GrantState.OPEN),
        # A participant who is to move has a place, and a round that waits.
        select(moving.grant_id).where(
            moving.authority_id == actor.authority_id,
            moving.moves_placement_id.is_not(None),
            moving.state.in_((ChoiceState.OPEN, ChoiceState.CHOSEN)),
        ),
    )
    is_requested = exists().where(Placement.choice_round_id == latest.id)
    shown = (
        select(
            func.max(ShownPlace.shown_at).label("last_at"),
            func.bool_and(ShownPlace.declined_on.is_not(None)).label("is_refused"),
        )
        .where(ShownPlace.choice_round_id == latest.id)
        .lateral()
    )
    statement = (
        select(Participant, Grant, latest, is_requested, shown.c.last_at, shown.c.is_refused)
        .join(Grant, Grant.participant_id == Participant.id)
        .outerjoin(latest, true())
        .outerjoin(shown, true())
        .where(
            Grant.id.in_(waits),
            or_(
                Grant.state == GrantState.OPEN,
                and_(
                    Grant.state == GrantState.PLACED,
                    latest.moves_placement_id.is_not(None),
                    ~is_requested,
                    latest.state.in_((ChoiceState.OPEN, ChoiceState.CHOSEN)),
                ),
            ),
            Participant.case_officer_id == actor.user_id,
        )
        .order_by(func.coalesce(Grant.reopened_on, Grant.decided_on), Grant.id)
    )
    return told(
        statement, _waiting_item, "Behöver plats", "participants.index", lage=GrantState.OPEN, mina="y"
    )


def _waiting_item(
    person: Participant,
    grant: Grant,
    latest: ChoiceRound | None,
    is_requested: bool,
    last_shown_at: datetime | None,
    is_refused: bool | None,
) -> WaitingItem:
    since = grant.reopened_on or grant.decided_on
    opened = latest.opened_at.astimezone(STOCKHOLM).date() if latest is not None else since
    deadline = (opened if latest is not None and latest.is_move else since) + timedelta(
        days=WAITING_LIMIT_DAYS
    )
    if latest is not None and latest.state is ChoiceState.OPEN:
        name = person.shown_name
        if is_refused:
            text_sv = f"Sök fler platser: {name} har sagt nej till alla som visats"
        elif wish_waits(latest.wider_wished_at, last_shown_at):
            text_sv = f"Visa fler sorters platser för {name}, som har bett om det"
        else:
            text_sv = f"Registrera vad {name} har valt"
        return WaitingItem(
            min(deadline, opened + timedelta(days=CHOICE_DAYS)),
            text_sv,
            "choice.show",
            {"choice_round_id": latest.id},
            "Valomgångar",
        )
    if latest is not None and latest.state is ChoiceState.CHOSEN and not is_requested:
        return WaitingItem(
            deadline,
            f"Begär platsen som {person.shown_name} har valt",
            "choice.show",
            {"choice_round_id": latest.id},
            "Att begära",
        )
    if latest is not None and latest.state is ChoiceState.ASSIGNED and not is_requested:
        return WaitingItem(
            deadline,
            f"Gå vidare med det som {person.shown_name} har tilldelats",
            "choice.show",
            {"choice_round_id": latest.id},
            "Att begära",
        )
    return WaitingItem(
        deadline,
        f"Sök en plats för {person.shown_name}",
        "participants.show",
        {"participant_id": person.id},
        "Behöver plats",
    )
