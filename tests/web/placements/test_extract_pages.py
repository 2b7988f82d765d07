"""Extracts: an officer hands one over, the participant fetches her own, and both are written down."""

import json
from datetime import UTC, date, datetime

from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.tenancy import acting_as
from placements.participants.services import update_needs
from tests.support.clients import ClientFor
from tests.support.own_page import let_in
from tests.support.placement_market import Market
from tests.support.training import attended, ended, herself, reported, running
from tests.web.reading import paper_text_of, text_of

TUESDAY = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)
"""In Sweden it has begun."""


def test_an_officer_hands_over_all_of_it(ready_market: Market, client_for: ClientFor) -> None:
    market = ready_market
    with travelling(TUESDAY):
        placement_id = running(market)
        attended(market, placement_id, date(2026, 3, 17))
        ended(market, placement_id)
        reported(market, placement_id)
        participant_id = herself(market, placement_id).participant_id
        assert participant_id
        with acting_as(market.officer):
            update_needs(participant_id, needs_sv="Tyst rum", is_protected=True)
        client = client_for(market.officer)
        assert "Registerutdrag" in text_of(client.get(f"/deltagare/{participant_id}"))
        path = f"/deltagare/{participant_id}/registerutdrag"
        assert "utan mask" in text_of(client.get(path))

        paper = paper_text_of(client.post(path, data={"file_format": "pdf"}))
        for words in (
            "2026-03-31 Registerutdrag",
            "Maja Öberg1",
            "Tyst rum",
            "Närvarande",
            "Sydde kassar",
            "artikel 15",
            "inte beslutat när uppgifterna gallras",
            "Det finns inget om",
            "Arbetsträning beviljades",
            "Slutdokumentationen: inlämnad",
            "Närvaron: närvaro registrerad",
            "Roll: Handläggare; Vad: Deltagare; Hur: Sida",
        ):
            assert words in paper, words
        for words in ("number_hash", "participants.show", "Vem: Hanna Handläggare"):
            assert words not in paper, words

        answer = client.post(path, data={"file_format": "json"})
        assert answer.mimetype == "application/json"
        assert answer.headers["Content-Disposition"].endswith(f'registerutdrag-D{participant_id:06d}.json"')
        parts = {part["tabell"]: part["rader"] for part in json.loads(answer.data)["delar"]}
        assert parts["participant"][0]["name"] == "Maja Öberg1"
        assert "number_hash" not in parts["participant_identity"][0]
        assert len(parts["attendance_day"]) == 1
        # The first file was a look, and stands in the second.
        assert [look["page"] for look in parts["look"]][-1] == "extracts.hand_over"
        assert any(look["has_number"] for look in parts["look"])
        assert not any({"user_id", "user_name"} & look.keys() for look in parts["look"])

        with acting_as(market.officer):
            events = [event for event in timeline("participant", participant_id) if event.action == "extract"]
        assert [event.note_sv for event in events] == ["JSON", "PDF"]
        assert client.post(path, data={"file_format": "exe"}).status_code == 422


def test_she_fetches_her_own(ready_market: Market, client_for: ClientFor) -> None:
    market = ready_market
    with travelling(TUESDAY):
        placement_id = running(market)
        client = let_in(client_for, market, herself(market, placement_id))
        assert "Hämta allt" in text_of(client.get("/min-sida/platser"))
        assert "Dina uppgifter" in text_of(client.get("/min-sida/mina-uppgifter"))
        paper = paper_text_of(client.post("/min-sida/mina-uppgifter", data={"file_format": "pdf"}))
        assert "Maja Öberg1" in paper
        assert "Deltagaren" in paper
