"""The page of answers in numbers: for strategist and coordinator, without persons and small numbers."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import FORWARD, WHOLE, Step
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.checkpoints.queries import version_with_questions
from tests.support.asking import published
from tests.support.clients import ClientFor
from tests.support.placement_market import TODAY, Market, build_market

PAGE = "/avstamningar-i-tal"


@pytest.fixture
def market(session: Session) -> Market:
    market = build_market()
    with travelling(TODAY):
        version_id = published(market.strategist)
        with acting_as(market.strategist):
            question_id = version_with_questions(version_id).questions[0].id
    cells = [
        (Step.START, Sex.WOMAN, WHOLE, 12, 2.4, 2.0),
        (Step.START, Sex.MAN, WHOLE, None, None, None),
        (Step.QUARTER, Sex.WOMAN, WHOLE, 9, None, None),
        (Step.QUARTER, Sex.MAN, WHOLE, None, None, None),
        (Step.FORWARD, Sex.WOMAN, WHOLE, 12, None, None),
        (Step.FORWARD, Sex.WOMAN, FORWARD, 7, None, None),
        (Step.FORWARD, Sex.MAN, FORWARD, None, None, None),
    ]
    with acting_as(system_actor(market.north_id)), transaction():
        for step, sex, option, persons, mean, median in cells:
            db.session.add(
                CheckpointCell(
                    authority_id=market.north_id,
                    question_id=question_id,
                    period="2025-2",
                    step=step,
                    sex=sex,
                    option=option,
                    persons=persons,
                    mean=mean,
                    median=median,
                )
            )
    return market


def test_what_the_page_tells(client_for: ClientFor, market: Market) -> None:
    for actor in (market.strategist, market.coordinator):
        page = client_for(actor).get(PAGE).text
        assert "juli–december 2025" in page.lower()
        assert "2,4" in page
        assert "7 av 12" in page
        assert "nästan alla lika" in page
        assert "dolt (för få)" in page


def test_the_file_tells_the_same(client_for: ClientFor, market: Market) -> None:
    client = client_for(market.strategist)
    text = client.get(f"{PAGE}/svar.csv").text
    assert "Steg framåt sedan starten" in text
    assert "dolt (för få)" in text
    assert client.get(f"{PAGE}/svar.xlsx").status_code == 200


def test_who_may_open_it(client_for: ClientFor, market: Market) -> None:
    for actor in (market.officer, market.supervisor, market.manager, market.controller):
        assert client_for(actor).get(PAGE).status_code == 403
    with travelling(date(2026, 3, 2)), acting_as(market.south_coordinator):
        assert "Inget att visa än" in client_for(market.south_coordinator).get(PAGE).text
    assert client_for(market.strategist).get(f"{PAGE}?period=nonsens").status_code == 200
