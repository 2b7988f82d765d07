"""Medarbetare in pages: the list, inviting, accepting and ending."""

import email
import re
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.accounts.rules import Role
from marketplace.accounts.services import create_account
from marketplace.clock import today, travelling
from marketplace.colleagues import jobs
from marketplace.colleagues.services import SEND_TOPIC
from marketplace.db import transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_actor
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market, granted
from tests.support.statements import statements_of

PAGE, INVITE = "/medarbetare/", "/medarbetare/bjud-in"
PASSWORD = "tre ord som glöms"
NEW = "ny@exempel.se"


@pytest.fixture
def market(
    ready_market: Market, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Market]:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/post")
    with travelling(TODAY):
        yield ready_market


def invited(client: Client, session: Session, tmp_path: Path, post: str, to: str = NEW) -> str:
    """The address of the link in the letter."""
    answer = client.post(INVITE, data={"email": to, "post": post})
    assert answer.status_code == 302, answer.text
    with acting_as(system_actor()):
        outbox_id = session.scalars(select(Outbox.id).where(Outbox.topic == SEND_TOPIC)).all()[-1]
    jobs.send_invitation(outbox_id)
    [letter] = (tmp_path / "post").iterdir()
    body = email.message_from_bytes(letter.read_bytes(), policy=policy.default).get_content()
    found = re.search(r"/inbjudan/\S+", body)
    assert found
    return found[0]


def test_the_list_has_ones_own_and_what_they_answer_for(market: Market, client_for: ClientFor) -> None:
    granted(market)
    client = client_for(market.coordinator)
    page = client.get(PAGE).text
    assert "Hanna Handläggare" in page
    assert "1 deltagare" in page
    assert "Hugo Handläggare" not in page
    assert "Vera Verksamhetsledare" not in page
    found = client.get(PAGE, query_string={"namn": "KOLLEGA"}).text
    assert "Kim Kollega" in found
    assert "Hanna Handläggare" not in found
    assert "Ingen medarbetare passar" in client.get(PAGE, query_string={"namn": "%"}).text
    of_enterprise = client_for(market.manager).get(PAGE).text
    assert "Hans Handledare" in of_enterprise
    assert "Hanna Handläggare" not in of_enterprise


def test_the_list_asks_no_more_of_many(market: Market, session: Session, client_for: ClientFor) -> None:
    client = client_for(market.coordinator)
    client.get(PAGE)
    few = len(statements_of(lambda: client.get(PAGE)))
    with acting_as(system_actor()), transaction():
        unit = session.get_one(User, market.officer.user_id).memberships[0].organisation
        for number in range(12):
            make_actor(f"Handläggare {number}", unit, Role.CASE_OFFICER)
    assert len(statements_of(lambda: client.get(PAGE))) == few


def test_a_new_colleague_comes_by_a_link(
    market: Market, session: Session, client_for: ClientFor, tmp_path: Path
) -> None:
    inviter = client_for(market.coordinator)
    link = invited(inviter, session, tmp_path, f"{market.unit_id}-case_officer")
    page = inviter.get(PAGE).text
    assert NEW in page
    assert ">Skickad<" in page
    new = client_for()
    shown = new.get(link)
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Haninge arbetscenter" in shown.text
    assert (
        new.post(link, data={"name": "Ny", "password": PASSWORD, "password_again": "annat"}).status_code
        == 422
    )
    typed = {"name": "Nya Handläggaren", "password": PASSWORD, "password_again": PASSWORD}
    assert new.post(link, data=typed).status_code == 302
    assert "Nya Handläggaren" in inviter.get(PAGE).text
    assert client_for().get(link).status_code == 404
    with acting_as(system_actor()):
        assert session.scalars(select(User.name).where(User.email == NEW)).one() == "Nya Handläggaren"


def test_who_has_an_account_signs_in_first(
    market: Market, session: Session, client_for: ClientFor, tmp_path: Path
) -> None:
    with acting_as(system_actor()), transaction():
        create_account(NEW, "Gammal Bekant", PASSWORD)
    link = invited(client_for(market.coordinator), session, tmp_path, f"{market.unit_id}-case_officer")
    somebody, owner = client_for(market.officer), client_for()
    assert "inloggad som någon annan" in somebody.get(link).text
    somebody.post(link)
    assert f"/logga-in?next={link}" in owner.get(link).text
    signed_in = owner.post(
        "/logga-in", query_string={"next": link}, data={"email": NEW, "password": PASSWORD}
    )
    assert signed_in.location == link
    assert owner.post(link).status_code == 302
    assert "Handläggare, Haninge arbetscenter" in owner.get("/installningar/inloggningar").text


def test_what_is_wrong_is_told(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.manager)
    assert "Kommuner" not in client.get(INVITE).text
    for typed, says in (
        ({"email": "inte", "post": f"{market.farm_id}-supervisor"}, "namn@exempel.se"),
        (
            {"email": NEW, "post": f"{market.north_id}-controller"},
            "Välj ett av alternativen",
        ),
    ):
        answer = client.post(INVITE, data=typed)
        assert answer.status_code == 422
        assert says in answer.text


def test_ending_asks_who_takes_over(market: Market, client_for: ClientFor) -> None:
    granted(market)
    client, leaver = client_for(market.coordinator), client_for(market.officer)
    address = f"/medarbetare/{market.officer.membership_id}/avsluta"
    page = client.get(address).text
    assert "1 deltagare" in page
    assert "Kim Kollega" in page
    assert "Olle Annan" not in page
    assert client.post(address).status_code == 422
    assert leaver.get("/deltagare/").status_code == 200
    assert client.post(address, data={"successor": market.colleague.user_id}).status_code == 302
    assert leaver.get("/deltagare/").status_code == 302
    assert "Hanna Handläggare" not in client.get(PAGE).text.split("Arbetar här</h2>")[1]


def test_who_has_left_without_a_successor_is_told_of(
    market: Market, session: Session, client_for: ClientFor
) -> None:
    granted(market)
    with acting_as(system_actor()), transaction():
        session.get_one(User, market.officer.user_id).memberships[0].ended_on = today()
    client = client_for(market.procurement_officer)
    assert "Har slutat, och ingen har tagit över" in client.get(PAGE).text
    address = f"/medarbetare/{market.officer.membership_id}/avsluta"
    client.post(address, data={"successor": market.colleague.user_id})
    assert "ingen har tagit över" not in client.get(PAGE).text
