"""Results, quality, times and targets: by sex, compared, and nothing small."""

from collections.abc import Iterator

import pytest
from lxml import html
from sqlalchemy.orm import Session

from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV
from indicators.measures.rules import DIMENSION_SV, Dimension
from indicators.outcomes.funnel_rules import DIFFERENCE_SV
from indicators.outcomes.queries import DIMENSIONS_OF
from indicators.rules import Share
from marketplace.clock import travelling
from marketplace.tenancy import Actor
from tests.support.clients import Client, ClientFor
from tests.support.indicator_story import NOW
from tests.support.placement_market import Market, build_market
from tests.support.statements import statements_of
from tests.web.indicators.test_indicator_pages import rows_of
from tests.web.reading import text_of

YEAR = "ar=2026"
PATHS = (
    "/resultat",
    "/resultat/tal.csv",
    "/resultat/jamfor",
    "/resultat/jamfor/tal.csv",
    "/resultat/jamfor/deltagare.csv",
    "/resultat/jamfor/diagram.svg",
    "/mal",
    "/mal/lista.csv",
)
LEVELS = {
    "work_or_studies": "35",
    "ordinary_programme": "40",
    "influence": "60",
    "influence_question": "",
    "closer": "60",
    "closer_question": "",
    "participants": "15",
    "women": "10",
}


@pytest.fixture
def market(indicator_market: Market) -> Market:
    return indicator_market


@pytest.fixture
def strategist(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.strategist)


@pytest.fixture
def new_market(session: Session) -> Iterator[Market]:
    with travelling(NOW):
        yield build_market()


def test_the_overview_tells_each_number_with_its_parts(strategist: Client) -> None:
    page = text_of(strategist.get(f"/resultat?{YEAR}"))
    rows = rows_of(strategist.get(f"/resultat/tal.csv?{YEAR}"))
    assert {row["Del"] for row in rows} == {"Resultat", "Kvalitet", "Tid"}
    work = {row["Kön"]: row for row in rows if row["Tal"] == "Till arbete eller studier"}
    share = Share(int(work["alla"]["Täljare"]), int(work["alla"]["Nämnare"]))
    assert f"{share.percent_sv} {share.count_sv}".replace("\u00a0", " ") in page
    assert f"osäkerhet {share.interval_sv}".replace("\u00a0", " ") in page
    assert set(work) == {"alla", "kvinnor", "män"}
    numbers = [int(row["Nämnare"]) for row in rows if row["Nämnare"] not in ("", SUPPRESSED_SV)]
    assert min(numbers) >= 5
    assert SUPPRESSED_SV in page


@pytest.mark.parametrize("indicator", ["participants", "work_or_studies", "attendance", "choice_of_two"])
def test_every_number_is_compared_in_every_direction(strategist: Client, indicator: str) -> None:
    key = Indicator(indicator)
    for by in [one for one in Dimension if one is not Dimension.ALL]:
        asked = f"{YEAR}&tal={indicator}&per={by}"
        page = text_of(strategist.get(f"/resultat/jamfor?{asked}"))
        name_sv = f"per {DIMENSION_SV[by].lower()}"
        if by in DIMENSIONS_OF[key]:
            rows = rows_of(strategist.get(f"/resultat/jamfor/tal.csv?{asked}"))
            assert rows
            assert [row[DIMENSION_SV[by]] for row in rows if row[DIMENSION_SV[by]] not in page] == []
            assert {row["Jämfört med alla"] for row in rows} <= {"", *DIFFERENCE_SV.values()}
        else:
            assert f"Talet räknas inte {name_sv}" in page
        assert strategist.get(f"/resultat/jamfor/diagram.svg?{asked}").status_code == 200
        assert INDICATORS[key].name_sv in page


def test_suppliers_are_told_apart_by_more_than_chance_beside_whom_they_have_had(strategist: Client) -> None:
    asked = f"{YEAR}&tal=completed&per=supplier"
    page = text_of(strategist.get(f"/resultat/jamfor?{asked}"))
    assert "Ingen leverantör skiljer sig mer från alla tillsammans än slumpen kan göra" in page
    assert "Ingen skillnad kan ses" in page
    assert "Vilka leverantörerna har haft 2026" in page
    mix = rows_of(strategist.get(f"/resultat/jamfor/deltagare.csv?{asked}"))
    assert {"Kvinnor", "Män", "Haninge"} <= {row["Deltagare"] for row in mix}
    assert all(row["Placeringar"] == SUPPRESSED_SV or int(row["Placeringar"]) >= 5 for row in mix)
    image = strategist.get(f"/resultat/jamfor/diagram.svg?{asked}").get_data(as_text=True)
    assert "Slumpen, 99,8 %" in image
    assert "Vilka leverantörerna har haft" not in text_of(
        strategist.get(f"/resultat/jamfor?{YEAR}&per=trade")
    )


