"""An invoice's paper and its delivery are the two parties': the manager of the one and the controller of the other."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from invoicing.delivery.models import Delivery, InvoicePaper
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.isolation.conftest import Rollback
from tests.world import World

READ = {Role.SUPPLIER_MANAGER, Role.CONTROLLER}


def found(world: World) -> list[bool]:
    invoice_id = world.own["invoice_id"]
    return [db.session.get(model, invoice_id) is not None for model in (Delivery, InvoicePaper)]


def test_who_finds_them(undone: Rollback, world: World) -> None:
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            assert found(world) == 2 * [side == "own" and role in READ], (role, side)
    with undone(), acting_as(ANONYMOUS):
        assert found(world) == [False, False]


def test_who_changes_them(undone: Rollback, world: World) -> None:
    """The supplier asks to try again; nobody but the system says how it went, or takes anything away."""
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            changed = db.session.execute(text("UPDATE delivery SET attempts = 0 RETURNING invoice_id")).all()
            is_supplier = side == "own" and role is Role.SUPPLIER_MANAGER
            assert (world.own["invoice_id"] in {row.invoice_id for row in changed}) == is_supplier
            assert db.session.execute(text("DELETE FROM delivery RETURNING 1")).all() == []
            with pytest.raises(DBAPIError, match="permission denied"), db.session.begin_nested():
                db.session.execute(text("DELETE FROM invoice_paper"))
            with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
                db.session.execute(text("INSERT INTO invoice_paper SELECT 1, ''::bytea, ''"))
    with undone(), acting_as(ANONYMOUS):
        assert db.session.scalars(select(Delivery.invoice_id)).all() == []
