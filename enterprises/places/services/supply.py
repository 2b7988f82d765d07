"""What a supplier does with places: what is told of one, and when it is offered."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, TypedDict, Unpack

from sqlalchemy import delete, select

from enterprises.places.closure_rules import OutageReason, check_reason, outage_sv
from enterprises.places.models import ClosedPeriod, Place, PlacePicture, Seat, SeatUse, Site
from enterprises.places.offer_rules import TOLD_LISTS, Told, told_of, told_problems
from enterprises.places.queries import uses_from
from enterprises.places.rules import (
    MAX_SEATS,
    PLACE_TRANSITIONS,
    PlaceAction,
    PlaceState,
    SeatUseKind,
    check_lasting,
    in_use_sv,
)
from enterprises.places.services.capacity import lock_capacity, seat_freed
from enterprises.places.services.owning import own
from marketplace import audit
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid
from marketplace.outbox import emit
from marketplace.reference.models import Trade
from marketplace.rules import advance
from marketplace.tenancy import current_actor

_TAKEN = frozenset({SeatUseKind.REQUEST, SeatUseKind.OFFER, SeatUseKind.PLACEMENT})


class Words(TypedDict, total=False):
    """Some of what is told of a place, as `offer_rules.Told` has it."""

    name: str
    tasks_sv: str
    tasks: Sequence[str]
    rotates: bool
    hours_per_week_min: int
    hours_per_week_max: int
    weekdays: Sequence[int]
    day_starts: time | None
    day_ends: time | None
    lead_time_days: int
    demands: Sequence[str]
    adaptations: Sequence[str]
    languages: Sequence[str]


def add_place(*, site_id: int, ssyk: str, seats: int, **words: Unpack[Words]) -> Place:
    """A draft of a place with its seats. Hours are per week, lead time in calendar days."""
    if not 1 <= seats <= MAX_SEATS:
        raise Invalid(f"Antalet ska vara 1 till {MAX_SEATS}.", field="seats")
    site = own(Site, site_id)
    place = Place(
        enterprise_id=site.enterprise_id,
        site_id=site.id,
        kommun_code=site.kommun_code,
        ssyk=_trade(ssyk),
        state=PlaceState.DRAFT,
        revision=0,
    )
    _fill(place, Told(**_tidy(words)))
    place.seats = [Seat(number=number) for number in range(1, seats + 1)]
    db.session.add(place)
    db.session.flush()
    audit.record("place", place.id, "create", enterprise_id=place.enterprise_id, to_state=place.state)
    return place


def update_place(
    place_id: int,
    *,
    begun_with: int | None = None,
    site_id: int | None = None,
    ssyk: str | None = None,
    **words: Unpack[Words],
) -> Place:
    """Changes what is told of a place, which also confirms it; what is left out stands. Trade and site stand once it
    has been published, since what was shown and chosen is counted by them.

    Raises Conflict when `begun_with`, the revision that the writer began with, is not the one that stands.
    """
    place = own(Place, place_id)
    lock_capacity(place_id)  # nobody publishes it while its trade is changed, and two who write take turns
    db.session.refresh(place)
    check_lasting(place.state)
    if begun_with is not None and begun_with != place.revision:
        raise Conflict(
            "Någon har ändrat platsen medan du skrev. Det du skrev finns kvar här. Öppna platsen i en ny flik och "
            "jämför. Sparar du igen gäller det som står här."
        )
    is_draft = place.state is PlaceState.DRAFT
    if ssyk is not None and ssyk != place.ssyk:
        if not is_draft:
            raise Conflict("Yrket kan inte ändras efter publiceringen. Lägg upp en ny plats.", field="ssyk")
        place.ssyk = _trade(ssyk)
    if site_id is not None and site_id != place.site_id:
        if not is_draft:
            raise Conflict(
                "Arbetsstället kan inte ändras efter publiceringen. Lägg upp en ny plats.", field="site_id"
            )
        site = own(Site, site_id)
        place.site_id, place.kommun_code = site.id, site.kommun_code
    _fill(place, Told(**(vars(told_of(place)) | _tidy(words))))
    audit.record("place", place.id, "update", enterprise_id=place.enterprise_id)
    db.session.flush()
    return place


def publish_place(place_id: int) -> None:
    _move(place_id, PlaceAction.PUBLISH)
    seat_freed(place_id)


def pause_place(
    place_id: int,
    *,
    reason: OutageReason = OutageReason.OTHER,
    reason_sv: str = "Tar inte emot just nu",
    until: date | None = None,
) -> None:
    """Takes the place out of the search until someone publishes it again; `until` is when that is thought to be."""
    words = check_reason(reason, reason_sv)
    if until is not None and until < today():
        raise Invalid("Välj i dag eller en senare dag.", field="until")
    place = _move(
        place_id, PlaceAction.PAUSE, outage_sv(reason, words) + (f", till {until}" if until else "")
    )
    place.pause_reason, place.pause_sv, place.paused_until = reason, words, until
    db.session.flush()


def resume_place(place_id: int) -> None:
    _move(place_id, PlaceAction.RESUME)
    seat_freed(place_id)


def close_place(place_id: int) -> None:
    """For good. Raises Conflict while a request or a placement uses a seat today or later."""
    own(Place, place_id)
    lock_capacity(place_id)
    obstacle = closing_obstacle_sv(place_id)
    if obstacle:
        raise Conflict(obstacle)
    _move(place_id, PlaceAction.CLOSE)
    emit("place_closed", enterprise_id=current_actor().enterprise_id, place_id=place_id)


def discard_draft(place_id: int) -> None:
    """Throws away a place that has never been published, with its seats and pictures. Raises Conflict for another, and
    for one whose seats have been closed."""
    place = own(Place, place_id)
    lock_capacity(place_id)
    db.session.refresh(place, ["state"])
    obstacle = discarding_obstacle_sv(place)
    if obstacle:
        raise Conflict(obstacle)
    for model in (PlacePicture, SeatUse, Seat):
        db.session.execute(delete(model).where(model.place_id == place_id))
    audit.record("place", place_id, "discard", enterprise_id=place.enterprise_id, note_sv=place.name)
    db.session.execute(delete(Place).where(Place.id == place_id))


def discarding_obstacle_sv(place: Place) -> str:
    """Why the place cannot be thrown away, as a sentence; empty when it can."""
    if place.state is not PlaceState.DRAFT:
        return "Platsen har varit publicerad. Lägg ned den i stället."
    closed = select(ClosedPeriod.id).where(ClosedPeriod.place_id == place.id)
    return "Platser har stängts i utkastet, och det sparas." if db.session.scalar(closed.limit(1)) else ""


def closing_obstacle_sv(place_id: int) -> str:
    """Why the place cannot be closed, as a sentence; empty when no request or placement is in the way."""
    return in_use_sv(uses_from(place_id, today(), _TAKEN))


def confirm_place(place_id: int) -> None:
    """The supplier says that what is told of the place is still right."""
    confirm_places([place_id])


def confirm_places(place_ids: Sequence[int]) -> int:
    """The same for several, all or none; gives how many. Raises NotFound when one of them is not the supplier's."""
    chosen = [own(Place, place_id) for place_id in dict.fromkeys(place_ids)]
    for place in chosen:
        check_lasting(place.state)
        place.confirmed_on = today()
    audit.record_many(
        [audit.NewEvent("place", place.id, "confirm", enterprise_id=place.enterprise_id) for place in chosen]
    )
    db.session.flush()
    return len(chosen)


