"""Pictures of places. Who may read a place may see them; row security says who that is."""

from collections.abc import Collection

from sqlalchemy import select

from enterprises.places.models import Place, PlacePicture, PlacePictureContent
from enterprises.places.rules import PlaceState
from marketplace.db import db
from marketplace.errors import NotFound


def pictures_of(place_ids: Collection[int]) -> dict[int, list[PlacePicture]]:
    """Each place's pictures in their order, without what is in them; one query."""
    found: dict[int, list[PlacePicture]] = {place_id: [] for place_id in place_ids}
    if not found:
        return found
    statement = (
        select(PlacePicture)
        .where(PlacePicture.place_id.in_(place_ids))
        .order_by(PlacePicture.place_id, PlacePicture.position)
    )
    for picture in db.session.scalars(statement):
        found[picture.place_id].append(picture)
    return found


def picture_content(place_picture_id: int, *, is_small: bool) -> tuple[bytes, str, bool]:
    """The picture, its checksum, and whether everyone may see it. Raises NotFound where the actor may not."""
    content = PlacePictureContent.small if is_small else PlacePictureContent.large
    statement = (
        select(content, PlacePicture.sha256, Place.state)
        .join(PlacePicture, PlacePicture.id == PlacePictureContent.place_picture_id)
        .join(Place, Place.id == PlacePicture.place_id)
        .where(PlacePicture.id == place_picture_id)
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound()
    data, sha256, state = row
    return data, sha256, state is PlaceState.PUBLISHED
