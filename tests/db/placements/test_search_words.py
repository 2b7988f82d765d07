"""Free text, distance, weekdays and demands in the database, and the words that triggers keep."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from enterprises.places.models import Place, Site
from enterprises.places.services import add_place, publish_place
from marketplace.accounts.models import Organisation
from marketplace.db import db, transaction
from marketplace.reference.models import Kommun, Trade
from marketplace.tenancy import acting_as, system_actor
from placements.search import condition_queries
from placements.search.models import PlaceWords
from placements.search.queries import fits, option_of, search_places
from placements.search.rules import SearchCriteria, default_period
from tests.factories import GARDEN, HANINGE, HUDDINGE, SODERTALJE, TEXTILE
from tests.support.placement_market import TODAY, Market

START_BY, UNTIL = default_period(TODAY)


def _names(market: Market, **facts: Any) -> set[str]:
    with acting_as(market.officer):
        found = search_places(SearchCriteria(START_BY, UNTIL, **facts))
        return {option.place.name for option in found.items}


def _change(market: Market, place_id: int, **facts: Any) -> None:
    with acting_as(market.manager), transaction():
        place = db.session.get_one(Place, place_id)
        for name, value in facts.items():
            setattr(place, name, value)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("trädgård", True),
        ("TRÄDGÅRD", True),
        ("Trädgårdsarbete", True),
        ("städa", True),
        ("städar kök", True),
        ("äpplen", True),
        ("ÄPPLE", True),
        ("växthus plantera", True),
        ("växthus svetsa", False),
        ("gården", True),  # the enterprise's name
        ("odlare", True),  # the trade's plain name
        ("och i", True),  # nothing but stop words: they do not count
        ("'); --", True),
        ("!!! & | <-> :* \\", True),
        ("🌻", True),
        ("trädgård' OR '1'='1", False),
        ("x" * 5000, False),
        ("%_", True),
    ],
)
def test_words_are_found_by_their_beginning_and_stem(market: Market, text: str, is_found: bool) -> None:
    _change(
        market,
        market.growing_id,
        name="Trädgårdsarbete i växthus",
        tasks=["Plantera", "Städning av köket", "Äppelmust och äpplen"],
    )
    assert ("Trädgårdsarbete i växthus" in _names(market, text=text)) is is_found


def test_words_of_many_places_are_asked_along_the_order(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = _names(market, text="sy kläder")
    monkeypatch.setattr(condition_queries, "_FEW_PLACES", 0)
    condition_queries._said_of.cache_clear()
    try:
        assert _names(market, text="sy kläder") == few == {"Sy och laga kläder"}
        assert _names(market, text="finns-inte") == set()
    finally:
        condition_queries._said_of.cache_clear()


def test_words_follow_what_they_are_made_of(market: Market) -> None:
    with acting_as(market.manager), transaction():
        site_id = db.session.get_one(Place, market.growing_id).site_id
        draft_id = add_place(
            site_id=site_id,
            ssyk=GARDEN,
            name="Humlegård",
            tasks_sv="Skörda",
            hours_per_week_min=5,
            hours_per_week_max=40,
            lead_time_days=0,
            seats=1,
        ).id
    assert _has_words(draft_id) == 0, "a draft is nobody else's to read"
    with acting_as(market.manager), transaction():
        publish_place(draft_id)
        db.session.get_one(Site, site_id).name = "Solbacken"
    assert "Humlegård" in _names(market, text="humle")
    assert len(_names(market, text="solback")) == 4
    with acting_as(system_actor()), transaction():
        db.session.get_one(Organisation, market.farm_id).name = "Ängsbruket"
        db.session.execute(update(Trade).where(Trade.ssyk == TEXTILE).values(plain_name="Sömnad"))
    assert len(_names(market, text="ängsbruk")) == 4
    assert _names(market, text="sömnad") == {"Sy och laga kläder"}
    assert _names(market, text="gården") == set(), "the old names are forgotten"


def _has_words(place_id: int) -> int:
    counted = select(func.count()).select_from(PlaceWords).where(PlaceWords.place_id == place_id)
    return db.session.scalar(counted) or 0


def test_weekdays_and_demands(market: Market) -> None:
    _change(market, market.sewing_id, weekdays=[1, 3], demands=["standing", "dust"])
    _change(market, market.repair_id, weekdays=[1, 2, 3, 4, 5, 6], demands=["noise"])
    everything = {"Sy och laga kläder", "Laga cyklar", "Odla grönsaker"}
    assert _names(market, weekdays=(1, 3)) == everything
    assert _names(market, weekdays=(1, 2, 3)) == everything - {"Sy och laga kläder"}
    assert _names(market, weekdays=(1, 2, 3), days_per_week=2) == everything
    assert _names(market, weekdays=(6,)) == {"Laga cyklar"}
    assert _names(market, days_per_week=3) == everything - {"Sy och laga kläder"}
    assert _names(market, weekdays=(1, 3), days_per_week=3) == everything - {"Sy och laga kläder"}
    assert _names(market, days_per_week=6) == {"Laga cyklar"}
    assert _names(market, demands_avoided=("dust",)) == everything - {"Sy och laga kläder"}
    assert _names(market, demands_avoided=("dust", "noise")) == {"Odla grönsaker"}


def test_distance_between_kommuner(market: Market) -> None:
    towns = {HANINGE: (59.168, 18.138), HUDDINGE: (59.237, 17.982), SODERTALJE: (59.196, 17.625)}
    near = {"near_kommun": SODERTALJE, "within_km": 40}
    assert _names(market, **near) == set(), "no position is known yet"
    with acting_as(system_actor()), transaction():
        for code, (north, east) in towns.items():
            kommun = db.session.get_one(Kommun, code)
            kommun.latitude, kommun.longitude = north, east
    assert len(_names(market, **near)) == 3
    assert _names(market, near_kommun=SODERTALJE, within_km=20) == set()
    assert len(_names(market, near_kommun=HANINGE, within_km=0)) == 3
    assert _names(market, kommun_codes=(SODERTALJE,), **near) == set(), "both must hold"


def test_one_place_alone(market: Market) -> None:
    asked = SearchCriteria(START_BY, UNTIL, ssyks=(TEXTILE,))
    with acting_as(market.officer):
        assert fits(market.sewing_id, asked)
        assert not fits(market.growing_id, asked)
        assert not fits(market.bakery_place_id, SearchCriteria(START_BY, UNTIL))
        option = option_of(market.growing_id, asked)
        assert option is not None
        assert option.earliest_start == TODAY
        assert option_of(999_999, asked) is None
        late = option_of(market.repair_id, SearchCriteria(date(2026, 3, 3), UNTIL))
        assert late is not None
        assert not late.is_available
