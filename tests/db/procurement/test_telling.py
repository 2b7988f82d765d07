"""Whoever applies to a system is told of a new version and of its closing, and of the closing whoever has a contract in
it too: once, and nobody else."""

import pytest
from sqlalchemy import select
from werkzeug.utils import import_string

from app import JOBS
from enterprises.applications import services as applications
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.letters.models import Letter
from marketplace.outbox import FOR_ONE_JOB, Outbox, divide
from marketplace.procurement import services
from marketplace.procurement.queries import system_with_versions
from marketplace.tenancy import acting_as, system_actor
from tests.support import supply
from tests.support.supply import Supply

TOPICS = ("terms.published", "system.closed")


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    """A system that one applies to with a draft, while the other's application is to another system."""
    system_id = supply.open_system(world.officer)
    supply.submitted(world.manager, supply.open_system(world.officer, "Ett annat"))
    with acting_as(world.other_manager), transaction():
        applications.start_application(system_id)
    deliver()
    assert letters() == []  # they have begun with the version that they would be told of
    return system_id


def deliver() -> None:
    """Does what the relay and the worker would, twice: that does no harm."""
    with acting_as(system_actor()), transaction():
        for outbox_id, topic in waiting():
            if topic in TOPICS:
                divide(outbox_id, JOBS[topic])
    with acting_as(system_actor()):
        divided = [(outbox_id, topic.split(FOR_ONE_JOB)) for outbox_id, topic in waiting()]
    for outbox_id, (topic, *jobs) in divided * 2:
        if topic in TOPICS:
            import_string(jobs[0])(outbox_id)


def waiting() -> list[tuple[int, str]]:
    unprocessed = select(Outbox).where(Outbox.processed_at.is_(None)).order_by(Outbox.id)
    return [(row.id, row.topic) for row in db.session.scalars(unprocessed)]


def letters() -> list[Letter]:
    to_enterprises = select(Letter).where(Letter.role == Role.SUPPLIER_MANAGER).order_by(Letter.id)
    with acting_as(system_actor()):
        return list(db.session.scalars(to_enterprises))


def test_of_a_new_version(world: Supply, system_id: int) -> None:
    with acting_as(world.officer), transaction():
        terms_id = supply.draft_terms(system_with_versions(system_id))
        services.publish_terms(terms_id)
    deliver()
    (letter,) = letters()
    assert letter.organisation_id == world.other_manager.enterprise_id
    assert "version 2" in letter.text_sv
    assert (letter.endpoint, letter.arguments) == ("procurement.difference", {"terms_id": terms_id})


def test_of_a_closing(world: Supply, system_id: int) -> None:
    with acting_as(world.officer), transaction():
        services.close_system(system_id, "Behovet har upphört.")
    deliver()
    (letter,) = letters()
    assert letter.organisation_id == world.other_manager.enterprise_id
    assert "Behovet har upphört." in letter.text_sv
    assert (letter.endpoint, letter.arguments) == ("procurement.show", {"system_id": system_id})


def test_of_a_closing_to_whoever_has_a_contract(world: Supply, system_id: int) -> None:
    contract_id = supply.signed(world.officer, world.manager, system_id)
    deliver()
    before = {letter.id for letter in letters()}
    with acting_as(world.officer), transaction():
        services.close_system(system_id, "Behovet har upphört.")
    deliver()
    told = [letter for letter in letters() if letter.id not in before]
    by_enterprise = {letter.organisation_id: letter for letter in told}
    assert len(told) == len(by_enterprise) == 2
    letter = by_enterprise[world.enterprise_id]
    assert "Ert avtal och placeringarna enligt det gäller som förut" in letter.text_sv
    assert (letter.endpoint, letter.arguments) == ("contracts.show", {"contract_id": contract_id})
