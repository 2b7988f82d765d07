"""The rows behind a number: for those who see the persons, and of those they work with."""

import re

import pytest

from indicators.definitions.keys import Indicator
from indicators.measures.row_queries import WITH_ROWS
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market
from tests.support.statements import statements_of
from tests.web.reading import text_of

PAGE = "/nyckeltal/rader"


@pytest.fixture
def coordinator(indicator_market: Market, client_for: ClientFor) -> Client:
    return client_for(indicator_market.coordinator)


def test_the_rows_add_up_to_the_number(coordinator: Client) -> None:
    shown = text_of(coordinator.get(f"{PAGE}?tal=participants&ar=2026"))
    assert "Talet som visas är 17 deltagare" in shown
    own = re.search(r"Raderna som du ser blir (\d+) deltagare; de andra hör till deltagare", shown)
    assert own
    assert 0 < int(own[1]) < 17
    assert f"{own[1]} rader" in shown
    shares = text_of(coordinator.get(f"{PAGE}?tal=answered_in_time&ar=2026&urval=sex:woman"))
    assert "(33 av 46)" in shares


def test_every_number_has_its_page_in_few_questions(coordinator: Client) -> None:
    for indicator in WITH_ROWS:
        page = coordinator.get(f"{PAGE}?tal={indicator}")
        assert page.status_code == 200, indicator
    # Three are for the lists of kommuner and trades, which tests read anew each time; two keep who was shown.
    assert len(statements_of(lambda: coordinator.get(f"{PAGE}?tal=attendance&ar=2026"))) <= 18


def test_who_works_with_them_sees_rows_and_nobody_else(
    indicator_market: Market, coordinator: Client, client_for: ClientFor
) -> None:
    officer = client_for(indicator_market.officer)
    assert "Räknas med" in text_of(officer.get(f"{PAGE}?tal=plan_in_time&ar=2026"))
    for actor in (indicator_market.strategist, indicator_market.manager):
        assert client_for(actor).get(PAGE).status_code == 403
    assert f"{PAGE}?tal={Indicator.COMPLETED}" in coordinator.get("/nyckeltal/definitioner").text
    assert PAGE not in client_for(indicator_market.strategist).get("/nyckeltal/definitioner").text


def test_what_makes_no_sense_is_read_as_nothing(coordinator: Client) -> None:
    for asked in ("tal=nonsens&ar=1", "tal=cost", "urval=sex:other", "urval=:", "ar=2031&sida=9999"):
        assert coordinator.get(f"{PAGE}?{asked}").status_code == 200, asked
