"""Pictures of a place: put up, described, taken away, copied with the place."""

import hashlib

from sqlalchemy import insert, literal, select

from enterprises.places.models import Place, PlacePicture, PlacePictureContent
from enterprises.places.picture_queries import pictures_of
from enterprises.places.picture_rules import Made, check_alt, check_room
from enterprises.places.pictures import made_anew
from enterprises.places.rules import check_lasting
from enterprises.places.services.capacity import lock_capacity
from enterprises.places.services.owning import own
from marketplace import audit
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import NotFound
from marketplace.tenancy import current_actor
from marketplace.viruses import refuse_virus


def add_picture(place_id: int, content: bytes, alt_sv: str) -> PlacePicture:
    """Puts it last. Raises Invalid, with what to do, for one that will not do; Conflict when there are enough."""
    refuse_virus(content)
    place = own(Place, place_id)
    check_lasting(place.state)
    words = check_alt(alt_sv)
    made = made_anew(content)
    lock_capacity(place_id)
    taken = {picture.position for picture in pictures_of([place_id])[place_id]}
    check_room(len(taken))
    picture = _row(place_id, min(set(range(1, len(taken) + 2)) - taken), words, made)
    db.session.add(picture)
    db.session.flush()
    db.session.execute(
        insert(PlacePictureContent).values(place_picture_id=picture.id, large=made.large, small=made.small)
    )
    _record(place, "add_picture", words)
    return picture


def describe_picture(place_picture_id: int, alt_sv: str) -> None:
    """Says in other words what the picture shows."""
    picture, place = _own(place_picture_id)
    words = check_alt(alt_sv, field=f"alt_{place_picture_id}")
    if words != picture.alt_sv:
        picture.alt_sv = words
        _record(place, "describe_picture", words)


def remove_picture(place_picture_id: int) -> None:
    picture, place = _own(place_picture_id)
    words = picture.alt_sv
    db.session.delete(picture)
    db.session.flush()
    _record(place, "remove_picture", words)


def copy_pictures(from_place_id: int, to_place_id: int) -> None:
    """The same pictures of another place. What is in them never leaves the database."""
    for old in pictures_of([from_place_id])[from_place_id]:
        new = PlacePicture(
            place_id=to_place_id,
            position=old.position,
            alt_sv=old.alt_sv,
            width=old.width,
            height=old.height,
            sha256=old.sha256,
            added_at=now(),
            added_by=current_actor().user_name,
        )
        db.session.add(new)
        db.session.flush()
        content = select(literal(new.id), PlacePictureContent.large, PlacePictureContent.small)
        db.session.execute(
            insert(PlacePictureContent).from_select(
                ["place_picture_id", "large", "small"],
                content.where(PlacePictureContent.place_picture_id == old.id),
            )
        )


def _row(place_id: int, position: int, alt_sv: str, made: Made) -> PlacePicture:
    return PlacePicture(
        place_id=place_id,
        position=position,
        alt_sv=alt_sv,
        width=made.width,
        height=made.height,
        sha256=hashlib.sha256(made.large).hexdigest(),
        added_at=now(),
        added_by=current_actor().user_name,
    )


def _own(place_picture_id: int) -> tuple[PlacePicture, Place]:
    found = db.session.get(PlacePicture, place_picture_id)
    if found is None:
        raise NotFound()
    place = own(Place, found.place_id)
    check_lasting(place.state)
    lock_capacity(place.id)
    return get_or_404(PlacePicture, place_picture_id, lock=True), place


def _record(place: Place, action: str, note_sv: str) -> None:
    audit.record("place", place.id, action, enterprise_id=place.enterprise_id, note_sv=note_sv)
    db.session.flush()
