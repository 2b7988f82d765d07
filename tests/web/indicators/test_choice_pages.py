"""The pages of what women and men were shown and chose."""

import re
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from indicators.choices.breadth_rules import Fact
from indicators.choices.models import BreadthNumber, ChoiceCell
from indicators.choices.services import compute_choices
from marketplace.db import db, transaction
from marketplace.reference.queries import forget_lists
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.participants.models import Participant
from tests.factories import HANINGE, HUDDINGE, SODERTALJE
from tests.support.clients import ClientFor
from tests.support.placement_market import Market
from tests.support.statements import statements_of
from tests.web.indicators.test_indicator_pages import rows_of
from tests.web.reading import text_of

HIDDEN = "dolt (för få)"
FILES = ("steg", "bredd", "kommuner/tabell", "leverantorer/tabell", "enheter/tabell")


@pytest.fixture
def market(indicator_market: Market) -> Market:
    return indicator_market


def changed(market: Market, statement: Any) -> None:
    """The rounds as they would be after the statement, counted anew."""
    with acting_as(system_actor(market.north_id)), transaction():
        db.session.execute(statement)
    with acting_as(system_actor(market.north_id)), transaction():
        compute_choices(market.north_id, [2025, 2026])


def test_the_page_tells_what_it_may(market: Market, client_for: ClientFor) -> None:
    page = text_of(client_for(market.strategist).get("/val-och-kon?ar=2026"))
    assert "till och med 2026-08-31" in page
    assert HIDDEN in page
    assert "Kvinnor, 2026" in page
    assert "Av det som visades 2026 valdes" in page
    assert "Minst ett yrke som är dominerat av annat kön" in page
    assert "Kunde ha visats" in page
    assert "Av en slump" in page
    assert "osäkerhet" in page


@pytest.mark.parametrize("name", FILES)
def test_no_file_tells_a_small_number(market: Market, client_for: ClientFor, name: str) -> None:
    rows = rows_of(client_for(market.strategist).get(f"/val-och-kon/{name}.csv?ar=2026"))
    numbers = [int(row["Antal"]) for row in rows if row["Antal"] != HIDDEN]
    assert min(numbers, default=5) >= 5
    assert numbers or name == "enheter/tabell", "the market's only unit is the whole"


def test_trades_and_segregation_are_files_too(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    trades = rows_of(client.get("/val-och-kon/yrken/tabell.csv?ar=2026"))
    assert len(trades) == 3
    assert all(value == HIDDEN or int(value) >= 5 for row in trades for value in list(row.values())[3:])
    measured = rows_of(client.get("/val-och-kon/konsuppdelning.csv?ar=2026"))
    assert [row["Mått"] for row in measured] == ["Visades: D", "Visades: KM", "Valdes: D", "Valdes: KM"]
    for d, km in (measured[:2], measured[2:]):
        assert d["Utöver slumpen"] == km["Utöver slumpen"]
        assert float(km["Värde"].replace(",", ".")) < float(d["Värde"].replace(",", "."))


def test_a_part_shows_its_own_funnel_and_links_there(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    page = text_of(client.get(f"/val-och-kon?ar=2026&urval=kommun-{HUDDINGE}"))
    assert "Kvinnor, 2026: Huddinge" in page
    assert "visas bara för alla tillsammans" in page
    assert "Duncans D:" not in page
    parts = client.get("/val-och-kon/kommuner?ar=2026").get_data(as_text=True)
    assert f"urval=kommun-{HANINGE}" in parts
    assert "Gården" in text_of(client.get("/val-och-kon/leverantorer?ar=2026"))
    assert client.get("/val-och-kon/handlaggare").status_code == 404, "nobody is put on show"


def test_one_sex_only_is_said_in_words(market: Market, client_for: ClientFor) -> None:
    changed(market, update(Participant).values(sex=Sex.WOMAN))
    page = text_of(client_for(market.strategist).get("/val-och-kon?ar=2026"))
    assert "För få män för att visa några tal" in page
    assert "För få kvinnor eller män det här året för att jämföra" in page


def test_when_all_is_hidden_every_page_says_so(market: Market, client_for: ClientFor) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        db.session.execute(update(ChoiceCell).values(choices=None))
    client = client_for(market.strategist)
    assert "För få kvinnor för att visa några tal" in text_of(client.get("/val-och-kon"))
    for part in ("kommuner", "leverantorer", "enheter", "yrken"):
        page = text_of(client.get(f"/val-och-kon/{part}"))
        assert "För få har visats något i varje del" in page or "Alla deltagare hör till samma enhet" in page
    for path in ("diagram.svg", "steg.svg"):
        assert client.get(f"/val-och-kon/{path}").status_code == 200


def test_a_kommun_that_has_left_keeps_its_numbers(market: Market, client_for: ClientFor) -> None:
    changed(
        market, update(Participant).where(Participant.kommun_code == HUDDINGE).values(kommun_code=SODERTALJE)
    )
    page = text_of(client_for(market.strategist).get("/val-och-kon/kommuner?ar=2026"))
    assert "Södertälje (hör inte längre till er)" in page


def test_pages_ask_as_little_whatever_there_is(
    market: Market, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(market.strategist)
    monkeypatch.setitem(client.application.config, "REFERENCE_SECONDS", 60)
    client.get("/val-och-kon")
    for path, most in (("/val-och-kon?ar=2026", 11), ("/val-och-kon/leverantorer?ar=2026", 9)):
        assert len(statements_of(lambda path=path: client.get(path))) <= most  # type: ignore[misc]
    forget_lists()


def test_a_year_without_rounds_has_no_numbers(
    market: Market, client_for: ClientFor, session: Session
) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        compute_choices(market.north_id, [2024])
    with acting_as(market.strategist):
        assert db.session.query(ChoiceCell).filter_by(year=2024).count() == 0
    assert "2024" not in text_of(client_for(market.strategist).get("/val-och-kon")).split("Visa")[0]


def test_those_who_see_the_persons_see_the_rounds_behind(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.officer)
    page = text_of(client.get("/val-och-kon/omgangar?ar=2026"))
    counted = [row for row in _breadth_rows(market) if row.fact is Fact.ROUNDS and row.year == 2026]
    assert len(counted) == 2, "women and men"
    total = _listed(page)
    assert total >= sum(row.number or 0 for row in counted)
    more = text_of(client.get("/val-och-kon/omgangar?ar=2026&visa=mer"))
    assert 0 < _listed(more) < total
    assert "Valomgångarna bakom" in text_of(client.get("/nyckeltal/definitioner"))
    outsider = text_of(client_for(market.south_officer).get("/val-och-kon/omgangar"))
    assert "Inget är räknat än" in outsider
    asked = statements_of(lambda: client.get("/val-och-kon/omgangar?ar=2026"))
    assert len(asked) <= 14
    assert client_for(market.strategist).get("/val-och-kon/omgangar").status_code == 403


def _listed(page: str) -> int:
    return int((re.search(r"(\d+) valomgångar", page) or ["", "0"])[1])


def _breadth_rows(market: Market) -> list[BreadthNumber]:
    with acting_as(market.strategist):
        return list(db.session.scalars(select(BreadthNumber)))
