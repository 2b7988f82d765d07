"""The chain of an authority's events and its checks are read by the authority's own controller."""

from sqlalchemy import func, select

from marketplace.accounts.rules import Role
from marketplace.audit_chain.jobs import check, seal
from marketplace.audit_chain.models import AuditCheck, AuditLink, EventWithoutNote
from marketplace.audit_chain.services import take_notes
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.support.clients import ClientFor
from tests.world import ROLES, Side, World

_TABLES = (AuditLink, AuditCheck, EventWithoutNote)


def test_links_and_checks_are_the_controllers_own(undone: Rollback, world: World) -> None:
    sides: tuple[Side, ...] = ("own", "foreign", "outside")
    with undone():
        seal()
        with acting_as(system_actor(world.authorities["own"])):
            assert take_notes(db.session.scalars(select(func.unnest(AuditLink.event_ids))).all())
        check()
        for side in sides:
            for role in ROLES:
                with acting_as(world.actor(role, side)):
                    seen = [db.session.scalar(select(func.count()).select_from(one)) for one in _TABLES]
                    whose = set(db.session.scalars(select(AuditCheck.authority_id)))
                sees = role is Role.CONTROLLER and side != "outside"
                assert seen == ([1, 1, 0] if sees else [0, 0, 0]), (role, side)
                assert whose == ({world.authorities[side]} if sees else set())


def test_the_page_tells_whether_a_letter_still_holds(
    undone: Rollback, world: World, client_for: ClientFor
) -> None:
    with undone():
        client = client_for(world.actor(Role.CONTROLLER))
        assert "Inget är förseglat än" in client.get("/handelselogg").text
        seal()
        check()
        with acting_as(world.actor(Role.CONTROLLER)):
            head = db.session.scalars(select(AuditLink.hash)).one()
        assert "Stämmer" in client.get("/handelselogg").text
        assert "har samma fingeravtryck" in client.get(f"/handelselogg?lank=1&avtryck={head}").text
        for other in (f"lank=2&avtryck={head}", f"lank=1&avtryck={'0' * 64}"):
            assert "har inte samma fingeravtryck" in client.get(f"/handelselogg?{other}").text
