"""Every measure counted slowly, row by row: numerators, denominators and the people behind them."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from indicators.definitions.keys import Indicator
from indicators.measures.cohort_queries import EXITS
from indicators.measures.rules import Dimension
from invoicing.invoices.models import Invoice, InvoiceLine
from marketplace import clock
from marketplace.db import db
from marketplace.procurement.models import TermsVersion
from marketplace.reference.rules import Sex, add_working_days, working_days_between
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PLACED_STATES, PlacementState
from placements.choice.models import ChoiceRound
from placements.followup.models import FollowUp
from placements.followup.rules import FollowUpKind, FollowUpState
from placements.participants.models import Grant, Participant
from placements.plan.models import ActivityPlan
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from placements.report.rules import ReportState

Key = tuple[int, Indicator, Dimension, str]


class SlowMeasures:
    """Numerators, denominators and the people behind them, by what they are of."""

    def __init__(self, authority_id: int, until: date) -> None:
        """Act as the system for the authority. `until` is the first day that is not known of."""
        self.authority_id = authority_id
        self.until = until
        self.sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        self.exact: dict[Key, Decimal] = defaultdict(Decimal)
        self.people: dict[Key, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))

    def add(
        self,
        indicator: Indicator,
        day: date,
        case: Placement | Grant,
        numerator: int | Decimal,
        denominator: int = 1,
    ) -> None:
        person = self.participants[case.participant_id]
        if person.sex is Sex.OTHER:
            return
        of = {Dimension.ALL: "", Dimension.SEX: person.sex.value}
        if isinstance(case, Placement):
            of |= {
                Dimension.SUPPLIER: str(case.enterprise_id),
                Dimension.TRADE: self.ssyk[case.place_id],
                Dimension.KOMMUN: case.kommun_code,
                Dimension.UNIT: str(case.unit_id),
            }
        else:
            of |= {Dimension.KOMMUN: person.kommun_code, Dimension.UNIT: str(person.unit_id)}
        for by, value in of.items():
            key = (day.year, indicator, by, value)
            self.exact[key] += numerator
            self.sums[key][1] += denominator
            self.people[key][0].add(person.id)
            if numerator:
                self.people[key][1].add(person.id)

    def count(self) -> None:
        self.participants = {one.id: one for one in db.session.scalars(select(Participant))}
        self.ssyk = {place.id: place.ssyk for place in db.session.scalars(select(Place))}
        self.terms = {
            contract_id: (plan_within, report_within)
            for contract_id, plan_within, report_within in db.session.execute(
                select(Contract.id, TermsVersion.plan_within, TermsVersion.report_within).join(
                    TermsVersion, TermsVersion.id == Contract.terms_id
                )
            )
        }
        self.agreed: dict[int, list[date]] = defaultdict(list)
        for plan in db.session.scalars(select(ActivityPlan).where(ActivityPlan.agreed_on.is_not(None))):
            assert plan.agreed_on
            self.agreed[plan.placement_id].append(plan.agreed_on)
        self.reports: dict[int, list[FinalReport]] = defaultdict(list)
        for report in db.session.scalars(select(FinalReport).where(FinalReport.filed_on.is_not(None))):
            self.reports[report.placement_id].append(report)
        self.cost: dict[int, int] = defaultdict(int)
        for placement_id, issued_on, amount_ore in db.session.execute(
            select(InvoiceLine.placement_id, Invoice.issued_on, InvoiceLine.amount_ore).join(Invoice)
        ):
            if issued_on and issued_on < self.until:
                self.cost[placement_id] += amount_ore
        mine = select(Placement).where(Placement.authority_id == self.authority_id)
        placements = {
            one.id: one for one in db.session.scalars(mine.order_by(Placement.started_on, Placement.id))
        }
        self.goes_on = {
            (one.moved_from_id, one.enterprise_id)
            for one in placements.values()
            if one.state in PLACED_STATES
        }
        self.started: set[tuple[int, int]] = set()
        for placement in placements.values():
            self._placement(placement)
        self._attendance(placements)
        self._follow_ups(placements)
        self._grants(placements)
        for key, numerator in self.exact.items():
            self.sums[key][0] = round(numerator)

    def _placement(self, one: Placement) -> None:
        asked, answered = one.requested_on, one.answered_on
        answered = answered if answered and answered < self.until else None
        if asked < self.until:
            if answered:
                self.add(Indicator.ANSWER_TIME, asked, one, working_days_between(asked, answered))
            is_taken_back = one.state is PlacementState.CANCELLED and not answered
            if not is_taken_back and (answered or one.answer_due_on < self.until):
                self.add(
                    Indicator.ANSWERED_IN_TIME, asked, one, bool(answered and answered <= one.answer_due_on)
                )
        if one.started_on and one.started_on < self.until:
            if (one.participant_id, one.started_on.year) not in self.started:
                self.started.add((one.participant_id, one.started_on.year))
                self.add(Indicator.PARTICIPANTS, one.started_on, one, 1)
            due = add_working_days(one.started_on, self.terms[one.contract_id][0])
            agreed = min((day for day in self.agreed[one.id] if day < self.until), default=None)
            if agreed or due < self.until:
                self.add(Indicator.PLAN_IN_TIME, one.started_on, one, bool(agreed and agreed <= due))
        if one.ended_on and one.ended_on < (self.until - timedelta(days=1)).replace(day=1):
            self._ended(one, one.ended_on)

    def _ended(self, one: Placement, ended_on: date) -> None:
        reports = self.reports[one.id]
        filed_on = min((report.filed_on for report in reports if report.filed_on), default=None)
        filed_on = filed_on if filed_on and filed_on < self.until else None
        due = add_working_days(ended_on, self.terms[one.contract_id][1])
        self.add(Indicator.COST, ended_on, one, self.cost[one.id])
        is_there_still = one.is_moved and (one.id, one.enterprise_id) in self.goes_on
        if (filed_on or due < self.until) and not is_there_still:
            self.add(Indicator.REPORT_IN_TIME, ended_on, one, bool(filed_on and filed_on <= due))
        if one.is_moved:
            return
        standing = [
            report.exit_reason
            for report in reports
            if report.state in (ReportState.FILED, ReportState.RECEIVED)
        ]
        reason = standing[0] if standing and filed_on else None
        self.add(Indicator.COMPLETED, ended_on, one, one.state is PlacementState.COMPLETED)
        self.add(Indicator.WORK_OR_STUDIES, ended_on, one, reason in (ExitReason.WORK, ExitReason.STUDIES))
        self.add(Indicator.EXIT_UNKNOWN, ended_on, one, reason is None)
        for indicator, wanted in EXITS.items():
            self.add(indicator, ended_on, one, reason is wanted)

    def _attendance(self, placements: dict[int, Placement]) -> None:
        days = sorted(
            db.session.scalars(select(AttendanceDay).where(AttendanceDay.placement_id.in_(placements))),
            key=lambda day: (day.placement_id, day.day),
        )
        for (placement_id, _, _), of_month in groupby(
            days, key=lambda day: (day.placement_id, day.day.year, day.day.month)
        ):
            month = list(of_month)
            planned = [day for day in month if day.planned_hours and day.kind is not AttendanceKind.LEAVE]
            if not planned or month[0].day >= self.until:
                continue
            present = sum(day.kind is AttendanceKind.PRESENT for day in planned)
            placement = placements[placement_id]
            self.add(Indicator.ATTENDANCE, month[0].day, placement, present, len(planned))
            self.add(
                Indicator.HOURS, month[0].day, placement, sum((day.actual_hours for day in month), Decimal(0))
            )

    def _follow_ups(self, placements: dict[int, Placement]) -> None:
        for one in db.session.scalars(select(FollowUp).where(FollowUp.kind == FollowUpKind.PLANNED)):
            assert one.planned_on
            latest = one.planned_on + timedelta(days=7)
            if one.state is not FollowUpState.CANCELLED and latest < self.until:
                is_held = bool(one.held_on and one.held_on <= latest and one.held_on < self.until)
                self.add(Indicator.FOLLOW_UPS_HELD, one.planned_on, placements[one.placement_id], is_held)

    def _grants(self, placements: dict[int, Placement]) -> None:
        starts: dict[int, list[date]] = defaultdict(list)
        for one in placements.values():
            if one.started_on:
                starts[one.grant_id].append(one.started_on)
        chosen: dict[int, list[date]] = defaultdict(list)
        shown: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for row in db.session.scalars(select(ChoiceRound).options(selectinload(ChoiceRound.shown))):
            chosen[row.grant_id] += [row.chosen_on] if row.chosen_on else []
            shown[row.grant_id] += [
                (one.shown_at.astimezone(clock.STOCKHOLM).date(), one.place_id) for one in row.shown
            ]
        for grant in db.session.scalars(select(Grant).where(Grant.decided_on < self.until)):
            within = grant.decided_on + timedelta(days=14)
            if within < self.until:
                places = {place_id for day, place_id in shown[grant.id] if day <= within}
                self.add(Indicator.CHOICE_OF_TWO, grant.decided_on, grant, len(places) >= 2)
            for indicator, days in (
                (Indicator.OFFER_TIME, [day for day, _ in shown[grant.id]]),
                (Indicator.CHOICE_TIME, chosen[grant.id]),
                (Indicator.START_TIME, starts[grant.id]),
            ):
                if days and min(days) < self.until:
                    self.add(indicator, grant.decided_on, grant, (min(days) - grant.decided_on).days)
