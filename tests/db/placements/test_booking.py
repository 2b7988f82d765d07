"""A request holds a seat, an answer books or frees it, and the grant follows."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, joinedload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place, SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import SeatUseKind
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.outbox import claim_unsent
from marketplace.procurement.models import PriceRow, TermsVersion
from marketplace.procurement.price_rules import Component
from marketplace.procurement.rules import TermsState
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking import jobs, queries
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    cancel_placement,
    complete_placement,
    decline_placement,
    end_placement_early,
    expire_placement,
    never_start_placement,
    request_placement,
    start_placement,
)
from placements.booking.waiting_queries import waiting
from placements.choice.models import ChoiceRound
from placements.choice.queries import criteria_for
from placements.choice.services import open_round, record_choice, show_places
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.search.queries import fits
from tests.factories import amend_contract
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    build_market,
    chosen,
    requested,
)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market()
    with travelling(TODAY):
        yield built


def _grant_state(market: Market, placement_id: int) -> GrantState:
    with acting_as(market.officer):
        return get_or_404(Grant, get_or_404(Placement, placement_id).grant_id).state


def _do(actor: Actor, service: object, *args: object, on: date = TODAY) -> Placement:
    with acting_as(actor), travelling(on), transaction():
        placement: Placement = service(*args)  # type: ignore[operator]
        db.session.flush()
        db.session.refresh(placement)
        db.session.expunge(placement)  # readable also to the test, which is nobody
        return placement


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
    assert _grant_state(market, placement_id) is GrantState.PLACED


def test_an_answer_is_never_due_after_the_start(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.officer), transaction():
        placement = request_placement(round_id, first_day=TODAY + timedelta(days=1))
        assert placement.answer_due_on == TODAY + timedelta(days=1)


def test_accepting_books_the_held_seat(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with acting_as(market.supervisor):
        placement = get_or_404(Placement, placement_id)
        assert placement.state is PlacementState.ACCEPTED
        assert get_or_404(SeatUse, placement.seat_use_id).kind is SeatUseKind.PLACEMENT


def test_declining_frees_the_seat_and_opens_the_grant(market: Market) -> None:
    placement_id = requested(market)
    placement = _do(market.supervisor, decline_placement, placement_id, DeclineReason.NEEDS_NOT_MET)
    assert placement.decline_reason is DeclineReason.NEEDS_NOT_MET
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 2
    assert _grant_state(market, placement_id) is GrantState.OPEN


def test_a_declined_choice_can_be_asked_for_again(market: Market) -> None:
    round_id = chosen(market)
    with acting_as(market.officer), transaction():
        first = request_placement(round_id, first_day=FIRST_DAY).id
    _do(market.supervisor, decline_placement, first, DeclineReason.HOURS)
    with acting_as(market.officer), transaction():
        assert request_placement(round_id, first_day=FIRST_DAY).id != first


def test_a_late_answer_is_refused_in_words(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(
        Conflict, match="Svarstiden gick ut 2026-03-05 och platsen hölls till och med 2026-03-06"
    ):
        _do(market.supervisor, accept_placement, placement_id, on=date(2026, 3, 7))


def test_an_answer_while_the_seat_is_still_held_counts(market: Market) -> None:
    placement_id = requested(market)
    accepted = _do(market.supervisor, accept_placement, placement_id, on=date(2026, 3, 6))
    assert accepted.state is PlacementState.ACCEPTED


def test_a_late_request_says_so_to_both(market: Market) -> None:
    requested(market)
    with travelling(date(2026, 3, 6)):
        with acting_as(market.supervisor):
            (item,) = waiting(market.supervisor)
            assert item.text_sv.startswith("Svarstiden har gått ut för förfrågan om Maja Öberg1")
        with acting_as(market.officer):
            (item,) = waiting(market.officer)
            assert item.text_sv == "Gården & Co svarade inte i tid om Maja Öberg1"


def test_an_end_that_the_supplier_never_registers_is_registered_by_the_case_officer(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    with travelling(LAST_DAY), acting_as(market.officer):
        assert waiting(market.officer) == []
    with travelling(LAST_DAY + timedelta(days=1)), acting_as(market.officer):
        (item,) = waiting(market.officer)
        assert item.text_sv == "Avslut inte registrerat för Maja Öberg1 hos Gården & Co"
    ended = _do(market.officer, complete_placement, placement_id, on=LAST_DAY + timedelta(days=1))
    assert (ended.state, ended.ended_on) == (PlacementState.COMPLETED, LAST_DAY)


def test_two_tabs_answer_the_same_request(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Conflict, match="redan besvarad"):
        _do(market.supervisor, decline_placement, placement_id, DeclineReason.OTHER)


def test_the_job_expires_what_nobody_answered(market: Market) -> None:
    late, answered = requested(market, 1), requested(market, 2)
    _do(market.supervisor, accept_placement, answered)
    with travelling(date(2026, 3, 7)):
        jobs.dispatch_follow_up()
        with acting_as(system_actor()):
            messages = [m for m in claim_unsent() if m.topic == jobs.FOLLOW_UP_TOPIC]
        assert [message.payload["placement_id"] for message in messages] == [late]
        for message in (*messages, *messages):
            jobs.follow_up(message.id)
    with acting_as(market.officer):
        assert get_or_404(Placement, late).state is PlacementState.EXPIRED
        assert get_or_404(Placement, answered).state is PlacementState.ACCEPTED
    assert _grant_state(market, late) is GrantState.OPEN


def test_nothing_expires_before_its_time(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(Conflict):
        _do(system_actor(market.north_id, market.farm_id), expire_placement, placement_id)


def test_the_whole_life(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Invalid, match="börjar 2026-03-09"):
        _do(market.supervisor, start_placement, placement_id)
    started = _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    assert started.started_on == FIRST_DAY
    with pytest.raises(Conflict, match="Sista dagen är"):
        _do(market.supervisor, complete_placement, placement_id, on=LAST_DAY - timedelta(days=1))
    ended = _do(market.supervisor, complete_placement, placement_id, on=LAST_DAY)
    assert (ended.state, ended.ended_on) == (PlacementState.COMPLETED, LAST_DAY)
    assert _grant_state(market, placement_id) is GrantState.PLACED


def test_ending_early_shortens_seat_and_placement_together(market: Market) -> None:
    placement_id = requested(market, place_id=market.growing_id)
    _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    last = date(2026, 4, 10)
    placement = _do(market.officer, end_placement_early, placement_id, last, on=date(2026, 4, 13))
    assert (placement.last_day, placement.ended_on) == (last, last)
    with acting_as(market.officer):
        assert free_seats(market.growing_id, last, last) == 0
        assert free_seats(market.growing_id, last + timedelta(days=1), LAST_DAY) == 1


@pytest.mark.parametrize(
    ("last_day", "why"),
    [
        (FIRST_DAY - timedelta(days=1), "började"),
        (date(2026, 4, 14), "framtiden"),
    ],
)
def test_days_that_cannot_be_the_last(market: Market, last_day: date, why: str) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    with pytest.raises(Invalid, match=why):
        _do(market.supervisor, end_placement_early, placement_id, last_day, on=date(2026, 4, 13))


def test_who_never_came(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Conflict, match="inte passerat"):
        _do(market.supervisor, never_start_placement, placement_id, on=FIRST_DAY)
    _do(market.supervisor, never_start_placement, placement_id, on=FIRST_DAY + timedelta(days=1))
    assert _grant_state(market, placement_id) is GrantState.OPEN


def test_cancelling_before_the_start(market: Market) -> None:
    placement_id = requested(market)
    _do(market.officer, cancel_placement, placement_id)
    assert _grant_state(market, placement_id) is GrantState.OPEN
    with pytest.raises(Conflict, match="innan den har startat"):
        _do(market.officer, cancel_placement, placement_id)


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


def test_nothing_is_accepted_under_a_contract_that_is_suspended(market: Market) -> None:
    placement_id = requested(market)
    with acting_as(market.procurement_officer), transaction():
        for contract in db.session.scalars(db.select(Contract)):
            contract.state = ContractState.SUSPENDED
    with pytest.raises(Conflict, match="Avtalet"):
        _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, decline_placement, placement_id, DeclineReason.OTHER)


def test_an_answer_just_before_the_job_stands(market: Market) -> None:
    placement_id = requested(market)
    with travelling(date(2026, 3, 7)):
        jobs.dispatch_follow_up()
        _do(market.supervisor, decline_placement, placement_id, DeclineReason.OTHER, on=date(2026, 3, 7))
        with acting_as(system_actor()):
            [message] = [m for m in claim_unsent() if m.topic == jobs.FOLLOW_UP_TOPIC]
        jobs.follow_up(message.id)
    with acting_as(market.officer):
        assert get_or_404(Placement, placement_id).state is PlacementState.DECLINED


def test_only_the_right_roles_act(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(NotAllowed):
        _do(market.officer, accept_placement, placement_id)
    with pytest.raises(NotAllowed):
        _do(market.supervisor, cancel_placement, placement_id)


def test_outsiders_do_not_find_the_placement(market: Market) -> None:
    placement_id = requested(market)
    strangers = [
        market.other_unit_officer,
        market.other_coordinator,
        market.strategist,
        market.procurement_officer,
        market.south_officer,
        market.south_coordinator,
        market.other_manager,
        market.other_supervisor,
    ]
    for stranger in strangers:
        with acting_as(stranger):
            with pytest.raises(NotFound):
                queries.placement(placement_id)
            assert queries.placements(queries.PlacementFilter()).total == 0


def test_manager_and_controller_see_a_number_and_no_name(market: Market) -> None:
    placement_id = requested(market)
    for actor in (market.manager, market.controller):
        with acting_as(actor):
            row = queries.placement(placement_id)
            assert row.participant is None
            assert row.who_sv == row.placement.number


def test_what_waits(market: Market) -> None:
    requested(market)
    with acting_as(market.supervisor):
        (item,) = waiting(market.supervisor)
        assert item.deadline == date(2026, 3, 5)
        assert "Maja Öberg1" in item.text_sv
    with acting_as(market.officer):
        (item,) = waiting(market.officer)
        assert "Gården & Co ska svara" in item.text_sv
    for stranger in (market.colleague, market.other_supervisor, market.strategist, market.south_officer):
        with acting_as(stranger):
            assert waiting(stranger) == []
