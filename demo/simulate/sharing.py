"""The authorities south of Stockholm look at their numbers together; one has not answered yet."""

from collections.abc import Sequence

from sqlalchemy import select

from demo.simulate.foundation import Directory
from demo.story import Authority
from indicators.region.jobs import compute
from indicators.region.rules import MemberAction
from indicators.region.services import TOPIC, answer, found_region
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor

NAME = "Södra Storstockholm"


def share(authorities: Sequence[Authority], directory: Directory) -> None:
    """After the authorities' own numbers: the region's are sums of them."""
    founder, *others = (directory.one(authority.name, Role.STRATEGIST) for authority in authorities[:3])
    with acting_as(founder), transaction():
        region_id = found_region(NAME, [other.authority_id or 0 for other in others]).id
    with acting_as(others[0]), transaction():
        answer(region_id, MemberAction.AGREE)
    with acting_as(system_actor()), transaction():
        waits = list(db.session.scalars(select(Outbox.id).where(Outbox.topic == TOPIC)))
    for outbox_id in waits:
        compute(outbox_id)
