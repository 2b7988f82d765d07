"""Consents: what was read out is kept, and the ledger tells what has been given and withdrawn."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from marketplace.tenancy import acting_as
from placements.participants.queries import consents_of
from tests.support.clients import ClientFor
from tests.support.placement_market import TODAY, Market, register
from tests.support.statements import statements_of
from tests.web.reading import posted, text_of

LEDGER = "/deltagare/samtycken"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def test_the_ledger_tells_what_was_read_out_to_whom_and_when_it_was_withdrawn(
    market: Market, client_for: ClientFor
) -> None:
    officer = client_for(market.officer)
    participant_id = register(market)
    hidden_id = register(market, 2, is_protected=True)
    for one in (participant_id, hidden_id):
        posted(officer, f"/deltagare/{one}/samtycke", scope="supplier", given_on="2026-03-02")
    with acting_as(market.officer):
        (consent,) = consents_of(participant_id)
        consent_id = consent.id
    posted(client_for(market.coordinator), f"{LEDGER}/{consent_id}/aterkalla")

    said = text_of(officer.get(LEDGER))
    assert "Uppläst: ”Jag samtycker till att" in said
    assert "till Hanna Handläggare" in said
    assert "hos Sara Samordnare" in said
    assert "Skyddade personuppgifter" in said
    live, withdrawn = (text_of(officer.get(f"{LEDGER}?lage={one}")) for one in ("galler", "aterkallat"))
    assert ("Maja" in live, "Maja" in withdrawn) == (False, True)
    assert "Inget samtycke passar" in text_of(officer.get(f"{LEDGER}?omfattning=region"))
    assert "1 samtycke" in text_of(officer.get(f"{LEDGER}?deltagare=D{hidden_id:06d}"))
    assert "Inga samtycken" in text_of(client_for(market.other_unit_officer).get(LEDGER))
    file = officer.get(f"{LEDGER}.csv").get_data(as_text=True)
    assert f"D{participant_id:06d};Namn och behov" in file
    assert "Maja" not in file


def test_the_ledger_asks_as_much_however_much_there_is(market: Market, client_for: ClientFor) -> None:
    officer = client_for(market.officer)
    asked = []
    for number in (1, 2):
        posted(
            officer,
            f"/deltagare/{register(market, number)}/samtycke",
            scope="supplier",
            given_on="2026-03-02",
        )
        asked.append(len(statements_of(lambda: officer.get(LEDGER))))
    assert asked[0] == asked[1]
