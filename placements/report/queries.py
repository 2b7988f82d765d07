"""Final reports: by placement, in versions, as a list, and as they are given under consent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload

from enterprises.contracts.models import Contract
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import Event
from marketplace.db import Page, db, get_or_404, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import PriceRow
from marketplace.procurement.price_rules import Component, settings_of
from marketplace.procurement.queries import price_drafts
from marketplace.tenancy import current_actor, own_authority
from placements.access_log.seen import Seen, note
from placements.booking.models import Placement
from placements.booking.queries import goes_on_at_supplier
from placements.participants.models import Consent, Participant
from placements.participants.queries import by_name, consents_of
from placements.participants.rules import PROTECTED_SV, ConsentScope, participant_number
from placements.plan.models import ActivityPlan
from placements.plan.queries import versions as plan_versions
from placements.plan.rules import PlanState
from placements.report.models import FinalReport, Outcome
from placements.report.rules import FILED_STATES, ReportState

_WRITERS = frozenset({Role.SUPERVISOR, Role.SYSTEM})


def goes_on_elsewhere(placement_id: int) -> bool:
    """Whether the participant has moved to another place at the same enterprise: the report is that placement's."""
    found = select(Placement.id).where(Placement.id == placement_id, goes_on_at_supplier())
    return db.session.scalar(found) is not None


def versions(placement_id: int) -> list[FinalReport]:
    """The placement's report in every version that the actor may read, newest first. A draft is its writer's own."""
    chosen = select(FinalReport).where(FinalReport.placement_id == placement_id)
    if current_actor().role not in _WRITERS:
        chosen = chosen.where(FinalReport.state != ReportState.DRAFT)
    return list(db.session.scalars(chosen.order_by(FinalReport.revision.desc())))


def readable_report(report_id: int) -> FinalReport:
    """One version. Raises NotFound, also for a draft of someone else's pen."""
    report = get_or_404(FinalReport, report_id)
    if report.state == ReportState.DRAFT and current_actor().role not in _WRITERS:
        raise NotFound("Slutdokumentationen är inte inlämnad än.")
    return report


def own_reports() -> list[FinalReport]:
    """The participant's reports that she is to read or that are filed, one for each placement, the newest first."""
    found = db.session.scalars(
        select(FinalReport)
        .where(FinalReport.state.in_([ReportState.SHOWN, *FILED_STATES]))
        .options(joinedload(FinalReport.placement).joinedload(Placement.enterprise))
        .order_by(FinalReport.id)
    )
    newest = {report.placement_id: report for report in found}
    return sorted(newest.values(), key=lambda report: report.id, reverse=True)


def events_of(reports: Collection[FinalReport]) -> list[Event]:
    """What happened to all these versions, newest first."""
    ids = [report.id for report in reports]
    chosen = select(Event).where(Event.object_type == "report", Event.object_id.in_(ids))
    return list(db.session.scalars(chosen.order_by(Event.id.desc())))


def agreed_plan(placement_id: int) -> ActivityPlan | None:
    return next((plan for plan in plan_versions(placement_id) if plan.state == PlanState.AGREED), None)


def outcome_of(placement_id: int) -> Outcome | None:
    return db.session.get(Outcome, placement_id)


def result_after_months(placement_id: int) -> int | None:
    """How long work or studies last before the placement's contract pays a fee for it; None where it pays none."""
    terms_id = select(Contract.terms_id).join(Placement, Placement.contract_id == Contract.id)
    fee = select(PriceRow).where(
        PriceRow.terms_id == terms_id.where(Placement.id == placement_id).scalar_subquery(),
        PriceRow.component == Component.RESULT_FEE,
    )
    rows = price_drafts(db.session.scalars(fee))
    return settings_of(rows).result_after_months if rows else None


# What member organisations read under consent.


@dataclass(frozen=True)
class GivenReport:
    """A report as an organisation reads it that sees neither the placement nor the person."""

    report_id: int
    who: str
    workplace: str
    first_day: date
    last_day: date
    filed_on: date


def given_reports(report_id: int | None = None) -> list[GivenReport]:
    """Reports that live consents give the actor's organisation to read, the newest first; or one of them."""
    given = func.given_placements().table_valued(
        "placement_id", "participant_id", "name", "workplace", "first_day", "last_day"
    )
    statement = (
        select(FinalReport.id, FinalReport.filed_on, given)
        .join(given, given.c.placement_id == FinalReport.placement_id)
        .where(FinalReport.state.in_(FILED_STATES))
        .order_by(FinalReport.filed_on.desc(), FinalReport.id.desc())
    )
    if report_id is not None:
        statement = statement.where(FinalReport.id == report_id)
    found = db.session.execute(statement).all()
    for row in found:
        note(Seen(row.participant_id, own_authority(), None, is_protected=row.name is None))
    return [
        GivenReport(
            row.id,
            row.name or f"{PROTECTED_SV} ({participant_number(row.participant_id)})",
            row.workplace,
            row.first_day,
            row.last_day,
            row.filed_on,
        )
        for row in found
    ]


def is_own(report: FinalReport) -> bool:
    """Whether the actor works with the participant, and so sees the placement too."""
    return db.session.get(Placement, report.placement_id) is not None


def readers_by_consent(participant_id: int) -> list[Consent]:
    """The consents in force that give the participant's final reports to others than those who work with her."""
    return [
        consent
        for consent in consents_of(participant_id)
        if consent.is_live and consent.scope is not ConsentScope.SUPPLIER
    ]


# Filed reports as a list.


@dataclass(frozen=True)
class ReportRow:
    report: FinalReport
    placement: Placement
    who: str
    is_protected: bool
    enterprise_name: str


_ENTERPRISE = aliased(Organisation)

REPORT_SORTS: dict[str, list[Any]] = {
    "vantar": [FinalReport.received_on.is_not(None), FinalReport.filed_on],
    "deltagare": [by_name],
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
        .where(FinalReport.state.in_(FILED_STATES))
        .order_by(*order, FinalReport.id)
    )
    return chosen if state is None else chosen.where(FinalReport.state == state)


def _row(report: FinalReport, placement: Placement, person: Participant, enterprise_name: str) -> ReportRow:
    return ReportRow(report, placement, person.shown_name, person.is_protected, enterprise_name)
