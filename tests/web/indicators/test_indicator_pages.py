"""The pages of indicators, as those who may see them and as everybody else."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from indicators.definitions.keys import Indicator, Measure
from indicators.definitions.rules import INDICATORS
from indicators.rules import Share
from indicators.suppliers.rules import OF_PLACEMENTS
from marketplace.clock import travelling
from marketplace.tenancy import Actor
from tests.factories import HANINGE, SODERTALJE, TEXTILE
from tests.support.clients import ClientFor
from tests.support.indicator_story import NOW
from tests.support.placement_market import Market, build_market
from tests.web.reading import text_of

STRATEGISTS = (
    "/kapacitet",
    "/kapacitet/karta.svg",
    "/kapacitet/tabell.csv",
    f"/kapacitet/{HANINGE}/{TEXTILE}",
    f"/kapacitet/{HANINGE}/{TEXTILE}/tabell.csv",
    "/val-och-kon",
    "/val-och-kon/diagram.svg",
    "/val-och-kon/steg.svg",
    "/val-och-kon/steg.csv",
    "/val-och-kon/bredd.csv",
    "/val-och-kon/konsuppdelning.csv",
    "/val-och-kon/enheter",
    "/val-och-kon/enheter/tabell.csv",
    "/val-och-kon/yrken",
    "/val-och-kon/yrken/tabell.csv",
)
MANAGERS = (
    "/nyckeltal",
    "/nyckeltal/manader.csv",
    "/nyckeltal/placeringar?tal=answer_time",
    "/nyckeltal/placeringar.csv",
)


@pytest.fixture
def market(indicator_market: Market) -> Market:
    return indicator_market


@pytest.fixture
def new_market(session: Session) -> Iterator[Market]:
    with travelling(NOW):
        yield build_market()


def rows_of(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    text = response.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_capacity_says_what_there_is_and_when_it_was_counted(market: Market, client_for: ClientFor) -> None:
    page = text_of(client_for(market.strategist).get("/kapacitet"))
    assert "Beräknat 2026-09-15 kl. 09.00" in page
    assert "2 av 8" in page
    assert "Kommunen Huddinge har inga platser" in page
    assert "Sömmerska på lätt svenska" in page


def test_the_heat_tables_download_adds_up_to_the_page(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    rows = rows_of(client.get("/kapacitet/tabell.csv"))
    assert {row["Dag"] for row in rows} == {"2026-09-15"}
    assert f"{sum(int(r['Lediga']) for r in rows)} av {sum(int(r['Platser']) for r in rows)}" in text_of(
        client.get("/kapacitet")
    )
    for row in rows:
        parts = (int(row[name]) for name in ("Stängda", "Hållna", "Bokade", "Lediga"))
        assert int(row["Platser"]) == sum(parts)
    assert (
        rows_of(client.get("/kapacitet/tabell.csv?kommun=0126")) == rows
    )  # no such choice: the filter falls back
    assert rows_of(client.get("/kapacitet/tabell.csv?dag=2020-01-01")) == []


def test_a_cell_leads_to_the_enterprises_behind_it(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    page = html.fromstring(client.get("/kapacitet").get_data(as_text=True))
    link = page.xpath(f"//td//a[contains(@href, '/{HANINGE}/{TEXTILE}')]/@href")[0]
    behind = text_of(client.get(link))
    assert "Gården & Co" in behind
    assert "Bageriet" not in behind
    rows = rows_of(client.get(f"/kapacitet/{HANINGE}/{TEXTILE}/tabell.csv"))
    assert [row["Företag"] for row in rows] == ["Gården & Co"]
    assert client.get(f"/kapacitet/{HANINGE}/9999").status_code == 404
    assert "Inget företag med avtal" in text_of(client.get(f"/kapacitet/{SODERTALJE}/{TEXTILE}"))


def test_a_day_without_numbers_says_which_days_have_them(market: Market, client_for: ClientFor) -> None:
    page = text_of(client_for(market.strategist).get("/kapacitet?dag=2020-01-01"))
    assert "Inga platser den 2020-01-01" in page
    assert "från 2026-03-02 till 2026-11-10" in page


def test_charts_are_images_of_their_own_without_scripts(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    for path in ("/kapacitet/karta.svg", "/val-och-kon/diagram.svg?ar=2026", "/val-och-kon/steg.svg"):
        answer = client.get(path)
        assert answer.mimetype == "image/svg+xml"
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        assert answer.headers["Content-Security-Policy"] == policy
        image = answer.get_data(as_text=True)
        assert "<script" not in image
        assert "http" not in image.replace("http://www.w3.org", "").replace("http://pygal.org", "")


def test_nonsense_in_the_address_is_dropped(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    for query in ("ar=1999", "ar=x", "ar=2026&urval=kommun-9999", "dag=nonsens", "visa=1&omrade=x"):
        for path in ("/kapacitet", "/val-och-kon", "/val-och-kon/kommuner"):
            assert client.get(f"{path}?{query}").status_code == 200, query


def test_an_enterprise_sees_its_own_with_counts_and_intervals(market: Market, client_for: ClientFor) -> None:
    page = text_of(client_for(market.manager).get("/nyckeltal"))
    assert "Bara ni ser era" in page
    assert "Medianen visas när minst fem företag har tal" in page
    rows = rows_of(client_for(market.manager).get("/nyckeltal/manader.csv"))
    plans = [row for row in rows if row["Nyckeltal"] == "Aktivitetsplan i tid"]
    year = Share(sum(int(row["Täljare"]) for row in plans), sum(int(row["Nämnare"]) for row in plans))
    assert f"{year.count_sv} placeringar Osäkerhet: {year.interval_sv}".replace("\u00a0", " ") in page
    assert len(rows) == 12 * 6
    assert "Inget att räkna på" in text_of(client_for(market.other_manager).get("/nyckeltal"))


@pytest.mark.parametrize("indicator", OF_PLACEMENTS)
def test_the_placements_behind_a_number_are_its_shortfall(
    market: Market, client_for: ClientFor, indicator: Indicator
) -> None:
    client = client_for(market.manager)
    name_sv = INDICATORS[indicator].name_sv
    months = [row for row in rows_of(client.get("/nyckeltal/manader.csv")) if row["Nyckeltal"] == name_sv]
    behind = rows_of(client.get(f"/nyckeltal/placeringar.csv?tal={indicator}"))
    assert behind
    if INDICATORS[indicator].measure is Measure.MEAN:
        assert added(behind) == added(months)
    else:
        assert all(int(row["Täljare"]) < int(row["Nämnare"]) for row in behind)
        met, of = added(behind)
        all_met, of_all = added(months)
        assert of - met == of_all - all_met
    page = text_of(client.get(f"/nyckeltal/placeringar?tal={indicator}"))
    assert f"Bakom {name_sv.lower()}" in page
    assert behind[0]["Placering"] in page
    assert rows_of(client_for(market.other_manager).get(f"/nyckeltal/placeringar.csv?tal={indicator}")) == []


def added(rows: list[dict[str, str]]) -> tuple[int, int]:
    return sum(int(row["Täljare"]) for row in rows), sum(int(row["Nämnare"]) for row in rows)


def test_nothing_counted_yet_is_said_in_words(new_market: Market, client_for: ClientFor) -> None:
    strategist, manager = client_for(new_market.strategist), client_for(new_market.manager)
    assert "Ingen kapacitet att visa än" in text_of(strategist.get("/kapacitet"))
    assert "Inga val att visa än" in text_of(strategist.get("/val-och-kon"))
    assert "Inget att räkna på än" in text_of(manager.get("/nyckeltal"))
    for client, paths in ((strategist, STRATEGISTS), (manager, MANAGERS)):
        assert all(client.get(path).status_code == 200 for path in paths)


def test_only_their_own_roles_come_in(market: Market, client_for: ClientFor) -> None:
    def status(actor: Actor | None, path: str) -> int:
        return client_for(*([actor] if actor else [])).get(path).status_code

    for actor in (market.manager, market.officer, market.coordinator, market.controller, market.supervisor):
        assert {status(actor, path) for path in STRATEGISTS} == {403}
    for actor in (market.strategist, market.supervisor, market.officer):
        assert {status(actor, path) for path in MANAGERS} == {403}
    assert {status(None, path) for path in (*STRATEGISTS, *MANAGERS, "/nyckeltal/definitioner")} == {302}


def test_every_definition_has_an_anchor_that_pages_link_to(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    page = html.fromstring(client.get("/nyckeltal/definitioner").get_data(as_text=True))
    anchors = set(page.xpath("//h2/@id"))
    assert anchors == {str(key) for key in INDICATORS}
    for path in ("/kapacitet", "/val-och-kon"):
        links = html.fromstring(client.get(path).get_data(as_text=True)).xpath("//main//a/@href")
        used = {link.partition("#")[2] for link in links if link.startswith("/nyckeltal/definitioner#")}
        assert used
        assert used <= anchors


def test_a_kommun_without_places_waits_for_the_strategist(market: Market, client_for: ClientFor) -> None:
    assert "Huddinge har inga platser" in text_of(client_for(market.strategist).get("/"))
    start = client_for(market.coordinator).get("/")
    assert start.status_code == 200
    assert "har inga platser" not in text_of(start)


def test_a_first_of_the_month_shows_no_month_without_days(market: Market, client_for: ClientFor) -> None:
    with travelling(date(2026, 9, 1)):
        assert "2026-08" in text_of(client_for(market.strategist).get("/kapacitet/over-tid"))
