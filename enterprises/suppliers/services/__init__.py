"""What an enterprise and an authority do with registration, applications and contracts."""

from enterprises.suppliers.rules import AnswerDraft, ContractDraft, JudgementDraft
from enterprises.suppliers.services.applications import (
    approve_application,
    complete_application,
    decision_preview,
    follow_new_terms,
    judge_answers,
    reject_application,
    request_completion,
    save_answers,
    start_application,
    submit_application,
    withdraw_application,
)
from enterprises.suppliers.services.contracts import (
    contract_hash,
    contract_text,
    end_contract,
    renew_signatures,
    resume_contract,
    sign_contract,
    suspend_contract,
)
from enterprises.suppliers.services.registration import Registration, register_enterprise, update_profile

__all__ = [
    "AnswerDraft",
    "ContractDraft",
    "JudgementDraft",
    "Registration",
    "approve_application",
    "complete_application",
    "contract_hash",
    "contract_text",
    "decision_preview",
    "end_contract",
    "follow_new_terms",
    "judge_answers",
    "register_enterprise",
    "reject_application",
    "renew_signatures",
    "request_completion",
    "resume_contract",
    "save_answers",
    "sign_contract",
    "start_application",
    "submit_application",
    "suspend_contract",
    "update_profile",
    "withdraw_application",
]
