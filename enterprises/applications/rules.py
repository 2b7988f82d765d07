"""Applications: states, and what an application and a decision need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict
from marketplace.procurement.rules import Proof
from marketplace.reference.rules import add_working_days
from marketplace.rules import Transition, TransitionTable, by


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    COMPLETION_REQUESTED = "completion_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


APPLICATION_STATE_SV = {
    ApplicationState.DRAFT: "Utkast",
    ApplicationState.SUBMITTED: "Inskickad",
    ApplicationState.COMPLETION_REQUESTED: "Komplettering begärd",
    ApplicationState.APPROVED: "Godkänd",
    ApplicationState.REJECTED: "Avslagen",
    ApplicationState.WITHDRAWN: "Återkallad",
}

APPLICATION_STATE_TONE = {
    ApplicationState.DRAFT: "neutral",
    ApplicationState.SUBMITTED: "active",
    ApplicationState.COMPLETION_REQUESTED: "waits",
    ApplicationState.APPROVED: "good",
    ApplicationState.REJECTED: "bad",
    ApplicationState.WITHDRAWN: "muted",
}

APPLICATION_EVENT_SV = {
    "start": "Ansökan påbörjad",
    "follow_new_terms": "Flyttad till ny version",
    "submit": "Ansökan inskickad",
    "judge": "Krav bedömda",
    "request_completion": "Komplettering begärd",
    "complete": "Komplettering lämnad",
    "approve": "Ansökan godkänd",
    "reject": "Ansökan avslagen",
    "withdraw": "Ansökan återkallad",
}


class ApplicationAction(StrEnum):
    SUBMIT = "submit"
    REQUEST_COMPLETION = "request_completion"
    COMPLETE = "complete"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


_MANAGER = by(Role.SUPPLIER_MANAGER)
_OFFICER = by(Role.PROCUREMENT_OFFICER)
_WITHDRAW = Transition(
    ApplicationState.WITHDRAWN,
    _MANAGER,
    "Återkalla",
    needs_sv="En ansökan kan återkallas fram till beslutet.",
    causes_sv="Ansökan prövas inte. Ni kan söka igen.",
)

APPLICATION_TRANSITIONS: TransitionTable = {
    (ApplicationState.DRAFT, ApplicationAction.SUBMIT): Transition(
        ApplicationState.SUBMITTED, _MANAGER, "Skicka in", needs_sv="Bara ett utkast kan skickas in."
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.REQUEST_COMPLETION): Transition(
        ApplicationState.COMPLETION_REQUESTED,
        _OFFICER,
        "Begär komplettering",
        needs_sv="Komplettering kan begäras medan ansökan prövas.",
    ),
    (ApplicationState.COMPLETION_REQUESTED, ApplicationAction.COMPLETE): Transition(
        ApplicationState.SUBMITTED,
        _MANAGER,
        "Lämna komplettering",
        needs_sv="Myndigheten har inte begärt någon komplettering.",
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.APPROVE): Transition(
        ApplicationState.APPROVED,
        _OFFICER,
        "Godkänn",
        needs_sv="Beslut fattas när ansökan är inskickad och komplett.",
        causes_sv="Ett skriftligt beslut och ett avtal upprättas.",
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.REJECT): Transition(
        ApplicationState.REJECTED,
        _OFFICER,
        "Avslå",
        needs_sv="Beslut fattas när ansökan är inskickad och komplett.",
        causes_sv="Ett skriftligt beslut med skäl och hur man söker rättelse upprättas.",
    ),
    (ApplicationState.DRAFT, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.SUBMITTED, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.COMPLETION_REQUESTED, ApplicationAction.WITHDRAW): _WITHDRAW,
}

LIVE_APPLICATION_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.COMPLETION_REQUESTED,
)
_ANSWERABLE = (ApplicationState.DRAFT, ApplicationState.COMPLETION_REQUESTED)


def check_answerable(state: ApplicationState) -> None:
    """Raises Conflict while the application is the authority's to examine, and once it is over."""
    if state not in _ANSWERABLE:
        raise Conflict("Ansökan är inskickad eller avslutad, och svaren kan inte ändras.")


