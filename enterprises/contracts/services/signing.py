"""A contract until it holds: drawn up, signed by both, or taken back."""

from enterprises.applications.models import Application
from enterprises.applications.rules import ApplicationState
from enterprises.contracts.edition_rules import (
    EDITION_TRANSITIONS,
    EditionAction,
    EditionState,
    Facts,
    check_signable,
)
from enterprises.contracts.models import Contract, ContractEdition
from enterprises.contracts.queries import contract_of, edition_of
from enterprises.contracts.rules import (
    ContractAction,
    ContractDraft,
    ContractState,
    cap_problem_sv,
    contract_problems,
)
from enterprises.contracts.services.checks import plan_checks
from enterprises.contracts.services.steps import (
    held,
    move,
    record,
    require_officer,
    target,
    write_to_authority,
    write_to_supplier,
)
from enterprises.contracts.services.texts import composed_text, is_text_unchanged
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.documents import text_hash
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.queries import terms_with_rows
from marketplace.rules import advance
from marketplace.tenancy import current_actor

PAYMENT_DAYS = 30


def draw_up_contract(application_id: int, draft: ContractDraft) -> Contract:
    """The contract of an approved application, not signed by anyone.

    Raises Conflict when the application is not approved or has its contract, Invalid with the field that is wrong.
    """
    require_officer("Bara upphandlaren kan upprätta avtal.")
    application = get_or_404(Application, application_id, lock=True)
    if application.state is not ApplicationState.APPROVED:
        raise Conflict("Ett avtal upprättas när ansökan är godkänd.")
    if contract_of(application_id) is not None:
        raise Conflict("Avtalet är redan upprättat.")
    for field, message in contract_problems(draft, today()).items():
        raise Invalid(message, field=field)
    problem = cap_problem_sv(draft.capacity_cap, application.terms.rules)
    if problem:
        raise Invalid(problem, field="capacity_cap")
    facts = Facts(
        terms_id=application.terms_id,
        ends_on=draft.ends_on,
        vat_category=draft.vat_category,
        vat_exemption_reason_sv=draft.vat_exemption_reason_sv,
        buyer_reference=draft.buyer_reference,
        payment_days=PAYMENT_DAYS,
        capacity_cap=draft.capacity_cap,
        is_rounded=draft.is_rounded,
    ).tidy()
    contract = Contract(
        application_id=application.id,
        system_id=application.system_id,
        authority_id=application.authority_id,
        enterprise_id=application.enterprise_id,
        state=ContractState.AWAITING_SIGNATURE,
        starts_on=draft.starts_on,
        **vars(facts),
    )
    db.session.add(contract)
    db.session.flush()
    edition = ContractEdition(number=1, from_day=draft.starts_on, **vars(facts))
    add_edition(contract, edition)
    contract.edition_id = edition.id
    db.session.flush()
    db.session.expire(contract, ["edition"])
    record(contract, "draw_up", to_state=contract.state)
    write_to_supplier(
        contract,
        "Ett avtal att skriva under",
        f"{contract.authority.name} har upprättat ett avtal om {contract.system.name}. "
        "Läs det och skriv under. Det gäller när båda parter har skrivit under.",
    )
    return contract


def add_edition(contract: Contract, edition: ContractEdition) -> None:
    """Adds an edition that nobody has signed, with its text."""
    edition.contract_id = contract.id
    edition.authority_id, edition.enterprise_id = contract.authority_id, contract.enterprise_id
    edition.state, edition.created_at = EditionState.PROPOSED, now()
    edition.text_sv = composed_text(contract, edition, terms_with_rows(edition.terms_id))
    edition.text_sha256 = text_hash(edition.text_sv)
    db.session.add(edition)
    db.session.flush()


