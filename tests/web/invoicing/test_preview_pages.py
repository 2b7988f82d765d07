"""The calculator: public with its terms, an answer that can be shared, and what cannot be used told in Swedish."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.price_rules import Component, PriceDraft
from marketplace.procurement.rules import Proof, RequirementDraft, TermsRules
from marketplace.tenancy import acting_as
from tests.factories import make_actor
from tests.support.clients import Client, ClientFor
from tests.support.invoicing_market import PRICES, RESULT_FEE, Market, build_market
from tests.web.reading import text_of

ASKED = {
    "niva": "3",
    "manad": "2026-03",
    "fran": "2026-03-01",
    "till": "2026-06-30",
    "dagar": "5",
    "timmar": "7",
    "franvaro": "2",
    "plan": "y",
    "slut": "none",
}


@pytest.fixture
def market(session: Session) -> Market:
    return build_market(placements=0, prices=(*PRICES, RESULT_FEE))


@pytest.fixture
def visitor(market: Market, client_for: ClientFor) -> Client:
    return client_for(None)


def path_of(market: Market) -> str:
    return f"/valfrihetssystem/underlag/{market.terms_id}/rakna"


def test_an_answer_is_a_link_that_everybody_can_follow(market: Market, visitor: Client) -> None:
    page = text_of(visitor.get(f"/valfrihetssystem/underlag/{market.terms_id}"))
    assert "Vad ger en deltagares månad?" in page
    answer = text_of(visitor.get(path_of(market), query_string=ASKED))
    assert "Mars 2026: 22 240,00 kr" in answer
    assert "Dagersättning, nivå 3, heldag 20 närvarodagar 20 dagar 987,00 kr 19 740,00 kr" in answer
    assert "Startersättning Aktivitetsplanen blev överenskommen 2026-03-01" in answer
    bonus = text_of(visitor.get(path_of(market), query_string=ASKED | {"resultat": "6"}))
    assert "Mars 2026: 32 240,00 kr" in bonus
    assert "Resultatersättning Arbete eller studier sedan 2025-09-30, styrkt 2026-03-31" in bonus
    with travelling(date(2026, 3, 10)):
        assert "Mars 2026: 24 214,00 kr" in text_of(visitor.get(path_of(market)))


def test_what_cannot_be_used_is_said_and_kept(market: Market, visitor: Client) -> None:
    for wrong, told in (
        ({"dagar": "9"}, "Dagar i veckan:"),
        ({"timmar": "sju"}, "Skriv timmar som 7,5 eller 7:30."),
        ({"fran": "2026-13-01"}, "Placeringens första dag:"),
        ({"manad": "1999-01"}, "Månad att räkna:"),
        ({"niva": "77"}, "Stödnivå:"),
        ({"resultat": "0"}, "Månader med arbete eller studier:"),
        ({"franvaro": "30"}, "Månaden har 22 planerade dagar"),
    ):
        answer = visitor.get(path_of(market), query_string=ASKED | wrong)
        assert answer.status_code == 422
        assert told in text_of(answer)
        assert 'value="2026-06-30"' in answer.get_data(as_text=True)
    half = visitor.get(path_of(market), query_string={"dagar": "3"})
    assert half.status_code == 422


def test_a_draft_is_counted_by_its_officer_alone(
    market: Market, visitor: Client, client_for: ClientFor, session: Session
) -> None:
    with acting_as(market.system), transaction():
        authority = session.get_one(Organisation, market.authority_id)
        officer = make_actor("Ursula Upphandlare", authority, Role.PROCUREMENT_OFFICER)
        system_id = session.get_one(TermsVersion, market.terms_id).system_id
    with acting_as(officer), transaction():
        draft_id = procurement.draft_terms(
            system_id,
            contract_text_sv="",
            rules=TermsRules(),
            requirements=[RequirementDraft("Är ett socialt företag", Proof.DECLARATION)],
            prices=[PriceDraft(Component.HOURLY_RATE, amount_ore=100_00)],
        ).id
    path = f"/valfrihetssystem/underlag/{draft_id}/rakna"
    asked = {name: value for name, value in ASKED.items() if name != "niva"}
    answer = text_of(client_for(officer).get(path, query_string=asked))
    assert "Mars 2026: 14 000,00 kr" in answer
    assert "Månader med arbete" not in answer, "the list pays nothing for it"
    for other in (visitor, client_for(market.manager), client_for(market.outsiders[Role.CONTROLLER])):
        assert other.get(path).status_code == 404
