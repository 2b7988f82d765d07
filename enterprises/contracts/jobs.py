"""Each day's work on the contracts: editions that come in force, last days that have passed, reminders. And letters to
those under contract, when something has been made known about the system."""

from sqlalchemy import select

from enterprises.contracts import queries, services
from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.contracts.services.steps import write_to_supplier
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.db import db, transaction
from marketplace.outbox import claimed, emit
from marketplace.procurement.models import SystemOfChoice
from marketplace.tenancy import acting_as, system_actor

DAY_TOPIC = "contracts.day"


def dispatch_day() -> None:
    """One message for each contract that the day does something to. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        of_kind = select(Organisation.id).where(Organisation.kind == OrganisationKind.AUTHORITY)
        for authority_id in list(db.session.scalars(of_kind.order_by(Organisation.id))):
            with acting_as(system_actor(authority_id)):
                for contract in queries.contracts_to_keep():
                    emit(
                        DAY_TOPIC,
                        authority_id=authority_id,
                        enterprise_id=contract.enterprise_id,
                        contract_id=contract.id,
                    )


def keep_contract(outbox_id: int) -> None:
    """What the day does to the contract that the message names."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.keep_contract(message.payload["contract_id"])


def tell_of_closing(outbox_id: int) -> None:
    """To those under contract in a system that takes no more applications: nothing changes for them."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        system = db.session.get_one(SystemOfChoice, message.payload["system_id"])
        live = select(Contract).where(
            Contract.system_id == system.id,
            Contract.state.not_in((ContractState.ENDED, ContractState.WITHDRAWN)),
        )
        for contract in db.session.scalars(live.order_by(Contract.id)).all():
            write_to_supplier(
                contract,
                "Ett system som ni har avtal i är stängt för nya ansökningar",
                f"{system.authority.name} har stängt {system.name} för nya ansökningar. Skäl: "
                f"{system.closing_reason_sv} Ert avtal och placeringarna enligt det gäller som förut.",
            )
