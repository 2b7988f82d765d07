"""Registering, consent and grants; personal numbers stay out of sight."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.outbox import claim_unsent
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.participants import jobs, queries
from placements.participants.models import Grant, Participant, ParticipantIdentity
from placements.participants.queries import ParticipantFilter
from placements.participants.rules import ConsentScope, GrantState
from placements.participants.services import (
    conclude_grant,
    find_participants,
    give_consent,
    grant_training,
    reveal_identity,
    update_needs,
)
from placements.participants.withdrawal import withdraw_consent, withdraw_grant
from tests.factories import HUDDINGE, personal_number
from tests.support.placement_market import LAST_DAY, TODAY, Market, granted, register

EXTENT: dict[str, Any] = {
    "hours_per_week": Decimal(20),
    "days_per_week": 4,
    "support_level": "3",
    "first_day": TODAY,
    "last_day": LAST_DAY,
}


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def test_the_number_is_kept_encrypted(market: Market) -> None:
    participant_id = register(market)
    number = personal_number(1).replace("-", "")
    with acting_as(market.officer):
        identity = get_or_404(ParticipantIdentity, participant_id)
        assert number.encode() not in identity.number_encrypted
        assert number not in identity.number_hash
        assert get_or_404(Participant, participant_id).birth_year == 1975
        stored = db.session.scalar(text("SELECT participant::text FROM participant"))
        assert number not in str(stored)
        assert reveal_identity(participant_id).number == personal_number(1)
        assert number not in repr(reveal_identity(participant_id))


def test_looking_at_the_number_is_noted(market: Market) -> None:
    participant_id = register(market)
    with acting_as(market.officer), transaction():
        reveal_identity(participant_id)
    with acting_as(market.coordinator):
        event = timeline("participant", participant_id)[0]
        assert (event.action, event.user_name, event.note_sv) == ("reveal", "Hanna Handläggare", "")


def test_the_same_number_twice(market: Market) -> None:
    register(market)
    with pytest.raises(Conflict, match="finns redan") as refused:
        register(market)
    assert refused.value.field == "personal_number"
    assert personal_number(1) not in str(refused.value)


def test_the_same_number_with_another_unit(market: Market) -> None:
    register(market)
    with pytest.raises(Conflict, match="finns redan"):
        register(market, by=market.other_unit_officer)


def test_two_authorities_may_know_the_same_person(market: Market) -> None:
    register(market)
    assert register(market, by=market.south_officer)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"personal_number": "19850101-0015"}, "personal_number"),
        ({"personal_number": "850101-0017"}, "personal_number"),
        ({"name": "  "}, "name"),
        ({"kommun_code": HUDDINGE}, "kommun_code"),
        ({"unit_id": 999999}, "officer"),
        ({"case_officer_id": 999999}, "officer"),
    ],
)
def test_what_cannot_be_registered(market: Market, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        register(market, **facts)
    assert refused.value.field == field


def test_a_case_officer_registers_in_her_own_unit_only(market: Market) -> None:
    other = market.other_unit_officer
    with pytest.raises(Invalid):
        register(market, unit_id=market.other_unit_id, case_officer_id=other.user_id)


def test_a_coordinator_registers_for_a_unit(market: Market) -> None:
    participant_id = register(market, by=market.coordinator)
    with acting_as(market.officer):
        assert queries.participant(participant_id).case_officer.name == "Hanna Handläggare"


def test_who_may_not_register(market: Market) -> None:
    for actor in (market.strategist, market.supervisor, market.manager):
        with acting_as(actor), pytest.raises(NotAllowed), transaction():
            give_consent(1, ConsentScope.SUPPLIER, TODAY)


def test_outsiders_see_nobody(market: Market) -> None:
    participant_id, grant_id = granted(market)
    for stranger in [*market.outsiders(), market.supervisor]:
        with acting_as(stranger):
            assert queries.participants(ParticipantFilter()).total == 0, stranger
            assert queries.participants_named("Maja") == []
            assert queries.grants_of(participant_id) == []
            assert queries.consents_of(participant_id) == []
            assert timeline("participant", participant_id) == [] or stranger.authority_id == market.north_id
            with pytest.raises(NotFound):
                queries.participant(participant_id)
            assert db.session.get(ParticipantIdentity, participant_id) is None
            assert db.session.get(Grant, grant_id) is None


def test_lists_are_narrowed_and_in_swedish_order(market: Market) -> None:
    names = ["Åke Ö", "Örjan A", "Zara B", "Anna C", "Ärla D"]
    for number, name in enumerate(names, start=10):
        register(market, number, name=name)
    granted(market, 2, name="Bo Beviljad")
    with acting_as(market.coordinator):
        found = queries.participants(ParticipantFilter())
        assert [row.participant.name for row in found.items] == [
            "Anna C",
            "Bo Beviljad",
            "Zara B",
            "Åke Ö",
            "Ärla D",
            "Örjan A",
        ]
        assert queries.participants(ParticipantFilter(), sort="kommun").total == 6
        waiting = queries.participants(ParticipantFilter(standing="open")).items
        assert [row.participant.name for row in waiting] == ["Bo Beviljad"]
        assert queries.participants(ParticipantFilter(standing="none")).total == 5
        assert queries.participants(ParticipantFilter(kommun_code=HUDDINGE)).total == 0
        assert queries.participants(ParticipantFilter(unit_id=market.unit_id)).total == 6
        assert queries.participants(ParticipantFilter(is_mine=True)).total == 0
    with acting_as(market.officer):
        assert queries.participants(ParticipantFilter(is_mine=True)).total == 6
    with acting_as(market.colleague):
        assert queries.participants(ParticipantFilter(is_mine=True)).total == 0


@pytest.mark.parametrize("sort", ["name", "kommun"])
def test_the_order_of_masked_ones_tells_nothing(market: Market, sort: str) -> None:
    last, first = (register(market, n, name=name, is_protected=True) for n, name in ((1, "Ö"), (2, "A")))
    shown = register(market, 3, name="Åsa")
    with acting_as(market.coordinator):
        for is_descending, order in ((False, [shown, last, first]), (True, [last, first, shown])):
            found = queries.participants(ParticipantFilter(), sort=sort, is_descending=is_descending)
            assert [row.participant.id for row in found.items] == order


def test_found_by_name_or_number_and_masked_ones_by_number_only(market: Market) -> None:
    register(market, 1)
    register(market, 2, name="Hemlig Person", is_protected=True)
    with acting_as(market.officer):
        assert [row.participant.name for row in find_participants("öberg")] == ["Maja Öberg1"]
        assert find_participants("Hemlig") == []
        assert find_participants("%_") == []
        (row,) = find_participants(personal_number(2))
        assert row.participant.shown_name.startswith("Skyddade personuppgifter (D")
        for nonsense in ("", "1", "19850101-9998"):
            with pytest.raises(Invalid) as refused:
                find_participants(nonsense)
            assert refused.value.field == "text"
    with acting_as(market.other_unit_officer):
        assert find_participants(personal_number(1)) == []


def test_a_grant_needs_consent(market: Market) -> None:
    participant_id = register(market)
    with acting_as(market.coordinator), pytest.raises(Conflict, match="samtycke"), transaction():
        grant_training(participant_id, **EXTENT)


def test_consent_once_and_not_in_the_future(market: Market) -> None:
    participant_id = register(market)
    with acting_as(market.officer):
        with pytest.raises(Invalid, match="framtiden"), transaction():
            give_consent(participant_id, ConsentScope.SUPPLIER, TODAY + timedelta(days=1))
        with transaction():
            consent_id = give_consent(participant_id, ConsentScope.SUPPLIER, TODAY).id
        with pytest.raises(Conflict, match="redan"), transaction():
            give_consent(participant_id, ConsentScope.SUPPLIER, TODAY)
        with transaction():
            withdraw_consent(consent_id)
        with pytest.raises(Conflict, match="redan återkallat"), transaction():
            withdraw_consent(consent_id)
        with transaction():
            give_consent(participant_id, ConsentScope.SUPPLIER, TODAY)
        assert len(queries.consents_of(participant_id)) == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"hours_per_week": Decimal(0)}, "hours_per_week"),
        ({"hours_per_week": Decimal("40.5")}, "hours_per_week"),
        ({"days_per_week": 6}, "days_per_week"),
        ({"days_per_week": 2}, "days_per_week"),
        ({"support_level": "9"}, "support_level"),
        ({"first_day": TODAY - timedelta(days=1)}, "first_day"),
        ({"last_day": TODAY - timedelta(days=1)}, "last_day"),
        ({"last_day": date(2029, 1, 1)}, "last_day"),
        ({"wished_trades": ["0000"]}, "wished_trades"),
    ],
)
def test_what_cannot_be_granted(market: Market, changed: dict[str, Any], field: str) -> None:
    participant_id = register(market)
    with acting_as(market.coordinator), pytest.raises(Invalid) as refused, transaction():
        give_consent(participant_id, ConsentScope.SUPPLIER, TODAY)
        grant_training(participant_id, **(EXTENT | changed))
    assert refused.value.field == field


def test_one_grant_at_a_time_and_only_by_a_coordinator(market: Market) -> None:
    participant_id, grant_id = granted(market)
    with acting_as(market.coordinator), pytest.raises(Conflict, match="pågående"), transaction():
        grant_training(participant_id, **EXTENT)
    with acting_as(market.officer), pytest.raises(NotAllowed), transaction():
        grant_training(participant_id, **EXTENT)
    with acting_as(market.coordinator), transaction():
        withdraw_grant(grant_id)
        grant_training(participant_id, **EXTENT)
    with acting_as(market.coordinator), pytest.raises(Conflict), transaction():
        conclude_grant(grant_id)


def test_open_grants_lapse_when_their_period_is_over(market: Market) -> None:
    _, grant_id = granted(market)
    with travelling(LAST_DAY + timedelta(days=1)):
        jobs.dispatch_lapse()
        with acting_as(system_actor()):
            messages = [m for m in claim_unsent() if m.topic == jobs.LAPSE_TOPIC]
        for message in messages:
            jobs.lapse_grants(message.id)
    with acting_as(market.coordinator):
        assert get_or_404(Grant, grant_id).state is GrantState.LAPSED


def test_what_waits_for_a_coordinator(market: Market) -> None:
    granted(market)

    def waits(actor: Actor, day: date) -> list[str]:
        with acting_as(actor), travelling(day):
            return [item.text_sv for item in queries.waiting(actor)]

    assert waits(market.coordinator, TODAY + timedelta(days=10)) == []
    late = TODAY + timedelta(days=12)
    assert waits(market.coordinator, late) == ["Maja Öberg1 väntar på en plats sedan 2026-03-02"]
    for stranger in (market.other_coordinator, market.south_coordinator, market.officer, market.strategist):
        assert waits(stranger, late) == []


def test_masking_is_a_change_that_takes_effect_at_once(market: Market, app: Flask) -> None:
    participant_id = register(market)
    with acting_as(market.officer), transaction():
        update_needs(participant_id, needs_sv="", is_protected=True)
    with acting_as(market.coordinator):
        (row,) = queries.participants(ParticipantFilter()).items
        assert "Maja" not in row.participant.shown_name
