"""Applications: states, and what an application and a decision need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from enterprises.applications.attachment_rules import AttachedFile
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.rules import Proof
from marketplace.reference.rules import add_working_days
from marketplace.rules import Transition, TransitionTable, by


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    COMPLETION_REQUESTED = "completion_requested"
    DECISION_PROPOSED = "decision_proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


APPLICATION_STATE_SV = {
    ApplicationState.DRAFT: "Utkast",
    ApplicationState.SUBMITTED: "Inskickad",
    ApplicationState.COMPLETION_REQUESTED: "Komplettering begärd",
    ApplicationState.DECISION_PROPOSED: "Beslut föreslaget",
    ApplicationState.APPROVED: "Godkänd",
    ApplicationState.REJECTED: "Avslagen",
    ApplicationState.WITHDRAWN: "Återkallad",
}

APPLICATION_STATE_TONE = {
    ApplicationState.DRAFT: "neutral",
    ApplicationState.SUBMITTED: "active",
    ApplicationState.COMPLETION_REQUESTED: "waits",
    ApplicationState.DECISION_PROPOSED: "active",
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
    "resume": "Prövas utan komplettering",
    "find_exclusion": "Grund för uteslutning antecknad",
    "lift_exclusion": "Grund för uteslutning avförd",
    "propose_approval": "Godkännande föreslaget",
    "propose_rejection": "Avslag föreslaget",
    "return": "Förslag till beslut lämnat tillbaka",
    "approve": "Ansökan godkänd",
    "reject": "Ansökan avslagen",
    "withdraw": "Ansökan återkallad",
}


class ApplicationAction(StrEnum):
    SUBMIT = "submit"
    REQUEST_COMPLETION = "request_completion"
    COMPLETE = "complete"
    RESUME = "resume"
    PROPOSE_APPROVAL = "propose_approval"
    PROPOSE_REJECTION = "propose_rejection"
    RETURN = "return"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class Outcome(StrEnum):
    """What a decision comes to."""

    APPROVED = "approved"
    REJECTED = "rejected"


DECIDES = {Outcome.APPROVED: ApplicationAction.APPROVE, Outcome.REJECTED: ApplicationAction.REJECT}
PROPOSES = {
    Outcome.APPROVED: ApplicationAction.PROPOSE_APPROVAL,
    Outcome.REJECTED: ApplicationAction.PROPOSE_REJECTION,
}
OUTCOME_SV = {Outcome.APPROVED: "godkännande", Outcome.REJECTED: "avslag"}

_MANAGER = by(Role.SUPPLIER_MANAGER)
_OFFICER = by(Role.PROCUREMENT_OFFICER)
_DECIDED_WHEN_SV = "Beslut fattas när ansökan är inskickad och komplett."
_WITHDRAW = Transition(
    ApplicationState.WITHDRAWN,
    _MANAGER,
    "Återkalla",
    needs_sv="En ansökan kan återkallas fram till beslutet.",
    causes_sv="Ansökan prövas inte. Ni kan söka igen.",
)
_APPROVE = Transition(
    ApplicationState.APPROVED,
    _OFFICER,
    "Godkänn",
    needs_sv=_DECIDED_WHEN_SV,
    causes_sv="Ett skriftligt beslut upprättas. Sedan upprättas avtalet.",
)
_REJECT = Transition(
    ApplicationState.REJECTED,
    _OFFICER,
    "Avslå",
    needs_sv=_DECIDED_WHEN_SV,
    causes_sv="Ett skriftligt beslut med skäl och hur man söker rättelse upprättas.",
)
_PROPOSED_SV = "En annan upphandlare beslutar enligt förslaget eller lämnar tillbaka det."

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
    (ApplicationState.COMPLETION_REQUESTED, ApplicationAction.RESUME): Transition(
        ApplicationState.SUBMITTED,
        _OFFICER,
        "Pröva utan komplettering",
        needs_sv="Ingen komplettering är begärd.",
        causes_sv="Ansökan prövas på det som har lämnats in.",
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.APPROVE): _APPROVE,
    (ApplicationState.SUBMITTED, ApplicationAction.REJECT): _REJECT,
    (ApplicationState.SUBMITTED, ApplicationAction.PROPOSE_APPROVAL): Transition(
        ApplicationState.DECISION_PROPOSED,
        _OFFICER,
        "Föreslå godkännande",
        needs_sv=_DECIDED_WHEN_SV,
        causes_sv=_PROPOSED_SV,
    ),
    (ApplicationState.SUBMITTED, ApplicationAction.PROPOSE_REJECTION): Transition(
        ApplicationState.DECISION_PROPOSED,
        _OFFICER,
        "Föreslå avslag",
        needs_sv=_DECIDED_WHEN_SV,
        causes_sv=_PROPOSED_SV,
    ),
    (ApplicationState.DECISION_PROPOSED, ApplicationAction.APPROVE): _APPROVE,
    (ApplicationState.DECISION_PROPOSED, ApplicationAction.REJECT): _REJECT,
    (ApplicationState.DECISION_PROPOSED, ApplicationAction.RETURN): Transition(
        ApplicationState.SUBMITTED,
        _OFFICER,
        "Lämna tillbaka förslaget",
        needs_sv="Inget beslut är föreslaget.",
        causes_sv="Ansökan prövas vidare, och ett nytt förslag kan lämnas.",
    ),
    (ApplicationState.DRAFT, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.SUBMITTED, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.COMPLETION_REQUESTED, ApplicationAction.WITHDRAW): _WITHDRAW,
    (ApplicationState.DECISION_PROPOSED, ApplicationAction.WITHDRAW): _WITHDRAW,
}

UNDECIDED = (
    ApplicationState.SUBMITTED,
    ApplicationState.COMPLETION_REQUESTED,
    ApplicationState.DECISION_PROPOSED,
)
LIVE_APPLICATION_STATES = (ApplicationState.DRAFT, *UNDECIDED)
ANSWERABLE = (ApplicationState.DRAFT, ApplicationState.COMPLETION_REQUESTED)


def check_answerable(state: ApplicationState) -> None:
    """Raises Conflict while the application is the authority's to examine, and once it is over."""
    if state not in ANSWERABLE:
        raise Conflict("Ansökan är inskickad eller avslutad, och svaren kan inte ändras.")


