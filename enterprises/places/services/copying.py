"""A place like another: the quickest way to offer the same work at a second site."""

from enterprises.places.models import Place
from enterprises.places.offer_rules import told_of
from enterprises.places.services.owning import own
from enterprises.places.services.pictures import copy_pictures
from enterprises.places.services.supply import add_place
from marketplace import audit
from marketplace.db import db


def copy_place(place_id: int, *, site_id: int, name: str, seats: int, with_pictures: bool = False) -> Place:
    """A draft with the same words, at one of the enterprise's sites. Bookings, closures and history stay behind."""
    old = own(Place, place_id)
    words = vars(told_of(old)) | {"name": name}
    new = add_place(site_id=site_id, ssyk=old.ssyk, seats=seats, **words)
    if with_pictures:
        copy_pictures(place_id, new.id)
    audit.record(
        "place", new.id, "copy", enterprise_id=new.enterprise_id, note_sv=f"{old.name}, nummer {old.id}"
    )
    db.session.flush()
    return new
