"""What a case officer finds: the places that can be offered over the days, without the rest of the search's page.

The search itself would do; it also draws eight weeks of free seats for every hit, which nobody here looks at. What is
shown to the participant passes the same service, with the same checks, as when a person does it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.queries import free_seats_over
from enterprises.places.rules import PlaceState
from marketplace.clock import today
from marketplace.db import db
from placements.search.rules import SearchCriteria


@dataclass(frozen=True)
class Found:
    place_id: int
    ssyk: str
    kommun: str
    lead_days: int
    earliest_start: date | None = None
    """Known once it has been shown."""


_START_BY, _UNTIL = bindparam("start_by", type_=Date()), bindparam("until", type_=Date())
_FIND = (
    select(Place.id, Place.ssyk, Place.kommun_code, Place.lead_time_days)
    .where(
        Place.state == PlaceState.PUBLISHED,
        Place.hours_per_week_min <= bindparam("hours"),
        Place.hours_per_week_max >= bindparam("hours"),
        Place.lead_time_days <= bindparam("days"),
        Place.enterprise_id.in_(
            select(Contract.enterprise_id).where(
                Contract.state == ContractState.ACTIVE, Contract.starts_on <= _START_BY
            )
        ),
        free_seats_over(_START_BY, _UNTIL) > 0,
    )
    .order_by(Place.id)
)
"""Row-level security leaves the authority's own contracts."""


def find(criteria: SearchCriteria) -> list[Found]:
    rows = db.session.execute(
        _FIND,
        {
            "hours": criteria.hours_per_week,
            "days": (criteria.start_by - today()).days,
            "start_by": criteria.start_by,
            "until": criteria.until,
        },
    )
    return [Found(*row) for row in rows]
