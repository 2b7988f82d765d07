"""A contract while it lasts: it rests, it is ended, or it comes to its last day."""

from datetime import date

from enterprises.contracts.edition_rules import EDITION_TRANSITIONS, EditionAction, EditionState, due_reminder
from enterprises.contracts.models import Contract
from enterprises.contracts.queries import contract_use, proposed_edition
from enterprises.contracts.rules import IN_FORCE, ContractAction, ending_obstacle_sv
from enterprises.contracts.services.amending import put_in_force
from enterprises.contracts.services.checks import drop_open_checks
from enterprises.contracts.services.steps import (
    announce,
    held,
    move,
    record,
    target,
    write_to_authority,
    write_to_supplier,
)
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.rules import advance
from marketplace.tenancy import current_actor

SUSPENDED_TOPIC = "contract.suspended"
ENDED_TOPIC = "contract.ended"
"""What later rooms react to; see JOBS in app.py."""


def suspend_contract(contract_id: int) -> None:
    """Lets a contract rest. Requests that wait for an answer are taken back by a job; what is booked goes on."""
    contract = held(contract_id)
    move(contract, ContractAction.SUSPEND)
    announce(SUSPENDED_TOPIC, contract)
    write_to_supplier(
        contract,
        "Ett avtal är vilande",
        f"{contract.authority.name} har gjort avtalet om {contract.system.name} vilande. Förfrågningar som väntar på "
        "svar återkallas. Placeringar som är accepterade eller pågår fortsätter.",
    )


def resume_contract(contract_id: int) -> None:
    contract = held(contract_id)
    move(contract, ContractAction.RESUME)
    write_to_supplier(
        contract,
        "Ett avtal gäller igen",
        f"{contract.authority.name} har återupptagit avtalet om {contract.system.name}.",
    )


def end_contract(contract_id: int) -> None:
    """For good; today is its last day. The text that was signed stays as it is.

    Raises Conflict while an accepted or running placement goes on after today. Requests are taken back by a job.
    """
    contract = held(contract_id)
    target(contract, ContractAction.END)
    obstacle = ending_obstacle_sv(contract_use(contract_id, today()))
    if obstacle:
        raise Conflict(obstacle)
    _end(contract, ContractAction.END, today())
    write_to_supplier(
        contract,
        "Ett avtal är avslutat",
        f"{contract.authority.name} har avslutat avtalet om {contract.system.name}. I dag är sista dagen. "
        "Det som är utfört faktureras.",
    )


def keep_contract(contract_id: int) -> None:
    """What a day does to a contract: an edition comes in force, the last day passes, the end draws near. By the
    system; may run twice."""
    contract = held(contract_id)
    if contract.state not in IN_FORCE:
        return
    put_in_force(contract)
    if contract.ends_on is not None and contract.ends_on < today():
        _end(contract, ContractAction.EXPIRE, contract.ends_on)
        about = f"Avtalet om {contract.system.name} gick ut {contract.ends_on.isoformat()}."
        write_to_supplier(contract, "Ett avtal har gått ut", about)
        write_to_authority(contract, "Ett avtal har gått ut", f"{contract.enterprise.name}. {about}")
        return
    _remind(contract)


def _end(contract: Contract, action: ContractAction, ended_on: date) -> None:
    offered = proposed_edition(contract.id)
    if offered is not None:
        role = current_actor().role
        way = EditionAction.WITHDRAW if action is ContractAction.END else EditionAction.LAPSE
        offered.state = EditionState(advance(EDITION_TRANSITIONS, offered.state, way, role).target)
    contract.ended_on = ended_on
    move(contract, action)
    drop_open_checks(contract)
    announce(ENDED_TOPIC, contract)


def _remind(contract: Contract) -> None:
    days = due_reminder(contract.ends_on, contract.reminded_days, today())
    if days is None or contract.ends_on is None:
        return
    contract.reminded_days = days
    db.session.flush()
    last_day = contract.ends_on.isoformat()
    record(contract, "remind", note_sv=f"Sista dagen är {last_day}")
    about = f"Avtalet om {contract.system.name} gäller till och med {last_day}."
    write_to_supplier(
        contract, "Ett avtal går snart ut", f"{about} Upphandlaren kan erbjuda en förlängning före dess."
    )
    write_to_authority(
        contract,
        "Ett avtal går snart ut",
        f"{contract.enterprise.name}. {about} Erbjud en förlängning, eller låt det gå ut.",
    )
