"""A new password: with the old one, or by a link that only its owner's mailbox has."""

import email
import re
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts import jobs
from marketplace.accounts.models import PasswordLink, User
from marketplace.accounts.password_rules import check_new_password
from marketplace.accounts.password_services import MOST_LINKS, SEND_TOPIC
from marketplace.accounts.services import create_account
from marketplace.clock import now, travelling
from marketplace.db import transaction
from marketplace.errors import Invalid
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from tests.support.clients import Client, ClientFor
from tests.support.statements import statements_of

OLD, NEW, OWNER = "tre ord som glöms", "fyra andra ord minns", "maria@exempel.se"
CHANGE, FORGOTTEN = "/installningar/losenord", "/glomt-losenord"


@pytest.fixture(autouse=True)
def owner(session: Session, redis: object) -> int:
    with acting_as(system_actor()), transaction():
        return create_account(OWNER, "Maria Lind", OLD).id


@pytest.fixture
def letters(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/post")
    (tmp_path / "post").mkdir()
    return tmp_path / "post"


def sign_in(client: Client, password: str) -> int:
    return client.post("/logga-in", data={"email": OWNER, "password": password}).status_code


def typed(password: str, **more: str) -> dict[str, str]:
    return {"password": password, "password_again": password, **more}


def send(session: Session) -> None:
    with acting_as(system_actor()):
        waiting = select(Outbox.id).where(Outbox.topic == SEND_TOPIC, Outbox.processed_at.is_(None))
        ids = session.scalars(waiting).all()
    for one in ids:
        jobs.send_password_link(one)


def links(letters: Path) -> list[str]:
    bodies = [
        email.message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
        for file in letters.iterdir()
    ]
    return [
        f"/nytt-losenord/{token}" for body in bodies for token in re.findall(r"/nytt-losenord/(\S+)", body)
    ]


def test_a_link_chooses_a_new_password_once_and_signs_out_everywhere(
    session: Session, client_for: ClientFor, letters: Path
) -> None:
    inside, stranger = client_for(), client_for()
    assert sign_in(inside, OLD) == 302
    asked = stranger.post(FORGOTTEN, data={"email": " Maria@Exempel.se "})
    assert "Har adressen ett konto" in asked.text
    send(session)
    [link] = links(letters)
    page = stranger.get(link)
    assert page.headers["Cache-Control"] == "no-store"
    assert stranger.get(link).status_code == 200, "looking uses nothing up"
    weak = stranger.post(link, data=typed("marialind1234"))
    assert "lätt att gissa" in weak.text
    assert stranger.post(link, data=typed(NEW)).status_code == 302
    assert inside.get(CHANGE).status_code == 302
    assert (sign_in(client_for(), OLD), sign_in(client_for(), NEW)) == (422, 302)
    assert stranger.post(link, data=typed(OLD)).status_code == 404
    with acting_as(system_actor()):
        assert not session.scalars(select(PasswordLink)).all()


def test_a_link_lasts_an_hour_and_is_its_letters_alone(
    session: Session, client_for: ClientFor, letters: Path
) -> None:
    client_for().post(FORGOTTEN, data={"email": OWNER})
    send(session)
    [link] = links(letters)
    with acting_as(system_actor()):
        assert str(session.scalars(select(PasswordLink.token_hash)).one()) not in link
        assert "exempel" not in str(session.scalars(select(Outbox.payload)).all())
    for minutes, status in ((59, 200), (61, 404)):
        with travelling(now() + timedelta(minutes=minutes)):
            assert client_for().get(link).status_code == status
    guessed = client_for().get("/nytt-losenord/gissad")
    assert guessed.status_code == 404
    assert f'action="{FORGOTTEN}"' in guessed.text, "there she asks for another"


def test_asking_is_the_same_whether_or_not_there_is_an_account(
    session: Session, client_for: ClientFor, letters: Path
) -> None:
    """The same page and as many statements: nothing to see, and nothing to measure."""
    answers: list[str] = []

    def ask(address: str) -> list[str]:
        client = client_for()
        return statements_of(lambda: answers.append(client.post(FORGOTTEN, data={"email": address}).text))

    assert ask(OWNER) == ask("ingen@exempel.se")
    assert len(set(answers)) == 1
    send(session)
    assert len(links(letters)) == 1


def test_a_mailbox_is_not_filled_and_every_letter_works(
    session: Session, client_for: ClientFor, letters: Path
) -> None:
    for number in range(MOST_LINKS + 2):
        with travelling(now() + timedelta(seconds=number)):
            client_for().post(FORGOTTEN, data={"email": OWNER})
            send(session)
    assert len(links(letters)) == MOST_LINKS
    assert {client_for().get(link).status_code for link in links(letters)} == {200}


def test_a_closed_account_gets_no_link(
    session: Session, client_for: ClientFor, letters: Path, owner: int
) -> None:
    with acting_as(system_actor()), transaction():
        session.get_one(User, owner).is_active = False
    client_for().post(FORGOTTEN, data={"email": OWNER})
    send(session)
    assert not links(letters)


def test_changing_needs_the_old_one_and_ends_other_sessions(client_for: ClientFor) -> None:
    here, elsewhere = client_for(), client_for()
    assert (sign_in(here, OLD), sign_in(elsewhere, OLD)) == (302, 302)
    wrong = here.post(CHANGE, data=typed(NEW, current_password="fel lösenord!"))
    assert wrong.status_code == 422
    assert "stämmer inte" in wrong.text
    unlike = {"current_password": OLD, "password": NEW, "password_again": OLD}
    assert "inte lika" in here.post(CHANGE, data=unlike).text
    assert here.post(CHANGE, data=typed(NEW, current_password=OLD)).status_code == 302
    assert here.get(CHANGE).status_code == 200
    assert elsewhere.get(CHANGE).status_code == 302
    assert sign_in(client_for(), NEW) == 302


@pytest.mark.parametrize(
    "password", ["kort", "password1234", "123456789012", "platstorget12", "marialind1234", "a" * 500]
)
def test_what_others_guess_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_new_password(password, "Maria Lind", OWNER)
    assert refusal.value.field == "password"


@pytest.mark.parametrize("password", [OLD, NEW, "Fg8#kLm2pQ9z", "korrekt häst batteri " * 40])
def test_what_is_long_and_unlikely_will_do(password: str) -> None:
    check_new_password(password, "Maria Lind", OWNER)
