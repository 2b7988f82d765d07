"""A version of the final report as a paper for its readers, and for the authority's archive."""

from marketplace.clock import today
from marketplace.documents import Paper, Section
from marketplace.swedish import full_stop
from marketplace.web.filters import instant
from placements.attendance.queries import hours_of
from placements.plan.queries import TrainingHead
from placements.report.content_rules import parts_of
from placements.report.facts_rules import attendance_lines
from placements.report.models import FinalReport
from placements.report.rules import REPORT_STATE_SV, UNREAD_REASON_SV


def report_paper(report: FinalReport, head: TrainingHead, authority_name: str, diary_number: str) -> Paper:
    placement = head.placement
    facts = (
        f"Deltagare: {head.who}",
        f"Arbetsplats: {head.enterprise_name}{f', {head.site_name}' if head.site_name else ''}",
        f"Yrke: {head.trade_name}",
        f"Placering {placement.number}, {head.start} till {placement.last_day}",
        f"Handläggare: {', '.join(filter(None, (head.case_officer_name, head.unit_name)))}",
        *(f"{label}: {said}" for label, said in attendance_lines(hours_of(placement.id))),
        f"Version {report.revision}. {REPORT_STATE_SV[report.state]}.",
    )
    parts = (
        ("Placeringen", facts),
        *((title, tuple(lines)) for title, lines in parts_of(report.content).items()),
        ("Deltagaren", reading(report)),
        ("Inlämnad", (f"{report.filed_on} av {report.filed_by}",) if report.filed_on else ()),
        ("Beslut om nästa steg", decision(report)),
    )
    return Paper(
        title_sv=f"Slutdokumentation för {head.who}",
        sender=authority_name,
        diary_number=diary_number,
        dated=report.received_on or report.filed_on or report.shown_on or today(),
        sections=[Section(heading, lines) for heading, lines in parts if lines],
    )


def reading(report: FinalReport) -> tuple[str, ...]:
    """How the participant read, and her own words."""
    if report.read_at is None:
        why = report.unread_reason
        return (f"Har inte läst. {UNREAD_REASON_SV[why]}." if why else "Har inte läst än.",)
    how = "med sin kod" if report.read_by_code else f"vittne {report.read_witness}"
    said = f"Kommentar: {report.comment_sv}" if report.comment_sv else "Ingen kommentar."
    return (full_stop(f"Läste {instant(report.read_at)}, {how}"), said)


def decision(report: FinalReport) -> tuple[str, ...]:
    if not report.received_on:
        return ()
    return (report.next_step_sv, f"Mottagen {report.received_on} av {report.received_by or 'samordnaren'}")
