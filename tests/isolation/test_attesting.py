"""Who finds limits, disputes and payments, and who writes them."""

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from invoicing.attest.models import AttestLimit, Dispute, DisputedLine
from invoicing.payments.models import Payment
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import World

READERS: dict[type[Base], frozenset[Role]] = {
    AttestLimit: frozenset({Role.CONTROLLER, Role.PROCUREMENT_OFFICER}),
    Dispute: frozenset({Role.CONTROLLER, Role.SUPPLIER_MANAGER}),
    DisputedLine: frozenset({Role.CONTROLLER, Role.SUPPLIER_MANAGER}),
    Payment: frozenset({Role.SUPPLIER_MANAGER}),
}


@pytest.mark.parametrize("model", READERS, ids=lambda model: model.__tablename__)
def test_each_party_finds_its_own_row_and_nobody_else_any(
    undone: Rollback, world: World, model: type[Base]
) -> None:
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            found = db.session.scalar(select(func.count()).select_from(model))
            is_reader = role in READERS[model] and side in {"own", "foreign"}
            assert found == (1 if is_reader else 0), (role, side)
    for nobody in (ANONYMOUS, system_actor()):
        with undone(), acting_as(nobody):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_controller_does_not_raise_her_own_limit(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.CONTROLLER)):
        raised = db.session.execute(update(AttestLimit).values(limit_ore=1))
        assert raised.rowcount == 0  # type: ignore[attr-defined]


def test_a_supplier_makes_no_dispute_and_changes_no_reason(undone: Rollback, world: World) -> None:
    values = {
        "invoice_id": world.own["invoice_id"],
        "made_at": now(),
        "made_by": "",
        "answer_by": today(),
        "answer_sv": "",
        "ended_by": "",
    }
    with undone(), acting_as(world.actor(Role.SUPPLIER_MANAGER)):
        changed = db.session.execute(update(DisputedLine).values(reason_sv="x"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
        with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
            db.session.execute(insert(Dispute).values(values))
