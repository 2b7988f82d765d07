"""Reports: the year tables as each reader may see them, the months of hours, and letters about them."""

import csv
import io
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from indicators.reports.services import compute_reports, tell_of_reports
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.letters.models import Letter
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import address_letter
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import HANINGE, HUDDINGE, make_actor
from tests.support.clients import Client, ClientFor
from tests.support.indicator_story import NOW
from tests.support.placement_market import Market
from tests.support.statements import statements_of
from tests.support.training import attended, running
from tests.web.reading import posted, text_of

IN_JUNE = date(2026, 6, 3)


def whole_coordinator(market: Market) -> Actor:
    with acting_as(system_actor()), transaction():
        north = db.session.get_one(Organisation, market.north_id)
        return make_actor("Siri Samordnare", north, Role.COORDINATOR, HANINGE, HUDDINGE)


def lines_of(client: Client, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(path).data.decode("utf-8-sig")), delimiter=";"))


def test_who_sees_no_persons_is_told_no_small_number(indicator_market: Market, client_for: ClientFor) -> None:
    strategist = client_for(indicator_market.strategist)
    shown = text_of(strategist.get("/rapporter/ar?ar=2026"))
    assert "dolt (för få)" in shown
    assert "Uppföljning Finsam 2026" in shown
    assert "0,00 kr" in shown
    for name in ("insatser", "alla-ar", "finsam"):
        for row in lines_of(strategist, f"/rapporter/ar/{name}.csv?ar=2026")[1:]:
            numbers = [cell for cell in row[1:] if cell.isdigit()]
            assert all(int(number) >= 5 for number in (numbers[:-1] if name == "finsam" else numbers))
        assert strategist.get(f"/rapporter/ar/{name}.xlsx").status_code == 200
    assert len(statements_of(lambda: strategist.get("/rapporter/ar?ar=2026"))) <= 12


def test_whoever_sees_everyone_is_told_everything(indicator_market: Market, client_for: ClientFor) -> None:
    whole = client_for(whole_coordinator(indicator_market))
    rows = lines_of(whole, "/rapporter/ar/insatser.csv?ar=2026")
    assert rows[0][:3] == ["Insats", "Kön", "Deltagare under året"]
    by_sex = {row[1]: int(row[2]) for row in rows[1:5]}
    assert by_sex["alla"] == sum(number for sex, number in by_sex.items() if sex != "alla")
    assert by_sex["kvinnor"] > 5
    assert "Du ser alla deltagare" in text_of(whole.get("/rapporter/ar"))
    some = client_for(indicator_market.coordinator)
    assert "dolt (för få)" in text_of(some.get("/rapporter/ar?ar=2026"))


def test_whoever_sees_persons_comes_to_those_behind_the_numbers(
    indicator_market: Market, client_for: ClientFor
) -> None:
    whole = client_for(whole_coordinator(indicator_market))
    some = client_for(indicator_market.coordinator)
    assert "Se deltagarna bakom talen" in text_of(whole.get("/rapporter/ar?ar=2026"))
    everyone = int(lines_of(whole, "/rapporter/ar/insatser.csv?ar=2026")[4][2])
    assert f" {everyone} deltagare" in text_of(whole.get("/rapporter/ar/deltagare?ar=2026"))
    seen = text_of(some.get("/rapporter/ar/deltagare?ar=2026"))
    assert "deltagare" in seen
    assert f" {everyone} deltagare" not in seen
    assert "Ingen att visa" in text_of(whole.get("/rapporter/ar/deltagare?ar=-1"))
    strategist = client_for(indicator_market.strategist)
    assert strategist.get("/rapporter/ar/deltagare").status_code == 403
    assert "bakom talen" not in text_of(strategist.get("/rapporter/ar"))
    assert len(statements_of(lambda: whole.get("/rapporter/ar/deltagare?ar=2026"))) <= 8


def test_nothing_counted_is_said_in_words(ready_market: Market, client_for: ClientFor) -> None:
    client = client_for(ready_market.south_coordinator)
    assert "Inga tal att visa än" in text_of(client.get("/rapporter/ar?ar=nonsens"))
    assert len(lines_of(client, "/rapporter/ar/finsam.csv")) == 1
    assert "Ingen månad att skicka än" in text_of(client.get("/rapporter/timmar"))
    assert client.get("/rapporter/timmar/2026-02").status_code == 404
    assert client.get("/rapporter/timmar/nonsens").status_code == 404


