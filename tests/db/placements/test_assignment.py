"""A participant who does not choose: the system's own rule decides, in turn, and says why."""

from datetime import date

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from enterprises.contracts.models import Contract
from enterprises.contracts.services import suspend_contract
from enterprises.directory.queries import last_turn, line_of
from enterprises.directory.turn_rules import in_turn
from enterprises.places.services import pause_place
from marketplace.clock import now, travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.procurement.rules import DefaultRule
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.assignment.models import DefaultAssignment
from placements.assignment.queries import assignment_of, default_terms, turns
from placements.assignment.services import assign_default
from placements.booking.services import request_placement
from placements.choice.queries import choice_round, waiting
from placements.choice.rules import ChoiceState
from placements.choice.services import (
    close_round,
    decline_place,
    open_round,
    record_choice,
    show_places,
)
from placements.participants.models import Grant
from placements.participants.rules import GrantAction, GrantState, LeaveReason
from placements.participants.services import leave_unreported
from tests.factories import amend_contract
from tests.support.placement_market import FIRST_DAY, TODAY, Market
from tests.support.turns import shared_system, undecided


@pytest.fixture
def system_id(market: Market) -> int:
    return shared_system(market)


def _assign(market: Market, round_id: int, system_id: int) -> int | None:
    with acting_as(market.officer), transaction():
        return assign_default(round_id, system_id).place_id


def test_the_turns_go_round(market: Market, system_id: int) -> None:
    rounds = [undecided(market, number) for number in range(1, 4)]
    enterprises = []
    for round_id in rounds:
        place_id = _assign(market, round_id, system_id)
        enterprises.append(market.bakery_id if place_id == market.bakery_place_id else market.farm_id)
    assert enterprises == [market.farm_id, market.bakery_id, market.farm_id]
    with acting_as(market.officer):
        found = [assignment_of(choice_round(round_id)) for round_id in rounds]
        assert [one.turn for one in found if one] == [1, 2, 3]
        assert found[0] is not None
        assert found[0].why_sv == "Ingen har haft turen förut, och Gården & Co står först i ordningen."
        assert found[1] is not None
        assert found[1].why_sv == "Gården & Co fick den förra turen, och Bageriet står näst i ordningen."


def test_a_place_in_the_participants_kommun_comes_before_others(market: Market, system_id: int) -> None:
    assert _assign(market, undecided(market), system_id) == market.sewing_id


def test_who_has_no_place_or_rests_is_passed_over_and_it_is_kept(market: Market, system_id: int) -> None:
    with acting_as(market.manager), transaction():
        for place_id in (market.sewing_id, market.repair_id, market.growing_id):
            pause_place(place_id)
    round_id = undecided(market)
    assert _assign(market, round_id, system_id) == market.bakery_place_id
    with acting_as(market.officer):
        assigned = assignment_of(choice_round(round_id))
        assert assigned is not None
        assert "Gården & Co hoppades över: har ingen ledig plats som passar i tid." in assigned.why_sv
        assert [skipped["reason"] for skipped in assigned.passed_over] == ["no_place"]
    with acting_as(market.officer):
        bakery = next(one for one in line_of(system_id) if one.enterprise_id == market.bakery_id)
    with acting_as(market.procurement_officer), transaction():
        suspend_contract(bakery.turn.contract_id)
    other = undecided(market, 2)
    with acting_as(market.officer), pytest.raises(Conflict, match="Ingen tur är använd"), transaction():
        assign_default(other, system_id)


def test_no_is_an_answer_and_a_refused_place_is_never_given(market: Market, system_id: int) -> None:
    round_id = undecided(market)
    with acting_as(market.officer), transaction():
        show_places(round_id, [market.sewing_id])
        decline_place(round_id, market.sewing_id)
    with acting_as(market.officer), pytest.raises(Conflict, match="ett svar"), transaction():
        assign_default(round_id, system_id)
    with acting_as(market.officer), transaction():
        show_places(round_id, [market.growing_id])
    assert _assign(market, round_id, system_id) == market.growing_id, "the enterprise's other place"