def sign_contract(contract_id: int, *, text_sha256: str) -> Contract:
    """The actor's party signs the text with this hash; the contract is active once both have.

    Raises Conflict when the party has signed already, or the text is not the one that the signer has read, or no
    longer says what holds.
    """
    contract = held(contract_id)
    target(contract, ContractAction.ACTIVATE)
    is_agreed = sign_edition(contract, contract.edition, text_sha256)
    record(contract, "sign", note_sv=f"Text med kontrollsumma {text_sha256[:12]}")
    if is_agreed:
        move(contract, ContractAction.ACTIVATE)
        plan_checks(contract)
    else:
        _tell_the_other(contract, f"avtalet om {contract.system.name}")
    return contract


def sign_edition(contract: Contract, edition: ContractEdition, text_sha256: str) -> bool:
    """Puts the actor's signature under an edition; whether both parties have signed it now."""
    actor = current_actor()
    transition = advance(EDITION_TRANSITIONS, edition.state, EditionAction.SIGN, actor.role)
    check_signable(edition.number, edition.from_day, today())
    is_authority = actor.role is Role.PROCUREMENT_OFFICER
    if (edition.authority_signed_at if is_authority else edition.enterprise_signed_at) is not None:
        raise Conflict("Ni har redan skrivit under. Nu väntar avtalet på den andra parten.")
    if text_sha256 != edition.text_sha256:
        raise Conflict("Avtalets text har ändrats sedan du läste den. Läs den på nytt och skriv sedan under.")
    if not is_text_unchanged(edition):
        raise Conflict(
            "En uppgift i avtalets text har ändrats sedan den skrevs. "
            "Upphandlaren begär nya underskrifter, och sedan kan båda läsa och skriva under."
        )
    if is_authority:
        edition.authority_signed_at, edition.authority_signed_by = now(), actor.user_name
        edition.authority_signed_id = actor.user_id
    else:
        edition.enterprise_signed_at, edition.enterprise_signed_by = now(), actor.user_name
        edition.enterprise_signed_id = actor.user_id
    is_agreed = edition.authority_signed_at is not None and edition.enterprise_signed_at is not None
    if is_agreed:
        edition.state = EditionState(transition.target)
    db.session.flush()
    return is_agreed


def renew_signatures(contract_id: int, number: int = 1) -> Contract:
    """Writes a text anew that no longer says what holds, without the signatures under it, so that both can read and
    sign."""
    contract = held(contract_id)
    require_officer("Bara upphandlaren kan begära nya underskrifter.")
    edition = edition_of(contract_id, number)
    if edition.state is not EditionState.PROPOSED or is_text_unchanged(edition):
        raise Conflict("Texten är oförändrad. Nya underskrifter behövs inte.")
    edition.authority_signed_at = edition.enterprise_signed_at = None
    edition.authority_signed_by = edition.enterprise_signed_by = ""
    edition.authority_signed_id = edition.enterprise_signed_id = None
    edition.text_sv = composed_text(contract, edition, edition.terms)
    edition.text_sha256 = text_hash(edition.text_sv)
    db.session.flush()
    record(contract, "renew_signatures")
    _tell_the_other(contract, f"avtalet om {contract.system.name} på nytt")
    return contract


def call_off_contract(contract_id: int) -> None:
    """Takes back a contract that both have not signed; the decision stands, and another can be drawn up."""
    contract = held(contract_id)
    target(contract, ContractAction.WITHDRAW)
    role = current_actor().role
    advanced = advance(EDITION_TRANSITIONS, contract.edition.state, EditionAction.WITHDRAW, role)
    contract.edition.state = EditionState(advanced.target)
    move(contract, ContractAction.WITHDRAW)
    write_to_supplier(
        contract,
        "Ett avtal är taget tillbaka",
        f"{contract.authority.name} har tagit tillbaka avtalet om {contract.system.name} innan båda hade skrivit "
        "under. Beslutet om godkännande står fast.",
    )


def _tell_the_other(contract: Contract, what_sv: str) -> None:
    """Asks the party that has not acted to sign."""
    is_authority = current_actor().role is Role.PROCUREMENT_OFFICER
    other = contract.authority.name if is_authority else contract.enterprise.name
    write = write_to_supplier if is_authority else write_to_authority
    write(contract, "Ett avtal att skriva under", f"{other} väntar på att ni skriver under {what_sv}.")
