"""Log control: every answer that shows a participant is kept, and the controller goes through what is kept."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM, travelling
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from placements.access.queries import participant_actor
from placements.access_log import queries
from placements.access_log.models import Look
from placements.access_log.rules import LookWay
from tests.support.clients import ClientFor
from tests.support.looks import looked
from tests.support.own_page import let_in
from tests.support.placement_market import TODAY, Market, granted, register
from tests.support.statements import statements_of
from tests.web.reading import posted, text_of


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def looks(market: Market) -> list[Look]:
    with acting_as(system_actor(market.north_id)):
        return list(db.session.scalars(select(Look).order_by(Look.id)))


def test_a_list_keeps_everyone_it_shows(market: Market, client_for: ClientFor) -> None:
    first, second = register(market), register(market, 2)
    assert client_for(market.officer).get("/deltagare/").status_code == 200
    kept = looks(market)
    assert [look.participant_id for look in kept] == [first, second]
    one = kept[0]
    assert (one.page, one.way, one.among, one.is_own, one.has_number) == (
        "participants.index",
        LookWay.PAGE,
        2,
        True,
        False,
    )
    assert (one.user_name, one.organisation_name, one.role) == (
        "Hanna Handläggare",
        "Haninge arbetscenter",
        Role.CASE_OFFICER,
    )


def test_the_number_and_the_paper_are_told_apart(market: Market, client_for: ClientFor) -> None:
    participant_id, grant_id = granted(market)
    client = client_for(market.coordinator)
    client.post(f"/deltagare/{participant_id}/visa-uppgifter")
    client.get(f"/deltagare/beviljanden/{grant_id}/beslut.pdf")
    number, paper = looks(market)
    assert (number.has_number, number.way, number.is_own) == (True, LookWay.PAGE, False)
    assert (paper.has_number, paper.way) == (False, LookWay.PAPER)


def test_an_answer_that_shows_nobody_keeps_nothing(market: Market, client_for: ClientFor) -> None:
    participant_id = register(market)
    assert client_for(market.other_unit_officer).get(f"/deltagare/{participant_id}").status_code == 404
    client_for(market.controller).get("/")
    found = client_for(market.officer).post("/deltagare/hitta", data={"text": "Maja"})
    assert found.status_code == 302
    assert looks(market) == []


def test_without_a_kept_look_there_is_no_answer(
    market: Market, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    participant_id = register(market)
    client = client_for(market.officer)

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("placements.access_log.services.keep_looks", fail)
    with pytest.raises(OSError):  # outside tests: the page for errors
        client.get(f"/deltagare/{participant_id}")


def test_the_controller_finds_looks_by_whom_and_by_what_tells_of_them(
    market: Market, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = register(market)
    hidden = register(market, 2, is_protected=True)
    looked(market.officer, [first])
    looked(market.colleague, [first, hidden], "participants.index")
    with travelling(datetime(2026, 3, 1, 22, 30, tzinfo=STOCKHOLM)):  # the Sunday before
        looked(market.coordinator, [first])
    client = client_for(market.controller)
    everything = text_of(client.get("/loggkontroll/"))
    assert "4 visningar" in everything
    assert "Maja" not in everything
    for query, count in (
        (f"deltagare=D{hidden:06d}", 1),
        ("deltagare=okänd", 0),
        ("vem=kim", 2),
        ("tecken=anothers", 2),
        ("tecken=protected", 1),
        ("tecken=off_hours", 1),
        ("tecken=number", 0),
        ("tecken=many", 0),
        ("oppnade=y", 2),
        ("fran=2026-03-02", 3),
        ("till=2026-03-01", 1),
        ("till=9999-12-31", 4),
    ):
        said = text_of(client.get(f"/loggkontroll/?{query}"))
        assert ("passar filtret" if count == 0 else f"{count} visning") in said, query
    file = client.get("/loggkontroll/logg.csv?tecken=protected").get_data(as_text=True)
    assert file.count("\r\n") == 2
    assert "Skyddade personuppgifter, En kollegas deltagare" in file
    monkeypatch.setattr(queries, "MOST_EXPORTED", 3)
    assert "Välj en kortare period" in text_of(client.get("/loggkontroll/logg.csv"))


def test_many_opened_in_a_day_is_a_sign(
    market: Market, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MANY_A_DAY", 2)
    people = [register(market, number) for number in (1, 2, 3)]
    for one in people:
        looked(market.officer, [one])
    looked(market.colleague, people, "participants.index")  # a list is no opening
    said = text_of(client_for(market.controller).get("/loggkontroll/?tecken=many"))
    assert "3 visningar" in said
    assert "Kim Kollega" not in said


def test_a_sample_is_drawn_gone_through_and_stays(
    market: Market, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(market.officer, [register(market)])
    client = client_for(market.controller)
    assert "Att gå igenom" in posted(client, "/loggkontroll/?vem=hanna", size="5")
    assert "stickprovet ur loggen: 1 kvar" in text_of(client.get("/"))
    again = client.post("/loggkontroll/", data={"size": "5"})
    assert "Det finns inget att dra ur" in text_of(again)
    with monkeypatch.context() as at_once:
        at_once.setattr(queries, "undrawn", lambda *_: [looks(market)[0].id])
        assert "drogs redan" in text_of(client.post("/loggkontroll/", data={"size": "5"}))
    path = f"/loggkontroll/stickprov/{looks(market)[0].id}"
    untold = client.post(path, data={"outcome": "unjustified"})
    assert "Skriv vad som framkom" in text_of(untold)
    assert "kontrollen? Välj vad" in text_of(client.post(path))
    found = {"outcome": "unjustified", "note_sv": "Säger sig ha sett fel."}
    assert "Obehörig" in posted(client, path, **found)
    assert client.post(path, data=found).status_code == 422
    assert "Säger sig ha sett fel." in text_of(client.get(path))
    assert "stickprovet" not in text_of(client.get("/"))


def test_the_log_asks_as_much_however_much_there_is(market: Market, client_for: ClientFor) -> None:
    people = [register(market, number) for number in range(1, 6)]
    client = client_for(market.controller)
    looked(market.officer, people[:1])
    few = statements_of(lambda: client.get("/loggkontroll/"))
    looked(market.officer, people)
    assert len(statements_of(lambda: client.get("/loggkontroll/"))) == len(few)


def test_the_participant_sees_in_which_role_and_no_employees_name(
    market: Market, client_for: ClientFor
) -> None:
    participant_id = register(market)
    looked(market.officer, [participant_id])
    looked(market.officer, [participant_id])
    her = let_in(client_for, market, participant_actor(participant_id))
    said = text_of(her.get("/min-sida/vem-har-sett"))
    assert "2026-03-02 HandläggareHaninge arbetscenter 2" in said
    assert "Hanna" not in said
