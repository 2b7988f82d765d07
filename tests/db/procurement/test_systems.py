"""Systems and terms: open to everyone once published, frozen then, and nobody else's to change."""

import pytest

from enterprises.places.queries import PlaceFilter, place_page, waiting
from marketplace.audit import timeline
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.procurement import services
from marketplace.procurement.models import Requirement, TermsVersion
from marketplace.procurement.queries import (
    SystemFilter,
    all_systems,
    draft_of,
    published_terms,
    system_page,
    system_with_versions,
    terms_with_rows,
)
from marketplace.procurement.rules import Regime, TermsRules, TermsState
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.support import supply
from tests.support.statements import statements_of
from tests.support.supply import Supply

BY_NAME = ("namn", False)


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


def new_system(world: Supply) -> int:
    with acting_as(world.officer), transaction():
        return services.create_system(
            name="Arbetsträning", service_sv="Tjänsten", regime=Regime.LOV, kommun_codes=["0136"]
        ).id


def test_a_system_is_its_authoritys_own_until_its_terms_are_published(world: Supply) -> None:
    system_id = new_system(world)
    with acting_as(world.officer), transaction():
        terms_id = supply.draft_terms(system_with_versions(system_id))
    for stranger in (world.other_officer, world.manager, ANONYMOUS):
        with acting_as(stranger):
            for read in (lambda: system_with_versions(system_id), lambda: terms_with_rows(terms_id)):
                with pytest.raises(NotFound):
                    read()
            assert all_systems(SystemFilter(), BY_NAME) == []
    with acting_as(world.officer), transaction():
        services.publish_terms(terms_id)
    for stranger in (world.other_officer, world.manager, ANONYMOUS):
        with acting_as(stranger):
            assert [system.id for system in all_systems(SystemFilter(), BY_NAME)] == [system_id]
            terms = terms_with_rows(terms_id)
            assert len(terms.requirements) == 2
            assert len(terms.prices) == 3
            assert timeline("system_of_choice", system_id) == []
            with pytest.raises((NotFound, NotAllowed)), transaction():
                services.draft_terms(
                    system_id, contract_text_sv="", rules=TermsRules(), requirements=[], prices=[]
                )


def test_terms_half_written_are_kept_and_not_published(world: Supply) -> None:
    system_id = new_system(world)
    with acting_as(world.officer):
        with transaction():
            terms = services.draft_terms(
                system_id,
                contract_text_sv=" ",
                rules=TermsRules(answer_within=0),
                requirements=[],
                prices=[],
            )
            terms_id = terms.id
        with pytest.raises(Invalid) as refusal, transaction():
            services.publish_terms(terms_id)
    for said in ("Svarstid", "minst ett krav", "avtalsvillkoren", "ingen ersättning"):
        assert said in refusal.value.message_sv


def test_writing_again_replaces_the_drafts_rows(world: Supply) -> None:
    system_id = new_system(world)
    with acting_as(world.officer):
        for _ in range(2):
            with transaction():
                supply.draft_terms(system_with_versions(system_id))
        draft = draft_of(system_id)
        assert draft is not None
        assert draft.version == 1
        assert [row.position for row in draft.requirements] == [1, 2]


def test_a_published_version_is_frozen_and_the_next_replaces_it(world: Supply) -> None:
    system_id = supply.open_system(world.officer)
    with acting_as(world.officer):
        first = published_terms(system_id)
        assert first is not None
        first_id, requirement_id = first.id, first.requirements[0].id
        with pytest.raises(Conflict), transaction():
            services.publish_terms(first_id)
        with pytest.raises(Conflict, match="kan inte ändras"), transaction():
            db.session.get_one(TermsVersion, first_id).contract_text_sv = "Annat"
        with pytest.raises(Conflict, match="kan inte ändras"), transaction():
            db.session.get_one(Requirement, requirement_id).text_sv = "Annat"
        with transaction():
            second_id = supply.draft_terms(system_with_versions(system_id))
            services.publish_terms(second_id)
        assert terms_with_rows(first_id).state is TermsState.REPLACED
        published = published_terms(system_id)
        assert published is not None
        assert (published.id, published.version) == (second_id, 2)


def test_an_open_system_keeps_its_name(world: Supply) -> None:
    system_id = new_system(world)
    facts = {"service_sv": "Tjänsten", "regime": Regime.LOV, "kommun_codes": ["0136"]}
    with acting_as(world.officer):
        with transaction():
            services.update_system(system_id, name="Nytt namn", **facts)  # type: ignore[arg-type]
            terms_id = supply.draft_terms(system_with_versions(system_id))
            services.publish_terms(terms_id)
        with pytest.raises(Conflict), transaction():
            services.update_system(system_id, name="Ett till", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"service_sv": ""}, "service_sv"),
        ({"kommun_codes": ["9999"]}, "kommun_codes"),
    ],
)
def test_what_a_system_must_say(world: Supply, changes: dict[str, object], field: str) -> None:
    facts = {"name": "A", "service_sv": "B", "regime": Regime.LOV, "kommun_codes": ["0136"]} | changes
    with acting_as(world.officer), pytest.raises(Invalid) as refusal, transaction():
        services.create_system(**facts)  # type: ignore[arg-type]  # one dict of fields of several types
    assert refusal.value.field == field
    with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
        services.create_system(**facts)  # type: ignore[arg-type]  # as above


def test_lists_take_the_same_number_of_queries_however_long(world: Supply) -> None:
    site_id = supply.add_site(world.manager)
    for number in range(4):
        supply.open_system(world.officer, f"System {number}")
        supply.add_place(world.manager, site_id, name=f"Plats {number}")

    def systems() -> None:
        page = system_page(SystemFilter("0136", Regime.LOV), BY_NAME)
        assert [system.authority.name for system in page.items] == ["Samordningsförbundet Åsen"] * 4

    def places() -> None:
        page = place_page(world.enterprise_id, PlaceFilter(field_id="test-field", site_id=site_id), BY_NAME)
        assert [row.place.name for row in page.items] == [f"Plats {number}" for number in range(4)]
        assert {(row.seats, row.free_today) for row in page.items} == {(3, 3)}
        assert {row.place.site.kommun.name + row.place.trade.name for row in page.items}

    with acting_as(world.manager):
        assert len(statements_of(systems)) == 2
        assert len(statements_of(places)) == 2
        assert waiting(world.manager) == []
