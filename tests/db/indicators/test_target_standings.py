"""How targets stand, out of what is published: each in its own words where there is nothing to tell it by."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import FORWARD, WHOLE, Step
from indicators.definitions.keys import Indicator
from indicators.measures.models import MeasureCell
from indicators.measures.rules import Dimension
from indicators.outcomes.services import set_targets
from indicators.outcomes.target_queries import Standings, levels, questions, standings
from indicators.outcomes.target_rules import FIRST_LEVEL, Aim, Progress
from indicators.reports.models import ReportCell
from indicators.rules import Share
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import Base, db, transaction
from marketplace.errors import Invalid
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.checkpoints.models import SurveyQuestion
from tests.support.asking import published
from tests.support.placement_market import TODAY, Market

YEAR = TODAY.year - 1


def publish(market: Market, model: type[Base], **values: object) -> None:
    with acting_as(system_actor(market.north_id)):
        db.session.execute(insert(model), {"authority_id": market.north_id, **values})


def told(market: Market, year: int = YEAR) -> dict[Aim, Standings]:
    with acting_as(market.strategist):
        return {one.level.aim: one for one in standings(market.north_id, year, levels(market.north_id))}


def test_nothing_is_told_in_words(ready_market: Market) -> None:
    found = told(ready_market)
    assert {aim: one.level.value for aim, one in found.items()} == FIRST_LEVEL
    assert all(one.nothing_sv and not one.told for one in found.values())


def test_results_are_told_for_all_and_each_sex(ready_market: Market) -> None:
    for by, key, numerator in (
        (Dimension.ALL, "", 40),
        (Dimension.SEX, "woman", None),
        (Dimension.SEX, "man", None),
    ):
        denominator = 50 if numerator else None
        parts = {"numerator": numerator, "denominator": denominator}
        publish(
            ready_market, MeasureCell, year=YEAR, indicator=Indicator.WORK_OR_STUDIES, by=by, key=key, **parts
        )
    rows = told(ready_market)[Aim.WORK_OR_STUDIES].told
    assert [(row.name_sv, row.share, row.progress) for row in rows] == [
        ("Alla", Share(40, 50), Progress.REACHED),
        ("Kvinnor", None, Progress.UNKNOWN),
        ("Män", None, Progress.UNKNOWN),
    ]


def test_participants_are_summed_over_the_years_that_may_be_shown(ready_market: Market) -> None:
    for year, sex, persons in (
        (YEAR - 1, Sex.WOMAN, 30),
        (YEAR - 1, Sex.MAN, None),
        (YEAR, Sex.WOMAN, 40),
        (YEAR, Sex.MAN, 20),
        (YEAR + 1, Sex.WOMAN, 99),
    ):
        publish(
            ready_market,
            ReportCell,
            year=year,
            indicator=Indicator.NEW_PARTICIPANTS,
            system_id=0,
            sex=sex,
            persons=persons,
        )
    found = told(ready_market)
    assert found[Aim.PARTICIPANTS].told[0].count == 90
    assert found[Aim.PARTICIPANTS].told[0].progress is Progress.BELOW
    assert found[Aim.WOMEN].told[0].share == Share(40, 60)
    assert found[Aim.WOMEN].told[0].progress is Progress.REACHED


def test_what_participants_say_is_told_by_the_question_that_is_chosen(ready_market: Market) -> None:
    market = ready_market
    with travelling(TODAY):
        published(market.strategist)
    with acting_as(market.strategist), transaction():
        series = next(iter(questions(market.north_id)))
        question_id = db.session.scalars(
            select(SurveyQuestion.id).where(SurveyQuestion.series == series)
        ).one()
        before = levels(market.north_id)
        set_targets([replace(one, series=series) if one.aim is Aim.CLOSER else one for one in before])
        set_targets(levels(market.north_id))  # nothing is other than it was, and nothing is noted
        assert [event.note_sv for event in timeline("targets", market.north_id)] == [
            "Upplever att de är närmare arbetsmarknaden 60\u00a0%"
        ]
    assert told(market)[Aim.CLOSER].nothing_sv.startswith("Ingen har svarat två gånger")
    for sex, option, persons in (
        (Sex.WOMAN, WHOLE, 12),
        (Sex.WOMAN, FORWARD, 7),
        (Sex.MAN, WHOLE, None),
        (Sex.MAN, FORWARD, None),
    ):
        publish(
            market,
            CheckpointCell,
            question_id=question_id,
            period=f"{YEAR}-2",
            step=Step.FORWARD,
            sex=sex,
            option=option,
            persons=persons,
        )
    rows = told(market)[Aim.CLOSER].told
    assert [(row.name_sv, row.share) for row in rows] == [("Kvinnor", Share(7, 12)), ("Män", None)]
    assert told(market)[Aim.INFLUENCE].nothing_sv == "Ingen fråga i enkäten är vald för målet."
    assert told(market, YEAR - 1)[Aim.CLOSER].told == []


@pytest.mark.parametrize(("aim", "value"), [(Aim.WOMEN, 101), (Aim.WOMEN, 0), (Aim.PARTICIPANTS, 1_000_001)])
def test_a_target_beyond_reach_is_not_set(ready_market: Market, aim: Aim, value: int) -> None:
    with acting_as(ready_market.strategist):
        wanted = [
            replace(one, value=value) if one.aim is aim else one for one in levels(ready_market.north_id)
        ]
        with pytest.raises(Invalid):
            set_targets(wanted)
