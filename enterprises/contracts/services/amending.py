"""Amendments: a new edition that both sign, in force from the first of a month."""

from dataclasses import replace
from datetime import date

from enterprises.contracts.edition_rules import (
    EDITION_TRANSITIONS,
    Amendment,
    EditionAction,
    EditionState,
    amendment_problems,
    moved_cap,
    numbered,
)
from enterprises.contracts.models import Contract, ContractEdition
from enterprises.contracts.queries import (
    contract_use,
    contracts_on_other_terms,
    edition_of,
    editions,
)
from enterprises.contracts.rules import IN_FORCE, ContractAction, cap_problem_sv, shortening_obstacle_sv
from enterprises.contracts.services.checks import plan_checks
from enterprises.contracts.services.signing import add_edition, sign_edition
from enterprises.contracts.services.steps import (
    held,
    record,
    require_officer,
    target,
    write_to_authority,
    write_to_supplier,
)
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.queries import terms_with_rows
from marketplace.procurement.rules import TermsState
from marketplace.rules import advance
from marketplace.tenancy import current_actor


def propose_amendment(contract_id: int, amendment: Amendment) -> ContractEdition:
    """Offers a new edition, not signed by anyone.

    Raises Conflict when the contract is not in force or another edition waits to be signed, Invalid with the field
    that is wrong.
    """
    contract = held(contract_id)
    target(contract, ContractAction.AMEND)
    known = editions(contract_id)
    if any(one.state is EditionState.PROPOSED for one in known):
        raise Conflict("En ändring väntar redan på underskrift. Dra tillbaka den först.")
    agreed = next(one for one in known if one.state is EditionState.SIGNED)
    _check(contract, amendment, agreed)
    edition = ContractEdition(
        number=numbered(one.number for one in known),
        from_day=amendment.from_day,
        reason_sv=amendment.reason_sv.strip(),
        **vars(amendment.facts.tidy()),
    )
    add_edition(contract, edition)
    record(contract, "propose_amendment", note_sv=_called(edition))
    write_to_supplier(
        contract,
        "En ändring av ett avtal att läsa och skriva under",
        f"{contract.authority.name} erbjuder en ändring av avtalet om {contract.system.name} från "
        f"{edition.from_day.isoformat()}. Skriver ni inte under före dess fortsätter avtalet som det är.",
    )
    return edition


def _check(contract: Contract, amendment: Amendment, agreed: ContractEdition) -> None:
    problems = amendment_problems(amendment, agreed.facts, agreed.from_day, contract.starts_on, today())
    for field, message in problems.items():
        raise Invalid(message, field=field)
    terms = terms_with_rows(amendment.facts.terms_id)
    if terms.system_id != contract.system_id or terms.state is TermsState.DRAFT:
        raise Invalid("Välj en publicerad version av systemets förfrågningsunderlag.", field="terms_id")
    problem = cap_problem_sv(amendment.facts.capacity_cap, terms.rules)
    if problem:
        raise Invalid(problem, field="capacity_cap")
    ends_on = amendment.facts.ends_on
    if ends_on is not None:
        obstacle = shortening_obstacle_sv(contract_use(contract.id, ends_on))
        if obstacle:
            raise Invalid(obstacle, field="ends_on")


def sign_amendment(contract_id: int, number: int, *, text_sha256: str) -> ContractEdition:
    """The actor's party signs an amendment. Once both have, the contract lasts as long as it says; the rest is in
    force from its day."""
    contract = held(contract_id)
    edition = edition_of(contract_id, number)
    if contract.state not in IN_FORCE or number == 1:
        raise Conflict("Bara ett avtal som gäller eller är vilande kan ändras.")
    is_agreed = sign_edition(contract, edition, text_sha256)
    if is_agreed and contract.ends_on != edition.ends_on:
        contract.ends_on, contract.reminded_days = edition.ends_on, None
        db.session.flush()
    record(contract, "agree_amendment" if is_agreed else "sign_amendment", note_sv=f"Utgåva {edition.number}")
    is_authority = current_actor().role is Role.PROCUREMENT_OFFICER
    signer = contract.authority.name if is_authority else contract.enterprise.name
    write = write_to_supplier if is_authority else write_to_authority
    said = (
        f"Ändringen av avtalet om {contract.system.name} gäller från {edition.from_day.isoformat()}."
        if is_agreed
        else f"Nu väntar ändringen av avtalet om {contract.system.name} på er underskrift."
    )
    write(contract, "En ändring av ett avtal är underskriven", f"{signer} har skrivit under. {said}")
    return edition


