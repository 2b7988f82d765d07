"""What is published of answers: half-years that are over, by sex, and the same numbers every night."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from indicators.checkpoints import queries
from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import FORWARD, WHOLE, Cell, Period, Step
from indicators.services import compute_authority
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.access.queries import participant_actor
from placements.checkpoints.rules import QuestionKind
from tests.support.asking import STARTER, answered, asked, participant_of, published
from tests.support.placement_market import FIRST_DAY, Market, build_market
from tests.support.training import running

PEOPLE = 12
LATER = date(2026, 6, 10)
SPRING = Period(2026, 1)


@pytest.fixture
def market(session: Session) -> Market:
    """Twelve women who answered 1, 2 or 3 at the start; half of them two steps higher in June."""
    market = build_market(seats=PEOPLE)
    published(market.strategist)
    for number in range(PEOPLE):
        placement_id = running(market, number + 1)
        she = participant_actor(participant_of(placement_id, market.officer))
        first = number % 3 + 1
        yes = str(int(number < 6))
        for day, scale in ((FIRST_DAY, first), (LATER, first + 2 * (number % 2))):
            answers = {**STARTER, QuestionKind.SCALE: str(scale), QuestionKind.YES_NO: yes}
            with travelling(day):
                answered(she, asked(market, placement_id, day), answers)
    return market


def _compute(market: Market, on: date) -> dict[tuple[QuestionKind, Step, Sex, int], Cell]:
    with travelling(on), acting_as(system_actor(market.north_id)), transaction():
        compute_authority(market.north_id)
    with acting_as(market.strategist):
        rows = db.session.scalars(select(CheckpointCell)).all()
        return {
            (row.question.kind, row.step, row.sex, row.option): Cell(row.persons, row.mean, row.median)
            for row in rows
        }


def test_a_half_year_is_told_when_it_is_over(market: Market) -> None:
    assert _compute(market, date(2026, 6, 30)) == {}
    cells = _compute(market, date(2026, 7, 1))
    scale, yes_no = QuestionKind.SCALE, QuestionKind.YES_NO
    assert cells[scale, Step.START, Sex.WOMAN, WHOLE] == Cell(12, 2.0, 2.0)
    assert cells[scale, Step.QUARTER, Sex.WOMAN, WHOLE] == Cell(12, 3.0, 3.0)
    assert cells[scale, Step.FORWARD, Sex.WOMAN, FORWARD] == Cell(6)
    assert cells[yes_no, Step.START, Sex.WOMAN, 1] == Cell(6)
    assert cells[scale, Step.START, Sex.MAN, WHOLE] == Cell()
    assert QuestionKind.TEXT not in {kind for kind, *_ in cells}
    choice = {option: cells[QuestionKind.CHOICE, Step.QUARTER, Sex.WOMAN, option] for option in (WHOLE, 0, 1)}
    assert choice == {WHOLE: Cell(12), 0: Cell(), 1: Cell()}, "all the same: nobody's answer is told"
    assert _compute(market, date(2026, 12, 30)) == cells, "nothing to subtract from another night"


def test_the_page_reads_shares_with_their_interval(market: Market) -> None:
    _compute(market, date(2026, 7, 1))
    with acting_as(market.coordinator):
        assert queries.periods(market.north_id) == [SPRING]
        tables = queries.tables(market.north_id, SPRING)
        forward = next(row for row in tables[0].rows if row.step is Step.FORWARD)
        share = forward.shares[Sex.WOMAN]
        assert share is not None
        assert (share.numerator, share.denominator) == (6, 12)
        assert share.interval is not None
        assert forward.shares[Sex.MAN] is None
    with acting_as(market.officer):
        assert queries.periods(market.north_id) == []
