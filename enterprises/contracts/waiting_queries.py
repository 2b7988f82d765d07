"""What waits at the parties of a contract: to draw up, to sign, to check, to prolong."""

from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from enterprises.applications.models import Application
from enterprises.applications.rules import ApplicationState
from enterprises.contracts.check_rules import AHEAD_DAYS
from enterprises.contracts.edition_rules import REMINDERS, EditionState, until_sv
from enterprises.contracts.models import Contract, ContractEdition, SupplierCheck
from enterprises.contracts.queries import ContractFilter, contracts_by
from enterprises.contracts.rules import IN_FORCE, ContractState
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.procurement.rules import CHECK_KIND_SV
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a procurement officer: what to draw up, sign, check and prolong. For a supplier's manager: what to sign, and
    what ends."""
    if actor.role is Role.PROCUREMENT_OFFICER:
        return _to_draw_up() + _to_sign(is_authority=True) + _to_end(is_authority=True) + _to_check()
    if actor.role is Role.SUPPLIER_MANAGER:
        return _to_sign(is_authority=False) + _to_end(is_authority=False)
    return []


def _to_draw_up() -> list[WaitingItem]:
    """Approved without a contract: it is to follow without delay (LOV 8 kap.)."""
    statement = (
        select(Application)
        .where(
            Application.state == ApplicationState.APPROVED,
            ~exists().where(
                Contract.application_id == Application.id, Contract.state != ContractState.WITHDRAWN
            ),
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
    """Contracts and amendments without the own party's signature. An amendment is signed before its day."""
    own = ContractEdition.authority_signed_at if is_authority else ContractEdition.enterprise_signed_at
    statement = (
        select(ContractEdition, Contract)
        .join(Contract, Contract.id == ContractEdition.contract_id)
        .where(
            ContractEdition.state == EditionState.PROPOSED,
            own.is_(None),
            or_(ContractEdition.number == 1, ContractEdition.from_day > today()),
        )
        .options(joinedload(Contract.system), joinedload(Contract.enterprise), joinedload(Contract.authority))
        .order_by(ContractEdition.from_day, ContractEdition.id)
    )
    items = []
    for edition, one in db.session.execute(statement):
        with_whom = f"{_other(one, is_authority=is_authority)} om {one.system.name}"
        if edition.number == 1:
            said, deadline = f"Skriv under avtalet med {with_whom}", one.starts_on
            endpoint, arguments = "contracts.show", {"contract_id": one.id}
        else:
            said = f"Ta ställning till ändringen av avtalet med {with_whom}"
            deadline = edition.from_day - timedelta(days=1)
            endpoint, arguments = (
                "contracts.edition",
                {"contract_id": one.id, "edition_number": edition.number},
            )
        items.append(WaitingItem(deadline, said, endpoint, arguments, "Avtal att skriva under"))
    return items


def _to_end(*, is_authority: bool) -> list[WaitingItem]:
    statement = (
        contracts_by(ContractFilter(IN_FORCE), ("start", False))
        .where(Contract.ends_on <= today() + timedelta(days=max(REMINDERS)))
        .order_by(None)
        .order_by(Contract.ends_on, Contract.id)
    )
    return [
        WaitingItem(
            one.ends_on,
            f"Avtalet med {_other(one, is_authority=is_authority)} om {one.system.name} gäller {until_sv(one.ends_on)}",
            "contracts.show",
            {"contract_id": one.id},
            "Avtal som går ut",
        )
        for one in db.session.scalars(statement)
    ]


def _to_check() -> list[WaitingItem]:
    statement = (
        select(SupplierCheck)
        .where(SupplierCheck.done_on.is_(None), SupplierCheck.due_on <= today() + timedelta(days=AHEAD_DAYS))
        .options(joinedload(SupplierCheck.contract).joinedload(Contract.enterprise))
        .order_by(SupplierCheck.due_on, SupplierCheck.id)
    )
    return [
        WaitingItem(
            one.due_on,
            f"Kontrollera {one.contract.enterprise.name}: {CHECK_KIND_SV[one.kind].lower()}",
            "contracts.check",
            {"check_id": one.id},
            "Kontroll av leverantör",
        )
        for one in db.session.scalars(statement)
    ]


def _other(one: Contract, *, is_authority: bool) -> str:
    return one.enterprise.name if is_authority else one.authority.name