def test_a_month_is_fetched_and_then_sent(ready_market: Market, client_for: ClientFor) -> None:
    with travelling(IN_JUNE):
        attended(ready_market, running(ready_market), date(2026, 3, 31))
        whole = client_for(whole_coordinator(ready_market))
        some = client_for(ready_market.coordinator)
        assert "Ni har inte skickat någon månad" in text_of(whole.get("/rapporter/timmar"))
        page = whole.get("/rapporter/timmar/2026-03")
        assert "Hämta och skicka" in text_of(page)
        answer = whole.post("/rapporter/timmar/2026-03/fil")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="timmar-2026-03.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        header, line = answer.data.decode("utf-8-sig").splitlines()
        assert header == "Personnummer;Startdatum;Remitterande organisation;Timmar;Slutdatum"
        assert line.endswith(";2026-03-09;Haninge arbetscenter;4;")
        number = line.partition(";")[0].encode()
        shown = whole.get("/rapporter/timmar/2026-03")
        assert number not in page.data + shown.data
        assert lines_of(whole, "/rapporter/timmar/manader.csv")[1][:2] == ["2026-03", "Skickad"]
        assert len(lines_of(whole, "/rapporter/timmar/2026-03/andrat.csv")) == 1
        assert some.get("/rapporter/timmar/2026-03/andrat.xlsx").status_code == 403
        assert "Hämta filen igen" in text_of(shown)
        assert "1 deltagare. Kontrollsumma" in text_of(shown)
        assert whole.post("/rapporter/timmar/2026-05/fil").status_code == 409
        assert some.post("/rapporter/timmar/2026-03/fil").status_code == 403
        assert "svarar för alla" in text_of(some.get("/rapporter/timmar/2026-03"))
        assert "Timmar för april 2026 ska skickas" in text_of(whole.get("/"))
        assert len(statements_of(lambda: whole.get("/rapporter/timmar"))) <= 8
        assert len(statements_of(lambda: whole.get("/rapporter/timmar/2026-03"))) <= 14


def test_a_subscriber_gets_one_letter_a_month_with_a_link_and_nothing_else(
    indicator_market: Market, client_for: ClientFor, app: Flask
) -> None:
    strategist = client_for(indicator_market.strategist)
    assert "Timmar till ESF" not in text_of(strategist.get("/rapporter"))
    assert "Sluta få brev" in posted(strategist, "/rapporter/prenumerera", report="year")
    assert strategist.post("/rapporter/prenumerera", data={"report": "hours"}).status_code == 403
    assert strategist.post("/rapporter/prenumerera", data={"report": "annan"}).status_code == 422
    authority_id = indicator_market.north_id
    assert tell(authority_id, NOW) == []
    october = date(2026, 10, 5)
    ((letter, outbox),) = tell(authority_id, october)
    assert letter.subject_sv == "Årstabeller och Uppföljning Finsam: september 2026"
    assert (letter.kind, letter.endpoint, letter.arguments) == (LetterKind.SUBSCRIPTION, "reports.year", {})
    assert outbox.payload == {"letter_id": letter.id, "user_id": indicator_market.strategist.user_id}
    assert tell(authority_id, october) == []
    assert "Få brev varje månad" in posted(strategist, "/rapporter/avsluta-prenumeration", report="year")
    assert tell(authority_id, date(2026, 11, 5)) == []


def tell(authority_id: int, day: date) -> list[tuple[Letter, Outbox]]:
    """Letters that the night writes, and to whom."""
    with travelling(day), acting_as(system_actor(authority_id=authority_id)):
        before = set(db.session.scalars(select(Letter.id)))
        with transaction():
            tell_of_reports(authority_id)
        with acting_as(system_actor()):
            letters = [one for one in db.session.scalars(select(Letter)) if one.id not in before]
            sent = {
                row.payload["letter_id"]: row
                for row in db.session.scalars(select(Outbox).where(Outbox.topic == "letter.send"))
            }
            return [(letter, sent[letter.id]) for letter in letters]


@pytest.mark.parametrize("is_hers", [True, False])
def test_a_letter_to_one_goes_to_nobody_else(indicator_market: Market, is_hers: bool) -> None:
    with acting_as(system_actor()), transaction():
        letter = Letter(
            organisation_id=indicator_market.north_id,
            role=Role.STRATEGIST,
            kind=LetterKind.SUBSCRIPTION,
            subject_sv="Rapport",
            text_sv="",
            endpoint="reports.year",
            arguments={},
            created_at=db.func.now(),
        )
        db.session.add(letter)
        db.session.flush()
        who = indicator_market.strategist if is_hers else indicator_market.coordinator
        address_letter(letter.id, who.user_id)
        delivered = db.session.scalars(select(Outbox.payload).where(Outbox.topic == "letter.deliver"))
        to = [row["user_id"] for row in delivered if row["letter_id"] == letter.id]
    assert to == ([who.user_id] if is_hers else [])


def test_a_year_of_few_is_said_in_words(ready_market: Market, client_for: ClientFor) -> None:
    with travelling(IN_JUNE):
        running(ready_market)
        with acting_as(system_actor(authority_id=ready_market.north_id)), transaction():
            compute_reports(ready_market.north_id, [2025, 2026])
        strategist = client_for(ready_market.strategist)
        shown = text_of(strategist.get("/rapporter/ar"))
        assert "Alla tal för 2026 är dolda: det är för få deltagare." in shown
        assert "2025" not in shown
        everyone = text_of(client_for(whole_coordinator(ready_market)).get("/rapporter/ar"))
        assert "Alla insatser kvinnor 1 1 0 0 0" in everyone
