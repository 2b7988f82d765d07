"""Writing, proposing, agreeing to and revising activity plans."""

from placements.plan.services.agreeing import (
    agree_as_case_officer,
    agree_as_participant,
    record_participant_agreement,
    wish_for_change,
)
from placements.plan.services.writing import (
    begin_plan,
    discard_plan,
    draft_plan,
    keep_typed,
    propose_plan,
    revise_plan,
    save_plan,
)

__all__ = [
    "agree_as_case_officer",
    "agree_as_participant",
    "begin_plan",
    "discard_plan",
    "draft_plan",
    "keep_typed",
    "propose_plan",
    "record_participant_agreement",
    "revise_plan",
    "save_plan",
    "wish_for_change",
]