def check_judgeable(state: ApplicationState) -> None:
    """Raises Conflict when the application is not with the authority, or its decision is proposed."""
    if state is ApplicationState.DECISION_PROPOSED:
        raise Conflict("Ett beslut är föreslaget. Lämna tillbaka förslaget innan bedömningen ändras.")
    if state is not ApplicationState.SUBMITTED:
        raise Conflict("Kraven bedöms medan ansökan prövas.")


def resume_obstacle(due_on: date | None, day: date) -> str:
    """Why the authority still has to wait for the completion, or nothing."""
    if due_on is not None and due_on >= day:
        return f"Företaget har till och med {due_on.isoformat()} på sig att komplettera."
    return ""


def alone_obstacle(*, needs_two: bool) -> str:
    """Why one officer cannot decide alone, or nothing."""
    return "Systemet kräver två beslutsfattare: en föreslår och en annan beslutar." if needs_two else ""


def second_obstacle(proposed_by_id: int, user_id: int | None) -> str:
    """Why this officer cannot take the proposed decision, or nothing."""
    return "Du har föreslagit beslutet. En annan upphandlare tar det." if proposed_by_id == user_id else ""


class Judgement(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    COMPLETE_BY = "complete_by"


JUDGEMENT_SV = {
    Judgement.MET: "Uppfyllt",
    Judgement.NOT_MET: "Inte uppfyllt",
    Judgement.COMPLETE_BY: "Ska kompletteras",
}
JUDGEMENT_TONE = {Judgement.MET: "good", Judgement.NOT_MET: "bad", Judgement.COMPLETE_BY: "waits"}


@dataclass(frozen=True)
class AnswerDraft:
    """What an applicant says of one requirement."""

    answer_sv: str = ""
    is_declared: bool = False


@dataclass(frozen=True)
class JudgementDraft:
    """How the authority judges one answer; None is not judged yet. `complete_by` is the last day to complete it."""

    judgement: Judgement | None = None
    reason_sv: str = ""
    complete_by: date | None = None


@dataclass(frozen=True)
class Completion:
    """What the authority has asked of one answer, and what came. `answered_on` is None until it has been handed in."""

    asked_sv: str
    complete_by: date
    requested_on: date
    answer_sv: str = ""
    answered_on: date | None = None
    is_open: bool = True


@dataclass(frozen=True)
class Asked:
    """A requirement with its answer, as the rules read it."""

    position: int
    text_sv: str
    proof: Proof
    answer: AnswerDraft = AnswerDraft()
    judged: JudgementDraft = JudgementDraft()
    requirement_id: int = 0
    files: Sequence[AttachedFile] = ()
    completions: Sequence[Completion] = ()
    copied_from_sv: str | None = None
    """The requirement that the answer was written for, where it was copied from another application or version."""

    @property
    def is_reworded(self) -> bool:
        """Whether the requirement has changed since the answer was written."""
        return self.copied_from_sv not in (None, self.text_sv)

    @property
    def open_completion(self) -> Completion | None:
        return next((one for one in self.completions if one.is_open), None)


def missing_answers(asked: Iterable[Asked]) -> list[tuple[int, str]]:
    """(requirement's position, what to do) for everything that is missing before the application can be sent."""
    missing = []
    for one in asked:
        if one.proof is Proof.ANSWER and not one.answer.answer_sv.strip():
            missing.append((one.position, f"Krav {one.position}: beskriv hur ni uppfyller kravet."))
        if one.proof is Proof.DECLARATION and not one.answer.is_declared:
            missing.append((one.position, f"Krav {one.position}: intyga att ni uppfyller kravet."))
        if one.proof is Proof.ATTACHMENT and not one.files:
            missing.append((one.position, f"Krav {one.position}: bifoga minst en fil som visar det."))
    return missing


def missing_completions(asked: Iterable[Asked]) -> list[tuple[int, str]]:
    """(requirement's position, what to do) for everything asked for that has neither a text nor a new file."""
    return [
        (one.position, f"Krav {one.position}: skriv en komplettering eller bifoga en fil.")
        for one in asked
        if one.open_completion
        and not one.open_completion.answer_sv.strip()
        and all(file.is_handed_in for file in one.files)
    ]


_NEEDS_REASON_SV = {
    Judgement.NOT_MET: "skriv varför det inte är uppfyllt.",
    Judgement.COMPLETE_BY: "skriv vad som ska kompletteras.",
}


def check_judgement(position: int, judged: JudgementDraft, day: date) -> None:
    """Raises Invalid, with the form's field, for a judgement without its reason or its day."""
    for mistake in judgement_mistakes(position, judged, day):
        raise mistake


def judgement_mistakes(position: int, judged: JudgementDraft, day: date) -> list[Invalid]:
    """All that `check_judgement` refuses in one judgement."""
    said = {}
    if judged.judgement in _NEEDS_REASON_SV and not judged.reason_sv.strip():
        said["skal"] = _NEEDS_REASON_SV[judged.judgement]
    is_due_later = judged.complete_by is not None and judged.complete_by > day
    if judged.judgement is Judgement.COMPLETE_BY and not is_due_later:
        said["senast"] = "skriv vilken dag kompletteringen senast ska ha kommit, från och med i morgon."
    return [Invalid(f"Krav {position}: {text}", field=f"{name}_{position}") for name, text in said.items()]


def completion_due(asked: Iterable[Asked]) -> date | None:
    """The first of the days that what is to be completed has, for all of it: it is handed in together."""
    days = [one.judged.complete_by for one in asked if one.judged.judgement is Judgement.COMPLETE_BY]
    return min((day for day in days if day), default=None)


def judgement_problems(judged: Iterable[Asked]) -> list[str]:
    """What is missing before a decision can be written: every requirement judged, every failure with its reason."""
    listed = list(judged)
    unjudged = [str(one.position) for one in listed if one.judged.judgement is None]
    incomplete = [str(one.position) for one in listed if one.judged.judgement is Judgement.COMPLETE_BY]
    problems = [
        f"Krav {one.position}: skriv varför det inte är uppfyllt."
        for one in listed
        if one.judged.judgement is Judgement.NOT_MET and not one.judged.reason_sv.strip()
    ]
    if incomplete:
        problems.insert(
            0, f"Krav {', '.join(incomplete)} ska kompletteras. Begär det, eller bedöm som det är."
        )
    if unjudged:
        word = "bedömt" if len(unjudged) == 1 else "bedömda"
        problems.insert(0, f"Krav {', '.join(unjudged)} är inte {word}.")
    return problems


def decision_obstacles(judged: Iterable[Asked], *, is_approval: bool, is_excluded: bool = False) -> list[str]:
    """Why this decision cannot be taken on these judgements. Whoever meets the requirements is approved, and nobody
    else (LOV 8 kap.), but for whom there is a ground to exclude (7 kap.): then nothing more has to be examined."""
    if is_excluded:
        return ["En grund för uteslutning står kvar. Avför den, eller avslå ansökan."] if is_approval else []
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


def decision_problems(
    judged: Iterable[Asked],
    outcome: Outcome,
    reasons_sv: str,
    diary_number: str,
    *,
    is_excluded: bool = False,
) -> list[str]:
    """What keeps a decision from being taken: the judgements, no reasons, no diary number."""
    problems = decision_obstacles(judged, is_approval=outcome is Outcome.APPROVED, is_excluded=is_excluded)
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
