"""A participant who opens her own page with a code."""

from marketplace.db import transaction
from marketplace.tenancy import Actor, acting_as
from placements.access.queries import participant_actor
from placements.access.services import give_code
from placements.choice.services import open_round, show_places
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market, granted


def shown_round(market: Market, *place_ids: int, number: int = 1, **facts: object) -> tuple[int, Actor]:
    """A round in which the places have been shown, and the participant of it."""
    participant_id, grant_id = granted(market, number, **facts)  # type: ignore[arg-type]
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        if place_ids:
            show_places(round_id, place_ids)
    return round_id, participant_actor(participant_id)


def code_of(market: Market, participant: Actor) -> str:
    assert participant.participant_id is not None
    with acting_as(market.officer), transaction():
        return give_code(participant.participant_id)


def let_in(client_for: ClientFor, market: Market, participant: Actor) -> Client:
    """A client whose session her code has begun."""
    client = client_for()
    answer = client.post("/min-sida", data={"code": code_of(market, participant)})
    assert answer.status_code == 302
    return client
