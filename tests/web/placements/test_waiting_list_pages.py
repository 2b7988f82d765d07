"""Pages of the waiting list: joining from a search, the line, a freed seat's yes and no."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from lxml import html

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.booking.services import cancel_placement
from placements.choice.services import open_round
from placements.waiting_list.rules import EntryState, OfferState
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market, granted, requested
from tests.support.statements import statements_of
from tests.support.waiting import entry, offered_to, offers, waits, work


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def round_id(market: Market) -> int:
    _, grant_id = granted(market, 1)
    with acting_as(market.officer), transaction():
        return open_round(grant_id).id


@pytest.fixture
def offer_id(market: Market) -> int:
    taken = requested(market, 90, place_id=market.growing_id)
    waits(market, 2), waits(market, 3)
    work()
    with acting_as(market.officer), transaction():
        cancel_placement(taken)
    work()
    return int(offers(market)[0].id)


def _join(client: Client, address: str) -> tuple[str, dict[str, list[str]]]:
    """The button's form on a search's page: its address and fields."""
    page = html.fromstring(client.get(address).text)
    (form,) = page.xpath("//form[contains(@action, '/vantelista/valomgang/')]")
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return form.action, fields


def test_a_search_without_hits_leads_to_the_line(
    market: Market, client_for: ClientFor, round_id: int
) -> None:
    client = client_for(market.officer)
    action, fields = _join(client, f"/sok/?valomgang={round_id}&yrke=7531&anpassning=quiet")
    assert "sedd" not in fields
    answer = client.post(action, data=fields)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "Deltagaren står nu i väntelistan" in page
    assert "Sömmerska" in page
    assert "tyst miljö" in page
    assert "Maja Öberg1" in client.get("/vantelista/").text
    again = client.post(action, data=fields)
    assert "redan i väntelistan för samma sökning" in client.get(again.location).text


def test_what_a_search_shows_is_remembered_as_seen(
    market: Market, client_for: ClientFor, round_id: int
) -> None:
    client = client_for(market.officer)
    action, fields = _join(client, f"/sok/?valomgang={round_id}&yrke=6112")
    assert fields["sedd"] == [str(market.growing_id)]
    entry_id = int(client.post(action, data=fields).location.rsplit("/", 1)[1])
    work()
    assert entry(entry_id, market).seen_place_ids == [market.growing_id]
    assert offers(market) == []


_DAYS = '"start_by": "2026-03-20", "until": "2026-06-01"'


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nonsens",
        "[]",
        "{}",
        '{"start_by": 1, "until": null}',
        "null",
        f'{{{_DAYS}, "text": 5}}',
        f'{{{_DAYS}, "hours_per_week": "mycket"}}',
    ],
)
def test_a_search_that_cannot_be_read_is_told(
    market: Market, client_for: ClientFor, round_id: int, typed: str
) -> None:
    client = client_for(market.officer)
    answer = client.post(f"/vantelista/valomgang/{round_id}", data={"sokning": typed, "sedd": "x"})
    assert "Sökningen gick inte att läsa" in client.get(answer.location).text


def test_what_the_grant_says_is_not_the_forms_to_say(
    market: Market, client_for: ClientFor, round_id: int
) -> None:
    client = client_for(market.officer)
    data = {"sokning": f'{{{_DAYS}, "support_level": "9", "system_id": 77}}', "sedd": "99999999999"}
    entry_id = int(client.post(f"/vantelista/valomgang/{round_id}", data=data).location.rsplit("/", 1)[1])
    found = entry(entry_id, market)
    with acting_as(market.officer):
        grant = found.grant
        asked = (
            found.criteria["support_level"],
            found.criteria["system_id"],
            found.criteria["days_per_week"],
        )
        assert asked == (grant.support_level, grant.system_id, grant.days_per_week)
    assert found.seen_place_ids == []


def test_yes_asks_for_the_place(market: Market, client_for: ClientFor, offer_id: int) -> None:
    client = client_for(market.officer)
    assert "Odla grönsaker har blivit ledig och hålls för Maja Öberg2" in client.get("/").text
    address = f"/vantelista/erbjudande/{offer_id}"
    page = client.get(address).text
    assert "Platsen hålls till och med 2026-03-04" in page.replace("\u2011", "-")
    wrong = client.post(f"{address}/ja", data={"first_day": "2026-09-30"})
    assert wrong.status_code == 422
    assert 'value="2026-09-30"' in wrong.text
    assert "Platsen hålls från" in wrong.text
    empty = client.post(f"{address}/ja", data={"first_day": ""})
    assert empty.status_code == 422
    done = client.post(f"{address}/ja", data={"first_day": "2026-03-04"})
    assert done.status_code == 302
    assert "Platsen är begärd" in client.get(done.location).text
    late = client.post(f"{address}/nej", data={"reason": "participant"})
    assert late.status_code == 409 or "redan besvarat" in late.text


def test_no_goes_to_the_next(market: Market, client_for: ClientFor, offer_id: int) -> None:
    client = client_for(market.officer)
    address = f"/vantelista/erbjudande/{offer_id}"
    assert "Välj ett skäl" in client.post(f"{address}/nej", data={}).text
    done = client.post(f"{address}/nej", data={"reason": "participant"})
    page = client.get(done.location).text
    assert "Deltagaren vill inte ha platsen" in page
    work()
    assert len(offered_to(market)) == 1
    page = client.get(done.location).text
    assert "När en plats gick till någon senare" in page
    assert "Deltagaren hade redan erbjudits platsen" in page


def test_a_late_answer_is_told(market: Market, client_for: ClientFor, offer_id: int) -> None:
    with travelling(date(2026, 3, 5)):
        client = client_for(market.officer)
        page = client.get(f"/vantelista/erbjudande/{offer_id}").text
        assert "Svarstiden gick ut" in page
        assert "Ja, begär platsen" not in page
        answer = client.post(f"/vantelista/erbjudande/{offer_id}/ja", data={"first_day": "2026-03-09"})
        assert answer.status_code in {409, 422}
        assert "hålls inte längre" in answer.text
    assert offers(market)[0].state is OfferState.OPEN


def test_leaving_is_asked_first(market: Market, client_for: ClientFor, offer_id: int) -> None:
    client = client_for(market.officer)
    entry_id = offers(market)[0].entry_id
    address = f"/vantelista/{entry_id}/lamna"
    assert "plats i ordningen går förlorad" in client.get(address).text
    assert client.post(address).status_code == 302
    assert entry(entry_id, market).state is EntryState.ENDED
    assert "redan avslutad" in client.get(address).text
    assert "Handläggaren lämnade väntelistan" in client.get("/vantelista/?lage=avslutad").text


def test_who_reads_what(market: Market, client_for: ClientFor, offer_id: int) -> None:
    entry_id = offers(market)[0].entry_id
    pages = [f"/vantelista/{entry_id}", f"/vantelista/erbjudande/{offer_id}"]
    coordinator = client_for(market.coordinator)
    for address in pages:
        page = coordinator.get(address)
        assert page.status_code == 200
        assert "begär platsen</button>" not in page.text
    for stranger in market.outsiders():
        client = client_for(stranger)
        for address in pages:
            assert client.get(address).status_code in {403, 404}
        listed = client.get("/vantelista/")
        assert listed.status_code == 403 or "Maja" not in listed.text


def test_the_list_costs_the_same_however_long(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.officer)
    waits(market, 1)
    client.get("/vantelista/")
    few = len(statements_of(lambda: client.get("/vantelista/")))
    for number in range(2, 9):
        waits(market, number, ssyks=["7531", "6112"], kommun_codes=["0136"])
    page: list[str] = []
    many = len(statements_of(lambda: page.append(client.get("/vantelista/").text)))
    assert page[0].count("Maja Öberg") == 8
    assert many == few


def test_the_line_moves_with_the_days(market: Market, client_for: ClientFor, offer_id: int) -> None:
    with travelling(TODAY + timedelta(days=1)):
        page = client_for(market.officer).get("/vantelista/").text
        assert "Svara senast" in page
        assert "Andra myndigheters deltagare kan också stå före" in page
