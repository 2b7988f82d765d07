"""What an enterprise and an authority do with an application."""

from enterprises.applications.services.applying import (
    complete_application,
    follow_new_terms,
    save_answers,
    start_application,
    submit_application,
    withdraw_application,
)
from enterprises.applications.services.attachments import attach_file, remove_file
from enterprises.applications.services.deciding import (
    DecisionDraft,
    approve_application,
    confirm_decision,
    decision_preview,
    draft_of,
    propose_decision,
    reject_application,
    return_proposal,
)
from enterprises.applications.services.judging import (
    find_exclusion,
    judge_answers,
    lift_exclusion,
    request_completion,
    resume_examination,
)

__all__ = [
    "DecisionDraft",
    "approve_application",
    "attach_file",
    "complete_application",
    "confirm_decision",
    "decision_preview",
    "draft_of",
    "find_exclusion",
    "follow_new_terms",
    "judge_answers",
    "lift_exclusion",
    "propose_decision",
    "reject_application",
    "remove_file",
    "request_completion",
    "resume_examination",
    "return_proposal",
    "save_answers",
    "start_application",
    "submit_application",
    "withdraw_application",
]
