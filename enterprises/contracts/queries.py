"""Contracts, as each of the two parties sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, text
from sqlalchemy.orm import aliased, contains_eager, joinedload

from enterprises.applications.queries import Authority, Enterprise
from enterprises.contracts.edition_rules import REMINDERS, EditionState
from enterprises.contracts.models import Contract, ContractEdition, SupplierCheck
from enterprises.contracts.rules import IN_FORCE, ContractState, ContractUse, PlacementUnder
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.rules import TermsState

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
        Contract.state.not_in((ContractState.ENDED, ContractState.WITHDRAWN)),
    )
    return db.session.scalar(statement)


def contract_of(application_id: int) -> Contract | None:
    """The application's contract that has not been taken back."""
    statement = select(Contract).where(
        Contract.application_id == application_id, Contract.state != ContractState.WITHDRAWN
    )
    return db.session.scalar(statement)


def contract_with_terms(contract_id: int) -> Contract:
    """Read anew, with its edition in force. Raises NotFound when the actor is no party to it."""
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
            joinedload(Contract.edition).joinedload(ContractEdition.terms),
        )
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def contract_use(contract_id: int, after: date | None = None) -> ContractUse:
    """What depends on the contract after a day (today), for its procurement officer, who sees no placement."""
    statement = text("SELECT requested, booked, last_day FROM contract_use(:contract_id, :after)")
    row = db.session.execute(statement, {"contract_id": contract_id, "after": after or today()}).one()
    return ContractUse(*row)


def placements_under(contract_id: int) -> list[PlacementUnder]:
    """The accepted and running placements that go on after today, the first to end first; for the same."""
    statement = text("SELECT id, state, last_day FROM contract_placements(:contract_id, :after)")
    rows = db.session.execute(statement, {"contract_id": contract_id, "after": today()})
    return [PlacementUnder(*row) for row in rows]


def offered_seats(enterprise_id: int) -> int:
    """Seats in service today at the enterprise's published places; told from the tables of a later room."""
    statement = text(
        "SELECT count(*) FROM seat s JOIN place p ON p.id = s.place_id"
        " WHERE p.enterprise_id = :enterprise_id AND p.state = 'published' AND NOT EXISTS ("
        "SELECT FROM seat_use u WHERE u.seat_id = s.id AND u.kind = 'retired'"
        " AND :day BETWEEN u.first_day AND u.last_day)"
    )
    found: int = db.session.execute(statement, {"enterprise_id": enterprise_id, "day": today()}).scalar_one()
    return found


# Editions.