def test_who_has_only_refused_places_is_passed_over_also_in_a_later_round(
    market: Market, system_id: int
) -> None:
    round_id = undecided(market)
    farms = [market.sewing_id, market.repair_id, market.growing_id]
    with acting_as(market.officer), transaction():
        show_places(round_id, farms)
        for place_id in farms:
            decline_place(round_id, place_id)
        close_round(round_id)
        assert all(shown.declined_on == TODAY for shown in choice_round(round_id).shown), "kept"
        later = open_round(choice_round(round_id).grant_id).id
    assert _assign(market, later, system_id) == market.bakery_place_id
    with acting_as(market.officer):
        assigned = assignment_of(choice_round(later))
        assert assigned is not None
        assert [skipped["reason"] for skipped in assigned.passed_over] == ["refused"]


def test_nothing_is_kept_of_a_turn_that_nobody_got(market: Market, system_id: int) -> None:
    with acting_as(market.manager), transaction():
        for place_id in (market.sewing_id, market.repair_id, market.growing_id):
            pause_place(place_id)
    with acting_as(market.other_manager), transaction():
        pause_place(market.bakery_place_id)
    round_id = undecided(market)
    with acting_as(market.officer), pytest.raises(Conflict), transaction():
        assign_default(round_id, system_id)
    with acting_as(market.officer):
        assert choice_round(round_id).state is ChoiceState.OPEN
        assert last_turn(system_id) is None


def test_the_place_is_requested_without_a_choice(market: Market, system_id: int) -> None:
    round_id = undecided(market)
    _assign(market, round_id, system_id)
    with acting_as(market.officer):
        [item] = [one for one in waiting(market.officer) if one.url_args == {"choice_round_id": round_id}]
        assert "tilldelats" in item.text_sv
        with transaction():
            placement = request_placement(round_id, first_day=FIRST_DAY)
            assert placement.place_id == market.sewing_id
        assert choice_round(round_id).chosen_on is None, "a default is no choice of the participant's"


def test_a_turn_is_under_the_systems_own_contract(market: Market, system_id: int) -> None:
    round_id = undecided(market)
    _assign(market, round_id, system_id)
    with acting_as(market.officer), transaction():
        farm = next(one for one in line_of(system_id) if one.enterprise_id == market.farm_id)
        placement = request_placement(round_id, first_day=FIRST_DAY)
        assert placement.contract_id == farm.turn.contract_id, (
            "though there is an older one in another system"
        )


def test_who_has_room_only_in_another_system_is_passed_over(market: Market, system_id: int) -> None:
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(
            select(Contract).where(Contract.system_id == system_id, Contract.enterprise_id == market.farm_id)
        ).one()
        amend_contract(contract, capacity_cap=1)
    first, second = (undecided(market, number) for number in (1, 2))
    _assign(market, first, system_id)
    with acting_as(market.officer), transaction():
        request_placement(first, first_day=FIRST_DAY)
    assert _assign(market, second, system_id) == market.bakery_place_id
    third = undecided(market, 3)
    assert _assign(market, third, system_id) == market.bakery_place_id
    with acting_as(market.officer):
        assigned = assignment_of(choice_round(third))
        assert assigned is not None
        assert "Gården & Co hoppades över" in assigned.why_sv


def test_own_provision_takes_no_place(market: Market) -> None:
    own = shared_system(market, DefaultRule.OWN_PROVISION, "Kommunens verkstad i Haninge.")
    round_id = undecided(market)
    assert _assign(market, round_id, own) is None
    with acting_as(market.officer):
        assigned = assignment_of(choice_round(round_id))
        assert assigned is not None
        assert "Kommunens verkstad i Haninge." in assigned.why_sv
        grant_id = choice_round(round_id).grant_id
        assert db.session.get_one(Grant, grant_id).state is GrantState.PLACED
        about = [one for one in waiting(market.officer) if one.url_args == {"choice_round_id": round_id}]
        assert about == [], "nothing is left to request"
        with pytest.raises(Conflict, match="Registrera deltagarens val"):
            request_placement(round_id, first_day=FIRST_DAY)
    with acting_as(market.coordinator), transaction():
        leave_unreported(grant_id, GrantAction.REOPEN, LeaveReason.NEW_WORKPLACE)
    with acting_as(market.officer), transaction():
        assert open_round(grant_id).id != round_id, "who wants to change chooses anew"


