"""Log control: every answer that shows a participant is kept, and the controller goes through what is kept."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from placements.access_log.models import Look
from placements.access_log.rules import LookWay
from tests.support.clients import ClientFor
from tests.support.placement_market import TODAY, Market, granted, register


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

    monkeypatch.setattr("placements.access_log.views.keep_looks", fail)
    with pytest.raises(OSError):  # outside tests: the page for errors
        client.get(f"/deltagare/{participant_id}")
