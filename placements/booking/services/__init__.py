"""Booking: a request holds a seat until it is answered, an accepted one books it, and an end gives the rest back.

A placement's days are its seat use's days. The two are changed together, and a deferred foreign key holds them so.
Whatever changes a placement first takes its grant's lock: see moving.py.
"""

from placements.booking.services.answers import (
    accept_placement,
    cancel_placement,
    decline_placement,
    take_back_all,
    withdraw_requests,
)
from placements.booking.services.changes import (
    agree_change,
    ask_extension,
    ask_extent,
    decline_change,
    expire_change,
    withdraw_change,
)
from placements.booking.services.course import (
    complete_placement,
    end_placement_early,
    move_on,
    never_start_placement,
    resume_placement,
    start_placement,
)
from placements.booking.services.deadlines import (
    escalate_placement,
    expire_placement,
    remind_of_placement,
)
from placements.booking.services.moves import open_move
from placements.booking.services.requests import request_placement

__all__ = [
    "accept_placement",
    "agree_change",
    "ask_extension",
    "ask_extent",
    "cancel_placement",
    "complete_placement",
    "decline_change",
    "decline_placement",
    "end_placement_early",
    "escalate_placement",
    "expire_change",
    "expire_placement",
    "move_on",
    "never_start_placement",
    "open_move",
    "remind_of_placement",
    "request_placement",
    "resume_placement",
    "start_placement",
    "take_back_all",
    "withdraw_change",
    "withdraw_requests",
]
