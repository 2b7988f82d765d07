"""A grant is under a system of choice, and so is what it leads to: search, contract and default."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text, update

from enterprises.contracts.models import Contract
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.models import SystemOfChoice
from marketplace.tenancy import acting_as, system_actor
from placements.assignment.queries import default_terms
from placements.booking.models import Placement
from placements.booking.services import request_placement
from placements.choice.queries import choice_round, criteria_for
from placements.choice.services import open_round, record_choice, show_places
from placements.participants.models import Grant, Participant
from placements.participants.queries import systems_for
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent, grant_training
from placements.search.queries import left_out, search_places
from tests.factories import amend_contract
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    granted,
    register,
)
from tests.support.turns import second_system, shared_system

EXTENT: dict[str, Any] = {
    "hours_per_week": Decimal(20),
    "days_per_week": 4,
    "support_level": "3",
    "first_day": TODAY,
    "last_day": LAST_DAY,
}


def system_of(grant_id: int) -> int | None:
    return db.session.get_one(Grant, grant_id).system_id


def consenting(market: Market) -> int:
    participant_id = register(market)
    with acting_as(market.officer), transaction():
        give_consent(participant_id, ConsentScope.SUPPLIER, TODAY)
    return participant_id


def test_the_only_system_is_taken_by_itself_and_none_is_none(market: Market) -> None:
    _, without = granted(market)
    system_id = shared_system(market)
    _, under = granted(market, 2)
    with acting_as(market.coordinator):
        assert system_of(without) is None
        assert system_of(under) == system_id


def test_one_of_several_is_chosen_and_nothing_else_will_do(market: Market) -> None:
    first, second = shared_system(market), second_system(market, market.bakery_id)
    participant_id = consenting(market)
    with acting_as(market.coordinator):
        foreign = db.session.scalars(
            select(SystemOfChoice.id).where(SystemOfChoice.authority_id == market.south_id)
        ).first()
        elsewhere = db.session.scalars(
            select(SystemOfChoice.id).where(
                SystemOfChoice.authority_id == market.north_id, SystemOfChoice.id.not_in([first, second])
            )
        ).first()
        for wrong in (None, foreign, elsewhere):
            with pytest.raises(Invalid) as refused, transaction():
                grant_training(participant_id, **EXTENT, system_id=wrong)
            assert refused.value.field == "system_id"
        with transaction():
            assert grant_training(participant_id, **EXTENT, system_id=second).system_id == second


def test_a_closed_system_without_contracts_takes_no_grants(market: Market) -> None:
    runs_on, over = shared_system(market), second_system(market)
    with acting_as(market.procurement_officer), transaction():
        for system_id in (runs_on, over):
            system = get_or_404(SystemOfChoice, system_id)
            system.closed_on, system.closing_reason_sv = TODAY, "Köps inte mer."
    with acting_as(market.coordinator):
        participant = get_or_404(Participant, register(market))
    with acting_as(market.coordinator):
        assert [system.id for system in systems_for(participant)] == [runs_on]


def test_the_level_is_one_that_the_system_pays_for(market: Market) -> None:
    shared_system(market)
    second = second_system(market, market.farm_id, level="1")
    participant_id = consenting(market)
    with acting_as(market.coordinator):
        with pytest.raises(Invalid) as refused, transaction():
            grant_training(participant_id, **EXTENT, system_id=second)
        assert refused.value.field == "support_level"
        with transaction():
            grant_training(participant_id, **(EXTENT | {"support_level": "1"}), system_id=second)


def test_the_search_shows_the_suppliers_of_the_system(market: Market) -> None:
    with_both, with_bakery = shared_system(market), second_system(market, market.bakery_id)
    _, one = granted(market, 1, system_id=with_both)
    _, other = granted(market, 2, system_id=with_bakery)
    with acting_as(market.officer):
        wide, narrow = (
            search_places(criteria_for(db.session.get_one(Grant, grant))) for grant in (one, other)
        )
        assert {option.place.enterprise_id for option in wide.items} == {market.farm_id, market.bakery_id}
        assert {option.place.id for option in narrow.items} == {market.bakery_place_id}
        assert left_out(criteria_for(db.session.get_one(Grant, other))).ends_early == 0


def test_a_place_of_a_supplier_in_another_system_is_not_shown(market: Market) -> None:
    shared_system(market)
    _, grant_id = granted(market, system_id=second_system(market, market.bakery_id))
    with acting_as(market.officer):
        with transaction():
            round_id = open_round(grant_id).id
        with pytest.raises(Conflict), transaction():
            show_places(round_id, [market.sewing_id])


def test_the_placement_is_under_the_systems_contract_though_another_is_older(market: Market) -> None:
    first, second = shared_system(market), second_system(market, market.farm_id)
    booked = {}
    for number, system_id in enumerate((first, second), start=1):
        _, grant_id = granted(market, number, system_id=system_id)
        with acting_as(market.officer), transaction():
            round_id = open_round(grant_id).id
            show_places(round_id, [market.sewing_id])
            record_choice(round_id, market.sewing_id)
            placement = request_placement(round_id, first_day=FIRST_DAY)
            booked[system_id] = db.session.get_one(Contract, placement.contract_id).system_id
    assert booked == {first: first, second: second}


def test_a_grant_from_before_is_booked_under_any_contract(market: Market) -> None:
    _, grant_id = granted(market)
    shared_system(market)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, [market.sewing_id])
        record_choice(round_id, market.sewing_id)
        contract_id = request_placement(round_id, first_day=FIRST_DAY).contract_id
        oldest = select(Contract.id).where(Contract.authority_id == market.north_id).order_by(Contract.id)
        assert contract_id == db.session.scalar(oldest.limit(1))


def test_only_the_systems_default_is_asked_for(market: Market) -> None:
    shared_system(market)
    second = second_system(market, market.bakery_id)
    _, grant_id = granted(market, system_id=second)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        assert [terms.system_id for terms in default_terms(choice_round(round_id))] == [second]


def test_the_database_holds_the_system(market: Market) -> None:
    first, second = shared_system(market), second_system(market, market.farm_id)
    _, grant_id = granted(market, system_id=first)
    with acting_as(market.coordinator), pytest.raises(Conflict, match="Bevilja på nytt"), transaction():
        get_or_404(Grant, grant_id).system_id = second
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, [market.sewing_id])
        record_choice(round_id, market.sewing_id)
        placement_id = request_placement(round_id, first_day=FIRST_DAY).id
        other = db.session.scalars(select(Contract.id).where(Contract.system_id == second)).one()
    with acting_as(market.officer), pytest.raises(Conflict, match="annat valfrihetssystem"), transaction():
        db.session.execute(update(Placement).where(Placement.id == placement_id).values(contract_id=other))


def test_another_authoritys_system_is_refused_by_the_database(market: Market) -> None:
    _, grant_id = granted(market)
    with acting_as(market.coordinator):
        foreign = db.session.scalars(
            select(SystemOfChoice.id).where(SystemOfChoice.authority_id == market.south_id)
        ).first()
        with pytest.raises(Exception, match="fk_training_grant_system_id"), db.session.begin_nested():
            db.session.execute(
                text("UPDATE training_grant SET system_id = :system WHERE id = :id"),
                {"system": foreign, "id": grant_id},
            )


def test_a_contract_that_ends_too_soon_is_not_made_up_for_by_another_system(market: Market) -> None:
    shared_system(market)
    second = second_system(market, market.bakery_id)
    with acting_as(system_actor(market.north_id, market.bakery_id)), transaction():
        contract = db.session.scalars(select(Contract).where(Contract.system_id == second)).one()
        amend_contract(contract, ends_on=FIRST_DAY + timedelta(days=30))
    _, grant_id = granted(market, system_id=second)
    with acting_as(market.officer):
        criteria = criteria_for(db.session.get_one(Grant, grant_id))
        assert search_places(criteria).total == 0
        assert left_out(criteria).ends_early == 1