def editions(contract_id: int) -> list[ContractEdition]:
    """Every edition, the latest first, read anew."""
    statement = (
        select(ContractEdition)
        .where(ContractEdition.contract_id == contract_id)
        .options(joinedload(ContractEdition.terms))
        .order_by(ContractEdition.number.desc())
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


def edition_of(contract_id: int, number: int) -> ContractEdition:
    """Raises NotFound when there is none that the actor may see."""
    for edition in editions(contract_id):
        if edition.number == number:
            return edition
    raise NotFound()


def proposed_edition(contract_id: int) -> ContractEdition | None:
    """What waits to be signed."""
    return next((one for one in editions(contract_id) if one.state is EditionState.PROPOSED), None)


def edition_on(contract_id: int, day: date) -> ContractEdition:
    """What the contract says on a day, whatever it says now; before its start, what it says at the start.

    An amendment is in force from the first of a month, so with a month's last day the answer is good for the month.
    """
    statement = (
        select(ContractEdition)
        .where(ContractEdition.contract_id == contract_id, ContractEdition.state == EditionState.SIGNED)
        .order_by((ContractEdition.from_day <= day).desc(), ContractEdition.number.desc())
        .limit(1)
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def contracts_on_other_terms(terms: TermsVersion) -> list[tuple[int, ContractEdition]]:
    """Contracts in force that go on under another version than this and have no open offer, with what was last
    agreed; by number."""
    statement = (
        select(Contract.id)
        .where(
            Contract.system_id == terms.system_id,
            Contract.state.in_(IN_FORCE),
            ~_has_edition(ContractEdition.state == EditionState.PROPOSED),
        )
        .order_by(Contract.id)
    )
    found = []
    for contract_id in db.session.scalars(statement):
        agreed = next(one for one in editions(contract_id) if one.state is EditionState.SIGNED)
        if agreed.terms_id != terms.id:
            found.append((contract_id, agreed))
    return found


def with_parties(found: Iterable[tuple[int, ContractEdition]]) -> list[tuple[Contract, ContractEdition]]:
    """Those contracts with the parties' names, in the same order."""
    return [(contract_with_terms(contract_id), agreed) for contract_id, agreed in found]


def versions_to_offer() -> list[TermsVersion]:
    """Published versions that contracts of the authority's could be moved to, by system."""
    older = select(Contract.system_id).where(
        Contract.state.in_(IN_FORCE),
        Contract.terms_id != TermsVersion.id,
        ~_has_edition(ContractEdition.state == EditionState.PROPOSED),
        ~_has_edition(
            ContractEdition.state == EditionState.SIGNED, ContractEdition.terms_id == TermsVersion.id
        ),
    )
    statement = (
        select(TermsVersion)
        .where(TermsVersion.state == TermsState.PUBLISHED, TermsVersion.system_id.in_(older))
        .options(joinedload(TermsVersion.system))
        .order_by(TermsVersion.id)
    )
    return list(db.session.scalars(statement))


def contracts_to_keep() -> list[Contract]:
    """Those that today does something to: an edition to put in force or let go of, a last day passed, a reminder."""
    in_force = aliased(ContractEdition)
    now_number = select(in_force.number).where(in_force.id == Contract.edition_id).correlate(Contract)
    later = _has_edition(
        ContractEdition.state != EditionState.WITHDRAWN,
        ContractEdition.from_day <= today(),
        ContractEdition.number > now_number.scalar_subquery(),
    )
    reminders = [
        and_(
            Contract.ends_on <= today() + timedelta(days=days),
            or_(Contract.reminded_days.is_(None), Contract.reminded_days > days),
        )
        for days in REMINDERS
    ]
    statement = (
        select(Contract)
        .where(Contract.state.in_(IN_FORCE), or_(Contract.ends_on < today(), later, *reminders))
        .order_by(Contract.id)
    )
    return list(db.session.scalars(statement))


def _has_edition(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    found = exists().where(ContractEdition.contract_id == Contract.id, *conditions)
    return found.correlate(Contract, TermsVersion)


# Checks.


def checks(contract_id: int) -> list[SupplierCheck]:
    """What is to be looked up, the nearest first, and then what has been, the latest first."""
    statement = select(SupplierCheck).where(SupplierCheck.contract_id == contract_id)
    found = db.session.scalars(statement.order_by(SupplierCheck.due_on, SupplierCheck.id)).all()
    is_open = [one for one in found if one.done_on is None]
    done = sorted(
        (one for one in found if one.done_on is not None),
        key=lambda one: (one.done_on or date.min, one.id),
        reverse=True,
    )
    return [*is_open, *done]


def check_with_contract(check_id: int) -> SupplierCheck:
    """Raises NotFound when it is not the actor's authority's."""
    statement = (
        select(SupplierCheck)
        .where(SupplierCheck.id == check_id)
        .options(
            joinedload(SupplierCheck.contract).options(
                joinedload(Contract.enterprise),
                joinedload(Contract.authority),
                joinedload(Contract.system),
                joinedload(Contract.terms),
            )
        )
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


# Lists.


def contracts_by(wanted: ContractFilter, sort: tuple[str, bool]) -> Select[Contract]:
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
    return paginate(contracts_by(wanted, sort), page)


def all_contracts(wanted: ContractFilter, sort: tuple[str, bool]) -> list[Contract]:
    """The same rows without pages, for a download."""
    return list(db.session.scalars(contracts_by(wanted, sort)))
