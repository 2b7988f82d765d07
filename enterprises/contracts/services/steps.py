"""What every verb of a contract does: hold it, move it, record it, and tell the parties."""

from enterprises.contracts.models import Contract
from enterprises.contracts.queries import contract_with_terms
from enterprises.contracts.rules import CONTRACT_TRANSITIONS, ContractAction, ContractState
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import current_actor


def held(contract_id: int) -> Contract:
    """The contract, until the transaction ends. A request and an acceptance hold it too, in the database."""
    get_or_404(Contract, contract_id, lock=True)
    return contract_with_terms(contract_id)


def require_officer(message_sv: str) -> None:
    if current_actor().role is not Role.PROCUREMENT_OFFICER:
        raise NotAllowed(message_sv)


def target(contract: Contract, action: ContractAction) -> ContractState:
    """Where the action leads; raises Conflict or NotAllowed."""
    return ContractState(advance(CONTRACT_TRANSITIONS, contract.state, action, current_actor().role).target)


def move(contract: Contract, action: ContractAction) -> None:
    before, contract.state = contract.state, target(contract, action)
    db.session.flush()
    record(contract, action, from_state=before, to_state=contract.state)


def record(
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


def announce(topic: str, contract: Contract) -> None:
    """A message to later rooms."""
    emit(
        topic,
        authority_id=contract.authority_id,
        enterprise_id=contract.enterprise_id,
        contract_id=contract.id,
    )


def write_to_supplier(contract: Contract, subject_sv: str, text_sv: str) -> None:
    write_letter(
        contract.enterprise_id,
        Role.SUPPLIER_MANAGER,
        kind=LetterKind.CONTRACT,
        subject_sv=subject_sv,
        text_sv=text_sv,
        endpoint="contracts.show",
        contract_id=contract.id,
    )


def write_to_authority(contract: Contract, subject_sv: str, text_sv: str) -> None:
    write_letter(
        contract.authority_id,
        Role.PROCUREMENT_OFFICER,
        kind=LetterKind.CONTRACT,
        subject_sv=subject_sv,
        text_sv=text_sv,
        endpoint="contracts.show",
        contract_id=contract.id,
    )
