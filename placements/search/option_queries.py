"""Places as they can be offered over some days: a page of them in two statements."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, any_, bindparam, select, true

from enterprises.places.models import Place, PlacePicture, Seat, SeatUse, Site
from enterprises.places.queries import WeekFree
from enterprises.places.rules import PlaceState, SeatUseKind
from marketplace.accounts.models import Organisation
from marketplace.clock import today
from marketplace.reference.queries import Lists, lists
from marketplace.statements import Prepared
from placements.search.facts import EnterpriseFacts, PlaceFacts, PlaceOption, SiteFacts, Thumbnail
from placements.search.rules import SearchCriteria, earliest_start
from placements.search.seat_rules import Use, free_over, in_service, last_taken, weeks_free

_WEEKS_SHOWN = 8

_PICTURE = (
    select(
        PlacePicture.id,
        PlacePicture.alt_sv,
        PlacePicture.sha256,
        PlacePicture.width,
        PlacePicture.height,
    )
    .where(PlacePicture.place_id == Place.id)
    .order_by(PlacePicture.position)
    .limit(1)
    .lateral("picture")
)
_PLACES = Prepared(
    select(
        Place.id,
        Place.enterprise_id,
        Place.kommun_code,
        Place.ssyk,
        Place.name,
        Place.tasks_sv,
        Place.tasks,
        Place.rotates,
        Place.hours_per_week_min,
        Place.hours_per_week_max,
        Place.lead_time_days,
        Place.weekdays,
        Place.day_starts,
        Place.day_ends,
        Place.demands,
        Place.adaptations,
        Place.languages,
        Place.state,
        Place.confirmed_on,
        Site.name,
        Site.street,
        Site.postcode,
        Site.city,
        Site.accessibility,
        Site.accessibility_sv,
        Organisation.name,
        _PICTURE.c.id,
        _PICTURE.c.alt_sv,
        _PICTURE.c.sha256,
        _PICTURE.c.width,
        _PICTURE.c.height,
    )
    .join(Site, Site.id == Place.site_id)
    .join(Organisation, Organisation.id == Place.enterprise_id)
    .outerjoin(_PICTURE, true())
    .where(Place.id == any_(bindparam("ids", type_=ARRAY(Integer)))),
    is_planned_once=True,
)
_OWN, _OF_PICTURE = 19, 5
"""How many of the columns are the place's, and its picture's."""

_USES = Prepared(
    select(Seat.place_id, Seat.id, SeatUse.first_day, SeatUse.last_day, SeatUse.kind)
    .outerjoin(
        SeatUse,
        (SeatUse.place_id == Seat.place_id)
        & (SeatUse.seat_id == Seat.id)
        & (SeatUse.first_day <= bindparam("until", type_=Date))
        & (SeatUse.last_day >= bindparam("since", type_=Date)),
    )
    .where(Seat.place_id == any_(bindparam("ids", type_=ARRAY(Integer))))
    .order_by(Seat.place_id, Seat.number, SeatUse.first_day),
    is_planned_once=True,
)


def options_of(
    place_ids: Sequence[int], criteria: SearchCriteria, *, has_weeks: bool = True
) -> list[PlaceOption]:
    """The places in the order given, whether or not they can be offered. Two queries, and the reference lists."""
    if not place_ids:
        return []
    places = places_of(place_ids)
    seats = seats_of(places, criteria, weeks=_WEEKS_SHOWN if has_weeks else 0)
    wanted = dict.fromkeys(place_ids)
    return [
        _option(places[place_id], seats.get(place_id, []), criteria, has_weeks)
        for place_id in wanted
        if place_id in places
    ]


def _option(
    place: PlaceFacts, seats: list[list[Use]], criteria: SearchCriteria, has_weeks: bool
) -> PlaceOption:
    start = earliest_start(
        last_taken(seats, criteria.start_by, criteria.until, today()),
        lead_time_days=place.lead_time_days,
        from_day=criteria.from_day or today(),
        start_by=criteria.start_by,
        today=today(),
    )
    return PlaceOption(
        place,
        free_over(seats, criteria.start_by, criteria.until),
        in_service(seats, criteria.start_by),
        start,
        [WeekFree(*week) for week in weeks_free(seats, today(), _WEEKS_SHOWN)] if has_weeks else [],
    )


def places_of(place_ids: Collection[int]) -> dict[int, PlaceFacts]:
    """Those that the actor may see, by id. One query."""
    known = lists()
    return {row[0]: _facts(row, known) for row in _PLACES.rows(ids=list(place_ids))}


def _facts(row: Sequence[Any], known: Lists) -> PlaceFacts:
    own, of_site, picture = row[:_OWN], row[_OWN:-_OF_PICTURE], row[-_OF_PICTURE:]
    name, street, postcode, city, accessibility, accessibility_sv, enterprise = of_site
    _, enterprise_id, kommun_code, ssyk, *_, state, confirmed_on = own
    kommun = known.kommuner[kommun_code]
    site = SiteFacts(name, street, postcode, city, kommun, accessibility, accessibility_sv)
    parts = [*own[:-2], PlaceState(state), confirmed_on, site, known.trades[ssyk]]
    parts += [EnterpriseFacts(enterprise_id, enterprise), Thumbnail(*picture) if picture[0] else None]
    return PlaceFacts(*parts)


def seats_of(
    place_ids: Collection[int], criteria: SearchCriteria, *, weeks: int = _WEEKS_SHOWN, days_after: int = 0
) -> dict[int, list[list[Use]]]:
    """For each place its seats in order of number, each with its uses from yesterday on, or from the asked start when
    that is earlier, to the end of the asked days and of the weeks. One query."""
    since = min(criteria.start_by, today() - timedelta(days=1))
    until = max(criteria.until + timedelta(days=days_after), today() + timedelta(weeks=weeks))
    found: dict[int, dict[int, list[Use]]] = {}
    for place_id, seat_id, first_day, last_day, kind in _USES.rows(
        ids=list(place_ids), since=since, until=until
    ):
        uses = found.setdefault(place_id, {}).setdefault(seat_id, [])
        if first_day is not None:
            uses.append(Use(first_day, last_day, kind == SeatUseKind.RETIRED))
    return {place_id: list(seats.values()) for place_id, seats in found.items()}
