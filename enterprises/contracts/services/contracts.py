"""A contract from draft to end: its text, the two signatures, and rests."""

from enterprises.applications.documents import Party, Subject
from enterprises.applications.models import Application
from enterprises.applications.rules import ApplicationState
from enterprises.contracts.documents import Agreement, agreement_text
from enterprises.contracts.models import Contract
from enterprises.contracts.queries import contract_of, contract_use, contract_with_terms
from enterprises.contracts.rules import (
    CONTRACT_TRANSITIONS,
    ContractAction,
    ContractDraft,
    ContractState,
    VatCategory,
    contract_problems,
    ending_obstacle_sv,
)
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.documents import text_hash
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.procurement.queries import price_drafts
from marketplace.reference.queries import kommun_labels
from marketplace.rules import advance
from marketplace.tenancy import current_actor

SUSPENDED_TOPIC = "contract.suspended"
ENDED_TOPIC = "contract.ended"
"""What later rooms react to; see JOBS in app.py."""


def draw_up_contract(application_id: int, draft: ContractDraft) -> Contract:
    """The contract of an approved application, not signed by anyone.

    Raises Conflict when the application is not approved or has its contract, Invalid with the field that is wrong.
    """
    if current_actor().role is not Role.PROCUREMENT_OFFICER:
        raise NotAllowed("Bara upphandlaren kan upprätta avtal.")
    application = get_or_404(Application, application_id, lock=True)
    if application.state is not ApplicationState.APPROVED:
        raise Conflict("Ett avtal upprättas när ansökan är godkänd.")
    if contract_of(application_id) is not None:
        raise Conflict("Avtalet är redan upprättat.")
    for field, message in contract_problems(draft, today()).items():
        raise Invalid(message, field=field)
    is_exempt = draft.vat_category is VatCategory.EXEMPT
    contract = Contract(
        application_id=application.id,
        system_id=application.system_id,
        terms_id=application.terms_id,
        authority_id=application.authority_id,
        enterprise_id=application.enterprise_id,
        state=ContractState.AWAITING_SIGNATURE,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        vat_category=draft.vat_category,
        vat_exemption_reason_sv=draft.vat_exemption_reason_sv.strip() if is_exempt else "",
        buyer_reference=draft.buyer_reference.strip(),
        payment_days=30,
        text_sha256="",
    )
    db.session.add(contract)
    db.session.flush()
    contract.text_sha256 = contract_hash(contract)
    db.session.flush()
    _record(contract, "draw_up", to_state=contract.state)
    return contract


def contract_text(contract: Contract) -> str:
    """The text that both parties sign: the same for as long as nothing in the contract and its terms changes."""
    terms, system = contract.terms, contract.system
    return agreement_text(
        Agreement(
            subject=Subject(
                authority=Party(contract.authority.name, contract.authority.orgnr or ""),
                enterprise=Party(contract.enterprise.name, contract.enterprise.orgnr or ""),
                system_name=system.name,
                regime=system.regime,
                terms_version=terms.version,
            ),
            service_sv=system.service_sv,
            kommun_names=list(kommun_labels(system.kommun_codes).values()),
            diary_number=contract.application.diary_number or "",
            draft=ContractDraft(
                contract.starts_on,
                contract.ends_on,
                contract.vat_category,
                contract.vat_exemption_reason_sv,
                contract.buyer_reference,
            ),
            payment_days=contract.payment_days,
            rules=terms.rules,
            requirements=[requirement.text_sv for requirement in terms.requirements],
            prices=price_drafts(terms.prices),
            contract_text_sv=terms.contract_text_sv,
        )
    )


def contract_hash(contract: Contract) -> str:
    """SHA-256 of the text as it is now; `text_sha256` is that of the text which is being or has been signed."""
    return text_hash(contract_text(contract))


