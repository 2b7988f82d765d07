"""The last two who invite end each other at once; a case officer leaves as somebody makes her responsible."""

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.colleagues.services import end_membership
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.participants.models import Participant
from tests.factories import make_actor
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import TODAY, Market, build_market, register


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def test_one_who_invites_is_left(database: Database, market: Market) -> None:
    with travelling(TODAY), acting_as(system_actor()), transaction():
        farm = db.session.get_one(Organisation, market.farm_id)
        second = make_actor("Valter", farm, Role.SUPPLIER_MANAGER)
    db.session.remove()
    acts = [
        by(market.manager, lambda: end_membership(second.membership_id or 0, None)),
        by(second, lambda: end_membership(market.manager.membership_id or 0, None)),
    ]
    assert len(refusals(all_at_once(database, acts, on=TODAY))) == 1


def test_nobody_is_left_with_an_officer_who_has_left(database: Database, market: Market) -> None:
    db.session.remove()
    leaver, heir = market.officer, market.colleague
    acts = [
        by(market.coordinator, lambda: end_membership(leaver.membership_id or 0, heir.user_id)),
        *(lambda number=number: register(market, number, by=leaver) for number in range(1, 4)),
    ]
    all_at_once(database, acts, on=TODAY)
    with acting_as(system_actor(market.north_id)):
        responsible = set(db.session.scalars(select(Participant.case_officer_id)))
        assert db.session.get_one(Membership, leaver.membership_id).ended_on == TODAY
    assert responsible <= {heir.user_id}
