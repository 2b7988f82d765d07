"""What a seat is held for, by number: for the supplier who is about to close it."""

from collections.abc import Collection

from sqlalchemy import select

from enterprises.places.closure_queries import SeatHolder
from marketplace.db import db
from placements.booking.models import Placement
from placements.booking.rules import PLACEMENT_STATE_SV


def holders_of_seats(seat_use_ids: Collection[int]) -> dict[int, SeatHolder]:
    """The placements that the actor may see, by their use of a seat. Names nobody."""
    statement = select(Placement).where(Placement.seat_use_id.in_(seat_use_ids))
    return {
        one.seat_use_id: SeatHolder(
            f"{one.number}, {PLACEMENT_STATE_SV[one.state].lower()}", "booking.show", {"placement_id": one.id}
        )
        for one in db.session.scalars(statement)
        if one.seat_use_id is not None
    }
