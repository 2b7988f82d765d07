"""The blueprint that the pages of procurement share, and what they say of a version of the terms."""

from flask import Blueprint

from marketplace.accounts.rules import Role
from marketplace.procurement import queries
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.price_rules import FEES, RATES, Component
from marketplace.procurement.price_words import conditions_sv, price_label
from marketplace.tenancy import current_actor

bp = Blueprint("procurement", __name__, url_prefix="/valfrihetssystem")

OPENNESS = "LOV 3:1: a system of choice is advertised openly for as long as it exists"


def is_own(system: SystemOfChoice) -> bool:
    """Whether the actor procures for the system's authority."""
    actor = current_actor()
    return actor.role is Role.PROCUREMENT_OFFICER and actor.authority_id == system.authority_id


def terms_words(terms: TermsVersion | None) -> dict[str, object]:
    """What the terms' page says of prices: label and öre of each, and the conditions as sentences."""
    rows = queries.price_drafts(terms.prices) if terms else []
    return {
        "prices": [(price_label(row), row.amount_ore) for row in rows if row.component in RATES | FEES],
        "conditions": conditions_sv([row for row in rows if row.component in set(Component)]),
    }
