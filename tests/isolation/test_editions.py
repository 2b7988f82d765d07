"""What a contract's parties agree on is theirs alone, and what an authority checks is the authority's own."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from enterprises.contracts.models import ContractEdition, SupplierCheck
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import AUTHORITY_ROLES, ROLES, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
PARTIES = {Role.SUPPLIER_MANAGER, Role.SUPERVISOR, Role.CASE_OFFICER, *AUTHORITY_ROLES}


def own_editions(world: World) -> int:
    contract = ContractEdition.contract_id == world.own["contract_id"]
    return db.session.scalar(select(func.count()).where(contract)) or 0


def own_checks(world: World) -> int:
    contract = SupplierCheck.contract_id == world.own["contract_id"]
    return db.session.scalar(select(func.count()).where(contract)) or 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_editions_are_the_parties_and_checks_the_officers(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    with undone(), acting_as(world.actor(role, side)):
        assert own_editions(world) == (2 if side == "own" and role in PARTIES else 0)
        assert own_checks(world) == (4 if side == "own" and role is Role.PROCUREMENT_OFFICER else 0)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_sees_none(undone: Rollback, world: World, actor: object) -> None:
    with undone(), acting_as(actor):  # type: ignore[arg-type]
        assert own_editions(world) == own_checks(world) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contract_edition SET authority_signed_at = now() WHERE contract_id = :id",
        "UPDATE supplier_check SET due_on = current_date WHERE contract_id = :id",
        "DELETE FROM supplier_check WHERE contract_id = :id",
    ],
)
@pytest.mark.parametrize(
    "who",
    [(Role.PROCUREMENT_OFFICER, "foreign"), (Role.SUPPLIER_MANAGER, "foreign"), (Role.CONTROLLER, "own")],
)
def test_nobody_else_writes_them(
    undone: Rollback, world: World, who: tuple[Role, Side], statement: str
) -> None:
    with undone(), acting_as(world.actor(*who)):
        done = db.session.execute(text(statement), {"id": world.own["contract_id"]})
        assert done.rowcount == 0  # type: ignore[attr-defined]


def test_a_supplier_offers_no_edition(undone: Rollback, world: World) -> None:
    copied = text(
        "INSERT INTO contract_edition (contract_id, authority_id, enterprise_id, number, state, from_day, reason_sv,"
        " terms_id, vat_category, vat_exemption_reason_sv, buyer_reference, payment_days, is_rounded, text_sha256,"
        " authority_signed_by, enterprise_signed_by, created_at)"
        " SELECT contract_id, authority_id, enterprise_id, 9, 'withdrawn', '2027-01-01', 'Billigare', terms_id,"
        " vat_category, vat_exemption_reason_sv, buyer_reference, payment_days, is_rounded, '', '', '', now()"
        " FROM contract_edition WHERE contract_id = :id LIMIT 1"
    )
    manager = world.actor(Role.SUPPLIER_MANAGER)
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(manager):
        db.session.execute(copied, {"id": world.own["contract_id"]})


def test_whether_there_is_room_is_only_for_the_parties_to_ask(undone: Rollback, world: World) -> None:
    asked = text("SELECT has_room_under(:id, '2026-03-01', '2026-03-31')")
    for side, answer in (("own", True), ("foreign", False), ("outside", False)):
        with undone(), acting_as(world.actor(Role.CASE_OFFICER, side)):  # type: ignore[arg-type]
            assert db.session.scalar(asked, {"id": world.own["contract_id"]}) is answer
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        undone(),
        acting_as(world.actor(Role.CASE_OFFICER)),
    ):
        db.session.scalar(text("SELECT contract_peak(1, '2026-03-01', '2026-03-31', NULL)"))
