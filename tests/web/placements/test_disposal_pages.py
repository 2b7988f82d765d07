"""A rule, a preview by number, a proposal, another's decision and the protocol."""

from marketplace.clock import travelling
from placements.disposal import jobs
from tests.support.clients import ClientFor
from tests.support.disposing import LATER, case_over, message_of
from tests.support.placement_market import Market
from tests.support.statements import statements_of
from tests.web.reading import made_number, paper_text_of, posted, text_of


def test_from_the_rule_to_the_protocol(ready_market: Market, client_for: ClientFor) -> None:
    market = ready_market
    participant_id, placement_id = case_over(market)
    held_id, _ = case_over(market, 2)
    number = f"D{participant_id:06d}"
    with travelling(LATER):
        coordinator, controller = client_for(market.coordinator), client_for(market.controller)
        assert "Inget beslut än. Vanligt är 2 år." in text_of(controller.get("/gallring/"))
        assert "Det gör ekonomen" in text_of(coordinator.get("/gallring/forslag/person"))
        wrong = controller.post("/gallring/frister/basis", data={"years": "6", "decision_sv": "§ 14"})
        assert wrong.status_code == 422
        assert "mellan 7 och 50" in text_of(wrong)
        none = controller.post("/gallring/frister/basis", data={"years": "0", "decision_sv": "§ 14"})
        assert "mellan 7 och 50" in text_of(none)
        page = posted(controller, "/gallring/frister/person", years="2", decision_sv="Planen 2026, § 14")
        assert "2 deltagare" in page

        hold = f"/deltagare/{held_id}/undantag"
        assert "Undanta från gallring" in text_of(coordinator.get(f"/deltagare/{held_id}"))
        posted(coordinator, hold, reason_sv="Mål 123-26")
        assert "Mål 123-26" in text_of(coordinator.get(hold))

        assert "Att gallra: personakten för 1 deltagare" in text_of(coordinator.get("/"))
        preview = text_of(coordinator.get("/gallring/forslag/person"))
        assert number in preview
        assert f"D{held_id:06d}" not in preview
        assert "Personnummer" in preview
        assert "Maja" not in preview
        disposal_id = made_number(coordinator.post("/gallring/forslag/person"))
        path = f"/gallring/{disposal_id}"
        assert "Att gallra" not in text_of(coordinator.get("/"))
        assert "Ta tillbaka förslaget" in text_of(coordinator.get(path))
        assert coordinator.get(f"{path}/protokoll.pdf").status_code == 404

        assert "Förslag till gallring: personakten" in text_of(controller.get("/"))
        assert "inte att få tillbaka" in text_of(controller.get(f"{path}/besluta"))
        assert controller.post(f"{path}/besluta", data={"diary_number": ""}).status_code == 422
        assert "gallras nu" in posted(controller, f"{path}/besluta", diary_number="2029-17")
        jobs.carry_out(message_of(disposal_id))

        page = text_of(controller.get(path))
        assert "Kontrollsumma" in page
        assert "Personnummer" in page
        paper = paper_text_of(controller.get(f"{path}/protokoll.pdf"))
        for words in (
            "Gallringsprotokoll",
            "2029-17",
            number,
            "Sara Samordnare",
            "Erik Ekonom",
            "(final_report): 1",
        ):
            assert words in paper, words

        # Nobody finds her any more, and nobody's list breaks.
        assert coordinator.get(f"/deltagare/{participant_id}").status_code == 404
        assert posted(coordinator, hold)
        for client in (coordinator, client_for(market.officer), client_for(market.supervisor)):
            for list_path in ("/deltagare/", "/placeringar/", "/gallring/"):
                answer = client.get(list_path)
                assert answer.status_code in {200, 403}, list_path
                assert "Gallrat" not in text_of(answer)
            for one in (f"/placeringar/{placement_id}", f"/placeringar/{placement_id}/plan"):
                assert client.get(one).status_code in {200, 302, 404}, one


def test_declined_and_withdrawn(ready_market: Market, client_for: ClientFor) -> None:
    market = ready_market
    case_over(market)
    with travelling(LATER):
        coordinator, controller = client_for(market.coordinator), client_for(market.controller)
        posted(controller, "/gallring/frister/person", years="2", decision_sv="§ 14")
        few = len(statements_of(lambda: controller.get("/gallring/")))
        first = made_number(coordinator.post("/gallring/forslag/person"))
        assert "Förslaget är avslaget" in posted(controller, f"/gallring/{first}/avsla")
        second = made_number(coordinator.post("/gallring/forslag/person"))
        assert "tillbakataget" in posted(coordinator, f"/gallring/{second}/ta-tillbaka")
        assert len(statements_of(lambda: controller.get("/gallring/"))) == few
        assert controller.post(f"/gallring/{second}/avsla").status_code == 409
        assert controller.get("/gallring/frister/annat").status_code == 404
