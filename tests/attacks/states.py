"""What the world of every test has not, in the states in which it has other forms: A's and E1's, for the attackers."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

from enterprises.applications import services as applications
from enterprises.applications.models import Application
from enterprises.applications.rules import AnswerDraft, Judgement, JudgementDraft
from enterprises.places import services as places
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import SENT_STATES, InvoiceState
from marketplace.accounts.rules import Role
from marketplace.clock import now, today, travelling
from marketplace.db import db, transaction
from marketplace.identity_provider.models import IdentityProvider
from marketplace.tenancy import acting_as, system_actor
from placements.checkpoints import services as checkpoints
from placements.plan import services as plans
from tests.world import World

_TRIED = (
    InvoiceState.DRAFT,
    InvoiceState.APPROVED,
    InvoiceState.EXAMINED,
    InvoiceState.ATTESTED,
    InvoiceState.DISPUTED,
)


def with_more_states(world: World) -> World:
    """The same, and more that can stand in an address. Commits."""
    more: dict[str, int | str] = {}
    with acting_as(world.actor(Role.SUPERVISOR)), transaction():
        more["draft_plan_id"] = plans.revise_plan(int(world.own["agreed_plan_id"])).id
    with (
        travelling(today() + timedelta(days=60)),
        acting_as(system_actor(world.authorities["own"])),
        transaction(),
    ):
        checkpoint = checkpoints.make_checkpoint(int(world.own["placement_id"]))
        assert checkpoint
        more["own_checkpoint_id"] = checkpoint.id
    more |= _applications(world) | _invoices(world) | _places(world)
    with acting_as(world.actor(Role.COORDINATOR)), transaction():
        db.session.get_one(IdentityProvider, world.authorities["own"]).tried_at = now()
    return replace(world, own={**world.own, **more})


def _applications(world: World) -> dict[str, int]:
    """E1's to B: one that can be handed in, and one that is completed."""
    manager = world.actor(Role.SUPPLIER_MANAGER)

    def answered(application_id: int) -> None:
        rows = db.session.get_one(Application, application_id).answers
        said = AnswerDraft("Vi har handledare.", is_declared=True)
        applications.save_answers(application_id, {one.requirement_id: said for one in rows})

    with acting_as(manager), transaction():
        draft_id = applications.start_application(int(world.foreign["second_system_id"])).id
        asked_id = applications.start_application(int(world.foreign["third_system_id"])).id
        for application_id in (draft_id, asked_id):
            answered(application_id)
        applications.submit_application(asked_id)
    with acting_as(world.actor(Role.PROCUREMENT_OFFICER, "foreign")), transaction():
        application = db.session.get_one(Application, asked_id)
        until = JudgementDraft(Judgement.COMPLETE_BY, "Skriv vem.", today() + timedelta(days=7))
        applications.judge_answers(asked_id, {one.requirement_id: until for one in application.answers})
        applications.request_completion(asked_id, "Komplettera.")
    with acting_as(manager), transaction():
        answered(asked_id)
    return {"draft_application_id": draft_id, "asked_application_id": asked_id}


def _places(world: World) -> dict[str, int]:
    """One where nobody is, and one that rests."""
    made = {}
    with acting_as(world.actor(Role.SUPPLIER_MANAGER)), transaction():
        for name in ("empty", "resting"):
            copied = places.copy_place(
                int(world.own["published_place_id"]),
                site_id=int(world.own["site_id"]),
                name=name,
                seats=1,
                with_pictures=False,
            )
            places.publish_place(copied.id)
            made[f"{name}_place_id"] = copied.id
        places.pause_place(made["resting_place_id"])
    return made


def _invoices(world: World) -> dict[str, int]:
    """One in each state, of a month of its own, past the services."""
    authority_id, enterprise_id = world.authorities["own"], world.enterprises["own"]
    examiner, page = world.actor(Role.COORDINATOR), "<p>Faktura</p>"
    found = {}
    with acting_as(system_actor(authority_id, enterprise_id)), transaction():
        for number, state in enumerate(_TRIED, 1):
            invoice = Invoice(
                contract_id=int(world.own["contract_id"]),
                authority_id=authority_id,
                enterprise_id=enterprise_id,
                month=date(2025, number, 1),
                state=state,
                net_ore=100_00,
                vat_ore=0,
                rounding_ore=0,
                payable_ore=100_00,
                created_at=now(),
            )
            if state in SENT_STATES:
                invoice.number, invoice.issued_on, invoice.due_on = 900 + number, today(), today()
                invoice.xml, invoice.sha256, invoice.html = "<a/>", "a", page
                invoice.sha256_html = hashlib.sha256(page.encode()).hexdigest()
            if state in {InvoiceState.EXAMINED, InvoiceState.ATTESTED}:
                invoice.examined_on, invoice.examined_by_id = today(), examiner.user_id
            db.session.add(invoice)
            db.session.flush()
            found[f"{state}_invoice_id"] = invoice.id
    return found
