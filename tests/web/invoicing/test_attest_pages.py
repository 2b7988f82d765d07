"""The buyer's and the supplier's pages about a sent invoice, the inbox, limits and payments."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy import select

from invoicing.attest import services
from invoicing.attest.rules import SaidOfLine
from invoicing.payments.models import Payment
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_actor
from tests.support.clients import Client, ClientFor
from tests.support.invoicing_market import Market, sent_invoice
from tests.support.statements import statements_of
from tests.web.reading import posted, text_of


@pytest.fixture
def page(market: Market) -> str:
    """The address of March's invoice, sent."""
    return f"/fakturor/{sent_invoice(market)}"


@pytest.fixture
def attester(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.attester)


def test_one_examines_against_the_days_and_another_attests(
    market: Market, page: str, controller: Client, attester: Client
) -> None:
    shown = text_of(controller.get(f"{page}/granska"))
    assert f"Placering P{market.placement_ids[0]:06d}: 7 435,00 kr" in shown
    assert "2026-03-02 7 tim 7 tim" in shown
    assert "Hemlig" not in shown
    assert "ingen attesträtt. Asta Attestant kan attestera" not in shown
    done = posted(controller, f"{page}/granska")
    assert "Fakturan är sakgranskad." in done
    assert (
        "Attestera går inte nu. Du har sakgranskat fakturan, så någon annan attesterar. Asta Attestant kan"
        in done
    )
    refused = controller.post(f"{page}/attestera")
    assert refused.status_code == 409
    assert "Asta Attestant kan attestera." in text_of(refused)
    assert "Fakturan är attesterad." in posted(attester, f"{page}/attestera")
    assert "Utbetalningen är registrerad." in posted(attester, f"{page}/utbetald")


def test_lines_are_disputed_answered_and_credited(
    page: str, controller: Client, attester: Client, manager: Client
) -> None:
    assert "Rad 2" not in text_of(controller.get(f"{page}/bestrid"))
    nothing = controller.post(f"{page}/bestrid", data={})
    assert nothing.status_code == 422
    unsaid = controller.post(f"{page}/bestrid", data={"reason_1": "Fel", "amount_2": "1 000"})
    assert unsaid.status_code == 422
    assert "Skriv också varför." in text_of(unsaid)
    assert "1 000" in unsaid.get_data(as_text=True), "what was typed is kept"
    wrong = {"reason_2": "Fel antal <dagar>", "quantity_2": "4,5", "amount_2": "4 441,50"}
    assert "Fakturan är bestridd" in posted(controller, f"{page}/bestrid", **wrong)
    shown = text_of(manager.get(page))
    assert "Fel antal <dagar>. Rätt antal: 4,5 dagar. Rätt belopp: 4 441,50 kr." in shown
    assert "Leverantören svarar senast 2026-04-17." in shown
    assert manager.post(f"{page}/sta-fast", data={"reason": " "}).status_code == 422
    assert "Svaret är skickat" in posted(manager, f"{page}/sta-fast", reason="Fem dagar är rätt.")
    assert "Leverantören står fast Fem dagar är rätt." in text_of(controller.get(page))
    posted(controller, f"{page}/bestrid", **wrong)
    assert "Bestridandet är tillbakataget." in posted(attester, f"{page}/ta-tillbaka")
    credited = posted(manager, f"{page}/kreditera", reason="Fel antal dagar")
    assert "Krediterad av kreditfaktura 2 Gör mars 2026 på nytt" in credited
    assert "Krediterad av kreditfaktura 2" in text_of(controller.get(page))


def test_a_reminder_is_sent_when_it_may(
    market: Market, page: str, manager: Client, client_for: ClientFor
) -> None:
    assert "Påminn går inte nu. Fakturan förfaller 2026-05-01." in text_of(manager.get(page))
    assert manager.post(f"{page}/paminn").status_code == 409
    with travelling(date(2026, 5, 4)):
        assert "Påminnelsen är skickad." in posted(client_for(market.manager), f"{page}/paminn")


def test_the_inbox_is_filtered_sorted_and_given_as_a_file(
    market: Market, page: str, client_for: ClientFor
) -> None:
    with travelling(date(2026, 5, 4)):
        controller, attester = client_for(market.controller), client_for(market.attester)
        shown = text_of(controller.get("/fakturor/inkorg?forfallna=ja"))
        assert "Växthuset & Co, faktura 1 1 mars 2026 2026-04-01 2026-05-01" in shown
        assert "Sakgranskning 12 370,00 kr" in shown
        mine = f"/fakturor/inkorg?leverantor={market.enterprise_id}&sortera=-summa"
        assert "Växthuset" in text_of(controller.get(mine))
        assert "Ingen faktura passar" in text_of(controller.get("/fakturor/inkorg?vantar=attest"))
        posted(controller, f"{page}/granska")
        file = attester.get("/fakturor/inkorg/lista.csv?vantar=attest").get_data().decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(file), delimiter=";")
        assert (row["Väntar på"], row["Sakgranskad av"]) == ("Attest", market.controller.user_name)
        with acting_as(market.attester), transaction():
            services.dispute_invoice(int(page.rsplit("/", 1)[1]), [SaidOfLine(1, "Fel")])
        assert "Leverantörens svar" in text_of(controller.get("/fakturor/inkorg"))


