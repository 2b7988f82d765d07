"""A draft is written at the moment when it is published: what becomes public is what was read through, and nothing is
lost. An enterprise applies at the moment when the system closes: it is in time, or told that it is not."""

import pytest

from enterprises.applications import services as applications
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.procurement import services
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.queries import draft_of, mark_of_terms, published_terms, system_with_versions
from marketplace.procurement.rules import RequirementDraft, TermsRules, TermsState
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.in_turn import in_turn
from tests.support.supply import Supply

LATER = "Skrivet samtidigt."


@pytest.fixture
def world(database: Database) -> Supply:
    return supply.build_supply()


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


def begin_draft(world: Supply, system_id: int) -> int:
    with acting_as(world.officer):
        terms_id = supply.draft_terms(system_with_versions(system_id))
        db.session.commit()
    return terms_id


def write(system_id: int, begun_with: str | None = None) -> int:
    return services.draft_terms(
        system_id,
        contract_text_sv=LATER,
        rules=TermsRules(),
        requirements=[RequirementDraft(LATER)],
        prices=supply.PRICES,
        begun_with=begun_with,
    ).id


def said(terms: TermsVersion | None) -> list[str]:
    assert terms is not None
    return [requirement.text_sv for requirement in terms.requirements]


def test_what_is_written_during_a_publication_becomes_the_next_version(
    database: Database, world: Supply, system_id: int
) -> None:
    terms_id = begin_draft(world, system_id)
    in_turn(
        database,
        (world.officer, lambda: services.publish_terms(terms_id)),
        (world.officer, lambda: write(system_id)),
        today(),
    )
    with acting_as(world.officer):
        assert LATER not in said(published_terms(system_id))
        assert said(draft_of(system_id)) == [LATER]


def test_a_publication_waits_for_what_is_being_written_and_publishes_all_of_it(
    database: Database, world: Supply, system_id: int
) -> None:
    terms_id = begin_draft(world, system_id)
    in_turn(
        database,
        (world.officer, lambda: write(system_id)),
        (world.officer, lambda: services.publish_terms(terms_id)),
        today(),
    )
    with acting_as(world.officer):
        assert said(published_terms(system_id)) == [LATER]
        assert draft_of(system_id) is None


def test_many_who_write_and_publish_at_once_leave_one_published_version(
    database: Database, world: Supply, system_id: int
) -> None:
    terms_id = begin_draft(world, system_id)
    db.session.remove()
    acts = [by(world.officer, lambda: write(system_id)) for _ in range(4)]
    acts += [by(world.officer, lambda: services.publish_terms(terms_id)) for _ in range(2)]
    assert len(refusals(all_at_once(database, acts))) == 1  # the second publication
    with acting_as(world.officer):
        versions = system_with_versions(system_id).versions
        assert [version.state for version in versions].count(TermsState.PUBLISHED) == 1
        assert [version.version for version in versions] == list(range(1, len(versions) + 1))


def test_who_began_with_an_older_text_is_told_of_what_was_saved_meanwhile(
    database: Database, world: Supply, system_id: int
) -> None:
    begin_draft(world, system_id)

    def write_what_was_read() -> int:
        begun = mark_of_terms(draft_of(system_id))
        return write(system_id, begun)

    refusal = in_turn(
        database,
        (world.officer, lambda: write(system_id)),
        (world.officer, write_what_was_read),
        today(),
    )
    assert isinstance(refusal, Conflict)
    assert "Någon annan har sparat" in refusal.message_sv


def test_who_applies_while_the_system_closes_is_told_that_it_is_closed(
    database: Database, world: Supply, system_id: int
) -> None:
    refusal = in_turn(
        database,
        (world.officer, lambda: services.close_system(system_id, "Behovet har upphört.")),
        (world.manager, lambda: applications.start_application(system_id)),
        today(),
    )
    assert isinstance(refusal, Conflict)
    assert "stängt för nya ansökningar" in refusal.message_sv


def test_the_closing_waits_for_who_is_applying(database: Database, world: Supply, system_id: int) -> None:
    closed = in_turn(
        database,
        (world.manager, lambda: applications.start_application(system_id).id),
        (world.officer, lambda: services.close_system(system_id, "Behovet har upphört.").id),
        today(),
    )
    assert closed == system_id
