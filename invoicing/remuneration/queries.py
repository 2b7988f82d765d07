"""The facts of a contract's month, in a number of queries that does not grow with the placements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from enterprises.contracts.models import Contract
from enterprises.contracts.queries import edition_on
from invoicing.invoices.models import InvoiceLine
from invoicing.remuneration.facts import AttendanceDay, ContractTerms, DayKind, Month, PlacementFacts
from invoicing.remuneration.price_list import read_price_list
from invoicing.remuneration.price_rules import PaidAbsence
from marketplace.db import db
from marketplace.procurement.models import PriceRow
from marketplace.procurement.price_rules import FEES, Component
from marketplace.procurement.queries import price_drafts
from placements.attendance.models import AttendanceDay as AttendanceRow
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES, placement_number
from placements.plan.models import ActivityPlan
from placements.report.models import FinalReport
from placements.report.rules import ReportState

FEES_MAY_COME_FOR = timedelta(days=184)
"""A placement that ended within this time before the month may still earn a fee: a late report, a late plan."""

ABSENCE_ROW_LOOKS_BACK = timedelta(days=62)
"""How long before the month a row of absence is followed."""

_KINDS = {
    AttendanceKind.PRESENT: DayKind.PRESENT,
    AttendanceKind.ILL: DayKind.VALID_ABSENCE,
    AttendanceKind.LEAVE: DayKind.VALID_ABSENCE,
    AttendanceKind.OTHER_VALID: DayKind.VALID_ABSENCE,
    AttendanceKind.INVALID: DayKind.INVALID_ABSENCE,
}


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What pricing needs, the ids behind the placement numbers, and why the price list cannot be used, if so."""

    terms: ContractTerms
    placements: tuple[PlacementFacts, ...]
    placement_ids: Mapping[str, int]
    price_list_problems: tuple[str, ...]


def month_facts(contract: Contract, month: Month, *, lock: bool = False) -> MonthFacts:
    """The facts of one contract and month, by the edition of that month; with `lock`, attendance cannot change until
    the transaction ends."""
    price_list = read_price_list(price_drafts(_price_rows(edition_on(contract.id, month.last_day).terms_id)))
    terms = ContractTerms(contract.starts_on, contract.ends_on, price_list.components)
    rows = _placements(contract.id, month)
    if not rows:
        return MonthFacts(terms, (), {}, price_list.problems)
    ids = [row.id for row in rows]
    has_rows_of_absence = any(isinstance(one, PaidAbsence) for one in price_list.components)
    days = _attendance(contract.id, month, looks_back=has_rows_of_absence, lock=lock)
    chains = _moved_within(contract_id=contract.id, placements=rows)
    plans = _plans_agreed([*ids, *(earlier.id for chain in chains.values() for earlier in chain)])
    continued = {row.moved_from_id for row in rows} & {one.id for chain in chains.values() for one in chain}
    reports = _reports_filed(ids)
    paid = _fees_paid(ids)
    placements = tuple(
        PlacementFacts(
            number=placement_number(row.id),
            first_day=row.first_day,
            last_day=min(row.last_day, row.ended_on or row.last_day),
            level=row.support_level,
            days=tuple(days.get(row.id, ())),
            plan_agreed_on=None if any(one.id in plans for one in chains[row.id]) else plans.get(row.id),
            report_filed_on=reports[row.id][0] if row.id in reports else None,
            report_due_on=reports[row.id][1] if row.id in reports else None,
            already_paid=frozenset(paid.get(row.id, ())),
            began_on=min((one.first_day for one in chains[row.id]), default=None),
            is_continued=row.id in continued,
        )
        for row in rows
    )
    return MonthFacts(
        terms=terms,
        placements=placements,
        placement_ids={placement_number(placement_id): placement_id for placement_id in ids},
        price_list_problems=price_list.problems,
    )


def _price_rows(terms_id: int) -> Sequence[PriceRow]:
    return db.session.scalars(
        select(PriceRow).where(PriceRow.terms_id == terms_id).order_by(PriceRow.position)
    ).all()