def test_only_systems_of_the_participants_kommun_decide(market: Market, system_id: int) -> None:
    round_id = undecided(market)
    with acting_as(market.officer):
        assert [terms.system_id for terms in default_terms(choice_round(round_id))] == [system_id]
        with pytest.raises(NotFound), transaction():
            assign_default(round_id, system_id + 1000)


@pytest.mark.parametrize("end", ["choose", "close", "assign"])
def test_a_round_is_decided_once(market: Market, system_id: int, end: str) -> None:
    round_id = undecided(market)
    with acting_as(market.officer), transaction():
        if end == "choose":
            show_places(round_id, [market.sewing_id])
            record_choice(round_id, market.sewing_id)
        elif end == "close":
            close_round(round_id)
        else:
            assign_default(round_id, system_id)
    with acting_as(market.officer), pytest.raises(Conflict), transaction():
        assign_default(round_id, system_id)


def test_nobody_else_applies_the_rule(market: Market, system_id: int) -> None:
    round_id = undecided(market)
    for outsider in (
        market.other_unit_officer,
        market.south_officer,
        market.procurement_officer,
        market.manager,
    ):
        with acting_as(outsider), pytest.raises(NotFound), transaction():
            assign_default(round_id, system_id)
    with acting_as(market.coordinator), pytest.raises(NotAllowed), transaction():
        assign_default(round_id, system_id)


def test_a_turn_never_changes(market: Market, system_id: int) -> None:
    round_id = undecided(market)
    _assign(market, round_id, system_id)
    for change in ("UPDATE default_assignment SET why_sv = 'annat'", "DELETE FROM default_assignment"):
        with acting_as(market.officer), db.session.begin_nested():
            db.session.execute(text(change))
    with acting_as(market.officer):
        assert assignment_of(choice_round(round_id)) is not None


def test_the_protocol_is_the_authoritys_and_has_no_persons(market: Market, system_id: int) -> None:
    _assign(market, undecided(market), system_id)
    with acting_as(market.procurement_officer):
        [turn] = turns([system_id]).items
        assert "Maja" not in turn.why_sv
    for outsider in (market.south_officer, market.manager, market.strategist, ANONYMOUS):
        with acting_as(outsider):
            assert db.session.scalars(select(DefaultAssignment)).all() == []


def test_everyone_sees_the_order_and_who_is_next(market: Market, system_id: int) -> None:
    _assign(market, undecided(market), system_id)
    with acting_as(ANONYMOUS):
        last = last_turn(system_id)
        assert last is not None
        order = in_turn(line_of(system_id), last.turn)
        assert [one.name for one in order] == ["Bageriet", "Gården & Co"]
    with travelling(date(2020, 1, 1)), acting_as(ANONYMOUS):
        assert line_of(system_id) == [], "nobody whose contract has not begun"


def test_nobody_takes_turns_in_anothers_system_or_for_another_supplier(
    market: Market, system_id: int
) -> None:
    with acting_as(market.officer):
        farm, bakery = line_of(system_id)
        elsewhere = shared_system(market)
    facts = {
        "authority_id": market.north_id,
        "system_id": system_id,
        "turn": 1,
        "contract_id": farm.turn.contract_id,
        "place_id": market.sewing_id,
        "passed_over": [],
        "why_sv": "Förfalskad",
        "assigned_at": now(),
        "assigned_by": "Någon",
    }
    forged: list[tuple[Actor, dict[str, object]]] = [
        (market.south_officer, {"authority_id": market.south_officer.authority_id}),
        (
            market.south_officer,
            {"authority_id": market.south_officer.authority_id, "contract_id": None, "place_id": None},
        ),
        (market.south_officer, {}),
        (market.officer, {"place_id": market.bakery_place_id}),
        (market.officer, {"contract_id": bakery.turn.contract_id}),
        (market.officer, {"system_id": elsewhere}),
        (market.coordinator, {}),
    ]
    for actor, changes in forged:
        with acting_as(actor), pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(insert(DefaultAssignment).values(facts | changes))
    with acting_as(market.officer), transaction():
        db.session.execute(insert(DefaultAssignment).values(facts))
