"""What can be requested, when, and under which contract; a request holds a seat."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import joinedload

from enterprises.contracts.models import Contract
from enterprises.places.models import Place, SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import SeatUseKind
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.models import PriceRow, TermsVersion
from marketplace.procurement.price_rules import Component
from marketplace.procurement.rules import TermsState
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    decline_placement,
    request_placement,
)
from placements.choice.models import ChoiceRound
from placements.choice.queries import criteria_for
from placements.choice.services import open_round, record_choice, show_places
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.search.queries import fits
from tests.factories import amend_contract
from tests.support.bookings import do
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    chosen,
    requested,
)


def test_a_request_holds_a_seat_until_the_third_working_day(market: Market) -> None:
    placement_id = requested(market)
    with acting_as(market.officer):
        placement = get_or_404(Placement, placement_id)
        assert placement.state is PlacementState.REQUESTED
        assert placement.answer_due_on == date(2026, 3, 5)
        assert placement.last_day == LAST_DAY
        assert placement.seat_use_id is not None
        use = get_or_404(SeatUse, placement.seat_use_id)
        assert use.kind is SeatUseKind.REQUEST
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 1
        assert get_or_404(Grant, placement.grant_id).state is GrantState.PLACED


def test_an_answer_is_never_due_after_the_start(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.officer), transaction():
        placement = request_placement(round_id, first_day=TODAY + timedelta(days=1))
        assert placement.answer_due_on == TODAY + timedelta(days=1)


def test_a_declined_choice_can_be_asked_for_again(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.officer), transaction():
        first = request_placement(round_id, first_day=FIRST_DAY).id
    do(market.supervisor, decline_placement, first, DeclineReason.HOURS)
    with acting_as(market.officer), transaction():
        assert request_placement(round_id, first_day=FIRST_DAY).id != first


@pytest.mark.parametrize(
    ("first_day", "last_day", "why"),
    [
        (date(2026, 2, 27), LAST_DAY, "passerat"),
        (date(2026, 4, 1), date(2026, 3, 31), "samma dag som den första"),
        (FIRST_DAY, date(2026, 8, 31), "slutar 2026-08-28"),
    ],
)
def test_days_that_cannot_be_asked_for(market: Market, first_day: date, last_day: date, why: str) -> None:
    round_id = chosen(market)
    with acting_as(market.officer), pytest.raises(Invalid, match=why), transaction():
        request_placement(round_id, first_day=first_day, last_day=last_day)


def test_the_suppliers_lead_time_is_kept(market: Market) -> None:
    round_id = chosen(market, place_id=market.repair_id)
    with acting_as(market.officer), pytest.raises(Invalid, match="7 dagar"), transaction():
        request_placement(round_id, first_day=TODAY + timedelta(days=6))


def test_hours_above_the_places(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.coordinator), transaction():
        grant = db.session.scalars(db.select(Grant)).one()
        grant.hours_per_week = Decimal(35)
    with acting_as(market.officer), pytest.raises(Conflict, match="högst 30"), transaction():
        request_placement(round_id, first_day=FIRST_DAY)


def test_a_place_open_on_fewer_days_than_the_grant_is_neither_found_nor_asked_for(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.manager), transaction():
        get_or_404(Place, market.sewing_id).weekdays = [1, 3]
    with acting_as(market.officer):
        assert not fits(market.sewing_id, criteria_for(get_or_404(ChoiceRound, round_id).grant))
        with (
            pytest.raises(Conflict, match="på 4 dagar i veckan, men platsen är öppen 2 dagar"),
            transaction(),
        ):
            request_placement(round_id, first_day=FIRST_DAY)


def test_a_full_place_is_refused_politely(market: Market) -> None:
    rounds = [chosen(market, number, place_id=market.growing_id) for number in (1, 2)]
    with acting_as(market.officer), transaction():
        request_placement(rounds[0], first_day=FIRST_DAY)
    with acting_as(market.officer), pytest.raises(Conflict, match="Ingen plats är ledig"), transaction():
        request_placement(rounds[1], first_day=FIRST_DAY)


def test_a_level_without_a_price_is_refused(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.procurement_officer), transaction():
        contract = db.session.scalars(db.select(Contract).options(joinedload(Contract.terms))).one()
        facts = {name: getattr(contract.terms, name) for name in TermsVersion.__mapper__.column_attrs.keys()}  # noqa: SIM118
        row = PriceRow(position=1, component=Component.DAY_RATE, support_level="1", amount_ore=439_00)
        priced = TermsVersion(**(facts | {"id": None, "version": 2, "state": TermsState.DRAFT}), prices=[row])
        db.session.add(priced)
        contract.terms.state = TermsState.REPLACED
        db.session.flush()
        priced.state = TermsState.PUBLISHED
        amend_contract(contract, terms_id=priced.id)
    with acting_as(market.officer), pytest.raises(Conflict, match="saknar pris för nivå 3"), transaction():
        request_placement(round_id, first_day=FIRST_DAY)
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 2


def test_a_contract_that_ends_too_soon_says_to_when_it_holds(market: Market) -> None:
    round_id, other_id = chosen(market), chosen(market, 2)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(
            db.select(Contract).where(Contract.authority_id == market.north_id)
        ).one()
        amend_contract(contract, ends_on=date(2026, 6, 30))
    with acting_as(market.officer):
        with pytest.raises(Invalid, match="till och med 2026-06-30") as refused, transaction():
            request_placement(round_id, first_day=FIRST_DAY)
        assert refused.value.field == "last_day"
        with transaction():
            placement = request_placement(round_id, first_day=FIRST_DAY, last_day=date(2026, 6, 30))
            assert placement.last_day == date(2026, 6, 30)
    with acting_as(market.officer), pytest.raises(Conflict, match="inget avtal"), transaction():
        request_placement(other_id, first_day=date(2026, 7, 6))


def test_an_earlier_choice_cannot_be_asked_for_when_there_is_a_later(market: Market) -> None:
    earlier = chosen(market)
    with acting_as(market.officer), transaction():
        later = open_round(get_or_404(ChoiceRound, earlier).grant_id).id
        show_places(later, [market.growing_id])
        record_choice(later, market.growing_id)
    with acting_as(market.officer):
        with pytest.raises(Conflict, match="valt på nytt"), transaction():
            request_placement(earlier, first_day=FIRST_DAY)
        with transaction():
            assert request_placement(later, first_day=FIRST_DAY).place_id == market.growing_id
