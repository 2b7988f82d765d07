"""The advertisement of a system: composed from facts, the same facts giving the same text (LOV 3:1).

It is read on a page and copied as plain text into the national advertisement, so it stands on its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.advertising.rules import ANSWER_WITHIN, plain
from marketplace.documents import Section
from marketplace.procurement.price_rules import PriceDraft
from marketplace.procurement.price_words import conditions_sv, price_lines
from marketplace.procurement.rules import PROOF_SV, Regime, RequirementDraft, TermsRules
from marketplace.procurement.terms_words import rule_groups

_LAW_SV = {
    Regime.LOV: "Valfrihetssystem enligt lagen (2008:962) om valfrihetssystem (LOV).",
    Regime.LOU_FRAMEWORK: "Ramavtal enligt lagen (2016:1145) om offentlig upphandling (LOU).",
    Regime.RESERVED_CONTRACT: "Reserverat kontrakt enligt lagen (2016:1145) om offentlig upphandling (LOU).",
}


@dataclass(frozen=True)
class Contact:
    """A function at the authority, never a person. Only `unit_sv` and `email` are always there."""

    unit_sv: str
    email: str
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class Addresses:
    """Absolute: the text is read somewhere else."""

    system: str
    terms: str
    register: str
    questions: str


@dataclass(frozen=True)
class Advertisement:
    """Everything that an advertisement says."""

    authority_name: str
    orgnr: str | None
    contact: Contact | None
    system_name: str
    service_sv: str
    regime: Regime
    kommun_names: Sequence[str]
    closed_on: date | None
    closing_reason_sv: str
    terms_version: int
    published_on: date
    rules: TermsRules
    requirements: Sequence[RequirementDraft]
    prices: Sequence[PriceDraft]
    addresses: Addresses


def advertisement(facts: Advertisement) -> list[Section]:
    """The advertisement in parts, each of them with something in it."""
    parts = [
        Section("Upphandlande myndighet", tuple(_authority(facts))),
        Section("Vad som köps", (_LAW_SV[facts.regime], *_paragraphs(facts.service_sv))),
        Section("Kommuner som omfattas", (", ".join(facts.kommun_names) + ".",)),
        Section("Hur länge systemet är öppet", (_duration(facts),)),
        Section("Krav på leverantören", tuple(_requirements(facts.requirements))),
        Section("Ersättning", tuple(_prices(facts.prices))),
        *_rules(facts.rules),
        Section("Så ansöker ni", tuple(_how_to_apply(facts))),
        Section("Frågor och svar", tuple(_questions(facts))),
        Section("Fullständigt förfrågningsunderlag", (_whole_terms(facts),)),
    ]
    return [part for part in parts if part.paragraphs]


def title_sv(facts: Advertisement) -> str:
    return f"Annons: {facts.system_name}, {facts.authority_name}"


def as_text(title: str, sections: Sequence[Section]) -> str:
    """The parts as text to copy: headings in capitals, an empty line between paragraphs, Unix line ends."""
    blocks = [title]
    for section in sections:
        blocks += [section.heading.upper(), *section.paragraphs]
    return "\n\n".join(blocks) + "\n"


def _authority(facts: Advertisement) -> list[str]:
    who = facts.authority_name
    if facts.orgnr:
        who += f"\nOrganisationsnummer: {facts.orgnr[:6]}-{facts.orgnr[6:]}"
    contact = facts.contact
    if contact is None:
        return [who, f"Kontakt: ställ frågor på {facts.addresses.questions}"]
    lines = [contact.unit_sv, f"E-post: {contact.email}"]
    if contact.phone:
        lines.append(f"Telefon: {contact.phone}")
    post = ", ".join(part for part in (contact.street, f"{contact.postcode} {contact.city}".strip()) if part)
    if post:
        lines.append(f"Postadress: {post}")
    return [who, "Kontakt:\n" + "\n".join(lines)]


def _duration(facts: Advertisement) -> str:
    if facts.closed_on:
        return (
            f"Systemet är stängt för nya ansökningar sedan {facts.closed_on.isoformat()}. "
            f"Avtal som är slutna gäller som förut. Skäl: {_one_line(facts.closing_reason_sv)}"
        )
    return (
        "Annonsen har inget slutdatum. Systemet är öppet för ansökningar så länge det finns, "
        "och det finns ingen sista ansökningsdag."
    )


def _requirements(requirements: Sequence[RequirementDraft]) -> list[str]:
    listed = [
        f"{number}. {_one_line(one.text_sv)}\nSå visar ni det: {_lower_first(PROOF_SV[one.proof])}."
        for number, one in enumerate(requirements, 1)
    ]
    return ["Alla krav ska vara uppfyllda. De är desamma för alla som ansöker.", *listed]


def _prices(prices: Sequence[PriceDraft]) -> list[str]:
    blocks = [
        "Priset är bestämt i förväg och lika för alla leverantörer. Beloppen är utan moms.",
        "\n".join(price_lines(prices)),
        "\n".join(conditions_sv(prices)),
    ]
    return [block for block in blocks if block]


def _rules(rules: TermsRules) -> list[Section]:
    """What the terms settle, as their own page says it."""
    groups = rule_groups(rules)
    return [
        Section(group.heading, tuple(_paragraphs("\n".join(f"{what}: {how}" for what, how in group.rows))))
        for group in groups
    ]


def _how_to_apply(facts: Advertisement) -> list[str]:
    if facts.closed_on:
        return ["Det går inte att ansöka längre."]
    where = facts.addresses
    return [
        f"Ansökan görs på {where.system}. Det kostar ingenting.",
        (
            f"1. Registrera företaget på {where.register}, eller logga in.\n"
            "2. Svara på varje krav. Det går att spara och fortsätta senare.\n"
            "3. Skicka in.\n"
            "4. Skriv under avtalet när ansökan är godkänd."
        ),
        (
            f"Beslut lämnas inom {facts.rules.decision_within} arbetsdagar från det att ansökan har kommit in. "
            "Alla som uppfyller kraven godkänns. Beslutet är skriftligt, och ett avslag säger varför och hur man "
            "begär att det prövas."
        ),
    ]


def _questions(facts: Advertisement) -> list[str]:
    published = f"Frågor och svar publiceras för alla på {facts.addresses.questions}, utan att visa vem som har frågat."
    if facts.closed_on:
        return [published]
    how = f"Där ställer ni också frågor, när ni har loggat in. Svar lämnas normalt inom {ANSWER_WITHIN} arbetsdagar."
    return [f"{published} {how}"]


def _whole_terms(facts: Advertisement) -> str:
    published = f"Version {facts.terms_version}, publicerad {facts.published_on.isoformat()}"
    return f"{published}, med avtalsvillkor: {facts.addresses.terms}"


def _paragraphs(text: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", plain(text)) if block.strip()]


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
