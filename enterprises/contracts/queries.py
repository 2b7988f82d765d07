"""Contracts, as each of the two parties sees them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, text
from sqlalchemy.orm import contains_eager, joinedload

from enterprises.applications.models import Application
from enterprises.applications.queries import Authority, Enterprise
from enterprises.applications.rules import ApplicationState
from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState, ContractUse
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

CONTRACT_SORTS: dict[str, ColumnElement[Any]] = {
    "foretag": swedish_order(Enterprise.name),
    "myndighet": swedish_order(Authority.name),
    "system": swedish_order(SystemOfChoice.name),
    "start": Contract.starts_on,  # type: ignore[dict-item]  # an attribute is an expression
}


@dataclass(frozen=True)
class ContractFilter:
    states: tuple[ContractState, ...] = ()
    system_id: int | None = None


def live_contract(enterprise_id: int | None, system_id: int) -> Contract | None:
    """The contract in the system that has not ended."""
    statement = select(Contract).where(
        Contract.enterprise_id == enterprise_id,
        Contract.system_id == system_id,
        Contract.state != ContractState.ENDED,
    )
    return db.session.scalar(statement)


def contract_of(application_id: int) -> Contract | None:
    return db.session.scalar(select(Contract).where(Contract.application_id == application_id))


def contract_with_terms(contract_id: int) -> Contract:
    """Raises NotFound when the actor is no party to it."""
    statement = (
        select(Contract)
        .where(Contract.id == contract_id)
        .options(
            joinedload(Contract.system),
            joinedload(Contract.application),
            joinedload(Contract.terms).selectinload(TermsVersion.requirements),
            joinedload(Contract.terms).selectinload(TermsVersion.prices),
            joinedload(Contract.enterprise),
            joinedload(Contract.authority),
        )
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def contract_use(contract_id: int) -> ContractUse:
    """What depends on the contract after today, for its procurement officer, who sees none of the placements."""
    statement = text("SELECT requested, booked, last_day FROM contract_use(:contract_id, :today)")
    row = db.session.execute(statement, {"contract_id": contract_id, "today": today()}).one()
    return ContractUse(*row)


def _contracts(wanted: ContractFilter, sort: tuple[str, bool]) -> Select[Contract]:
    key, is_descending = sort
    order = CONTRACT_SORTS[key]
    statement = (
        select(Contract)
        .join(Contract.system)
        .join(Enterprise, Contract.enterprise)
        .join(Authority, Contract.authority)
        .options(
            contains_eager(Contract.system),
            contains_eager(Contract.enterprise.of_type(Enterprise)),
            contains_eager(Contract.authority.of_type(Authority)),
        )
        .order_by(order.desc() if is_descending else order, Contract.id)
    )
    if wanted.states:
        statement = statement.where(Contract.state.in_(wanted.states))
    if wanted.system_id:
        statement = statement.where(Contract.system_id == wanted.system_id)
    return statement


def contract_page(wanted: ContractFilter, sort: tuple[str, bool], page: int = 1) -> Page[Contract]:
    """One page of the contracts that the actor is party to."""
    return paginate(_contracts(wanted, sort), page)


def all_contracts(wanted: ContractFilter, sort: tuple[str, bool]) -> list[Contract]:
    """The same rows without pages, for a download."""
    return list(db.session.scalars(_contracts(wanted, sort)))


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a procurement officer: what to draw up and sign. For a supplier's manager: what to sign."""
    if actor.role is Role.PROCUREMENT_OFFICER:
        return _to_draw_up() + _to_sign(is_authority=True)
    if actor.role is Role.SUPPLIER_MANAGER:
        return _to_sign(is_authority=False)
    return []


def _to_draw_up() -> list[WaitingItem]:
    """Approved without a contract: it is to follow without delay (LOV 8 kap.)."""
    statement = (
        select(Application)
        .where(
            Application.state == ApplicationState.APPROVED,
            ~exists().where(Contract.application_id == Application.id),
        )
        .options(joinedload(Application.enterprise), joinedload(Application.system))
        .order_by(Application.decided_on, Application.id)
    )
    return [
        WaitingItem(
            one.decided_on,
            f"Upprätta avtal med {one.enterprise.name} om {one.system.name}",
            "contracts.draw_up",
            {"application_id": one.id},
            "Avtal att upprätta",
        )
        for one in db.session.scalars(statement)
    ]


def _to_sign(*, is_authority: bool) -> list[WaitingItem]:
    found = all_contracts(ContractFilter((ContractState.AWAITING_SIGNATURE,)), ("start", False))
    items = []
    for one in found:
        signed_at = one.authority_signed_at if is_authority else one.enterprise_signed_at
        other = one.enterprise.name if is_authority else one.authority.name
        if signed_at is None:
            text = f"Skriv under avtalet med {other} om {one.system.name}"
            arguments = {"contract_id": one.id}
            items.append(
                WaitingItem(one.starts_on, text, "contracts.show", arguments, "Avtal att skriva under")
            )
    return items