def test_the_inbox_asks_as_much_for_many_as_for_one(market: Market, page: str, controller: Client) -> None:
    controller.get("/fakturor/inkorg")
    assert len(statements_of(lambda: controller.get("/fakturor/inkorg"))) <= 10


def test_the_procurement_officer_sets_limits_and_controllers_read_them(
    market: Market, controller: Client, client_for: ClientFor
) -> None:
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, market.authority_id)
        ulla = make_actor("Ulla Upphandlare", authority, Role.PROCUREMENT_OFFICER)
    officer = client_for(ulla)
    field = f"limit_{market.controller.membership_id}"
    for wrong in ("-5", "0", "mycket"):
        assert officer.post("/fakturor/attestgranser", data={field: wrong}).status_code == 422
    kept = {field: "20 000", f"limit_{market.attester.membership_id}": "100 000"}
    assert "högst 20 000,00 kr" in posted(officer, "/fakturor/attestgranser", **kept)
    shown = text_of(controller.get("/fakturor/attestgranser"))
    assert "Asta Attestant 100 000,00 kr" in shown
    assert "20 000,00 kr" in shown
    assert controller.post("/fakturor/attestgranser", data={field: "1"}).status_code == 422


def bank_file(*lines: str) -> dict[str, tuple[io.BytesIO, str]]:
    content = "\n".join(["Betalnings-id;Datum;OCR;Belopp", *lines]).encode()
    return {"file": (io.BytesIO(content), "bank.csv")}


def test_the_bank_file_is_read_in_and_mended(
    market: Market, page: str, manager: Client, attester: Client
) -> None:
    with acting_as(market.controller), transaction():
        services.examine_invoice(int(page.rsplit("/", 1)[1]))
    posted(attester, f"{page}/attestera")
    assert "Inga inbetalningar än" in text_of(manager.get("/fakturor/inbetalningar"))
    path = "/fakturor/inbetalningar/las-in"
    assert manager.post(path, data={}).status_code == 422
    wrong = manager.post(path, data=bank_file("A1;igår;0000018;1,00"))
    assert wrong.status_code == 422
    assert "Rad 2: datumet" in text_of(wrong)
    sent = manager.post(path, data=bank_file("A1;2026-04-01;0000018;370,00", "A2;2026-04-01;0000026;9,00"))
    listed = text_of(manager.get(sent.location))
    assert "Ingen faktura är betald. 2 inbetalningar att reda ut." in listed
    assert "För lite" in listed
    rows = csv.DictReader(
        io.StringIO(manager.get("/fakturor/inbetalningar/lista.csv").get_data().decode("utf-8-sig")),
        delimiter=";",
    )
    ids = {row["Betalnings-id"]: row["Att reda ut"] for row in rows}
    assert ids == {"A1": "För lite", "A2": "Okänt OCR-nummer"}
    with acting_as(market.manager):
        found = {one.bank_id: one.id for one in db.session.scalars(select(Payment))}
    first = f"/fakturor/inbetalningar/{found['A1']}"
    assert "12 370,00 kr återstår" in text_of(manager.get(first))
    assert "Inbetalningen är utredd." in posted(manager, first, invoice_id=page.rsplit("/", 1)[1], note="")
    second = f"/fakturor/inbetalningar/{found['A2']}"
    assert manager.post(second, data={"invoice_id": "", "note": ""}).status_code == 422
    assert "Inget att reda ut" in posted(manager, second, invoice_id="", note="Gäller något annat")
    assert "Gäller något annat" in text_of(manager.get(second))
    assert "Fakturan är registrerad som betald." in posted(manager, f"{page}/betald", paid_on="2026-04-01")


def test_the_payments_ask_as_much_for_many_as_for_one(market: Market, page: str, manager: Client) -> None:
    def questions() -> int:
        return len(statements_of(lambda: manager.get("/fakturor/inbetalningar")))

    manager.post("/fakturor/inbetalningar/las-in", data=bank_file("A1;2026-04-01;0000026;9,00"))
    few = questions()
    more = [f"A{number};2026-04-01;0000018;{number},00" for number in range(2, 9)]
    manager.post("/fakturor/inbetalningar/las-in", data=bank_file(*more))
    with acting_as(market.manager), transaction():
        for payment in db.session.scalars(select(Payment)):
            payment.invoice_id = int(page.rsplit("/", 1)[1])
    assert questions() == few
