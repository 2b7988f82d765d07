"""What a supplier does with sites and places."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select

from enterprises.places.models import Closure, Place, Seat, Site
from enterprises.places.queries import uses_from
from enterprises.places.rules import (
    MAX_SEATS,
    PLACE_TRANSITIONS,
    PlaceAction,
    PlaceState,
    SeatUseKind,
    check_lasting,
    in_use_sv,
    place_problems,
)
from enterprises.places.services.capacity import lock_capacity
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.reference.models import Kommun, Trade
from marketplace.reference.rules import postcode_text
from marketplace.rules import advance
from marketplace.tenancy import current_actor

_TAKEN = frozenset({SeatUseKind.REQUEST, SeatUseKind.PLACEMENT})
OwnedT = TypeVar("OwnedT", Site, Place, Closure)


def add_site(
    *, name: str, street: str, postcode: str, city: str, kommun_code: str, accessibility_sv: str = ""
) -> Site:
    """A new site of the actor's enterprise."""
    site = Site(enterprise_id=own_enterprise())
    _fill_site(site, name, street, postcode, city, kommun_code, accessibility_sv)
    db.session.add(site)
    db.session.flush()
    audit.record("site", site.id, "create", enterprise_id=site.enterprise_id)
    return site


def update_site(
    site_id: int,
    *,
    name: str,
    street: str,
    postcode: str,
    city: str,
    kommun_code: str,
    accessibility_sv: str = "",
) -> Site:
    """Changes a site. Its kommun stands once there are places, since they are counted by it."""
    site = own(Site, site_id)
    has_places = db.session.scalar(select(Place.id).where(Place.site_id == site_id).limit(1)) is not None
    if has_places and kommun_code != site.kommun_code:
        raise Conflict(
            "Kommunen kan inte ändras när arbetsstället har platser. Lägg upp ett nytt arbetsställe.",
            field="kommun_code",
        )
    _fill_site(site, name, street, postcode, city, kommun_code, accessibility_sv)
    audit.record("site", site.id, "update", enterprise_id=site.enterprise_id)
    return site


def add_place(
    *,
    site_id: int,
    ssyk: str,
    name: str,
    tasks_sv: str,
    hours_per_week_min: int,
    hours_per_week_max: int,
    lead_time_days: int,
    adaptations: Sequence[str] = (),
    languages: Sequence[str] = (),
    seats: int,
) -> Place:
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
    )
    _fill_place(
        place, name, tasks_sv, hours_per_week_min, hours_per_week_max, lead_time_days, adaptations, languages
    )
    place.seats = [Seat(number=number) for number in range(1, seats + 1)]
    db.session.add(place)
    db.session.flush()
    audit.record("place", place.id, "create", enterprise_id=place.enterprise_id, to_state=place.state)
    return place


def update_place(
    place_id: int,
    *,
    name: str,
    tasks_sv: str,
    hours_per_week_min: int,
    hours_per_week_max: int,
    lead_time_days: int,
    adaptations: Sequence[str] = (),
    languages: Sequence[str] = (),
    site_id: int | None = None,
    ssyk: str | None = None,
) -> Place:
    """Changes what is told of a place, which also confirms it. Trade and site stand once it has been published,
    since what was shown and chosen is counted by them."""
    place = own(Place, place_id)
    lock_capacity(place_id)  # nobody publishes it while its trade is changed
    db.session.refresh(place, ["state"])
    check_lasting(place.state)
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
    _fill_place(
        place, name, tasks_sv, hours_per_week_min, hours_per_week_max, lead_time_days, adaptations, languages
    )
    audit.record("place", place.id, "update", enterprise_id=place.enterprise_id)
    db.session.flush()
    return place


def publish_place(place_id: int) -> None:
    _move(place_id, PlaceAction.PUBLISH)


def pause_place(place_id: int) -> None:
    _move(place_id, PlaceAction.PAUSE)


def resume_place(place_id: int) -> None:
    _move(place_id, PlaceAction.RESUME)


