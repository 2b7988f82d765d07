"""Enterprises, as they see themselves."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from enterprises.suppliers.models import EnterpriseProfile
from marketplace.db import db
from marketplace.errors import NotFound


def profile_of(enterprise_id: int | None) -> EnterpriseProfile:
    """Raises NotFound when there is none that the actor may see."""
    statement = (
        select(EnterpriseProfile)
        .where(EnterpriseProfile.enterprise_id == enterprise_id)
        .options(joinedload(EnterpriseProfile.organisation))
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found
