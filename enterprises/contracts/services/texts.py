"""The text of an edition: what both parties sign."""

from enterprises.applications.documents import Party, Subject
from enterprises.contracts.documents import Agreement, Change, agreement_text
from enterprises.contracts.edition_rules import EditionState
from enterprises.contracts.models import Contract, ContractEdition
from enterprises.contracts.rules import ContractDraft
from marketplace.documents import text_hash
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.queries import price_drafts
from marketplace.reference.queries import kommun_labels


def composed_text(contract: Contract, edition: ContractEdition, terms: TermsVersion) -> str:
    """The text as the facts and the parties' names make it now."""
    system = contract.system
    return agreement_text(
        Agreement(
            subject=Subject(
                authority=Party(contract.authority.name, contract.authority.orgnr or ""),
                enterprise=Party(contract.enterprise.name, contract.enterprise.orgnr or ""),
                system_name=system.name,
                regime=system.regime,
                terms_version=terms.version,
            ),
            service_sv=system.service_sv,
            kommun_names=list(kommun_labels(system.kommun_codes).values()),
            diary_number=contract.application.diary_number or "",
            draft=ContractDraft(
                contract.starts_on,
                edition.ends_on,
                edition.vat_category,
                edition.vat_exemption_reason_sv,
                edition.buyer_reference,
                edition.capacity_cap,
                edition.is_rounded,
            ),
            payment_days=edition.payment_days,
            rules=terms.rules,
            requirements=[requirement.text_sv for requirement in terms.requirements],
            prices=price_drafts(terms.prices),
            contract_text_sv=terms.contract_text_sv,
            change=Change(edition.number, edition.from_day, edition.reason_sv)
            if edition.number > 1
            else None,
        )
    )


def edition_text(edition: ContractEdition) -> str:
    """What has been or is to be signed. Composed where it was signed before texts were kept."""
    if edition.text_sv is not None:
        return edition.text_sv
    return composed_text(edition.contract, edition, edition.terms)


def contract_text(contract: Contract) -> str:
    """The text of the edition in force."""
    return edition_text(contract.edition)


def is_text_unchanged(edition: ContractEdition) -> bool:
    """Whether the text is the one that the hash is of, and, until both have signed, still says what holds."""
    if edition.state is EditionState.PROPOSED:
        return text_hash(composed_text(edition.contract, edition, edition.terms)) == edition.text_sha256
    return text_hash(edition_text(edition)) == edition.text_sha256
