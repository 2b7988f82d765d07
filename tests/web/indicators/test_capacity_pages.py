"""The pages of capacity over time, gaps, idle days, freshness and alerts."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from lxml import etree
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from indicators.alerts import services
from indicators.alerts.models import CapacityAlert
from indicators.alerts.rules import AlertKind, Watch
from indicators.capacity.models import CapacityGap
from indicators.services import compute_authority
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.letters.models import Letter
from marketplace.letters.rules import LetterKind
from marketplace.reference.models import Kommun
from marketplace.tenancy import acting_as, system_actor
from tests.factories import HANINGE, HUDDINGE, TEXTILE
from tests.support.clients import ClientFor
from tests.support.indicator_story import NOW
from tests.support.placement_market import Market, build_market
from tests.support.statements import statements_of
from tests.web.reading import text_of

PAGES = (
    "/kapacitet",
    "/kapacitet/over-tid",
    "/kapacitet/luckor",
    "/kapacitet/tomma-dagar",
    "/kapacitet/aktualitet",
    "/kapacitet/bevakningar",
    "/kapacitet/bevakningar/ny",
)
FILES = (
    "/kapacitet/tabell.csv",
    "/kapacitet/kommuner.csv",
    "/kapacitet/over-tid/manader.csv",
    "/kapacitet/over-tid/veckor.xlsx",
    "/kapacitet/luckor/tabell.csv",
    "/kapacitet/tomma-dagar/tabell.csv",
    "/kapacitet/aktualitet/tabell.csv",
)
CHARTS = ("/kapacitet/karta.svg", "/kapacitet/over-tid/manader.svg", "/kapacitet/over-tid/veckor.svg")


@pytest.fixture
def market(indicator_market: Market) -> Market:
    return indicator_market


@pytest.fixture
def new_market(session: Session) -> Iterator[Market]:
    with travelling(NOW):
        yield build_market()


def rows_of(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig")), delimiter=";"))


def watch(market: Market, *watches: Watch) -> None:
    with acting_as(market.strategist), transaction():
        for one in watches:
            services.add_alert(one)


def night(market: Market, day: date = NOW) -> None:
    with travelling(day), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_authority(market.north_id)


def letters() -> list[Letter]:
    with acting_as(system_actor()):
        return list(
            db.session.scalars(select(Letter).where(Letter.kind == LetterKind.CAPACITY).order_by(Letter.id))
        )


def test_every_page_stands_on_nothing_at_all(new_market: Market, client_for: ClientFor) -> None:
    client = client_for(new_market.strategist)
    for path in (*PAGES, *FILES, *CHARTS):
        assert client.get(path).status_code == 200, path
    assert "Ingen prognos" in text_of(client.get("/kapacitet/over-tid"))
    assert "Ingen månad är räknad än" in text_of(client.get("/kapacitet/luckor"))
    assert "Inget att räkna på än" in text_of(client.get("/kapacitet/tomma-dagar"))
    assert "Inget bevakas än" in text_of(client.get("/kapacitet/bevakningar"))


def test_only_the_strategist_comes_in(market: Market, client_for: ClientFor) -> None:
    for actor in (market.manager, market.officer, market.coordinator, market.controller):
        assert {client_for(actor).get(path).status_code for path in (*PAGES, *FILES, *CHARTS)} == {403}


def test_the_map_has_a_circle_for_every_kommun(market: Market, client_for: ClientFor) -> None:
    with acting_as(system_actor()):
        for code, north in ((HANINGE, 59.17), (HUDDINGE, 59.24)):
            db.session.execute(update(Kommun).where(Kommun.code == code).values(latitude=north, longitude=18))
    client = client_for(market.strategist)
    image = etree.fromstring(client.get("/kapacitet/karta.svg").get_data())
    assert len(image.xpath("//*[local-name()='circle'][@r > 0]")) == 2
    rows = {row["Kommun"]: row for row in rows_of(client.get("/kapacitet/kommuner.csv"))}
    assert rows["Haninge"]["Platser"] == "8"
    assert rows["Huddinge"]["Platser"] == "0", "it is the authority's, and has none"
    page = text_of(client.get("/kapacitet"))
    assert "Flest lediga platser i Haninge: 2. 1 kommun utan lediga platser" in page
    assert list(rows_of(client.get(f"/kapacitet/kommuner.csv?kommun={HANINGE}"))[0].values())[2] == "Haninge"


def test_months_and_weeks_are_those_of_the_filter(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    page = text_of(client.get("/kapacitet/over-tid"))
    assert "platser en vanlig dag" in page
    assert "v. 38" in page
    assert "v. 45" in page
    whole = rows_of(client.get("/kapacitet/over-tid/manader.csv"))
    parts = [
        rows_of(client.get(f"/kapacitet/over-tid/manader.csv?yrke={ssyk}"))
        for ssyk in {row["SSYK"] for row in rows_of(client.get("/kapacitet/tabell.csv"))}
    ]
    for row in whole:
        of_parts = [found["Platser"] for part in parts for found in part if found["Månad"] == row["Månad"]]
        assert number(row["Platser"]) == pytest.approx(sum(map(number, of_parts)), abs=0.2)
    of_farm = f"?foretag={market.farm_id}&kommun={HANINGE}"
    assert rows_of(client.get(f"/kapacitet/over-tid/manader.csv{of_farm}")) == whole
    assert len(rows_of(client.get("/kapacitet/over-tid/veckor.csv"))) == 8


def number(text: str) -> float:
    return float(text.replace(",", "."))


def test_idle_days_are_told_per_enterprise_kommun_and_trade(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    rows = rows_of(client.get("/kapacitet/tomma-dagar/tabell.csv?ar=2026"))
    by = {kind: [row for row in rows if row["Per"] == kind] for kind in ("Företag", "Kommun", "Yrke")}
    assert [row["Namn"] for row in by["Företag"]] == ["Gården & Co"]
    assert [row["Namn"] for row in by["Kommun"]] == ["Haninge"]
    assert len({sum(int(row["Mellanrum"]) for row in found) for found in by.values()}) == 1
    page = text_of(client.get("/kapacitet/tomma-dagar"))
    assert "Hälften av gångerna stod platsen tom" in page


def test_gaps_show_no_small_number(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    assert "Färre än fem väntade" in text_of(client.get("/kapacitet/luckor"))
    assert "För få väntar i varje kommun" in text_of(client.get("/kapacitet/luckor"))
    assert "Utan en enda plats den dagen: Huddinge." in text_of(client.get("/kapacitet/luckor"))
    with acting_as(system_actor(authority_id=market.north_id)), transaction():
        for kommun_code, ssyk, waiting in (("", "", 12), ("", TEXTILE, 9), (HUDDINGE, "", 7)):
            db.session.execute(
                update(CapacityGap)
                .where(CapacityGap.kommun_code == kommun_code, CapacityGap.ssyk == ssyk)
                .values(waiting=waiting)
            )
    page = text_of(client.get("/kapacitet/luckor?manad=2026-08"))
    assert "12 deltagare väntade på en plats 2026-08-31" in page
    assert "Platserna i 1 yrke räcker inte till dem som väntar" in page
    assert "Huddinge 7 0 0 Finns inte" in page
    rows = rows_of(client.get("/kapacitet/luckor/tabell.csv"))
    assert {row["Väntar"] for row in rows} == {"12", "9", "7", "dolt (för få)"}


def test_freshness_counts_places_that_nobody_has_confirmed(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    rows = rows_of(client.get("/kapacitet/aktualitet/tabell.csv"))
    assert [(row["Företag"], row["Arbetsträningsplatser"]) for row in rows] == [("Gården & Co", "3")]
    assert "obekräftade" in text_of(client.get("/kapacitet/aktualitet"))


def test_an_alert_is_added_tells_once_and_again_when_it_has_been_well(
    market: Market, client_for: ClientFor
) -> None:
    client = client_for(market.strategist)
    form = {"kind": "free", "threshold": "3", "kommun": HANINGE, "trade": ""}
    assert client.post("/kapacitet/bevakningar/ny", data=form).status_code == 302
    page = text_of(client.get("/kapacitet/bevakningar"))
    assert (
        "Alla yrken i Haninge Färre än 3 lediga platser 2 lediga platser Gränsen passerad brev i natt" in page
    )
    assert "Bevakning" not in text_of(client.get("/"))
    night(market)
    night(market)
    (letter,) = letters()
    assert letter.subject_sv == "1 bevakning har passerat sin gräns"
    assert "Alla yrken i Haninge: 2 lediga platser. Gräns: Färre än 3 lediga platser." in letter.text_sv
    assert "Färre än 3 lediga platser: Alla yrken i Haninge" in text_of(client.get("/"))
    with acting_as(market.strategist), transaction():
        db.session.scalars(select(CapacityAlert)).one().threshold = 1
    night(market)
    assert "Bra" in text_of(client.get("/kapacitet/bevakningar"))
    with acting_as(market.strategist), transaction():
        db.session.scalars(select(CapacityAlert)).one().threshold = 3
    night(market)
    assert len(letters()) == 2


def test_one_letter_tells_of_all_that_went_over_in_a_night(market: Market) -> None:
    watch(
        market,
        Watch(AlertKind.FREE_WITHIN, 900),
        Watch(AlertKind.UNCONFIRMED, 30),
        Watch(AlertKind.FREE, 1, HANINGE),
    )
    night(market)
    (letter,) = letters()
    assert letter.subject_sv == "2 bevakningar har passerat sin gräns"
    assert letter.organisation_id == market.north_id


def test_what_makes_no_sense_is_said_beside_the_field(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    form = {"kind": "free", "threshold": "0", "kommun": "", "trade": ""}
    answer = client.post("/kapacitet/bevakningar/ny", data=form)
    assert answer.status_code == 422
    assert "Skriv ett heltal från 1 till 1000" in text_of(answer)
    watch(market, Watch(AlertKind.FREE, 2))
    answer = client.post("/kapacitet/bevakningar/ny", data=form | {"threshold": "5"})
    assert answer.status_code == 422
    assert "Det finns redan en sådan bevakning" in text_of(answer)


def test_an_alert_is_removed(market: Market, client_for: ClientFor) -> None:
    watch(market, Watch(AlertKind.FREE, 2))
    with acting_as(market.strategist):
        alert_id = db.session.scalars(select(CapacityAlert.id)).one()
    client = client_for(market.strategist)
    assert client.post(f"/kapacitet/bevakningar/{alert_id}/ta-bort").status_code == 302
    assert client.post(f"/kapacitet/bevakningar/{alert_id}/ta-bort").status_code == 404
    assert "Inget bevakas än" in text_of(client.get("/kapacitet/bevakningar"))


def test_no_page_asks_more_the_more_there_is(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.strategist)
    watch(market, Watch(AlertKind.FREE, 2))
    one = len(statements_of(lambda: client.get("/kapacitet/bevakningar")))
    watch(market, *(Watch(AlertKind.FREE, 2, code) for code in (HANINGE, HUDDINGE)))
    assert len(statements_of(lambda: client.get("/kapacitet/bevakningar"))) == one
    narrow = f"?kommun={HUDDINGE}"
    for path in ("/kapacitet", "/kapacitet/over-tid", "/kapacitet/tomma-dagar"):
        wide = len(statements_of(lambda path=path: client.get(path)))  # type: ignore[misc]
        assert wide == len(statements_of(lambda path=path: client.get(path + narrow))) < 25, path  # type: ignore[misc]
