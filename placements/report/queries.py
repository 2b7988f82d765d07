"""Final reports: by placement, as a list, and those that wait to be written or received."""

from dataclasses import dataclass

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from enterprises.suppliers.models import Contract
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import Page, db, get_or_404, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.rules import TermsRules
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.booking.models import Placement
from placements.participants.models import Participant
from placements.report.models import FinalReport
from placements.report.rules import ENDED_STATES, ReportState, report_deadline

_WRITERS = frozenset({Role.SUPERVISOR, Role.SYSTEM})


def _readable() -> Select[FinalReport]:
    """A draft is the supervisor's own."""
    chosen = select(FinalReport)
    if current_actor().role not in _WRITERS:
        chosen = chosen.where(FinalReport.state != ReportState.DRAFT)
    return chosen


def report_of(placement_id: int) -> FinalReport | None:
    """The placement's newest report that the actor may read."""
    newest = _readable().where(FinalReport.placement_id == placement_id)
    return db.session.scalars(newest.order_by(FinalReport.revision.desc()).limit(1)).first()


def readable_report(report_id: int, *, lock: bool = False) -> FinalReport:
    """Raises NotFound, also for a draft of someone else's pen."""
    report = get_or_404(FinalReport, report_id, lock=lock)
    if report.state == ReportState.DRAFT and current_actor().role not in _WRITERS:
        raise NotFound("Slutdokumentationen är inte inlämnad än.")
    return report


@dataclass(frozen=True)
class ReportRow:
    report: FinalReport
    placement: Placement
    who: str
    enterprise_name: str


def reports(state: ReportState | None = None, page: int = 1) -> Page[ReportRow]:
    """Filed reports that the actor may read; those that wait first, oldest first."""
    enterprise = aliased(Organisation)
    chosen = (
        select(FinalReport, Placement, Participant, enterprise.name)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .join(enterprise, enterprise.id == Placement.enterprise_id)
        .where(FinalReport.state != ReportState.DRAFT)
    )
    if state is not None:
        chosen = chosen.where(FinalReport.state == state)
    found = paginate(
        chosen.order_by(FinalReport.received_on.desc().nulls_first(), FinalReport.filed_on, FinalReport.id),
        page,
    )
    rows = [
        ReportRow(report, placement, person.shown_name, enterprise_name)
        for report, placement, person, enterprise_name in found.items
    ]
    return Page(rows, found.total, found.page, found.per_page)


def waiting(actor: Actor) -> list[WaitingItem]:
    """Reports for the supervisor to write and for the coordinator to receive."""
    if actor.role == Role.SUPERVISOR:
        return _to_write()
    if actor.role == Role.COORDINATOR:
        return _to_receive()
    return []


def _to_write() -> list[WaitingItem]:
    """Only for participants whom the supervisor may see: without consent she can write nothing about them."""
    is_filed = exists().where(
        FinalReport.placement_id == Placement.id, FinalReport.state != ReportState.DRAFT
    )
    rows = db.session.execute(
        select(Placement, Participant, TermsVersion.report_within)
        .join(Participant, Participant.id == Placement.participant_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
        .where(Placement.state.in_(ENDED_STATES), ~is_filed)
        .order_by(Placement.last_day, swedish_order(Participant.name), Placement.id)
    )
    return [
        WaitingItem(
            report_deadline(placement.last_day, within or TermsRules().report_within),
            f"Skriv slutdokumentation för {person.shown_name}",
            "report.show",
            {"placement_id": placement.id},
            "Slutdokumentation",
        )
        for placement, person, within in rows
    ]


def _to_receive() -> list[WaitingItem]:
    rows = db.session.execute(
        select(FinalReport, Participant)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .where(FinalReport.state == ReportState.FILED)
        .order_by(FinalReport.filed_on, swedish_order(Participant.name), FinalReport.id)
    )
    return [
        WaitingItem(
            None,
            f"Ta emot slutdokumentationen för {person.shown_name}, inlämnad {report.filed_on}",
            "report.show",
            {"placement_id": report.placement_id},
            "Slutdokumentation",
        )
        for report, person in rows
    ]