def sign_contract(contract_id: int, *, text_sha256: str) -> Contract:
    """The actor's party signs the text with this hash; the contract is active once both have.

    Raises Conflict when the party has signed already, or the text is not the one that the signer has read and the
    other party has signed.
    """
    contract = _locked(contract_id)
    actor = current_actor()
    target = _target(contract, ContractAction.ACTIVATE)
    is_authority = actor.role is Role.PROCUREMENT_OFFICER
    if (contract.authority_signed_at if is_authority else contract.enterprise_signed_at) is not None:
        raise Conflict("Ni har redan skrivit under. Nu väntar avtalet på den andra parten.")
    current = contract_hash(contract)
    if text_sha256 != current:
        raise Conflict("Avtalets text har ändrats sedan du läste den. Läs den på nytt och skriv sedan under.")
    if current != contract.text_sha256 and (contract.authority_signed_at or contract.enterprise_signed_at):
        raise Conflict(
            "Avtalets text har ändrats sedan den andra parten skrev under. "
            "Be upphandlaren att begära nya underskrifter."
        )
    contract.text_sha256 = current
    if is_authority:
        contract.authority_signed_at, contract.authority_signed_by = now(), actor.user_name
    else:
        contract.enterprise_signed_at, contract.enterprise_signed_by = now(), actor.user_name
    db.session.flush()
    _record(contract, "sign", note_sv=f"Text med kontrollsumma {current[:12]}")
    if contract.authority_signed_at and contract.enterprise_signed_at:
        _move(contract, ContractAction.ACTIVATE, target)
    return contract


def renew_signatures(contract_id: int) -> Contract:
    """Takes away a signature under a text that has changed, so that both can read and sign the text as it is."""
    contract = _locked(contract_id)
    if current_actor().role is not Role.PROCUREMENT_OFFICER:
        raise NotAllowed("Bara upphandlaren kan begära nya underskrifter.")
    current = contract_hash(contract)
    if contract.state is not ContractState.AWAITING_SIGNATURE or contract.text_sha256 == current:
        raise Conflict("Texten är oförändrad. Nya underskrifter behövs inte.")
    contract.authority_signed_at = contract.enterprise_signed_at = None
    contract.authority_signed_by = contract.enterprise_signed_by = ""
    contract.text_sha256 = current
    db.session.flush()
    _record(contract, "renew_signatures")
    return contract


def suspend_contract(contract_id: int) -> None:
    """Lets a contract rest. Requests that wait for an answer are taken back by a job; what is booked goes on."""
    contract = _locked(contract_id)
    _move(contract, ContractAction.SUSPEND, _target(contract, ContractAction.SUSPEND))
    _tell(SUSPENDED_TOPIC, contract)


def resume_contract(contract_id: int) -> None:
    contract = _locked(contract_id)
    _move(contract, ContractAction.RESUME, _target(contract, ContractAction.RESUME))


def end_contract(contract_id: int) -> None:
    """For good; today is its last day. The text that was signed stays as it is.

    Raises Conflict while an accepted or running placement goes on after today. Requests are taken back by a job.
    """
    contract = _locked(contract_id)
    target = _target(contract, ContractAction.END)
    obstacle = ending_obstacle_sv(contract_use(contract_id))
    if obstacle:
        raise Conflict(obstacle)
    contract.ended_on = today()
    _move(contract, ContractAction.END, target)
    _tell(ENDED_TOPIC, contract)


def _locked(contract_id: int) -> Contract:
    """The contract, held until the transaction ends. A request and an acceptance hold it too, in the database."""
    get_or_404(Contract, contract_id, lock=True)
    return contract_with_terms(contract_id)


def _target(contract: Contract, action: ContractAction) -> ContractState:
    return ContractState(advance(CONTRACT_TRANSITIONS, contract.state, action, current_actor().role).target)


def _move(contract: Contract, action: ContractAction, target: ContractState) -> None:
    before, contract.state = contract.state, target
    db.session.flush()
    _record(contract, action, from_state=before, to_state=target)


def _tell(topic: str, contract: Contract) -> None:
    emit(
        topic,
        authority_id=contract.authority_id,
        enterprise_id=contract.enterprise_id,
        contract_id=contract.id,
    )


def _record(
    contract: Contract,
    action: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    note_sv: str = "",
) -> None:
    audit.record(
        "contract",
        contract.id,
        action,
        authority_id=contract.authority_id,
        enterprise_id=contract.enterprise_id,
        from_state=from_state,
        to_state=to_state,
        note_sv=note_sv,
    )