def _placements(contract_id: int, month: Month) -> Sequence[Placement]:
    return db.session.scalars(
        select(Placement)
        .where(
            Placement.contract_id == contract_id,
            Placement.state.in_(BEGUN_STATES),
            Placement.first_day <= month.last_day,
            Placement.last_day >= month.first_day - FEES_MAY_COME_FOR,
        )
        .order_by(Placement.id)
    ).all()


def _moved_within(contract_id: int, placements: Sequence[Placement]) -> dict[int, list[Placement]]:
    """For each placement those that its participant moved from, one after another, under the same contract. As many
    queries as the longest row of moves."""
    known = {row.id: row for row in placements}
    asked = {row.moved_from_id for row in placements if row.moved_from_id} - known.keys()
    while asked:
        earlier = db.session.scalars(
            select(Placement).where(
                Placement.id.in_(asked),
                Placement.contract_id == contract_id,
                Placement.state.in_(BEGUN_STATES),
            )
        ).all()
        known |= {row.id: row for row in earlier}
        asked = {row.moved_from_id for row in earlier if row.moved_from_id} - known.keys()
    chains: dict[int, list[Placement]] = {}
    for row in placements:
        chain: list[Placement] = []
        before = known.get(row.moved_from_id or 0)
        while before is not None:
            chain.append(before)
            before = known.get(before.moved_from_id or 0)
        chains[row.id] = chain
    return chains


def _attendance(
    contract_id: int, month: Month, *, looks_back: bool, lock: bool
) -> dict[int, list[AttendanceDay]]:
    first_day = month.first_day - (ABSENCE_ROW_LOOKS_BACK if looks_back else timedelta(0))
    statement = (
        select(
            AttendanceRow.placement_id,
            AttendanceRow.day,
            AttendanceRow.kind,
            AttendanceRow.planned_hours,
            AttendanceRow.actual_hours,
            AttendanceRow.is_reported_same_day,
            AttendanceRow.is_invoiced,
        )
        .where(AttendanceRow.contract_id == contract_id, AttendanceRow.day.between(first_day, month.last_day))
        .order_by(AttendanceRow.placement_id, AttendanceRow.day)
    )
    found: dict[int, list[AttendanceDay]] = defaultdict(list)
    for row in db.session.execute(statement.with_for_update() if lock else statement):
        found[row.placement_id].append(
            AttendanceDay(
                day=row.day,
                kind=_KINDS[row.kind],
                planned_hours=row.planned_hours,
                actual_hours=row.actual_hours,
                is_reported_same_day=row.is_reported_same_day,
                is_invoiced=row.is_invoiced,
            )
        )
    return found


def _plans_agreed(placement_ids: list[int]) -> dict[int, date]:
    """The day that each placement first had an agreed plan."""
    rows = db.session.execute(
        select(ActivityPlan.placement_id, func.min(ActivityPlan.agreed_on))
        .where(ActivityPlan.placement_id.in_(placement_ids), ActivityPlan.agreed_on.is_not(None))
        .group_by(ActivityPlan.placement_id)
        .order_by(ActivityPlan.placement_id)
    )
    return {placement_id: agreed_on for placement_id, agreed_on in rows if agreed_on is not None}


def _reports_filed(placement_ids: list[int]) -> dict[int, tuple[date, date]]:
    """The day that each placement's first report was filed, and the day that it was due: later revisions give way."""
    rows = db.session.execute(
        select(FinalReport.placement_id, FinalReport.filed_on, FinalReport.due_on)
        .where(FinalReport.placement_id.in_(placement_ids), FinalReport.state != ReportState.DRAFT)
        .order_by(FinalReport.placement_id, FinalReport.revision.desc())
    )
    return {placement_id: (filed_on, due_on) for placement_id, filed_on, due_on in rows if filed_on}


def _fees_paid(placement_ids: list[int]) -> dict[int, list[Component]]:
    rows = db.session.execute(
        select(InvoiceLine.placement_id, InvoiceLine.component)
        .where(
            InvoiceLine.placement_id.in_(placement_ids),
            InvoiceLine.component.in_([component.value for component in FEES]),
        )
        .order_by(InvoiceLine.placement_id, InvoiceLine.component)
    )
    paid: dict[int, list[Component]] = defaultdict(list)
    for placement_id, component in rows:
        paid[placement_id].append(Component(component))
    return paid
