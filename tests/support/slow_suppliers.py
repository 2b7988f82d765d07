"""An enterprise's indicators counted slowly, placement by placement, in another way than the program does."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from enterprises.contracts.models import Contract
from indicators.definitions.keys import Indicator
from marketplace.db import db
from marketplace.procurement.models import TermsVersion
from marketplace.reference.rules import add_working_days, working_days_between
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PLACED_STATES, PlacementState
from placements.plan.models import ActivityPlan
from placements.report.models import FinalReport

Numbers = dict[tuple[date, str], tuple[int, int]]


class SlowSupplier:
    """All but how full the places are, up to the day. Act as the system for the enterprise."""

    def __init__(self, enterprise_id: int, until: date) -> None:
        self._until = until
        self._found: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
        self._terms = {
            contract_id: (plan_within, report_within)
            for contract_id, plan_within, report_within in db.session.execute(
                select(Contract.id, TermsVersion.plan_within, TermsVersion.report_within).join(
                    TermsVersion, TermsVersion.id == Contract.terms_id
                )
            )
        }
        self._agreed: dict[int, list[date]] = defaultdict(list)
        for plan in db.session.scalars(select(ActivityPlan)):
            self._agreed[plan.placement_id] += [plan.agreed_on] if plan.agreed_on else []
        self._filed: dict[int, list[date]] = defaultdict(list)
        for report in db.session.scalars(select(FinalReport)):
            self._filed[report.placement_id] += [report.filed_on] if report.filed_on else []
        self._placements = db.session.scalars(select(Placement).filter_by(enterprise_id=enterprise_id)).all()

    def count(self) -> Numbers:
        ids = {one.id for one in self._placements}
        for row in db.session.scalars(select(AttendanceDay)):
            if row.placement_id in ids and row.planned_hours and row.kind is not AttendanceKind.LEAVE:
                self._add(row.day, Indicator.ATTENDANCE, row.kind is AttendanceKind.PRESENT)
        goes_on = {one.moved_from_id for one in self._placements if one.state in PLACED_STATES}
        for one in self._placements:
            self._answer(one)
            plan_within, report_within = self._terms[one.contract_id]
            if one.started_on:
                self._paper(Indicator.PLAN_IN_TIME, one.started_on, plan_within, self._agreed[one.id])
            if one.started_on and one.ended_on and not (one.is_moved and one.id in goes_on):
                self._paper(Indicator.REPORT_IN_TIME, one.ended_on, report_within, self._filed[one.id])
        return {key: (numerator, denominator) for key, (numerator, denominator) in self._found.items()}

    def _answer(self, one: Placement) -> None:
        if one.answered_on:
            days = working_days_between(one.requested_on, one.answered_on)
            self._add(one.requested_on, Indicator.ANSWER_TIME, days)
        elif one.state is PlacementState.CANCELLED or one.answer_due_on >= self._until:
            return
        is_in_time = one.answered_on is not None and one.answered_on <= one.answer_due_on
        self._add(one.requested_on, Indicator.ANSWERED_IN_TIME, is_in_time)

    def _paper(self, indicator: Indicator, since: date, within: int, done: list[date]) -> None:
        due = add_working_days(since, within)
        if done or due < self._until:
            self._add(since, indicator, bool(done) and min(done) <= due)

    def _add(self, day: date, indicator: Indicator, numerator: int) -> None:
        pair = self._found[day.replace(day=1), indicator]
        pair[0] += numerator
        pair[1] += 1
