"""What can be offered, in an order that nobody can buy, in a bounded number of queries."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.services import add_place, close_seats, pause_place, publish_place
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.procurement.models import PriceRow, TermsVersion
from marketplace.procurement.price_rules import Component
from marketplace.procurement.rules import TermsState
from marketplace.reference.queries import forget_lists
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.search.queries import (
    LeftOut,
    beyond_own_sex,
    has_contracts,
    how_many,
    left_out,
    offered_options,
    options_of,
    search_places,
)
from placements.search.rules import PERIOD_DAYS, SearchCriteria, default_period
from tests.factories import GARDEN, HANINGE, SODERTALJE, TEXTILE, amend_contract
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, requested
from tests.support.statements import statements_of

START_BY, UNTIL = default_period(TODAY)


def _asked(**facts: Any) -> SearchCriteria:
    return SearchCriteria(**({"start_by": START_BY, "until": UNTIL} | facts))


def _found(market: Market, **facts: Any) -> set[str]:
    with acting_as(market.officer):
        return {option.place.name for option in search_places(_asked(**facts)).items}


def test_only_places_under_contract(market: Market) -> None:
    assert _found(market) == {"Sy och laga kläder", "Laga cyklar", "Odla grönsaker"}
    with acting_as(market.south_officer):
        assert search_places(_asked()).total == 4


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ({"kommun_codes": (HANINGE,)}, {"Sy och laga kläder", "Laga cyklar", "Odla grönsaker"}),
        ({"kommun_codes": (SODERTALJE,)}, set()),
        ({"ssyks": (TEXTILE, GARDEN)}, {"Sy och laga kläder", "Odla grönsaker"}),
        ({"field_ids": ("no-field",)}, set()),
        ({"hours_per_week": Decimal(35)}, {"Laga cyklar", "Odla grönsaker"}),
        ({"hours_per_week": Decimal(5)}, set()),
        ({"adaptations": ("seated",)}, {"Odla grönsaker"}),
        ({"adaptations": ("seated", "quiet")}, set()),
        ({"language": "ar"}, {"Odla grönsaker"}),
        ({"start_by": TODAY + timedelta(days=6)}, {"Sy och laga kläder", "Odla grönsaker"}),
    ],
)
def test_each_filter(market: Market, facts: dict[str, Any], names: set[str]) -> None:
    assert _found(market, **facts) == names


def test_a_contract_must_hold_over_the_days(market: Market) -> None:
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(
            db.select(Contract).where(Contract.authority_id == market.north_id)
        ).one()
        amend_contract(contract, ends_on=UNTIL - timedelta(days=1))
    assert _found(market) == set()
    with acting_as(market.officer):
        assert has_contracts(_asked()), "there is one, though not to the end"
        assert left_out(_asked()) == LeftOut(3, UNTIL - timedelta(days=1), 0)
        assert left_out(_asked(ssyks=(TEXTILE,))).ends_early == 1, "only what else would fit"
        assert left_out(_asked(until=UNTIL - timedelta(days=1))) == LeftOut(0, None, 0)
        assert how_many(_asked(until=UNTIL - timedelta(days=1))) == 3
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(
            db.select(Contract).where(Contract.authority_id == market.north_id)
        ).one()
        contract.state = ContractState.SUSPENDED
    with acting_as(market.officer):
        assert how_many(_asked(until=UNTIL - timedelta(days=1))) == 0
        assert not has_contracts(_asked())


def test_the_contract_must_have_a_price_for_the_level_as_booking_asks(market: Market) -> None:
    with acting_as(market.procurement_officer), transaction():
        contract = db.session.scalars(db.select(Contract)).one()
        terms = db.session.get_one(TermsVersion, contract.terms_id)
        facts = {name: getattr(terms, name) for name in TermsVersion.__mapper__.column_attrs.keys()}  # noqa: SIM118
        price = PriceRow(position=1, component=Component.DAY_RATE, support_level="3", amount_ore=987_00)
        priced = TermsVersion(
            **(facts | {"id": None, "version": 2, "state": TermsState.DRAFT}), prices=[price]
        )
        db.session.add(priced)
        terms.state = TermsState.REPLACED
        db.session.flush()
        priced.state = TermsState.PUBLISHED
        amend_contract(contract, terms_id=priced.id)
    assert len(_found(market, support_level="3")) == 3
    assert _found(market, support_level="5") == set()
    assert len(_found(market)) == 3, "nobody is searched for yet"
    with acting_as(market.officer):
        assert left_out(_asked(support_level="5")) == LeftOut(0, None, 3)
        assert left_out(_asked(support_level="3")) == LeftOut(0, None, 0)
        assert offered_options([market.sewing_id], _asked(support_level="5")) == []
        assert beyond_own_sex(_asked(support_level="5"), Sex.WOMAN) == []
    with acting_as(market.south_officer):
        assert search_places(_asked(support_level="5")).total == 4, "another authority's price list"


def test_paused_and_full_places_are_left_out(market: Market) -> None:
    with acting_as(market.manager), transaction():
        pause_place(market.growing_id)
    requested(market, 1)
    assert _found(market) == {"Sy och laga kläder", "Laga cyklar"}
    requested(market, 2)
    assert _found(market) == {"Laga cyklar"}


def test_a_neighbours_booking_lowers_what_is_free_and_tells_nothing(market: Market) -> None:
    requested(market, 1, officer=market.south_officer)
    with acting_as(market.officer):
        (option,) = options_of([market.sewing_id], _asked())
        assert (option.free_seats, option.seats) == (1, 2)
        assert option.week_pairs[0] == (TODAY, 2)
        assert option.week_pairs[1] == (FIRST_DAY, 1)


def test_the_earliest_start(market: Market) -> None:
    with acting_as(market.manager), transaction():
        close_seats(
            market.growing_id, seats=1, first_day=TODAY, last_day=date(2026, 3, 6), reason_sv="Semester"
        )
    with acting_as(market.officer):
        options = options_of([market.sewing_id, market.repair_id, market.growing_id], _asked())
        assert [option.earliest_start for option in options] == [
            TODAY,
            TODAY + timedelta(days=7),  # the lead time
            date(2026, 3, 9),  # the closure ends on a Friday
        ]
        (sewing,) = options_of([market.sewing_id], _asked(from_day=date(2026, 3, 7)))
        assert sewing.earliest_start == date(2026, 3, 9)  # not on the Saturday
        (late,) = options_of([market.repair_id], _asked(start_by=TODAY + timedelta(days=3)))
        assert late.earliest_start is None
        assert not late.is_available


def test_what_is_offered_keeps_the_order_asked_for(market: Market) -> None:
    asked = [market.growing_id, market.bakery_place_id, market.sewing_id, market.growing_id]
    with acting_as(market.officer):
        options = offered_options(asked, _asked())
        assert [option.place.id for option in options] == [market.growing_id, market.sewing_id]
        assert options_of([], _asked()) == []


def test_the_order_is_the_same_for_all_that_day_and_moves(market: Market) -> None:
    many = _more_places(market, 30)

    def order(actor: Any, day: date, page: int = 1) -> list[int]:
        with acting_as(actor), travelling(day):
            start_by, until = default_period(day)
            return [o.place.id for o in search_places(SearchCriteria(start_by, until), page).items]

    today = order(market.officer, TODAY)
    assert len(today) == 24
    assert today == order(market.colleague, TODAY) == order(market.other_unit_officer, TODAY)
    rest = order(market.officer, TODAY, page=2)
    assert len(rest) == many + 3 - 24
    assert not set(today) & set(rest)
    assert order(market.officer, TODAY, page=99) == rest
    days = [order(market.officer, TODAY + timedelta(days=n))[0] for n in range(1, 8)]
    assert len(set(days)) > 1, "the list begins elsewhere on other days"
    everything = today + rest
    tomorrow = order(market.officer, TODAY + timedelta(days=1)) + order(
        market.officer, TODAY + timedelta(days=1), page=2
    )
    turned = everything.index(tomorrow[0])
    assert tomorrow == everything[turned:] + everything[:turned], "only the starting point moves"


def test_the_number_of_queries_does_not_grow(market: Market, app: Flask) -> None:
    app.config["REFERENCE_SECONDS"] = 60
    with acting_as(market.officer):
        search_places(_asked())
        few = len(statements_of(lambda: search_places(_asked())))
    _more_places(market, 40)
    with acting_as(market.officer):
        many = len(statements_of(lambda: search_places(_asked())))
    forget_lists()
    del app.config["REFERENCE_SECONDS"]
    assert few == many <= 5


def test_places_across_the_divide(market: Market) -> None:
    with acting_as(market.officer):
        women = beyond_own_sex(_asked(ssyks=(TEXTILE,)), Sex.WOMAN)
        assert {option.place.id for option in women} == {market.repair_id, market.growing_id}
        men = beyond_own_sex(_asked(), Sex.MAN)
        assert {option.place.id for option in men} == {market.sewing_id, market.growing_id}


def test_nobody_without_an_authority_finds_a_place(market: Market) -> None:
    for actor in (market.manager, market.supervisor):
        with acting_as(actor):
            assert search_places(_asked()).total == 0


def test_the_default_days() -> None:
    assert date(2026, 3, 16) == START_BY
    assert timedelta(days=PERIOD_DAYS) == UNTIL - START_BY
    assert LAST_DAY > UNTIL


def _more_places(market: Market, how_many_: int) -> int:
    with acting_as(market.manager), transaction():
        site_id = db.session.get_one(Place, market.sewing_id).site_id
        for number in range(how_many_):
            place = add_place(
                site_id=site_id,
                ssyk=GARDEN,
                name=f"Plats {number}",
                tasks_sv="Odla",
                hours_per_week_min=5,
                hours_per_week_max=40,
                lead_time_days=0,
                seats=1,
            )
            publish_place(place.id)
    return how_many_
