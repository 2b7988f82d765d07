"""Final reports: by placement, as a list, and those that wait to be written or received."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from enterprises.contracts.models import Contract
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, get_or_404, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.rules import TermsRules
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.booking.models import Placement
from placements.booking.queries import goes_on_at_supplier
from placements.booking.rules import LIVE_STATES
from placements.participants.models import Grant, Participant
from placements.participants.rules import GrantState
from placements.report.models import FinalReport
from placements.report.rules import ENDED_STATES, ReportState, report_deadline

_WRITERS = frozenset({Role.SUPERVISOR, Role.SYSTEM})


def _readable() -> Select[FinalReport]:
    """A draft is the supervisor's own."""
    chosen = select(FinalReport)
    if current_actor().role not in _WRITERS:
        chosen = chosen.where(FinalReport.state != ReportState.DRAFT)
    return chosen


def goes_on_elsewhere(placement_id: int) -> bool:
    """Whether the participant has moved to another place at the same enterprise: the report is that placement's."""
    found = select(Placement.id).where(Placement.id == placement_id, goes_on_at_supplier())
    return db.session.scalar(found) is not None


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


_ENTERPRISE = aliased(Organisation)

REPORT_SORTS: dict[str, list[Any]] = {
    "vantar": [FinalReport.received_on.is_not(None), FinalReport.filed_on],
    "deltagare": [swedish_order(Participant.name)],
    "arbetsplats": [swedish_order(_ENTERPRISE.name)],
    "inlamnad": [FinalReport.filed_on],
}
"""`vantar`: those that wait to be received, oldest first, and then the others."""


def reports(
    state: ReportState | None = None, sort: tuple[str, bool] = ("vantar", False), page: int = 1
) -> Page[ReportRow]:
    """Filed reports that the actor may read."""
    found = paginate(_reports(state, sort), page)
    return Page([_row(*row) for row in found.items], found.total, found.page, found.per_page)


def all_reports(state: ReportState | None, sort: tuple[str, bool]) -> list[ReportRow]:
    """The same rows without pages, for a download."""
    return [_row(*row) for row in db.session.execute(_reports(state, sort))]


def _reports(
    state: ReportState | None, sort: tuple[str, bool]
) -> Select[FinalReport, Placement, Participant, str]:
    key, is_descending = sort
    order = [column.desc() if is_descending else column for column in REPORT_SORTS[key]]
    chosen = (
        select(FinalReport, Placement, Participant, _ENTERPRISE.name)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .join(_ENTERPRISE, _ENTERPRISE.id == Placement.enterprise_id)
        .where(FinalReport.state != ReportState.DRAFT)
        .order_by(*order, FinalReport.id)
    )
    return chosen if state is None else chosen.where(FinalReport.state == state)


def _row(report: FinalReport, placement: Placement, person: Participant, enterprise_name: str) -> ReportRow:
    return ReportRow(report, placement, person.shown_name, enterprise_name)


def waiting(actor: Actor) -> list[WaitingItem]:
    """Reports for the supervisor to write, and for the coordinator to receive or to do without."""
    if actor.role == Role.SUPERVISOR:
        return _to_write()
    if actor.role == Role.COORDINATOR:
        return [*_to_receive(), *_overdue()]
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
        .where(Placement.state.in_(ENDED_STATES), ~is_filed, ~goes_on_at_supplier())
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


def _overdue() -> list[WaitingItem]:
    """Ended placements whose report has not come in time: the coordinator closes the grant or opens it again."""
    other = aliased(Placement)
    goes_on = exists().where(other.grant_id == Placement.grant_id, other.state.in_(LIVE_STATES))
    is_filed = exists().where(
        FinalReport.placement_id == Placement.id, FinalReport.state != ReportState.DRAFT
    )
    enterprise = aliased(Organisation)
    rows = db.session.execute(
        select(Placement, Participant, enterprise.name, TermsVersion.report_within)
        .join(Participant, Participant.id == Placement.participant_id)
        .join(Grant, Grant.id == Placement.grant_id)
        .join(enterprise, enterprise.id == Placement.enterprise_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
        .where(
            Placement.state.in_(ENDED_STATES),
            Placement.last_day < today(),
            Grant.state == GrantState.PLACED,
            ~is_filed,
            ~goes_on,
            ~goes_on_at_supplier(),
        )
        .order_by(Placement.last_day, Placement.id)
    )
    late = [
        (report_deadline(placement.last_day, within or TermsRules().report_within), person, enterprise_name)
        for placement, person, enterprise_name, within in rows
    ]
    return [
        WaitingItem(
            due_on,
            f"Slutdokumentation saknas för {person.shown_name} från {enterprise_name}",
            "participants.show",
            {"participant_id": person.id},
            "Saknad slutdokumentation",
        )
        for due_on, person, enterprise_name in late
        if due_on < today()
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
