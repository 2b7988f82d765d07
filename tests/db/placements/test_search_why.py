"""A place that a search finds has no reason against it, and one that it does not find has at least one."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from enterprises.contracts.models import Contract
from enterprises.places.models import Place, Seat, SeatUse
from enterprises.places.queries import free_seats, weeks_of_free_seats
from enterprises.places.rules import Adaptation, Demand, PlaceState, SeatUseKind
from enterprises.places.services import pause_place
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.search.queries import fits, option_of, search_places
from placements.search.rules import SearchCriteria, default_period
from placements.search.why_queries import explained, nearly_fitting, places_named, why_not
from tests.factories import FIELD, GARDEN, HANINGE, SODERTALJE, TEXTILE, amend_contract
from tests.support.placement_market import TODAY, Market, requested
from tests.support.statements import statements_of

START_BY, UNTIL = default_period(TODAY)
ASKED = SearchCriteria(START_BY, UNTIL)


def some(values: Any, size: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(list(values)), max_size=size, unique=True).map(tuple)


near_days = st.integers(-20, 140).map(lambda number: TODAY + timedelta(days=number))
spans = st.tuples(near_days, st.integers(0, 60)).map(lambda one: (one[0], one[0] + timedelta(days=one[1])))
places = st.fixed_dictionaries(
    {
        "state": st.sampled_from([PlaceState.PUBLISHED, PlaceState.PUBLISHED, PlaceState.CLOSED]),
        "hours_per_week_min": st.integers(1, 20),
        "hours_per_week_max": st.integers(20, 40),
        "lead_time_days": st.sampled_from([0, 0, 7, 14, 30]),
        "weekdays": some(range(1, 8), 5).filter(bool).map(list),
        "demands": some(Demand).map(list),
        "adaptations": some(Adaptation).map(list),
        "languages": some(["sv", "ar"]).map(list),
        "day_starts": st.sampled_from([None, time(8)]),
    }
)
uses = st.lists(spans, max_size=3).map(sorted)
asks = st.builds(
    SearchCriteria,
    start_by=st.integers(0, 40).map(lambda number: TODAY + timedelta(days=number)),
    until=st.integers(41, 130).map(lambda number: TODAY + timedelta(days=number)),
    kommun_codes=some([HANINGE, SODERTALJE], 1),
    field_ids=some([FIELD], 1),
    ssyks=some([TEXTILE, GARDEN], 1),
    hours_per_week=st.none()
    | st.sampled_from([Decimal(5), Decimal("12.5"), Decimal("20"), Decimal("30.25")]),
    adaptations=some(Adaptation, 1),
    language=st.sampled_from(["", "", "ar"]),
    weekdays=some(range(1, 8), 3),
    days_per_week=st.none() | st.integers(1, 5),
    demands_avoided=some(Demand),
    text=st.sampled_from(["", "", "sy", "bageri"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=places, taken=st.tuples(uses, uses), criteria=asks)
def test_search_fits_and_reasons_agree(
    market: Market,
    facts: dict[str, Any],
    taken: tuple[list[tuple[date, date]], ...],
    criteria: SearchCriteria,
) -> None:
    _make(market, facts, taken)
    with acting_as(market.officer):
        found = {option.place.id for option in search_places(criteria).items}
        for place_id in (market.sewing_id, market.repair_id, market.bakery_place_id):
            reasons = why_not(place_id, criteria)
            assert (place_id in found) == fits(place_id, criteria) == (not reasons), reasons
        assert not found & set(nearly_fitting(criteria))
        option = option_of(market.sewing_id, criteria)
        assert option is not None
        assert option.free_seats == free_seats(market.sewing_id, criteria.start_by, criteria.until)
        assert option.weeks == weeks_of_free_seats([market.sewing_id], TODAY)[market.sewing_id]


def _make(market: Market, facts: dict[str, Any], taken: tuple[list[tuple[date, date]], ...]) -> None:
    with acting_as(system_actor(enterprise_id=market.farm_id)), transaction():
        place = db.session.get_one(Place, market.sewing_id)
        for name, value in (facts | {"day_ends": facts["day_starts"] and time(16)}).items():
            setattr(place, name, value)
        db.session.execute(delete(SeatUse).where(SeatUse.place_id == place.id))
        seats = db.session.scalars(select(Seat).where(Seat.place_id == place.id).order_by(Seat.number)).all()
        for seat, spans_ in zip(seats, taken, strict=True):
            last = None
            for first_day, last_day in spans_:
                if last is None or first_day > last:
                    use = SeatUse(place_id=place.id, seat_id=seat.id, kind=SeatUseKind.CLOSURE)
                    use.first_day, use.last_day = first_day, last_day
                    db.session.add(use)
                    last = last_day


def test_why_in_words(market: Market) -> None:
    with acting_as(market.manager), transaction():
        pause_place(market.growing_id)
    for number in (1, 2):
        requested(market, number)
    with acting_as(market.officer):
        assert why_not(market.growing_id, ASKED) == ["Leverantören har pausat platsen."]
        (full,) = why_not(market.sewing_id, ASKED)
        assert full == "Fullt till v. 35: hela perioden är ledig tidigast från 2026-08-29."
        (none,) = why_not(market.bakery_place_id, ASKED)
        assert none.startswith("Leverantören har inget avtal med myndigheten")
        assert why_not(999_999, ASKED) == []


def test_what_the_contract_hinders(market: Market) -> None:
    with acting_as(market.officer):
        assert why_not(market.sewing_id, ASKED) == []
        (elsewhere,) = why_not(market.sewing_id, SearchCriteria(START_BY, UNTIL, system_id=999_999))
        assert "valfrihetssystem" in elsewhere
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(select(Contract).where(Contract.authority_id == market.north_id)).one()
        amend_contract(contract, ends_on=UNTIL - timedelta(days=1), capacity_cap=1)
    with acting_as(market.officer):
        (ends,) = why_not(market.sewing_id, ASKED)
        assert ends.startswith("Leverantörens avtal slutar")


def test_which_places_are_asked_about(market: Market) -> None:
    with acting_as(market.manager), transaction():
        pause_place(market.growing_id)
    with acting_as(market.officer):
        assert places_named("laga cyklar") == [market.repair_id]
        assert set(places_named("gården")) == {market.sewing_id, market.repair_id, market.growing_id}
        assert places_named("bageriet") == [], "South's supplier"
        assert places_named("; och") == []
        assert nearly_fitting(ASKED) == [market.growing_id]
        assert nearly_fitting(SearchCriteria(START_BY, UNTIL, ssyks=(TEXTILE,))) == []
        soon = SearchCriteria(TODAY, UNTIL)
        assert set(nearly_fitting(soon)) == {market.growing_id, market.repair_id}
        assert all(one.reasons_sv for one in explained(nearly_fitting(soon), soon))


def test_reasons_take_as_many_queries_for_many_as_for_one(market: Market) -> None:
    ids = [market.sewing_id, market.repair_id, market.growing_id]
    with acting_as(market.officer):
        one = len(statements_of(lambda: explained(ids[:1], ASKED)))
        assert one == len(statements_of(lambda: explained(ids, ASKED)))
