"""The year tables counted slowly, person by person, in another way than the program does."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from enterprises.contracts.models import Contract
from indicators.reports.rules import ALL_SYSTEMS, COLUMNS, Cell
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import Sex
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.participants.models import Participant
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from placements.report.rules import ReportState

WORKS = {ExitReason.WORK, ExitReason.STUDIES}
Counted = dict[int, dict[Sex, dict[Cell, int]]]


def count_slowly(authority_id: int, years: Sequence[int]) -> Counted:
    """One person after another, one year after another."""
    people = {one.id: one.sex for one in db.session.scalars(select(Participant))}
    systems = {one.id: one.system_id for one in db.session.scalars(select(Contract))}
    filed = {
        one.placement_id: one.exit_reason
        for one in db.session.scalars(select(FinalReport))
        if one.state in {ReportState.FILED, ReportState.RECEIVED}
    }
    stays: dict[tuple[int, int], list[Placement]] = defaultdict(list)
    for placement in db.session.scalars(select(Placement).where(Placement.authority_id == authority_id)):
        if placement.state in BEGUN_STATES:
            for key in (ALL_SYSTEMS, systems[placement.contract_id]):
                stays[placement.participant_id, key].append(placement)
    found: Counted = {year: {sex: defaultdict(int) for sex in Sex} for year in years}
    for year in years:
        first, after = date(year, 1, 1), min(date(year + 1, 1, 1), today().replace(day=1))
        for (participant_id, key), placements in stays.items():
            begun = sorted((began(one), one.id, one) for one in placements if began(one) < after)
            if not any(one.ended_on is None or one.ended_on >= first for _, _, one in begun):
                continue
            last = begun[-1][2]
            has_ended = last.ended_on is not None and last.ended_on < after and not last.is_moved
            reason = filed.get(last.id) if has_ended else None
            truths = (
                True,
                begun[0][0] >= first,
                has_ended,
                reason in WORKS,
                reason is ExitReason.JOB_SEEKING,
            )
            for indicator, is_so in zip(COLUMNS, truths, strict=True):
                found[year][people[participant_id]][indicator, key] += is_so
    return found


def began(placement: Placement) -> date:
    return placement.started_on or placement.first_day
