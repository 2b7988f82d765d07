"""The decision: taken by one officer, or proposed by one and taken by another; in writing, and told at once."""

from dataclasses import dataclass

from enterprises.applications.documents import Decision, Party, Subject, decision_text
from enterprises.applications.exclusion_rules import standing
from enterprises.applications.models import Application, DecisionProposal
from enterprises.applications.queries import asked, findings
from enterprises.applications.rules import (
    DECIDES,
    PROPOSES,
    ApplicationAction,
    ApplicationState,
    Outcome,
    alone_obstacle,
    decision_problems,
    second_obstacle,
)
from enterprises.applications.services.common import locked, may, move, refuse
from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import acting_users
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.tenancy import acting_as, current_actor, system_actor


@dataclass(frozen=True)
class DecisionDraft:
    """What an officer writes of a decision, before it is one."""

    outcome: Outcome
    reasons_sv: str
    diary_number: str
    presented_by: str = ""
    """Who proposed it to the one who decides."""


def approve_application(application_id: int, *, reasons_sv: str, diary_number: str) -> None:
    """Decides in writing that the enterprise is approved. A contract is to be drawn up next.

    Raises Invalid while a requirement is not judged met, a ground to exclude stands, or reasons or diary number are
    missing; Conflict where two are to decide.
    """
    _decide_alone(application_id, DecisionDraft(Outcome.APPROVED, reasons_sv, diary_number))


def reject_application(application_id: int, *, reasons_sv: str, diary_number: str) -> None:
    """Decides in writing that the enterprise is not approved, with reasons and how to have that corrected.

    Raises Invalid without reasons, or when every requirement is met and no ground to exclude stands; Conflict where two
    are to decide.
    """
    _decide_alone(application_id, DecisionDraft(Outcome.REJECTED, reasons_sv, diary_number))


def propose_decision(
    application_id: int, *, outcome: Outcome, reasons_sv: str, diary_number: str
) -> DecisionProposal:
    """Puts a decision before another officer. Raises as approve_application(), and Conflict where one decides alone or
    the authority has nobody else who can."""
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    may(application, PROPOSES[outcome])
    if not application.system.needs_two_deciders:
        raise Conflict("I det här systemet beslutar en upphandlare. Fatta beslutet direkt.")
    _check(application, DecisionDraft(outcome, reasons_sv, diary_number))
    actor = current_actor()
    with acting_as(system_actor()):
        others = set(acting_users(application.authority_id, Role.PROCUREMENT_OFFICER)) - {actor.user_id}
    if actor.user_id is None or not others:
        raise Conflict(
            "Systemet kräver två beslutsfattare, men ni har ingen annan upphandlare. Lägg till en först."
        )
    proposal = DecisionProposal(
        application_id=application.id,
        outcome=outcome,
        reasons_sv=reasons_sv.strip(),
        diary_number=diary_number.strip(),
        proposed_on=today(),
        proposed_by_id=actor.user_id,
        proposed_by=actor.user_name,
    )
    db.session.add(proposal)
    move(application, PROPOSES[outcome])
    return proposal


def confirm_decision(application_id: int) -> None:
    """Takes the decision as it is proposed. Raises Conflict for the officer who proposed it."""
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    proposal = _proposal_of(application)
    may(application, DECIDES[proposal.outcome])
    obstacle = second_obstacle(proposal.proposed_by_id, current_actor().user_id)
    if obstacle:
        raise Conflict(obstacle)
    draft = draft_of(proposal)
    _check(application, draft)
    _decide(application, draft)


def return_proposal(application_id: int, reason_sv: str) -> None:
    """Gives a proposed decision back, or takes one's own back. Raises Invalid without a reason."""
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    may(application, ApplicationAction.RETURN)
    proposal = _proposal_of(application)
    reason = " ".join(reason_sv.split())
    if not reason:
        raise Invalid("Skriv varför förslaget lämnas tillbaka.", field="reason_sv")
    db.session.delete(proposal)
    move(application, ApplicationAction.RETURN, note_sv=reason)


def draft_of(proposal: DecisionProposal) -> DecisionDraft:
    return DecisionDraft(
        proposal.outcome, proposal.reasons_sv, proposal.diary_number, presented_by=proposal.proposed_by
    )


def decision_preview(application: Application, draft: DecisionDraft) -> str:
    """The decision as it would be written today: by the actor, or on the actor's proposal when two decide."""
    actor_name = current_actor().user_name
    is_to_be_proposed = application.system.needs_two_deciders and not draft.presented_by
    return decision_text(
        Decision(
            is_approved=draft.outcome is Outcome.APPROVED,
            subject=Subject(
                authority=_party(application.authority),
                enterprise=_party(application.enterprise),
                system_name=application.system.name,
                regime=application.system.regime,
                terms_version=application.terms.version,
            ),
            diary_number=draft.diary_number.strip(),
            decided_on=today(),
            decided_by=f"{'En annan upphandlare' if is_to_be_proposed else actor_name}, {application.authority.name}",
            presented_by=actor_name if is_to_be_proposed else draft.presented_by,
            reasons_sv=draft.reasons_sv,
            judged=asked(application),
            findings=standing(findings(application)),
        )
    )


def _decide_alone(application_id: int, draft: DecisionDraft) -> None:
    application = locked(application_id, Role.PROCUREMENT_OFFICER)
    may(application, DECIDES[draft.outcome])
    is_proposed = application.state is ApplicationState.DECISION_PROPOSED
    obstacle = alone_obstacle(needs_two=application.system.needs_two_deciders or is_proposed)
    if obstacle:
        raise Conflict(obstacle)
    _check(application, draft)
    _decide(application, draft)


def _check(application: Application, draft: DecisionDraft) -> None:
    refuse(
        decision_problems(
            asked(application),
            draft.outcome,
            draft.reasons_sv,
            draft.diary_number,
            is_excluded=bool(standing(findings(application))),
        )
    )


def _decide(application: Application, draft: DecisionDraft) -> None:
    application.decision_sv = decision_preview(application, draft)
    application.decided_on = application.notified_on = today()
    application.decided_by_id = current_actor().user_id
    application.diary_number = draft.diary_number.strip()
    move(application, DECIDES[draft.outcome])
    write_letter(
        application.enterprise_id,
        Role.SUPPLIER_MANAGER,
        kind=LetterKind.DECISION,
        subject_sv=f"Beslut om er ansökan till {application.system.name}",
        text_sv=(
            f"{application.authority.name} har beslutat om er ansökan till {application.system.name}. Läs beslutet, "
            "skälen och vad ni kan göra nu."
        ),
        endpoint="applications.decision",
        application_id=application.id,
    )


def _proposal_of(application: Application) -> DecisionProposal:
    if application.proposal is None or application.state is not ApplicationState.DECISION_PROPOSED:
        raise Conflict("Inget beslut är föreslaget. Läs om sidan för att se vad som har hänt.")
    return application.proposal


def _party(organisation: Organisation) -> Party:
    return Party(organisation.name, organisation.orgnr or "")
