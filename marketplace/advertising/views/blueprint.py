"""The blueprint that the pages of advertising share."""

from flask import Blueprint, url_for

from marketplace.accounts.rules import Role
from marketplace.procurement.models import SystemOfChoice
from marketplace.tenancy import current_actor

bp = Blueprint("advertising", __name__, url_prefix="/valfrihetssystem")

OPENNESS = "LOV 3:1: a system of choice is advertised openly for as long as it exists"


def is_own(system: SystemOfChoice) -> bool:
    """Whether the actor procures for the system's authority."""
    actor = current_actor()
    return actor.role is Role.PROCUREMENT_OFFICER and actor.authority_id == system.authority_id


def crumbs(system: SystemOfChoice, *, to_questions: bool = False) -> list[tuple[str, str]]:
    """The way down to a page about the system."""
    found = [
        ("Valfrihetssystem", url_for("procurement.index")),
        (system.name, url_for("procurement.show", system_id=system.id)),
    ]
    if to_questions:
        found.append(("Frågor och svar", url_for("advertising.questions", system_id=system.id)))
    return found
