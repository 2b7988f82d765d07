"""The Resursråd's decision that someone may train, as a paper for her, her file and the authority's archive."""

from marketplace.documents import Paper, Section
from marketplace.swedish import counted, plain_hours
from placements.participants.models import Grant
from placements.participants.rules import support_level_sv


def decision_paper(grant: Grant, authority_name: str) -> Paper:
    """As the grant stands now: a period that has been made longer is the longer one."""
    person = grant.participant
    extent = f"{plain_hours(grant.hours_per_week)} timmar i veckan på {counted(grant.days_per_week, 'dag', 'dagar')}"
    facts = (
        f"Deltagare: {person.shown_name}, {person.number}",
        f"Ansvarig handläggare: {person.case_officer.name}, {person.unit.name}",
        *((f"Valfrihetssystem: {grant.system.name}",) if grant.system else ()),
    )
    return Paper(
        title_sv="Beslut om arbetsträning",
        sender=authority_name,
        diary_number=grant.diary_number,
        dated=grant.decided_on,
        sections=[
            Section("Vem beslutet gäller", facts),
            Section(
                "Beslut",
                (
                    f"Arbetsträning beviljas från och med {grant.first_day} till och med {grant.last_day}.",
                    f"Omfattning: {extent}.",
                    f"Stödnivå: {support_level_sv(grant.support_level)}.",
                    "Deltagaren väljer själv bland de leverantörer som kan erbjuda en plats, och kan byta.",
                ),
            ),
            Section("Beslutat", (f"{grant.decided_on} av {grant.decided_by}, för Resursrådet",)),
        ],
    )
