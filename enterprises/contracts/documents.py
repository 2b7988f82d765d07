"""The texts that a decision and a contract are: composed from facts, the same facts giving the same text.

A contract's text is signed by its hash. So what stands here is part of every contract that has been signed: a change of
wording needs a new edition beside the old one, and `tests/unit/enterprises/test_documents.py` holds the text as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enterprises.applications.documents import Subject, _one_line, _paragraphs
from enterprises.contracts.rules import ContractDraft, VatCategory
from marketplace.procurement.price_rules import PriceDraft
from marketplace.procurement.price_words import conditions_sv, price_lines
from marketplace.procurement.rules import REGIME_SV, TermsRules


@dataclass(frozen=True)
class Change:
    """Which edition the text is, from when and why; for every edition but the first."""

    number: int
    from_day: date
    reason_sv: str


@dataclass(frozen=True)
class Agreement:
    """Everything that a contract's text says."""

    subject: Subject
    service_sv: str
    kommun_names: Sequence[str]
    diary_number: str
    draft: ContractDraft
    payment_days: int
    rules: TermsRules
    requirements: Sequence[str]
    prices: Sequence[PriceDraft]
    contract_text_sv: str
    change: Change | None = None


def agreement_text(agreement: Agreement) -> str:
    """The contract that both parties sign."""
    subject, draft, rules = agreement.subject, agreement.draft, agreement.rules
    until = f"till och med {draft.ends_on.isoformat()}" if draft.ends_on else "tills vidare"
    vat = (
        "Moms med 25 procent tillkommer."
        if draft.vat_category is VatCategory.STANDARD
        else f"Ersättningen är undantagen från moms: {_one_line(draft.vat_exemption_reason_sv)}"
    )
    blocks = [
        "# Parter",
        f"Beställare: {subject.authority}\nLeverantör: {subject.enterprise}",
        *_changed(agreement.change),
        "# Vad avtalet gäller",
        f"{REGIME_SV[subject.regime]}: {subject.system_name}. {_one_line(agreement.service_sv)}",
        (
            f"Avtalet följer av beslutet med diarienummer {agreement.diary_number} och förfrågningsunderlagets "
            f"version {subject.terms_version}." + _covers(agreement.kommun_names)
        ),
        _seats_sv(draft.capacity_cap, rules),
        "# Avtalstid",
        f"Avtalet gäller från och med {draft.starts_on.isoformat()} {until}, när båda parter har skrivit under.",
        "# Ersättning",
        "\n".join(price_lines(agreement.prices)),
        "\n".join(conditions_sv(agreement.prices)),
        vat,
        "# Fakturering",
        (
            f"Leverantören fakturerar varje månad med e-faktura enligt Peppol BIS Billing 3. Fakturan har referensen "
            f"{draft.buyer_reference} och betalas inom {agreement.payment_days} dagar."
            + (" Beloppet att betala avrundas till hela kronor." if draft.is_rounded else "")
        ),
        "# Tider",
        (
            f"En plats ska kunna börja inom {rules.start_within_days} dagar. Leverantören svarar på en förfrågan inom "
            f"{rules.answer_within} arbetsdagar, lämnar aktivitetsplan inom {rules.plan_within} arbetsdagar från "
            f"starten och slutdokumentation inom {rules.report_within} arbetsdagar från slutet."
        ),
        "# Krav som leverantören uppfyller under hela avtalstiden",
        *[f"{number}. {_one_line(text)}" for number, text in enumerate(agreement.requirements, 1)],
        "# Övriga villkor",
        *_paragraphs(agreement.contract_text_sv),
    ]
    return "\n\n".join(block for block in blocks if block)


def _changed(change: Change | None) -> list[str]:
    if change is None:
        return []
    return [
        "# Ändring av avtalet",
        (
            f"Detta är avtalets utgåva {change.number}. Den ersätter den tidigare från och med "
            f"{change.from_day.isoformat()}."
        ),
        f"Skäl: {_one_line(change.reason_sv)}",
    ]


def _seats_sv(cap: int | None, rules: TermsRules) -> str:
    """How many seats the supplier offers and how many are in use, where anything is agreed of it."""
    said = []
    if rules.capacity_floor is not None:
        said.append(f"Leverantören erbjuder minst {_seats(rules.capacity_floor)}.")
    if cap is not None:
        said.append(f"Högst {_seats(cap)} är i bruk samtidigt enligt avtalet.")
    return " ".join(said)


def _seats(count: int) -> str:
    return "en plats" if count == 1 else f"{count} platser"


def _covers(names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} och {names[-1]}"
    return f" Det omfattar {listed}."
