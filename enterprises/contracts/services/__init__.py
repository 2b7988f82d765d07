"""What an authority and an enterprise do with a contract."""

from enterprises.contracts.services.contracts import (
    ENDED_TOPIC,
    SUSPENDED_TOPIC,
    contract_hash,
    contract_text,
    draw_up_contract,
    end_contract,
    renew_signatures,
    resume_contract,
    sign_contract,
    suspend_contract,
)

__all__ = [
    "ENDED_TOPIC",
    "SUSPENDED_TOPIC",
    "contract_hash",
    "contract_text",
    "draw_up_contract",
    "end_contract",
    "renew_signatures",
    "resume_contract",
    "sign_contract",
    "suspend_contract",
]
