"""What an authority and an enterprise do with a contract."""

from enterprises.contracts.services.amending import (
    offer_terms,
    propose_amendment,
    sign_amendment,
    withdraw_amendment,
)
from enterprises.contracts.services.checks import record_check
from enterprises.contracts.services.lasting import (
    ENDED_TOPIC,
    SUSPENDED_TOPIC,
    end_contract,
    keep_contract,
    resume_contract,
    suspend_contract,
)
from enterprises.contracts.services.signing import (
    call_off_contract,
    draw_up_contract,
    renew_signatures,
    sign_contract,
)
from enterprises.contracts.services.texts import contract_text, edition_text, is_text_unchanged

__all__ = [
    "ENDED_TOPIC",
    "SUSPENDED_TOPIC",
    "call_off_contract",
    "contract_text",
    "draw_up_contract",
    "edition_text",
    "end_contract",
    "is_text_unchanged",
    "keep_contract",
    "offer_terms",
    "propose_amendment",
    "record_check",
    "renew_signatures",
    "resume_contract",
    "sign_amendment",
    "sign_contract",
    "suspend_contract",
    "withdraw_amendment",
]
