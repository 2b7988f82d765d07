"""What a procurement officer does with systems of choice and their terms."""

from marketplace.procurement.price_rules import PriceDraft
from marketplace.procurement.rules import RequirementDraft, TermsRules
from marketplace.procurement.services.systems import create_system, own_system, unopened_system, update_system
from marketplace.procurement.services.terms import draft_terms, publish_terms, terms_problems

__all__ = [
    "PriceDraft",
    "RequirementDraft",
    "TermsRules",
    "create_system",
    "draft_terms",
    "own_system",
    "publish_terms",
    "terms_problems",
    "unopened_system",
    "update_system",
]
