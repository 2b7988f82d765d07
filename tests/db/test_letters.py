"""Letters: written in a transaction, sent after it, once to each who acts."""

import email
import socket
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask
from rq.utils import import_attribute
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import JOBS
from marketplace.accounts.models import Membership, User
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.letters import jobs
from marketplace.letters.models import Letter, LetterDelivery
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import DELIVER_TOPIC, SEND_TOPIC, write_letter
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_actor, make_authority, make_enterprise


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/post")
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://platstorget.exempel.se/torget")
    return tmp_path / "post"


class _Inbox:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def smtp(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Inbox]:
    inbox = _Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{port}")
    yield inbox
    server.stop()


@pytest.fixture
def officer(session: Session) -> Actor:
    with acting_as(system_actor()):
        return make_actor("Ulla Upphandlare", make_authority("Öst", ["0180"]), Role.PROCUREMENT_OFFICER)


@pytest.fixture
def managers(session: Session) -> list[Actor]:
    """Two managers of an enterprise, which has a supervisor too."""
    with acting_as(system_actor()):
        enterprise = make_enterprise("Åsö Väv")
        make_actor("Hans Handledare", enterprise, Role.SUPERVISOR)
        return [make_actor(f"Chef {number}", enterprise, Role.SUPPLIER_MANAGER) for number in (1, 2)]


def _write(officer: Actor, managers: list[Actor]) -> None:
    with acting_as(officer), transaction():
        write_letter(
            managers[0].enterprise_id or 0,
            Role.SUPPLIER_MANAGER,
            kind=LetterKind.SYSTEM,
            subject_sv="Beslut om\ner ansökan",
            text_sv="Myndigheten har beslutat om er ansökan.",
            endpoint="procurement.show",
            system_id=7,
        )


def _pending() -> list[tuple[int, str]]:
    with acting_as(system_actor()):
        rows = db.session.execute(
            select(Outbox.id, Outbox.topic).where(Outbox.processed_at.is_(None)).order_by(Outbox.id)
        )
        return [(row.id, row.topic) for row in rows]


def _run_all() -> None:
    while pending := _pending():
        for outbox_id, topic in pending:
            for job in JOBS[topic]:
                import_attribute(job)(outbox_id)


def _sent() -> int:
    with acting_as(system_actor()):
        return db.session.scalar(select(func.count(LetterDelivery.id))) or 0


def _read(folder: Path) -> list[EmailMessage]:
    files = sorted(folder.glob("*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]


def test_a_letter_reaches_each_who_acts_in_the_role_once(
    folder: Path, officer: Actor, managers: list[Actor]
) -> None:
    _write(officer, managers)
    _run_all()
    letters = _read(folder)
    assert len(letters) == len({letter["To"] for letter in letters}) == 2
    assert {letter["Subject"] for letter in letters} == {"Beslut om er ansökan"}
    text = letters[0].get_content()
    assert "https://platstorget.exempel.se/torget/valfrihetssystem/7" in text
    assert "för Åsö Väv i Platstorget" in text
    assert letters[0]["Content-Language"] == "sv"
    assert _sent() == 2


def test_a_repeated_message_sends_nothing_again(folder: Path, officer: Actor, managers: list[Actor]) -> None:
    _write(officer, managers)
    _run_all()
    for letter in folder.glob("*.eml"):
        letter.unlink()
    with acting_as(system_actor()):
        letter_id = db.session.scalars(select(Letter.id)).one()
        user_id = db.session.scalars(select(LetterDelivery.user_id).limit(1)).one()
        with transaction():
            emit(DELIVER_TOPIC, letter_id=letter_id, user_id=user_id)
    _run_all()
    assert _read(folder) == []


@pytest.mark.parametrize("leaving", ["membership", "account"])
def test_who_has_left_before_it_is_delivered_gets_nothing(
    folder: Path, officer: Actor, managers: list[Actor], leaving: str
) -> None:
    _write(officer, managers)
    ((outbox_id, _),) = _pending()
    jobs.send_letter(outbox_id)
    with acting_as(system_actor()), transaction():
        if leaving == "membership":
            db.session.get_one(Membership, managers[0].membership_id).ended_on = today()
        else:
            db.session.get_one(User, managers[0].user_id).is_active = False
    _run_all()
    (letter,) = _read(folder)
    with acting_as(system_actor()):
        assert letter["To"] == db.session.get_one(User, managers[1].user_id).email
    assert _sent() == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_name_adds_no_headers(folder: Path, session: Session, officer: Actor, end: str) -> None:
    """Neither in the subject, where a writer may put the name of anything, nor in the text."""
    name = f"Åsö Väv{end}Bcc: alla@exempel.se{end}{end}Falsk text"
    with acting_as(system_actor()):
        manager = make_actor("Chef", make_enterprise(name), Role.SUPPLIER_MANAGER)
    with acting_as(officer), transaction():
        write_letter(
            manager.enterprise_id or 0,
            Role.SUPPLIER_MANAGER,
            kind=LetterKind.SYSTEM,
            subject_sv=f"Till {name}",
            text_sv=name,
            endpoint="procurement.index",
        )
    _run_all()
    (letter,) = _read(folder)
    assert letter["Subject"] == "Till Åsö Väv Bcc: alla@exempel.se Falsk text"
    assert letter["Bcc"] is None
    assert letter.get_all("From") == [letter["From"]]


def test_what_is_rolled_back_is_not_sent(officer: Actor, managers: list[Actor]) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(officer), transaction():
        write_letter(
            managers[0].enterprise_id or 0,
            Role.SUPPLIER_MANAGER,
            kind=LetterKind.SYSTEM,
            subject_sv="Hej",
            text_sv="Hej",
            endpoint="procurement.index",
        )
        raise ZeroDivisionError
    assert _pending() == []


def test_through_a_mail_server(smtp: _Inbox, officer: Actor, managers: list[Actor]) -> None:
    _write(officer, managers)
    _run_all()
    assert len(smtp.envelopes) == 2
    content = smtp.envelopes[0].content
    assert isinstance(content, bytes)
    letter = email.message_from_bytes(content, policy=policy.default)
    assert letter["Subject"] == "Beslut om er ansökan"
    assert "ansökan" in letter.get_content()


def test_a_mail_server_that_is_down_leaves_the_message(
    app: Flask, monkeypatch: pytest.MonkeyPatch, officer: Actor, managers: list[Actor]
) -> None:
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:1")
    _write(officer, managers)
    ((outbox_id, topic),) = _pending()
    assert topic == SEND_TOPIC
    jobs.send_letter(outbox_id)
    waiting = _pending()
    with pytest.raises(OSError, match="refused"):
        jobs.deliver_letter(waiting[0][0])
    assert (_pending(), _sent()) == (waiting, 0)


def test_without_a_mail_server_nothing_is_sent_and_nothing_waits(
    officer: Actor, managers: list[Actor]
) -> None:
    _write(officer, managers)
    _run_all()
    assert _sent() == 0


def test_nobody_but_the_system_reads_letters(officer: Actor, managers: list[Actor]) -> None:
    _write(officer, managers)
    for actor in (officer, managers[0]):
        with acting_as(actor):
            assert db.session.scalars(select(Letter.id)).all() == []
