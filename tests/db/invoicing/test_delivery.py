"""A sent invoice on its way to the buyer: once, whatever the access point answers, and a paper that stays."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from invoicing.delivery import access_points, jobs, queries, services
from invoicing.delivery.models import Delivery, InvoicePaper
from invoicing.delivery.rules import DeliveryState
from invoicing.invoices.models import Invoice
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, NotFound
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import acting_as, system_actor
from tests.support.access_point import MockAccessPoint, mock_access_point
from tests.support.invoicing_market import APRIL_FIRST, Market, build_market, sent_invoice

MORNING = datetime(2026, 4, 1, 6, tzinfo=UTC)


@pytest.fixture
def market(session: Session) -> Market:
    with travelling(APRIL_FIRST):
        return build_market()


@pytest.fixture
def invoice_id(market: Market) -> int:
    with travelling(MORNING):
        return sent_invoice(market)


@pytest.fixture
def mock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MockAccessPoint]:
    with mock_access_point() as mock:
        monkeypatch.setitem(app.config, "ACCESS_POINT_URL", mock.url)
        yield mock


def do_jobs(market: Market, at: datetime = MORNING) -> None:
    """What the schedule, the relay and the worker do at a time."""
    with travelling(at):
        jobs.dispatch_due()
        with acting_as(system_actor()):
            waiting = select(Outbox.id, Outbox.topic).where(
                Outbox.processed_at.is_(None),
                Outbox.topic.in_(["invoice.sent", "invoice.deliver"]),
                Outbox.enterprise_id == market.enterprise_id,
            )
            found = db.session.execute(waiting.order_by(Outbox.id)).all()
        for outbox_id, _ in found:
            jobs.hand_over(outbox_id)


def delivery(market: Market, invoice_id: int, *names: str) -> tuple[Any, ...]:
    with acting_as(market.controller):
        found = queries.delivery_of(invoice_id)
        assert found is not None
        db.session.refresh(found)
        return tuple(getattr(found, name) for name in names)


def test_is_handed_over_once_with_its_hash_as_key(
    market: Market, invoice_id: int, mock: MockAccessPoint
) -> None:
    do_jobs(market)
    with acting_as(market.system), transaction():
        emit("invoice.deliver", enterprise_id=market.enterprise_id, invoice_id=invoice_id)
    do_jobs(market)
    with acting_as(market.manager):
        invoice = db.session.get_one(Invoice, invoice_id)
        assert mock.documents == {invoice.sha256: invoice.xml.encode()}
        receipt = f"R-{invoice.sha256[:8]}"
    assert len(mock.asked) == 1
    assert delivery(market, invoice_id, "state", "receipt", "delivered_at", "attempts", "problem_sv") == (
        DeliveryState.DELIVERED,
        receipt,
        MORNING,
        1,
        "",
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("500", "fel (500)"),
        ("503", "fel (503)"),
        ("429", "fel (429)"),
        ("hang up", "svarade inte"),
        ("hang", "svarade inte"),
        ("nonsense", "utan kvitto"),
    ],
)
def test_what_may_pass_is_tried_again_later_and_arrives_once(
    market: Market,
    invoice_id: int,
    mock: MockAccessPoint,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    words: str,
) -> None:
    monkeypatch.setattr(access_points, "_TIMEOUT_SECONDS", 0.2 if answer == "hang" else 5)
    mock.answers = [answer]
    do_jobs(market)
    assert delivery(market, invoice_id, "state", "next_attempt_at") == (
        DeliveryState.WAITING,
        MORNING + timedelta(minutes=5),
    )
    assert words in delivery(market, invoice_id, "problem_sv")[0]
    do_jobs(market, MORNING + timedelta(minutes=4))
    assert len(mock.asked) == 1
    do_jobs(market, MORNING + timedelta(minutes=6))
    assert delivery(market, invoice_id, "state", "attempts") == (DeliveryState.DELIVERED, 2)
    assert len(mock.documents) == 1


def test_nobody_there_is_given_up_after_some_days_and_tried_again_when_asked(
    market: Market, invoice_id: int, mock: MockAccessPoint, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "ACCESS_POINT_URL", "http://127.0.0.1:1/")
    at = MORNING
    while delivery_state(market, invoice_id, at) is DeliveryState.WAITING:
        (at,) = delivery(market, invoice_id, "next_attempt_at")
    assert delivery(market, invoice_id, "state", "attempts") == (DeliveryState.FAILED, 7)
    assert timedelta(days=3) < at - MORNING < timedelta(days=5)
    with acting_as(market.manager):
        (item,) = queries.waiting(market.manager)
        assert item.text_sv == "Faktura 1 kunde inte lämnas till Samordningsförbundet Åsen"
    monkeypatch.setitem(app.config, "ACCESS_POINT_URL", mock.url)
    with travelling(at), acting_as(market.manager), transaction():
        services.retry(invoice_id)
    do_jobs(market, at)
    assert delivery(market, invoice_id, "state", "attempts") == (DeliveryState.DELIVERED, 1)
    with acting_as(market.manager):
        assert queries.waiting(market.manager) == []


def delivery_state(market: Market, invoice_id: int, at: datetime) -> DeliveryState:
    do_jobs(market, at)
    (state,) = delivery(market, invoice_id, "state")
    assert isinstance(state, DeliveryState)
    return state


def test_a_refusal_is_for_good_and_says_why(market: Market, invoice_id: int, mock: MockAccessPoint) -> None:
    mock.answers = ["422"]
    do_jobs(market)
    do_jobs(market, MORNING + timedelta(days=9))
    assert len(mock.asked) == 1
    assert delivery(market, invoice_id, "state", "problem_sv") == (
        DeliveryState.FAILED,
        "Accesspunkten avvisade fakturan (422): mottagaren finns inte",
    )


def test_killed_between_the_receipt_and_the_commit_it_arrives_once(
    market: Market, invoice_id: int, mock: MockAccessPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        real = access_points.HttpAccessPoint.hand_over

        def killed(self: access_points.HttpAccessPoint, invoice: access_points.EInvoice) -> str:
            real(self, invoice)
            raise KeyboardInterrupt

        patched.setattr(access_points.HttpAccessPoint, "hand_over", killed)
        do_jobs(market)
    with acting_as(market.controller):
        assert queries.delivery_of(invoice_id) is None
    do_jobs(market)
    assert len(mock.asked) == 2
    assert len(mock.documents) == 1
    assert delivery(market, invoice_id, "state") == (DeliveryState.DELIVERED,)


def test_a_folder_takes_it_whole_and_by_one_name(
    market: Market, invoice_id: int, app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "e fakturor"
    monkeypatch.setitem(app.config, "ACCESS_POINT_URL", folder.as_uri())
    do_jobs(market)
    with acting_as(market.manager):
        invoice = db.session.get_one(Invoice, invoice_id)
        name = f"7696123459-1-{invoice.sha256[:16]}.xml"
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: invoice.xml.encode()}
    assert delivery(market, invoice_id, "state", "receipt") == (DeliveryState.DELIVERED, name)


def test_a_folder_that_cannot_be_written_in_is_tried_again(
    market: Market, invoice_id: int, app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fil").write_text("")
    monkeypatch.setitem(app.config, "ACCESS_POINT_URL", (tmp_path / "fil").as_uri())
    do_jobs(market)
    assert delivery(market, invoice_id, "state") == (DeliveryState.WAITING,)


def test_without_an_access_point_nothing_is_handed_over(market: Market, invoice_id: int) -> None:
    do_jobs(market)
    with acting_as(market.manager):
        assert queries.delivery_of(invoice_id) is None


def test_user_and_password_are_sent_and_kept_out_of_the_address() -> None:
    assert access_points.access_point("https://ada:l%C3%B6sen@ap.example:8443/in") == (
        access_points.HttpAccessPoint("https://ap.example:8443/in", "Basic YWRhOmzDtnNlbg==")
    )


def test_what_is_delivered_stays_so_and_is_not_tried_again(
    market: Market, invoice_id: int, mock: MockAccessPoint
) -> None:
    do_jobs(market)
    with acting_as(market.manager), pytest.raises(Conflict, match="redan lämnad"), transaction():
        services.retry(invoice_id)
    for actor in (market.manager, market.system):
        with (
            acting_as(actor),
            pytest.raises(IntegrityError, match="frozen_delivery"),
            db.session.begin_nested(),
        ):
            db.session.execute(text("UPDATE delivery SET receipt = 'x'"))


def test_only_the_supplier_tries_again_and_only_the_parties_see_it(
    market: Market, invoice_id: int, mock: MockAccessPoint
) -> None:
    mock.answers = ["400"]
    do_jobs(market)
    for actor in (*market.outsiders.values(), market.actors[Role.SUPERVISOR], market.actors[Role.STRATEGIST]):
        with acting_as(actor):
            assert db.session.scalars(select(Delivery)).all() == []
            assert db.session.scalars(select(InvoicePaper)).all() == []
            with pytest.raises(NotFound), transaction():
                services.retry(invoice_id)
    with acting_as(market.controller), pytest.raises(NotFound), transaction():
        services.retry(invoice_id)


def test_the_paper_is_kept_with_its_hash_and_never_changes(market: Market, invoice_id: int) -> None:
    for _ in range(2):
        with acting_as(market.system), transaction():
            services.keep_paper(invoice_id)
    for actor in (market.manager, market.controller):
        with acting_as(actor):
            paper = queries.paper_of(invoice_id)
            assert paper is not None
            assert paper.pdf.startswith(b"%PDF-")
            assert paper.sha256 == hashlib.sha256(paper.pdf).hexdigest()
    for statement in ("UPDATE invoice_paper SET pdf = 'x'", "DELETE FROM invoice_paper"):
        with (
            acting_as(market.system),
            pytest.raises(DBAPIError, match="permission"),
            db.session.begin_nested(),
        ):
            db.session.execute(text(statement))
    with acting_as(market.system), pytest.raises(IntegrityError, match="hash"), db.session.begin_nested():
        db.session.execute(text("UPDATE invoice SET sha256_html = 'x'"))
