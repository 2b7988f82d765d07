"""The decision as a text: composed from facts, the same facts giving the same text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enterprises.applications.exclusion_rules import GROUND_SV, Finding
from enterprises.applications.rules import Asked, Judgement, correction_by
from marketplace.procurement.rules import Regime


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
    findings: Sequence[Finding] = ()
    """Grounds to exclude that stand."""
    presented_by: str = ""


def proposed_reasons(
    enterprise_name: str, judged: Sequence[Asked], findings: Sequence[Finding], *, is_approved: bool
) -> str:
    """The reasons as the judgements give them, for an officer to go on writing."""
    if is_approved:
        return f"{enterprise_name} uppfyller alla krav i förfrågningsunderlaget."
    lines = [f"Det finns en grund för uteslutning: {_ground(one)}" for one in findings]
    lines += [
        f"Krav {one.position} är inte uppfyllt: {one.judged.reason_sv.strip()}"
        for one in judged
        if one.judged.judgement is Judgement.NOT_MET
    ]
    return "\n\n".join(lines)


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
        *(
            ["# Uteslutning enligt 7 kap. 1 § lagen om valfrihetssystem", *map(_ground, decision.findings)]
            if decision.findings
            else []
        ),
        "# Så har kraven bedömts",
        *[_judgement(one) for one in decision.judged],
        *(_what_follows() if decision.is_approved else _how_to_appeal(decision)),
        "# Beslutat av",
        decision.decided_by + (f"\nFöredragande: {decision.presented_by}" if decision.presented_by else ""),
    ]
    return "\n\n".join(blocks)


_VERDICT_SV: dict[Judgement | None, str] = {
    Judgement.MET: "Uppfyllt.",
    Judgement.NOT_MET: "Inte uppfyllt.",
}


def _ground(one: Finding) -> str:
    return f"{GROUND_SV[one.ground]}. {_one_line(one.evidence_sv)}"


def _judgement(one: Asked) -> str:
    verdict = _VERDICT_SV.get(one.judged.judgement, "Inte prövat.")
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


def _one_line(text: str) -> str:
    """Typed text cannot make a heading or a paragraph of its own inside a sentence."""
    return " ".join(text.split())


def _paragraphs(text: str) -> list[str]:
    lines = [" ".join(line.split()) for line in text.strip().replace("\r", "").split("\n")]
    blocks = "\n".join(line.lstrip("# ") if line.startswith("# ") else line for line in lines).split("\n\n")
    return [block.strip() for block in blocks if block.strip()]
