"""Each day's work on the contracts: editions that come in force, last days that have passed, reminders."""

from sqlalchemy import select

from enterprises.contracts import queries, services
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.db import db, transaction
from marketplace.outbox import claimed, emit
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
