"""The blueprint that the pages of contracts share, and the way to one."""

from flask import Blueprint, url_for

from enterprises.contracts.edition_rules import EditionState
from enterprises.contracts.models import Contract, ContractEdition
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor

bp = Blueprint("contracts", __name__)

READERS = (Role.PROCUREMENT_OFFICER, Role.CONTROLLER, Role.SUPPLIER_MANAGER)
SIGNERS = (Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)


def contract_crumbs(one: Contract) -> list[tuple[str, str]]:
    """The way to a contract's page, named by the other party."""
    is_supplier = current_actor().role is Role.SUPPLIER_MANAGER
    other = one.authority.name if is_supplier else one.enterprise.name
    return [
        ("Avtal", url_for("contracts.index")),
        (other, url_for("contracts.show", contract_id=one.id)),
    ]


def may_sign(edition: ContractEdition) -> bool:
    """Whether the actor's party is to sign the edition and has not."""
    role = current_actor().role
    if edition.state is not EditionState.PROPOSED or role not in SIGNERS:
        return False
    own = edition.authority_signed_at if role is Role.PROCUREMENT_OFFICER else edition.enterprise_signed_at
    return own is None
