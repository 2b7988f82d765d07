"""The year tables counted slowly, person by person: the same numbers, and nothing small among those published."""

from sqlalchemy import select

from indicators.definitions.keys import Indicator
from indicators.reports import queries
from indicators.reports.models import ReportCell
from indicators.reports.rules import ALL_SYSTEMS, Cell, filled
from indicators.reports.services import compute_reports
from marketplace.db import db
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from tests.support.placement_market import Market
from tests.support.slow_year import count_slowly

YEARS = (2025, 2026)


def test_the_tables_are_what_a_slow_count_gives(indicator_market: Market) -> None:
    with acting_as(system_actor(authority_id=indicator_market.north_id)):
        slowly = count_slowly(indicator_market.north_id, YEARS)
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
