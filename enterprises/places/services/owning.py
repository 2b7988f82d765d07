"""Whose a site, a place or a closure is."""

from typing import TypeVar

from enterprises.places.models import ClosedPeriod, Closure, Place, PlaceImport, Site
from marketplace.accounts.rules import Role
from marketplace.db import get_or_404
from marketplace.errors import NotAllowed, NotFound
from marketplace.tenancy import current_actor

OwnedT = TypeVar("OwnedT", Site, Place, ClosedPeriod, Closure, PlaceImport)


def own_enterprise() -> int:
    """The enterprise that the actor manages. Raises NotAllowed for everyone else."""
    actor = current_actor()
    if actor.role is not Role.SUPPLIER_MANAGER or actor.enterprise_id is None:
        raise NotAllowed("Bara företagets verksamhetsledare får ändra arbetsställen och platser.")
    return actor.enterprise_id


def own(model: type[OwnedT], key: int) -> OwnedT:
    """A row of the actor's own enterprise. Raises NotFound for anyone else's, NotAllowed by role."""
    enterprise_id = own_enterprise()
    row = get_or_404(model, key)
    if row.enterprise_id != enterprise_id:
        raise NotFound()
    return row
