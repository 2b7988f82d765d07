"""What an enterprise and an authority do with an application."""

from enterprises.applications.services.applying import (
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

__all__ = [
    "approve_application",
    "complete_application",
    "decision_preview",
    "follow_new_terms",
    "judge_answers",
    "reject_application",
    "request_completion",
    "save_answers",
    "start_application",
    "submit_application",
    "withdraw_application",
]
