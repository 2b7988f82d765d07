"""What of suppliers is everyone's, and that it is that and nothing more: to nobody, to an outsider, to a neighbour."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as
from tests.isolation.conftest import Rollback
from tests.world import ROLES, World

COLUMNS = {
    "public_supplier": {
        "system_id",
        "enterprise_id",
        "name",
        "orgnr",
        "about_sv",
        "contact_email",
        "phone",
        "street",
        "postcode",
        "city",
        "is_suspended",
        "starts_on",
        "ends_on",
    },
    "public_turn": {
        "system_id",
        "contract_id",
        "enterprise_id",
        "name",
        "starts_on",
        "ends_on",
        "is_suspended",
        "last_turn",
    },
    "public_site": {
        "id",
        "enterprise_id",
        "name",
        "street",
        "postcode",
        "city",
        "kommun_code",
        "accessibility_sv",
        "accessibility",
    },
}
"""A column more is a decision: write here why it is everyone's, or leave it out of the view."""


def outsiders(world: World) -> Iterator[Actor]:
    yield ANONYMOUS
    for role in ROLES:
        yield world.actor(role, "outside")


def read(statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.session.execute(text(statement))]


def test_the_views_have_the_public_columns_only(owner: Connection) -> None:
    for view, columns in COLUMNS.items():
        found = owner.execute(text(f"SELECT * FROM {view} LIMIT 0"))
        assert set(found.keys()) == columns


def test_everyone_sees_those_under_contract_and_where_they_work(undone: Rollback, world: World) -> None:
    own, foreign = world.enterprises["own"], world.enterprises["foreign"]
    expected = {
        (world.own["open_system_id"], own),
        (world.foreign["open_system_id"], foreign),
        (world.foreign["open_system_id"], own),
    }
    for actor in outsiders(world):
        with undone(), acting_as(actor):
            assert set(read("SELECT system_id, enterprise_id FROM public_supplier")) == expected
            assert set(read("SELECT enterprise_id FROM public_site")) == {(own,), (foreign,)}


def test_an_outsider_still_sees_no_profile_contract_application_or_site(
    undone: Rollback, world: World
) -> None:
    for actor in outsiders(world):
        others = f"enterprise_id <> {actor.enterprise_id or 0}"
        with undone(), acting_as(actor):
            for secret in (
                "SELECT buyer_reference FROM contract",
                "SELECT decision_sv FROM application",
            ):
                assert read(f"{secret} WHERE {others}") == [], secret
            edition = "SELECT e.text_sha256 FROM contract_edition e JOIN contract c ON c.id = e.contract_id"
            assert read(f"{edition} WHERE c.{others}") == []
            if actor.authority_id is None:  # a buyer reads the profile and sites of whom it may contract
                assert read(f"SELECT bankgiro FROM enterprise_profile WHERE {others}") == []
                assert read(f"SELECT id FROM site WHERE {others}") == []


@pytest.mark.parametrize("column", ["bankgiro", "buyer_reference", "enterprise_signed_by", "has_f_tax"])
def test_what_is_not_public_is_not_in_the_view(undone: Rollback, world: World, column: str) -> None:
    with pytest.raises(DBAPIError, match="does not exist"), undone(), acting_as(ANONYMOUS):
        read(f"SELECT {column} FROM public_supplier")


def test_unsigned_and_ended_contracts_publish_nothing(undone: Rollback, world: World) -> None:
    """E2 has one contract. When it rests it is told, and when it awaits a signature it is not."""
    officer, enterprise_id = (
        world.actor(Role.PROCUREMENT_OFFICER, "foreign"),
        world.enterprises["foreign"],
    )
    for state, seen in (("suspended", [(True,)]), ("awaiting_signature", [])):
        with undone():
            with acting_as(officer):
                db.session.execute(
                    text("UPDATE contract SET state = :state WHERE id = :id"),
                    {"state": state, "id": world.foreign["contract_id"]},
                )
            with acting_as(ANONYMOUS):
                where = f"WHERE enterprise_id = {enterprise_id}"
                assert read(f"SELECT is_suspended FROM public_supplier {where}") == seen
                assert bool(read(f"SELECT id FROM public_site {where}")) == bool(seen)


def test_of_the_use_of_seats_only_what_is_retired_is_public(undone: Rollback, world: World) -> None:
    for actor in (ANONYMOUS, world.actor(Role.SUPPLIER_MANAGER, "outside")):
        with undone(), acting_as(actor):
            assert set(read("SELECT DISTINCT kind FROM seat_use")) <= {("retired",)}


@pytest.mark.parametrize("view", sorted(COLUMNS))
def test_nobody_writes_through_a_view(undone: Rollback, world: World, view: str) -> None:
    for statement in (f"UPDATE {view} SET name = 'annat'", f"DELETE FROM {view}"):
        refused = pytest.raises(DBAPIError, match=r"permission denied|cannot (update|delete)")
        with refused, undone(), acting_as(world.actor(Role.SUPPLIER_MANAGER)):
            db.session.execute(text(statement))