def withdraw_amendment(contract_id: int, number: int) -> None:
    """Takes back an amendment that both have not signed. The contract goes on as it is."""
    contract = held(contract_id)
    edition = edition_of(contract_id, number)
    if number == 1:
        raise Conflict("Det är inte en ändring. Ta tillbaka hela avtalet i stället.")
    _take_back(contract, edition, EditionAction.WITHDRAW, "withdraw_amendment")
    write_to_supplier(
        contract,
        "En ändring av ett avtal är tillbakadragen",
        f"{contract.authority.name} har dragit tillbaka ändringen av avtalet om {contract.system.name}. "
        "Avtalet fortsätter som det är.",
    )


def offer_terms(terms_id: int, from_day: date, reason_sv: str) -> list[int]:
    """Offers the published version to every contract of an earlier one that has no open offer; the contracts' ids.

    Each enterprise accepts by signing, or lets it be. Raises Conflict when there is nobody to offer it to.
    """
    require_officer("Bara upphandlaren kan erbjuda en ny version.")
    terms = terms_with_rows(terms_id)
    if terms.state is not TermsState.PUBLISHED:
        raise Conflict("Bara den version som är publicerad kan erbjudas.")
    found = contracts_on_other_terms(terms)
    if not found:
        raise Conflict("Inget avtal följer en äldre version, eller så är den redan erbjuden.")
    for contract_id, agreed in found:
        before = agreed.terms.rules.capacity_cap
        cap = moved_cap(agreed.capacity_cap, before, terms.rules.capacity_cap)
        facts = replace(agreed.facts, terms_id=terms_id, capacity_cap=cap)
        propose_amendment(contract_id, Amendment(from_day, reason_sv, facts))
    return [contract_id for contract_id, _ in found]


def put_in_force(contract: Contract) -> None:
    """Puts the editions whose day has come in force, and lets go of offers that were not signed in time. By the
    system."""
    known = editions(contract.id)
    for edition in known:
        if edition.state is EditionState.PROPOSED and edition.number > 1 and edition.from_day <= today():
            _take_back(contract, edition, EditionAction.LAPSE, "lapse_amendment")
            write_to_authority(
                contract,
                "En ändring av ett avtal förföll",
                f"Ändringen av avtalet med {contract.enterprise.name} om {contract.system.name} skrevs inte under "
                f"före {edition.from_day.isoformat()}. Avtalet fortsätter som det är.",
            )
    begun = (one for one in known if one.state is EditionState.SIGNED and one.from_day <= today())
    due = next(begun, None)
    if due is None or due.id == contract.edition_id:
        return
    for name, value in vars(due.facts).items():
        if name != "ends_on":  # as was last agreed
            setattr(contract, name, value)
    contract.edition_id = due.id
    db.session.flush()
    db.session.expire(contract, ["edition", "terms"])
    record(contract, "amend", note_sv=_called(due))
    plan_checks(contract)


def _take_back(contract: Contract, edition: ContractEdition, action: EditionAction, event: str) -> None:
    advanced = advance(EDITION_TRANSITIONS, edition.state, action, current_actor().role)
    edition.state = EditionState(advanced.target)
    db.session.flush()
    record(contract, event, note_sv=f"Utgåva {edition.number}")


def _called(edition: ContractEdition) -> str:
    return f"Utgåva {edition.number} från {edition.from_day.isoformat()}: {edition.reason_sv}"
