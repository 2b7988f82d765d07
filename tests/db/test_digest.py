"""The day's digest: once, when something waits, in each of a person's roles, and never about whom."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from rq.utils import import_attribute
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import JOBS
from marketplace.accounts.models import Membership, User
from marketplace.accounts.rules import Role
from marketplace.accounts.services import add_membership
from marketplace.clock import today, travelling
from marketplace.db import db, transaction
from marketplace.letters.digest_services import DIGEST_TOPIC
from marketplace.letters.jobs import dispatch_digests
from marketplace.letters.models import Letter, LetterDelivery
from marketplace.letters.rules import KINDS, LetterKind, Way
from marketplace.letters.services import DELIVER_TOPIC, SEND_TOPIC, choose_ways, turn_down, write_letter
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from marketplace.web.work import WaitingItem
from placements.participants.models import Participant
from tests.factories import make_actor, make_authority, make_enterprise, make_member, personal_number
from tests.support.placement_market import TODAY, build_market, granted, requested

REQUEST = WaitingItem(date(2026, 3, 4), "Svara om Hemliga Hedvig", "start.show", {}, "Förfrågningar")
TOPICS = (SEND_TOPIC, DELIVER_TOPIC, DIGEST_TOPIC)


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/post")
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://platstorget.exempel.se/torget")
    return tmp_path / "post"


@dataclass(frozen=True)
class People:
    supervisor: Actor
    officer: Actor
    enterprise_id: int


@pytest.fixture
def people(session: Session) -> People:
    with acting_as(system_actor()):
        enterprise, authority = make_enterprise("Gården & Co"), make_authority("Öst", ["0136"])
        unit = make_member("Haninge arbetscenter", authority.id, ["0136"])
        return People(
            make_actor("Hans Handledare", enterprise, Role.SUPERVISOR),
            make_actor("Hanna Handläggare", unit, Role.CASE_OFFICER),
            enterprise.id,
        )


@pytest.fixture
def waiting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[WaitingItem]:
    """What waits for every supervisor, instead of what the rooms say."""
    items: list[WaitingItem] = []
    sources = [lambda actor: items if actor.role is Role.SUPERVISOR else []]
    monkeypatch.setitem(app.extensions, "platstorget.waiting", sources)
    return items


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with travelling(TODAY):
        yield


def _choose(who: Actor, **ways: Way) -> None:
    with acting_as(who), transaction():
        choose_ways(who.user_id or 0, {LetterKind(kind): way for kind, way in ways.items()})


def _deliver() -> None:
    """Everything of the letters that waits in the outbox, until there is no more."""
    while True:
        with acting_as(system_actor()):
            pending = db.session.execute(
                select(Outbox.id, Outbox.topic).where(Outbox.processed_at.is_(None), Outbox.topic.in_(TOPICS))
            ).all()
        if not pending:
            return
        for outbox_id, topic in pending:
            import_attribute(JOBS[topic][0])(outbox_id)


def _morning(folder: Path) -> dict[str, EmailMessage]:
    """What the morning's run sends, by address. The day's earlier letters are put away first."""
    _deliver()
    for one in folder.glob("*.eml"):
        one.unlink()
    dispatch_digests()
    _deliver()
    return _sent(folder)


def _sent(folder: Path) -> dict[str, EmailMessage]:
    found = [
        email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in folder.glob("*.eml")
    ]
    assert len({letter["To"] for letter in found}) == len(found), "one each"
    return {letter["To"]: letter for letter in found}


def _address(who: Actor) -> str:
    with acting_as(system_actor()):
        return db.session.get_one(User, who.user_id).email


def _text(sent: dict[str, EmailMessage], who: Actor) -> str:
    return str(sent[_address(who)].get_content()).replace("\r", "")


def _write(people: People, kind: LetterKind = LetterKind.VISIT, subject_sv: str = "Ett studiebesök") -> None:
    with acting_as(people.officer), transaction():
        write_letter(
            people.enterprise_id,
            Role.SUPERVISOR,
            kind=kind,
            subject_sv=subject_sv,
            text_sv="Boka.",
            endpoint="visits.index",
        )


def test_it_counts_what_waits_with_links_and_how_late_it_is(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    waiting += [REQUEST, REQUEST]
    with travelling(date(2026, 3, 5)):
        sent = _morning(folder)
    letter = sent[_address(people.supervisor)]
    assert letter["Subject"] == "Platstorget i dag: 2 saker väntar på dig, 2 är försenade"
    text = _text(sent, people.supervisor)
    assert text.startswith("Handledare, Gården & Co\n\nFörfrågningar: 2 (2 försenade)\n")
    assert "https://platstorget.exempel.se/torget/?slag=F%C3%B6rfr%C3%A5gningar" in text
    assert "https://platstorget.exempel.se/torget/installningar" in text
    assert "Hedvig" not in text


def test_nobody_for_whom_nothing_waits_gets_one(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    waiting.append(REQUEST)
    assert list(_morning(folder)) == [_address(people.supervisor)]
    waiting.clear()
    with travelling(date(2026, 3, 3)):
        assert _morning(folder) == {}


def test_it_never_says_whom_it_is_about(folder: Path, session: Session) -> None:
    """Neither by name nor by number, in any role, whatever waits and whatever was written."""
    market = build_market()
    granted(market, 1)
    with acting_as(market.supervisor), transaction():
        choose_ways(market.supervisor.user_id or 0, dict.fromkeys(KINDS, Way.DIGEST))
    requested(market, 2)
    with acting_as(system_actor(market.north_id)):
        names = [word for name in db.session.scalars(select(Participant.name)) for word in name.split()]
    numbers = [personal_number(1), personal_number(2)]
    with travelling(date(2026, 3, 16)):
        sent = _morning(folder)
    assert {_address(one) for one in (market.officer, market.coordinator, market.supervisor)} <= set(sent)
    for letter in sent.values():
        whole = letter["Subject"] + letter.get_content()
        assert not [word for word in [*names, *numbers] if word in whole]
        assert not re.search(r"\d{6}-?\d{4}", whole)


def test_it_comes_once_a_day_whoever_asks_again(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    waiting.append(REQUEST)
    assert _address(people.supervisor) in _morning(folder)
    assert _morning(folder) == {}
    with travelling(date(2026, 3, 3)):
        assert _address(people.supervisor) in _morning(folder)


def test_what_begins_to_wait_later_that_day_is_told_the_next(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    assert _morning(folder) == {}
    waiting.append(REQUEST)
    assert _morning(folder) == {}
    with travelling(date(2026, 3, 3)):
        assert _address(people.supervisor) in _morning(folder)


def test_nobody_is_written_to_on_a_day_of_rest(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    waiting.append(REQUEST)
    for day in (date(2026, 3, 7), date(2026, 4, 3)):  # a Saturday; Good Friday
        with travelling(day):
            assert _morning(folder) == {}


def test_a_letter_is_kept_for_the_digest_and_told_once(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    _choose(people.supervisor, visit=Way.DIGEST)
    _write(people)
    _deliver()
    assert _sent(folder) == {}
    text = _text(_morning(folder), people.supervisor)
    assert (
        "Brev till dig:\n\nEtt studiebesök\nBoka.\nhttps://platstorget.exempel.se/torget/studiebesok" in text
    )
    with travelling(date(2026, 3, 3)):
        assert _morning(folder) == {}


def test_a_letter_alone_makes_a_digest_for_whoever_wants_no_counts(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    _choose(people.supervisor, visit=Way.DIGEST, my_work=Way.NEVER)
    waiting.append(REQUEST)
    _deliver()
    _write(people)
    letter = _morning(folder)[_address(people.supervisor)]
    assert letter["Subject"] == "Platstorget i dag: 1 brev"
    assert "Förfrågningar" not in letter.get_content()


def test_a_kind_that_is_turned_down_is_not_sent_but_others_are(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    _choose(people.supervisor, visit=Way.NEVER)
    _write(people)
    _write(people, LetterKind.PLAN, "En plan")
    _deliver()
    assert [letter["Subject"] for letter in _sent(folder).values()] == ["En plan"]


def test_whoever_turns_a_kind_down_gets_nothing_that_was_kept(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    _choose(people.supervisor, visit=Way.DIGEST)
    _write(people)
    _deliver()
    _choose(people.supervisor, visit=Way.NEVER)
    assert _morning(folder) == {}
    _choose(people.supervisor, visit=Way.DIGEST)
    with travelling(date(2026, 3, 3)):
        assert _morning(folder) == {}, "nor when she changes her mind"


def test_whoever_turns_a_kind_down_before_it_could_be_sent_does_not_get_it(
    app: Flask, folder: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(people)
    up = app.config["MAIL_URL"]
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:1")
    with pytest.raises(OSError, match="refused"):
        _deliver()
    monkeypatch.setitem(app.config, "MAIL_URL", up)
    _choose(people.supervisor, visit=Way.NEVER)
    _deliver()
    assert _sent(folder) == {}


def test_turning_the_digest_down_turns_down_what_was_to_come_in_it(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    _choose(people.supervisor, visit=Way.DIGEST)
    with acting_as(system_actor()), transaction():
        turn_down(people.supervisor.user_id or 0, LetterKind.MY_WORK)
    waiting.append(REQUEST)
    _write(people)
    assert _morning(folder) == {}


def test_somebody_with_two_roles_gets_one_with_a_part_for_each(
    folder: Path, people: People, waiting: list[WaitingItem]
) -> None:
    waiting.append(REQUEST)
    with acting_as(system_actor()), transaction():
        bakery = make_enterprise("Bageriet")
        for enterprise_id in (bakery.id, people.enterprise_id):
            add_membership(people.officer.user_id or 0, enterprise_id, Role.SUPERVISOR)
    with travelling(date(2026, 3, 16)):
        text = _text(_morning(folder), people.officer)
    parts = re.findall(r"^(?:Handläggare|Handledare), .*$", text, re.MULTILINE)
    assert parts == ["Handledare, Bageriet", "Handledare, Gården & Co"]
    assert "/torget/valj-roll?next=/torget/?slag%3DF%25C3%25B6rfr%25C3%25A5gningar" in text


def test_a_role_that_has_ended_has_no_part(folder: Path, people: People, waiting: list[WaitingItem]) -> None:
    waiting.append(REQUEST)
    _choose(people.supervisor, visit=Way.DIGEST)
    _write(people)
    _deliver()
    with acting_as(system_actor()), transaction():
        db.session.get_one(Membership, people.supervisor.membership_id).ended_on = today()
    assert _address(people.supervisor) not in _morning(folder)


def test_a_mail_server_that_is_down_delays_it_and_never_doubles_it(
    app: Flask, folder: Path, people: People, monkeypatch: pytest.MonkeyPatch, waiting: list[WaitingItem]
) -> None:
    _choose(people.supervisor, visit=Way.DIGEST)
    _write(people)
    _deliver()
    up = app.config["MAIL_URL"]
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:1")
    dispatch_digests()
    with pytest.raises(OSError, match="refused"):
        _deliver()
    monkeypatch.setitem(app.config, "MAIL_URL", up)
    _deliver()
    assert list(_sent(folder)) == [_address(people.supervisor)]
    assert _morning(folder) == {}


def test_one_that_could_not_be_sent_in_its_day_gives_way_to_the_next(
    app: Flask, folder: Path, people: People, monkeypatch: pytest.MonkeyPatch, waiting: list[WaitingItem]
) -> None:
    waiting.append(REQUEST)
    _deliver()
    up = app.config["MAIL_URL"]
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:1")
    dispatch_digests()
    monkeypatch.setitem(app.config, "MAIL_URL", up)
    with travelling(date(2026, 3, 3)):
        sent = _morning(folder)
    assert _address(people.supervisor) in sent


def test_without_a_mail_server_nothing_is_asked_for(people: People, waiting: list[WaitingItem]) -> None:
    waiting.append(REQUEST)
    dispatch_digests()
    with acting_as(system_actor()):
        assert db.session.scalars(select(Outbox.id).where(Outbox.topic == DIGEST_TOPIC)).all() == []


def test_a_kind_that_the_role_cannot_choose_is_not_written_to_it(
    people: People, waiting: list[WaitingItem]
) -> None:
    with pytest.raises(ValueError, match="settings page"):
        _write(people, LetterKind.DECISION)
    with acting_as(system_actor()):
        assert db.session.scalars(select(Letter.id)).all() == []
        assert db.session.scalars(select(LetterDelivery.id)).all() == []