def close_place(place_id: int) -> None:
    """For good. Raises Conflict while a request or a placement uses a seat today or later."""
    own(Place, place_id)
    lock_capacity(place_id)
    obstacle = closing_obstacle_sv(place_id)
    if obstacle:
        raise Conflict(obstacle)
    _move(place_id, PlaceAction.CLOSE)


def closing_obstacle_sv(place_id: int) -> str:
    """Why the place cannot be closed, as a sentence; empty when no request or placement is in the way."""
    return in_use_sv(uses_from(place_id, today(), _TAKEN))


def confirm_place(place_id: int) -> None:
    """The supplier says that what is told of the place is still right."""
    place = own(Place, place_id)
    check_lasting(place.state)
    place.confirmed_on = today()
    audit.record("place", place.id, "confirm", enterprise_id=place.enterprise_id)
    db.session.flush()


def own_enterprise() -> int:
    """The enterprise that the actor manages. Raises NotAllowed for everyone else."""
    actor = current_actor()
    if actor.role is not Role.SUPPLIER_MANAGER or actor.enterprise_id is None:
        raise NotAllowed("Bara företagets verksamhetsledare får ändra arbetsställen och platser.")
    return actor.enterprise_id


def own(model: type[OwnedT], key: int) -> OwnedT:
    """A row of the actor's own enterprise. Raises NotFound for anyone else's, NotAllowed by role."""
    enterprise_id = own_enterprise()
    row = get_or_404(model, key)
    if row.enterprise_id != enterprise_id:
        raise NotFound()
    return row


def _move(place_id: int, action: PlaceAction) -> None:
    # The lock: nobody books a place in the moment that it is paused or closed.
    place = own(Place, place_id)
    lock_capacity(place_id)
    db.session.refresh(place, ["state"])
    before = place.state
    transition = advance(PLACE_TRANSITIONS, before, action, current_actor().role)
    place.state = PlaceState(transition.target)
    if place.state is PlaceState.PUBLISHED:
        place.confirmed_on = today()
    audit.record(
        "place",
        place_id,
        action,
        enterprise_id=place.enterprise_id,
        from_state=before,
        to_state=place.state,
    )
    db.session.flush()


def _trade(ssyk: str) -> str:
    if db.session.get(Trade, ssyk) is None:
        raise Invalid("Välj ett yrke ur listan.", field="ssyk")
    return ssyk


def _fill_site(
    site: Site, name: str, street: str, postcode: str, city: str, kommun_code: str, accessibility_sv: str
) -> None:
    typed = {"name": name, "street": street, "city": city}
    for field, value in typed.items():
        if not value.strip():
            raise Invalid("Fyll i fältet.", field=field)
    written = postcode_text(postcode)
    if written is None:
        raise Invalid("Skriv postnumret med fem siffror, till exempel 136 40.", field="postcode")
    if db.session.get(Kommun, kommun_code) is None:
        raise Invalid("Välj en kommun ur listan.", field="kommun_code")
    site.name, site.street, site.city = name.strip(), street.strip(), city.strip()
    site.postcode, site.kommun_code = written, kommun_code
    site.accessibility_sv = accessibility_sv.strip()


def _fill_place(
    place: Place,
    name: str,
    tasks_sv: str,
    hours_per_week_min: int,
    hours_per_week_max: int,
    lead_time_days: int,
    adaptations: Sequence[str],
    languages: Sequence[str],
) -> None:
    problems = place_problems(
        name=name,
        tasks_sv=tasks_sv,
        hours_per_week_min=hours_per_week_min,
        hours_per_week_max=hours_per_week_max,
        lead_time_days=lead_time_days,
        adaptations=adaptations,
        languages=languages,
    )
    for field, message in problems.items():
        raise Invalid(message, field=field)
    place.name, place.tasks_sv = name.strip(), tasks_sv.strip()
    place.hours_per_week_min, place.hours_per_week_max = hours_per_week_min, hours_per_week_max
    place.lead_time_days = lead_time_days
    place.adaptations, place.languages = sorted(set(adaptations)), sorted(set(languages))
    place.confirmed_on = today()
