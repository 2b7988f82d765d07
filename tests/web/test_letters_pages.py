"""The settings page, and the link in each letter that turns its kind down."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from marketplace.accounts.models import Membership, User
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, transaction
from marketplace.letters.messages import compose
from marketplace.letters.queries import ways_of
from marketplace.letters.rules import LetterKind, Way
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_actor, make_enterprise
from tests.support.application import Database
from tests.support.at_once import all_at_once
from tests.support.clients import ClientFor


@pytest.fixture
def manager(session: Session) -> Actor:
    with acting_as(system_actor()):
        return make_actor("Vera Verksamhetsledare", make_enterprise("Åsö Väv"), Role.SUPPLIER_MANAGER)


def _ways(who: Actor) -> dict[LetterKind, Way]:
    with acting_as(who):
        return ways_of(who.user_id or 0)


def _link(who: Actor, kind: LetterKind) -> str:
    with acting_as(system_actor()):
        user = db.session.get_one(User, who.user_id)
        letter = compose(user, kind, subject_sv="", body="", written_at=now(), key="1")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/.*)>", letter["List-Unsubscribe"])
    assert found is not None
    return found.group(1)


def test_the_page_has_the_kinds_of_ones_roles_and_says_what_always_comes(
    client_for: ClientFor, manager: Actor
) -> None:
    client = client_for(manager)
    assert 'href="/installningar">Inställningar' in client.get("/").text
    page = client.get("/installningar").text
    assert re.findall(r'<select[^>]* name="(\w+)"', page) == ["my_work", "system", "invoice"]
    assert (
        "Tiden för att ansöka om rättelse börjar när ni har fått beslutet, så det kommer alltid direkt."
        in page
    )
    assert "<dt>Avtal</dt>" in page


def test_whoever_has_no_role_has_no_letters_to_choose_between(client_for: ClientFor, manager: Actor) -> None:
    client = client_for(manager)
    with acting_as(system_actor()), transaction():
        db.session.get_one(Membership, manager.membership_id).ended_on = today()
    assert client.get("/installningar").location == "/valj-roll"


def test_what_is_chosen_is_kept(client_for: ClientFor, manager: Actor) -> None:
    client = client_for(manager)
    answer = client.post("/installningar", data={"my_work": "never", "system": "digest"})
    assert answer.location == "/installningar"
    ways = _ways(manager)
    assert (ways[LetterKind.MY_WORK], ways[LetterKind.SYSTEM]) == (Way.NEVER, Way.DIGEST)
    page = client.get("/installningar").text
    assert "Dina inställningar är sparade." in page
    assert '<option selected value="digest">' in page


@pytest.mark.parametrize("way", ["at_once", "sometimes", ""])
def test_a_way_that_there_is_not_is_refused(client_for: ClientFor, manager: Actor, way: str) -> None:
    """What waits is told in the digest or not at all."""
    answer = client_for(manager).post("/installningar", data={"my_work": way, "system": "never"})
    assert answer.status_code == 422
    assert _ways(manager)[LetterKind.SYSTEM] is Way.AT_ONCE


def test_a_kind_that_must_come_cannot_be_turned_down_by_a_made_up_form(
    client_for: ClientFor, manager: Actor
) -> None:
    client_for(manager).post(
        "/installningar", data={"my_work": "never", "system": "never", "decision": "never"}
    )
    assert _ways(manager)[LetterKind.DECISION] is Way.AT_ONCE


def test_the_link_in_a_letter_asks_and_then_turns_the_kind_down(
    client_for: ClientFor, manager: Actor
) -> None:
    client, link = client_for(), _link(manager, LetterKind.SYSTEM)
    page = client.get(link)
    assert "Sluta få brev: Valfrihetssystem" in page.text
    assert _ways(manager)[LetterKind.SYSTEM] is Way.AT_ONCE, "looking changes nothing"
    assert "Du får inga fler sådana brev." in client.post(link).text
    assert _ways(manager)[LetterKind.SYSTEM] is Way.NEVER


def test_a_letter_that_must_come_has_no_such_link(manager: Actor, app: Flask) -> None:
    with acting_as(system_actor()):
        user = db.session.get_one(User, manager.user_id)
        letter = compose(user, LetterKind.DECISION, subject_sv="", body="", written_at=now(), key="1")
    assert letter["List-Unsubscribe"] is None


def test_the_link_reaches_mail_programs_as_it_is_however_long(
    manager: Actor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        app.config, "PUBLIC_URL", "https://valfrihet.samordningsforbundet-ostra.exempel.se/torget"
    )
    with acting_as(system_actor()):
        user = db.session.get_one(User, manager.user_id)
        letter = compose(
            user, LetterKind.SYSTEM, subject_sv="Å", body=f"{'å' * 990}\n", written_at=now(), key="1"
        )
    lines = letter.as_bytes().split(b"\r\n")
    assert f"List-Unsubscribe: {letter['List-Unsubscribe']}".encode() in lines
    assert max(map(len, lines)) < 200, "and the text, which mail servers may break, is in short lines"


def test_a_link_that_has_been_tampered_with_does_nothing(client_for: ClientFor, manager: Actor) -> None:
    link = _link(manager, LetterKind.SYSTEM)
    for bad in (f"{link}x", "/brev/avsta/hej", "/brev/avsta/WzEsInN5c3RlbSJd.x"):
        assert client_for().post(bad).status_code == 404
    assert _ways(manager)[LetterKind.SYSTEM] is Way.AT_ONCE


def test_a_mail_program_posts_without_a_session_or_a_form_of_ours(database: Database) -> None:
    """With CSRF protection on, as it is outside the tests."""
    app = create_app(database.settings)
    with app.app_context(), acting_as(system_actor()):
        who = make_actor("Hans Handledare", make_enterprise("Väven"), Role.SUPERVISOR)
        db.session.commit()
        link = _link(who, LetterKind.VISIT)
        db.session.remove()
    client = app.test_client()
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post("/installningar", data={}).status_code == 400


def test_a_link_that_is_posted_to_several_times_at_once_turns_the_kind_down(database: Database) -> None:
    with acting_as(system_actor()):
        who = make_actor("Hilda Handledare", make_enterprise("Smedjan"), Role.SUPERVISOR)
        db.session.commit()
    link = _link(who, LetterKind.VISIT)
    db.session.remove()
    answers = all_at_once(database, [lambda: database.app.test_client().post(link).status_code] * 4)
    assert answers == [200] * 4
    assert _ways(who)[LetterKind.VISIT] is Way.NEVER
