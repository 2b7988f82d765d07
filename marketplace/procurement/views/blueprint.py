"""The blueprint that the pages of procurement share."""

from flask import Blueprint

from marketplace.accounts.rules import Role
from marketplace.procurement.models import SystemOfChoice
from marketplace.tenancy import current_actor

bp = Blueprint("procurement", __name__, url_prefix="/valfrihetssystem")

OPENNESS = "LOV 3:1: a system of choice is advertised openly for as long as it exists"


def is_own(system: SystemOfChoice) -> bool:
    """Whether the actor procures for the system's authority."""
    actor = current_actor()
    return actor.role is Role.PROCUREMENT_OFFICER and actor.authority_id == system.authority_id
