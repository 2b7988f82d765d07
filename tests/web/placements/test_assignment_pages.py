"""The pages of a default assignment: what the rule gives, the order for everyone, the protocol for the authority."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.procurement.rules import DefaultRule
from marketplace.tenancy import acting_as, system_actor
from placements.assignment.services import assign_default
from tests.factories import HANINGE, make_terms
from tests.support.clients import ClientFor
from tests.support.placement_market import TODAY, Market
from tests.support.statements import statements_of
from tests.support.turns import shared_system, undecided


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def test_the_rule_is_shown_before_it_is_applied(market: Market, client_for: ClientFor) -> None:
    system_id, round_id = shared_system(market), undecided(market)
    officer = client_for(market.officer)
    assert f"/valomgangar/{round_id}/ickeval" in officer.get(f"/valomgangar/{round_id}").text
    asked = officer.get(f"/valomgangar/{round_id}/ickeval").text
    assert "Gården &amp; Co står i tur" in asked
    assert "Ingen väljer åt deltagaren" in asked
    assert "Inget har visats för deltagaren" in asked
    answer = officer.post(f"/valomgangar/{round_id}/ickeval", data={"system_id": system_id})
    assert answer.status_code == 302
    page = officer.get(f"/valomgangar/{round_id}").text
    assert "Tilldelat utan val" in page
    assert "Begär platsen" in page
    assert officer.get(f"/placeringar/begar/{round_id}").status_code == 200
    late = officer.post(f"/valomgangar/{round_id}/ickeval", data={"system_id": system_id})
    assert late.status_code == 422
    assert "Valomgången är redan avslutad" in late.text
    assert officer.get(f"/valomgangar/{round_id}/ickeval").status_code == 409

    order = client_for().get(f"/valfrihetssystem/{system_id}/turordning").text
    assert order.index("Bageriet") < order.index("Gården &amp; Co")
    assert "Gården &amp; Co fick den senaste turen." in order
    protocol = f"/valfrihetssystem/{system_id}/turordning/protokoll"
    assert "Ingen har haft turen förut" in client_for(market.procurement_officer).get(protocol).text
    assert officer.get(protocol).status_code == 403


def test_several_systems_are_asked_between_for_a_grant_without_one(
    market: Market, client_for: ClientFor
) -> None:
    round_id = undecided(market)
    first = shared_system(market)
    second = shared_system(market, DefaultRule.OWN_PROVISION, "Kommunens verkstad.")
    officer = client_for(market.officer)
    page = officer.get(f"/valomgangar/{round_id}/ickeval").text
    assert f"system={first}" in page
    assert f"system={second}" in page
    assert "Kommunens verkstad." in officer.get(f"/valomgangar/{round_id}/ickeval?system={second}").text
    nothing = officer.post(f"/valomgangar/{round_id}/ickeval", data={})
    assert nothing.status_code == 422


def test_the_grants_own_system_is_not_asked_about(market: Market, client_for: ClientFor) -> None:
    shared_system(market)
    second = shared_system(market, DefaultRule.OWN_PROVISION, "Kommunens verkstad.")
    round_id = undecided(market, system_id=second)
    page = client_for(market.officer).get(f"/valomgangar/{round_id}/ickeval").text
    assert "Kommunens verkstad." in page
    assert "ickeval?system=" not in page


def test_own_provision_leaves_no_place_to_request(market: Market, client_for: ClientFor) -> None:
    system_id = shared_system(market, DefaultRule.OWN_PROVISION, "Kommunens verkstad.")
    round_id = undecided(market)
    officer = client_for(market.officer)
    officer.post(f"/valomgangar/{round_id}/ickeval", data={"system_id": system_id})
    page = officer.get(f"/valomgangar/{round_id}").text
    assert "är tillämpat, och skälet är sparat." in page
    assert "Begär nu platsen" not in page


def test_without_any_rule_there_is_a_way_back(market: Market, client_for: ClientFor) -> None:
    round_id = undecided(market)
    assert "Inget är bestämt" in client_for(market.officer).get(f"/valomgangar/{round_id}/ickeval").text


def test_a_system_without_suppliers_says_so(market: Market, client_for: ClientFor) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        make_terms(market.north_id, kommun_codes=[HANINGE], default_rule=DefaultRule.TURN_ORDER)
    page = client_for(market.officer).get(f"/valomgangar/{undecided(market)}/ickeval").text
    assert "Ingen står i turordningen" in page
    assert "Tillämpa det som är bestämt" not in page


def test_own_provision_tells_what_comes_next_and_the_coordinator_sees_it(
    market: Market, client_for: ClientFor
) -> None:
    system_id = shared_system(market, DefaultRule.OWN_PROVISION, "Kommunens verkstad.")
    round_id = undecided(market)
    officer = client_for(market.officer)
    assert officer.post(f"/valomgangar/{round_id}/ickeval", data={"system_id": system_id}).status_code == 302
    for reader in (officer, client_for(market.coordinator)):
        page = reader.get(f"/valomgangar/{round_id}").text
        assert "får den egna verksamheten" in page
        assert "ordnar starten direkt" in page


def test_the_protocol_takes_the_same_number_of_queries_however_long(
    market: Market, client_for: ClientFor
) -> None:
    system_id = shared_system(market)
    address = f"/valfrihetssystem/{system_id}/turordning/protokoll"
    reader = client_for(market.procurement_officer)

    def queries_with(*rounds: int) -> int:
        for round_id in rounds:
            with acting_as(market.officer), transaction():
                assign_default(round_id, system_id)
        return len(statements_of(lambda: reader.get(address)))

    assert queries_with(undecided(market)) == queries_with(*(undecided(market, n) for n in (2, 3, 4)))


def test_others_find_nothing(market: Market, client_for: ClientFor) -> None:
    shared_system(market)
    round_id = undecided(market)
    for outsider in (market.other_unit_officer, market.south_officer):
        assert client_for(outsider).get(f"/valomgangar/{round_id}/ickeval").status_code == 404