def check_judgeable(state: ApplicationState) -> None:
    """Raises Conflict when the application is not with the authority."""
    if state is not ApplicationState.SUBMITTED:
        raise Conflict("Kraven bedöms medan ansökan prövas.")


class Judgement(StrEnum):
    MET = "met"
    NOT_MET = "not_met"


JUDGEMENT_SV = {Judgement.MET: "Uppfyllt", Judgement.NOT_MET: "Inte uppfyllt"}


@dataclass(frozen=True)
class AnswerDraft:
    """What an applicant says of one requirement."""

    answer_sv: str = ""
    is_declared: bool = False


@dataclass(frozen=True)
class JudgementDraft:
    """How the authority judges one answer; None is not judged yet."""

    judgement: Judgement | None = None
    reason_sv: str = ""


@dataclass(frozen=True)
class Asked:
    """A requirement with its answer, as the rules read it."""

    position: int
    text_sv: str
    proof: Proof
    answer: AnswerDraft = AnswerDraft()
    judged: JudgementDraft = JudgementDraft()


def missing_answers(asked: Iterable[Asked]) -> list[tuple[int, str]]:
    """(requirement's position, what to do) for everything that is missing before the application can be sent."""
    missing = []
    for one in asked:
        if one.proof is Proof.ANSWER and not one.answer.answer_sv.strip():
            missing.append((one.position, f"Krav {one.position}: beskriv hur ni uppfyller kravet."))
        if one.proof is Proof.DECLARATION and not one.answer.is_declared:
            missing.append((one.position, f"Krav {one.position}: intyga att ni uppfyller kravet."))
    return missing


def judgement_problems(judged: Iterable[Asked]) -> list[str]:
    """What is missing before a decision can be written: every requirement judged, every failure with its reason."""
    listed = list(judged)
    unjudged = [str(one.position) for one in listed if one.judged.judgement is None]
    problems = [
        f"Krav {one.position}: skriv varför det inte är uppfyllt."
        for one in listed
        if one.judged.judgement is Judgement.NOT_MET and not one.judged.reason_sv.strip()
    ]
    if unjudged:
        word = "bedömt" if len(unjudged) == 1 else "bedömda"
        problems.insert(0, f"Krav {', '.join(unjudged)} är inte {word}.")
    return problems


def decision_obstacles(judged: Iterable[Asked], *, is_approval: bool) -> list[str]:
    """Why this decision cannot be taken on these judgements. Whoever meets the requirements is approved, and nobody
    else (LOV 8 kap.)."""
    listed = list(judged)
    problems = judgement_problems(listed)
    unmet = [str(one.position) for one in listed if one.judged.judgement is Judgement.NOT_MET]
    if is_approval and unmet:
        problems.append(
            f"Krav {', '.join(unmet)} är inte uppfyllt. Ansökan kan bara godkännas när alla krav är det."
        )
    if not is_approval and not problems and not unmet:
        problems.append("Alla krav är uppfyllda. Då ska ansökan godkännas.")
    return problems


def approval_problems(judged: Iterable[Asked], reasons_sv: str, diary_number: str) -> list[str]:
    """What keeps an application from being approved."""
    return decision_obstacles(judged, is_approval=True) + _decision_problems(reasons_sv, diary_number)


def rejection_problems(judged: Iterable[Asked], reasons_sv: str, diary_number: str) -> list[str]:
    """What keeps an application from being rejected: it rests on a requirement that is not met, and says why."""
    return decision_obstacles(judged, is_approval=False) + _decision_problems(reasons_sv, diary_number)


def _decision_problems(reasons_sv: str, diary_number: str) -> list[str]:
    problems = []
    if not reasons_sv.strip():
        problems.append("Skriv skälen för beslutet.")
    if not diary_number.strip():
        problems.append("Skriv diarienumret.")
    return problems


def decide_by(submitted_on: date, decision_within: int) -> date:
    """The last day of the promised handling time, in working days from the day it came in."""
    return add_working_days(submitted_on, decision_within)


def correction_by(notified_on: date) -> date:
    """Last day to apply for rättelse: three weeks from the notification (LOV 10 kap.), or the next working day when
    that day is not one (lag 1930:173)."""
    return add_working_days(notified_on + timedelta(weeks=3), 0)
