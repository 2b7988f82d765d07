"""The texts that a decision and a contract are: composed from facts, the same facts giving the same text.

A contract's text is signed by its hash. So what stands here is part of every contract that has been signed: a change of
wording needs a new edition beside the old one, and `tests/unit/enterprises/test_documents.py` holds the text as it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enterprises.suppliers.rules import (
    Asked,
    ContractDraft,
    Judgement,
    VatCategory,
    correction_by,
)
from marketplace.procurement.price_rules import (
    COMPONENT_SV,
    DAY_PART_SV,
    Component,
    DayPart,
    PriceDraft,
)
from marketplace.procurement.price_words import conditions_sv, kronor_text
from marketplace.procurement.rules import REGIME_SV, Regime, TermsRules


@dataclass(frozen=True)
class Party:
    name: str
    orgnr: str

    def __str__(self) -> str:
        return f"{self.name} ({self.orgnr[:6]}-{self.orgnr[6:]})"


@dataclass(frozen=True)
class Subject:
    """What an application, a decision and a contract are about."""

    authority: Party
    enterprise: Party
    system_name: str
    regime: Regime
    terms_version: int


@dataclass(frozen=True)
class Decision:
    is_approved: bool
    subject: Subject
    diary_number: str
    decided_on: date
    decided_by: str
    reasons_sv: str
    judged: Sequence[Asked]


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


@dataclass(frozen=True)
class Section:
    """A part of a composed text, for a page to show."""

    heading: str
    paragraphs: tuple[str, ...]


def sections(text: str) -> list[Section]:
    """A composed text in parts: a line that begins with "# " is a heading, an empty line ends a paragraph."""
    found: list[Section] = []
    for block in text.split("\n\n"):
        if block.startswith("# "):
            found.append(Section(block.removeprefix("# "), ()))
        elif found:
            found[-1] = Section(found[-1].heading, (*found[-1].paragraphs, block))
        elif block.strip():
            found.append(Section("", (block,)))
    return found


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def decision_text(decision: Decision) -> str:
    """The decision in writing, with reasons and, for a rejection, how to have it corrected."""
    subject = decision.subject
    outcome = (
        f"{subject.authority.name} godkänner {subject.enterprise.name} som leverantör."
        if decision.is_approved
        else f"{subject.authority.name} avslår ansökan från {subject.enterprise.name}."
    )
    blocks = [
        "# Beslut",
        (
            f"Diarienummer: {decision.diary_number}\nDatum: {decision.decided_on.isoformat()}\n"
            f"Myndighet: {subject.authority}\nSökande: {subject.enterprise}\n"
            f"Ansökan gäller: {subject.system_name}, förfrågningsunderlag version {subject.terms_version}"
        ),
        outcome,
        "# Skäl",
        *_paragraphs(decision.reasons_sv),
        "# Så har kraven bedömts",
        *[_judgement(one) for one in decision.judged],
        *(_what_follows() if decision.is_approved else _how_to_appeal(decision)),
        "# Beslutat av",
        decision.decided_by,
    ]
    return "\n\n".join(blocks)


def _judgement(one: Asked) -> str:
    verdict = "Uppfyllt." if one.judged.judgement is Judgement.MET else "Inte uppfyllt."
    reason = f" {one.judged.reason_sv.strip()}" if one.judged.reason_sv.strip() else ""
    return f"Krav {one.position}. {_one_line(one.text_sv)}\n{verdict}{reason}"


def _what_follows() -> list[str]:
    return ["# Det här händer nu", "Ett avtal upprättas. Det gäller när båda parter har skrivit under."]


def _how_to_appeal(decision: Decision) -> list[str]:
    if decision.subject.regime is not Regime.LOV:
        return [
            "# Om ni inte är nöjda med beslutet",
            (
                "Ni kan ansöka om överprövning hos den förvaltningsrätt i vars domkrets myndigheten har sin hemvist. "
                "Hur och när framgår av 20 kap. lagen (2016:1145) om offentlig upphandling."
            ),
        ]
    last_day = correction_by(decision.decided_on).isoformat()
    return [
        "# Om ni inte är nöjda med beslutet",
        (
            "Ni kan ansöka om rättelse hos den förvaltningsrätt i vars domkrets myndigheten har sin hemvist "
            "(10 kap. lagen (2008:962) om valfrihetssystem)."
        ),
        (
            "Ansökan ska ha kommit in till förvaltningsrätten inom tre veckor från det att ni underrättades om "
            f"beslutet. Ni underrättades {decision.decided_on.isoformat()}, så sista dagen är {last_day}."
        ),
        (
            "Skriv vilket beslut ni menar och ange diarienumret, vad som är fel, hur det har skadat eller kan skada er "
            "och vad ni vill att rätten ska besluta. Skicka med beslutet och det ni vill åberopa."
        ),
        "Ni kan också göra en ny ansökan här när ni uppfyller kraven.",
    ]


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
        "# Vad avtalet gäller",
        f"{REGIME_SV[subject.regime]}: {subject.system_name}. {_one_line(agreement.service_sv)}",
        (
            f"Avtalet följer av beslutet med diarienummer {agreement.diary_number} och förfrågningsunderlagets "
            f"version {subject.terms_version}. Det omfattar {_listed(agreement.kommun_names)}."
        ),
        "# Avtalstid",
        f"Avtalet gäller från och med {draft.starts_on.isoformat()} {until}, när båda parter har skrivit under.",
        "# Ersättning",
        "\n".join(_price_line(row) for row in agreement.prices if Component(row.component) not in _UNPRICED),
        "\n".join(conditions_sv(agreement.prices)),
        vat,
        "# Fakturering",
        (
            f"Leverantören fakturerar varje månad med e-faktura enligt Peppol BIS Billing 3. Fakturan har referensen "
            f"{draft.buyer_reference} och betalas inom {agreement.payment_days} dagar."
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


_UNPRICED = frozenset({Component.PAID_ABSENCE, Component.INDEX})


def _price_line(row: PriceDraft) -> str:
    parts = [COMPONENT_SV[Component(row.component)]]
    if row.support_level:
        parts.append(f"nivå {row.support_level}")
    if row.day_part:
        parts.append(DAY_PART_SV[DayPart(row.day_part)])
    return f"{', '.join(parts)}: {kronor_text(row.amount_ore)}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} och {names[-1]}"


def _one_line(text: str) -> str:
    """Typed text cannot make a heading or a paragraph of its own inside a sentence."""
    return " ".join(text.split())


def _paragraphs(text: str) -> list[str]:
    lines = [" ".join(line.split()) for line in text.strip().replace("\r", "").split("\n")]
    blocks = "\n".join(line.lstrip("# ") if line.startswith("# ") else line for line in lines).split("\n\n")
    return [block.strip() for block in blocks if block.strip()]
