"""Each night, and when somebody comes or goes, a region's numbers are summed."""

from sqlalchemy import select

from indicators.region.models import Region
from indicators.region.services import TOPIC, compute_region
from marketplace.db import db, transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.participants.queries import authority_ids


def dispatch_night() -> None:
    """One message for each region, for whoever founded it. Run by the schedule, after the authorities' own numbers."""
    with acting_as(system_actor()), transaction():
        for authority_id in authority_ids():
            with acting_as(system_actor(authority_id)):
                founded = select(Region.id).where(Region.founded_by_id == authority_id)
                for region_id in db.session.scalars(founded.order_by(Region.id)):
                    emit(TOPIC, authority_id=authority_id, region_id=region_id)


def compute(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is not None:
            compute_region(message.payload["region_id"])
