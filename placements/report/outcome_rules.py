"""Occupation and support before and after the training, for the authority's follow-up (ESF, Uppföljning Finsam).

The workplace neither writes nor reads it: a supplier sees nothing of a participant's support or background.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.errors import Invalid
from marketplace.reference.rules import add_months
from marketplace.swedish import counted


class Occupation(StrEnum):
    WORK = "work"
    SUPPORTED_WORK = "supported_work"
    STUDIES = "studies"
    JOB_SEEKING = "job_seeking"
    PROGRAMME = "programme"
    REHABILITATION = "rehabilitation"
    ILLNESS = "illness"
    PARENTAL_LEAVE = "parental_leave"
    NONE = "none"
    UNKNOWN = "unknown"


OCCUPATION_SV = {
    Occupation.WORK: "Arbete utan stöd",
    Occupation.SUPPORTED_WORK: "Arbete med lönestöd",
    Occupation.STUDIES: "Studier",
    Occupation.JOB_SEEKING: "Arbetssökande",
    Occupation.PROGRAMME: "Arbetsmarknadspolitiskt program",
    Occupation.REHABILITATION: "Rehabilitering eller förberedande insats",
    Occupation.ILLNESS: "Sjukskriven",
    Occupation.PARENTAL_LEAVE: "Föräldraledig",
    Occupation.NONE: "Ingen sysselsättning",
    Occupation.UNKNOWN: "Uppgift saknas",
}


class Support(StrEnum):
    SOCIAL_ASSISTANCE = "social_assistance"
    UNEMPLOYMENT = "unemployment"
    ACTIVITY_GRANT = "activity_grant"
    ESTABLISHMENT = "establishment"
    SICKNESS_BENEFIT = "sickness_benefit"
    REHABILITATION_BENEFIT = "rehabilitation_benefit"
    SICKNESS_COMPENSATION = "sickness_compensation"
    ACTIVITY_COMPENSATION = "activity_compensation"
    STUDY_SUPPORT = "study_support"
    PARENTAL_BENEFIT = "parental_benefit"
    OTHER = "other"
    NONE = "none"
    UNKNOWN = "unknown"


SUPPORT_SV = {
    Support.SOCIAL_ASSISTANCE: "Ekonomiskt bistånd",
    Support.UNEMPLOYMENT: "Arbetslöshetsersättning",
    Support.ACTIVITY_GRANT: "Aktivitetsstöd eller utvecklingsersättning",
    Support.ESTABLISHMENT: "Etableringsersättning",
    Support.SICKNESS_BENEFIT: "Sjukpenning",
    Support.REHABILITATION_BENEFIT: "Rehabiliteringspenning",
    Support.SICKNESS_COMPENSATION: "Sjukersättning",
    Support.ACTIVITY_COMPENSATION: "Aktivitetsersättning",
    Support.STUDY_SUPPORT: "Studiestöd",
    Support.PARENTAL_BENEFIT: "Föräldrapenning",
    Support.OTHER: "Annan offentlig försörjning",
    Support.NONE: "Ingen offentlig försörjning",
    Support.UNKNOWN: "Uppgift saknas",
}

_ALONE = frozenset({Support.NONE, Support.UNKNOWN})


class Education(StrEnum):
    SHORTER = "shorter"
    COMPULSORY = "compulsory"
    SECONDARY = "secondary"
    HIGHER = "higher"
    UNKNOWN = "unknown"


EDUCATION_SV = {
    Education.SHORTER: "Kortare än grundskola",
    Education.COMPULSORY: "Grundskola",
    Education.SECONDARY: "Gymnasieutbildning",
    Education.HIGHER: "Eftergymnasial utbildning",
    Education.UNKNOWN: "Uppgift saknas",
}


class YearsInSupport(StrEnum):
    UP_TO_1 = "up_to_1"
    UP_TO_3 = "up_to_3"
    UP_TO_6 = "up_to_6"
    UP_TO_9 = "up_to_9"
    OVER_9 = "over_9"
    NOT_APPLICABLE = "not_applicable"


YEARS_SV = {
    YearsInSupport.UP_TO_1: "Högst 1 år",
    YearsInSupport.UP_TO_3: "Högst 3 år",
    YearsInSupport.UP_TO_6: "Högst 6 år",
    YearsInSupport.UP_TO_9: "Högst 9 år",
    YearsInSupport.OVER_9: "Mer än 9 år",
    YearsInSupport.NOT_APPLICABLE: "Inte aktuellt",
}


@dataclass(frozen=True)
class OutcomeContent:
    occupation_before: Occupation
    support_before: tuple[Support, ...]
    years_in_support: YearsInSupport
    education: Education
    occupation_after: Occupation
    support_after: tuple[Support, ...]
    result_began_on: date | None = None
    """Work or studies that last, where the contract pays a fee for it."""
    result_evidence_sv: str = ""


def check_outcome(outcome: OutcomeContent) -> None:
    """Raises Invalid beside the box."""
    for field in ("support_before", "support_after"):
        named: Sequence[Support] = getattr(outcome, field)
        if not named:
            raise Invalid("Välj minst en.", field=field)
        if len(named) > 1 and _ALONE.intersection(named):
            raise Invalid("Det alternativet kan inte väljas tillsammans med andra.", field=field)
    if outcome.result_began_on and not outcome.result_evidence_sv:
        raise Invalid("Skriv vad du har sett som styrker det.", field="result_evidence_sv")


def check_result(outcome: OutcomeContent, *, after_months: int | None, first_day: date, today: date) -> None:
    """Raises Invalid beside the box for a result that cannot be verified today. `after_months`: how long it has lasted
    when the contract pays for it; None where it does not."""
    began_on = outcome.result_began_on
    if began_on is None:
        return
    if after_months is None:
        raise Invalid("Avtalet har ingen resultatersättning.", field="result_began_on")
    if began_on < first_day:
        raise Invalid("Det kan inte ha börjat före placeringen.", field="result_began_on")
    earliest = add_months(began_on, after_months)
    if today < earliest:
        raise Invalid(
            f"Avtalet betalar när det har varat i {counted(after_months, 'månad', 'månader')}. "
            f"Det kan styrkas tidigast {earliest.isoformat()}.",
            field="result_began_on",
        )


def outcome_lines(outcome: OutcomeContent) -> Mapping[str, str]:
    """As a page says it, by label."""
    lines = {
        "Sysselsättning före": OCCUPATION_SV[outcome.occupation_before],
        "Försörjning före": _listed(outcome.support_before),
        "Tid i offentlig försörjning": YEARS_SV[outcome.years_in_support],
        "Utbildning": EDUCATION_SV[outcome.education],
        "Sysselsättning efter": OCCUPATION_SV[outcome.occupation_after],
        "Försörjning efter": _listed(outcome.support_after),
    }
    if outcome.result_began_on:
        lines["Arbete eller studier"] = f"Sedan {outcome.result_began_on}. {outcome.result_evidence_sv}"
    return lines


def _listed(supports: Sequence[Support]) -> str:
    return ", ".join(SUPPORT_SV[one] for one in supports)