def test_whoever_sees_the_persons_is_led_to_the_rows(
    market: Market, strategist: Client, client_for: ClientFor
) -> None:
    coordinator = client_for(market.coordinator)
    for path in (f"/resultat?{YEAR}", f"/resultat/jamfor?{YEAR}&tal=completed&per=supplier"):
        assert "Raderna bakom" not in text_of(strategist.get(path))
        page = html.fromstring(coordinator.get(path).get_data(as_text=True))
        links = page.xpath("//main//a[starts-with(., 'Raderna bakom')]/@href")
        assert links
        assert coordinator.get(links[-1]).status_code == 200


def test_targets_begin_somewhere_and_are_the_strategists_to_set(
    market: Market, strategist: Client, client_for: ClientFor
) -> None:
    page = text_of(strategist.get(f"/mal?{YEAR}"))
    assert "Går vidare till arbete eller studier: 30 %" in page
    assert "Deltagare sedan starten: 2 500" in page
    assert "Ingen fråga i enkäten är vald för målet" in page
    answer = strategist.post("/mal/andra", data=LEVELS)
    assert answer.status_code == 302
    page = text_of(strategist.get(f"/mal?{YEAR}"))
    assert "Går vidare till arbete eller studier: 35 %" in page
    assert "Målen ändrades" in page
    rows = {(row["Mål"], row["Vilka"]): row for row in rows_of(strategist.get(f"/mal/lista.csv?{YEAR}"))}
    assert rows["Deltagare sedan starten", "Alla"]["Läge"] == "Målet är nått"
    assert rows["Andel kvinnor av deltagarna", "Alla"]["Läge"] == "Målet är nått"
    coordinator = client_for(market.coordinator)
    assert "Ändra målen" not in text_of(coordinator.get("/mal"))
    assert coordinator.get("/mal/andra").status_code == 403


@pytest.mark.parametrize(("field", "typed"), [("women", "101"), ("women", "0"), ("participants", "många")])
def test_a_target_that_cannot_be_reached_is_refused(strategist: Client, field: str, typed: str) -> None:
    answer = strategist.post("/mal/andra", data=LEVELS | {field: typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.get_data(as_text=True)
    assert "Andel kvinnor av deltagarna: 60 %" in text_of(strategist.get("/mal"))


def test_nothing_counted_yet_is_said_in_words(new_market: Market, client_for: ClientFor) -> None:
    client = client_for(new_market.strategist)
    assert all(client.get(path).status_code == 200 for path in PATHS)
    assert "Inget att visa än" in text_of(client.get("/resultat"))
    assert "Inget att mäta än" in text_of(client.get("/mal"))


def test_a_year_without_cases_and_nonsense_in_the_address(strategist: Client) -> None:
    for query in ("ar=1999", "ar=x&tal=x&per=x", "ar=2025&tal=exit_moved&per=unit", "per=all"):
        for path in PATHS:
            assert strategist.get(f"{path}?{query}").status_code == 200, (path, query)


def test_only_those_who_plan_come_in(market: Market, client_for: ClientFor) -> None:
    def status(actor: Actor | None, path: str) -> int:
        return client_for(*([actor] if actor else [])).get(path).status_code

    for actor in (market.manager, market.officer, market.controller, market.supervisor):
        assert {status(actor, path) for path in PATHS} == {403}
    assert {status(market.coordinator, path) for path in PATHS} == {200}
    assert {status(None, path) for path in PATHS} == {302}


@pytest.mark.parametrize("path", ["/resultat", "/resultat/jamfor", "/mal"])
def test_a_page_asks_a_few_questions_however_much_it_shows(strategist: Client, path: str) -> None:
    strategist.get(path)
    assert len(statements_of(lambda: strategist.get(f"{path}?{YEAR}"))) <= 16
