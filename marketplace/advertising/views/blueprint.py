"""The blueprint that the pages of advertising share."""

from flask import Blueprint, url_for

from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.views.blueprint import OPENNESS, is_own

bp = Blueprint("advertising", __name__, url_prefix="/valfrihetssystem")

__all__ = ["OPENNESS", "bp", "crumbs", "is_own"]


def crumbs(system: SystemOfChoice, *, to_questions: bool = False) -> list[tuple[str, str]]:
    """The way down to a page about the system."""
    found = [
        ("Valfrihetssystem", url_for("procurement.index")),
        (system.name, url_for("procurement.show", system_id=system.id)),
    ]
    if to_questions:
        found.append(("Frågor och svar", url_for("advertising.questions", system_id=system.id)))
    return found
