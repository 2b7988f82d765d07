"""The waiting list: joining and leaving, offering a freed seat to the next in line, and the answer.

Whoever changes an entry or an offer first locks the grant, then the entry, then the offer, and last the place's
capacity. Whoever offers a seat also waits for everyone else who offers one at the place: its line has one head.
"""

from placements.waiting_list.services.answering import accept_offer, decline_offer, expire_offer
from placements.waiting_list.services.joining import end_entries_of, join, leave, take_back_offers_of
from placements.waiting_list.services.keeping import keep_entry
from placements.waiting_list.services.offering import look_for, offer_seat

__all__ = [
    "accept_offer",
    "decline_offer",
    "end_entries_of",
    "expire_offer",
    "join",
    "keep_entry",
    "leave",
    "look_for",
    "offer_seat",
    "take_back_offers_of",
]
