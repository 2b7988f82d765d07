"""The year tables counted slowly, person by person: the same numbers, and nothing small among those published."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from enterprises.contracts.models import Contract
from indicators.definitions.keys import Indicator
from indicators.reports import queries
from indicators.reports.models import ReportCell
from indicators.reports.rules import ALL_SYSTEMS, COLUMNS, Cell, filled
from indicators.reports.services import compute_reports
from marketplace.db import db
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.participants.models import Participant
from placements.report.content_rules import ExitReason
from placements.report.models import FinalReport
from placements.report.rules import ReportState
from tests.support.indicator_story import NOW
from tests.support.placement_market import Market

YEARS = (2025, 2026)
WORKS = {ExitReason.WORK, ExitReason.STUDIES}
Counted = dict[int, dict[Sex, dict[Cell, int]]]


def count_slowly(authority_id: int) -> Counted:
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
    found: Counted = {year: {sex: defaultdict(int) for sex in Sex} for year in YEARS}
    for year in YEARS:
        first, after = date(year, 1, 1), min(date(year + 1, 1, 1), NOW.replace(day=1))
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


def test_the_tables_are_what_a_slow_count_gives(indicator_market: Market) -> None:
    with acting_as(system_actor(authority_id=indicator_market.north_id)):
        slowly = count_slowly(indicator_market.north_id)
        quickly = queries.counts(indicator_market.north_id, YEARS)
    for year in YEARS:
        assert filled(quickly[year]) == filled(slowly[year]), year
    assert slowly[2026][Sex.WOMAN][Indicator.ENDED_PARTICIPANTS, ALL_SYSTEMS] > 5
    assert slowly[2026][Sex.WOMAN][Indicator.TO_WORK_OR_STUDIES, ALL_SYSTEMS] > 0


def test_what_is_stored_is_that_or_hidden_and_a_second_count_gives_the_same(indicator_market: Market) -> None:
    with acting_as(system_actor(authority_id=indicator_market.north_id)):
        whole = {year: filled(of) for year, of in queries.counts(indicator_market.north_id, YEARS).items()}
        stored = cells(indicator_market)
        assert {key[0] for key in stored} == set(YEARS)
        for (year, sex, cell), persons in stored.items():
            assert persons is None or persons == whole[year][sex][cell] >= 5
        assert any(stored.values())
        compute_reports(indicator_market.north_id, YEARS)
        assert cells(indicator_market) == stored


def cells(market: Market) -> dict[tuple[int, Sex, Cell], int | None]:
    rows = db.session.scalars(select(ReportCell).where(ReportCell.authority_id == market.north_id))
    return {(row.year, row.sex, (Indicator(row.indicator), row.system_id)): row.persons for row in rows}