def _move(place_id: int, action: PlaceAction, note_sv: str = "") -> Place:
    # The lock: nobody books a place in the moment that it is paused or closed.
    place = own(Place, place_id)
    lock_capacity(place_id)
    db.session.refresh(place, ["state"])
    before = place.state
    transition = advance(PLACE_TRANSITIONS, before, action, current_actor().role)
    place.state = PlaceState(transition.target)
    if place.state is not PlaceState.PAUSED:
        place.pause_reason, place.pause_sv, place.paused_until = None, "", None
    if place.state is PlaceState.PUBLISHED:
        place.confirmed_on = today()
    audit.record(
        "place",
        place_id,
        action,
        enterprise_id=place.enterprise_id,
        from_state=before,
        to_state=place.state,
        note_sv=note_sv,
    )
    db.session.flush()
    return place


def _trade(ssyk: str) -> str:
    if db.session.get(Trade, ssyk) is None:
        raise Invalid("Välj ett yrke ur listan.", field="ssyk")
    return ssyk


def _tidy(words: Words) -> dict[str, Any]:
    """As it is stored: trimmed, each code once and in order; tasks keep theirs."""
    tidy: dict[str, Any] = dict(words)
    for name in ("name", "tasks_sv"):
        if name in tidy:
            tidy[name] = tidy[name].strip()
    if "tasks" in tidy:
        # A bar stands between tasks in a file.
        tasks = [task.replace("|", "/").strip() for task in tidy["tasks"]]
        tidy["tasks"] = tuple(dict.fromkeys(filter(None, tasks)))
    for name in ("weekdays", "demands", "adaptations", "languages"):
        if name in tidy:
            tidy[name] = tuple(sorted(set(tidy[name])))
    return tidy


def _fill(place: Place, told: Told) -> None:
    for field, message in told_problems(told).items():
        raise Invalid(message, field=field)
    for name, value in vars(told).items():
        setattr(place, name, list(value) if name in TOLD_LISTS else value)
    place.revision += 1
    place.confirmed_on = today()
