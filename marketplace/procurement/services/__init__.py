"""What a procurement officer does with systems of choice and their terms."""

from marketplace.procurement.price_rules import PriceDraft
from marketplace.procurement.rules import RequirementDraft, TermsRules
from marketplace.procurement.services.systems import (
    close_system,
    create_system,
    own_system,
    set_deciders,
    unopened_system,
    update_system,
)
from marketplace.procurement.services.terms import discard_terms, draft_terms, publish_terms, terms_problems

__all__ = [
    "PriceDraft",
    "RequirementDraft",
    "TermsRules",
    "close_system",
    "create_system",
    "discard_terms",
    "draft_terms",
    "own_system",
    "publish_terms",
    "set_deciders",
    "terms_problems",
    "unopened_system",
    "update_system",
]
