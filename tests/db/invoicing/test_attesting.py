"""A sent invoice between its parties: four eyes, limits, disputes, credit notes and reminders."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from invoicing.attest import jobs, queries, services
from invoicing.attest.models import AttestLimit
from invoicing.attest.rules import DisputeOutcome, SaidOfLine, Waits
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.queries import DayBehind, days_behind
from invoicing.invoices.rules import InvoiceState
from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_actor
from tests.support.invoicing_market import Market, attend, sent_invoice
from tests.support.statements import statements_of
from worker import start_scheduled

DUE, OVERDUE = date(2026, 5, 1), date(2026, 5, 4)
WRONG = SaidOfLine(2, "En dag för mycket", quantity=Decimal(4))


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    return invoicing_market


@pytest.fixture
def invoice_id(market: Market) -> int:
    return sent_invoice(market)


def does(actor: Actor, service: object, *arguments: object) -> None:
    with acting_as(actor), transaction():
        service(*arguments)  # type: ignore[operator]


def state(market: Market, invoice_id: int) -> InvoiceState:
    with acting_as(market.manager):
        return db.session.get_one(Invoice, invoice_id, populate_existing=True).state


def attested(market: Market, invoice_id: int) -> None:
    does(market.controller, services.examine_invoice, invoice_id)
    does(market.attester, services.attest_invoice, invoice_id)


def letters(to: int) -> list[str]:
    with acting_as(system_actor()):
        return list(
            db.session.scalars(
                select(Letter.subject_sv).where(Letter.organisation_id == to).order_by(Letter.id)
            )
        )


def waits(actor: Actor) -> list[tuple[str, date | None]]:
    with acting_as(actor):
        return [(item.text_sv.replace("\u00a0", " "), item.deadline) for item in queries.waiting(actor)]


def test_one_examines_and_another_attests_and_pays(market: Market, invoice_id: int) -> None:
    what = "faktura 1 från Växthuset & Co för mars 2026, 12 370,00 kr"
    assert waits(market.controller) == waits(market.attester) == [(f"Sakgranska {what}", DUE)]
    does(market.attester, services.examine_invoice, invoice_id)
    assert waits(market.attester) == [], "who examined it does not attest it"
    assert waits(market.controller) == [], "she may attest nothing"
    with acting_as(market.attester), pytest.raises(Conflict, match="någon annan attesterar"), transaction():
        services.attest_invoice(invoice_id)
    with acting_as(market.controller), pytest.raises(Conflict, match="ingen attesträtt"), transaction():
        services.attest_invoice(invoice_id)
    does(_officer(market), services.set_limits, {market.controller.membership_id: 12_370_00})
    assert waits(market.controller) == [(f"Attestera {what}", DUE)]
    does(market.controller, services.attest_invoice, invoice_id)
    assert waits(market.controller) == [(f"Betala {what}", DUE)]
    does(market.controller, services.record_payment_sent, invoice_id)
    assert waits(market.controller) == []
    assert state(market, invoice_id) is InvoiceState.ATTESTED
    with acting_as(market.controller):
        told = [(event.action, event.user_name) for event in audit.timeline("invoice", invoice_id)][:3]
    assert told == [
        ("record_payment", market.controller.user_name),
        ("attest", market.controller.user_name),
        ("examine", market.attester.user_name),
    ]


def _officer(market: Market) -> Actor:
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, market.authority_id)
        return make_actor("Ulla Upphandlare", authority, Role.PROCUREMENT_OFFICER)


def test_the_database_holds_four_eyes(market: Market, invoice_id: int) -> None:
    does(market.attester, services.examine_invoice, invoice_id)
    for attester_id in (market.attester.user_id, market.controller.user_id):
        change = text("UPDATE invoice SET attested_by_id = :who, examined_by_id = :examiner WHERE id = :id")
        values = {"who": attester_id, "id": invoice_id}
        examiner = attester_id if attester_id == market.attester.user_id else None
        with (
            acting_as(market.attester),
            pytest.raises(IntegrityError, match="four_eyes"),
            db.session.begin_nested(),
        ):
            db.session.execute(change, values | {"examiner": examiner})


def test_limits_are_set_by_the_procurement_officer_and_kept_in_history(market: Market) -> None:
    own, outsider = market.attester.membership_id, market.outsiders[Role.CONTROLLER].membership_id
    assert own is not None
    assert outsider is not None
    for actor in (market.attester, market.manager):
        with acting_as(actor), pytest.raises(NotAllowed), transaction():
            services.set_limits({own: 1})
    officer = _officer(market)
    with acting_as(officer), pytest.raises(NotFound), transaction():
        services.set_limits({outsider: 1})
    does(officer, services.set_limits, {own: 5_000_00})
    does(officer, services.set_limits, {own: 5_000_00})
    does(officer, services.set_limits, {own: None})
    with acting_as(officer):
        assert db.session.scalars(select(AttestLimit)).all() == []
        events = audit.timeline("attest_limits", market.authority_id)
        assert [event.note_sv.replace("\u00a0", " ") for event in events] == [
            "Asta Attestant: får inte attestera",
            "Asta Attestant: högst 5 000,00 kr",
        ]


def test_lines_are_disputed_with_reasons_and_the_claim_is_kept_in_words(
    market: Market, invoice_id: int
) -> None:
    with acting_as(market.controller), pytest.raises(Invalid, match="minst en rad"), transaction():
        services.dispute_invoice(invoice_id, [])
    with acting_as(market.controller), pytest.raises(Invalid, match="varför"), transaction():
        services.dispute_invoice(invoice_id, [WRONG, SaidOfLine(1, "", amount_ore=0)])
    does(market.controller, services.examine_invoice, invoice_id)
    does(market.controller, services.dispute_invoice, invoice_id, [WRONG])
    assert waits(market.manager) == [
        (
            "Svara Samordningsförbundet Åsen om faktura 1 för mars 2026, som är bestridd",
            date(2026, 4, 17),
        )
    ]
    assert waits(market.controller) == []
    assert letters(market.enterprise_id) == ["Faktura 1 till Samordningsförbundet Åsen är bestridd"]
    with acting_as(market.attester), pytest.raises(Conflict), transaction():
        services.attest_invoice(invoice_id)
    with acting_as(market.manager), pytest.raises(Invalid, match="varför ni står fast"), transaction():
        services.keep_claim(invoice_id, "")
    does(market.manager, services.keep_claim, invoice_id, "Alla fem dagarna är rätt.")
    assert letters(market.authority_id) == ["Faktura 1 från Växthuset & Co har fått svar"]
    with acting_as(market.controller):
        (dispute,) = queries.disputes_of(invoice_id)
        (said,) = dispute.lines
        assert (dispute.outcome, dispute.answer_sv) == (DisputeOutcome.KEPT, "Alla fem dagarna är rätt.")
        assert (said.line.position, said.reason_sv, said.suggested_quantity) == (
            2,
            "En dag för mycket",
            Decimal(4),
        )
        assert db.session.get_one(Invoice, invoice_id).examined_by_id is None, "examined anew"
    does(market.controller, services.dispute_invoice, invoice_id, [WRONG])
    does(market.attester, services.withdraw_dispute, invoice_id)
    attested(market, invoice_id)
    with acting_as(market.controller), pytest.raises(Conflict, match="inte är attesterad"), transaction():
        services.dispute_invoice(invoice_id, [WRONG])


def test_a_credited_invoice_is_taken_back_whole(market: Market, invoice_id: int) -> None:
    does(market.controller, services.dispute_invoice, invoice_id, [WRONG])
    with acting_as(market.manager), pytest.raises(Invalid, match="krediteras"), transaction():
        services.credit_invoice(invoice_id, "")
    with acting_as(market.manager), transaction():
        note_id = services.credit_invoice(invoice_id, "En dag för mycket").id
    with acting_as(market.controller):
        invoice, note = (
            db.session.get_one(Invoice, one, populate_existing=True) for one in (invoice_id, note_id)
        )
        assert (invoice.state, note.state) == (InvoiceState.CREDITED, InvoiceState.SETTLED)
        assert (note.number, note.ocr, note.due_on, note.credits_id) == (2, "", None, invoice.id)
        assert (note.payable_ore, note.payable_ore + invoice.payable_ore) == (-12_370_00, 0)
        assert len(note.sha256) == 64
        assert "381" in note.xml
        assert [(one.placement_id, one.quantity, one.amount_ore, one.days) for one in note.lines] == [
            (one.placement_id, -one.quantity, -one.amount_ore, one.days) for one in invoice.lines
        ]
        assert all(line.is_reversed for line in invoice.lines)
        (dispute,) = queries.disputes_of(invoice_id)
        assert dispute.outcome is DisputeOutcome.CREDITED
        assert db.session.scalars(queries.inbox()).all() == []
    assert letters(market.authority_id) == ["Faktura 1 från Växthuset & Co är krediterad"]
    with acting_as(market.manager), pytest.raises(Conflict), transaction():
        services.credit_invoice(invoice_id, "En gång till")


def test_the_month_of_a_credited_invoice_is_invoiced_again(market: Market, invoice_id: int) -> None:
    does(market.manager, services.credit_invoice, invoice_id, "En dag för mycket")
    again = sent_invoice(market)
    with acting_as(market.controller):
        assert db.session.scalar(select(Invoice.payable_ore).where(Invoice.id == again)) == 12_370_00
        assert db.session.scalar(select(func.sum(Invoice.payable_ore))) == 12_370_00
    with acting_as(market.manager), transaction():
        note = services.credit_invoice(again, "En gång till")
        assert note.payable_ore == -12_370_00


def test_what_is_attested_is_corrected_and_not_credited(market: Market, invoice_id: int) -> None:
    attested(market, invoice_id)
    with acting_as(market.manager), pytest.raises(Conflict, match="Rätta närvaron"), transaction():
        services.credit_invoice(invoice_id, "För sent")


def test_overdue_invoices_are_reminded_of_once_a_working_week(market: Market, invoice_id: int) -> None:
    system = system_actor(market.authority_id)
    subjects = partial(letters, market.authority_id)
    with travelling(DUE):
        does(system, services.remind_of_overdue)
        with acting_as(market.manager), pytest.raises(Conflict, match="förfaller 2026-05-01"), transaction():
            services.remind_of(invoice_id)
    assert subjects() == []
    with travelling(OVERDUE):
        does(system, services.remind_of_overdue)
        does(system, services.remind_of_overdue)
        with acting_as(market.manager), pytest.raises(Conflict, match="2026-05-11"), transaction():
            services.remind_of(invoice_id)
    assert subjects() == ["1 faktura har förfallit"]
    with travelling(date(2026, 5, 11)):
        does(market.manager, services.remind_of, invoice_id)
        does(system, services.remind_of_overdue)
    assert subjects()[1:] == ["Faktura 1 från Växthuset & Co har förfallit"]
    does(market.controller, services.dispute_invoice, invoice_id, [WRONG])
    with travelling(date(2026, 6, 1)):
        does(system, services.remind_of_overdue)
        does(system_actor(market.outsiders[Role.CONTROLLER].authority_id), services.remind_of_overdue)
        with acting_as(market.manager), pytest.raises(Conflict), transaction():
            services.remind_of(invoice_id)
    assert len(subjects()) == 2


@pytest.mark.parametrize(("day", "told"), [(date(2026, 5, 10), 0), (date(2026, 5, 11), 1)])
def test_the_schedule_reminds_on_working_days(market: Market, invoice_id: int, day: date, told: int) -> None:
    with travelling(day):
        start_scheduled("invoices.remind")
        with acting_as(system_actor()):
            messages = db.session.scalars(select(Outbox.id).where(Outbox.topic == "invoices.remind")).all()
        for message in messages:
            jobs.remind(message)
    assert len(letters(market.authority_id)) == told


def test_nothing_is_reminded_of_that_is_paid_out(market: Market, invoice_id: int) -> None:
    attested(market, invoice_id)
    does(market.attester, services.record_payment_sent, invoice_id)
    with acting_as(market.attester), pytest.raises(Conflict, match="registrerades 2026-04-01"), transaction():
        services.record_payment_sent(invoice_id)
    with travelling(OVERDUE):
        does(system_actor(market.authority_id), services.remind_of_overdue)
        assert letters(market.authority_id) == []
        does(market.manager, services.remind_of, invoice_id)
    assert len(letters(market.authority_id)) == 1, "the supplier may say that no money has come"


def test_the_inbox_shows_what_is_not_done_with(market: Market, invoice_id: int) -> None:
    def found(**asked: object) -> list[int]:
        with acting_as(market.controller):
            return [one.id for one in db.session.scalars(queries.inbox(**asked))]  # type: ignore[arg-type]

    assert (
        found() == found(waits=Waits.EXAMINATION) == found(enterprise_id=market.enterprise_id) == [invoice_id]
    )
    assert found(waits=Waits.ATTEST) == found(enterprise_id=market.other_enterprise_id) == []
    assert found(is_overdue=True) == []
    with travelling(OVERDUE):
        assert found(is_overdue=True) == [invoice_id]
    attested(market, invoice_id)
    assert found(waits=Waits.PAYMENT) == [invoice_id]
    does(market.attester, services.record_payment_sent, invoice_id)
    assert found() == []
    with acting_as(market.outsiders[Role.CONTROLLER]):
        assert db.session.scalars(queries.inbox()).all() == []
        assert queries.senders() == []


def test_days_behind_the_lines_are_asked_for_together(market: Market) -> None:
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9))
    invoice_id = sent_invoice(market)
    days: dict[int, list[DayBehind]] = {}
    with acting_as(market.controller):
        lines = db.session.scalars(
            select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
        ).all()
        asked = statements_of(lambda: days.update(days_behind(lines)))
        assert len([one for one in asked if "FROM invoice" not in one]) == 2
        assert [[day.day.day for day in days[line.position]] for line in lines] == [
            [],
            [2, 3, 4, 5, 6, 9],
            [2, 3, 4, 5, 6],
        ]
