"""What a supplier does with places and seats, and how a seat is taken, moved and released."""

from enterprises.places.services.capacity import lock_capacity, move_seat_use, release_seat, take_seat
from enterprises.places.services.seats import close_seats, reopen_closure, set_seats
from enterprises.places.services.supply import (
    add_place,
    add_site,
    close_place,
    closing_obstacle_sv,
    confirm_place,
    own,
    pause_place,
    publish_place,
    resume_place,
    update_place,
    update_site,
)

__all__ = [
    "add_place",
    "add_site",
    "close_place",
    "close_seats",
    "closing_obstacle_sv",
    "confirm_place",
    "lock_capacity",
    "move_seat_use",
    "own",
    "pause_place",
    "publish_place",
    "release_seat",
    "reopen_closure",
    "resume_place",
    "set_seats",
    "take_seat",
    "update_place",
    "update_site",
]
