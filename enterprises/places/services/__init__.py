"""What a supplier does with places and seats, and how a seat is taken, moved and released."""

from enterprises.places.services.capacity import (
    TakenSeat,
    lock_capacity,
    move_seat_use,
    release_seat,
    take_seat,
)
from enterprises.places.services.closures import (
    change_closure,
    close_seats,
    extent_of,
    reopen_closure,
    reopen_period,
)
from enterprises.places.services.copying import copy_place
from enterprises.places.services.holding import (
    book_held,
    free_until,
    hold_longer,
    join_uses,
    take_over_offer,
)
from enterprises.places.services.importing import (
    correct_import,
    discard_import,
    save_import,
    start_import,
)
from enterprises.places.services.owning import own
from enterprises.places.services.pictures import add_picture, describe_picture, remove_picture
from enterprises.places.services.seats import set_seats
from enterprises.places.services.sites import add_site, update_site
from enterprises.places.services.supply import (
    add_place,
    close_place,
    closing_obstacle_sv,
    confirm_place,
    confirm_places,
    discard_draft,
    discarding_obstacle_sv,
    pause_place,
    publish_place,
    resume_place,
    update_place,
)

__all__ = [
    "TakenSeat",
    "add_picture",
    "add_place",
    "add_site",
    "book_held",
    "change_closure",
    "close_place",
    "close_seats",
    "closing_obstacle_sv",
    "confirm_place",
    "confirm_places",
    "copy_place",
    "correct_import",
    "describe_picture",
    "discard_draft",
    "discard_import",
    "discarding_obstacle_sv",
    "extent_of",
    "free_until",
    "hold_longer",
    "join_uses",
    "lock_capacity",
    "move_seat_use",
    "own",
    "pause_place",
    "publish_place",
    "release_seat",
    "remove_picture",
    "reopen_closure",
    "reopen_period",
    "resume_place",
    "save_import",
    "set_seats",
    "start_import",
    "take_over_offer",
    "take_seat",
    "update_place",
    "update_site",
]
