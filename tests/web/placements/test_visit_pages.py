"""Study visits by the pages that people use, and the calendar file read back."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import pytest
from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import select

from marketplace.clock import STOCKHOLM, travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from placements.access.services import give_code
from placements.participants.models import Consent
from placements.participants.withdrawal import withdraw_consent
from placements.visits import queries
from placements.visits.models import StudyVisit
from placements.visits.services import cancel_visit
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market
from tests.support.statements import statements_of
from tests.support.visiting import TUESDAY, at, booked, choosing, offered
from tests.web.reading import text_of

OFFER = {
    "first_day": "2026-03-25",
    "clock": "10.30",
    "minutes": "45",
    "most_visitors": "2",
    "meeting_sv": "Vid den röda dörren",
    "weeks": "2",
}


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def _page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status}"
    return text_of(answer)


def _post(client: Client, address: str, data: dict[str, Any] | None = None, status: int = 302) -> Any:
    answer = client.post(address, data=data or {})
    assert answer.status_code == status, f"{address}: {answer.status} {answer.text[:3000]}"
    return answer


def test_from_offer_to_held(market: Market, client_for: ClientFor) -> None:
    supervisor, officer = client_for(market.supervisor), client_for(market.officer)
    assert "Ni erbjuder inga tider" in _page(supervisor, "/studiebesok/tider")
    _post(supervisor, "/studiebesok/erbjud", OFFER | {"place_id": market.sewing_id})
    said = _page(supervisor, "/studiebesok/tider")
    assert "2 tider för studiebesök erbjuds nu." in said
    assert said.count("kl. 10.30–11.15") >= 2, "the same clock on both sides of the change of time"

    _, round_id = choosing(market)
    address = f"/studiebesok/valomgangar/{round_id}"
    offered_there = _page(officer, address)
    assert "onsdag 25 mars kl. 10.30–11.15" in offered_there
    assert "2 av 2 lediga" in offered_there
    with acting_as(market.officer):
        first_id = queries.times_of([market.sewing_id])[market.sewing_id][0].id
    _post(officer, f"{address}/boka", {"visit_time_id": first_id})
    assert "Studiebesöket är bokat: onsdag 25 mars kl. 10.30–11.15." in _page(officer, address)
    twice = _post(officer, f"{address}/boka", {"visit_time_id": first_id}, status=422)
    assert "Tiden är redan bokad" in twice.text
    _post(officer, f"{address}/boka", status=422)
    with acting_as(market.officer):
        (row,) = queries.visits_of_round(round_id)
        visit = f"/studiebesok/{row.visit.id}"

    assert "Maja Öberg1" in _page(supervisor, "/studiebesok/")
    assert "Hans Handledare" not in _page(officer, visit)
    early = _post(supervisor, f"{visit}/blev-av", status=409)
    assert "inte varit än" in early.text
    with travelling(datetime(2026, 3, 25, 12, tzinfo=STOCKHOLM)):
        supervisor = client_for(market.supervisor)
        assert "Blev studiebesöket av? Maja Öberg1" in _page(supervisor, "/")
        _post(supervisor, f"{visit}/blev-inte-av", status=422)
        _post(supervisor, f"{visit}/blev-inte-av", {"reason": "no_show"})
        assert "Deltagaren kom inte" in _page(supervisor, visit)
        _post(supervisor, f"{visit}/blev-av")
        assert "Blev av" in _page(client_for(market.officer), "/studiebesok/?lage=varit")


def test_what_was_typed_stays_beside_what_is_wrong(market: Market, client_for: ClientFor) -> None:
    manager = client_for(market.manager)
    for field, typed, words in (
        ("clock", "tio", "Skriv klockslaget som 10.00."),
        ("clock", "22", "mellan kl. 06.00 och 21.00"),
        ("first_day", "2026-02-27", "Dagen har redan varit."),
        ("first_day", "i morgon", "datum"),
        ("minutes", "5", "15 till 480 minuter"),
        ("most_visitors", "0", "1 till 20"),
        ("weeks", "99", "1 till 12 veckor"),
        ("meeting_sv", "", "Skriv var ni möts."),
        ("place_id", str(market.bakery_place_id), "Välj ett av alternativen"),
    ):
        answer = _post(
            manager, "/studiebesok/erbjud", OFFER | {"place_id": market.sewing_id, field: typed}, 422
        )
        assert words in answer.text, (field, answer.text[:2000])
        if field != "meeting_sv":
            assert "Vid den röda dörren" in answer.text


def test_withdrawing_says_whom_it_touches_first(market: Market, client_for: ClientFor) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    address = f"/studiebesok/tider/{time_id}/dra-tillbaka"
    asked = _page(client_for(market.manager), address)
    assert "Ett bokat studiebesök avbokas" in asked
    assert "Maja" not in asked
    assert "tisdag 3 mars kl. 10.00–11.00: Maja Öberg1, Haninge arbetscenter" in _page(
        client_for(market.supervisor), address
    )
    _post(client_for(market.manager), address)
    officer = client_for(market.officer)
    assert "Leverantören drog tillbaka tiden" in _page(officer, f"/studiebesok/{visit_id}")
    assert "redan tillbakadragen" in _page(client_for(market.manager), address)


def test_a_whole_series_is_withdrawn_at_once_if_asked(market: Market, client_for: ClientFor) -> None:
    times = offered(market, first_day=date(2026, 3, 24), weeks=3)
    offered(market, first_day=date(2026, 3, 24), clock=time(14))
    _, round_id = choosing(market)
    booked(times[2], round_id, market.officer)
    manager = client_for(market.manager)
    asked = _page(manager, f"/studiebesok/tider/{times[1]}/dra-tillbaka")
    assert "Ingen har bokat tiden" in asked
    assert "också 1 senare tid samma veckodag och klockslag, med 1 bokat besök" in asked
    _post(manager, f"/studiebesok/tider/{times[1]}/dra-tillbaka", {"with_later": "y"})
    with acting_as(market.officer):
        left = queries.times_of([market.sewing_id])[market.sewing_id]
        (row,) = queries.visits_of_round(round_id)
    assert [one.starts_at for one in left] == [at(date(2026, 3, 24), 10), at(date(2026, 3, 24), 14)]
    assert row.visit.reason_sv == "Leverantören drog tillbaka tiden"


def test_an_officer_cancels(market: Market, client_for: ClientFor) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    officer = client_for(market.officer)
    assert "blir ledig för andra" in _page(officer, f"/studiebesok/{visit_id}/avboka")
    _post(officer, f"/studiebesok/{visit_id}/avboka")
    again = _page(officer, f"/studiebesok/valomgangar/{round_id}")
    assert "Avbokat" in again
    assert "Boka Sy och laga kläder" in again
    assert "redan avbokat" in _page(officer, f"/studiebesok/{visit_id}/avboka")


def _event(client: Client, visit_id: int) -> tuple[Calendar, Event, str]:
    answer = client.get(f"/studiebesok/{visit_id}.ics")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    calendar = Calendar.from_ical(answer.data)
    (event,) = calendar.walk("VEVENT")
    return calendar, cast(Event, event), answer.text


@pytest.mark.parametrize(
    ("day", "offset"), [(date(2026, 3, 27), 1), (date(2026, 3, 30), 2), (date(2026, 8, 28), 2)]
)
def test_the_calendar_file_reads_back(market: Market, client_for: ClientFor, day: date, offset: int) -> None:
    (time_id,) = offered(market, first_day=day)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    calendar, event, text = _event(client_for(market.officer), visit_id)
    assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "PUBLISH")
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/Stockholm"
    assert {str(one.name) for one in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    assert (start, end - start) == (at(day, 10), timedelta(hours=1))
    assert start.utcoffset() == timedelta(hours=offset)
    assert "DTSTART;TZID=Europe/Stockholm:" in text
    assert event.decoded("DTSTAMP").utcoffset() == timedelta(0)
    assert (event["SEQUENCE"], str(event["STATUS"])) == (0, "CONFIRMED")
    assert str(event["SUMMARY"]) == "Studiebesök: Sy och laga kläder, Gården & Co"
    assert str(event["LOCATION"]) == "Gården, Byvägen 1, 136 40 Byn"
    assert "Vid den röda dörren" in str(event["DESCRIPTION"])
    for name in ("Maja", "Öberg", "Hanna", "D0000"):
        assert name not in text
    assert all(len(line.encode()) <= 75 for line in text.splitlines()), "RFC 5545 folds at 75 octets"

    with acting_as(market.officer), transaction():
        cancel_visit(visit_id)
    after, cancelled, _ = _event(client_for(market.officer), visit_id)
    assert str(after["METHOD"]) == "CANCEL"
    assert (cancelled["SEQUENCE"], str(cancelled["STATUS"])) == (1, "CANCELLED")
    assert cancelled["UID"] == event["UID"]


def test_both_sides_and_the_participant_get_the_calendar_file(
    app: Flask, market: Market, client_for: ClientFor
) -> None:
    (time_id,) = offered(market)
    participant_id, round_id = choosing(market)
    other_id, other_round = choosing(market, 2)
    visit_id = booked(time_id, round_id, market.officer)
    other_visit = booked(time_id, other_round, market.officer)
    with acting_as(market.officer), transaction():
        code = give_code(participant_id)
    me = client_for()
    assert me.post("/min-sida", data={"code": code}).status_code == 302
    for client in (me, client_for(market.coordinator), client_for(market.supervisor)):
        _event(client, visit_id)
    assert me.get(f"/studiebesok/{other_visit}.ics").status_code == 404
    for page in ("", "/avboka", "/blev-inte-av"):
        assert me.get(f"/studiebesok/{visit_id}{page}").status_code == 403
    assert other_id


def test_outsiders_find_nothing(market: Market, client_for: ClientFor) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    addresses = [
        f"/studiebesok/{visit_id}",
        f"/studiebesok/{visit_id}.ics",
        f"/studiebesok/{visit_id}/avboka",
        f"/studiebesok/{visit_id}/blev-inte-av",
        f"/studiebesok/valomgangar/{round_id}",
        f"/studiebesok/tider/{time_id}/dra-tillbaka",
    ]
    for stranger in market.outsiders():
        client = client_for(stranger)
        for address in addresses:
            if stranger is market.manager and address.endswith("dra-tillbaka"):
                continue
            answer = client.get(address)
            assert answer.status_code in {403, 404}, f"{stranger.user_name} {address}: {answer.status}"
        for address in ("/studiebesok/", "/studiebesok/tider", "/"):
            assert "Maja" not in client.get(address).text


def test_the_name_goes_with_the_consent_and_a_week_after(market: Market, client_for: ClientFor) -> None:
    (time_id,) = offered(market)
    participant_id, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    assert "Maja Öberg1" in _page(client_for(market.supervisor), f"/studiebesok/{visit_id}")
    with travelling(TUESDAY + timedelta(days=8)):
        supervisor = client_for(market.supervisor)
        said = _page(supervisor, f"/studiebesok/{visit_id}")
        assert "visas inte längre" in said
        for address in (f"/studiebesok/{visit_id}", "/studiebesok/?lage=markera", "/"):
            assert "Maja" not in _page(supervisor, address)
            assert f"B{visit_id:06d}" in _page(supervisor, address)
    with acting_as(market.officer), transaction():
        _withdraw(participant_id)
    for address in (f"/studiebesok/{visit_id}", "/studiebesok/?lage=avbokade", "/studiebesok/tider"):
        said = _page(client_for(market.supervisor), address)
        assert "Maja" not in said
        assert (f"B{visit_id:06d}" in said) == (address != "/studiebesok/tider"), "it is cancelled"


def _withdraw(participant_id: int) -> None:
    wanted = select(Consent.id).where(Consent.participant_id == participant_id)
    withdraw_consent(db.session.scalars(wanted).one())


def test_lists_ask_as_much_of_the_database_however_long_they_are(
    market: Market, client_for: ClientFor
) -> None:
    (first,) = offered(market, most_visitors=9)
    _, round_id = choosing(market)
    visit_id = booked(first, round_id, market.officer)
    pages = [
        (client_for(market.supervisor), "/studiebesok/"),
        (client_for(market.supervisor), "/studiebesok/tider"),
        (client_for(market.manager), "/studiebesok/tider"),
        (client_for(market.officer), "/studiebesok/"),
        (client_for(market.officer), f"/studiebesok/valomgangar/{round_id}"),
    ]

    def counts() -> list[int]:
        return [len(statements_of(lambda c=c, a=a: c.get(a))) for c, a in pages]  # type: ignore[misc]

    counts()  # what is fetched once and kept
    before = counts()
    later = offered(market, first_day=TUESDAY, clock=time(14), weeks=4)
    offered(market, market.repair_id, clock=time(15), weeks=3)
    for number in range(2, 7):
        _, another = choosing(market, number)
        booked(first, another, market.officer)
        booked(later[number % 4], another, market.officer)
    booked(later[0], round_id, market.officer)
    assert counts() == before
    assert max(before) <= 16, before
    with acting_as(market.officer):
        assert isinstance(queries.visit(visit_id).visit, StudyVisit)
