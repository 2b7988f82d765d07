"""A session is a row: it is seen, ended from elsewhere, and holds no longer than it may, whatever a cookie says."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.jobs import dispatch_night
from marketplace.accounts.models import User, UserSession
from marketplace.clock import now, travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as, system_actor
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market

PAGE, END = "/installningar/inloggningar", "/installningar/inloggningar/avsluta"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def copy_of(client: Client, client_for: ClientFor) -> Client:
    """Another browser with the same cookies."""
    name = client.application.config["SESSION_COOKIE_NAME"]
    copy, cookie = client_for(), client.get_cookie(name)
    assert cookie is not None
    copy.set_cookie(name, cookie.value)
    return copy


def own_rows(market: Market, session: Session) -> list[UserSession]:
    rows = select(UserSession).where(UserSession.user_id == market.officer.user_id).order_by(UserSession.id)
    with acting_as(market.officer):
        return list(session.scalars(rows))


def test_the_page_tells_of_ones_own_sessions(market: Market, session: Session, client_for: ClientFor) -> None:
    client, _ = client_for(market.officer), client_for(market.supervisor)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    other = client_for()
    who = {"membership_id": market.officer.membership_id}
    other.post("/demo/logga-in", data=who, headers={"User-Agent": agent})
    page = client.get(PAGE).text
    assert "Firefox på Linux" in page
    assert page.count("demons knapp") == 2
    assert page.count(">Den här<") == 1
    other_id = own_rows(market, session)[1].id
    assert client.post(END, data={"session_id": other_id}).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert client.post(END, data={"session_id": other_id}).status_code == 404


def test_nobody_ends_anothers_session(market: Market, session: Session, client_for: ClientFor) -> None:
    client, other = client_for(market.officer), client_for(market.supervisor)
    [row] = own_rows(market, session)
    assert other.post(END, data={"session_id": row.id}).status_code == 404
    assert other.post(END).status_code == 302
    assert is_in(client)


def test_all_but_this_one_are_ended_together(market: Market, client_for: ClientFor) -> None:
    client, *others = [client_for(market.officer) for _ in range(3)]
    client.post(END)
    assert [is_in(one) for one in (client, *others)] == [True, False, False]


def test_a_copy_of_the_cookie_opens_nothing_after_signing_out(market: Market, client_for: ClientFor) -> None:
    client = client_for(market.officer)
    copy = copy_of(client, client_for)
    assert is_in(copy)
    client.post("/logga-ut")
    assert not is_in(copy)


def test_signing_in_again_ends_what_was_and_keeps_no_token(
    market: Market, session: Session, client_for: ClientFor
) -> None:
    """Fixation: a cookie that somebody else knows, or has put there, is worth nothing afterwards."""
    client = client_for(market.supervisor)
    known = copy_of(client, client_for)
    with known.session_transaction() as before:
        old = before["token"]
    client.post("/demo/logga-in", data={"membership_id": market.officer.membership_id})
    with client.session_transaction() as after:
        assert after["token"] != old
        token = after["token"]
    assert is_in(client)
    assert not is_in(known)
    [row] = own_rows(market, session)
    assert token not in {row.token_hash, row.browser_sv}


def test_the_time_limits_are_the_rows(market: Market, session: Session, client_for: ClientFor) -> None:
    """A cookie that says nothing of time cannot be kept alive by replaying it."""
    client = client_for(market.officer)
    copy = copy_of(client, client_for)
    began = now()
    for minutes in range(50, 12 * 60, 50):
        with travelling(began + timedelta(minutes=minutes)):
            assert is_in(client)
    with travelling(began + timedelta(minutes=719)):
        assert is_in(copy)
    with travelling(began + timedelta(minutes=721)):
        assert not is_in(copy)
        again = client_for(market.officer)
    with travelling(began + timedelta(minutes=721 + 61)):
        assert not is_in(again)


def test_a_closed_account_and_a_forged_token_open_nothing(
    market: Market, session: Session, client_for: ClientFor
) -> None:
    client, forged = client_for(market.officer), client_for(market.officer)
    with forged.session_transaction() as cookie:
        cookie["token"] = "x" * 43
    assert not is_in(forged)
    with acting_as(system_actor()), transaction():
        session.get_one(User, market.officer.user_id).is_active = False
    assert not is_in(client)


def test_anothers_token_is_not_ones_own(market: Market, client_for: ClientFor) -> None:
    client, other = client_for(market.officer), client_for(market.supervisor)
    with other.session_transaction() as cookie:
        stolen = cookie["token"]
    with client.session_transaction() as cookie:
        cookie["token"] = stolen
    assert not is_in(client)


def test_use_is_noted_once_a_minute(market: Market, session: Session, client_for: ClientFor) -> None:
    client = client_for(market.officer)
    began = now()
    for seconds, seen in ((30, 0), (61, 61), (90, 61), (125, 125)):
        with travelling(began + timedelta(seconds=seconds)):
            client.get("/tillganglighet")
        [row] = own_rows(market, session)
        assert row.seen_at == began + timedelta(seconds=seen)


def test_what_is_long_over_is_forgotten(market: Market, session: Session, client_for: ClientFor) -> None:
    client_for(market.officer)
    for days, left in ((29, 1), (31, 0)):
        with travelling(now() + timedelta(days=days)):
            dispatch_night()
        with acting_as(system_actor()):
            rows = select(func.count()).select_from(UserSession)
            assert session.scalar(rows.where(UserSession.user_id == market.officer.user_id)) == left
